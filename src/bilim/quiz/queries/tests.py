"""Reads of tests. What test-takers see of a question has no field for what is right; see `questions.rules.data.Sheet`."""

from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, convert, nested, nested_or_none, select_into
from bilim.kit.access import internal, public, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.questions.rules.data import Sheet
from bilim.quiz import access
from bilim.quiz.models import Attempt, Paper, Question, Section, Test
from bilim.quiz.queries.papers import key_of
from bilim.quiz.rules.papers import Key, PaperQuestion, PaperSection, raw
from bilim.quiz.rules.results import to_score

S = TypeVar("S", bound=Struct)


class TestQuestionSheet(Struct, kw_only=True, forbid_unknown_fields=True):
    """A question as a test-taker sees it. `answers` is always empty: one's own are with the attempt."""

    id: int
    section_id: int
    question_type: str
    question_text: str
    question_data: Sheet
    marks: float
    order_index: int
    answers: list[None] = []


class TestQuestionWithKey(Struct, kw_only=True):
    """A question as staff see it, with what is right."""

    id: int
    section_id: int
    question_type: str
    question_text: str
    question_data: msgspec.Raw
    marks: float
    order_index: int
    answers: list[None] = []


class TestSectionHead(Struct, kw_only=True):
    """A section as everybody sees it."""

    id: int
    test_id: int
    section_type: str
    title: str
    description: str | None
    instructions: str | None
    duration_minutes: int
    order_index: int


class TestSectionSheet(TestSectionHead, kw_only=True, forbid_unknown_fields=True):
    """A section as test-takers see it; without an attempt `questions` is empty, `passage` and `audio_url` are null."""

    passage: str | None = None
    audio_url: str | None = None
    questions: list[TestQuestionSheet] = []


class TestSectionWithKey(TestSectionHead, kw_only=True):
    """A section as staff see it."""

    passage: str | None
    audio_url: str | None
    transcript: str | None
    questions: list[TestQuestionWithKey] = []


class TestHead(Struct, kw_only=True):
    """A test without its sections."""

    id: int
    title: str
    description: str | None
    test_type: str
    duration_minutes: int
    is_active: bool
    created_at: datetime
    updated_at: datetime


class TestView(TestHead, kw_only=True):
    """A test with its sections."""

    sections: list[TestSectionSheet] = []


class TestWithKey(TestHead, kw_only=True):
    """A test as staff see it, with what is right."""

    sections: list[TestSectionWithKey] = []


class _PaperRef(Struct):
    id: int
    digest: str


class _Seen(Struct):
    """A test, and the paper of the viewer's last attempt at it."""

    head: TestView
    paper: _PaperRef | None


_HEAD: dict[str, Any] = {
    "id": Test.id,
    "title": Test.title,
    "description": Test.description,
    "test_type": Test.test_type,
    "duration_minutes": Test.duration_minutes,
    "is_active": Test.is_active,
    "created_at": Test.created_at,
    "updated_at": Test.updated_at,
}
_SECTION: dict[str, Any] = {
    "id": Section.id,
    "test_id": Section.test_id,
    "section_type": Section.section_type,
    "title": Section.title,
    "description": Section.description,
    "instructions": Section.instructions,
    "duration_minutes": Section.duration_minutes,
    "order_index": Section.order_index,
}
_MATERIAL: dict[str, Any] = {"passage": Section.passage, "audio_url": Section.audio_url}
_QUESTION: dict[str, Any] = {
    "id": Question.id,
    "section_id": Question.section_id,
    "question_type": Question.question_type,
    "question_text": Question.question_text,
    "question_data": convert(raw, Question.data),
    "marks": convert(to_score, Question.marks),
    "order_index": Question.order_index,
}


def _sections(kind: type[S], columns: dict[str, Any], condition: Any) -> PreparedSelection[S]:
    return PreparedSelection(select_into(kind, **columns).where(condition).order_by(Section.order_index, Section.id))


_TEST_ID = bindparam("test_id")
_SHEETS_OF_TESTS = _sections(TestSectionSheet, _SECTION, Section.test_id.in_(bindparam("test_ids", expanding=True)))
_WITH_KEY = {**_SECTION, **_MATERIAL, "transcript": Section.transcript}
_SECTIONS_WITH_KEY = _sections(TestSectionWithKey, _WITH_KEY, Section.test_id == _TEST_ID)
_ONE_SECTION_WITH_KEY = _sections(TestSectionWithKey, _WITH_KEY, Section.id == bindparam("section_id"))


def _questions(condition: Any) -> PreparedSelection[TestQuestionWithKey]:
    asked = select_into(TestQuestionWithKey, **_QUESTION).join(Section, Section.id == Question.section_id)
    return PreparedSelection(asked.where(condition).order_by(Question.order_index, Question.id))


