"""Courses, lessons and words in the learning surface's words."""

from typing import ClassVar

from litestar import delete, get, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.catalog import actions, lesson_queries, queries
from bilim.catalog.lesson_queries import LessonView, WordView
from bilim.catalog.queries import CategoryView, CourseView
from bilim.catalog.rules import category_problem, price_problem
from bilim.db.engine import Tx
from bilim.http.access import PUBLIC, needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Body, Count, Id, Level, Line, Omittable, Price, ShortText, Text, Title, Url
from bilim.kit.paging import DEFAULT_LIMIT, page
from bilim.kit.patch import sent_fields

AUTHORS = needs(Role.TEACHER)

Tags = list[ShortText]


class CourseIn(Body):
    """A course. `is_featured` and `instructor_id` count only from an admin."""

    checks: ClassVar = {"price": price_problem, "discount_price": price_problem, "category": category_problem}

    title: Title
    difficulty_level: Level
    description: Omittable[Text] = UNSET
    short_description: Omittable[Text] = UNSET
    thumbnail_url: Omittable[Url] = UNSET
    is_published: Omittable[bool] = UNSET
    is_featured: Omittable[bool] = UNSET
    estimated_duration: Omittable[Count] = UNSET
    language: Omittable[Line] = UNSET
    price: Omittable[Price] = UNSET
    discount_price: Omittable[Price] = UNSET
    category: Omittable[ShortText] = UNSET
    tags: Omittable[Tags] = UNSET
    requirements: Omittable[Tags] = UNSET
    learning_outcomes: Omittable[Tags] = UNSET
    instructor_id: Omittable[Id] = UNSET


class NewLesson(Struct):
    """A new lesson of a course."""

    title: Title
    content: Text
    course_id: Id
    order: Count
    video_url: Omittable[Url] = UNSET
    premium_only: Omittable[bool] = UNSET
    is_preview: Omittable[bool] = UNSET


class LessonChanges(Struct):
    """Changes of a lesson: what is left out stays."""

    title: Title | UnsetType = UNSET
    content: Omittable[Text] = UNSET
    order: Omittable[Count] = UNSET
    video_url: Omittable[Url] = UNSET
    premium_only: Omittable[bool] = UNSET
    is_preview: Omittable[bool] = UNSET


class NewWord(Struct):
    """A new word of a lesson."""

    word: Title
    translation: Title
    lesson_id: Id
    ipa_pronunciation: Omittable[ShortText] = UNSET


class WordChanges(Struct):
    """A word; its pronunciation stays where it is left out."""

    word: Title
    translation: Title
    ipa_pronunciation: Omittable[ShortText] = UNSET


@get("/api/v1/courses", opt=PUBLIC, tags=["courses"])
@work
def list_courses(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CourseView]:
    """Courses with their lessons."""
    found = queries.courses(tx, actor, page(skip, limit))
    queries.with_lessons(tx, actor, found)
    return found


@get("/api/v1/courses/{id:int}", opt=PUBLIC | RUN_IN_LOOP, tags=["courses"])
@work
def read_course(tx: Tx, actor: Actor | None, id: PathId) -> CourseView:
    """One course with its lessons."""
    return whole_course(tx, actor, id)


@post("/api/v1/courses", opt=AUTHORS, tags=["courses"])
@work
def create_course(tx: Tx, actor: Actor, data: CourseIn) -> CourseView:
    """Make a course; the caller is its instructor."""
    return queries.course(tx, actor, actions.create_course(tx, actor, sent_fields(data)))


@put("/api/v1/courses/{id:int}", opt=AUTHORS, tags=["courses"])
@work
def change_course(tx: Tx, actor: Actor, id: PathId, data: CourseIn) -> CourseView:
    """Change a course."""
    actions.change_course(tx, actor, id, sent_fields(data))
    return whole_course(tx, actor, id)


@delete("/api/v1/courses/{id:int}", status_code=200, opt=AUTHORS, tags=["courses"])
@work
def delete_course(tx: Tx, actor: Actor, id: PathId) -> CourseView:
    """Delete a course and answer what it was."""
    deleted = whole_course(tx, actor, id)
    actions.delete_course(tx, actor, id)
    return deleted


