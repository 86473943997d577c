"""Assigning homework to people."""

from sqlalchemy import select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.homework import access
from bilim.homework.inputs import AssignInput, HomeworkAssigned
from bilim.homework.models import Assignment
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, NotFound, unknown_id


@requires(Role.TEACHER)
def assign_homework(tx: Tx, actor: Actor, homework_id: int, to: AssignInput) -> tuple[list[int], bool]:
    """Assign homework to people, also such as are in neither its group nor its course; to those who have it nothing changes.

    Returns:
        The ids of all their assignments, and whether any of them is new.

    Raises:
        NotFound, Forbidden: see `access.lock_managed`.
        Invalid: naming everybody who is not there; then nothing is assigned.
    """
    access.lock_managed(tx, actor, homework_id)
    wanted = sorted(set(to.user_ids))
    if missing := sorted(set(wanted) - _known(tx, wanted)):
        raise Invalid({"user_ids": [unknown_id(user_id) for user_id in missing]})
    made = [
        {
            "homework_id": homework_id,
            "user_id": user_id,
            "status": "assigned",
            "revision": 0,
            "assigned_by": actor.id,
            "created_at": tx.now,
            "updated_at": tx.now,
        }
        for user_id in wanted  # in one order, so that parallel calls wait for each other and not in a circle
    ]
    new = tx.inserting(Assignment).values(made).on_conflict_do_nothing(index_elements=[Assignment.homework_id, Assignment.user_id])
    is_new = tx.execute(new.returning(Assignment.id)).first() is not None
    if is_new:
        tx.enqueue(HomeworkAssigned(homework_id))
    theirs = select(Assignment.id).where(Assignment.homework_id == homework_id, Assignment.user_id.in_(wanted)).order_by(Assignment.id)
    return tx.scalars(theirs), is_new


@requires(Role.TEACHER)
def assign_to_one(tx: Tx, actor: Actor, homework_id: int, user_id: int) -> tuple[int, bool]:
    """The same for one person, who is named by the path.

    Raises:
        NotFound: there is no such homework or person.
        Forbidden: see `access.lock_managed`.
    """
    if not _known(tx, [user_id]):
        access.lock_managed(tx, actor, homework_id)
        raise NotFound
    (assignment_id,), is_new = assign_homework(tx, actor, homework_id, AssignInput(user_ids=[user_id]))
    return assignment_id, is_new


def _known(tx: Tx, user_ids: list[int]) -> set[int]:
    """Those of some people who have an open account. Their rows are locked, so that they are not deleted meanwhile."""
    known = select(User.id).where(User.id.in_(user_ids), User.is_active, User.deleted_at.is_(None)).order_by(User.id)
    return set(tx.scalars(known.with_for_update(key_share=True, read=True)))
