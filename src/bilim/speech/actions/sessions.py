"""Beginning and completing times of practice."""

from sqlalchemy import select, update

from bilim.db.engine import Tx
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.speech.access import IS_OWN_SESSION
from bilim.speech.models import PracticeSession


@signed_in
def start_session(tx: Tx, actor: Actor) -> int:
    """Begin a session of practice and return its id."""
    return tx.insert(PracticeSession, user_id=actor.id, started_at=tx.now, completed_at=None)


@signed_in
def complete_session(tx: Tx, actor: Actor, session_id: int) -> None:
    """Complete one of the actor's own sessions; one that was completed before stays as it is.

    Raises:
        NotFound: there is none.
    """
    own = (PracticeSession.id == session_id, IS_OWN_SESSION)
    completing = update(PracticeSession).where(*own, PracticeSession.completed_at.is_(None)).values(completed_at=tx.now)
    if tx.execute(completing, {"viewer_id": actor.id}).rowcount:
        return
    if tx.first(select(PracticeSession.id).where(*own), {"viewer_id": actor.id}) is None:
        raise NotFound