_QUESTIONS_OF_TEST = _questions(Section.test_id == _TEST_ID)
_QUESTIONS_OF_SECTION = _questions(Question.section_id == bindparam("section_id"))
_ONE_QUESTION = _questions(Question.id == bindparam("question_id"))
_STAFF_HEAD = PreparedSelection(select_into(TestWithKey, **_HEAD).where(Test.id == _TEST_ID, access.IS_THERE))
_OPEN_HEAD = PreparedSelection(select_into(TestView, **_HEAD).where(Test.id == _TEST_ID, access.IS_OPEN))
_LAST_PAPER = (
    select(Attempt.paper_id)
    .where(Attempt.test_id == Test.id, Attempt.user_id == bindparam("viewer_id"))
    .order_by(Attempt.id.desc())
    .limit(1)
    .scalar_subquery()
)
_SEEN_HEAD = PreparedSelection(
    select_into(_Seen, head=nested(TestView, **_HEAD), paper=nested_or_none(_PaperRef, id=Paper.id, digest=Paper.digest))
    .select_from(Test)
    .outerjoin(Paper, Paper.id == _LAST_PAPER)
    .where(Test.id == _TEST_ID, access.IS_OPEN | access.has_running())
)


@cache
def _listed(is_staff: bool, has_type: bool) -> ListQuery[TestView]:  # noqa: FBT001 - which of four statements
    conditions = [access.IS_THERE if is_staff else access.IS_OPEN, *([Test.test_type == bindparam("test_type")] if has_type else [])]
    counted = select(func.count()).select_from(Test).where(*conditions)
    selection: Selection[TestView] = select_into(TestView, **_HEAD)
    return ListQuery(selection.where(*conditions).order_by(Test.id), counted)


@public
def tests(tx: Tx, actor: Actor | None, page: Page, test_type: str | None) -> RowStream[TestView]:
    """Tests by id with their sections, without questions; staff see those that are not active too.

    Args:
        test_type: in the form of `inputs.kind_of`; all where None.
    """

    def with_sections(found: list[TestView]) -> list[TestView]:
        by_test: defaultdict[int, list[TestSectionSheet]] = defaultdict(list)
        for section in tx.fetch_all(_SHEETS_OF_TESTS, {"test_ids": [each.id for each in found]}):
            by_test[section.test_id].append(section)
        for each in found:
            each.sections = by_test[each.id]
        return found

    query = _listed(actor is not None and actor.is_teacher, test_type is not None)
    return paginate(tx, query, page, {} if test_type is None else {"test_type": test_type}, enrich=with_sections)


@public
def test(tx: Tx, actor: Actor | None, test_id: int) -> TestWithKey | TestView:
    """One test, of which callers see different parts.

    Staff see it as it is now, with what is right; whoever has an attempt as it was at the start of their last one, without what is right;
    all others without questions.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    if actor is not None and actor.is_teacher:
        return staff_test(tx, actor, test_id)
    if actor is None:
        head, paper = tx.fetch_one(_OPEN_HEAD, {"test_id": test_id}), None
    else:
        seen = tx.fetch_one(_SEEN_HEAD, {"test_id": test_id, "viewer_id": actor.id, "now": tx.now})
        head, paper = seen.head, seen.paper
    if paper is not None:
        head.sections = sheets(key_of(tx, paper.id, paper.digest), test_id)
    else:
        head.sections = tx.fetch_all(_SHEETS_OF_TESTS, {"test_ids": [test_id]})
    return head


@requires(Role.TEACHER)
def staff_test(tx: Tx, _actor: Actor, test_id: int) -> TestWithKey:
    """One test as it is now, with what is right.

    Raises:
        NotFound: there is none.
    """
    head = tx.fetch_one(_STAFF_HEAD, {"test_id": test_id})
    head.sections = tx.fetch_all(_SECTIONS_WITH_KEY, {"test_id": test_id})
    by_id = {section.id: section for section in head.sections}
    for question in tx.fetch_all(_QUESTIONS_OF_TEST, {"test_id": test_id}):
        by_id[question.section_id].questions.append(question)
    return head


@requires(Role.TEACHER)
def section_with_key(tx: Tx, _actor: Actor, section_id: int) -> TestSectionWithKey:
    """One section with its questions and what is right.

    Raises:
        NotFound: there is none.
    """
    section = tx.fetch_one(_ONE_SECTION_WITH_KEY, {"section_id": section_id})
    section.questions = tx.fetch_all(_QUESTIONS_OF_SECTION, {"section_id": section_id})
    return section


@requires(Role.TEACHER)
def question_with_key(tx: Tx, _actor: Actor, question_id: int) -> TestQuestionWithKey:
    """One question with what is right.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE_QUESTION, {"question_id": question_id})


@internal
def sheets(key: Key, test_id: int) -> list[TestSectionSheet]:
    """The sections of a paper as test-takers see them."""
    return [_sheet_of(key, section, test_id) for section in key.paper.sections]


def _sheet_of(key: Key, section: PaperSection, test_id: int) -> TestSectionSheet:
    return TestSectionSheet(
        id=section.id,
        test_id=test_id,
        section_type=section.section_type,
        title=section.title,
        description=section.description,
        instructions=section.instructions,
        duration_minutes=section.duration_minutes,
        order_index=section.order_index,
        passage=section.passage,
        audio_url=section.audio_url,
        questions=[_question_sheet(key, section.id, question) for question in section.questions],
    )


def _question_sheet(key: Key, section_id: int, question: PaperQuestion) -> TestQuestionSheet:
    return TestQuestionSheet(
        id=question.id,
        section_id=section_id,
        question_type=question.question_type,
        question_text=question.question_text,
        question_data=key.data[question.id].sheet(),
        marks=to_score(question.marks),
        order_index=question.order_index,
    )
