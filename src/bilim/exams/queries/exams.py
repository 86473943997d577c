"""Reads of exams. What students see of a question has no field for the answer, and is selected without it."""

from datetime import date, datetime
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, case, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, nested, select_into
from bilim.exams import access, rules
from bilim.exams.models import Exam, ExamEntry, ExamOption, ExamQuestion, ExamResult
from bilim.exams.rules import Kind, Option, Question
from bilim.groups.models import Subject
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream

S = TypeVar("S", bound=Struct)


class ExamView(Struct, kw_only=True, rename={"subject_id": "subject"}):
    """An exam; `code` is null for a student who did not enter it. `participants_count` are those who handed it in."""

    id: int
    subject_id: int
    subject_name: str
    title: str
    code: str | None
    description: str | None
    time_limit: int
    is_published: bool
    is_active: bool
    date: date
    questions_count: int
    participants_count: int
    created_at: datetime


class OptionView(Struct, gc=False, forbid_unknown_fields=True, rename={"position": "order"}):
    """An option as a student sees it."""

    id: int
    text: str
    position: int


class QuestionView(Struct, forbid_unknown_fields=True, rename={"kind": "type", "position": "order"}):
    """A question as a student sees it."""

    id: int
    text: str
    kind: Kind
    position: int
    options: list[OptionView] = []


class ExamSheet(ExamView, forbid_unknown_fields=True, kw_only=True):
    """An exam as a student sees it, without questions until they entered its code. Times are null without an entry or without a limit."""

    entered_at: datetime | None
    ends_at: datetime | None
    seconds_left: int | None
    server_time: datetime
    """By which a browser sets its clock."""
    questions: list[QuestionView]


class OptionWithKey(Struct, gc=False, rename={"position": "order"}):
    """An option as staff see it."""

    id: int
    text: str
    is_correct: bool
    position: int


class QuestionWithKey(Struct, rename={"kind": "type", "position": "order"}):
    """A question as staff see it."""

    id: int
    text: str
    kind: Kind
    position: int
    written_answer_sample: str | None
    options: list[OptionWithKey] = []


class ExamWithKey(ExamView, kw_only=True):
    """An exam as staff see it, with the correct answers."""

    created_by: int
    updated_at: datetime
    questions: list[QuestionWithKey]


_QUESTIONS_COUNT = select(func.count()).where(ExamQuestion.exam_id == Exam.id).scalar_subquery()
_PARTICIPANTS_COUNT = select(func.count()).where(ExamResult.exam_id == Exam.id).scalar_subquery()
_FIELDS: dict[str, Any] = {
    "id": Exam.id,
    "subject_id": Exam.subject_id,
    "subject_name": Subject.name,
    "title": Exam.title,
    "code": Exam.code,
    "description": Exam.description,
    "time_limit": Exam.time_limit,
    "is_published": Exam.is_published,
    "is_active": Exam.is_active,
    "date": Exam.date,
    "questions_count": _QUESTIONS_COUNT,
    "participants_count": _PARTICIPANTS_COUNT,
    "created_at": Exam.created_at,
}
_VIEWER = bindparam("viewer_id")
_FOR_STUDENTS: dict[str, Any] = {**_FIELDS, "code": case((access.has_entered(_VIEWER), Exam.code))}
"""The same, where the code is null for a viewer who did not enter it."""


def _listed(fields: dict[str, Any], condition: Any) -> ListQuery[ExamView]:
    selection = select_into(ExamView, **fields).join(Subject, Subject.id == Exam.subject_id).where(condition).order_by(Exam.id)
    return ListQuery(selection, select(func.count()).select_from(Exam).where(condition))


_ALL = _listed(_FIELDS, access.IS_THERE)
_OPEN = _listed(_FOR_STUDENTS, access.IS_OPEN)


@signed_in
def exams(tx: Tx, actor: Actor, page: Page) -> RowStream[ExamView]:
    """The exams that the actor may know of, by id."""
    return paginate(tx, _ALL, page) if actor.is_teacher else paginate(tx, _OPEN, page, {"viewer_id": actor.id})


