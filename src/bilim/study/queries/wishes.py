"""Reads of wishes."""

from datetime import datetime
from decimal import Decimal
from functools import cache

from msgspec import Struct
from sqlalchemy import bindparam, exists, select

from bilim.catalog.access import VIEWER, Visibility, has_bought, is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.catalog.queries.courses import CourseRef
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, nested, select_into, uzs
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.study.models import Enrollment, Wish


class WishedCourse(CourseRef):
    """A course that somebody keeps for later; prices are UZS, `thumbnail` an address of the web or a path of this server."""

    price: Decimal
    discount_price: Decimal
    thumbnail: str | None


class WishView(Struct):
    """A course kept for later."""

    id: int
    course: WishedCourse
    created_at: datetime


@cache
def _wish(visibility: Visibility) -> Selection[WishView]:
    """The viewer's wishes: of courses that are published and that they neither bought nor joined."""
    joined = exists(select(Enrollment.id).where(Enrollment.user_id == VIEWER, Enrollment.course_id == Course.id))
    course = nested(
        WishedCourse,
        id=Course.id,
        title=Course.title,
        price=uzs(Course.price),
        discount_price=uzs(Course.discount_price),
        thumbnail=Course.thumbnail_url,
    )
    return (
        select_into(WishView, id=Wish.id, course=course, created_at=Wish.created_at)
        .join(Course, Course.id == Wish.course_id)
        .where(Wish.user_id == VIEWER, Course.is_published, is_visible(visibility), ~has_bought(), ~joined)
    )


@cache
def _wishes(visibility: Visibility) -> ListQuery[WishView]:
    return ListQuery(_wish(visibility).order_by(Wish.id))


@cache
def _wish_of(visibility: Visibility) -> PreparedSelection[WishView]:
    return PreparedSelection(_wish(visibility).where(Wish.course_id == bindparam("course_id")))


@signed_in
def wishes(tx: Tx, actor: Actor, page: Page) -> RowStream[WishView]:
    """The courses that the actor keeps for later, by id. A withdrawn course is left out, and so is one that they bought or joined."""
    return paginate(tx, _wishes(visibility_of(actor)), page, viewer(actor))


@signed_in
def wish_of_course(tx: Tx, actor: Actor, course_id: int) -> WishView:
    """The actor's wish for a course.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_wish_of(visibility_of(actor)), viewer(actor, course_id=course_id))
