"""Recordings of any kind that phones and browsers make, decoded to 16 kHz mono.

What arrives may be hostile: every bound is checked before the work that it bounds. Bytes, then the format (no playlists, no network, no
files), then the declared rate and channels, then the samples put out, which stops five megabytes that unfold to ten hours. The process has
its own limits of memory and time besides.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from msgspec import Struct

from bilim.engines.refusals import Refused

RATE = 16_000
"""Samples a second of what recognisers take: signed 16 bits, mono."""
_SAMPLE_BYTES = 2
MAX_BYTES = 25 * 1024 * 1024
"""Of a recording: half an hour as browsers record, two and a half minutes as uncompressed stereo."""
MAX_SECONDS = 10 * 60
MIN_SECONDS = 0.1

_FORMATS = "wav,mp3,ogg,matroska,webm,mov,mp4,m4a,aac,flac"
_RATES = range(4_000, 192_001)
_MOST_CHANNELS = 8
_CUT_OFF = 0.8
"""A recording of which less than this share of its declared length is there was cut off on its way."""
_DECLARING = ("mov", "flac")
"""Formats whose header declares the length; other lengths are guessed from the file's size, or unknown in live recordings."""

_LIVE_WAV = 0x7FFF_0000
"""Lengths from here on, and 0, are what recorders write that do not know the length yet."""

_ERRORS = (FFmpegError, ValueError, AttributeError, IndexError, KeyError, OverflowError)
"""Broken files raise all of these in PyAV."""


class Recording(Struct, frozen=True):
    """Decoded sound."""

    samples: bytes
    """16 kHz, mono, signed 16 bits, little-endian."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / (_SAMPLE_BYTES * RATE)


def read_recording(path: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a stored recording.

    Raises:
        Refused: `too_large`, before a byte of it is read.
    """
    file = Path(path)
    if file.stat().st_size > max_bytes:
        raise Refused("too_large", mebibytes=max_bytes // (1024 * 1024))
    return file.read_bytes()


def decode(data: bytes, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> Recording:
    """Decode a recording: WAV, MP3, Ogg (Opus, Vorbis), WebM, MP4 and M4A (AAC), FLAC.

    Raises:
        Refused: `too_large`, `not_audio`, `too_long`, `too_short` or `truncated`: the file ends or breaks in the middle.
    """
    if len(data) > max_bytes:
        raise Refused("too_large", mebibytes=max_bytes // (1024 * 1024))
    try:
        container: Any = av.open(BytesIO(data), options={"format_whitelist": _FORMATS, "protocol_whitelist": ""}, metadata_errors="ignore")
    except _ERRORS:
        raise Refused("not_audio") from None
    try:
        stream = _speech_of(container)
        samples, is_broken = _samples_of(container, stream, int(max_seconds * RATE) * _SAMPLE_BYTES, max_seconds)
        declared = _declared_seconds(container)
    finally:
        container.close()
    recording = Recording(bytes(samples))
    if not samples:
        raise Refused("not_audio" if is_broken else "too_short", seconds=MIN_SECONDS)
    if is_broken or _is_cut_wav(data) or recording.seconds < declared * _CUT_OFF:
        raise Refused("truncated")
    if recording.seconds < MIN_SECONDS:
        raise Refused("too_short", seconds=MIN_SECONDS)
    return recording


def _speech_of(container: Any) -> Any:
    """The first sound track, if it is one that a microphone makes."""
    try:
        stream = container.streams.audio[0]
        rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    except _ERRORS:
        raise Refused("not_audio") from None
    if rate not in _RATES or not 1 <= channels <= _MOST_CHANNELS:
        raise Refused("not_audio")
    return stream


def _samples_of(container: Any, stream: Any, most: int, max_seconds: float) -> tuple[bytearray, bool]:
    """The samples, and whether decoding broke off.

    Raises:
        Refused: `too_long`.
    """
    samples = bytearray()
    resampler: Any = AudioResampler(format="s16", layout="mono", rate=RATE)

    def take(frame: Any) -> None:
        for resampled in resampler.resample(frame):
            samples.extend(memoryview(resampled.planes[0])[: resampled.samples * _SAMPLE_BYTES])
            if len(samples) > most:
                raise Refused("too_long", seconds=int(max_seconds))

    try:
        for frame in container.decode(stream):
            take(frame)
        take(None)
    except _ERRORS:
        return samples, True
    return samples, False


def _declared_seconds(container: Any) -> float:
    """How long the file says it lasts, or 0 where it does not say."""
    if not any(name in container.format.name.split(",") for name in _DECLARING):
        return 0.0
    try:
        return (container.duration or 0) / av.time_base
    except _ERRORS:
        return 0.0


def _is_cut_wav(data: bytes) -> bool:
    """Whether a WAV file is shorter than its header says; FFmpeg plays what is there and does not tell."""
    if data[:4] != b"RIFF":
        return False
    declared = int.from_bytes(data[4:8], "little")
    return 0 < declared < _LIVE_WAV and len(data) < declared * _CUT_OFF
