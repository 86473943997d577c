"""Starting a session, saving drafts while it runs, and ending it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct, UnsetType
from sqlalchemy import Integer, Text, bindparam, case, cast, exists, func, literal_column, select, true, update
from sqlalchemy.dialects.postgresql import JSONB

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import read_code
from bilim.kit.errors import BadRequest, FieldProblems, Invalid, NotFound, unknown
from bilim.kit.inputs import sent_fields
from bilim.limits import windows
from bilim.limits.rules import Limit
from bilim.mock import access
from bilim.mock.actions.closing import close
from bilim.mock.inputs import DraftInput, StartInput
from bilim.mock.models import MockDraft, MockSection, MockSession, MockTest
from bilim.mock.rules.answers import unknown_question
from bilim.mock.rules.sessions import MARKED, seconds_left

WRONG_CODES = Limit("mock-code", 10, timedelta(minutes=10))
"""Wrong codes of one person for one test."""


class SavedDraft(Struct):
    """What a save did: the highest sequence so far, and the whole seconds left."""

    sequence: int
    seconds_left: int


@signed_in
def start_session(tx: Tx, actor: Actor, start: StartInput) -> UUID | None:
    """Begin a session; its id. None where the code is wrong, so that the caller commits its count before refusing.

    Raises:
        Invalid: no such test.
        RateLimited: too many wrong codes before.
        BadRequest: the actor has a running session of this test.
    """
    test = tx.first(_TEST, {"public_id": start.test})
    if test is None:
        raise unknown("test", start.test)
    row_id, code, minutes = test
    place = windows.take(tx, WRONG_CODES, f"{actor.id}:{row_id}")
    if read_code(start.code) != code:
        return None
    windows.give_back(tx, place)
    return _begin(tx, actor, row_id, timedelta(minutes=minutes))


_MINUTES = select(func.sum(MockSection.duration)).where(MockSection.test_id == MockTest.id).scalar_subquery()
_TEST = Prepared(
    select(MockTest.id, MockTest.code, _MINUTES)
    .where(MockTest.public_id == bindparam("public_id"), MockTest.deleted_at.is_(None))
    .with_for_update(read=True, of=MockTest)
)
"""Locks the test, so that it is not deleted while a session of it begins."""


def _begin(tx: Tx, actor: Actor, test_row_id: int, lasts: timedelta) -> UUID:
    """Begin a session, of parallel calls one; one whose time is up ends first."""
    session_id = uuid4()
    times = {"started_at": tx.now, "ends_at": tx.now + lasts}
    session = {"public_id": session_id, "test_id": test_row_id, "user_id": actor.id, "sequence": 0, **times}
    begin = _BEGIN[tx.dialect]
    if not tx.run(begin, session):
        _close_last(tx, actor, test_row_id)
        if not tx.run(begin, session):
            raise BadRequest("mock_session_running")
    return session_id


def _close_last(tx: Tx, actor: Actor, test_row_id: int) -> None:
    """Close the actor's last session of a test, whose time must be up."""
    last = access.lock_running(tx, actor.id, test_row_id)
    if last is None:
        return
    if not last.is_over(tx.now):
        raise BadRequest("mock_session_running")
    close(tx, [last])


_NEW = {name: bindparam(name) for name in ("public_id", "test_id", "user_id", "started_at", "ends_at", "sequence")}
_UNLESS_RUNNING: dict[str, Any] = {
    "index_elements": [MockSession.user_id, MockSession.test_id],
    "index_where": MockSession.ended_at.is_(None),
}
_BEGIN = {
    dialect: Prepared(insert(MockSession.__table__).inline().values(_NEW).on_conflict_do_nothing(**_UNLESS_RUNNING))
    for dialect, insert in INSERTING.items()
}


@signed_in
def finish_session(tx: Tx, actor: Actor, session_id: UUID) -> None:
    """End one's own session before its time is up.

    Raises:
        NotFound: there is none, or another's.
        BadRequest: it is over.
    """
    close(tx, [access.lock_own_session(tx, actor, session_id)], tx.now)