def whole_course(tx: Tx, actor: Actor | None, course_id: int) -> CourseView:
    """A course with its lessons and words."""
    found = queries.course(tx, actor, course_id)
    queries.with_lessons(tx, actor, [found])
    return found


@get("/api/v1/lessons", opt=PUBLIC, tags=["lessons"])
@work
def list_lessons(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[LessonView]:
    """Lessons with their words."""
    return lesson_queries.lessons(tx, actor, page(skip, limit))


@get("/api/v1/lessons/{id:int}", opt=PUBLIC | RUN_IN_LOOP, tags=["lessons"])
@work
def read_lesson(tx: Tx, actor: Actor | None, id: PathId) -> LessonView:
    """One lesson with its words."""
    return lesson_queries.lesson(tx, actor, id)


@post("/api/v1/lessons", opt=AUTHORS, tags=["lessons"])
@work
def create_lesson(tx: Tx, actor: Actor, data: NewLesson) -> LessonView:
    """Add a lesson to a course."""
    return lesson_queries.lesson(tx, actor, actions.create_lesson(tx, actor, data.course_id, sent_fields(data)))


@put("/api/v1/lessons/{id:int}", opt=AUTHORS, tags=["lessons"])
@work
def change_lesson(tx: Tx, actor: Actor, id: PathId, data: LessonChanges) -> LessonView:
    """Change a lesson."""
    actions.change_lesson(tx, actor, id, sent_fields(data))
    return lesson_queries.lesson(tx, actor, id)


@delete("/api/v1/lessons/{id:int}", status_code=200, opt=AUTHORS, tags=["lessons"])
@work
def delete_lesson(tx: Tx, actor: Actor, id: PathId) -> LessonView:
    """Delete a lesson and answer what it was."""
    deleted = lesson_queries.lesson(tx, actor, id)
    actions.delete_lesson(tx, actor, id)
    return deleted


@get("/api/v1/lessons/categories", opt=PUBLIC, tags=["lessons"])
@work
def list_categories(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CategoryView]:
    """The categories of courses."""
    return queries.categories(tx, actor, page(skip, limit))


@get("/api/v1/lessons/videos", opt=PUBLIC, tags=["lessons"])
@work
def list_videos(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[LessonView]:
    """Lessons with a video."""
    return lesson_queries.videos(tx, actor, page(skip, limit))


@get("/api/v1/words", opt=PUBLIC, tags=["words"])
@work
def list_words(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[WordView]:
    """Words of lessons."""
    return lesson_queries.words(tx, actor, page(skip, limit))


@get("/api/v1/words/{id:int}", opt=PUBLIC | RUN_IN_LOOP, tags=["words"])
@work
def read_word(tx: Tx, actor: Actor | None, id: PathId) -> WordView:
    """One word."""
    return lesson_queries.word(tx, actor, id)


@post("/api/v1/words", opt=AUTHORS, tags=["words"])
@work
def create_word(tx: Tx, actor: Actor, data: NewWord) -> WordView:
    """Add a word to a lesson."""
    values = sent_fields(data, "word", "translation", "ipa_pronunciation")
    return lesson_queries.word(tx, actor, actions.create_word(tx, actor, data.lesson_id, values))


@put("/api/v1/words/{id:int}", opt=AUTHORS, tags=["words"])
@work
def change_word(tx: Tx, actor: Actor, id: PathId, data: WordChanges) -> WordView:
    """Change a word."""
    actions.change_word(tx, actor, id, sent_fields(data))
    return lesson_queries.word(tx, actor, id)


@delete("/api/v1/words/{id:int}", status_code=200, opt=AUTHORS, tags=["words"])
@work
def delete_word(tx: Tx, actor: Actor, id: PathId) -> WordView:
    """Delete a word and answer what it was."""
    deleted = lesson_queries.word(tx, actor, id)
    actions.delete_word(tx, actor, id)
    return deleted


ROUTES = [
    list_courses,
    read_course,
    create_course,
    change_course,
    delete_course,
    list_lessons,
    read_lesson,
    create_lesson,
    change_lesson,
    delete_lesson,
    list_categories,
    list_videos,
    list_words,
    read_word,
    create_word,
    change_word,
    delete_word,
]
