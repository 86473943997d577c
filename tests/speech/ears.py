"""Hearing that tests can command."""

import asyncio
import wave
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from bilim.kit.errors import DomainError
from bilim.providers.hearing import LANGUAGES
from bilim.speech.flows.hearing import Listener
from bilim.speech.protocols import Assessment, ContrastFound, LanguageInfo, Transcript, WordFound
from world import World

FILE = ("nutq.wav", b"RIFF\0\0\0\0WAVE", "audio/wav")


class ScriptedHearing:
    """Hears every text as it stands, each word with its score of `scores`, or 100; fails where it is told to."""

    def __init__(self, **scores: int) -> None:
        self.scores = scores
        self.contrasts: list[ContrastFound] = []
        self.failure: DomainError | None = None
        self.asked: list[tuple[Any, ...]] = []
        self.languages_here = ("en",)
        self.text = "hello this is a test"
        self.gate: asyncio.Event | None = None

    def languages(self) -> tuple[LanguageInfo, ...]:
        return tuple(LanguageInfo(code, LANGUAGES[code], "basic" if code == "en" else None) for code in ("en", "ru", "uz"))

    def require(self, language: str | None, /) -> str | None:
        return language

    async def transcribe(self, file: str, language: str | None, /) -> Transcript:
        if self.gate:
            await self.gate.wait()
        return self.transcribe_now(file, language)

    async def assess(self, file: str, text: str, contrasts: Sequence[str], /) -> Assessment:
        return self.assess_now(file, text, contrasts)

    def transcribe_now(self, file: str, language: str | None, /) -> Transcript:
        self.asked.append(("transcribe", file, language))
        if self.failure:
            raise self.failure
        return Transcript(self.text, language or "en", "basic", 1.5)

    def assess_now(self, file: str, text: str, contrasts: Sequence[str], /) -> Assessment:
        self.asked.append(("assess", file, text, list(contrasts)))
        if self.failure:
            raise self.failure
        words = [self._word(word.strip(".,!?")) for word in text.lower().split()]
        score = round(sum(word.score for word in words) / len(words), 1)
        heard = " ".join(word.word for word in words if word.score >= 50)
        return Assessment(score, heard, words, [], self.contrasts, [], 120.0, 1.5, 1.2, 30.0)

    def _word(self, word: str) -> WordFound:
        score = self.scores.get(word, 100)
        return WordFound(word, "good" if score >= 80 else "unclear" if score >= 50 else "wrong", score, 0.0, 0.5, "")


def give_ears(world: World, hearing: Any = None) -> Any:
    """Let an application hear with scripted ears."""
    hearing = hearing or ScriptedHearing()
    services = world.app.state.services
    world.use(listener=Listener(hearing, services.store, services.pools.files))
    return hearing


def wav(samples: bytes, rate: int = 16_000) -> bytes:
    """Mono samples of 16 bits as a WAV file."""
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()
