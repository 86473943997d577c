"""Courses in the marketplace's words: sections with lessons, and what learners made of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from litestar import Request, delete, get, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.catalog import access, actions, lesson_queries, queries
from bilim.catalog.lesson_queries import LessonView
from bilim.catalog.queries import CourseView
from bilim.catalog.rules import price_problem
from bilim.db.engine import Tx
from bilim.files.kinds import StagedFile
from bilim.http.access import PUBLIC, needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.uploads import UPLOAD_LIMIT, store_image
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Body, Count, Id, Level, Line, Omittable, Price, ShortText, Text, Title
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.kit.patch import sent_fields
from bilim.study import queries as study
from bilim.study.queries import Figures

Http = Request[Any, Any, Any]
AUTHORS = needs(Role.TEACHER)
DEFAULT_LEVEL = "beginner"
Tags = list[ShortText]


class Ref(Struct):
    """A small object."""

    id: int
    title: str


class Instructor(Struct):
    """Who teaches a course."""

    id: int
    full_name: str


class CourseFields(Body):
    """What may be said of a course. `category` is an id, or the name of one; `thumbnail` an uploaded image."""

    checks: ClassVar = {"price": price_problem, "discount_price": price_problem}

    description: Omittable[Text] = UNSET
    short_description: Omittable[Text] = UNSET
    category: Omittable[Id | ShortText] = UNSET
    level: Level | UnsetType = UNSET
    language: Omittable[Line] = UNSET
    price: Omittable[Price] = UNSET
    discount_price: Omittable[Price] = UNSET
    estimated_duration: Omittable[Count] = UNSET
    is_published: Omittable[bool] = UNSET
    is_featured: Omittable[bool] = UNSET
    tags: Omittable[Tags] = UNSET
    requirements: Omittable[Tags] = UNSET
    learning_outcomes: Omittable[Tags] = UNSET
    thumbnail: Omittable[StagedFile] = UNSET


class MarketCourseIn(CourseFields, kw_only=True):
    """A course. `is_featured` counts only from an admin."""

    title: Title


class CourseOut(Struct, kw_only=True):
    """A course in a list; `thumbnail` is an absolute address."""

    id: int
    title: str
    description: str | None
    short_description: str | None
    category: Ref | None
    level: str
    language: str | None
    price: Decimal
    discount_price: Decimal
    thumbnail: str | None
    instructor: Instructor | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    tags: list[str]
    sections_count: int
    lessons_count: int
    students_count: int
    rating_average: float | None
    reviews_count: int
    created_at: datetime
    updated_at: datetime


class SectionLesson(Struct):
    """A lesson of a section; content and video are null where it is closed to the caller."""

    id: int
    title: str
    order: int
    is_preview: bool
    premium_only: bool
    is_open: bool
    content: str | None
    video_url: str | None


class SectionWithLessons(Struct):
    """A section with its lessons."""

    id: int
    title: str
    order: int
    lessons: list[SectionLesson]


class CourseDetail(CourseOut, kw_only=True):
    """A course with all it consists of."""

    requirements: list[str]
    learning_outcomes: list[str]
    sections: list[SectionWithLessons]


C = TypeVar("C", bound=CourseOut)


@get("/api/courses", opt=PUBLIC, tags=["marketplace"])
@work
def list_courses(tx: Tx, actor: Actor | None, request: Http, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CourseOut]:
    """Courses with their figures."""
    found = queries.courses(tx, actor, page(skip, limit))
    figures = study.figures(tx, [view.id for view in found])
    return Listed([_course_out(request, CourseOut, view, figures[view.id]) for view in found], found.total, found.page)


@get("/api/courses/{id:int}", opt=PUBLIC | RUN_IN_LOOP, tags=["marketplace"])
@work
def read_course(tx: Tx, actor: Actor | None, request: Http, id: PathId) -> CourseDetail:
    """One course with its sections and lessons."""
    return _course_detail(tx, actor, request, id)


@post("/api/courses", opt=AUTHORS, request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
def create_course(tx: Tx, actor: Actor, request: Http, data: MarketCourseIn) -> CourseDetail:
    """Make a course; the caller is its instructor."""
    values = {"difficulty_level": DEFAULT_LEVEL} | _course_values(request, data)
    return _course_detail(tx, actor, request, actions.create_course(tx, actor, values))


@put("/api/courses/{id:int}", opt=AUTHORS, request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
def change_course(tx: Tx, actor: Actor, request: Http, id: PathId, data: MarketCourseIn) -> CourseDetail:
    """Change a course: what is left out stays."""
    access.editable_course(tx, actor, id)  # before a picture is stored for somebody who may not
    actions.change_course(tx, actor, id, _course_values(request, data))
    return _course_detail(tx, actor, request, id)


@delete("/api/courses/{id:int}", opt=AUTHORS, tags=["marketplace"])
@work
def delete_course(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a course."""
    actions.delete_course(tx, actor, id)


def _course_values(request: Http, data: MarketCourseIn) -> dict[str, Any]:
    """A body as the fields of a course; an uploaded thumbnail is stored."""
    values = sent_fields(data)
    if "level" in values:
        values["difficulty_level"] = values.pop("level")
    category = values.get("category")
    if isinstance(category, int) or (isinstance(category, str) and category.isdecimal()):
        values["category_id"] = int(values.pop("category"))
    if "thumbnail" in values:
        image = values.pop("thumbnail")
        values["thumbnail_url"] = store_image(image, request, "thumbnail") if image else None
    return values


def absolute(request: Http, address: str | None) -> str | None:
    """An address from the server's root made absolute; others stay."""
    return request.app.state.settings.public_url + address if address and address.startswith("/") else address


def _course_detail(tx: Tx, actor: Actor | None, request: Http, course_id: int) -> CourseDetail:
    view = queries.course(tx, actor, course_id)
    sections = {
        section.id: SectionWithLessons(section.id, section.title, section.order, []) for section in queries.sections_of(tx, [view.id])
    }
    for lesson in lesson_queries.lessons_of(tx, actor, [view.id]):
        sections[lesson.section_id].lessons.append(_section_lesson(lesson))
    return _course_out(
        request,
        CourseDetail,
        view,
        study.figures(tx, [view.id])[view.id],
        requirements=view.requirements,
        learning_outcomes=view.learning_outcomes,
        sections=list(sections.values()),
    )


def _section_lesson(view: LessonView) -> SectionLesson:
    return SectionLesson(view.id, view.title, view.order, view.is_preview, view.premium_only, view.is_open, view.content, view.video_url)


def _course_out(request: Http, kind: type[C], view: CourseView, figures: Figures, **more: object) -> C:
    return kind(
        id=view.id,
        title=view.title,
        description=view.description,
        short_description=view.short_description,
        category=Ref(view.category_id, view.category) if view.category_id is not None and view.category is not None else None,
        level=view.difficulty_level,
        language=view.language,
        price=view.price,
        discount_price=view.discount_price,
        thumbnail=absolute(request, view.thumbnail_url),
        instructor=Instructor(view.instructor_id, view.instructor_name or "") if view.instructor_id is not None else None,
        is_published=view.is_published,
        is_featured=view.is_featured,
        estimated_duration=view.estimated_duration,
        tags=view.tags,
        sections_count=figures.sections_count,
        lessons_count=figures.lessons_count,
        students_count=figures.students_count,
        rating_average=figures.rating_average,
        reviews_count=figures.reviews_count,
        created_at=view.created_at,
        updated_at=view.updated_at,
        **more,
    )


ROUTES = [list_courses, read_course, create_course, change_course, delete_course]
