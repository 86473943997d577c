"""The program that hears: transcribes recordings, and compares them with a text."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bilim.engines.alignment import Aligner
from bilim.engines.decoding import Recording, decode, read_recording
from bilim.engines.gate import gate, require_speech
from bilim.engines.pronunciation import assess
from bilim.engines.recognition import Basic, HeardWord, Whisper
from bilim.engines.refusals import Refused
from bilim.engines.serve import Operation


class _Hearing:
    """Recognisers and the aligner, each loaded when first needed."""

    def __init__(self) -> None:
        self._basic = Basic()
        self._whisper = Whisper()
        self._aligner = Aligner()

    def transcribe(self, path: str, language: str | None, model: str, max_seconds: float) -> dict[str, Any]:
        """What is said in a stored recording.

        Args:
            path: where it is stored.
            language: a code such as `en`, or None for whichever it is.
            model: the folder of a Whisper model, or empty for the basic recogniser.
            max_seconds: longer recordings are refused.

        Raises:
            Refused: what `decode`, the gate or the recogniser refuse.
        """
        recording = _read(path, max_seconds)
        gated = gate(recording.samples)
        require_speech(gated)
        if model:
            try:
                transcript = self._whisper.transcribe(recording.samples, language, model)
            except ImportError:
                raise Refused("whisper_not_installed") from None
        else:
            transcript = self._basic.transcribe(recording.samples, gated)
        return {**msgspec.to_builtins(transcript), "seconds": round(recording.seconds, 2)}

    def assess(self, path: str, text: str, contrasts: list[str], max_seconds: float) -> dict[str, Any]:
        """How a text was read in a stored recording; see `pronunciation.assess`."""
        recording = _read(path, max_seconds)
        found = assess(self._aligner, recording.samples, text, contrasts, lambda: self._recognised(recording.samples))
        return msgspec.to_builtins(found)

    def _recognised(self, samples: bytes) -> list[HeardWord]:
        try:
            return self._basic.transcribe(samples, gate(samples)).words
        except Refused:
            return []


def _read(path: str, max_seconds: float) -> Recording:
    return decode(read_recording(path), max_seconds)


def load() -> Mapping[str, Operation]:
    """The operations of this program: `transcribe` and `assess`."""
    hearing = _Hearing()
    return {"transcribe": hearing.transcribe, "assess": hearing.assess}
