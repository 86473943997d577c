"""The voice of Google Translate, which the guide's gTTS library asks too. Why without that library: ADR 31.

It is no official service: it may be slow, refuse or change at any time, which is why it is never the only voice.
"""

import asyncio
import logging
import re
from collections.abc import Iterator
from functools import cached_property
from ssl import SSLContext
from time import monotonic

import httpx

from bilim.kit.errors import Unavailable

_log = logging.getLogger("bilim.speech")

_PIECE_CHARS = 200
"""Longer texts are refused there."""
_MAX_PIECES = 15
_MAX_PIECE_BYTES = 1024 * 1024
_SECONDS = 8.0
"""For a whole text."""
_RESTING_SECONDS = 60.0
"""After a failure nobody waits for the service for so long."""
_MAX_CALLS = 8
"""Texts at once; further ones are read by the built-in voice."""
_TIMEOUT = httpx.Timeout(5, connect=2)
_CODES = frozenset(
    [
        "af", "am", "ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "gl", "gu", "ha", "hi",
        "hr", "hu", "id", "is", "it", "ja", "km", "kn", "ko", "la", "lt", "lv", "ml", "mr", "ms", "my", "ne", "nl", "no", "pa", "pl", "pt",
        "ro", "ru", "si", "sk", "sq", "sr", "su", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
    ]
)  # fmt: skip
"""The languages that it speaks; Uzbek is none of them."""
_PIECE = re.compile(rf"(?s)\s*(\S.{{0,{_PIECE_CHARS - 1}}}(?=\s|$)|\S{{1,{_PIECE_CHARS}}})")


class GoogleVoice:
    """Asks for a text piece by piece, within one time limit."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._calls = 0
        self._rests_until = 0.0

    def code_of(self, language: str) -> str | None:
        """The service's name of a language, or None where it does not speak it."""
        code = re.split("[-_]", language.lower(), maxsplit=1)[0]
        return code if code in _CODES else None

    async def speak(self, text: str, code: str) -> bytes:
        """An MP3 of a text.

        Raises:
            Unavailable: the service failed now or a moment ago, or the text is too long for it.
        """
        parts = list(pieces(text))
        if monotonic() < self._rests_until or self._calls >= _MAX_CALLS or len(parts) > _MAX_PIECES:
            raise Unavailable("speech_failed")
        self._calls += 1
        try:
            async with asyncio.timeout(_SECONDS), httpx.AsyncClient(base_url=self._base, timeout=_TIMEOUT, verify=self._tls) as client:
                return b"".join([await self._piece(client, part, code) for part in parts])
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            self._rests_until = monotonic() + _RESTING_SECONDS
            _log.warning("the online voice failed, the built-in one reads: %s", type(error).__name__)
            raise Unavailable("speech_failed") from None
        finally:
            self._calls -= 1

    @cached_property
    def _tls(self) -> SSLContext:
        """Made when first needed: loading the certificates of all authorities is slow."""
        return httpx.create_ssl_context()

    async def _piece(self, client: httpx.AsyncClient, text: str, code: str) -> bytes:
        """The MP3 of up to 200 characters; MP3s may follow each other.

        Raises:
            ValueError: the answer is no MP3, or too large.
        """
        query = {"ie": "UTF-8", "client": "tw-ob", "tl": code, "q": text}
        async with client.stream("GET", "/translate_tts", params=query) as response:
            response.raise_for_status()
            if response.headers.get("content-type", "").partition(";")[0] != "audio/mpeg":
                raise ValueError("no MP3")
            sound = bytearray()
            async for chunk in response.aiter_bytes():
                sound += chunk
                if len(sound) > _MAX_PIECE_BYTES:
                    raise ValueError("too large")
        if not sound:
            raise ValueError("nothing")
        return bytes(sound)


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of at most 200 characters, cut between words where there are such."""
    for found in _PIECE.finditer(text):
        yield found[1]