def _questions(section: str) -> Any:
    """How many questions a session's test has in a section."""
    # In RETURNING SQLAlchemy writes SQLite's columns without tables: `test_id` would be the section's.
    of_test = (MockSection.test_id == literal_column("mock_sessions.test_id")) & (MockSection.kind == section)
    return select(MockSection.question_count).where(of_test).scalar_subquery()


_SEQUENCE = bindparam("sequence", type_=MockSession.sequence.type)
_NOTE = Prepared(
    update(MockSession)
    .where(
        MockSession.public_id == bindparam("session_id", type_=MockSession.public_id.type),
        MockSession.user_id == bindparam("user_id"),
        MockSession.ended_at.is_(None),
        MockSession.ends_at > bindparam("now", type_=MockSession.ends_at.type),
    )
    .values(sequence=case((MockSession.sequence < _SEQUENCE, _SEQUENCE), else_=MockSession.sequence))
    .returning(MockSession.id, MockSession.sequence, MockSession.ends_at, *(_questions(section) for section in MARKED))
)
"""Locks the session for the drafts that follow: it does not end between them and this."""


def _keeping(insert: Any, each: Any, each_text: Any, document: Any) -> Prepared:
    """The statement that keeps a draft, sent as one document: as quick for forty questions as for one."""
    section = each(document).table_valued("key", "value", name="section")
    answer = each_text(section.c.value).table_valued("key", "value", name="answer")
    columns = {
        "session_id": bindparam("session_id", type_=MockDraft.session_id.type),
        "section": section.c.key,
        "question": cast(answer.c.key, Integer),
        "sequence": _SEQUENCE,
        "value": answer.c.value,
    }
    sent = select(*columns.values()).select_from(section.join(answer, true())).where(answer.c.key.is_not(None))
    inserting = insert(MockDraft.__table__).inline().from_select(list(columns), sent)
    newer = {name: inserting.excluded[name] for name in ("sequence", "value")}
    key = [MockDraft.session_id, MockDraft.section, MockDraft.question]
    return Prepared(inserting.on_conflict_do_update(index_elements=key, set_=newer, where=inserting.excluded.sequence > MockDraft.sequence))


_DOCUMENT = bindparam("document", type_=Text)
_KEEP = {
    "sqlite": _keeping(INSERTING["sqlite"], func.json_each, func.json_each, _DOCUMENT),
    "postgresql": _keeping(INSERTING["postgresql"], func.jsonb_each, func.jsonb_each_text, cast(_DOCUMENT, JSONB)),
}
"""Question by question the higher sequence wins, whatever order saves arrive in."""


@signed_in
def save_draft(tx: Tx, actor: Actor, session_id: UUID, draft: DraftInput) -> SavedDraft:
    """Save answers so far. Two devices at once lose nothing of each other's: each question is a row.

    Raises:
        NotFound: there is no such session, or another's.
        BadRequest: it is over.
        Invalid: the test has no such question.
    """
    found = tx.first(_NOTE, {"session_id": session_id, "user_id": actor.id, "now": tx.now, "sequence": draft.sequence})
    if found is None:
        raise _refusal(tx, actor, session_id)
    row_id, sequence, ends_at, *questions = found
    _require_known(draft, dict(zip(MARKED, questions, strict=True)))
    document = msgspec.json.encode(sent_fields(draft, "reading", "listening", "writing")).decode()
    tx.run(_KEEP[tx.dialect], {"session_id": row_id, "sequence": draft.sequence, "document": document})
    return SavedDraft(sequence, seconds_left(None, ends_at, tx.now))


def _refusal(tx: Tx, actor: Actor, session_id: UUID) -> Exception:
    own = exists().where(MockSession.public_id == session_id, MockSession.user_id == actor.id)
    return BadRequest("mock_session_over") if tx.scalar(select(own)) else NotFound()


def _require_known(draft: DraftInput, questions: dict[str, int]) -> None:
    wrong: FieldProblems = {}
    for section, last in questions.items():
        sent = getattr(draft, section)
        if not isinstance(sent, UnsetType) and (problem := unknown_question(sent, last)):
            wrong[section] = [problem]
    if wrong:
        raise Invalid(wrong)
