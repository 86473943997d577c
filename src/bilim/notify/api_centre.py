"""Messages to students over Telegram (document 002, section 17)."""

from litestar import delete, get, post

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream, page
from bilim.notify import actions, queries
from bilim.notify.inputs import MessageInput
from bilim.notify.queries import MessageView


@get("/api/v1/messages", opt=may(queries.messages), tags=["messages"])
@work
def list_messages(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[MessageView]:
    """All messages, newest first, each with its first 100 logs."""
    return queries.messages(tx, actor, page(skip, limit))


@post("/api/v1/messages", opt=may(actions.send_message), tags=["messages"])
@work
def create_message(tx: Tx, actor: Actor, data: MessageInput) -> MessageView:
    """Send a message to students of the centre; it is delivered in the background."""
    return queries.message(tx, actor, actions.send_message(tx, actor, data), queries.FIRST_LOGS)


@get("/api/v1/messages/{id:int}", opt=may(queries.message), tags=["messages"])
@work
def read_message(tx: Tx, actor: Actor, id: PathId) -> MessageView:
    """One message with all its logs."""
    return queries.message(tx, actor, id)


@delete("/api/v1/messages/{id:int}", opt=may(actions.delete_message), tags=["messages"])
@work
def delete_message(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a message, one's own or, as an admin, anyone's; what still waits is not sent."""
    actions.delete_message(tx, actor, id)


ROUTES = [list_messages, create_message, read_message, delete_message]
