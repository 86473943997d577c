"""The end of attempts: answers are marked by the attempt's paper, in the transaction that ends it."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, exists, select, update

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.kit.access import internal
from bilim.quiz.access import HELD, NOW, HeldAttempt
from bilim.quiz.models import Attempt
from bilim.quiz.queries.attempts import answers_of
from bilim.quiz.queries.papers import keys_of

BATCH = 100
"""Attempts closed in one transaction: few enough that nobody waits for it."""
_IS_DUE = Attempt.ended_at.is_(None) & (Attempt.ends_at <= NOW)
_ANY_DUE = Prepared(select(exists().where(_IS_DUE)))
# Whoever else closes waits in the same order.
_DUE = PreparedSelection(HELD.where(_IS_DUE).order_by(Attempt.id).limit(BATCH))
_CLOSE = Prepared(
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"))
    .values({name: bindparam(name) for name in ("ended_at", "total_score", "scores", "pending")})
)


@internal
def is_any_due(tx: Tx) -> bool:
    """Whether an attempt's time is up that nothing has closed yet."""
    return bool(tx.scalar(_ANY_DUE, {"now": tx.now}))


@internal
def close_due(tx: Tx) -> int:
    """Close some attempts whose time is up; how many. They ended when it was up, however late this runs."""
    due = tx.fetch_all(_DUE, {"now": tx.now})
    close(tx, due, tx.now)
    return len(due)


@internal
def close(tx: Tx, attempts: Collection[HeldAttempt], now: datetime) -> None:
    """End locked attempts that nothing has ended: now, or when their time was up if that is earlier."""
    if not attempts:
        return
    answers = answers_of(tx, [held.id for held in attempts])
    keys = keys_of(tx, {held.paper_id: held.digest for held in attempts})
    rows = []
    for held in attempts:
        marked = keys[held.paper_id].mark(answers.get(held.id, {}))
        rows.append(
            {
                "attempt_id": held.id,
                "ended_at": now if held.ends_at is None else min(now, held.ends_at),
                "total_score": marked.total,
                "scores": msgspec.json.encode(marked.scores).decode(),
                "pending": marked.pending,
            }
        )
    tx.run_many(_CLOSE, rows)
