"""Who may do what with tests and sessions. A session is its owner's; staff read it, and score it when it is over."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Forbidden, NotFound, unknown
from bilim.mock.models import MockSession, MockTest
from bilim.mock.rules.sessions import has_ended


class HeldTest(Struct):
    """The columns of a locked test that a change needs."""

    id: int
    public_id: UUID
    created_by: int


class HeldSession(Struct):
    """The columns of a locked session that a change needs."""

    id: int
    test_id: int
    ends_at: datetime
    ended_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended, by whatever."""
        return has_ended(self.ended_at, self.ends_at, now)


_TEST = (
    select_into(HeldTest, id=MockTest.id, public_id=MockTest.public_id, created_by=MockTest.created_by)
    .where(MockTest.deleted_at.is_(None))
    .with_for_update()
)
_SESSION = select_into(
    HeldSession, id=MockSession.id, test_id=MockSession.test_id, ends_at=MockSession.ends_at, ended_at=MockSession.ended_at
).with_for_update()


@requires(Role.TEACHER)
def lock_test(tx: Tx, _actor: Actor, test_id: UUID) -> HeldTest:
    """A test, locked until the transaction ends: nobody marks or starts it meanwhile.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_TEST.where(MockTest.public_id == test_id))


@requires(Role.TEACHER)
def lock_own_test(tx: Tx, actor: Actor, test_id: UUID) -> HeldTest:
    """A test that the actor may delete: whoever made it, or an admin.

    Raises:
        NotFound: there is none.
        Forbidden: another's.
    """
    held = lock_test(tx, actor, test_id)
    if not actor.is_admin and held.created_by != actor.id:
        raise Forbidden
    return held


@signed_in
def lock_own_session(tx: Tx, actor: Actor, session_id: UUID) -> HeldSession:
    """The actor's session, locked until the transaction ends.

    Raises:
        NotFound: there is none, or another's.
        BadRequest: it is over.
    """
    held = tx.fetch_one(_SESSION.where(MockSession.public_id == session_id, MockSession.user_id == actor.id))
    if held.is_over(tx.now):
        raise BadRequest("mock_session_over")
    return held


@signed_in
def lock_own_named(tx: Tx, actor: Actor, session_id: UUID) -> HeldSession:
    """The same for a session that the input's field `session` names.

    Raises:
        Invalid: there is none, or another's.
        BadRequest: it is over.
    """
    try:
        return lock_own_session(tx, actor, session_id)
    except NotFound:
        raise unknown("session", session_id) from None


@internal
def lock_session(tx: Tx, session_id: UUID) -> HeldSession:
    """A session that the input's field `session` names, whosever it is.

    Raises:
        Invalid: there is none.
    """
    try:
        return tx.fetch_one(_SESSION.where(MockSession.public_id == session_id))
    except NotFound:
        raise unknown("session", session_id) from None


@internal
def lock_running(tx: Tx, user_id: int, test_row_id: int) -> HeldSession | None:
    """Somebody's session of a test that nothing has closed yet, locked; its time may be up."""
    is_own = (MockSession.user_id == user_id) & (MockSession.test_id == test_row_id)
    return tx.fetch_first(_SESSION.where(is_own, MockSession.ended_at.is_(None)))
