"""Reads of lessons and words. What the viewer may not have is left out by the database, not afterwards."""

from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import ColumnElement, Select, bindparam, case, select

from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of, where_open
from bilim.catalog.models import Course, Lesson, Section, Word
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, select_into
from bilim.kit.access import internal, public
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream


class WordView(Struct):
    """A word; what it says is null where its lesson is closed to the viewer."""

    id: int
    lesson_id: int
    word: str | None
    translation: str | None
    ipa_pronunciation: str | None


class LessonView(Struct, rename={"position": "order"}):
    """A lesson; where it is closed to the viewer, content and video are null and the words are left out."""

    id: int
    title: str
    content: str | None
    video_url: str | None
    premium_only: bool
    position: int
    is_preview: bool
    is_open: bool
    course_id: int
    section_id: int
    words: list[WordView] = field(default_factory=list[WordView])


class LessonWithFile(Struct):
    """A lesson with the stored name of its file; where it is closed to the viewer, content, video and file are null."""

    id: int
    section_id: int
    course_id: int
    title: str
    content: str | None
    video_url: str | None
    file: str | None
    position: int
    is_preview: bool
    premium_only: bool
    is_open: bool


IN_ORDER = (Section.position, Section.id, Lesson.position, Lesson.id)
"""The order in which a course's lessons are studied."""


def _fields(visibility: Visibility) -> dict[str, Any]:
    """What both views of a lesson show."""
    opened = is_open(visibility)
    return {
        "id": Lesson.id,
        "title": Lesson.title,
        "content": where_open(opened, Lesson.content),
        "video_url": where_open(opened, Lesson.video_url),
        "premium_only": Lesson.premium_only,
        "position": Lesson.position,
        "is_preview": Lesson.is_preview,
        "is_open": case((opened, True), else_=False),
        "course_id": Lesson.course_id,
        "section_id": Lesson.section_id,
    }


def _selected(visibility: Visibility) -> Selection[LessonView]:
    return select_into(LessonView, **_fields(visibility)).join(Course, Course.id == Lesson.course_id)


def _with_file(visibility: Visibility) -> Selection[LessonWithFile]:
    file = where_open(is_open(visibility), Lesson.file)
    return select_into(LessonWithFile, **_fields(visibility), file=file).join(Course, Course.id == Lesson.course_id)


