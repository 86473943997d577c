"""The export: courses with all that is written in them, in the shape in which they are imported."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice

from msgspec import Struct, field
from sqlalchemy import Select, bindparam, func, select

from bilim.catalog.access import viewer
from bilim.catalog.models import Category, Course, Lesson, Section, Word
from bilim.content.access import is_own
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into, uzs
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import MAX_LIMIT, Page, RowStream

_AT_ONCE = 20
"""Courses read at a time: their lessons may be long."""


class ExportedWord(Struct):
    """A word."""

    word: str
    translation: str
    ipa_pronunciation: str | None


class ExportedLesson(Struct, rename={"position": "order"}):
    """A lesson; its file is not exported."""

    key: str | None
    title: str
    position: int
    content: str
    video_url: str | None
    premium_only: bool
    is_preview: bool
    words: list[ExportedWord] = field(default_factory=list[ExportedWord])


class ExportedSection(Struct, rename={"position": "order"}):
    """A section."""

    key: str | None
    title: str
    position: int
    lessons: list[ExportedLesson] = field(default_factory=list[ExportedLesson])


class ExportedCourse(Struct):
    """A course; prices are UZS."""

    key: str | None
    title: str
    description: str | None
    short_description: str | None
    difficulty_level: str
    language: str | None
    category: str | None
    thumbnail_url: str | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    price: Decimal
    discount_price: Decimal
    tags: list[str]
    requirements: list[str]
    learning_outcomes: list[str]
    sections: list[ExportedSection] = field(default_factory=list[ExportedSection])


class _CourseOfId(Struct):
    id: int
    course: ExportedCourse


def _ids(*, is_admin: bool, of_course: bool) -> Select[int]:
    wanted = select(Course.id).where(is_own(is_admin=is_admin))
    return wanted.where(Course.id == bindparam("course_id")) if of_course else wanted


@cache
def _listed(*, is_admin: bool, of_course: bool) -> tuple[Prepared, Prepared]:
    """A page of ids, and how many there are."""
    ids = _ids(is_admin=is_admin, of_course=of_course)
    paged = ids.order_by(Course.id).limit(bindparam("limit")).offset(bindparam("skip"))
    return Prepared(paged), Prepared(select(func.count()).select_from(ids.subquery()))


_OF_COURSES = bindparam("course_ids", expanding=True)
_COURSES = PreparedSelection(
    select_into(
        _CourseOfId,
        id=Course.id,
        course=nested(
            ExportedCourse,
            key=Course.external_key,
            title=Course.title,
            description=Course.description,
            short_description=Course.short_description,
            difficulty_level=Course.difficulty_level,
            language=Course.language,
            category=Category.name,
            thumbnail_url=Course.thumbnail_url,
            is_published=Course.is_published,
            is_featured=Course.is_featured,
            estimated_duration=Course.estimated_duration,
            price=uzs(Course.price),
            discount_price=uzs(Course.discount_price),
            tags=Course.tags,
            requirements=Course.requirements,
            learning_outcomes=Course.learning_outcomes,
        ),
    )
    .outerjoin(Category, Category.id == Course.category_id)
    .where(Course.id.in_(_OF_COURSES))
    .order_by(Course.id)
)
_SECTIONS = Prepared(
    select(Section.id, Section.course_id, Section.external_key, Section.title, Section.position)
    .where(Section.course_id.in_(_OF_COURSES))
    .order_by(Section.position, Section.id)
)
_THERE = (Lesson.course_id.in_(_OF_COURSES), Lesson.deleted_at.is_(None))
_LESSONS = Prepared(
    select(
        Lesson.id,
        Lesson.section_id,
        Lesson.external_key,
        Lesson.title,
        Lesson.position,
        Lesson.content,
        Lesson.video_url,
        Lesson.premium_only,
        Lesson.is_preview,
    )
    .where(*_THERE)
    .order_by(Lesson.position, Lesson.id)
)
_WORDS = Prepared(
    select(Word.lesson_id, Word.word, Word.translation, Word.ipa_pronunciation)
    .join(Lesson, Lesson.id == Word.lesson_id)
    .where(*_THERE)
    .order_by(Word.id)
)


@requires(Role.TEACHER)
def exported_courses(tx: Tx, actor: Actor, page: Page, course_id: int | None = None) -> RowStream[ExportedCourse]:
    """One's own courses, to admins all, by id; read some at a time."""
    listed, count = _listed(is_admin=actor.is_admin, of_course=course_id is not None)
    wanted = viewer(actor, **({} if course_id is None else {"course_id": course_id}))
    limit = MAX_LIMIT if page.limit is None else page.limit
    ids = tx.scalars(listed, wanted | {"skip": page.skip, "limit": limit})
    return RowStream(_exported(tx, ids), tx.scalar(count, wanted), page)


def _exported(tx: Tx, ids: list[int]) -> Iterator[list[ExportedCourse]]:
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        wanted = {"course_ids": batch}
        courses = {found.id: found.course for found in tx.fetch_all(_COURSES, wanted)}
        sections: dict[int, ExportedSection] = {}
        lessons: dict[int, ExportedLesson] = {}
        for section_id, course_id, *about in tx.all(_SECTIONS, wanted):
            if course_id in courses:  # with PostgreSQL each statement has its own moment
                sections[section_id] = ExportedSection(*about)
                courses[course_id].sections.append(sections[section_id])
        for lesson_id, section_id, *about in tx.all(_LESSONS, wanted):
            if section_id in sections:
                lessons[lesson_id] = ExportedLesson(*about)
                sections[section_id].lessons.append(lessons[lesson_id])
        for lesson_id, *about in tx.all(_WORDS, wanted):
            if lesson_id in lessons:
                lessons[lesson_id].words.append(ExportedWord(*about))
        yield list(courses.values())
