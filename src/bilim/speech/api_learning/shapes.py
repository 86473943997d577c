"""Attempts at pronunciation as the learning surface shows them."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict

from bilim.speech.protocols import Assessment, ContrastFound, Inserted, Pause, WordFound
from bilim.speech.queries.attempts import AttemptView
from bilim.speech.rules import MAX_RECORDING_BYTES
from bilim.texts import text

RECORDING_BODY = MAX_RECORDING_BYTES + 1024 * 1024
"""The largest body of a route that takes a recording: larger ones are refused before they are stored."""
_NAMED = 5
"""Words that feedback names."""


class WordOut(Struct):
    """A word of the text. `begin` and `end` are seconds, null where it was not found; `color` is green, amber or red."""

    word: str
    score: int
    status: str
    color: str
    begin: float | None
    end: float | None
    heard: str


class ReadingOut(Struct):
    """How a text was read. `error` is always null: what cannot be judged is refused."""

    id: int
    accuracy_score: float
    reference_text: str
    transcribed_text: str
    error: str | None
    feedback: str
    words: list[WordOut]
    inserted: list[Inserted]
    contrasts: list[ContrastFound]
    pauses: list[Pause]
    words_per_minute: float
    seconds: float
    phrase_id: int | None
    session_id: int | None
    created_at: datetime


def reading_out(attempt: AttemptView) -> ReadingOut:
    """An attempt as it is answered."""
    found = attempt.assessment
    return ReadingOut(
        id=attempt.id,
        accuracy_score=attempt.accuracy_score,
        reference_text=attempt.reference_text,
        transcribed_text=attempt.transcribed_text,
        error=None,
        feedback=feedback_on(found),
        words=[_word_out(word) for word in found.words],
        inserted=found.inserted,
        contrasts=found.contrasts,
        pauses=found.pauses,
        words_per_minute=found.words_per_minute,
        seconds=found.seconds,
        phrase_id=attempt.phrase_id,
        session_id=attempt.session_id,
        created_at=attempt.created_at,
    )


def _word_out(word: WordFound) -> WordOut:
    return WordOut(**asdict(word), color=word.color)


def feedback_on(found: Assessment) -> str:
    """What was found, in a few sentences."""
    wrong = [word.word for word in found.words if word.status == "wrong"]
    omitted = [word.word for word in found.words if word.status == "omitted"]
    unclear = [word.word for word in found.words if word.status == "unclear"]
    replaced = [f"{each.word} ({each.sound} → {each.other})" for each in found.contrasts if each.outcome == "replaced"]
    named = {"feedback_wrong": wrong, "feedback_omitted": omitted, "feedback_unclear": unclear, "feedback_replaced": replaced}
    said = [text(code, {"words": ", ".join(dict.fromkeys(words[:_NAMED]))}) for code, words in named.items() if words]
    return " ".join(said) or text("feedback_good", {})
