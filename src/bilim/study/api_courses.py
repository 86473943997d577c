"""Enrolments, progress, reviews and certificates in the marketplace's words."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.params import QueryParameter
from msgspec import UNSET, Meta, Struct

from bilim.catalog import queries as catalog
from bilim.catalog.queries import CourseRef
from bilim.db.engine import Tx
from bilim.http.access import PUBLIC
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import WithStatus, work
from bilim.kit import text
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.fields import Id, Omittable, Text
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.study import actions, certificates, queries, reviews
from bilim.study.api_learning import download_path
from bilim.study.models import Certificate
from bilim.study.queries import CertificateRow, EnrolledCourse
from bilim.study.reviews import ReviewRow

Http = Request[Any, Any, Any]
Stars = Annotated[int, Meta(ge=1, le=5)]
CourseFilter = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only reviews of this course.")]


class EnrollIn(Struct):
    """The course to join."""

    course: Id


class EnrollmentOut(Struct):
    """A joined course with how far the caller got."""

    id: int
    course: CourseRef
    enrolled_at: datetime
    studied_at: datetime
    total_lessons: int
    completed_lessons: int
    percent: int
    is_completed: bool


class LessonState(Struct):
    """A lesson and whether the caller finished it."""

    id: int
    title: str
    is_completed: bool
    completed_at: datetime | None


class ProgressOut(Struct):
    """A course's progress."""

    course: CourseRef
    completed_lessons: int
    total_lessons: int
    percent: int
    is_completed: bool
    certificate: int | None
    """The id of the course's certificate, once it is issued."""
    lessons: list[LessonState]


class ReviewIn(Struct):
    """A new review."""

    course: Id
    rating: Stars
    comment: Omittable[Text] = UNSET


class ReviewChanges(Struct):
    """A review as it shall be; its course stays."""

    rating: Stars
    comment: Omittable[Text] = UNSET


class ReviewAuthor(Struct):
    """Who wrote a review."""

    id: int
    full_name: str


class ReviewOut(Struct):
    """A review."""

    id: int
    course: CourseRef
    user: ReviewAuthor
    rating: int
    comment: str
    created_at: datetime
    updated_at: datetime


class CourseCertificate(Struct):
    """A certificate; `file` is a signed address of its PDF."""

    id: int
    course: CourseRef | None
    course_name: str
    full_name: str
    code: str
    issued_at: datetime
    is_valid: bool
    file: str
    verify_url: str


def _enrollment_out(row: EnrolledCourse) -> EnrollmentOut:
    return EnrollmentOut(
        row.id,
        CourseRef(row.course_id, row.course_title),
        row.enrolled_at,
        row.studied_at,
        row.total_lessons,
        row.completed_lessons,
        queries.percent(row.completed_lessons, row.total_lessons),
        0 < row.total_lessons == row.completed_lessons,
    )


