"""What takes several transactions."""

from bilim.db.engine import Tx
from bilim.http.work import Settling, Units
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest
from bilim.mock.actions import closing
from bilim.mock.actions import sessions as actions
from bilim.mock.inputs import StartInput
from bilim.mock.queries import sessions as queries
from bilim.mock.queries.sessions import SessionWithTest

DUE_SESSIONS = Settling(closing.is_any_due, closing.close_due)
"""Staff read answers after the sessions whose time is up were closed, so that they see all of them."""


async def start(units: Units, actor: Actor, new: StartInput) -> SessionWithTest:
    """Begin a session. A wrong code is counted although the request fails, so its transaction is committed first.

    Raises:
        BadRequest: the code is wrong; and see `actions.start_session`.
    """
    begun = await units.write(_start, actor, new)
    if begun is None:
        raise BadRequest("wrong_mock_code")
    return begun


def _start(tx: Tx, actor: Actor, new: StartInput) -> SessionWithTest | None:
    session_id = actions.start_session(tx, actor, new)
    return None if session_id is None else queries.own_session(tx, actor, session_id)
