"""The import of courses: all of it or nothing."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bilim.catalog import access, indexing, publication
from bilim.catalog.actions import change_course, course_columns, create_course, set_published
from bilim.catalog.models import Course
from bilim.catalog.rules import CourseTerms
from bilim.content.actions.parts import import_parts
from bilim.content.actions.report import Did, ImportedCourse, ImportReport
from bilim.content.inputs import ContentInput, CourseRow
from bilim.db.engine import Tx, violates
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, FieldProblems, Invalid, NotFound, unknown
from bilim.kit.inputs import sent_fields, value_or


class _DryRun(Exception):
    """What was written is to be undone."""


@requires(Role.TEACHER)
def import_content(tx: Tx, actor: Actor, content: ContentInput, ignored: list[str], terms: CourseTerms, *, dry_run: bool) -> ImportReport:
    """Make and change courses with all that is in them.

    A course is found by its `id`, which the actor must be allowed to change, or by its `key` among the actor's own (an admin may name
    another `instructor_id`); else it is made. Nothing is deleted. A dry run does the same and undoes it.

    Args:
        ignored: the places of fields that had no effect, for the report.
        terms: how courses are published: an import of a published course is a new version of it.

    Raises:
        Invalid: naming the rows that cannot be imported; nothing is.
        Forbidden: an `id` of somebody else's published course.
        Conflict: another import made a course of one of these keys at the same moment.
    """
    report = ImportReport(dry_run, ignored=ignored)
    with suppress(_DryRun), tx.savepoint():
        problems = [_problems_of_course(tx, actor, course, terms, report) for course in content.courses]
        if any(problems):
            raise Invalid({"courses": problems})
        if dry_run:
            raise _DryRun
        indexing.index_whole_courses(tx, [course.id for course in report.courses if course.id is not None])
    if dry_run:
        for course in report.courses:
            course.id = None if course.did == "created" else course.id
    return report


def _problems_of_course(tx: Tx, actor: Actor, course: CourseRow, terms: CourseTerms, report: ImportReport) -> FieldProblems:
    """Import a course; return what is wrong with it, as only the database can tell: all courses' faults are told at once."""
    try:
        _import_course(tx, actor, course, terms, report)
    except Invalid as error:
        return error.fields
    return {}


def _import_course(tx: Tx, actor: Actor, course: CourseRow, terms: CourseTerms, report: ImportReport) -> None:
    course_id = _found(tx, actor, course)
    did: Did = "unchanged"
    if course_id is None:
        course_id, did = create_course(tx, actor, course, terms, is_whole=False), "created"
    elif _differs(tx, course_id, course_columns(tx, actor, course) | _is_published(course)):
        change_course(tx, actor, course_id, course, terms, is_whole=False)
        did = "updated"
    if key := value_or(course.key, None):
        _set_key(tx, course_id, key)
    report.count("courses", did)
    key, title = tx.execute(select(Course.external_key, Course.title).where(Course.id == course_id)).one()
    report.courses.append(ImportedCourse(course_id, key, title, did))
    import_parts(tx, course_id, course, report)
    set_published(tx, actor, course_id, course, terms)
    if tx.scalar(select(Course.is_published).where(Course.id == course_id)):
        publication.note_version(tx, actor, course_id)


def _is_published(course: CourseRow) -> dict[str, Any]:
    return {name: bool(value) for name, value in sent_fields(course, "is_published").items()}


def _found(tx: Tx, actor: Actor, course: CourseRow) -> int | None:
    """The course that a row means, locked; None where it means a new one.

    Raises:
        Invalid: an id that is not there, as far as the actor may know.
        Forbidden: an id of somebody else's published course.
    """
    course_id, key = value_or(course.id, None), value_or(course.key, None)
    if course_id is None:
        if key is None:
            return None
        owner = (actor.is_admin and value_or(course.instructor_id, None)) or actor.id
        own = select(Course.id).where(Course.instructor_id == owner, Course.external_key == key, Course.deleted_at.is_(None))
        course_id = tx.scalar(own)
        if course_id is None:
            return None
    try:
        access.editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("id", course_id) from None
    return course_id


def _differs(tx: Tx, course_id: int, columns: dict[str, Any]) -> bool:
    """Whether a course has other values than these."""
    row = tx.first(select(*(getattr(Course, name) for name in columns)).where(Course.id == course_id))
    return tuple(row) != tuple(columns.values())


def _set_key(tx: Tx, course_id: int, key: str) -> None:
    """Give a course the author's key.

    Raises:
        Conflict: another course of its instructor has the key.
    """
    try:
        with tx.savepoint():
            tx.execute(update(Course).where(Course.id == course_id, Course.external_key.is_distinct_from(key)).values(external_key=key))
    except IntegrityError as error:
        if violates(error, "uq_courses_external_key", "courses.instructor_id", "courses.external_key"):
            raise Conflict("key_taken") from None
        raise
