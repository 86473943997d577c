"""Reads of reviews."""

from datetime import datetime
from functools import cache
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import bindparam, case, func, select

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.catalog.queries.courses import TITLE_FOR_LEARNERS, CourseRef
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import convert, nested, nested_or_none, select_into
from bilim.kit.access import public, signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name
from bilim.study.models import CourseRating, Review, ReviewReply
from bilim.study.rules import STARS

Ordering = Literal["created_at", "-created_at", "rating", "-rating"]


class ReviewAuthor(Struct):
    """Who wrote a review."""

    id: int
    full_name: str


class ReplyView(Struct):
    """What the instructor answered."""

    text: str
    created_at: datetime
    updated_at: datetime


class ReviewView(Struct):
    """A review."""

    id: int
    course: CourseRef
    user: ReviewAuthor
    rating: int
    comment: str
    reply: ReplyView | None
    created_at: datetime
    updated_at: datetime


class ReviewFilter(Struct, frozen=True):
    """Which reviews, and in which order: `created_at` (oldest first) or `rating`, with a minus the other way round."""

    of_course: bool = False
    of_rating: bool = False
    ordering: Ordering = "created_at"


_REVIEW = (
    select_into(
        ReviewView,
        id=Review.id,
        course=nested(CourseRef, id=Review.course_id, title=TITLE_FOR_LEARNERS),
        user=nested(ReviewAuthor, id=Review.user_id, full_name=convert(join_name, User.first_name, User.last_name)),
        rating=Review.rating,
        comment=Review.comment,
        reply=nested_or_none(ReplyView, text=ReviewReply.text, created_at=ReviewReply.created_at, updated_at=ReviewReply.updated_at),
        created_at=Review.created_at,
        updated_at=Review.updated_at,
    )
    .join(Course, Course.id == Review.course_id)
    .join(User, User.id == Review.user_id)
    .outerjoin(ReviewReply, ReviewReply.review_id == Review.id)
)
_ORDERS: dict[Ordering, tuple[Any, ...]] = {  # ids grow with time, and have an index with every filter
    "created_at": (Review.id,),
    "-created_at": (Review.id.desc(),),
    "rating": (Review.rating, Review.id),
    "-rating": (Review.rating.desc(), Review.id.desc()),
}


@cache
def _reviews(visibility: Visibility, wanted: ReviewFilter) -> ListQuery[ReviewView]:
    order = _ORDERS[wanted.ordering]
    keys = select(Review.id).join(Course, Course.id == Review.course_id).where(is_visible(visibility)).order_by(*order)
    if wanted.of_course:
        keys = keys.where(Review.course_id == bindparam("course_id"))
    if wanted.of_rating:
        keys = keys.where(Review.rating == bindparam("rating"))
    return ListQuery(_REVIEW.order_by(*order), _count(visibility, wanted), keys)


def _count(visibility: Visibility, wanted: ReviewFilter) -> Any:
    """The number of reviews, from the sums of their courses."""
    columns: list[Any] = [getattr(CourseRating, f"stars_{stars}") for stars in STARS]
    counts = case(dict(zip(STARS, columns, strict=True)), value=bindparam("rating")) if wanted.of_rating else sum(columns[1:], columns[0])
    total = select(func.coalesce(func.sum(counts), 0)).join(Course, Course.id == CourseRating.course_id).where(is_visible(visibility))
    return total.where(CourseRating.course_id == bindparam("course_id")) if wanted.of_course else total


@public
def reviews(
    tx: Tx, actor: Actor | None, page: Page, course_id: int | None = None, rating: int | None = None, ordering: Ordering = "created_at"
) -> RowStream[ReviewView]:
    """Reviews of the courses that the viewer may see, or of one of them; all, or those of so many stars."""
    wanted = ReviewFilter(course_id is not None, rating is not None, ordering)
    named = {name: value for name, value in (("course_id", course_id), ("rating", rating)) if value is not None}
    return paginate(tx, _reviews(visibility_of(actor), wanted), page, viewer(actor, **named))


@public
def review(tx: Tx, actor: Actor | None, review_id: int) -> ReviewView:
    """One review of a course that the viewer may see.

    Raises:
        NotFound: there is none, as far as the viewer may know.
    """
    return tx.fetch_one(_REVIEW.where(Review.id == review_id, is_visible(visibility_of(actor))), viewer(actor))


@signed_in
def own_review(tx: Tx, actor: Actor, review_id: int) -> ReviewView:
    """One of the actor's reviews, also of a course that was withdrawn since.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return tx.fetch_one(_REVIEW.where(Review.id == review_id, Review.user_id == actor.id))
