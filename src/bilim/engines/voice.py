"""The program that speaks: espeak-ng's voices as MP3.

espeak-ng keeps its state in globals, so one process speaks one text at a time. It is under the GPL: this program alone loads it.
"""

import ctypes
from array import array
from collections.abc import Iterator, Mapping
from ctypes import POINTER, c_char, c_char_p, c_int, c_short, c_ubyte, c_uint, c_void_p
from typing import Any

import espeakng_loader
import lameenc
from msgspec import Struct

from bilim.engines.refusals import Refused
from bilim.engines.serve import Operation
from bilim.engines.spoken import spoken
from bilim.engines.spoken.tidying import is_speakable

KBITS = 32
"""Of the MP3: 4 kB a second, enough for one voice."""
MAX_SECONDS = 15 * 60
"""Of sound: digits grow many times longer when they are read."""
_WORDS_A_MINUTE = 155
"""A little slower than the voice's own 175: most listeners learn."""

_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF_8, _RATE, _ABORT = 1, 1, 1

_OnSound = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, c_void_p)


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", c_char_p),
        ("languages", POINTER(c_char)),
        ("identifier", c_char_p),
        ("gender", c_ubyte),
        ("age", c_ubyte),
        ("variant", c_ubyte),
        ("unused", c_ubyte),
        ("score", c_int),
        ("spare", c_void_p),
    )


class VoiceOf(Struct, frozen=True):
    """The voice that reads a language."""

    language: str
    """A tag in lower case, such as `uz` or `en-us`."""
    name: str
    identifier: str
    """What espeak-ng calls it."""


class Espeak:
    """The one synthesiser of this process."""

    def __init__(self) -> None:
        """Load the library, its data and its list of voices."""
        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_ListVoices.restype = POINTER(POINTER(_Voice))
        self._library.espeak_Synth.argtypes = (c_char_p, ctypes.c_size_t, c_uint, c_int, c_uint, c_uint, c_void_p, c_void_p)
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _DO_NOT_EXIT)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng does not start")
        self._sound = array("h")
        self._on_sound = _OnSound(self._keep)  # the library holds only its address
        self._library.espeak_SetSynthCallback(self._on_sound)
        self._library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
        self.voices = dict(sorted(_best(self._listed()).items()))
        """By language."""

    def voice_of(self, language: str) -> VoiceOf:
        """The voice of a language, or of the language without its region.

        Raises:
            Refused: `unknown_language`.
        """
        tag = language.lower().replace("_", "-")
        while tag:
            if voice := self.voices.get(tag):
                return voice
            tag = tag.rpartition("-")[0]
        raise Refused("unknown_language", language=language[:35])

    def sound_of(self, words: str, voice: VoiceOf) -> bytes:
        """Words as samples: mono, signed 16 bits, `rate` a second.

        Raises:
            Refused: `too_long`.
        """
        self._sound = array("h")
        data = words.encode() + b"\0"
        self._library.espeak_SetVoiceByName(voice.identifier.encode())
        self._library.espeak_Synth(data, len(data), 0, 1, 0, _UTF_8, None, None)
        if len(self._sound) > MAX_SECONDS * self.rate:
            raise Refused("too_long_to_speak", minutes=MAX_SECONDS // 60)
        return self._sound.tobytes()

    def _keep(self, samples: Any, count: int, _events: int) -> int:
        if samples and count > 0:
            self._sound.frombytes(ctypes.string_at(samples, count * 2))
        return _ABORT if len(self._sound) > MAX_SECONDS * self.rate else 0

    def _listed(self) -> Iterator[tuple[int, VoiceOf]]:
        """Every voice for each of its languages, with how well it fits: the less the better."""
        voices = self._library.espeak_ListVoices(None)
        number = 0
        while voices[number]:
            voice = voices[number].contents
            for priority, language in _languages(voice.languages):
                yield priority, VoiceOf(language, voice.name.decode().strip(), voice.identifier.decode())
            number += 1


def _languages(packed: Any) -> Iterator[tuple[int, str]]:
    """Pairs of a byte of priority and a text that ends in NUL; a priority of 0 ends them."""
    place = 0
    while priority := packed[place][0]:
        place += 1
        tag = bytearray()
        while (char := packed[place]) != b"\0":
            tag += char
            place += 1
        place += 1
        yield priority, tag.decode()


def _best(listed: Iterator[tuple[int, VoiceOf]]) -> dict[str, VoiceOf]:
    best: dict[str, tuple[int, VoiceOf]] = {}
    for priority, voice in listed:
        if "test" not in voice.name and (voice.language not in best or priority < best[voice.language][0]):
            best[voice.language] = priority, voice
    return {language: voice for language, (_, voice) in best.items()}


def mp3_of(samples: bytes, rate: int) -> bytes:
    """Mono samples as an MP3."""
    encoder: Any = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(rate)
    encoder.set_bit_rate(KBITS)
    encoder.set_quality(5)
    return bytes(encoder.encode(samples)) + bytes(encoder.flush())


def load() -> Mapping[str, Operation]:
    """The operations of this program: `speak` and `voices`."""
    espeak = Espeak()

    def speak(text: str, language: str) -> bytes:
        """An MP3 of a text.

        Raises:
            Refused: `unknown_language`, `nothing_to_say`, or `too_long_to_speak`.
        """
        voice = espeak.voice_of(language)
        words = spoken(text, voice.language)
        samples = espeak.sound_of(words, voice) if is_speakable(words) else b""
        if not samples:
            raise Refused("nothing_to_say")
        return mp3_of(samples, espeak.rate)

    def voices() -> list[dict[str, str]]:
        """The languages that can be spoken, and the names of their voices."""
        return [{"language": voice.language, "name": voice.name} for voice in espeak.voices.values()]

    return {"speak": speak, "voices": voices}
