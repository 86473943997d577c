"""How well somebody read an English text: word by word, what was left out or put in, and whether declared sounds were kept (ADR 32).

What it does not claim: a score of single sounds, an accent, a level. Those cannot be told reliably by these means.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Literal

from msgspec import Struct

from bilim.engines.alignment import FRAMES_A_SECOND, Aligned, Aligner, Alignment, Gap, fit
from bilim.engines.contrasts import CONTRASTS, Contrast, replaced
from bilim.engines.decoding import RATE
from bilim.engines.gate import gate, require_speech
from bilim.engines.recognition import HeardWord
from bilim.engines.refusals import Refused
from bilim.engines.spelling import words_of

Status = Literal["good", "unclear", "wrong", "omitted"]
Outcome = Literal["good", "unclear", "replaced"]

MAX_WORDS = 150
_GOOD, _UNCLEAR = 80, 50
"""Scores from which a word is shown green, and amber; below it is red."""
_SCALE = ((-55.0, 0.0), (-38.0, 50.0), (-28.0, 80.0), (-14.0, 100.0))
"""Likelihoods and the scores that they are, straight between. Of read speech by natives, 99 words of 100 are above -38 and 93 above -28; of
wrong words 95 of 100 below -38 (bench/speech)."""
_OTHER_SCORE = -30.0
"""Silence that fits worse is not silent."""
_SAID_FRAMES, _REPLACED_FRAMES = 25, 12
"""So long something else must be to count as said between words, and instead of a word."""
_PAUSE_FRAMES = 30
_FOUND_SHARE, _LEAST_FIT = 0.4, -40.0
"""How many of its words, and how well on the whole, a text must be found to have been read. Texts by natives fit with -17 and better, other
texts with -38 and worse (bench/speech)."""
_SHORT_TEXT = 3
"""Of fewer words, one wrong word is no other text."""
_MOST_TARGETS = 12
"""Sounds judged in one text, each by two more alignments of some words."""
_TAIL_SECONDS = 0.3
"""Of quiet, kept behind the last utterance."""
_NEIGHBOURS = 6
_WINDOW_MARGIN = 20
_FAR = 500.0
"""The ratio where the other sound does not fit at all."""
_KEPT, _REPLACED = 30.0, -60.0
"""Log-likelihood ratios of the text's sound to the other: from here on it was kept, and up to here replaced."""
_SUSPECT = 60
"""The most that a word with a replaced sound scores."""

Recognise = Callable[[], list[HeardWord]]
"""What a recogniser that does not know the text hears; nothing where it cannot tell."""


class WordReport(Struct):
    """A word of the text. `begin` and `end` are seconds, null where it was not found."""

    word: str
    status: Status
    score: int
    begin: float | None
    end: float | None
    heard: str
    """What was said instead, as far as a recogniser can tell."""


class InsertedReport(Struct):
    """Something that the text does not have, said after so many of its words."""

    after: int
    begin: float
    end: float
    heard: str


class ContrastReport(Struct):
    """Whether a declared sound was kept; `place` is the word's in the text, from 0."""

    contrast: str
    place: int
    word: str
    sound: str
    other: str
    outcome: Outcome


class PauseReport(Struct):
    """Silence between words, after so many of them."""

    after: int
    seconds: float


class Assessment(Struct):
    """How a text was read."""

    score: float
    """0 to 100: the mean of all words; each insertion counts as one more word with 0."""
    heard: str
    words: list[WordReport]
    inserted: list[InsertedReport]
    contrasts: list[ContrastReport]
    pauses: list[PauseReport]
    words_per_minute: float
    seconds: float
    speech_seconds: float
    snr: float


