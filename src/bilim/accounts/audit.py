"""The record of who changed what belongs to others: people's rights, and money."""

from typing import Any, Literal

from bilim.accounts.models import AuditRecord
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.actors import Actor

Kind = Literal["person", "payment", "expense"]


@internal
def record(tx: Tx, actor: Actor, kind: Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Write down a change. `before` and `after` hold what differs, in the words of the API."""
    tx.insert(AuditRecord, actor_id=actor.id, kind=kind, object_id=object_id, before=before, after=after, created_at=tx.now)
