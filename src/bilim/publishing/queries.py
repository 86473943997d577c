"""Reads of how courses are published: their states, what waits for an admin, their versions."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.accounts.models import User
from bilim.catalog import access, publication
from bilim.catalog.models import Course, CourseSubmission, CourseVersion
from bilim.catalog.queries.courses import CourseRef
from bilim.catalog.rules import OutlineSection
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import convert, nested, select_into
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name

State = Literal["draft", "review", "published"]


class EditorRef(Struct):
    """Who submitted or published a course."""

    id: int
    full_name: str


class RejectionView(Struct):
    """Why a course was handed back, and when."""

    reason: str
    rejected_at: datetime


class CourseState(Struct):
    """How far a course is on its way to learners. A published one may be in review too, for a new version."""

    course: CourseRef
    state: State
    is_published: bool
    version: int | None
    """The number of the last version, or null where none was published yet."""
    has_changes: bool
    """Whether the course differs from its last version."""
    submitted_at: datetime | None
    rejection: RejectionView | None
    """Why it was handed back, until it is submitted again."""


class SubmissionView(Struct):
    """A course that waits for an admin."""

    id: int
    course: CourseRef
    author: EditorRef
    submitted_at: datetime
    is_new: bool
    """Whether it is not published yet."""


class VersionView(Struct):
    """A version of a course: what it consisted of when it was published."""

    number: int
    title: str
    sections_count: int
    lessons_count: int
    published_by: EditorRef
    published_at: datetime


class VersionDetail(VersionView):
    """A version with its sections and lessons."""

    sections: list[OutlineSection]


_PERSON = nested(EditorRef, id=User.id, full_name=convert(join_name, User.first_name, User.last_name))
_WAITING = ListQuery(
    select_into(
        SubmissionView,
        id=CourseSubmission.id,
        course=nested(CourseRef, id=Course.id, title=Course.title),
        author=_PERSON,
        submitted_at=CourseSubmission.created_at,
        is_new=convert(lambda is_published: not is_published, Course.is_published),
    )
    .join(Course, Course.id == CourseSubmission.course_id)
    .join(User, User.id == CourseSubmission.submitted_by)
    .where(CourseSubmission.decided_at.is_(None), Course.deleted_at.is_(None))
    .order_by(CourseSubmission.id)
)
_FIELDS = {
    "number": CourseVersion.number,
    "title": CourseVersion.title,
    "sections_count": CourseVersion.sections_count,
    "lessons_count": CourseVersion.lessons_count,
    "published_by": _PERSON,
    "published_at": CourseVersion.created_at,
}
_OF_COURSE = CourseVersion.course_id == bindparam("course_id")
_VERSIONS = ListQuery(
    select_into(VersionView, **_FIELDS)
    .join(User, User.id == CourseVersion.published_by)
    .where(_OF_COURSE)
    .order_by(CourseVersion.number.desc())
)
_SECTIONS = convert(lambda outline: msgspec.convert(outline, list[OutlineSection]), CourseVersion.outline)
_VERSION = (
    select_into(VersionDetail, **_FIELDS, sections=_SECTIONS)
    .join(User, User.id == CourseVersion.published_by)
    .where(_OF_COURSE, CourseVersion.number == bindparam("number"))
)


@requires(Role.TEACHER)
def course_state(tx: Tx, actor: Actor, course_id: int) -> CourseState:
    """The state of a course that the actor may change.

    Raises:
        NotFound, Forbidden: see `catalog.access.require_editor`.
    """
    access.require_editor(tx, actor, course_id)
    course_id, title, is_published = tx.first(select(Course.id, Course.title, Course.is_published).where(Course.id == course_id))
    newest = select(CourseVersion.number, CourseVersion.digest).where(CourseVersion.course_id == course_id)
    number, digest = tx.first(newest.order_by(CourseVersion.number.desc()).limit(1)) or (None, None)
    submitted_at = publication.waiting_since(tx, course_id)
    return CourseState(
        CourseRef(course_id, title),
        "review" if submitted_at else "published" if is_published else "draft",
        bool(is_published),
        number,
        publication.outline_of(tx, course_id).digest() != digest,
        submitted_at,
        _rejection(tx, course_id),
    )


def _rejection(tx: Tx, course_id: int) -> RejectionView | None:
    """Why the last submission was handed back, if it was."""
    about = select(CourseSubmission.decision, CourseSubmission.reason, CourseSubmission.decided_at)
    last = tx.first(about.where(CourseSubmission.course_id == course_id).order_by(CourseSubmission.id.desc()).limit(1))
    return RejectionView(last[1], last[2]) if last is not None and last[0] == "rejected" else None


@requires(Role.ADMIN)
def submissions(tx: Tx, actor: Actor, page: Page) -> RowStream[SubmissionView]:  # noqa: ARG001 - the decorator asks who it is
    """The courses that wait for an admin, in the order in which they were submitted."""
    return paginate(tx, _WAITING, page)


@requires(Role.TEACHER)
def versions(tx: Tx, actor: Actor, course_id: int, page: Page) -> RowStream[VersionView]:
    """The versions of a course that the actor may change, the latest first.

    Raises:
        NotFound, Forbidden: see `catalog.access.require_editor`.
    """
    access.require_editor(tx, actor, course_id)
    return paginate(tx, _VERSIONS, page, {"course_id": course_id})


@requires(Role.TEACHER)
def version(tx: Tx, actor: Actor, course_id: int, number: int) -> VersionDetail:
    """One version of a course that the actor may change.

    Raises:
        NotFound: there is no such version, or see `catalog.access.require_editor`.
        Forbidden: see there.
    """
    access.require_editor(tx, actor, course_id)
    found = tx.fetch_one(_VERSION, {"course_id": course_id, "number": number})
    for section in found.sections:
        for lesson in section.lessons:
            lesson.updated_at = lesson.updated_at.astimezone(tx.local_now.tzinfo)
    return found
