"""The audit records: changes of people's rights, of money and what it buys, of checked results; what staff delete in the forum."""

from typing import Any, Literal

from bilim.accounts.models import AuditRecord
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.actors import Actor

Kind = Literal[
    "person",
    "payment",
    "expense",
    "exam_result",
    "mock_score",
    "mock_key",
    "test_attempt",
    "homework_grade",
    "plan",
    "subscription",
    "refund",
    "ai_usage",
    "forum_topic",
    "forum_post",
]


@internal
def record(tx: Tx, actor: Actor, kind: Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Audit a change. `before` and `after` hold the fields that differ, under the names of the API."""
    record_of(tx, actor.id, kind, object_id, before, after)


@internal
def record_of(tx: Tx, actor_id: int, kind: Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """The same for a job that completes what somebody began."""
    tx.insert(AuditRecord, actor_id=actor_id, kind=kind, object_id=object_id, before=before, after=after, created_at=tx.now)


@internal
def record_change(tx: Tx, actor: Actor, kind: Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Audit a change where there is one. Both hold the same fields; those that do not differ are left out."""
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        record(tx, actor, kind, object_id, {name: before[name] for name in changed}, {name: after[name] for name in changed})
