"""Who sees which course and what of its lessons, as clauses used by every surface, and who may change it (CONTRACT section 8)."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, exists, false, null, or_, select, true

from bilim.catalog.models import Course, Lesson, Purchase, Section
from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden, NotFound, unknown

VIEWER = bindparam("viewer_id")
"""The person who looks; every query with one of these clauses is run with `viewer(actor)`."""


class Visibility(StrEnum):
    """How far somebody sees. Queries are made once for each."""

    ANYONE = "anyone"
    PERSON = "person"
    PREMIUM = "premium"
    ADMIN = "admin"


def visibility_of(actor: Actor | None) -> Visibility:
    """How far this actor sees."""
    if actor is None:
        return Visibility.ANYONE
    if actor.is_admin:
        return Visibility.ADMIN
    return Visibility.PREMIUM if actor.is_premium else Visibility.PERSON


def viewer(actor: Actor | None, **values: Any) -> dict[str, Any]:
    """The values of these clauses' parameters, and of a query's own."""
    return {"viewer_id": actor.id if actor else None, **values}


def is_visible(visibility: Visibility) -> ColumnElement[bool]:
    """Courses that exist for the viewer: published ones, one's own, for admins all; never deleted ones."""
    if visibility is Visibility.ADMIN:
        return Course.deleted_at.is_(None)
    if visibility is Visibility.ANYONE:
        return and_(Course.is_published, Course.deleted_at.is_(None))
    return and_(Course.deleted_at.is_(None), or_(Course.is_published, Course.instructor_id == VIEWER))


def is_open(visibility: Visibility) -> ColumnElement[bool]:
    """Lessons whose content, video and words the viewer may have, in a query of visible courses and their lessons.

    Open are previews; the plain lessons of a free course; all lessons of a course that the viewer bought, teaches or administers; and the
    premium lessons of an unpriced course for premium members. Premium never opens a priced course.
    """
    if visibility is Visibility.ADMIN:
        return true()
    unpriced = Course.price == 0
    anyone = or_(Lesson.is_preview, and_(unpriced, Lesson.premium_only.is_(False)))
    if visibility is Visibility.ANYONE:
        return anyone
    member = unpriced if visibility is Visibility.PREMIUM else false()
    return or_(anyone, member, Course.instructor_id == VIEWER, has_bought())


def has_bought() -> ColumnElement[bool]:
    """Courses that the viewer bought."""
    return exists(select(Purchase.id).where(Purchase.user_id == VIEWER, Purchase.course_id == Course.id, Purchase.revoked_at.is_(None)))


def where_open(opened: ColumnElement[bool], column: Any) -> Any:
    """A column of a lesson that is open to the viewer; null where it is closed."""
    return case((opened, column), else_=null())


def may_study(visibility: Visibility) -> ColumnElement[bool]:
    """Courses that the viewer may enrol in: unpriced, bought, taught or administered ones."""
    if visibility is Visibility.ADMIN:
        return true()
    if visibility is Visibility.ANYONE:
        return false()
    return or_(Course.price == 0, Course.instructor_id == VIEWER, has_bought())


def require_editor(tx: Tx, actor: Actor, course_id: int, *, locks: bool = False) -> None:
    """Let the actor change a course: its instructor, or an admin.

    Args:
        locks: the row is locked, so that nobody deletes the course while something is added to it.

    Raises:
        NotFound: no such course, or one that the actor may not know of.
        Forbidden: somebody else's published course.
    """
    wanted = select(Course.instructor_id).where(Course.id == course_id, is_visible(visibility_of(actor)))
    row = tx.execute(wanted.with_for_update(key_share=True) if locks else wanted, viewer(actor)).first()
    if row is None:
        raise NotFound
    if not actor.is_admin and row[0] != actor.id:
        raise Forbidden


def editable_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Let the actor change a course, and lock it; see `require_editor`."""
    require_editor(tx, actor, course_id, locks=True)


def editable_named_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Let the actor change a course that an input names, and lock it.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's published course.
    """
    try:
        editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("course_id", course_id) from None


def editable_section(tx: Tx, actor: Actor, section_id: int) -> int:
    """Let the actor add to a section, and return its course.

    Raises:
        Invalid: no such section, as far as the actor may know.
        Forbidden: a section of somebody else's published course.
    """
    absent = unknown("section_id", section_id)
    course_id = tx.scalar(select(Section.course_id).where(Section.id == section_id))
    if course_id is None:
        raise absent
    try:
        editable_course(tx, actor, course_id)
    except NotFound:
        raise absent from None
    return course_id


def editable_lesson(tx: Tx, actor: Actor, lesson_id: int | ScalarSelect[int]) -> None:
    """Let the actor change a lesson: an editor of its course.

    Raises:
        NotFound: no such lesson, or one that the actor may not know of.
        Forbidden: a lesson of somebody else's published course.
    """
    course_id = tx.scalar(select(Lesson.course_id).where(Lesson.id == lesson_id, Lesson.deleted_at.is_(None)))
    if course_id is None:
        raise NotFound
    editable_course(tx, actor, course_id)
