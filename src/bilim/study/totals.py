"""Counting what learners finish, in the transaction that notes it."""

from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import bindparam, case, delete, insert, select, text

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.study import rules
from bilim.study.models import Completion, LearnerTotal

_DAY = timedelta(days=1)
_BATCH = 2_000
_TOTALS: Any = LearnerTotal.__table__  # a table, not a class: statements on classes pass through the ORM at every execution


@internal
def count_lesson(tx: Tx, user_id: int, today: date) -> None:
    """Count a lesson that somebody has just finished for the first time. `today` is a day of the school's clock."""
    tx.run(_COUNT[tx.dialect], {"user_id": user_id, "today": today, "yesterday": today - _DAY})


@internal
def recount(tx: Tx) -> None:
    """Recount all learners' totals, after completions were inserted as plain rows."""
    if tx.dialect == "postgresql":
        # Earlier counts are committed by now; later ones add to what is counted here.
        tx.execute(text("LOCK TABLE learner_totals IN EXCLUSIVE MODE"))
    tx.execute(delete(LearnerTotal))
    in_order = select(Completion.user_id, Completion.completed_at).order_by(Completion.user_id, Completion.completed_at)
    completions = tx.connection.execute(in_order, execution_options={"yield_per": _BATCH})
    rows = [
        {"user_id": user_id, **msgspec.structs.asdict(rules.total_of(moment.date() for _, moment in finished))}
        for user_id, finished in groupby(completions, key=itemgetter(0))
    ]
    if rows:
        tx.execute(insert(LearnerTotal), rows)


def _count(dialect: str) -> Prepared:
    """The statement that counts one lesson and its day, as `rules.total_of` does for all days of a learner."""
    today, yesterday = (bindparam(name, type_=_TOTALS.c.last_day.type) for name in ("today", "yesterday"))
    known = _TOTALS.c
    streak = case((known.last_day >= today, known.streak_days), (known.last_day == yesterday, known.streak_days + 1), else_=1)
    first = {"completed_lessons": 1, "streak_days": 1, "longest_streak": 1, "last_day": today}
    again = {
        "completed_lessons": known.completed_lessons + 1,
        "streak_days": streak,
        "longest_streak": case((streak > known.longest_streak, streak), else_=known.longest_streak),
        "last_day": case((known.last_day > today, known.last_day), else_=today),
    }
    counted = INSERTING[dialect](_TOTALS).values(user_id=bindparam("user_id"), **first).inline()
    return Prepared(counted.on_conflict_do_update(index_elements=["user_id"], set_=again))


_COUNT = {dialect: _count(dialect) for dialect in INSERTING}
