"""Texts read aloud: kept as files, read by an engine where there is none yet, paid for in characters."""

import asyncio
import hashlib
import hmac
import logging
from io import SEEK_END, BytesIO
from typing import IO

from bilim.files.store import Store
from bilim.http.pools import BoundedPool
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.plans.actions import quotas
from bilim.speech.actions import speaking
from bilim.speech.inputs import SpeakInput
from bilim.speech.protocols import Voice, VoiceInfo
from bilim.speech.rules import FOLDER

_CONTEXT = b"bilim spoken text\0"
_log = logging.getLogger("bilim.speech")


class Speaker:
    """A voice that keeps what it read. A text is read once, whoever asks for it."""

    def __init__(self, voice: Voice, store: Store, files: BoundedPool, secret: str) -> None:
        self._voice = voice
        self._store = store
        self._files = files
        self._key = hmac.new(secret.encode(), _CONTEXT, hashlib.sha256).digest()

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """The languages that can be spoken; see `Voice.voices`."""
        return await self._voice.voices()

    async def kept(self, words: SpeakInput) -> IO[bytes] | None:
        """The MP3 of a text that was read before, or None. It stays readable when it is swept meanwhile."""
        return await self._files.run(self._open, self._name(words, self._voice.provider_of(words.spoken_language)))

    async def read(self, words: SpeakInput) -> bytes:
        """The MP3 of a text, read now and kept. Where there is no room to keep it, it is answered all the same.

        Raises:
            Invalid, Unavailable: see `Voice.speak`.
        """
        spoken = await self._voice.speak(words.text, words.spoken_language)
        try:
            await self._files.run(self._store.put, self._name(words, spoken.provider), spoken.mp3)
        except OSError as error:
            _log.warning("a spoken text could not be kept: %s", error)
        return spoken.mp3

    async def address(self, words: SpeakInput) -> str:
        """The public path of a text's MP3, read now where it was not before.

        For answers that name an `audio_url`. Files are swept by age, so that an address is good for weeks, not for ever.

        Raises:
            Invalid, Unavailable: see `Voice.speak`.
            OSError: there is no room to keep it.
        """
        name = self._name(words, self._voice.provider_of(words.spoken_language))
        if kept := await self._files.run(self._open, name):
            kept.close()
        else:
            spoken = await self._voice.speak(words.text, words.spoken_language)
            name = self._name(words, spoken.provider)
            await self._files.run(self._store.put, name, spoken.mp3)
        return f"/uploads/{name}"

    def _name(self, words: SpeakInput, provider: str) -> str:
        """A file's name: nobody can tell from a text whether it was read, nor guess its address."""
        facts = f"{provider}\0{words.spoken_language.lower()}\0{words.text}"
        return f"{FOLDER}/{hmac.new(self._key, facts.encode(), hashlib.sha256).hexdigest()[:40]}.mp3"

    def _open(self, name: str) -> IO[bytes] | None:
        try:
            return self._store.path(name).open("rb")
        except FileNotFoundError:
            return None


async def speak(units: Units, speaker: Speaker, actor: Actor, words: SpeakInput) -> IO[bytes]:
    """The MP3 of a text, at its end. Its characters are counted once it is there; where no voice can read it, they are given back.

    Raises:
        RateLimited, Forbidden: see `speaking.reserve_speaking`.
        Invalid, Unavailable: see `Voice.speak`.
    """
    kept = await speaker.kept(words)
    if kept is not None:
        try:
            await units.write(speaking.charge_speaking, actor, words)
        except BaseException:
            kept.close()
            raise
        kept.seek(0, SEEK_END)
        return kept
    reservation = await units.write(speaking.reserve_speaking, actor, words)
    try:
        mp3 = await speaker.read(words)
    except BaseException:
        await asyncio.shield(units.write(quotas.give_back, reservation))
        raise
    await units.write(quotas.settle, reservation)
    made = BytesIO(mp3)
    made.seek(0, SEEK_END)
    return made
