"""Reads of lessons as those see them who write them."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, select

from bilim.catalog.access import viewer
from bilim.catalog.models import Course, Lesson, Section
from bilim.catalog.queries.courses import CourseRef
from bilim.catalog.queries.lessons import WordView, words_of
from bilim.content.access import is_own
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import nested, select_into
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream


class SectionRef(Struct):
    """A section, small."""

    id: int
    title: str


class ContentLesson(Struct, rename={"position": "order"}):
    """A lesson with all that is written in it; `file` is the stored name of its file, in answers its signed address."""

    id: int
    key: str | None
    title: str
    course: CourseRef
    section: SectionRef
    position: int
    content: str
    video_url: str | None
    file: str | None
    premium_only: bool
    is_preview: bool
    created_at: datetime
    updated_at: datetime
    words: list[WordView] = field(default_factory=list[WordView])


_LESSON = (
    select_into(
        ContentLesson,
        id=Lesson.id,
        key=Lesson.external_key,
        title=Lesson.title,
        course=nested(CourseRef, id=Course.id, title=Course.title),
        section=nested(SectionRef, id=Section.id, title=Section.title),
        position=Lesson.position,
        content=Lesson.content,
        video_url=Lesson.video_url,
        file=Lesson.file,
        premium_only=Lesson.premium_only,
        is_preview=Lesson.is_preview,
        created_at=Lesson.created_at,
        updated_at=Lesson.updated_at,
    )
    .join(Course, Course.id == Lesson.course_id)
    .join(Section, Section.id == Lesson.section_id)
)


@cache
def _lessons(*, is_admin: bool, of_course: bool) -> ListQuery[ContentLesson]:
    keys: Any = select(Lesson.id).join(Course, Course.id == Lesson.course_id).where(Lesson.deleted_at.is_(None), is_own(is_admin=is_admin))
    if of_course:
        keys = keys.where(Lesson.course_id == bindparam("course_id"))
    return ListQuery(_LESSON.order_by(Lesson.id), keys=keys.order_by(Lesson.id))


@requires(Role.TEACHER)
def content_lessons(tx: Tx, actor: Actor, page: Page, course_id: int | None = None) -> RowStream[ContentLesson]:
    """The lessons of one's own courses, to admins of all, by id, with words."""
    query = _lessons(is_admin=actor.is_admin, of_course=course_id is not None)
    wanted = viewer(actor, **({} if course_id is None else {"course_id": course_id}))
    return paginate(tx, query, page, wanted, enrich=lambda views: _with_words(tx, views))


def _with_words(tx: Tx, views: list[ContentLesson]) -> list[ContentLesson]:
    by_id = {view.id: view for view in views}
    for word in words_of(tx, list(by_id)):
        by_id[word.lesson_id].words.append(word)
    return views
