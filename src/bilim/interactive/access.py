"""Who sees which interactive lesson, and what of it (CONTRACT section 8, as for lessons)."""

from sqlalchemy import ColumnElement, and_, or_, true

from bilim.catalog.access import VIEWER, Visibility, has_bought, is_visible
from bilim.catalog.models import Course
from bilim.interactive.models import InteractiveLesson, LessonSession

_ON_ITS_OWN = InteractiveLesson.course_id.is_(None)
IS_THERE = and_(InteractiveLesson.deleted_at.is_(None), or_(_ON_ITS_OWN, Course.deleted_at.is_(None)))
"""In a query of lessons and, by an outer join, their courses: neither was deleted."""


def is_shown(visibility: Visibility) -> ColumnElement[bool]:
    """Lessons that exist for the viewer: active ones on their own or of a course that the viewer may see; for admins all."""
    if visibility is Visibility.ADMIN:
        return IS_THERE
    return and_(InteractiveLesson.deleted_at.is_(None), InteractiveLesson.is_active, or_(_ON_ITS_OWN, is_visible(visibility)))


def is_open(visibility: Visibility) -> ColumnElement[bool]:
    """Lessons whose content and video the viewer may have: as `catalog.access.is_open` says of lessons; one on its own costs nothing."""
    if visibility is Visibility.ADMIN:
        return true()
    unpriced = or_(_ON_ITS_OWN, Course.price == 0)
    plain = and_(unpriced, InteractiveLesson.is_premium.is_(False))
    if visibility is Visibility.ANYONE:
        return plain
    return or_(unpriced if visibility is Visibility.PREMIUM else plain, Course.instructor_id == VIEWER, has_bought())


IS_OWN_SESSION = LessonSession.user_id == VIEWER
"""Sessions are their learner's alone, whatever anybody's role."""
