"""Recordings to decode: the voice's own speech in every kind of file, damaged ones, and bombs."""

import random
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any

import av

_RATE = 48_000
KINDS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "wav": ("wav", "pcm_s16le", "mono", {}),
    "mp3": ("mp3", "libmp3lame", "mono", {}),
    "ogg opus": ("ogg", "libopus", "mono", {}),
    "ogg vorbis": ("ogg", "vorbis", "stereo", {}),
    "webm, live": ("webm", "libopus", "mono", {"live": "1"}),
    "m4a": ("ipod", "aac", "mono", {}),
    "fragmented mp4": ("mp4", "aac", "mono", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "flac": ("flac", "flac", "mono", {}),
}
"""By name: container, codec, channels, options."""
_HEADERLESS = {"mp3": {"write_xing": "0", "id3v2_version": "0"}}


def encoded(kind: str, mp3: bytes) -> bytes:
    """An MP3 as another kind of file."""
    container_name, codec, layout, options = KINDS[kind]
    file = BytesIO()
    with av.open(BytesIO(mp3)) as source, av.open(file, "w", format=container_name, options=options) as target:
        stream: Any = target.add_stream(codec, rate=_RATE, layout=layout, options={"strict": "experimental"})
        resampler: Any = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=_RATE)
        fifo: Any = av.AudioFifo()
        for frame in source.decode(audio=0):
            for resampled in resampler.resample(frame):
                fifo.write(resampled)
        while piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return file.getvalue()


def damaged(whole: list[bytes], number: int) -> Iterator[bytes]:
    """So many damaged files: bytes changed, cut, doubled, swapped; the same ones each time."""
    chance = random.Random(7)
    for _ in range(number):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 3, 20, 200))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        place = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                del data[place:]
            case 1:
                del data[place : place + chance.randrange(500)]
            case 2:
                data[place:place] = data[place : place + chance.randrange(2000)]
            case 3:
                data[:place], data[place:] = data[place:], data[:place]
        yield bytes(data)


def bombs() -> dict[str, bytes]:
    """Small files of very long sound."""
    return {
        "ten hours of silent AAC": _repeated("adts", "aac", 8_000, 36_000),
        "six hours of silent MP3": _repeated("mp3", "libmp3lame", 8_000, 21_600, bit_rate=8_000),
        "ten hours of silent FLAC": _silence("flac", "flac", 8_000, 36_000),
        "a WAV of four-bit samples": _silence("wav", "adpcm_ima_wav", 4_000, 12_000),
    }


def _silence(container_name: str, codec: str, rate: int, seconds: int, bit_rate: int | None = None) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format=container_name, options=_HEADERLESS.get(container_name, {})) as target:
        stream: Any = target.add_stream(codec, rate=rate, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        size = stream.codec_context.frame_size or 4096
        frame: Any = av.AudioFrame(format=stream.codec_context.format.name, layout="mono", samples=size)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        for place in range(seconds * rate // size):
            frame.pts = place * size
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


def _repeated(container_name: str, codec: str, rate: int, seconds: int, bit_rate: int | None = None) -> bytes:
    """A minute over and over: the frames of these formats follow each other without a header."""
    return _silence(container_name, codec, rate, 60, bit_rate) * (seconds // 60)
