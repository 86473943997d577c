"""What came of an attempt, by section, with what is right. Nobody but staff sees it before the attempt is over."""

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict
from bilim.quiz.queries.attempts import AttemptView, attempt
from bilim.quiz.queries.papers import key_of
from bilim.quiz.rules.papers import Key, PaperQuestion, PaperSection
from bilim.quiz.rules.results import to_score


class TestAnswerResult(Struct):
    """What came of a question. Answers are in words; `score` and `is_correct` are null until a person has graded the answer."""

    question_id: int
    user_answer: str | None
    correct_answer: str | None
    is_correct: bool | None
    score: float | None
    max_score: float


class TestSectionResult(Struct):
    """What came of a section."""

    section_id: int
    section_title: str
    score: float
    max_score: float
    answers: list[TestAnswerResult]


class ResultView(Struct):
    """What came of an attempt."""

    attempt: AttemptView
    title: str
    """The test's, as it was."""
    sections: list[TestSectionResult]


@signed_in
def result(tx: Tx, actor: Actor, attempt_id: int) -> ResultView:
    """What came of an attempt that is over: of one's own, or of anybody's for staff.

    Raises:
        NotFound: there is none, or the actor may not know of it.
        Conflict: it is running.
    """
    found = attempt(tx, actor, attempt_id)
    if found.ended_at is None:
        raise Conflict("attempt_running")
    key = key_of(tx, found.row.paper_id, found.row.digest)
    return ResultView(found, key.paper.title, [_section(key, section, found) for section in key.paper.sections])


def _section(key: Key, section: PaperSection, found: AttemptView) -> TestSectionResult:
    return TestSectionResult(
        section_id=section.id,
        section_title=section.title,
        score=to_score(sum(found.scores.get(question.id, 0) for question in section.questions)),
        max_score=to_score(sum(question.marks for question in section.questions)),
        answers=[_answer(key, question, found) for question in section.questions],
    )


def _answer(key: Key, question: PaperQuestion, found: AttemptView) -> TestAnswerResult:
    stored, score = found.answers.get(question.id), found.scores.get(question.id)
    data = key.data[question.id]
    if stored is None:
        return TestAnswerResult(question.id, None, data.key_text(), is_correct=False, score=0.0, max_score=to_score(question.marks))
    given = key.stored_answer(question.id, stored)
    return TestAnswerResult(
        question_id=question.id,
        user_answer=data.answer_text(given),
        correct_answer=data.key_text(),
        is_correct=None if score is None else score == question.marks,
        score=None if score is None else to_score(score),
        max_score=to_score(question.marks),
    )
