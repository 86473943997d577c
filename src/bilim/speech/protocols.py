"""What speech needs of its engines and of outside services."""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct


class VoiceInfo(Struct, frozen=True):
    """A language that can be spoken."""

    language: str
    """A tag in lower case, such as `uz` or `en-us`."""
    name: str
    """The name of its voice, in English."""
    provider: str
    """Whose voice it is: `espeak-ng`, or `gtts`."""


class SpokenText(Struct, frozen=True):
    """A text that was read."""

    mp3: bytes
    provider: str
    """Whose voice read it; the built-in one steps in for others."""


class Voice(Protocol):
    """Reads texts aloud."""

    def provider_of(self, language: str, /) -> str:
        """Whose voice reads a language where nothing fails."""
        ...

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """The languages that can be spoken, in order.

        Raises:
            Unavailable: it is switched off, not installed, or busy.
        """
        ...

    async def speak(self, text: str, language: str, /) -> SpokenText:
        """Read a text.

        Raises:
            Invalid: nobody speaks the language, or the text has nothing to read or takes too long.
            Unavailable: it is switched off, not installed, busy or failed.
        """
        ...


class LanguageInfo(Struct, frozen=True):
    """A language that may be recognised."""

    language: str
    """A code such as `uz`."""
    name: str
    """In English."""
    engine: str | None
    """Who recognises it here: `whisper`, `basic`, or `dummy`; null where nobody does until a model is set up."""


class Transcript(Struct, frozen=True):
    """What was heard in a recording."""

    text: str
    language: str
    engine: str
    """`whisper`; `basic`, which understands about three words of four; or `dummy`."""
    seconds: float


class WordFound(Struct, frozen=True):
    """A word of the text that was read. `begin` and `end` are seconds, null where it was not found."""

    word: str
    status: Literal["good", "unclear", "wrong", "omitted"]
    score: int
    """0 to 100."""
    begin: float | None
    end: float | None
    heard: str
    """What was said instead, as far as can be told."""

    @property
    def color(self) -> Literal["green", "amber", "red"]:
        """How front ends show the status."""
        return "green" if self.status == "good" else "amber" if self.status == "unclear" else "red"


class Inserted(Struct, frozen=True):
    """Something said after so many words of the text which the text does not have."""

    after: int
    begin: float
    end: float
    heard: str


class ContrastFound(Struct, frozen=True):
    """Whether a declared sound was kept or replaced by the other one, in the word at a place of the text, from 0."""

    contrast: str
    place: int
    word: str
    sound: str
    other: str
    outcome: Literal["good", "unclear", "replaced"]


class Pause(Struct, frozen=True):
    """Silence after so many words of the text."""

    after: int
    seconds: float


class Assessment(Struct, frozen=True):
    """How a text was read."""

    score: float
    """0 to 100."""
    heard: str
    words: list[WordFound]
    inserted: list[Inserted]
    contrasts: list[ContrastFound]
    pauses: list[Pause]
    words_per_minute: float
    seconds: float
    speech_seconds: float
    snr: float
    """How far speech stands out from the background, in decibels."""


class Hearing(Protocol):
    """Understands recordings. Those that wait in an event loop are coroutines; `…_now` block the thread of a job."""

    def languages(self) -> tuple[LanguageInfo, ...]:
        """The languages that may be recognised, by code."""
        ...

    def require(self, language: str | None, /) -> str | None:
        """The code of a language that is recognised here, for tags such as `en-US`; None for whichever it is.

        Raises:
            Invalid: there is no such language.
            Unavailable: there is no model for it.
        """
        ...

    async def transcribe(self, file: str, language: str | None, /) -> Transcript:
        """What is said in a stored recording.

        Raises:
            BadRequest: no recording, without speech, too noisy, or not understood.
            Unavailable: not installed, busy, or failed.
        """
        ...

    async def assess(self, file: str, text: str, contrasts: Sequence[str], /) -> Assessment:
        """How an English text was read in a stored recording.

        Raises:
            BadRequest: as above, or the text is not English, too long, or another one was read.
            Unavailable: as above.
        """
        ...

    def transcribe_now(self, file: str, language: str | None, /) -> Transcript:
        """See `transcribe`."""
        ...

    def assess_now(self, file: str, text: str, contrasts: Sequence[str], /) -> Assessment:
        """See `assess`."""
        ...