def assess(aligner: Aligner, samples: bytes, text: str, contrasts: Iterable[str], recognise: Recognise) -> Assessment:
    """Judge 16 kHz mono samples of somebody who read a text.

    Args:
        contrasts: names of the contrasts to listen for.
        recognise: asked only where something else than the text was said.

    Raises:
        Refused: `not_heard`, `too_noisy`, `not_english`, `text_too_long`, `unknown_words`, or `off_text`: these words were not said.
    """
    words, seconds = words_of(text), len(samples) / (2 * RATE)
    if len(words) > MAX_WORDS:
        raise Refused("text_too_long", words=MAX_WORDS)
    gated = gate(samples)
    require_speech(gated)
    aligner.renew()
    samples = samples[: 2 * int((gated.spans[-1][1] + _TAIL_SECONDS) * RATE)]
    alignment = aligner.align(samples, words)
    if alignment is None or not is_on_text(alignment):
        raise Refused("off_text")
    reports = [_word(word, found) for word, found in zip(words, alignment.words, strict=True)]
    inserted = _name_others(reports, alignment, recognise)
    hints = _listen_for(aligner, samples, words, alignment, [CONTRASTS[name] for name in contrasts if name in CONTRASTS])
    for hint in hints:
        if hint.outcome == "replaced":
            _suspect(reports[hint.place])
    return Assessment(
        score=round(sum(report.score for report in reports) / (len(reports) + len(inserted)), 1),
        heard=_heard(reports, inserted),
        words=reports,
        inserted=inserted,
        contrasts=hints,
        pauses=_pauses(alignment),
        words_per_minute=_pace(alignment.words),
        seconds=round(seconds, 2),
        speech_seconds=round(gated.speech_seconds, 2),
        snr=round(gated.snr, 1),
    )


def score_of(likelihood: float) -> int:
    """A word's score, 0 to 100, by the mean log-likelihood of its frames.

    >>> [score_of(likelihood) for likelihood in (-90.0, -38.0, -33.0, -5.0)]
    [0, 50, 65, 100]
    """
    if likelihood <= _SCALE[0][0]:
        return 0
    for (low, least), (high, most) in pairwise(_SCALE):
        if likelihood < high:
            return round(least + (most - least) * (likelihood - low) / (high - low))
    return 100


def is_on_text(alignment: Alignment) -> bool:
    """Whether enough words were found to say that this text was read."""
    found = sum(word is not None and score_of(word.score) >= _UNCLEAR for word in alignment.words)
    if len(alignment.words) < _SHORT_TEXT:
        return any(alignment.words)
    return found >= len(alignment.words) * _FOUND_SHARE and fit(alignment) > _LEAST_FIT


def _word(word: str, found: Aligned | None) -> WordReport:
    if found is None:
        return WordReport(word, "omitted", 0, None, None, "")
    score = score_of(found.score)
    status: Status = "good" if score >= _GOOD else "unclear" if score >= _UNCLEAR else "wrong"
    return WordReport(word, status, score, _seconds(found.begin), _seconds(found.end), "")


def _suspect(report: WordReport) -> None:
    report.score = min(report.score, _SUSPECT)
    if report.status == "good":
        report.status = "unclear"


def _name_others(reports: list[WordReport], alignment: Alignment, recognise: Recognise) -> list[InsertedReport]:
    """Tell words that were replaced from those left out, find what was put in, and ask the recogniser what all these were."""
    inserted: list[InsertedReport] = []
    for after, begin, end, frames in _others(alignment.gaps):
        skipped = [place for place in _skipped_around(alignment.words, after) if reports[place].status == "omitted"]
        if skipped and frames >= _REPLACED_FRAMES:
            report = reports[skipped[0]]
            report.status, report.begin, report.end = "wrong", _seconds(begin), _seconds(end)
        elif frames >= _SAID_FRAMES:
            inserted.append(InsertedReport(after, _seconds(begin), _seconds(end), ""))
    unnamed: list[Any] = [*(report for report in reports if report.status == "wrong"), *inserted]
    if unnamed:
        said = recognise()
        for each in unnamed:
            each.heard = " ".join(word.word for word in said if each.begin <= (word.begin + word.end) / 2 <= each.end)
    return inserted


def _others(gaps: list[Gap]) -> list[tuple[int, int, int, int]]:
    """Stretches in which something else was said, by the words before them: begin, end, and frames that are not silent."""
    found: dict[int, tuple[int, int, int]] = {}
    for gap in gaps:
        if gap.is_other or gap.score < _OTHER_SCORE:
            begin, _, frames = found.get(gap.after, (gap.begin, 0, 0))
            found[gap.after] = begin, gap.end, frames + gap.end - gap.begin
    return [(after, *stretch) for after, stretch in found.items()]


