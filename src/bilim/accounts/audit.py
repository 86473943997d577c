"""The audit records: changes of people's rights and of money."""

from typing import Any, Literal

from bilim.accounts.models import AuditRecord
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.actors import Actor

Kind = Literal["person", "payment", "expense"]


@internal
def record(tx: Tx, actor: Actor, kind: Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Audit a change. `before` and `after` hold the fields that differ, under the names of the API."""
    tx.insert(AuditRecord, actor_id=actor.id, kind=kind, object_id=object_id, before=before, after=after, created_at=tx.now)