@get(["/api/enrollments", "/api/enrollments/my"], tags=["enrollments"])
@work
def list_enrollments(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[EnrollmentOut]:
    """The courses that the caller joined."""
    found = queries.enrollments(tx, actor.id, page(skip, limit))
    return Listed([_enrollment_out(row) for row in found], found.total, found.page)


@post("/api/enrollments", opt={"answers": {"200": "The caller had joined before"}}, tags=["enrollments"])
@work
def enroll(tx: Tx, actor: Actor, data: EnrollIn) -> EnrollmentOut:
    """Join a course; 200 where the caller had joined it before."""
    joined = actions.enroll(tx, actor, data.course)
    out = _enrollment_out(queries.enrollment(tx, actor.id, data.course))
    return out if joined else WithStatus(out, 200)  # type: ignore[return-value]


@get("/api/enrollments/progress/{id:int}", tags=["enrollments"])
@work
def read_progress(tx: Tx, actor: Actor, id: PathId) -> ProgressOut:
    """How far the caller got in a course."""
    return _progress_out(tx, actor, id)


@post("/api/enrollments/complete/{id:int}", status_code=200, tags=["enrollments"])
@work
def complete_lesson(tx: Tx, actor: Actor, id: PathId) -> ProgressOut:
    """Finish a lesson of a course that the caller joined."""
    return _progress_out(tx, actor, actions.complete_lesson(tx, actor, id, enrolled_only=True))


def _progress_out(tx: Tx, actor: Actor, course_id: int) -> ProgressOut:
    course = catalog.course(tx, actor, course_id)
    lessons = queries.course_progress(tx, actor.id, course_id)
    completed = queries.count_completed(lessons)
    return ProgressOut(
        CourseRef(course.id, course.title),
        completed,
        len(lessons),
        queries.percent(completed, len(lessons)),
        0 < len(lessons) == completed,
        queries.certificate_id(tx, actor.id, course_id),
        [LessonState(lesson.id, lesson.title, lesson.completed_at is not None, lesson.completed_at) for lesson in lessons],
    )


def _review_out(row: ReviewRow) -> ReviewOut:
    author = ReviewAuthor(row.user_id, text.join_name(row.first_name, row.last_name))
    course = CourseRef(row.course_id, row.course_title)
    return ReviewOut(row.id, course, author, row.rating, row.comment, row.created_at, row.updated_at)


@get("/api/reviews", opt=PUBLIC, tags=["reviews"])
@work
def list_reviews(tx: Tx, actor: Actor | None, course: CourseFilter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[ReviewOut]:
    """Reviews of all courses, or of one."""
    found = reviews.reviews(tx, actor, course, page(skip, limit))
    return Listed([_review_out(row) for row in found], found.total, found.page)


@post("/api/reviews", tags=["reviews"])
@work
def create_review(tx: Tx, actor: Actor, data: ReviewIn) -> ReviewOut:
    """Review a course that the caller joined, once."""
    return _review_out(reviews.review(tx, actions.review_course(tx, actor, data.course, data.rating, data.comment or "")))


@put("/api/reviews/{id:int}", tags=["reviews"])
@work
def change_review(tx: Tx, actor: Actor, id: PathId, data: ReviewChanges) -> ReviewOut:
    """Change one's own review."""
    comment = {} if data.comment is UNSET else {"comment": data.comment or ""}
    actions.change_review(tx, actor, id, {"rating": data.rating, **comment})
    return _review_out(reviews.review(tx, id))


@delete("/api/reviews/{id:int}", tags=["reviews"])
@work
def delete_review(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete one's own review; admins any."""
    actions.delete_review(tx, actor, id)


def _certificate_out(row: CertificateRow, request: Http) -> CourseCertificate:
    state = request.app.state
    return CourseCertificate(
        row.id,
        CourseRef(row.course_id, row.course_name) if row.course_id is not None else None,
        row.course_name,
        row.holder,
        row.verification_code,
        row.issue_date,
        row.is_valid,
        state.settings.public_url + state.signer.sign(download_path(row.id)),
        certificates.verify_url(state.settings.public_url, row.verification_code),
    )


@get("/api/certificates", tags=["certificates"])
@work
def list_certificates(tx: Tx, actor: Actor, request: Http, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CourseCertificate]:
    """The caller's certificates."""
    found = queries.certificates(tx, actor.id, page(skip, limit))
    return Listed([_certificate_out(row, request) for row in found], found.total, found.page)


@get("/api/certificates/{id:int}", tags=["certificates"])
@work
def read_certificate(tx: Tx, actor: Actor, request: Http, id: PathId) -> CourseCertificate:
    """One of the caller's certificates; admins any."""
    row = queries.certificate(tx, Certificate.id == id)
    if row.user_id != actor.id and not actor.is_admin:
        raise NotFound
    return _certificate_out(row, request)


ROUTES = [
    list_enrollments,
    enroll,
    read_progress,
    complete_lesson,
    list_reviews,
    create_review,
    change_review,
    delete_review,
    list_certificates,
    read_certificate,
]
