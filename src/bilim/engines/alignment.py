"""Finding the words of a known text in speech, by pocketsphinx and its model of American English.

The words form a chain in which each may be skipped, and anywhere between them something else may be said, which absorbs what the text
does not have. So a word that was left out is skipped instead of being squeezed in, and one wrong word spoils no other.
"""

import math
from array import array
from pathlib import Path
from typing import Any

from msgspec import Struct
from pocketsphinx import Decoder, FsgModel, get_model_path

from bilim.engines.decoding import RATE
from bilim.engines.room import in_room
from bilim.engines.spelling import Phones, Rules

FRAMES_A_SECOND = 100
_BYTES_A_FRAME = 2 * RATE // FRAMES_A_SECOND

_SKIPPED = 1e-4
"""How likely a word is left out."""
_OTHER = 1e-1
"""How likely something else is said at a place between words."""
_OTHER_WORD, _SILENCE = "[SPEECH]", "<sil>"
_SCALE = 1 << 10
"""Log-likelihoods are counted in this many of the decoder's units, as it does itself."""
_UNLIKELY = 1e-300
_QUIET_SCORE = -5.0
"""Mean log-likelihood of a frame of silence."""
_WIDE = {"beam": 1e-100, "wbeam": 1e-90, "pbeam": 1e-100}
"""The right path survives a wrong word and several skipped in a row. The decoder's own beams lose it then, but these lose ends of texts."""
_WELL, _LOST = -30.0, -60.0
"""Scores above which a word is surely found, and which a word counts at least."""
_TRAILING_FRAMES = 60
"""So much quiet at most follows the last word."""
_MARGIN_FRAMES = 20
"""Of quiet, put before and after what is aligned: the decoder expects speech to begin and to end."""
_MARGIN_SIZE = _MARGIN_FRAMES * _BYTES_A_FRAME
_MOST_ADDED = 2_000
"""Spellings added to the dictionary before the decoder is replaced."""


class Aligned(Struct, frozen=True):
    """A word of the text where it was found; frames are hundredths of a second, the end is exclusive."""

    begin: int
    end: int
    score: float
    """Mean log-likelihood of its frames under its sounds, against those that fit best: some -12 where well said, -50 for other words."""


class Gap(Struct, frozen=True):
    """What was found between words: silence, or something that the text does not have."""

    after: int
    """How many of the text's words come before it."""
    begin: int
    end: int
    score: float
    is_other: bool


class Alignment(Struct, frozen=True):
    """Where the words of a text were found; None for those that were not said."""

    words: list[Aligned | None]
    gaps: list[Gap]


class Aligner:
    """The aligner of this process, with a decoder that looks closely and one that looks widely, each loaded when first needed."""

    def __init__(self) -> None:
        self._close = _Chains({})
        self._wide = _Chains(_WIDE)

    def align(self, samples: bytes, words: list[str]) -> Alignment | None:
        """Find words in 16 kHz mono samples that end with what is said; None where no path through them fits at all.

        Where a close look does not find every word well, a wide one is taken too: a wrong word may have led it astray. Of the two the one
        counts that explains the sound better.

        Raises:
            Refused: `unknown_words`.
        """
        found = self._close.align(samples, words)
        if found is not None and fit(found) > _WELL and all(word and word.score > _WELL for word in found.words):
            return found
        other = self._wide.align(samples, words)
        return max((each for each in (found, other) if each), key=_explained, default=None)

    def likelihood(self, samples: bytes, words: list[str], place: int, phones: Phones) -> float | None:
        """How likely it is that exactly these words were said, with these sounds for one of them; None where they cannot be aligned.

        Only the difference between two calls for the same samples means something.
        """
        return self._close.likelihood(samples, words, place, phones)

    def readings(self, word: str) -> list[Phones]:
        """How a word may sound, the most usual way first.

        Raises:
            Refused: `unknown_words`.
        """
        return self._close.readings(word)

    def renew(self) -> None:
        """Between two texts: replace decoders whose dictionaries grew by many spellings."""
        self._close.renew()
        self._wide.renew()


def learn_noise(decoder: Any, samples: bytes) -> None:
    """Let a decoder hear a recording once, searching for nothing, and so learn the noise behind it; leaves that search active.

    It takes noise out of what it hears, by an estimate that starts with the first frame and follows for seconds. A decoder that begins anew
    hears the beginning of each recording badly, and one that does not hears it by the recordings before. So each is preceded by itself.
    """
    decoder.reinit_feat()
    nothing: Any = FsgModel("nothing", decoder.get_logmath(), 1.0, 2)
    nothing.trans_add(0, 1, 0, nothing.word_add(_SILENCE))
    nothing.set_start_state(0)
    nothing.set_final_state(1)
    decoder.add_fsg("nothing", nothing)
    decoder.activate_search("nothing")
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()


def fit(alignment: Alignment) -> float:
    """How well a text was found: the mean score of its words, those not found counted as other words would be."""
    return sum(max(_LOST, word.score) if word else _LOST for word in alignment.words) / len(alignment.words)


def _explained(alignment: Alignment) -> float:
    """How well the whole sound was explained: the mean score of all its frames."""
    parts = [each for each in (*alignment.words, *alignment.gaps) if each]
    return sum(each.score * (each.end - each.begin) for each in parts) / sum(each.end - each.begin for each in parts)


