"""Writes of the sections of a course."""

from sqlalchemy import func, select

from bilim.catalog import access, indexing
from bilim.catalog.inputs import SectionInput
from bilim.catalog.models import Section
from bilim.db.engine import Tx
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import MAX_COUNT
from bilim.kit.inputs import value_or


@requires(Role.TEACHER)
def create_section(tx: Tx, actor: Actor, section: SectionInput) -> int:
    """Add a section to a course and return its id.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    access.editable_named_course(tx, actor, section.course_id)
    position = value_or(section.position, None)
    if position is None:
        last = tx.scalar(select(func.max(Section.position)).where(Section.course_id == section.course_id))
        position = 0 if last is None else min(last + 1, MAX_COUNT)  # equal places stand by id
    section_id = tx.insert(Section, course_id=section.course_id, title=section.title, position=position)
    indexing.index_course(tx, section.course_id)
    return section_id
