"""Whose teaching material it is: a teacher's own courses; to admins all."""

from sqlalchemy import ColumnElement, and_

from bilim.catalog.access import VIEWER
from bilim.catalog.models import Course


def is_own(*, is_admin: bool) -> ColumnElement[bool]:
    """Courses whose content the viewer works on, in a query with `catalog.access.viewer(actor)`."""
    there = Course.deleted_at.is_(None)
    return there if is_admin else and_(there, Course.instructor_id == VIEWER)
