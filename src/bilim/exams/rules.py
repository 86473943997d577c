"""Decisions about exams: what a question is, when time is up, which answers are correct, how well questions do. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Literal

from msgspec import Struct

from bilim.kit.errors import FieldProblems, Problem, unknown_id
from bilim.limits.rules import Limit

Kind = Literal["test", "written"]

MAX_TITLE = 255
MAX_QUESTIONS = 500
MAX_OPTIONS = 20
FEWEST_OPTIONS = 2
CODE_LENGTH = 6
CODE_GUESSES = Limit("exam-code", 10, timedelta(minutes=10))
"""Wrong codes of one person."""

_GRACE = timedelta(minutes=1)
"""After the end, for slow networks (CONTRACT section 8)."""
_COPY = " (Nusxa)"
"""Document 002, section 13."""


class Option(Struct, frozen=True):
    """An option's content."""

    text: str
    is_correct: bool
    position: int


class Question(Struct, frozen=True):
    """A question's content, apart from its row: to compare, copy and store."""

    text: str
    kind: Kind
    position: int
    written_answer_sample: str | None
    options: tuple[Option, ...]


class Given(Struct, frozen=True):
    """What a student answered to a question."""

    question_id: int
    option_id: int | None
    written_answer: str | None


class Key(Struct, frozen=True):
    """How a question is marked. `options` says of each option by id whether it is correct."""

    kind: Kind
    options: dict[int, bool]


def kind_problem(kind: Kind, options: Sequence[bool], sample: str | None) -> dict[str, str]:
    """What is wrong with a question as a whole, as a code by field: what belongs to the other kind, and tests that nobody could pass.

    Args:
        kind: the question's.
        options: whether each option is correct.
        sample: of a written answer; a blank one counts as none.
    """
    if kind == "written":
        return {"options": "options_of_written"} if options else {}
    found: dict[str, str] = {}
    if len(options) < FEWEST_OPTIONS:
        found["options"] = "too_few_options"
    elif not any(options):
        found["options"] = "no_correct_option"
    if sample and sample.strip():
        found["written_answer_sample"] = "sample_of_test"
    return found


def title_of_copy(title: str) -> str:
    """The title of a copy, no longer than its column.

    >>> title_of_copy("IELTS Grammar Test #1")
    'IELTS Grammar Test #1 (Nusxa)'
    """
    return title[: MAX_TITLE - len(_COPY)] + _COPY


def end_of(entered_at: datetime | None, time_limit: int) -> datetime | None:
    """When a student's time is up: so many minutes after they entered. None without a limit or an entry."""
    return entered_at + timedelta(minutes=time_limit) if entered_at and time_limit else None


def seconds_left(ends_at: datetime | None, now: datetime) -> int | None:
    """Whole seconds until the end, 0 once it is over; None where there is no end."""
    return None if ends_at is None else max(0, (ends_at - now) // timedelta(seconds=1))


def is_too_late(ends_at: datetime | None, now: datetime) -> bool:
    """Whether answers are not taken any more: a minute after the end."""
    return ends_at is not None and now > ends_at + _GRACE


def score(correct: int, total: int) -> float:
    """Per cent of the questions that were answered correctly; 0 where there are none.

    >>> score(16, 20), score(0, 0)
    (80.0, 0.0)
    """
    return 100 * correct / total if total else 0.0


def answers_problem(key: Mapping[int, Key], answers: Sequence[Given]) -> list[FieldProblems] | None:
    """What is wrong with the answers to an exam, one dict for each answer and empty where it is good; None where all are good.

    Args:
        key: every question of the exam, by id.
        answers: as they were sent.
    """
    answered: set[int] = set()
    found: list[FieldProblems] = []
    for answer in answers:
        found.append(_answer_problem(key, answer, answered))
        answered.add(answer.question_id)
    return found if any(found) else None


def _answer_problem(key: Mapping[int, Key], answer: Given, answered: set[int]) -> FieldProblems:
    question = key.get(answer.question_id)
    if question is None:
        return {"question_id": [unknown_id(answer.question_id)]}
    if answer.question_id in answered:
        return {"question_id": [Problem("question_twice")]}
    found: FieldProblems = {}
    if answer.option_id is not None and question.kind == "written":
        found["option_id"] = [Problem("option_for_written")]
    elif answer.option_id is not None and answer.option_id not in question.options:
        found["option_id"] = [unknown_id(answer.option_id)]
    if answer.written_answer is not None and question.kind == "test":
        found["written_answer"] = [Problem("text_for_test")]
    return found


def is_right(key: Mapping[int, Key], answer: Given) -> bool:
    """Whether an answer is a correct option of its question; written answers are marked by a person."""
    return answer.option_id is not None and key[answer.question_id].options[answer.option_id]


class ItemSums(Struct, frozen=True):
    """Sums over the results of an exam, of one question.

    `correct` results answered it correctly, and `score_of_correct` is the sum of their correct answers; `score` and `squared_score` are the
    sums over all `results` of their correct answers and of the squares of these.
    """

    results: int
    correct: int
    score_of_correct: int
    score: int
    squared_score: int


def discrimination(sums: ItemSums) -> float | None:
    """How well a question tells strong students from weak ones, from -1 to 1: the corrected item-rest correlation.

    It is the point-biserial correlation between answering it correctly and the number of *other* questions answered correctly. Near 0 the
    question tells nothing, below 0 the weak do better: a wrong key, or an ambiguous text. None where either does not vary.
    """
    count, correct = sums.results, sums.correct
    rest = sums.score - correct
    squared_rest = sums.squared_score - 2 * sums.score_of_correct + correct
    spread = (count * correct - correct**2) * (count * squared_rest - rest**2)
    if spread <= 0:
        return None
    together = count * (sums.score_of_correct - correct) - correct * rest
    return max(-1.0, min(1.0, together / sqrt(spread)))