@signed_in
def exam(tx: Tx, actor: Actor, exam_id: int) -> ExamWithKey | ExamSheet:
    """One exam, for staff with the correct answers, for a student without them.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return exam_with_key(tx, actor, exam_id) if actor.is_teacher else _sheet(tx, actor, exam_id)


Q = TypeVar("Q", QuestionView, QuestionWithKey)


class _Head(Struct):
    """An exam without its questions, and what only staff see of it."""

    exam: ExamView
    created_by: int
    updated_at: datetime


class _OwnHead(Struct):
    """An exam without its questions, and when the viewer entered it."""

    exam: ExamView
    entered_at: datetime | None


_EXAM_ID = bindparam("exam_id")
_ENTERED_AT = select(ExamEntry.entered_at).where(ExamEntry.exam_id == Exam.id, ExamEntry.student_id == _VIEWER).scalar_subquery()


def _one(selection: Selection[S], condition: Any) -> PreparedSelection[S]:
    return PreparedSelection(selection.join(Subject, Subject.id == Exam.subject_id).where(Exam.id == _EXAM_ID, condition))


_HEAD = _one(select_into(_Head, exam=nested(ExamView, **_FIELDS), created_by=Exam.created_by, updated_at=Exam.updated_at), access.IS_THERE)
_OWN_HEAD = _one(select_into(_OwnHead, exam=nested(ExamView, **_FOR_STUDENTS), entered_at=_ENTERED_AT), access.IS_OPEN)


@requires(Role.TEACHER)
def exam_with_key(tx: Tx, _actor: Actor, exam_id: int) -> ExamWithKey:
    """One exam with the correct answers.

    Raises:
        NotFound: there is none.
    """
    head = tx.fetch_one(_HEAD, {"exam_id": exam_id})
    questions = _questions_with_key(tx, exam_id)
    return ExamWithKey(**asdict(head.exam), created_by=head.created_by, updated_at=head.updated_at, questions=questions)


def _sheet(tx: Tx, actor: Actor, exam_id: int) -> ExamSheet:
    head = tx.fetch_one(_OWN_HEAD, {"exam_id": exam_id, "viewer_id": actor.id})
    ends_at = rules.end_of(head.entered_at, head.exam.time_limit)
    return ExamSheet(
        **asdict(head.exam),
        entered_at=head.entered_at,
        ends_at=ends_at,
        seconds_left=rules.seconds_left(ends_at, tx.now),
        server_time=tx.local_now,
        questions=_asked(tx, exam_id, _QUESTIONS, _OPTIONS) if head.entered_at else [],
    )


class _Placed(Struct, gc=False):
    """An option, for students or for staff, and the question that it belongs to."""

    question_id: int
    option: Any


def _of_exam(selection: Selection[S], *order: Any) -> PreparedSelection[S]:
    """Rows of an exam's questions, in the order in which they are asked."""
    return PreparedSelection(selection.where(ExamQuestion.exam_id == _EXAM_ID).order_by(ExamQuestion.position, ExamQuestion.id, *order))


def _options_of_exam(kind: type[Struct], **fields: Any) -> PreparedSelection[_Placed]:
    option = nested(kind, id=ExamOption.id, text=ExamOption.text, position=ExamOption.position, **fields)
    placed = select_into(_Placed, question_id=ExamOption.question_id, option=option)
    return _of_exam(placed.join(ExamQuestion, ExamQuestion.id == ExamOption.question_id), ExamOption.position, ExamOption.id)


_QUESTION: dict[str, Any] = {
    "id": ExamQuestion.id,
    "text": ExamQuestion.text,
    "kind": ExamQuestion.kind,
    "position": ExamQuestion.position,
}
_QUESTIONS = _of_exam(select_into(QuestionView, **_QUESTION))
_OPTIONS = _options_of_exam(OptionView)
_QUESTIONS_WITH_KEY = _of_exam(select_into(QuestionWithKey, **_QUESTION, written_answer_sample=ExamQuestion.written_answer_sample))
_OPTIONS_WITH_KEY = _options_of_exam(OptionWithKey, is_correct=ExamOption.is_correct)


def _asked(tx: Tx, exam_id: int, questions: PreparedSelection[Q], options: PreparedSelection[_Placed]) -> list[Q]:
    """Questions with their options, in the order in which they are asked: two queries, however many there are."""
    found = tx.fetch_all(questions, {"exam_id": exam_id})
    by_id = {question.id: question for question in found}
    for placed in tx.fetch_all(options, {"exam_id": exam_id}):
        by_id[placed.question_id].options.append(placed.option)
    return found


def _questions_with_key(tx: Tx, exam_id: int) -> list[QuestionWithKey]:
    return _asked(tx, exam_id, _QUESTIONS_WITH_KEY, _OPTIONS_WITH_KEY)


@internal
def stored_questions(tx: Tx, exam_id: int) -> list[Question]:
    """The content of an exam's questions, in the order in which they are asked."""
    return [
        Question(
            text=question.text,
            kind=question.kind,
            position=question.position,
            written_answer_sample=question.written_answer_sample,
            options=tuple(Option(option.text, option.is_correct, option.position) for option in question.options),
        )
        for question in _questions_with_key(tx, exam_id)
    ]
