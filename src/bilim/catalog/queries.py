"""Reads of courses, lessons and words. What the viewer may not have is left out by the database, not afterwards."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, case, func, null, select

from bilim.accounts.models import User
from bilim.catalog import access
from bilim.catalog.access import Sight, sight, viewer
from bilim.catalog.models import Category, Course, Lesson, Section, Word
from bilim.db.engine import Query, Tx, paged
from bilim.db.prepared import Prepared
from bilim.kit import text
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.money import to_uzs
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


class CourseView(Struct):
    """A course; prices are UZS."""

    id: int
    title: str
    description: str | None
    difficulty_level: str
    short_description: str | None
    thumbnail_url: str | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    language: str | None
    price: Decimal
    discount_price: Decimal
    category: str | None
    category_id: int | None
    tags: list[str]
    requirements: list[str]
    learning_outcomes: list[str]
    instructor_id: int | None
    instructor_name: str | None
    created_at: datetime
    updated_at: datetime
    lessons: list[LessonView] = field(default_factory=list[LessonView])


class SectionView(Struct):
    """A section of a course."""

    id: int
    title: str
    order: int
    course_id: int


_COURSE = (
    select(
        Course.id,
        Course.title,
        Course.description,
        Course.difficulty_level,
        Course.short_description,
        Course.thumbnail_url,
        Course.is_published,
        Course.is_featured,
        Course.estimated_duration,
        Course.language,
        Course.price,
        Course.discount_price,
        Category.name,
        Course.category_id,
        Course.tags,
        Course.requirements,
        Course.learning_outcomes,
        Course.instructor_id,
        User.first_name,
        User.last_name,
        Course.created_at,
        Course.updated_at,
    )
    .outerjoin(Category, Category.id == Course.category_id)
    .outerjoin(User, User.id == Course.instructor_id)
)
_PRICE, _DISCOUNT = 10, 11
_NAMES = slice(18, 20)
"""Where `_COURSE` has the prices, and the instructor's two names that become one."""
_SECTIONS = Prepared(
    select(Section.id, Section.title, Section.position, Section.course_id)
    .where(Section.course_id.in_(bindparam("course_ids", expanding=True)))
    .order_by(Section.course_id, Section.position, Section.id)
)


def _as_course(*row: Any) -> CourseView:
    columns = list(row)
    columns[_PRICE], columns[_DISCOUNT] = to_uzs(row[_PRICE]), to_uzs(row[_DISCOUNT])
    first, last = row[_NAMES]
    columns[_NAMES] = [text.join_name(first, last) if first is not None else None]
    return CourseView(*columns)


@cache
def _visible_ids(sees: Sight) -> Query:
    return select(Course.id).where(access.is_visible(sees)).order_by(Course.id)


@cache
def _page_of_ids(sees: Sight) -> Prepared:
    return Prepared(_visible_ids(sees).offset(bindparam("skip")).limit(bindparam("limit")))


@cache
def _counted_courses(sees: Sight) -> Prepared:
    return Prepared(select(func.count()).select_from(Course).where(access.is_visible(sees)))


@cache
def _one_course(sees: Sight) -> Prepared:
    return Prepared(_COURSE.where(Course.id == bindparam("course_id"), access.is_visible(sees)))


_COURSES_BY_ID = Prepared(_COURSE.where(Course.id.in_(bindparam("course_ids", expanding=True))).order_by(Course.id))


def courses(tx: Tx, actor: Actor | None, page: Page) -> Listed[CourseView]:
    """The courses that the viewer may see, without lessons. The page's ids are found first, so that far pages cost no joins."""
    sees, values = sight(actor), viewer(actor)
    ids = tx.scalars(_page_of_ids(sees), {**values, "skip": page.skip, "limit": page.limit or 0})
    rows = tx.rows(_COURSES_BY_ID, _as_course, {"course_ids": ids}) if ids else []
    return Listed(rows, tx.scalar(_counted_courses(sees), values), page)


