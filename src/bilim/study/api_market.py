"""Enrolments, progress, reviews, wishes and certificates in the marketplace's words."""

from datetime import datetime
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.catalog.queries.courses import CourseRef
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.urls import Urls
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.settings import Settings
from bilim.study import actions
from bilim.study.actions import reviews as reviewing
from bilim.study.actions import wishes as wishing
from bilim.study.documents.certificates import download_path, verify_url
from bilim.study.inputs import EnrollmentInput, ReplyInput, ReviewChanges, ReviewInput, WishInput
from bilim.study.queries import certificates, progress, reviews, wishes
from bilim.study.queries.certificates import CertificateView
from bilim.study.queries.progress import CourseProgress, EnrollmentView
from bilim.study.queries.reviews import Ordering, ReviewView
from bilim.study.queries.wishes import WishView
from bilim.study.rules import is_finished, percent

CourseFilter = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only reviews of this course.")]
RatingFilter = Annotated[int | None, QueryParameter(ge=1, le=5, description="Only reviews of so many stars.")]
ReviewOrder = Annotated[Ordering, QueryParameter(description="Oldest or best last; with a minus first.")]


@renamed(course_id="course")
class EnrollmentBody(EnrollmentInput, kw_only=True):
    """The course to join."""


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


@renamed(course_id="course")
class ReviewBody(ReviewInput, kw_only=True):
    """A new review."""


@renamed(course_id="course")
class WishBody(WishInput, kw_only=True):
    """The course to keep for later."""


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


def _enrollment_out(view: EnrollmentView) -> EnrollmentOut:
    return EnrollmentOut(
        id=view.id,
        course=view.course,
        enrolled_at=view.enrolled_at,
        studied_at=view.studied_at,
        total_lessons=view.total_lessons,
        completed_lessons=view.completed_lessons,
        percent=percent(view.completed_lessons, view.total_lessons),
        is_completed=is_finished(view.completed_lessons, view.total_lessons),
    )


