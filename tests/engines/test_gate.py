"""The voice gate: what is speech, how far it stands out, and what is refused."""

import math
from array import array

import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")

from bilim.engines.decoding import RATE
from bilim.engines.gate import MIN_SNR, gate, require_speech
from bilim.engines.refusals import Refused
from engines.speakers import said, with_noise

SENTENCE = "Good morning, how are you today?"


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * RATE))


def refusal(samples: bytes) -> str:
    with pytest.raises(Refused) as refused:
        require_speech(gate(samples))
    return refused.value.code


def test_speech_passes_and_its_span_is_found() -> None:
    speech = said(SENTENCE)
    gated = gate(silence(1) + speech + silence(1))
    require_speech(gated)
    assert gated.snr > MIN_SNR
    ((begin, end),) = gated.spans
    assert 1.0 <= begin <= 1.6
    assert begin + 1.0 < end <= 1 + len(speech) / (2 * RATE)


def test_a_long_pause_parts_two_utterances_and_a_short_one_does_not() -> None:
    assert len(gate(said("Hello") + silence(2) + said("Goodbye")).spans) == 2
    assert len(gate(said(SENTENCE)).spans) == 1


@pytest.mark.parametrize("samples", [b"", silence(0.01), silence(3), with_noise(silence(2), 3)])
def test_silence_is_not_speech(samples: bytes) -> None:
    assert refusal(samples) == "not_heard"


def test_a_word_cut_to_a_tenth_of_a_second_is_too_little() -> None:
    speech = said("Hello")
    middle = len(speech) // 4 * 2
    assert refusal(speech[middle : middle + 2 * RATE // 10]) == "not_heard"


def test_noise_is_too_noisy_whether_or_not_somebody_speaks() -> None:
    assert refusal(with_noise(silence(3), 3000)) == "too_noisy"
    assert refusal(with_noise(said(SENTENCE), 3000)) == "too_noisy"


def test_a_steady_chord_is_refused() -> None:
    chord = array("h", (int(1500 * sum(math.sin(2 * math.pi * f * n / RATE) for f in (262, 330, 392))) for n in range(3 * RATE))).tobytes()
    assert refusal(chord) in ("too_noisy", "not_heard")
