"""Reviewing courses, and answering reviews.

What a review adds to the sums of its course is written in the same transaction, always after the review itself: rows are locked in this
order everywhere, so that parallel writes wait for each other and none is lost.
"""

from collections import Counter
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bilim.catalog.access import is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.db.engine import Tx, violates
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden, NotFound, unknown
from bilim.kit.inputs import sent_fields, value_or
from bilim.study.actions.studying import require_enrollment
from bilim.study.inputs import ReplyInput, ReviewChanges, ReviewInput, ReviewReplied
from bilim.study.models import CourseRating, Review, ReviewReply
from bilim.study.rules import STARS


@signed_in
def review_course(tx: Tx, actor: Actor, review: ReviewInput) -> int:
    """Review a course that the actor joined; return the review's id.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: the actor teaches it, or did not join it.
        Conflict: the actor has reviewed it.
    """
    course_id = review.course_id
    visible = select(Course.instructor_id).where(Course.id == course_id, is_visible(visibility_of(actor)))
    course = tx.first(visible, viewer(actor))
    if course is None:
        raise unknown("course_id", course_id)
    if course[0] == actor.id:
        raise Forbidden("own_course")
    require_enrollment(tx, actor, course_id)
    values = {"user_id": actor.id, "course_id": course_id, "rating": review.rating, "comment": value_or(review.comment, "")}
    try:
        with tx.savepoint():
            review_id = tx.insert(Review, **values, created_at=tx.now, updated_at=tx.now)
    except IntegrityError as error:
        if violates(error, "uq_reviews_user_id_course_id", "reviews.user_id", "reviews.course_id"):
            raise Conflict("has_reviewed") from None
        raise
    _count(tx, course_id, {review.rating: 1})
    return review_id


@signed_in
def change_review(tx: Tx, actor: Actor, review_id: int, changes: ReviewChanges) -> None:
    """Change one's own review.

    Raises:
        NotFound: no such review.
        Forbidden: somebody else's, or of a course that the actor teaches by now.
    """
    wanted = (
        select(Review.user_id, Course.instructor_id, Review.course_id, Review.rating)
        .join(Course, Course.id == Review.course_id)
        .where(Review.id == review_id)
        .with_for_update(of=Review)
    )
    found = tx.first(wanted)
    if found is None:
        raise NotFound
    user_id, instructor_id, course_id, rating = found
    if user_id != actor.id:
        raise Forbidden
    if instructor_id == actor.id:
        raise Forbidden("own_course")
    columns = {name: value_or(value, "") for name, value in sent_fields(changes, "rating", "comment").items()}
    tx.execute(update(Review).where(Review.id == review_id).values(**columns, updated_at=tx.now))
    moved = Counter({changes.rating: 1})
    moved[rating] -= 1
    _count(tx, course_id, moved)


@signed_in
def delete_review(tx: Tx, actor: Actor, review_id: int) -> None:
    """Delete one's own review, or as an admin any.

    Raises:
        NotFound: no such review.
        Forbidden: somebody else's.
    """
    user_id = tx.scalar(select(Review.user_id).where(Review.id == review_id))
    if user_id is None:
        raise NotFound
    if user_id != actor.id and not actor.is_admin:
        raise Forbidden
    deleted = tx.first(delete(Review).where(Review.id == review_id).returning(Review.course_id, Review.rating))
    if deleted is None:  # by somebody else, after it was read
        raise NotFound
    _count(tx, deleted[0], {deleted[1]: -1})


def _count(tx: Tx, course_id: int, changed: dict[int, int]) -> None:
    """Correct the sums of a course: how many reviews more, or fewer, of each number of stars."""
    changes = {column_of(stars): count for stars, count in changed.items() if count}
    if not changes:
        return
    more = {name: getattr(CourseRating, name) + count for name, count in changes.items()}
    if min(changes.values()) < 0:  # of reviews that were counted, so the row is there
        tx.execute(update(CourseRating).where(CourseRating.course_id == course_id).values(more))
        return
    counted = tx.inserting(CourseRating).values(course_id=course_id, **{column_of(stars): 0 for stars in STARS} | changes)
    tx.execute(counted.on_conflict_do_update(index_elements=[CourseRating.course_id], set_=more))


@internal
def column_of(stars: int) -> str:
    """The column of the sums that counts reviews of so many stars."""
    return f"stars_{stars}"


@internal
def recount_ratings(tx: Tx) -> None:
    """Recount the sums of all courses, after reviews were inserted as plain rows."""
    if tx.dialect == "postgresql":
        # Earlier corrections are committed by now; later ones add to what is counted here.
        tx.execute(text("LOCK TABLE course_ratings IN EXCLUSIVE MODE"))
    tx.execute(delete(CourseRating))
    sums: list[Any] = [func.sum(case((Review.rating == stars, 1), else_=0)) for stars in STARS]
    counted = select(Review.course_id, *sums).group_by(Review.course_id)
    tx.execute(insert(CourseRating).from_select(["course_id", *map(column_of, STARS)], counted))


@signed_in
def reply_to_review(tx: Tx, actor: Actor, review_id: int, reply: ReplyInput) -> bool:
    """Answer a review of a course that the actor teaches, or change the answer; whether it is the first one.

    Raises:
        NotFound: no such review, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    _require_instructor(tx, actor, review_id)
    told = {"text": reply.text, "updated_at": tx.now}
    first = tx.inserting(ReviewReply).values(review_id=review_id, created_at=tx.now, **told).on_conflict_do_nothing()
    if tx.scalar(first.returning(ReviewReply.review_id)) is None:
        tx.execute(update(ReviewReply).where(ReviewReply.review_id == review_id).values(told))
        return False
    tx.enqueue(ReviewReplied(review_id))
    return True


@signed_in
def delete_reply(tx: Tx, actor: Actor, review_id: int) -> None:
    """Take back the answer to a review; admins may delete any.

    Raises:
        NotFound: no such review or no answer, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    if not actor.is_admin:
        _require_instructor(tx, actor, review_id)
    if not tx.execute(delete(ReviewReply).where(ReviewReply.review_id == review_id)).rowcount:
        raise NotFound


def _require_instructor(tx: Tx, actor: Actor, review_id: int) -> None:
    """Lock a review that the instructor of its course answers."""
    wanted = (
        select(Course.instructor_id)
        .join(Review, Review.course_id == Course.id)
        .where(Review.id == review_id, is_visible(visibility_of(actor)))
        .with_for_update(of=Review, key_share=True)
    )
    found = tx.first(wanted, viewer(actor))
    if found is None:
        raise NotFound
    if found[0] != actor.id:
        raise Forbidden
