"""Voices: the built-in one, and Google's for the languages that it speaks, with the built-in one to step in."""

from bilim.kit.errors import Invalid, Problem, Unavailable
from bilim.providers.engines import EnginePool, EngineRefused
from bilim.providers.google_voice import GoogleVoice
from bilim.speech.protocols import SpokenText, VoiceInfo

BUILT_IN = "espeak-ng"
GOOGLE = "gtts"
"""As `TTS_PROVIDER` and the guide call it."""
_SECONDS = 30.0
"""Of a text of 5,000 characters: two to read it, ten times that to wait for others."""
_FIELDS = {"unknown_language": "language", "nothing_to_say": "text", "too_long_to_speak": "text"}
"""What each refusal of the engine is about."""


class NoVoice:
    """Speech is switched off."""

    def provider_of(self, _language: str) -> str:
        """Nobody's."""
        raise Unavailable("ai_not_configured")

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """None."""
        return ()

    async def speak(self, _text: str, _language: str) -> SpokenText:
        """Refuse."""
        raise Unavailable("ai_not_configured")


class BuiltInVoice:
    """espeak-ng in processes of its own."""

    def __init__(self, engines: EnginePool) -> None:
        self._engines = engines
        self._voices: tuple[VoiceInfo, ...] = ()

    def provider_of(self, _language: str) -> str:
        """Its own."""
        return BUILT_IN

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """The engine's own list, asked for once."""
        if not self._voices:
            listed = await self._engines.ask("voices", {}, _SECONDS)
            self._voices = tuple(VoiceInfo(each["language"], each["name"], BUILT_IN) for each in listed)
        return self._voices

    async def speak(self, text: str, language: str) -> SpokenText:
        """Read a text."""
        try:
            return SpokenText(await self._engines.ask("speak", {"text": text, "language": language}, _SECONDS), BUILT_IN)
        except EngineRefused as refused:
            raise Invalid({_FIELDS[refused.code]: [Problem(refused.code, refused.params)]}) from None


class OnlineVoice:
    """Google's voice where it speaks the language and answers in time, the built-in one otherwise."""

    def __init__(self, google: GoogleVoice, built_in: BuiltInVoice) -> None:
        self._google = google
        self._built_in = built_in

    def provider_of(self, language: str) -> str:
        """Google's, of the languages that it speaks."""
        return GOOGLE if self._google.code_of(language) else BUILT_IN

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """The built-in list, with whose voice reads each."""
        return tuple(VoiceInfo(each.language, each.name, self.provider_of(each.language)) for each in await self._built_in.voices())

    async def speak(self, text: str, language: str) -> SpokenText:
        """Read a text."""
        if code := self._google.code_of(language):
            try:
                return SpokenText(await self._google.speak(text, code), GOOGLE)
            except Unavailable:
                pass  # logged there; the learner hears the other voice
        return await self._built_in.speak(text, language)
