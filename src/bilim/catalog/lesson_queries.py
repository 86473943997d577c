"""Reads of lessons and words. What the viewer may not have is left out by the database, not afterwards."""

from functools import cache

from msgspec import Struct, field
from sqlalchemy import bindparam, case, func, null, select

from bilim.catalog import access
from bilim.catalog.access import Visibility, viewer, visibility
from bilim.catalog.models import Course, Lesson, Section, Word
from bilim.db.engine import Query, Tx, paged
from bilim.db.prepared import Prepared
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Listed, Page


class WordView(Struct):
    """A word; what it says is null where its lesson is closed to the viewer."""

    id: int
    lesson_id: int
    word: str | None
    translation: str | None
    ipa_pronunciation: str | None


class LessonView(Struct):
    """A lesson; where it is closed to the viewer, content and video are null and the words are left out."""

    id: int
    title: str
    content: str | None
    video_url: str | None
    premium_only: bool
    order: int
    is_preview: bool
    is_open: bool
    course_id: int
    section_id: int
    words: list[WordView] = field(default_factory=list[WordView])


@cache
def _lessons(sees: Visibility) -> Query:
    opened = access.is_open(sees)
    return (
        select(
            Lesson.id,
            Lesson.title,
            case((opened, Lesson.content), else_=null()),
            case((opened, Lesson.video_url), else_=null()),
            Lesson.premium_only,
            Lesson.position,
            Lesson.is_preview,
            case((opened, True), else_=False),
            Lesson.course_id,
            Lesson.section_id,
        )
        .join(Course, Course.id == Lesson.course_id)
        .join(Section, Section.id == Lesson.section_id)
        .where(Lesson.deleted_at.is_(None), access.is_visible(sees))
    )


IN_ORDER = (Section.position, Section.id, Lesson.position, Lesson.id)
"""The order in which a course's lessons are studied."""


@cache
def _lessons_of(sees: Visibility) -> Prepared:
    wanted = Lesson.course_id.in_(bindparam("course_ids", expanding=True))
    return Prepared(_lessons(sees).where(wanted).order_by(Lesson.course_id, *IN_ORDER))


@cache
def _all_lessons(sees: Visibility) -> Prepared:
    return Prepared(_lessons(sees).where(Lesson.id.in_(bindparam("lesson_ids", expanding=True))).order_by(Lesson.id))


@cache
def _lesson_ids(sees: Visibility) -> Query:
    return (
        select(Lesson.id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.deleted_at.is_(None), access.is_visible(sees))
        .order_by(Lesson.id)
    )


def lessons_of(tx: Tx, actor: Actor | None, course_ids: list[int]) -> list[LessonView]:
    """The lessons of courses, without words, in the order of study."""
    return tx.rows(_lessons_of(visibility(actor)), LessonView, {**viewer(actor), "course_ids": course_ids})


def lessons(tx: Tx, actor: Actor | None, page: Page) -> Listed[LessonView]:
    """Every lesson that the viewer may know of, by id, with words."""
    found = _listed(tx, actor, _lesson_ids(visibility(actor)), page)
    with_words(tx, found)
    return found


def videos(tx: Tx, actor: Actor | None, page: Page) -> Listed[LessonView]:
    """The lessons with a video, by id; its address is null where the lesson is closed."""
    return _listed(tx, actor, _lesson_ids(visibility(actor)).where(Lesson.video_url.is_not(None), Lesson.video_url != ""), page)


def lessons_in(tx: Tx, actor: Actor | None, page: Page, course_id: int | None, section_id: int | None) -> Listed[LessonView]:
    """Lessons of a course or section, or all, by id, without words."""
    ids = _lesson_ids(visibility(actor))
    if course_id is not None:
        ids = ids.where(Lesson.course_id == course_id)
    if section_id is not None:
        ids = ids.where(Lesson.section_id == section_id)
    return _listed(tx, actor, ids, page)


def _listed(tx: Tx, actor: Actor | None, ids: Query, page: Page) -> Listed[LessonView]:
    """A page of the lessons whose ids a query finds; the ids first, so that far pages cost no joins."""
    values = viewer(actor)
    wanted = tx.scalars(paged(ids, page), values)
    rows = tx.rows(_all_lessons(visibility(actor)), LessonView, {**values, "lesson_ids": wanted}) if wanted else []
    return Listed(rows, tx.scalar(select(func.count()).select_from(ids.order_by(None).subquery()), values), page)


@cache
def _files(sees: Visibility) -> Query:
    return (
        select(Lesson.id, Lesson.file)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id.in_(bindparam("lesson_ids", expanding=True)), Lesson.file.is_not(None), access.is_open(sees))
    )


def files_of(tx: Tx, actor: Actor | None, lesson_ids: list[int]) -> dict[int, str]:
    """The stored names of the files of those lessons that are open to the viewer, by lesson."""
    found = tx.execute(_files(visibility(actor)), {**viewer(actor), "lesson_ids": lesson_ids})
    return {row[0]: row[1] for row in found}


def lesson(tx: Tx, actor: Actor | None, lesson_id: int) -> LessonView:
    """One lesson with its words.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of.
    """
    found = tx.row(_all_lessons(visibility(actor)), LessonView, {**viewer(actor), "lesson_ids": [lesson_id]})
    if found is None:
        raise NotFound
    with_words(tx, [found])
    return found


_WORDS_OF = Prepared(
    select(Word.id, Word.lesson_id, Word.word, Word.translation, Word.ipa_pronunciation)
    .where(Word.lesson_id.in_(bindparam("lesson_ids", expanding=True)))
    .order_by(Word.id)
)


def with_words(tx: Tx, views: list[LessonView]) -> None:
    """Give lessons their words; closed ones keep none."""
    opened = {view.id: view for view in views if view.is_open}
    if opened:
        for word in tx.rows(_WORDS_OF, WordView, {"lesson_ids": list(opened)}):
            opened[word.lesson_id].words.append(word)


@cache
def _words(sees: Visibility) -> Query:
    opened = access.is_open(sees)
    shown = [case((opened, column), else_=null()) for column in (Word.word, Word.translation, Word.ipa_pronunciation)]
    return (
        select(Word.id, Word.lesson_id, *shown)
        .join(Lesson, Lesson.id == Word.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.deleted_at.is_(None), access.is_visible(sees))
        .order_by(Word.id)
    )


def words(tx: Tx, actor: Actor | None, page: Page) -> Listed[WordView]:
    """Every word of a lesson that the viewer may know of, by id."""
    sees, values = visibility(actor), viewer(actor)
    counted = select(func.count()).select_from(_words(sees).order_by(None).subquery())
    return Listed(tx.rows(paged(_words(sees), page), WordView, values), tx.scalar(counted, values), page)


@cache
def _one_word(sees: Visibility) -> Query:
    return _words(sees).where(Word.id == bindparam("word_id"))


def word(tx: Tx, actor: Actor | None, word_id: int) -> WordView:
    """One word.

    Raises:
        NotFound: no such word, or one of a course that the viewer may not know of.
    """
    found = tx.row(_one_word(visibility(actor)), WordView, {**viewer(actor), "word_id": word_id})
    if found is None:
        raise NotFound
    return found
