"""Recordings of every kind, made on the spot: a tone of a second and what phones and browsers make of it."""

import math
from array import array
from fractions import Fraction
from io import BytesIO
from typing import Any

import av

RATE = 48_000


def tone(seconds: float, rate: int = RATE) -> bytes:
    """A loud 440 Hz tone: mono, signed 16 bits."""
    return array("h", (int(20_000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(seconds * rate)))).tobytes()


KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "wav": ("wav", "pcm_s16le", {}),
    "mp3": ("mp3", "libmp3lame", {}),
    "ogg-opus": ("ogg", "libopus", {}),
    "ogg-vorbis": ("ogg", "vorbis", {}),
    "webm-live": ("webm", "libopus", {"live": "1"}),
    "m4a": ("ipod", "aac", {}),
    "fragmented-mp4": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "flac": ("flac", "flac", {}),
    "aac": ("adts", "aac", {}),
}
OTHER_KINDS: dict[str, tuple[str, str, dict[str, str]]] = {"aiff": ("aiff", "pcm_s16be", {}), "au": ("au", "pcm_s16be", {})}
"""Sound too, but of no phone and no browser."""


def recorded(kind: str, seconds: float = 1.0, samples: bytes | None = None) -> bytes:
    """A recording of a kind, as bytes of a file."""
    name, codec, options = (KINDS | OTHER_KINDS)[kind]
    data = tone(seconds) if samples is None else samples
    file = BytesIO()
    with av.open(file, "w", format=name, options=options) as container:
        layout = "stereo" if codec == "vorbis" else "mono"
        stream: Any = container.add_stream(codec, rate=RATE, layout=layout, options={"strict": "experimental"})
        fifo: Any = av.AudioFifo()
        size = len(data) // 2
        frame: Any = av.AudioFrame(format="s16", layout="mono", samples=size)
        frame.planes[0].update(data + bytes(frame.planes[0].buffer_size - len(data)))
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        resampler: Any = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=RATE)
        for resampled in resampler.resample(frame):
            fifo.write(resampled)
        step = stream.codec_context.frame_size or 1024
        while piece := fifo.read(step, partial=True):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


def silent_minutes(minutes: int) -> bytes:
    """Silence in some kilobytes a minute: AAC's frames follow each other without a header, so a minute is made once."""
    file, rate = BytesIO(), 8_000
    with av.open(file, "w", format="adts") as container:
        stream: Any = container.add_stream("aac", rate=rate, layout="mono")
        size = 1_024
        frame: Any = av.AudioFrame(format=stream.codec_context.format.name, layout="mono", samples=size)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        for place in range(60 * rate // size):
            frame.pts = place * size
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue() * minutes
