"""Messages to students over Telegram (document 002, section 17)."""

from typing import Annotated, ClassVar

from litestar import delete, get, post
from msgspec import Meta

from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Body, Id
from bilim.kit.paging import Flow, page
from bilim.notify import actions, queries, rules
from bilim.notify.queries import MessageOut

STAFF = needs(Role.TEACHER)


class NewMessage(Body):
    """A text and the students who get it."""

    checks: ClassVar = {"text": rules.text_problem, "recipient_ids": rules.recipients_problem}

    text: Annotated[str, Meta(min_length=1, max_length=rules.MAX_TEXT, pattern=r"\S")]
    recipient_ids: list[Id]


@get("/api/v1/messages", opt=STAFF, tags=["messages"])
@work
def list_messages(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[MessageOut]:
    """All messages, newest first, each with its first 100 logs."""
    return queries.messages(tx, page(skip, limit))


@post("/api/v1/messages", opt=STAFF, tags=["messages"])
@work
def create_message(tx: Tx, actor: Actor, data: NewMessage) -> MessageOut:
    """Send a message to students of the centre; it is delivered in the background."""
    return queries.message(tx, actions.send_message(tx, actor, data.text, data.recipient_ids), queries.FIRST_LOGS)


@get("/api/v1/messages/{id:int}", opt=STAFF, tags=["messages"])
@work
def read_message(tx: Tx, id: PathId) -> MessageOut:
    """One message with all its logs."""
    return queries.message(tx, id)


@delete("/api/v1/messages/{id:int}", opt=STAFF, tags=["messages"])
@work
def delete_message(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a message, one's own or, as an admin, anyone's; what still waits is not sent."""
    actions.delete_message(tx, actor, id)


ROUTES = [list_messages, create_message, read_message, delete_message]