def course(tx: Tx, actor: Actor | None, course_id: int) -> CourseView:
    """One course, without its lessons.

    Raises:
        NotFound: no such course, or one that the viewer may not know of.
    """
    found = tx.row(_one_course(sight(actor)), _as_course, {**viewer(actor), "course_id": course_id})
    if found is None:
        raise NotFound
    return found


def with_lessons(tx: Tx, actor: Actor | None, views: list[CourseView]) -> None:
    """Give courses that the viewer may see their lessons and words, in two queries however many there are."""
    by_id = {view.id: view for view in views}
    lessons = lessons_of(tx, actor, list(by_id)) if by_id else []
    with_words(tx, lessons)
    for lesson in lessons:
        by_id[lesson.course_id].lessons.append(lesson)


def sections_of(tx: Tx, course_ids: list[int]) -> list[SectionView]:
    """The sections of courses, in their order."""
    return tx.rows(_SECTIONS, SectionView, {"course_ids": course_ids})


@cache
def _lessons(sees: Sight) -> Query:
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
def _lessons_of(sees: Sight) -> Prepared:
    wanted = Lesson.course_id.in_(bindparam("course_ids", expanding=True))
    return Prepared(_lessons(sees).where(wanted).order_by(Lesson.course_id, *IN_ORDER))


@cache
def _all_lessons(sees: Sight) -> Prepared:
    return Prepared(_lessons(sees).where(Lesson.id.in_(bindparam("lesson_ids", expanding=True))).order_by(Lesson.id))


@cache
def _lesson_ids(sees: Sight) -> Query:
    return (
        select(Lesson.id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.deleted_at.is_(None), access.is_visible(sees))
        .order_by(Lesson.id)
    )


def lessons_of(tx: Tx, actor: Actor | None, course_ids: list[int]) -> list[LessonView]:
    """The lessons of courses, without words, in the order of study."""
    return tx.rows(_lessons_of(sight(actor)), LessonView, {**viewer(actor), "course_ids": course_ids})


def lessons(tx: Tx, actor: Actor | None, page: Page) -> Listed[LessonView]:
    """Every lesson that the viewer may know of, by id, with words."""
    sees, values = sight(actor), viewer(actor)
    ids = tx.scalars(paged(_lesson_ids(sees), page), values)
    rows = tx.rows(_all_lessons(sees), LessonView, {**values, "lesson_ids": ids}) if ids else []
    with_words(tx, rows)
    counted = select(func.count()).select_from(_lesson_ids(sees).order_by(None).subquery())
    return Listed(rows, tx.scalar(counted, values), page)


def videos(tx: Tx, actor: Actor | None, page: Page) -> Listed[LessonView]:
    """The lessons with a video, by id; its address is null where the lesson is closed."""
    sees, values = sight(actor), viewer(actor)
    ids = _lesson_ids(sees).where(Lesson.video_url.is_not(None), Lesson.video_url != "")
    rows = tx.rows(_all_lessons(sees), LessonView, {**values, "lesson_ids": tx.scalars(paged(ids, page), values)})
    return Listed(rows, tx.scalar(select(func.count()).select_from(ids.order_by(None).subquery()), values), page)


def lessons_in(tx: Tx, actor: Actor | None, page: Page, course_id: int | None, section_id: int | None) -> Listed[LessonView]:
    """Lessons of a course or section, or all, by id, without words."""
    sees, values = sight(actor), viewer(actor)
    ids = _lesson_ids(sees)
    if course_id is not None:
        ids = ids.where(Lesson.course_id == course_id)
    if section_id is not None:
        ids = ids.where(Lesson.section_id == section_id)
    rows = tx.rows(_all_lessons(sees), LessonView, {**values, "lesson_ids": tx.scalars(paged(ids, page), values)})
    return Listed(rows, tx.scalar(select(func.count()).select_from(ids.order_by(None).subquery()), values), page)


