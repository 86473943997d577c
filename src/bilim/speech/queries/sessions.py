"""Times of practice."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.speech.access import IS_OWN_SESSION
from bilim.speech.models import Attempt, PracticeSession
from bilim.speech.rules import of_tenths


class SessionView(Struct):
    """A time of practice with what came out of it; `average_score` is null before the first attempt."""

    id: int
    user_id: int
    started_at: datetime
    completed_at: datetime | None
    is_completed: bool
    attempts: int
    average_score: float | None


_OF_SESSION = Attempt.session_id == PracticeSession.id
_COUNT = select(func.count()).where(_OF_SESSION).correlate(PracticeSession).scalar_subquery()
_AVERAGE = select(func.avg(Attempt.score)).where(_OF_SESSION).correlate(PracticeSession).scalar_subquery()


_SESSION = select_into(
    SessionView,
    id=PracticeSession.id,
    user_id=PracticeSession.user_id,
    started_at=PracticeSession.started_at,
    completed_at=PracticeSession.completed_at,
    is_completed=PracticeSession.completed_at.is_not(None),
    attempts=_COUNT,
    average_score=convert(of_tenths, _AVERAGE),
).where(IS_OWN_SESSION)
_COUNTED = select(func.count()).select_from(PracticeSession).where(IS_OWN_SESSION)
_OWN = ListQuery(_SESSION.order_by(PracticeSession.id.desc()), _COUNTED)
_ONE = PreparedSelection(_SESSION.where(PracticeSession.id == bindparam("session_id")))


@signed_in
def sessions(tx: Tx, actor: Actor, page: Page) -> RowStream[SessionView]:
    """The actor's own sessions, newest first."""
    return paginate(tx, _OWN, page, {"viewer_id": actor.id})


@signed_in
def session(tx: Tx, actor: Actor, session_id: int) -> SessionView:
    """One of the actor's own sessions.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE, {"viewer_id": actor.id, "session_id": session_id})
