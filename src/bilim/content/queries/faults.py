"""What is wrong or missing in stored teaching material, found by the database."""

from functools import cache
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, String, and_, cast, exists, func, literal, not_, null, select, union_all

from bilim.catalog.access import viewer
from bilim.catalog.actions import UPLOADS
from bilim.catalog.models import Course, Lesson, Section, Word
from bilim.content.access import is_own
from bilim.db.engine import Query, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import select_into
from bilim.files.models import StoredFile
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream

Level = Literal["error", "warning"]


class FaultView(Struct):
    """Something about a course, or about one of its lessons."""

    code: str
    """Of the text catalogue."""
    level: str
    """`error`: learners meet it; `warning`: it could be better."""
    course_id: int
    course_title: str
    lesson_id: int | None
    lesson_title: str | None


def _about_course(own: ColumnElement[bool], level: Level, code: str, *conditions: ColumnElement[bool]) -> Query:
    nothing = (cast(null(), Integer).label("lesson_id"), cast(null(), String).label("lesson_title"))
    return _fault(own, level, code, *nothing).where(*conditions)


def _about_lesson(own: ColumnElement[bool], level: Level, code: str, *conditions: ColumnElement[bool]) -> Query:
    found = _fault(own, level, code, Lesson.id.label("lesson_id"), Lesson.title.label("lesson_title"))
    return found.join(Lesson, Lesson.course_id == Course.id).where(Lesson.deleted_at.is_(None), *conditions)


def _fault(own: ColumnElement[bool], level: Level, code: str, *about: Any) -> Query:
    named = (Course.id.label("course_id"), Course.title.label("course_title"), *about)
    return select(literal(code).label("code"), literal(level).label("level"), *named).where(own)


def _is_missing(address: Any) -> ColumnElement[bool]:
    """Addresses of stored files that are not there any more."""
    stored = exists(select(StoredFile.name).where(StoredFile.name == func.substr(address, len(UPLOADS) + 1)))
    return and_(address.startswith(UPLOADS, autoescape=True), not_(stored))


def _is_blank(column: Any) -> ColumnElement[bool]:
    return func.coalesce(func.trim(column), "") == ""


def _repeated_titles(own: ColumnElement[bool]) -> Query:
    """Lessons of which one before them in the section has the same title."""
    place = func.row_number().over(partition_by=(Lesson.section_id, Lesson.title), order_by=Lesson.id)
    numbered = _about_lesson(own, "warning", "fault_title_twice").add_columns(place.label("place")).subquery()
    return select(*(column for column in numbered.c if column.name != "place")).where(numbered.c.place > 1)


def _faults(own: ColumnElement[bool]) -> list[Query]:
    lessons = exists(select(Lesson.id).where(Lesson.course_id == Course.id, Lesson.deleted_at.is_(None)))
    of_section = select(Lesson.id).where(Lesson.section_id == Section.id, Lesson.deleted_at.is_(None))
    empty_section = exists(select(Section.id).where(Section.course_id == Course.id, not_(exists(of_section))))
    nothing_in = and_(_is_blank(Lesson.content), _is_blank(Lesson.video_url), Lesson.file.is_(None))
    words = select(literal(1)).where(Word.lesson_id == Lesson.id)
    same_words = exists(words.group_by(Word.word).having(func.count() > 1))
    unspoken = exists(words.where(_is_blank(Word.ipa_pronunciation)))
    return [
        _about_course(own, "error", "fault_no_lessons", Course.is_published.is_(True), not_(lessons)),
        _about_course(own, "error", "fault_missing_picture", _is_missing(Course.thumbnail_url)),
        _about_course(own, "warning", "fault_no_description", _is_blank(Course.description), _is_blank(Course.short_description)),
        _about_course(own, "warning", "fault_empty_section", empty_section),
        _about_lesson(own, "error", "fault_empty_lesson", nothing_in),
        _about_lesson(own, "error", "fault_missing_video", _is_missing(Lesson.video_url)),
        _repeated_titles(own),
        _about_lesson(own, "warning", "fault_word_twice", same_words),
        _about_lesson(own, "warning", "fault_no_pronunciation", unspoken),
    ]


@cache
def _listed(*, is_admin: bool) -> ListQuery[FaultView]:
    found = union_all(*_faults(is_own(is_admin=is_admin))).subquery()
    columns = {name: found.c[name] for name in FaultView.__struct_fields__}
    return ListQuery(
        select_into(FaultView, **columns).order_by(found.c.course_id, func.coalesce(found.c.lesson_id, 0), found.c.level, found.c.code)
    )


@requires(Role.TEACHER)
def faults(tx: Tx, actor: Actor, page: Page) -> RowStream[FaultView]:
    """What is wrong or missing in one's own courses, to admins in all: course by course, its own faults first, then those of lessons."""
    return paginate(tx, _listed(is_admin=actor.is_admin), page, viewer(actor))
