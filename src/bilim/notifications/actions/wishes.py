"""What happens to courses that people keep for later, as news; see `events`."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.catalog.models import Course, CourseVersion, Lesson, PriceDrop
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.money import charged, to_uzs, two_digits
from bilim.notifications.actions.telling import News
from bilim.notifications.rules import subject_of_day
from bilim.study.access import who_wishes
from bilim.study.models import Wish

_IS_SHOWN = (Course.is_published, Course.deleted_at.is_(None))


@internal
def price_fell(tx: Tx, drop_id: int) -> News | None:
    """A price that fell and has not risen since, told to those who keep the course for later.

    Whoever was told of this price or a lower one before hears nothing: a price that goes up and down is news once.
    """
    found = tx.first(
        select(PriceDrop.price, PriceDrop.earlier_price, PriceDrop.created_at, Course.id, Course.title, Course.price, Course.discount_price)
        .join(Course, Course.id == PriceDrop.course_id)
        .where(PriceDrop.id == drop_id, *_IS_SHOWN)
    )
    if found is None:
        return None
    price, earlier_price, moment, course_id, course, *prices = found
    if charged(*prices) != price:
        return None
    earlier = aliased(PriceDrop)
    was_told = exists().where(
        earlier.course_id == course_id, earlier.id < drop_id, earlier.created_at >= Wish.created_at, earlier.price <= price
    )
    amounts = {"price": two_digits(to_uzs(price)), "earlier_price": two_digits(to_uzs(earlier_price))}
    data = {"course_id": course_id, "course": course, **amounts}
    return News("price_drop", drop_id, data, User.id.in_(who_wishes(course_id, moment, ~was_told)))


@internal
def wished_course_grew(tx: Tx, lesson_id: int) -> News | None:
    """A new lesson of a published course, told to those who keep it for later, once a day however many come."""
    found = tx.first(
        select(Lesson.created_at, Course.id, Course.title)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id == lesson_id, Lesson.deleted_at.is_(None), *_IS_SHOWN)
    )
    return None if found is None else _updated(*found)


@internal
def wished_course_changed(tx: Tx, version_id: int) -> News | None:
    """A new version of a published course, told as its new lessons are: once a day for both. The first version is no change."""
    found = tx.first(
        select(CourseVersion.created_at, Course.id, Course.title)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id == version_id, CourseVersion.number > 1, *_IS_SHOWN)
    )
    return None if found is None else _updated(*found)


def _updated(moment: datetime, course_id: int, course: str) -> News:
    subject = subject_of_day(course_id, moment.date())
    return News("course_updated", subject, {"course_id": course_id, "course": course}, User.id.in_(who_wishes(course_id, moment)))
