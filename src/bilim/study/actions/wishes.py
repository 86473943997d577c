"""Keeping courses for later."""

from sqlalchemy import delete, exists, select

from bilim.catalog.access import has_bought, is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden, NotFound, unknown
from bilim.study.inputs import WishInput
from bilim.study.models import Enrollment, Wish


@signed_in
def add_wish(tx: Tx, actor: Actor, wish: WishInput) -> bool:
    """Keep a published course for later; whether the actor did not keep it already.

    Raises:
        Invalid: no such course, as far as the actor may know, or one that is not published.
        Forbidden: the actor teaches it.
        Conflict: the actor bought or joined it.
    """
    course_id = wish.course_id
    joined = exists(select(Enrollment.id).where(Enrollment.user_id == actor.id, Enrollment.course_id == Course.id))
    wanted = select(Course.instructor_id, has_bought() | joined).where(Course.id == course_id, Course.is_published)
    course = tx.first(wanted.where(is_visible(visibility_of(actor))).with_for_update(read=True, key_share=True), viewer(actor))
    if course is None:
        raise unknown("course_id", course_id)
    if course[0] == actor.id:
        raise Forbidden("own_course")
    if course[1]:
        raise Conflict("has_course")
    return tx.insert_unless_there(Wish, user_id=actor.id, course_id=course_id, created_at=tx.now) is not None


@signed_in
def drop_wish(tx: Tx, actor: Actor, wish_id: int) -> None:
    """Keep a course no longer, also one that was withdrawn since.

    Raises:
        NotFound: no such wish, or somebody else's.
    """
    if not tx.execute(delete(Wish).where(Wish.id == wish_id, Wish.user_id == actor.id)).rowcount:
        raise NotFound