def _keys(visibility: Visibility, *conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the lessons that the viewer may know of, by id."""
    visible = select(Lesson.id).join(Course, Course.id == Lesson.course_id).where(Lesson.deleted_at.is_(None), is_visible(visibility))
    return visible.where(*conditions).order_by(Lesson.id)


@cache
def _lessons_of(visibility: Visibility) -> PreparedSelection[LessonView]:
    of_courses = Lesson.course_id.in_(bindparam("course_ids", expanding=True))
    wanted = _selected(visibility).where(Lesson.deleted_at.is_(None), is_visible(visibility), of_courses)
    return PreparedSelection(wanted.join(Section, Section.id == Lesson.section_id).order_by(Lesson.course_id, *IN_ORDER))


@cache
def _some_lessons(visibility: Visibility) -> PreparedSelection[LessonView]:
    wanted = Lesson.id.in_(bindparam("lesson_ids", expanding=True))
    return PreparedSelection(_selected(visibility).where(wanted, Lesson.deleted_at.is_(None), is_visible(visibility)))


@cache
def _one_lesson(visibility: Visibility) -> PreparedSelection[LessonView]:
    there = (Lesson.id == bindparam("lesson_id"), Lesson.deleted_at.is_(None), is_visible(visibility))
    return PreparedSelection(_selected(visibility).where(*there))


@cache
def _one_with_file(visibility: Visibility) -> Selection[LessonWithFile]:
    return _with_file(visibility).where(Lesson.id == bindparam("lesson_id"), Lesson.deleted_at.is_(None), is_visible(visibility))


@cache
def _lessons(visibility: Visibility) -> ListQuery[LessonView]:
    return ListQuery(_selected(visibility).order_by(Lesson.id), keys=_keys(visibility))


@cache
def _videos(visibility: Visibility) -> ListQuery[LessonView]:
    keys = _keys(visibility, Lesson.video_url.is_not(None), Lesson.video_url != "")
    return ListQuery(_selected(visibility).order_by(Lesson.id), keys=keys)


@cache
def _lessons_in(visibility: Visibility, *, of_course: bool, of_section: bool) -> ListQuery[LessonWithFile]:
    conditions = [Lesson.course_id == bindparam("course_id")] if of_course else []
    conditions += [Lesson.section_id == bindparam("section_id")] if of_section else []
    return ListQuery(_with_file(visibility).order_by(Lesson.id), keys=_keys(visibility, *conditions))


@internal
def lessons_of(tx: Tx, actor: Actor | None, course_ids: list[int]) -> list[LessonView]:
    """The lessons of courses, with words, in the order of study."""
    return _with_words(tx, tx.fetch_all(_lessons_of(visibility_of(actor)), viewer(actor, course_ids=course_ids)))


@internal
def some_lessons(tx: Tx, actor: Actor | None, lesson_ids: list[int]) -> list[LessonView]:
    """Lessons by their ids, with words, in the order of the ids; those that the viewer may not know of are left out."""
    if not lesson_ids:
        return []
    found = {view.id: view for view in tx.fetch_all(_some_lessons(visibility_of(actor)), viewer(actor, lesson_ids=lesson_ids))}
    return _with_words(tx, [found[lesson_id] for lesson_id in lesson_ids if lesson_id in found])


@public
def lessons(tx: Tx, actor: Actor | None, page: Page) -> RowStream[LessonView]:
    """Every lesson that the viewer may know of, by id, with words."""
    return paginate(tx, _lessons(visibility_of(actor)), page, viewer(actor), enrich=lambda views: _with_words(tx, views))


@public
def videos(tx: Tx, actor: Actor | None, page: Page) -> RowStream[LessonView]:
    """The lessons with a video, by id, without words; the video's address is null where the lesson is closed."""
    return paginate(tx, _videos(visibility_of(actor)), page, viewer(actor))


@public
def lessons_with_files(
    tx: Tx, actor: Actor | None, page: Page, course_id: int | None = None, section_id: int | None = None
) -> RowStream[LessonWithFile]:
    """Lessons of a course or section, or all, by id."""
    query = _lessons_in(visibility_of(actor), of_course=course_id is not None, of_section=section_id is not None)
    given = {"course_id": course_id, "section_id": section_id}
    return paginate(tx, query, page, viewer(actor, **{name: value for name, value in given.items() if value is not None}))


@public
def lesson(tx: Tx, actor: Actor | None, lesson_id: int) -> LessonView:
    """One lesson with its words.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of.
    """
    found = tx.fetch_one(_one_lesson(visibility_of(actor)), viewer(actor, lesson_id=lesson_id))
    return _with_words(tx, [found])[0]


@public
def lesson_with_file(tx: Tx, actor: Actor | None, lesson_id: int) -> LessonWithFile:
    """One lesson with its file.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of.
    """
    return tx.fetch_one(_one_with_file(visibility_of(actor)), viewer(actor, lesson_id=lesson_id))


_WORDS_OF = PreparedSelection(
    select_into(
        WordView,
        id=Word.id,
        lesson_id=Word.lesson_id,
        word=Word.word,
        translation=Word.translation,
        ipa_pronunciation=Word.ipa_pronunciation,
    )
    .where(Word.lesson_id.in_(bindparam("lesson_ids", expanding=True)))
    .order_by(Word.id)
)


def _with_words(tx: Tx, views: list[LessonView]) -> list[LessonView]:
    """Lessons with their words; closed ones get none."""
    opened = {view.id: view for view in views if view.is_open}
    if opened:
        for word in words_of(tx, list(opened)):
            opened[word.lesson_id].words.append(word)
    return views


@internal
def words_of(tx: Tx, lesson_ids: list[int]) -> list[WordView]:
    """The words of lessons that are open to whoever asks, by id."""
    return tx.fetch_all(_WORDS_OF, {"lesson_ids": lesson_ids})


def _shown_words(visibility: Visibility) -> Selection[WordView]:
    opened = is_open(visibility)
    return (
        select_into(
            WordView,
            id=Word.id,
            lesson_id=Word.lesson_id,
            word=where_open(opened, Word.word),
            translation=where_open(opened, Word.translation),
            ipa_pronunciation=where_open(opened, Word.ipa_pronunciation),
        )
        .join(Lesson, Lesson.id == Word.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.deleted_at.is_(None), is_visible(visibility))
    )


@cache
def _words(visibility: Visibility) -> ListQuery[WordView]:
    return ListQuery(_shown_words(visibility).order_by(Word.id))


@cache
def _one_word(visibility: Visibility) -> PreparedSelection[WordView]:
    return PreparedSelection(_shown_words(visibility).where(Word.id == bindparam("word_id")))


@public
def words(tx: Tx, actor: Actor | None, page: Page) -> RowStream[WordView]:
    """Every word of a lesson that the viewer may know of, by id."""
    return paginate(tx, _words(visibility_of(actor)), page, viewer(actor))


@public
def word(tx: Tx, actor: Actor | None, word_id: int) -> WordView:
    """One word.

    Raises:
        NotFound: no such word, or one of a course that the viewer may not know of.
    """
    return tx.fetch_one(_one_word(visibility_of(actor)), viewer(actor, word_id=word_id))