@cache
def _files(sees: Sight) -> Query:
    return (
        select(Lesson.id, Lesson.file)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id.in_(bindparam("lesson_ids", expanding=True)), Lesson.file.is_not(None), access.is_open(sees))
    )


def files_of(tx: Tx, actor: Actor | None, lesson_ids: list[int]) -> dict[int, str]:
    """The stored names of the files of those lessons that are open to the viewer, by lesson."""
    found = tx.execute(_files(sight(actor)), {**viewer(actor), "lesson_ids": lesson_ids})
    return {row[0]: row[1] for row in found}


def lesson(tx: Tx, actor: Actor | None, lesson_id: int) -> LessonView:
    """One lesson with its words.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of.
    """
    found = tx.row(_all_lessons(sight(actor)), LessonView, {**viewer(actor), "lesson_ids": [lesson_id]})
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
def _words(sees: Sight) -> Query:
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
    sees, values = sight(actor), viewer(actor)
    counted = select(func.count()).select_from(_words(sees).order_by(None).subquery())
    return Listed(tx.rows(paged(_words(sees), page), WordView, values), tx.scalar(counted, values), page)


@cache
def _one_word(sees: Sight) -> Query:
    return _words(sees).where(Word.id == bindparam("word_id"))


def word(tx: Tx, actor: Actor | None, word_id: int) -> WordView:
    """One word.

    Raises:
        NotFound: no such word, or one of a course that the viewer may not know of.
    """
    found = tx.row(_one_word(sight(actor)), WordView, {**viewer(actor), "word_id": word_id})
    if found is None:
        raise NotFound
    return found


class CourseRef(Struct):
    """A course, small."""

    id: int
    title: str


class CategoryView(Struct):
    """A category, and in how many of the courses that the viewer may see."""

    id: int
    name: str
    courses_count: int


@cache
def _categories(sees: Sight) -> Query:
    counted = select(func.count()).select_from(Course).where(Course.category_id == Category.id, access.is_visible(sees))
    return select(Category.id, Category.name, counted.correlate(Category).scalar_subquery()).order_by(Category.id)


def categories(tx: Tx, actor: Actor | None, page: Page) -> Listed[CategoryView]:
    """All categories, by id."""
    counted = select(func.count()).select_from(Category)
    rows = tx.rows(paged(_categories(sight(actor)), page), CategoryView, viewer(actor))
    return Listed(rows, tx.scalar(counted), page)


class SectionInCourse(Struct):
    """A section with the name of its course."""

    id: int
    course_id: int
    course_title: str
    title: str
    order: int
    lessons_count: int


@cache
def _sections(sees: Sight) -> Query:
    counted = select(func.count()).select_from(Lesson).where(Lesson.section_id == Section.id, Lesson.deleted_at.is_(None))
    return (
        select(Section.id, Section.course_id, Course.title, Section.title, Section.position, counted.correlate(Section).scalar_subquery())
        .join(Course, Course.id == Section.course_id)
        .where(access.is_visible(sees))
    )


def sections(tx: Tx, actor: Actor | None, page: Page, course_id: int | None) -> Listed[SectionInCourse]:
    """Sections of the courses that the viewer may see, or of one of them in its order."""
    query, values = _sections(sight(actor)), viewer(actor)
    if course_id is None:
        query = query.order_by(Section.id)
    else:
        query = query.where(Section.course_id == course_id).order_by(Section.position, Section.id)
    total = tx.scalar(select(func.count()).select_from(query.order_by(None).subquery()), values)
    return Listed(tx.rows(paged(query, page), SectionInCourse, values), total, page)


def section(tx: Tx, actor: Actor | None, section_id: int) -> SectionInCourse:
    """One section.

    Raises:
        NotFound: no such section, or one of a course that the viewer may not know of.
    """
    found = tx.row(_sections(sight(actor)).where(Section.id == section_id), SectionInCourse, viewer(actor))
    if found is None:
        raise NotFound
    return found
