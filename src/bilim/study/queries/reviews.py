"""Reads of reviews."""

from datetime import datetime
from functools import cache

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.catalog.queries.courses import TITLE_FOR_LEARNERS, CourseRef
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import convert, nested, select_into
from bilim.kit.access import public, signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name
from bilim.study.models import Review


class ReviewAuthor(Struct):
    """Who wrote a review."""

    id: int
    full_name: str


class ReviewView(Struct):
    """A review."""

    id: int
    course: CourseRef
    user: ReviewAuthor
    rating: int
    comment: str
    created_at: datetime
    updated_at: datetime


_REVIEW = (
    select_into(
        ReviewView,
        id=Review.id,
        course=nested(CourseRef, id=Review.course_id, title=TITLE_FOR_LEARNERS),
        user=nested(ReviewAuthor, id=Review.user_id, full_name=convert(join_name, User.first_name, User.last_name)),
        rating=Review.rating,
        comment=Review.comment,
        created_at=Review.created_at,
        updated_at=Review.updated_at,
    )
    .join(Course, Course.id == Review.course_id)
    .join(User, User.id == Review.user_id)
)


@cache
def _reviews(visibility: Visibility, *, of_course: bool) -> ListQuery[ReviewView]:
    visible = _REVIEW.where(is_visible(visibility)).order_by(Review.id)
    return ListQuery(visible.where(Review.course_id == bindparam("course_id")) if of_course else visible)


@public
def reviews(tx: Tx, actor: Actor | None, page: Page, course_id: int | None = None) -> RowStream[ReviewView]:
    """Reviews of the courses that the viewer may see, or of one of them, by id."""
    if course_id is None:
        return paginate(tx, _reviews(visibility_of(actor), of_course=False), page, viewer(actor))
    return paginate(tx, _reviews(visibility_of(actor), of_course=True), page, viewer(actor, course_id=course_id))


@signed_in
def own_review(tx: Tx, actor: Actor, review_id: int) -> ReviewView:
    """One of the actor's reviews, also of a course that was withdrawn since.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return tx.fetch_one(_REVIEW.where(Review.id == review_id, Review.user_id == actor.id))
