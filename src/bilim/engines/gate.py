"""The voice gate: where somebody speaks in a recording, and how far speech stands out from what is behind it.

A recogniser makes words of everything, silence included, so nothing passes without having been judged here.
"""

import math
from array import array
from itertools import groupby
from operator import mul

from msgspec import Struct
from pocketsphinx import Vad

from bilim.engines.decoding import RATE
from bilim.engines.refusals import Refused

MIN_SPEECH_SECONDS = 0.3
MIN_SNR = 15.0
"""Decibels. Below, scores of words say more about the room than about the speaker."""

_FRAME_SECONDS = 0.03
_LOUD_PART, _QUIET_PART = 0.8, 0.1
"""Speech is as loud as the frame at the first of these ranks, its background as the one at the second."""
_FLOOR = 1.0
"""The least loudness counted: digital silence would stand infinitely far below speech."""
_MOST_SNR = 60.0
_JOINED_SECONDS = 0.5
"""Shorter pauses belong to one utterance."""
_STRICTNESS = 2
"""Of the detector, 0 to 3."""


class Gated(Struct, frozen=True):
    """Where a recording has speech."""

    spans: tuple[tuple[float, float], ...]
    """Utterances: beginning and end in seconds, in order."""
    speech_seconds: float
    """Of the frames with a voice, without the pauses between them."""
    snr: float
    """Decibels, at most 60."""


def gate(samples: bytes) -> Gated:
    """Judge 16 kHz mono samples of 16 bits."""
    detector = Vad(mode=_STRICTNESS, sample_rate=RATE, frame_length=_FRAME_SECONDS)
    size: int = detector.frame_bytes
    frames = [samples[place : place + size] for place in range(0, len(samples) - size + 1, size)]
    voiced = [detector.is_speech(frame) for frame in frames]
    loudness = [_loudness(frame) for frame in frames]
    speech = [level for level, has_voice in zip(loudness, voiced, strict=True) if has_voice]
    snr = _ranked(speech, _LOUD_PART) - _ranked(loudness, _QUIET_PART) if speech else 0.0
    return Gated(tuple(_utterances(voiced)), len(speech) * _FRAME_SECONDS, min(snr, _MOST_SNR))


def require_speech(gated: Gated) -> None:
    """Refuse a recording without enough speech.

    Raises:
        Refused: `not_heard`, or `too_noisy`.
    """
    if gated.speech_seconds < MIN_SPEECH_SECONDS:
        raise Refused("not_heard")
    if gated.snr < MIN_SNR:
        raise Refused("too_noisy")


def _loudness(frame: bytes) -> float:
    """Decibels over one step of a sample, whatever constant the microphone adds."""
    values = array("h", frame)
    mean = sum(values) / len(values)
    power = sum(map(mul, values, values)) / len(values) - mean * mean
    return 10 * math.log10(max(power, _FLOOR))


def _ranked(levels: list[float], part: float) -> float:
    return sorted(levels)[int(part * (len(levels) - 1))]


def _utterances(voiced: list[bool]) -> list[tuple[float, float]]:
    """Stretches of voiced frames, joined over short pauses."""
    spans: list[tuple[float, float]] = []
    place = 0
    for has_voice, run in groupby(voiced):
        frames = len(list(run))
        begin, end = place * _FRAME_SECONDS, (place + frames) * _FRAME_SECONDS
        place += frames
        if not has_voice:
            continue
        if spans and begin - spans[-1][1] < _JOINED_SECONDS:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((begin, end))
    return spans