@get(["/api/enrollments", "/api/enrollments/my"], opt=may(progress.enrollments), tags=["enrollments"])
@work
def list_enrollments(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[EnrollmentOut]:
    """The courses that the caller joined."""
    return progress.enrollments(tx, actor, page(skip, limit)).map(_enrollment_out)


@post("/api/enrollments", opt=may(actions.enroll) | {"answers": {"200": "The caller had joined before"}}, tags=["enrollments"])
@work
def enroll(tx: Tx, actor: Actor, data: EnrollmentBody) -> WithStatus[EnrollmentOut]:
    """Join a course; 200 where the caller had joined it before."""
    is_new = actions.enroll(tx, actor, data)
    return WithStatus(_enrollment_out(progress.enrollment(tx, actor, data.course_id)), 201 if is_new else 200)


@get("/api/enrollments/progress/{id:int}", opt=may(progress.course_progress), tags=["enrollments"])
@work
def read_progress(tx: Tx, actor: Actor, id: PathId) -> ProgressOut:
    """How far the caller got in a course."""
    return _progress_out(progress.course_progress(tx, actor, id))


@post("/api/enrollments/complete/{id:int}", status_code=200, opt=may(actions.complete_lesson), tags=["enrollments"])
@work
def complete_lesson(tx: Tx, actor: Actor, id: PathId) -> ProgressOut:
    """Finish a lesson of a course that the caller joined."""
    finished = actions.complete_lesson(tx, actor, id, enrolled_only=True)
    return _progress_out(progress.course_progress(tx, actor, finished.course_id))


def _progress_out(view: CourseProgress) -> ProgressOut:
    return ProgressOut(
        course=view.course,
        completed_lessons=view.completed_lessons,
        total_lessons=view.total_lessons,
        percent=percent(view.completed_lessons, view.total_lessons),
        is_completed=is_finished(view.completed_lessons, view.total_lessons),
        certificate=view.certificate_id,
        lessons=[LessonState(each.id, each.title, each.completed_at is not None, each.completed_at) for each in view.lessons],
    )


@get("/api/reviews", opt=may(reviews.reviews) | RUN_IN_LOOP, tags=["reviews"])
@work
def list_reviews(
    tx: Tx,
    actor: Actor | None,
    course: CourseFilter = None,
    rating: RatingFilter = None,
    ordering: ReviewOrder = "created_at",
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[ReviewView]:
    """Reviews of all courses, or of one; all, or those of so many stars."""
    return reviews.reviews(tx, actor, page(skip, limit), course, rating, ordering)


@post("/api/reviews", opt=may(reviewing.review_course), tags=["reviews"])
@work
def create_review(tx: Tx, actor: Actor, data: ReviewBody) -> ReviewView:
    """Review a course that the caller joined, once."""
    return reviews.own_review(tx, actor, reviewing.review_course(tx, actor, data))


@put("/api/reviews/{id:int}", opt=may(reviewing.change_review), tags=["reviews"])
@work
def change_review(tx: Tx, actor: Actor, id: PathId, data: ReviewChanges) -> ReviewView:
    """Change one's own review."""
    reviewing.change_review(tx, actor, id, data)
    return reviews.own_review(tx, actor, id)


@delete("/api/reviews/{id:int}", opt=may(reviewing.delete_review), tags=["reviews"])
@work
def delete_review(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete one's own review; admins any."""
    reviewing.delete_review(tx, actor, id)


@post(
    "/api/reviews/{id:int}/reply",
    opt=may(reviewing.reply_to_review) | {"answers": {"200": "The answer was changed"}},
    tags=["reviews"],
)
@work
def reply_to_review(tx: Tx, actor: Actor, id: PathId, data: ReplyInput) -> WithStatus[ReviewView]:
    """Answer a review of a course that the caller teaches; 200 where that changes an earlier answer."""
    is_first = reviewing.reply_to_review(tx, actor, id, data)
    return WithStatus(reviews.review(tx, actor, id), 201 if is_first else 200)


@delete("/api/reviews/{id:int}/reply", opt=may(reviewing.delete_reply), tags=["reviews"])
@work
def delete_reply(tx: Tx, actor: Actor, id: PathId) -> None:
    """Take back the answer to a review; admins may delete any."""
    reviewing.delete_reply(tx, actor, id)


@get("/api/wishlist", opt=may(wishes.wishes) | RUN_IN_LOOP, tags=["wishlist"])
@work
def list_wishes(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[WishView]:
    """The courses that the caller keeps for later."""
    return wishes.wishes(tx, actor, page(skip, limit)).map(lambda view: _wish_out(view, urls))


@post("/api/wishlist", opt=may(wishing.add_wish) | {"answers": {"200": "The caller kept it before"}}, tags=["wishlist"])
@work
def add_wish(tx: Tx, actor: Actor, urls: Urls, data: WishBody) -> WithStatus[WishView]:
    """Keep a course for later; 200 where the caller kept it before."""
    is_new = wishing.add_wish(tx, actor, data)
    return WithStatus(_wish_out(wishes.wish_of_course(tx, actor, data.course_id), urls), 201 if is_new else 200)


@delete("/api/wishlist/{id:int}", opt=may(wishing.drop_wish), tags=["wishlist"])
@work
def drop_wish(tx: Tx, actor: Actor, id: PathId) -> None:
    """Keep a course no longer."""
    wishing.drop_wish(tx, actor, id)


def _wish_out(view: WishView, urls: Urls) -> WishView:
    """A wish with the absolute address of the course's picture."""
    view.course.thumbnail = urls.absolute(view.course.thumbnail)
    return view


def _certificate_out(view: CertificateView, urls: Urls, settings: Settings) -> CourseCertificate:
    return CourseCertificate(
        id=view.id,
        course=CourseRef(view.course_id, view.course_name) if view.course_id is not None else None,
        course_name=view.course_name,
        full_name=view.holder,
        code=view.verification_code,
        issued_at=view.issue_date,
        is_valid=view.is_valid,
        file=urls.signed(download_path(view.id)),
        verify_url=verify_url(settings.site_url, view.verification_code),
    )


@get("/api/certificates", opt=may(certificates.own_certificates), tags=["certificates"])
@work
def list_certificates(
    tx: Tx, actor: Actor, urls: Urls, settings: Settings, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[CourseCertificate]:
    """The caller's certificates."""
    return certificates.own_certificates(tx, actor, page(skip, limit)).map(lambda view: _certificate_out(view, urls, settings))


@get("/api/certificates/{id:int}", opt=may(certificates.own_certificate), tags=["certificates"])
@work
def read_certificate(tx: Tx, actor: Actor, urls: Urls, settings: Settings, id: PathId) -> CourseCertificate:
    """One of the caller's certificates; admins any."""
    return _certificate_out(certificates.own_certificate(tx, actor, id), urls, settings)


ROUTES = [
    list_enrollments,
    enroll,
    read_progress,
    complete_lesson,
    list_reviews,
    create_review,
    change_review,
    delete_review,
    reply_to_review,
    delete_reply,
    list_wishes,
    add_wish,
    drop_wish,
    list_certificates,
    read_certificate,
]
