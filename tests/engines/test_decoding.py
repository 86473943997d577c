"""Recordings as phones and browsers make them are decoded; whatever else arrives is refused with a reason."""

import random
import struct
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("av")

from bilim.engines import decoding
from bilim.engines.decoding import RATE, decode, read_recording
from bilim.engines.refusals import Refused
from engines.recordings import KINDS, OTHER_KINDS, recorded, tone

REFUSALS = {"too_large", "not_audio", "too_long", "too_short", "truncated"}


def refusal(data: bytes, **bounds: float) -> str:
    with pytest.raises(Refused) as refused:
        decode(data, **bounds)  # type: ignore[arg-type]
    return refused.value.code


def outcome(data: bytes) -> str:
    """The refusal's code, or `decoded`; anything else that is raised fails the test."""
    try:
        decode(data, max_seconds=5)
    except Refused as refused:
        return refused.code
    return "decoded"


def pitch(samples: bytes) -> float:
    """Hertz of a pure tone: half its changes of sign a second."""
    heard = array("h", samples)
    changes = sum((before < 0) != (after < 0) for before, after in pairwise(heard))
    return changes / 2 / (len(heard) / RATE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_decoded_to_16_khz_mono(kind: str) -> None:
    recording = decode(recorded(kind))
    assert recording.seconds == pytest.approx(1, abs=0.05)
    assert pitch(recording.samples) == pytest.approx(440, rel=0.05)
    assert max(array("h", recording.samples)) > 10_000


def test_a_recording_in_stereo_becomes_mono() -> None:
    left = array("h", tone(1.0))
    both = array("h", [sample for pair in zip(left, left, strict=True) for sample in pair]).tobytes()
    recording = decode(wav(both, channels=2))
    assert recording.seconds == pytest.approx(1, abs=0.01)
    assert pitch(recording.samples) == pytest.approx(440, rel=0.05)


def wav(samples: bytes, *, rate: int = 48_000, channels: int = 1, declared: int | None = None) -> bytes:
    size = len(samples) if declared is None else declared
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size) + samples
    return b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + body


@pytest.mark.parametrize("declared", [0, 0xFFFFFFFF])
def test_a_wav_whose_recorder_did_not_know_its_length_is_decoded(declared: int) -> None:
    assert decode(wav(tone(1.0), declared=declared)).seconds == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("kind", ["wav", "flac", "aac", "fragmented-mp4"])
def test_half_a_file_is_said_to_be_cut_off(kind: str) -> None:
    data = recorded(kind)
    assert refusal(data[: len(data) // 2]) == "truncated"


def test_half_an_mp3_is_as_good_as_a_shorter_one() -> None:
    data = recorded("mp3", 2)
    assert 0.8 < decode(data[: len(data) // 2]).seconds < 1.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.7, 0.97])
def test_a_file_cut_anywhere_is_decoded_or_refused(kind: str, share: float) -> None:
    data = recorded(kind)
    assert outcome(data[: int(len(data) * share)]) in {*REFUSALS, "decoded"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        bytes(100_000),
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        b"Salom, dunyo!\n" * 100,
        b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
        b"OggS" * 1000,
        b"%PDF-1.7\n" + bytes(500),
        b"PK\x03\x04" + bytes(500),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_recording_is_said_to_be_none(data: bytes) -> None:
    assert refusal(data) == "not_audio"


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_formats_that_nobody_records_in_are_not_even_tried(kind: str) -> None:
    assert refusal(recorded(kind)) == "not_audio"


@pytest.mark.parametrize("rate", [1, 1000, 400_000, 0xFFFFFFFF])
def test_rates_of_no_microphone_are_refused_before_anything_is_decoded(rate: int) -> None:
    assert refusal(wav(tone(0.5), rate=rate & 0x7FFFFFFF)) == "not_audio"


def test_a_recording_of_more_channels_than_any_microphone_is_refused() -> None:
    assert refusal(wav(tone(0.5), channels=64)) == "not_audio"


def test_too_many_bytes_are_refused_unread(tmp_path: Path) -> None:
    assert refusal(bytes(1001), max_bytes=1000) == "too_large"
    (tmp_path / "long.wav").write_bytes(bytes(1001))
    with pytest.raises(Refused, match="too_large"):
        read_recording(str(tmp_path / "long.wav"), 1000)
    assert len(read_recording(str(tmp_path / "long.wav"), 1001)) == 1001


def test_a_recording_longer_than_allowed_is_refused_as_soon_as_it_is() -> None:
    data = recorded("flac", 30, samples=bytes(30 * 96_000))  # silence: its sound is 240 times larger
    assert len(data) < 12_000
    assert refusal(data, max_seconds=29) == "too_long"
    assert decode(data, max_seconds=31).seconds == pytest.approx(30, abs=0.1)


def test_less_than_a_tenth_of_a_second_is_too_short() -> None:
    assert refusal(recorded("wav", 0.05)) == "too_short"
    assert decode(recorded("wav", 0.15)).seconds == pytest.approx(0.15, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_decoded_or_refused(kind: str) -> None:
    whole = recorded(kind)
    chance = random.Random(kind)  # noqa: S311 - repeatable damage
    for _ in range(30):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 4, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        assert outcome(bytes(data)) in {*REFUSALS, "decoded"}


def test_a_refusal_names_its_bound() -> None:
    with pytest.raises(Refused) as refused:
        decode(bytes(decoding.MAX_BYTES + 1))
    assert refused.value.params == {"mebibytes": 25}
