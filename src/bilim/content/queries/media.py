"""Reads of the files of teaching material: pictures of courses, files of lessons."""

from datetime import datetime
from functools import cache
from typing import Any, Literal

from msgspec import Struct, field
from sqlalchemy import ColumnElement, bindparam, func, literal, select, union, union_all

from bilim.catalog.access import viewer
from bilim.catalog.actions import PICTURES, UPLOADS
from bilim.catalog.models import Course, Lesson
from bilim.content.access import is_own
from bilim.db.engine import Query, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared
from bilim.db.select_into import select_into
from bilim.files.models import StoredFile
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream


class MediaLink(Struct):
    """What shows a file: a course as its picture, or a lesson as its file."""

    kind: Literal["course", "lesson"]
    id: int
    title: str
    course_id: int


class MediaView(Struct):
    """A stored file, and all of one's own material that shows it."""

    name: str
    """Its name in the store."""
    size: int | None
    """Bytes; null for files that are older than this column."""
    created_at: datetime
    links: list[MediaLink] = field(default_factory=list[MediaLink])


_PICTURE = func.substr(Course.thumbnail_url, len(UPLOADS) + 1)
"""The stored name of a course's picture, where it is one of ours."""


def _pictures(own: ColumnElement[bool], *columns: Any) -> Query:
    return select(_PICTURE.label("name"), *columns).where(own, Course.thumbnail_url.startswith(PICTURES, autoescape=True))


def _files(own: ColumnElement[bool], *columns: Any) -> Query:
    there = (own, Lesson.deleted_at.is_(None), Lesson.file.is_not(None))
    return select(Lesson.file.label("name"), *columns).join(Course, Course.id == Lesson.course_id).where(*there)


@cache
def _media(*, is_admin: bool) -> ListQuery[MediaView]:
    own = is_own(is_admin=is_admin)
    shown = union(_pictures(own), _files(own)).subquery()
    in_order = (StoredFile.created_at, StoredFile.name)
    keys: Any = select(StoredFile.name).join(shown, shown.c.name == StoredFile.name).order_by(*in_order)
    view = select_into(MediaView, name=StoredFile.name, size=StoredFile.size, created_at=StoredFile.created_at)
    return ListQuery(view.order_by(*in_order), keys=keys)


@cache
def _links(*, is_admin: bool) -> Prepared:
    """What shows some files: the file's name and a link's fields."""
    own, names = is_own(is_admin=is_admin), bindparam("names", expanding=True)
    courses = _pictures(own, literal("course").label("kind"), Course.id, Course.title, Course.id.label("course_id")).where(
        _PICTURE.in_(names)
    )
    lessons = _files(own, literal("lesson").label("kind"), Lesson.id, Lesson.title, Lesson.course_id).where(Lesson.file.in_(names))
    found = union_all(courses, lessons).subquery()
    return Prepared(select(found).order_by(found.c.kind, found.c.id))


@requires(Role.TEACHER)
def media(tx: Tx, actor: Actor, page: Page) -> RowStream[MediaView]:
    """The files of one's own courses, to admins of all, from the oldest."""

    def with_links(views: list[MediaView]) -> list[MediaView]:
        by_name = {view.name: view for view in views}
        for name, *about in tx.all(_links(is_admin=actor.is_admin), viewer(actor, names=list(by_name))):
            by_name[name].links.append(MediaLink(*about))
        return views

    return paginate(tx, _media(is_admin=actor.is_admin), page, viewer(actor), enrich=with_links)
