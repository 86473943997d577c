"""The end of sessions: drafts become answers, and answers are marked. All of it in the transaction that ends the session."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.mock.access import HeldSession
from bilim.mock.models import MockAnswer, MockDraft, MockSession, MockTest, MockWritingAnswer
from bilim.mock.queries.keys import KeyView, keys_of
from bilim.mock.queries.sessions import drafts_of
from bilim.mock.rules.sessions import MARKED

BATCH = 100
"""Sessions closed in one transaction: few enough that nobody waits for it."""

_NOW = bindparam("now", type_=MockSession.ends_at.type)
_IS_DUE = MockSession.ended_at.is_(None) & (MockSession.ends_at <= _NOW)
_ANY_DUE = Prepared(select(exists().where(_IS_DUE)))
_DUE = Prepared(
    select(MockSession.id, MockSession.test_id, MockSession.ends_at, MockSession.ended_at)
    .where(_IS_DUE)
    .order_by(MockSession.id)  # whoever else closes waits in the same order
    .limit(bindparam("limit"))
    .with_for_update()
)
_DRAFTS = Prepared(
    select(MockDraft.session_id, MockDraft.section, MockDraft.question, MockDraft.value).where(
        MockDraft.session_id.in_(bindparam("session_ids", expanding=True)), MockDraft.value.is_not(None)
    )
)


@internal
def is_any_due(tx: Tx) -> bool:
    """Whether a session's time is up that nothing has closed yet."""
    return bool(tx.scalar(_ANY_DUE, {"now": tx.now}))


@internal
def close_due(tx: Tx) -> int:
    """Close some sessions whose time is up; how many. They ended when it was up, however late this runs."""
    due = [HeldSession(*row) for row in tx.all(_DUE, {"now": tx.now, "limit": BATCH})]
    close(tx, due)
    return len(due)


@internal
def close(tx: Tx, sessions: Collection[HeldSession], ended_at: datetime | None = None) -> None:
    """End locked sessions: what was drafted and not sent becomes their answers.

    Args:
        ended_at: when they were ended; where left out, when their time was up.
    """
    if not sessions:
        return
    ids = [held.id for held in sessions]
    ends = update(MockSession).where(MockSession.id.in_(ids))
    tx.execute(ends.values(ended_at=ended_at or MockSession.ends_at))
    drafts: defaultdict[int, list[Any]] = defaultdict(list)
    for session_id, *draft in tx.all(_DRAFTS, {"session_ids": ids}):
        drafts[session_id].append(draft)
    by_session = {session_id: drafts_of(rows) for session_id, rows in drafts.items()}
    _store_marked(tx, {held.id: held for held in sessions}, by_session)
    _store_texts(tx, by_session)
    tx.execute(delete(MockDraft).where(MockDraft.session_id.in_(ids)))


def _store_marked(tx: Tx, held: dict[int, HeldSession], drafts: dict[int, dict[str, dict[str, str]]]) -> None:
    sections = [
        (held[session_id], section, answers)
        for session_id, by_section in drafts.items()
        for section, answers in by_section.items()
        if section in MARKED
    ]
    keys = hold_keys(tx, {session.test_id for session, _, _ in sections})
    rows = [
        {"session_id": session.id, "section": section, **marked(tx, keys.get((session.test_id, section)), answers)}
        for session, section, answers in sections
    ]
    _insert_missing(tx, MockAnswer, rows)


def _store_texts(tx: Tx, drafts: dict[int, dict[str, dict[str, str]]]) -> None:
    made = {"created_at": tx.now, "updated_at": tx.now}
    rows = [
        {"session_id": session_id, "task_number": int(task), "text": text, "teacher_comment": None, **made}
        for session_id, by_section in drafts.items()
        for task, text in by_section.get("writing", {}).items()
    ]
    _insert_missing(tx, MockWritingAnswer, rows)


def _insert_missing(tx: Tx, table: type[MockAnswer | MockWritingAnswer], rows: list[dict[str, Any]]) -> None:
    """Insert the answers of what was not sent: what was sent stays."""
    if rows:
        tx.execute(tx.inserting(table).on_conflict_do_nothing(), rows)


@internal
def hold_keys(tx: Tx, test_row_ids: Iterable[int]) -> dict[tuple[int, str], KeyView]:
    """The keys of tests, which nobody changes until the transaction ends: so every result is marked by this key or marked again."""
    ids = sorted(test_row_ids)
    if not ids:
        return {}
    tx.all(select(MockTest.id).where(MockTest.id.in_(ids)).order_by(MockTest.id).with_for_update(read=True))
    return keys_of(tx, ids)


@internal
def marked(tx: Tx, key: KeyView | None, answers: dict[str, str]) -> dict[str, Any]:
    """The columns of new answers and of what a key, where there is one, makes of them."""
    mark = key.mark(answers) if key else None
    return {
        "answers": answers,
        "raw_score": mark.raw_score if mark else None,
        "band": mark.band if mark else None,
        "key_version": mark.key_version if mark else None,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
