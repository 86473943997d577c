"""Making and changing tests, their sections and questions. Attempts that were begun are not touched: they are held by their paper."""

from typing import Any

from msgspec import UnsetType
from sqlalchemy import delete, func, select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict
from bilim.kit.inputs import sent_fields, value_or
from bilim.questions.rules.imported import MAX_QUESTIONS
from bilim.questions.rules.types import to_json
from bilim.quiz import access
from bilim.quiz.inputs import (
    MAX_SECTIONS,
    TestChanges,
    TestInput,
    TestQuestionChanges,
    TestQuestionInput,
    TestSectionChanges,
    TestSectionInput,
    kind_of,
    require_data,
)
from bilim.quiz.models import Question, Section, Test
from bilim.quiz.rules.results import to_hundredths


@requires(Role.ADMIN)
def create_test(tx: Tx, actor: Actor, new: TestInput) -> int:
    """Make a test and return its id."""
    columns = {"is_active": True, **_test_columns(new)}
    return tx.insert(Test, **columns, version=1, created_by=actor.id, created_at=tx.now, updated_at=tx.now)


@requires(Role.ADMIN)
def change_test(tx: Tx, actor: Actor, test_id: int, changes: TestChanges) -> None:
    """Change a test: what is left out stays.

    Raises:
        NotFound: there is none.
    """
    access.lock_test(tx, actor, test_id)
    note_change(tx, test_id, **_test_columns(changes))


@requires(Role.ADMIN)
def delete_test(tx: Tx, actor: Actor, test_id: int) -> None:
    """Delete a test. One that somebody began is hidden: its attempts stay and go on (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    access.lock_test(tx, actor, test_id)
    if not tx.delete_unless_referenced(Test, test_id):
        tx.execute(update(Test).where(Test.id == test_id).values(deleted_at=tx.now))


@requires(Role.ADMIN)
def create_section(tx: Tx, actor: Actor, test_id: int, new: TestSectionInput) -> int:
    """Add a section to a test and return its id.

    Raises:
        NotFound: there is no such test.
        Conflict: the test is full.
    """
    access.lock_test(tx, actor, test_id)
    if tx.scalar(select(func.count()).select_from(Section).where(Section.test_id == test_id)) >= MAX_SECTIONS:
        raise Conflict("too_many_sections", most=MAX_SECTIONS)
    columns = {"order_index": _next(tx, Section, Section.test_id == test_id), **_section_columns(new)}
    note_change(tx, test_id)
    return tx.insert(Section, test_id=test_id, **columns)


@requires(Role.ADMIN)
def change_section(tx: Tx, actor: Actor, section_id: int, changes: TestSectionChanges) -> None:
    """Change a section: what is left out stays.

    Raises:
        NotFound: there is none.
    """
    test_id = access.lock_test_of_section(tx, actor, section_id)
    if columns := _section_columns(changes):
        tx.execute(update(Section).where(Section.id == section_id).values(**columns))
    note_change(tx, test_id)


@requires(Role.ADMIN)
def delete_section(tx: Tx, actor: Actor, section_id: int) -> None:
    """Delete a section with its questions. Attempts that were begun keep them.

    Raises:
        NotFound: there is none.
    """
    test_id = access.lock_test_of_section(tx, actor, section_id)
    tx.execute(delete(Section).where(Section.id == section_id))
    note_change(tx, test_id)


@requires(Role.ADMIN)
def create_question(tx: Tx, actor: Actor, section_id: int, new: TestQuestionInput) -> int:
    """Add a question to a section and return its id.

    Raises:
        NotFound: there is no such section.
        Conflict: the test is full.
    """
    test_id = access.lock_test_of_section(tx, actor, section_id)
    require_room(tx, test_id, 1)
    note_change(tx, test_id)
    position = value_or(new.order_index, None)
    return insert_question(tx, section_id, next_position(tx, section_id) if position is None else position, new)


@requires(Role.ADMIN)
def change_question(tx: Tx, actor: Actor, question_id: int, changes: TestQuestionChanges) -> None:
    """Change a question: what is left out stays, and so does its type.

    Raises:
        NotFound: there is none.
        Invalid: data that is not of its type.
    """
    test_id = access.lock_test_of_question(tx, actor, question_id)
    columns = _sent(changes, "question_text", "order_index")
    if not isinstance(changes.question_data, UnsetType):
        question_type = tx.scalar(select(Question.question_type).where(Question.id == question_id))
        columns["data"] = to_json(require_data(question_type, changes.question_data))
    if not isinstance(changes.marks, UnsetType):
        columns["marks"] = to_hundredths(changes.marks)
    if columns:
        tx.execute(update(Question).where(Question.id == question_id).values(**columns))
    note_change(tx, test_id)


@requires(Role.ADMIN)
def delete_question(tx: Tx, actor: Actor, question_id: int) -> None:
    """Delete a question. Attempts that were begun keep it.

    Raises:
        NotFound: there is none.
    """
    test_id = access.lock_test_of_question(tx, actor, question_id)
    tx.execute(delete(Question).where(Question.id == question_id))
    note_change(tx, test_id)


@internal
def require_room(tx: Tx, test_id: int, more: int) -> None:
    """Check that so many questions more fit into a locked test.

    Raises:
        Conflict: they do not.
    """
    of_test = select(func.count()).select_from(Question).join(Section, Section.id == Question.section_id).where(Section.test_id == test_id)
    if tx.scalar(of_test) + more > MAX_QUESTIONS:
        raise Conflict("too_many_questions", most=MAX_QUESTIONS)


@internal
def insert_question(tx: Tx, section_id: int, position: int, new: TestQuestionInput) -> int:
    """Insert a question of a locked test and return its id."""
    return tx.insert(
        Question,
        section_id=section_id,
        question_type=new.question_type,
        question_text=new.question_text,
        data=to_json(require_data(new.question_type, new.question_data)),
        marks=to_hundredths(new.marks),
        order_index=position,
    )


@internal
def next_position(tx: Tx, section_id: int) -> int:
    """The place after the last question of a section."""
    return _next(tx, Question, Question.section_id == section_id)


@internal
def note_change(tx: Tx, test_id: int, **columns: Any) -> None:
    """Change columns of a locked test, and let the next attempt at it be held by its content as it is now."""
    tx.execute(update(Test).where(Test.id == test_id).values(**columns, version=Test.version + 1, updated_at=tx.now))


def _next(tx: Tx, table: type[Section | Question], condition: Any) -> int:
    return tx.scalar(select(func.coalesce(func.max(table.order_index) + 1, 0)).where(condition))


def _sent(data: Any, *names: str) -> dict[str, Any]:
    """The fields that were sent; an order that is null stays as it is."""
    sent = sent_fields(data, *names)
    return {name: value for name, value in sent.items() if value is not None or name != "order_index"}


def _test_columns(data: TestChanges) -> dict[str, Any]:
    columns = _sent(data, "title", "description", "test_type", "duration_minutes", "is_active")
    return columns | ({"test_type": kind_of(columns["test_type"])} if "test_type" in columns else {})


def _section_columns(data: TestSectionChanges) -> dict[str, Any]:
    names = (
        "section_type",
        "title",
        "description",
        "instructions",
        "passage",
        "audio_url",
        "transcript",
        "duration_minutes",
        "order_index",
    )
    columns = _sent(data, *names)
    return columns | ({"section_type": kind_of(columns["section_type"])} if "section_type" in columns else {})
