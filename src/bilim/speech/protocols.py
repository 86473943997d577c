"""What speech needs of its engines and of outside services."""

from typing import Protocol

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
