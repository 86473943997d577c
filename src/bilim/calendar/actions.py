"""Writes of the secrets by which calendars are read."""

from sqlalchemy import delete

from bilim.calendar.models import CalendarToken
from bilim.calendar.rules import WRONG_TOKENS
from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import digest_of
from bilim.kit.path_secrets import make_secret
from bilim.limits import windows
from bilim.limits.rules import network_of


@signed_in
def make_token(tx: Tx, actor: Actor) -> str:
    """Give the actor's calendar a new secret address and return its secret. The former one opens nothing from then on."""
    secret = make_secret()
    made = {"digest": digest_of(secret), "created_at": tx.now}
    new = tx.inserting(CalendarToken).values(user_id=actor.id, **made)
    tx.execute(new.on_conflict_do_update(index_elements=[CalendarToken.user_id], set_=made))
    return secret


@signed_in
def revoke_token(tx: Tx, actor: Actor) -> None:
    """Let nobody read the actor's calendar any more; where nobody could, nothing happens."""
    tx.execute(delete(CalendarToken).where(CalendarToken.user_id == actor.id))


@internal
def count_wrong_token(tx: Tx, address: str) -> None:
    """Count an address that opens no calendar against the network that asked for it.

    Raises:
        RateLimited: too many before.
    """
    windows.take(tx, WRONG_TOKENS, network_of(address))
