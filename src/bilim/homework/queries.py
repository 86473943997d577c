"""Reads of homework."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import select_into
from bilim.homework import access
from bilim.homework.models import Homework
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden
from bilim.kit.paging import Page, RowStream


class HomeworkView(Struct, gc=False):
    """Homework of a group; `file` is its name in the store."""

    id: int
    group_id: int
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime


_HOMEWORK = select_into(
    HomeworkView,
    id=Homework.id,
    group_id=Homework.group_id,
    text=Homework.text,
    file=Homework.file,
    homework_type=Homework.homework_type,
    created_by=Homework.created_by,
    created_at=Homework.created_at,
    updated_at=Homework.updated_at,
)
_ALL = ListQuery(_HOMEWORK.order_by(Homework.id))
_OF_OWN_GROUP = ListQuery(_HOMEWORK.where(access.is_of_own_group(bindparam("student_id"))).order_by(Homework.id))


@signed_in
def homework(tx: Tx, actor: Actor, page: Page) -> RowStream[HomeworkView]:
    """All homework that the actor may see, by id."""
    return paginate(tx, _ALL, page) if actor.is_teacher else own_homework(tx, actor, page)


@signed_in
def own_homework(tx: Tx, actor: Actor, page: Page) -> RowStream[HomeworkView]:
    """The homework of the student's own group, by id.

    Raises:
        Forbidden: the actor is no student.
    """
    if actor.is_teacher:
        raise Forbidden("not_a_student")
    return paginate(tx, _OF_OWN_GROUP, page, {"student_id": actor.id})


@signed_in
def homework_by_id(tx: Tx, actor: Actor, homework_id: int) -> HomeworkView:
    """One piece of homework.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.fetch_one(_HOMEWORK.where(Homework.id == homework_id, access.is_visible(actor)))
