"""What somebody says: Whisper where its model is there, else pocketsphinx for English, which is called "basic" (ADR 32)."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct
from pocketsphinx import Decoder, get_model_path

from bilim.engines.decoding import RATE
from bilim.engines.gate import Gated
from bilim.engines.refusals import Refused
from bilim.engines.room import in_room

_MARGIN_SECONDS = 0.2
_FRAMES_A_SECOND = 100
_SCALE = 1 << 10
_UNLIKELY = 1e-300
_FOREIGN_SCORE = -47.0
"""Mean log-likelihood of a frame. English as the model knows it has some -27, other languages -55: words made of them are noise."""
_VARIANT = re.compile(r"\(\d+\)$")
_PROMPT_WORD = re.compile(r"[<\[+]")


class HeardWord(Struct, frozen=True):
    """A word, and when it was said, in seconds."""

    word: str
    begin: float
    end: float


class Transcript(Struct, frozen=True):
    """What was heard."""

    text: str
    language: str
    engine: str
    """`whisper`, or `basic`: pocketsphinx."""
    words: list[HeardWord]


class Basic:
    """pocketsphinx with its own model of American English. About every fourth word is wrong; commands and single sentences fare better."""

    def __init__(self) -> None:
        self._decoder: Any = None

    def transcribe(self, samples: bytes, gated: Gated) -> Transcript:
        """The words of the utterances that the gate let through.

        Raises:
            Refused: `not_understood`: no English, or no speech after all.
        """
        words: list[HeardWord] = []
        scored: list[tuple[float, int]] = []
        for begin, end in gated.spans:
            start = max(0.0, begin - _MARGIN_SECONDS)
            utterance = samples[_byte_at(start) : _byte_at(end + _MARGIN_SECONDS)]
            for word, first, last, total in self._decoded(utterance):
                words.append(HeardWord(word, start + first / _FRAMES_A_SECOND, start + (last + 1) / _FRAMES_A_SECOND))
                scored.append((total, last + 1 - first))
        frames = sum(count for _, count in scored)
        if not frames or sum(total for total, _ in scored) / frames < _FOREIGN_SCORE:
            raise Refused("not_understood")
        return Transcript(" ".join(word.word for word in words), "en", "basic", words)

    def _decoded(self, utterance: bytes) -> list[tuple[str, int, int, float]]:
        """Words with their first and last frame and their log-likelihood."""
        decoder = self._loaded()
        try:
            decoder.reinit_feat()  # else it hears each recording a little differently, by the ones that it heard before
            decoder.start_utt()
            decoder.process_raw(in_room(utterance), full_utt=True)
            decoder.end_utt()
            if decoder.hyp() is None:
                return []
            logs: Any = decoder.get_logmath()
            return [
                (_VARIANT.sub("", each.word), each.start_frame, each.end_frame, logs.log(max(each.ascore, _UNLIKELY)) / _SCALE)
                for each in decoder.seg()
                if not _PROMPT_WORD.match(each.word)
            ]
        except RuntimeError:
            self._decoder = None  # it would stay broken
            return []

    def _loaded(self) -> Any:
        if self._decoder is None:
            model = Path(get_model_path()) / "en-us"
            names = {"hmm": model / "en-us", "lm": model / "en-us.lm.bin", "dict": model / "cmudict-en-us.dict"}
            self._decoder = Decoder(loglevel="FATAL", **{name: str(path) for name, path in names.items()})
        return self._decoder


class Whisper:
    """faster-whisper with a model in a folder of this machine. It never looks on the network."""

    def __init__(self) -> None:
        self._model: Any = None
        self._folder = ""

    def transcribe(self, samples: bytes, language: str | None, folder: str) -> Transcript:
        """What was said, in a language or in whichever it is.

        Raises:
            Refused: `model_broken`: the folder's model cannot be loaded; or `not_understood`.
            ImportError: faster-whisper is not installed.
        """
        import numpy as np

        wave = np.frombuffer(samples, dtype="<i2").astype(np.float32) / 32768
        found, about = self._loaded(folder).transcribe(wave, language=language, beam_size=1, word_timestamps=True, vad_filter=False)
        segments = list(found)
        text = " ".join(segment.text.strip() for segment in segments).strip()
        if not text:
            raise Refused("not_understood")
        timed = [word for segment in segments for word in segment.words or ()]
        words = [HeardWord(word.word.strip(), float(word.start), float(word.end)) for word in timed]  # numpy's numbers cannot be encoded
        return Transcript(text, about.language, "whisper", words)

    def _loaded(self, folder: str) -> Any:
        if self._model is None or self._folder != folder:
            library = import_module("faster_whisper")
            try:
                self._model = library.WhisperModel(folder, device="cpu", compute_type="int8", local_files_only=True)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - the tokenizer's library raises nothing more exact
                raise Refused("model_broken") from None
            self._folder = folder
        return self._model


def _byte_at(seconds: float) -> int:
    """The first byte of the sample at a time."""
    return 2 * int(seconds * RATE)
