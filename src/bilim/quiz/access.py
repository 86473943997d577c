"""Who may do what with tests and attempts. Admins write tests; an attempt is its owner's, and staff read and grade it."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, exists, or_, select

from bilim.db.engine import Tx
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, NotFound
from bilim.quiz.models import Attempt, Paper, Question, Section, Test
from bilim.quiz.rules.results import end_of

IS_THERE = Test.deleted_at.is_(None)
"""Tests that staff know of."""
IS_OPEN = Test.is_active & IS_THERE
"""Tests that everybody knows of."""
NOW = bindparam("now", type_=Attempt.ends_at.type)
IS_RUNNING = Attempt.ended_at.is_(None) & or_(Attempt.ends_at.is_(None), Attempt.ends_at > NOW)
"""Attempts that are not over by `:now`."""


def has_running() -> object:
    """Whether `:viewer_id` is in the middle of the test: whoever is, goes on with one that was hidden meanwhile."""
    return exists(select(Attempt.id).where(Attempt.test_id == Test.id, Attempt.user_id == bindparam("viewer_id"), IS_RUNNING))


@signed_in
def check_taker(_tx: Tx, actor: Actor) -> None:
    """Check that the actor may begin tests: premium members and staff.

    Raises:
        Forbidden: the actor is neither.
    """
    if not (actor.is_premium or actor.is_teacher):
        raise Forbidden("tests_for_premium")


@requires(Role.ADMIN)
def lock_test(tx: Tx, _actor: Actor, test_id: int) -> int:
    """Lock a test until the transaction ends: nobody else changes it, nor makes a paper of it.

    Raises:
        NotFound: there is none.
    """
    return _locked(tx, Test.id == test_id)


@requires(Role.ADMIN)
def lock_test_of_section(tx: Tx, _actor: Actor, section_id: int) -> int:
    """Lock the test of a section and return the test's id.

    Raises:
        NotFound: there is no such section.
    """
    test_id = _locked(tx, Test.id == select(Section.test_id).where(Section.id == section_id).scalar_subquery())
    # Asked again once the test is locked: whoever had the lock before may have deleted the section.
    if tx.scalar(select(Section.id).where(Section.id == section_id)) is None:
        raise NotFound
    return test_id


@requires(Role.ADMIN)
def lock_test_of_question(tx: Tx, _actor: Actor, question_id: int) -> int:
    """Lock the test of a question and return the test's id.

    Raises:
        NotFound: there is no such question.
    """
    of_question = select(Section.test_id).join(Question, Question.section_id == Section.id).where(Question.id == question_id)
    test_id = _locked(tx, Test.id == of_question.scalar_subquery())
    if tx.scalar(select(Question.id).where(Question.id == question_id)) is None:
        raise NotFound
    return test_id


def _locked(tx: Tx, is_wanted: object) -> int:
    found = tx.scalar(select(Test.id).where(is_wanted, IS_THERE).with_for_update())  # type: ignore[arg-type]
    if found is None:
        raise NotFound
    return found


class HeldAttempt(Struct):
    """The columns of a locked attempt that a change needs."""

    id: int
    test_id: int
    user_id: int
    paper_id: int
    digest: str
    started_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended, by whatever."""
        return end_of(self.ended_at, self.ends_at, now) is not None


HELD = (
    select_into(
        HeldAttempt,
        id=Attempt.id,
        test_id=Attempt.test_id,
        user_id=Attempt.user_id,
        paper_id=Attempt.paper_id,
        digest=Paper.digest,
        started_at=Attempt.started_at,
        ends_at=Attempt.ends_at,
        ended_at=Attempt.ended_at,
    )
    .join(Paper, Paper.id == Attempt.paper_id)
    .with_for_update(of=Attempt)
)
_HELD = PreparedSelection(HELD.where(Attempt.id == bindparam("attempt_id")))


@signed_in
def lock_own_attempt(tx: Tx, actor: Actor, attempt_id: int) -> HeldAttempt:
    """The actor's attempt, running or over, locked until the transaction ends.

    Raises:
        NotFound: there is none, or another's.
        Forbidden: another's, and the actor is staff, who may know of it.
    """
    held = tx.fetch_one(_HELD, {"attempt_id": attempt_id})
    if held.user_id != actor.id:
        raise Forbidden if actor.is_teacher else NotFound
    return held


@requires(Role.TEACHER)
def lock_attempt(tx: Tx, _actor: Actor, attempt_id: int) -> HeldAttempt:
    """Anybody's attempt, locked until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_HELD, {"attempt_id": attempt_id})


_RUNNING = PreparedSelection(
    HELD.where(Attempt.user_id == bindparam("user_id"), Attempt.test_id == bindparam("test_id"), Attempt.ended_at.is_(None))
)


@internal
def lock_running(tx: Tx, user_id: int, test_id: int) -> HeldAttempt | None:
    """Somebody's attempt at a test that nothing has closed yet, locked; its time may be up."""
    return tx.fetch_first(_RUNNING, {"user_id": user_id, "test_id": test_id})
