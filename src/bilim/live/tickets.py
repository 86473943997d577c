"""One-time tickets: a signed-in caller gets one over HTTP and opens one socket with it.

A browser cannot send a token with a socket, and an address with a token in it would stand in logs. A ticket is of use once, for half a
minute, for one topic and in the name of one session.
"""

import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete

from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import digest_of
from bilim.limits import windows
from bilim.live.models import Ticket
from bilim.live.rules import TICKET_SECONDS, TICKETS


class Issued(Struct, frozen=True):
    """A new ticket, which is shown once."""

    ticket: str
    expires_at: datetime


class Holder(Struct, frozen=True):
    """Whose ticket it was, with the names that claims of tokens have."""

    user_id: int
    session_id: int


@signed_in
def issue(tx: Tx, actor: Actor, topic: str) -> Issued:
    """A ticket to open one socket about a topic. Tickets that ran out are deleted on the way.

    Raises:
        RateLimited: the actor asked too often.
    """
    windows.take(tx, TICKETS, str(actor.id))
    tx.execute(delete(Ticket).where(Ticket.expires_at <= tx.now))
    ticket, expires_at = secrets.token_urlsafe(32), tx.local_now + timedelta(seconds=TICKET_SECONDS)
    tx.insert_row(Ticket, digest=digest_of(ticket), user_id=actor.id, session_id=actor.session_id, topic=topic, expires_at=expires_at)
    return Issued(ticket, expires_at)


@internal
def redeem(tx: Tx, ticket: str, topic: str) -> Holder | None:
    """Use a ticket up; whose it was, or None where it opens nothing: used, late, unknown, or of another topic.

    One statement takes it, so that of two who come at once one gets in. A ticket that was shown at the wrong door is used up too.
    """
    taken = delete(Ticket).where(Ticket.digest == digest_of(ticket))
    found = tx.first(taken.returning(Ticket.user_id, Ticket.session_id, Ticket.topic, Ticket.expires_at))
    if found is None:
        return None
    user_id, session_id, meant, expires_at = found
    return Holder(user_id, session_id) if meant == topic and expires_at > tx.now else None
