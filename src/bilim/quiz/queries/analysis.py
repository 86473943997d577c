"""What a test's results say about its questions. For staff alone."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.kit.item_analysis import discrimination
from bilim.questions.rules.wrong_answers import WrongAnswer, most_chosen
from bilim.quiz import access
from bilim.quiz.models import Attempt, Paper, Test
from bilim.quiz.queries.attempts import answers_of, scores_of
from bilim.quiz.queries.papers import keys_of
from bilim.quiz.rules.papers import Key, PaperQuestion

NEWEST = 1000
"""Attempts that an analysis looks at, newest first: enough for any statistic here, and read in a moment."""
_DIGITS = 3


class TestItemView(Struct):
    """A question by its results. `correct` are those worth all its marks; an answer that waits for a grade is left out.

    `discrimination` is the corrected item-rest correlation: near 1 where strong test-takers answer it correctly and weak ones do not, null
    where nothing can be told.
    """

    id: int
    section_id: int
    question_type: str
    question_text: str
    participants: int
    answered: int
    correct: int
    correct_share: float | None
    average_share: float | None
    """Of its marks."""
    discrimination: float | None
    most_chosen_wrong: WrongAnswer | None


class TestAnalysisView(Struct):
    """A test by its results: the first attempts of so many people, since later ones were made with the answers known."""

    test_id: int
    title: str
    participants: int
    questions: list[TestItemView]


class _Sat(Struct):
    """One attempt."""

    key: Key
    answers: dict[int, str]
    scores: dict[int, int]
    right: int
    """Questions with all their marks."""


_TITLE = Prepared(select(Test.title).where(Test.id == bindparam("test_id"), access.IS_THERE))
_EARLIER = aliased(Attempt)
_IS_FIRST = ~exists(
    select(_EARLIER.id).where(_EARLIER.test_id == Attempt.test_id, _EARLIER.user_id == Attempt.user_id, _EARLIER.id < Attempt.id)
)
_SAT = Prepared(
    select(Attempt.id, Attempt.paper_id, Paper.digest, Attempt.scores)
    .join(Paper, Paper.id == Attempt.paper_id)
    .where(Attempt.test_id == bindparam("test_id"), Attempt.ended_at.is_not(None), _IS_FIRST)
    .order_by(Attempt.id.desc())
    .limit(NEWEST)
)


@requires(Role.TEACHER)
def analysis(tx: Tx, _actor: Actor, test_id: int) -> TestAnalysisView:
    """The questions of a test by the newest first attempts at it, in the order of the newest; deleted questions stand last.

    Raises:
        NotFound: there is no such test.
    """
    title = tx.scalar(_TITLE, {"test_id": test_id})
    if title is None:
        raise NotFound
    rows = tx.all(_SAT, {"test_id": test_id})
    keys = keys_of(tx, {row[1]: row[2] for row in rows})
    answers = answers_of(tx, [row[0] for row in rows])
    sittings = [_sitting(keys[paper_id], answers.get(attempt_id, {}), scores) for attempt_id, paper_id, _, scores in rows]
    questions: dict[int, PaperQuestion] = {}
    asked: defaultdict[int, list[_Sat]] = defaultdict(list)
    for sat in sittings:
        for question_id, question in sat.key.questions.items():
            questions.setdefault(question_id, question)
            if question_id in sat.scores or question_id not in sat.answers:
                asked[question_id].append(sat)
    return TestAnalysisView(test_id, title, len(rows), [_item(question, asked[question.id]) for question in questions.values()])


def _sitting(key: Key, answers: dict[int, str], stored: Any) -> _Sat:
    scores = scores_of(stored)
    return _Sat(key, answers, scores, sum(_is_right(key, scores, question_id) for question_id in key.questions))


def _is_right(key: Key, scores: dict[int, int], question_id: int) -> bool:
    return scores.get(question_id) == key.questions[question_id].marks


def _item(question: PaperQuestion, asked: list[_Sat]) -> TestItemView:
    right = [_is_right(sat.key, sat.scores, question.id) for sat in asked]
    tells_apart = discrimination(right, [sat.right for sat in asked])
    most = sum(sat.key.questions[question.id].marks for sat in asked)
    return TestItemView(
        id=question.id,
        section_id=question.section_id,
        question_type=question.question_type,
        question_text=question.question_text,
        participants=len(asked),
        answered=sum(question.id in sat.answers for sat in asked),
        correct=sum(right),
        correct_share=round(sum(right) / len(right), _DIGITS) if right else None,
        average_share=round(sum(sat.scores.get(question.id, 0) for sat in asked) / most, _DIGITS) if most else None,
        discrimination=None if tells_apart is None else round(tells_apart, _DIGITS),
        most_chosen_wrong=most_chosen(_wrong(question.id, asked)),
    )


def _wrong(question_id: int, asked: list[_Sat]) -> Iterator[str]:
    """The wrong answers to a question in words. Essays have none."""
    for sat in asked:
        data = sat.key.data[question_id]
        if question_id in sat.answers and not data.is_marked_by_hand and not _is_right(sat.key, sat.scores, question_id):
            yield data.answer_text(sat.key.stored_answer(question_id, sat.answers[question_id]))