def _skipped_around(words: list[Aligned | None], after: int) -> list[int]:
    """The places of the words not found that touch a gap behind so many words."""
    first = last = after
    while first > 0 and words[first - 1] is None:
        first -= 1
    while last < len(words) and words[last] is None:
        last += 1
    return list(range(first, last))


def _heard(reports: list[WordReport], inserted: list[InsertedReport]) -> str:
    """The text as it was said: words that were found, and what a recogniser heard in place of others and between them."""
    said: list[str] = []
    for place in range(len(reports) + 1):
        said += [each.heard for each in inserted if each.after == place]
        if place < len(reports):
            report = reports[place]
            said.append(report.word if report.status in ("good", "unclear") else report.heard)
    return " ".join(filter(None, said))


def _pauses(alignment: Alignment) -> list[PauseReport]:
    silent: dict[int, int] = {}
    for gap in alignment.gaps:
        if not gap.is_other and gap.score >= _OTHER_SCORE:
            silent[gap.after] = silent.get(gap.after, 0) + gap.end - gap.begin
    found = [place for place, word in enumerate(alignment.words) if word]
    inside = range(found[0] + 1, found[-1] + 1) if found else range(0)
    return [PauseReport(after, _seconds(frames)) for after, frames in silent.items() if after in inside and frames >= _PAUSE_FRAMES]


def _pace(words: list[Aligned | None]) -> float:
    """Words a minute, from the first found to the last."""
    found = [word for word in words if word]
    frames = found[-1].end - found[0].begin if found else 0
    return round(len(found) * 60 * FRAMES_A_SECOND / frames, 1) if frames else 0.0


def _listen_for(
    aligner: Aligner, samples: bytes, words: list[str], alignment: Alignment, contrasts: list[Contrast]
) -> list[ContrastReport]:
    """Judge the declared sounds of the words that were found, red ones too, up to a bound."""
    reports: list[ContrastReport] = []
    for place, found in enumerate(alignment.words):
        if found is None:
            continue
        readings = aligner.readings(words[place])
        for contrast in contrasts:
            changes = [(phones, changed) for phones in readings if (changed := replaced(phones, contrast))]
            if changes and len(reports) < _MOST_TARGETS:
                phones, (others, sound, other) = changes[0]
                ratio = likelihood_ratio(aligner, samples, words, alignment, place, phones, others)
                reports.append(ContrastReport(contrast.name, place, words[place], sound, other, _outcome(ratio)))
    return reports


def likelihood_ratio(
    aligner: Aligner, samples: bytes, words: list[str], alignment: Alignment, place: int, phones: Any, others: Any
) -> float | None:
    """The log-likelihood of a word with its own sounds less that with others, among its neighbours that were found; None if unknown."""
    around = [
        (near, found)
        for near in range(max(0, place - _NEIGHBOURS), min(len(words), place + _NEIGHBOURS + 1))
        if (found := alignment.words[near])
    ]
    is_first, is_last = place <= _NEIGHBOURS, place + _NEIGHBOURS >= len(words) - 1
    begin = 0 if is_first else max(0, around[0][1].begin - _WINDOW_MARGIN)
    end = len(samples) if is_last else (around[-1][1].end + _WINDOW_MARGIN) * _BYTES_A_FRAME
    window = samples[begin * _BYTES_A_FRAME : end]
    said, target = [words[near] for near, _ in around], [near for near, _ in around].index(place)
    own = aligner.likelihood(window, said, target, phones)
    other = aligner.likelihood(window, said, target, others)
    if own is None:
        return None
    return _FAR if other is None else own - other


_BYTES_A_FRAME = 2 * RATE // FRAMES_A_SECOND


def _outcome(ratio: float | None) -> Outcome:
    if ratio is None or _REPLACED < ratio < _KEPT:
        return "unclear"
    return "good" if ratio >= _KEPT else "replaced"


def _seconds(frames: int) -> float:
    return frames / FRAMES_A_SECOND