class _Chains:
    """A decoder, and chains of words for it. It is thrown away where it failed: it would stay broken."""

    def __init__(self, beams: dict[str, float]) -> None:
        self._beams = beams
        self._rules = Rules()
        self._decoder: Any = None
        self.added: dict[Phones, str] = {}

    def align(self, samples: bytes, words: list[str]) -> Alignment | None:
        """See `Aligner.align`."""
        entries = [self._entry(word) for word in words]
        found = self._decode(in_room(samples), in_room(bytes(_MARGIN_SIZE)), self._chain(entries, is_strict=False))
        return None if found is None else _alignment(found, entries)

    def likelihood(self, samples: bytes, words: list[str], place: int, phones: Phones) -> float | None:
        """See `Aligner.likelihood`."""
        entries = [self._entry(word) for word in words]
        entries[place] = self._named(phones)
        found = self._decode(samples, _quiet(_MARGIN_SIZE), self._chain(entries, is_strict=True))
        if found is None or [segment.entry for segment in found if not segment.entry.startswith(("<", "["))] != entries:
            return None  # the decoder answers the best beginning where it does not reach the end
        return sum(segment.total for segment in found)

    def readings(self, word: str) -> list[Phones]:
        """How a word may sound, the most usual way first.

        Raises:
            Refused: `unknown_words`.
        """
        decoder = self._loaded()
        found = [decoder.lookup_word(word)]
        while found[-1]:
            found.append(decoder.lookup_word(f"{word}({len(found) + 1})"))
        return [tuple(each.split()) for each in found if each] or [self._rules.phones(word)]

    def _entry(self, word: str) -> str:
        """The dictionary's entry for a word, which is added where it lacks."""
        return word if self._loaded().lookup_word(word) else self._named(self._rules.phones(word))

    def renew(self) -> None:
        """Between two texts: replace a decoder whose dictionary grew by many spellings."""
        if len(self.added) > _MOST_ADDED:
            self._discard()

    def _named(self, phones: Phones) -> str:
        """The entry of sounds."""
        if phones not in self.added:
            name = f"={len(self.added)}"
            self._loaded().add_word(name, " ".join(phones), True)
            self.added[phones] = name
        return self.added[phones]

    def _chain(self, entries: list[str], *, is_strict: bool) -> Any:
        decoder = self._loaded()
        logs: Any = decoder.get_logmath()
        chain: Any = FsgModel("chain", logs, 1.0, len(entries) + 1)
        for place, entry in enumerate(entries):
            chain.trans_add(place, place + 1, 0, chain.word_add(entry))
            if not is_strict:
                chain.null_trans_add(place, place + 1, int(logs.log(_SKIPPED)))
        if not is_strict:
            other = chain.word_add(_OTHER_WORD)
            for place in range(len(entries) + 1):
                chain.trans_add(place, place, int(logs.log(_OTHER)), other)
        chain.set_start_state(0)
        chain.set_final_state(len(entries))
        return chain

    def _decode(self, samples: bytes, margin: bytes, chain: Any) -> "list[_Segment] | None":
        decoder = self._loaded()
        try:
            learn_noise(decoder, samples)
            decoder.add_fsg("chain", chain)
            decoder.activate_search("chain")
            decoder.start_utt()
            decoder.process_raw(margin + samples + margin, full_utt=True)
            decoder.end_utt()
            if decoder.hyp() is None:
                return None
            return _segments(decoder)
        except RuntimeError:
            self._discard()
            return None

    def _loaded(self) -> Any:
        if self._decoder is None:
            model = Path(get_model_path()) / "en-us"
            self._decoder = Decoder(
                hmm=str(model / "en-us"), dict=str(model / "cmudict-en-us.dict"), lm=None, loglevel="FATAL", **self._beams
            )
        return self._decoder

    def _discard(self) -> None:
        self._decoder = None
        self.added = {}


class _Segment(Struct, frozen=True):
    entry: str
    """Without the number of its variant."""
    begin: int
    end: int
    total: float


def _segments(decoder: Any) -> list[_Segment]:
    """What was found, up to the last word, and the quiet behind it.

    The decoder reports the likelihood of the last segment wrongly, as that of the one before it: a short one counts as quiet, a long one as
    speech that was not found, since little quiet is left at the end.
    """
    found = [_segment(each, decoder.get_logmath()) for each in decoder.seg()]
    trailing: list[_Segment] = []
    while found and found[-1].entry.startswith("<"):
        trailing.append(found.pop())
    if trailing:
        begin, end = trailing[-1].begin, trailing[0].end
        is_quiet = end - begin <= _TRAILING_FRAMES + _MARGIN_FRAMES
        found.append(_Segment(_SILENCE, begin, end, (end - begin) * (_QUIET_SCORE if is_quiet else _LOST)))
    return found


def _segment(found: Any, logs: Any) -> _Segment:
    begin, end = found.start_frame - _MARGIN_FRAMES, found.end_frame + 1 - _MARGIN_FRAMES
    total = logs.log(max(found.ascore, _UNLIKELY)) / _SCALE
    return _Segment(found.word.partition("(")[0], begin, end, total)


def _alignment(segments: list[_Segment], entries: list[str]) -> Alignment:
    words: list[Aligned | None] = [None] * len(entries)
    gaps: list[Gap] = []
    place = 0
    for segment in segments:
        begin, end = max(0, segment.begin), max(0, segment.end)
        score = segment.total / (segment.end - segment.begin)
        if segment.entry.startswith(("<", "[")):
            if end > begin:
                gaps.append(Gap(place, begin, end, score, segment.entry != _SILENCE and not segment.entry.startswith("<")))
            continue
        while entries[place] != segment.entry:
            place += 1
        words[place] = Aligned(begin, end, score)
        place += 1
    return Alignment(words, gaps)


def _quiet(size: int) -> bytes:
    """Samples of the faintest noise: true silence has no spectrum."""
    return array("h", (int(4 * math.sin(n * n)) for n in range(size // 2))).tobytes()
