"""Speech for tests of what hears: espeak-ng reads, since no recording of a person belongs to this project.

Its sounds are plainer than a person's, so figures are held by `bench/speech` on real recordings.
"""

import random
from array import array
from functools import cache

import av
from av.audio.resampler import AudioResampler

from bilim.engines.decoding import RATE
from bilim.engines.voice import Espeak, mp3_of

CLEAR = "We are in the room"
"""What the basic recogniser takes for English with a good margin."""


@cache
def _espeak() -> Espeak:
    return Espeak()


@cache
def said(text: str, language: str = "en-us") -> bytes:
    """A text read aloud at 16 kHz, with a breath of silence around it and the faintest noise behind it."""
    espeak = _espeak()
    samples = espeak.sound_of(text, espeak.voice_of(language))
    return _quiet(0.3) + with_noise(_resampled(samples, espeak.rate), 4) + _quiet(0.3)


def read_aloud(text: str, language: str = "en-us") -> bytes:
    """A text as the product reads it: an MP3, with true silence between its sounds."""
    espeak = _espeak()
    return mp3_of(espeak.sound_of(text, espeak.voice_of(language)), espeak.rate)


def with_noise(samples: bytes, level: float, seed: int = 1) -> bytes:
    """The same with white noise of a standard deviation behind it."""
    source = random.Random(seed)  # noqa: S311 - noise is no secret
    values = array("h", samples)
    return array("h", (max(-32768, min(32767, value + round(source.gauss(0, level)))) for value in values)).tobytes()


def _quiet(seconds: float) -> bytes:
    return with_noise(bytes(2 * int(seconds * RATE)), 4)


def _resampled(samples: bytes, rate: int) -> bytes:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
    frame.planes[0].update(samples + bytes(frame.planes[0].buffer_size - len(samples)))
    frame.sample_rate = rate
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    made = bytearray()
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        made += bytes(piece.planes[0])[: piece.samples * 2]
    return bytes(made)
