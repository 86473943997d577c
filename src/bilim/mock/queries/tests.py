"""Reads of mock tests with their sections."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import String, bindparam, null, type_coerce
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, nested, select_into
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.mock.models import MockSection, MockTest


class AuthorRef(Struct):
    """Who made a test."""

    first_name: str
    last_name: str


class PaperView(Struct):
    """A section with a paper; `file` is its name in the store, `duration` is in minutes."""

    id: int
    file: str | None
    duration: int
    question_count: int
    created_at: datetime
    updated_at: datetime


class ListeningView(Struct):
    """The section with a recording."""

    id: int
    audio_file: str | None
    question_file: str | None
    duration: int
    question_count: int
    created_at: datetime
    updated_at: datetime


class MockTestView(Struct):
    """A test. The code and the names of files are None for whom they are not meant."""

    row_id: int
    id: UUID
    title: str
    code: str | None
    created_by: AuthorRef
    reading: PaperView
    writing: PaperView
    listening: ListeningView
    created_at: datetime
    updated_at: datetime

    @property
    def durations(self) -> dict[str, int]:
        """Minutes by section."""
        sections = {"listening": self.listening, "reading": self.reading, "writing": self.writing}
        return {name: section.duration for name, section in sections.items()}


def _section(section: Any) -> dict[str, Any]:
    """What all sections have."""
    names = ("id", "duration", "question_count", "created_at", "updated_at")
    return {name: getattr(section, name) for name in names}


def _selection(*, with_code: bool, with_files: bool) -> Selection[MockTestView]:
    """Tests with their sections; what is left out does not leave the database."""
    hidden = type_coerce(null(), String())
    reading, writing, listening = sections = [aliased(MockSection) for _ in range(3)]

    def file(column: Any) -> Any:
        return column if with_files else hidden

    selection = select_into(
        MockTestView,
        row_id=MockTest.id,
        id=MockTest.public_id,
        title=MockTest.title,
        code=MockTest.code if with_code else hidden,
        created_by=nested(AuthorRef, first_name=User.first_name, last_name=User.last_name),
        reading=nested(PaperView, file=file(reading.file), **_section(reading)),
        writing=nested(PaperView, file=file(writing.file), **_section(writing)),
        listening=nested(ListeningView, audio_file=file(listening.audio_file), question_file=file(listening.file), **_section(listening)),
        created_at=MockTest.created_at,
        updated_at=MockTest.updated_at,
    ).join(User, User.id == MockTest.created_by)
    for kind, section in zip(("reading", "writing", "listening"), sections, strict=True):
        selection = selection.join(section, (section.test_id == MockTest.id) & (section.kind == kind))
    return selection


_WHOLE = _selection(with_code=True, with_files=True)
_LISTED = {
    is_staff: ListQuery(_selection(with_code=is_staff, with_files=is_staff).where(MockTest.deleted_at.is_(None)).order_by(MockTest.id))
    for is_staff in (True, False)
}
_OF_SESSIONS = {
    is_staff: PreparedSelection(
        _selection(with_code=is_staff, with_files=True).where(MockTest.id.in_(bindparam("test_ids", expanding=True)))
    )
    for is_staff in (True, False)
}


@signed_in
def tests(tx: Tx, actor: Actor, page: Page) -> RowStream[MockTestView]:
    """All tests, by id; to students without codes and files."""
    return paginate(tx, _LISTED[actor.is_teacher], page)


@requires(Role.TEACHER)
def test(tx: Tx, _actor: Actor, test_id: UUID) -> MockTestView:
    """One test.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_WHOLE.where(MockTest.public_id == test_id, MockTest.deleted_at.is_(None)))


@internal
def tests_of_sessions(tx: Tx, actor: Actor, row_ids: Collection[int]) -> dict[int, MockTestView]:
    """Tests that were sat, hidden ones too, by the number of their row; with files, and to staff with codes."""
    found = tx.fetch_all(_OF_SESSIONS[actor.is_teacher], {"test_ids": sorted(set(row_ids))}) if row_ids else []
    return {test.row_id: test for test in found}
