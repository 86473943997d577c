"""Voices that tests can command."""

import asyncio

from bilim.kit.errors import DomainError
from bilim.speech.flows.speaking import Speaker
from bilim.speech.protocols import SpokenText, VoiceInfo
from world import World


class ScriptedVoice:
    """Answers bytes that name the text; fails where it is told to."""

    def __init__(self, provider: str = "espeak-ng", stand_in: str | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.failure: DomainError | None = None
        self.provider = provider
        self.stand_in = stand_in
        self.seconds = 0.0

    def provider_of(self, _language: str, /) -> str:
        return self.provider

    async def voices(self) -> tuple[VoiceInfo, ...]:
        return tuple(VoiceInfo(each, each.upper(), self.provider) for each in ("en", "ru", "uz"))

    async def speak(self, text: str, language: str, /) -> SpokenText:
        self.asked.append((text, language))
        await asyncio.sleep(self.seconds)
        if self.failure:
            raise self.failure
        return SpokenText(f"MP3 of {text} in {language}".encode(), self.stand_in or self.provider)


def give_voice(world: World, voice: ScriptedVoice | None = None, secret: str = "") -> ScriptedVoice:
    """Let an application speak with a scripted voice."""
    voice = voice or ScriptedVoice()
    services = world.app.state.services
    world.use(speaker=Speaker(voice, services.store, services.pools.files, secret))
    return voice
