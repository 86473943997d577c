"""Reads of reviews."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select

from bilim.accounts.models import User
from bilim.catalog import access
from bilim.catalog.access import visibility
from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.paging import Listed, Page
from bilim.study.models import Review


class ReviewRow(Struct):
    """A review, with the names of its author and course."""

    id: int
    course_id: int
    course_title: str
    user_id: int
    first_name: str
    last_name: str
    rating: int
    comment: str
    created_at: datetime
    updated_at: datetime


_REVIEW = (
    select(
        Review.id,
        Review.course_id,
        Course.title,
        Review.user_id,
        User.first_name,
        User.last_name,
        Review.rating,
        Review.comment,
        Review.created_at,
        Review.updated_at,
    )
    .join(Course, Course.id == Review.course_id)
    .join(User, User.id == Review.user_id)
)


def reviews(tx: Tx, actor: Actor | None, course_id: int | None, page: Page) -> Listed[ReviewRow]:
    """Reviews of the courses that the viewer may see, or of one of them, by id."""
    query = _REVIEW.where(access.is_visible(visibility(actor))).order_by(Review.id)
    if course_id is not None:
        query = query.where(Review.course_id == course_id)
    return tx.listed(query.params(viewer_id=actor.id if actor else None), ReviewRow, page)


def review(tx: Tx, review_id: int) -> ReviewRow:
    """One review.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_REVIEW.where(Review.id == review_id), ReviewRow)
