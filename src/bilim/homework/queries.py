"""Reads of homework."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.db.engine import Tx
from bilim.db.prepared import ListQuery
from bilim.homework import access
from bilim.homework.models import Homework
from bilim.kit.actors import Actor
from bilim.kit.paging import Flow, Page

S = TypeVar("S")


class HomeworkRow(Struct):
    """Homework as stored."""

    id: int
    group_id: int
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime


_HOMEWORK = select(
    Homework.id,
    Homework.group_id,
    Homework.text,
    Homework.file,
    Homework.homework_type,
    Homework.created_by,
    Homework.created_at,
    Homework.updated_at,
).order_by(Homework.id)
_ALL = ListQuery(_HOMEWORK)
_OF_OWN_GROUP = ListQuery(_HOMEWORK.where(access.is_of_own_group(bindparam("viewer_id"))))


def homework(tx: Tx, actor: Actor, make: Callable[[HomeworkRow], S], page: Page) -> Flow[S]:
    """All homework that the actor may see, by id, in a surface's words."""
    return tx.flow(_ALL if actor.is_teacher else _OF_OWN_GROUP, lambda *columns: make(HomeworkRow(*columns)), page, {"viewer_id": actor.id})


def homework_of_group_of(tx: Tx, student_id: int, make: Callable[[HomeworkRow], S], page: Page) -> Flow[S]:
    """The homework of a student's group, by id."""
    return tx.flow(_OF_OWN_GROUP, lambda *columns: make(HomeworkRow(*columns)), page, {"viewer_id": student_id})


def one(tx: Tx, actor: Actor, homework_id: int) -> HomeworkRow:
    """One piece of homework.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.one(_HOMEWORK.where(Homework.id == homework_id, access.is_visible(actor)), HomeworkRow)
