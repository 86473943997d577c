"""Courses, lessons and words in the learning surface's words."""

from litestar import delete, get, post, put

from bilim.catalog import actions
from bilim.catalog.inputs import CourseInput, CourseLessonInput, LessonChanges, WordChanges, WordInput
from bilim.catalog.queries import courses, lessons, sections
from bilim.catalog.queries.courses import CourseView
from bilim.catalog.queries.lessons import LessonView, WordView
from bilim.catalog.queries.sections import CategoryView
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed, required
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page


@required("difficulty_level")
class CourseBody(CourseInput, kw_only=True):
    """A course. `is_featured` and `instructor_id` count only from an admin."""


@renamed(position="order")
@required("content", "position")
class LessonBody(CourseLessonInput, kw_only=True):
    """A new lesson of a course."""


@renamed(position="order")
class LessonChangesBody(LessonChanges, kw_only=True):
    """Changes of a lesson: what is left out stays."""


@required("word", "translation")
class WordBody(WordChanges, kw_only=True):
    """A word; its pronunciation stays where it is left out."""


@get("/api/v1/courses", opt=may(courses.all_courses), tags=["courses"])
@work
def list_courses(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CourseView]:
    """Courses with their lessons."""
    return courses.all_courses(tx, actor, page(skip, limit))


@get("/api/v1/courses/{id:int}", opt=may(courses.course) | RUN_IN_LOOP, tags=["courses"])
@work
def read_course(tx: Tx, actor: Actor | None, id: PathId) -> CourseView:
    """One course with its lessons."""
    return courses.course(tx, actor, id)


@post("/api/v1/courses", opt=may(actions.create_course), tags=["courses"])
@work
def create_course(tx: Tx, actor: Actor, terms: CourseTerms, data: CourseBody) -> CourseView:
    """Make a course; the caller is its instructor."""
    return courses.course(tx, actor, actions.create_course(tx, actor, data, terms))


@put("/api/v1/courses/{id:int}", opt=may(actions.change_course), tags=["courses"])
@work
def change_course(tx: Tx, actor: Actor, terms: CourseTerms, id: PathId, data: CourseBody) -> CourseView:
    """Change a course."""
    actions.change_course(tx, actor, id, data, terms)
    return courses.course(tx, actor, id)


@delete("/api/v1/courses/{id:int}", status_code=200, opt=may(actions.delete_course), tags=["courses"])
@work
def delete_course(tx: Tx, actor: Actor, id: PathId) -> CourseView:
    """Delete a course and answer what it was."""
    deleted = courses.course(tx, actor, id)
    actions.delete_course(tx, actor, id)
    return deleted


@get("/api/v1/lessons", opt=may(lessons.lessons), tags=["lessons"])
@work
def list_lessons(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[LessonView]:
    """Lessons with their words."""
    return lessons.lessons(tx, actor, page(skip, limit))


@get("/api/v1/lessons/{id:int}", opt=may(lessons.lesson) | RUN_IN_LOOP, tags=["lessons"])
@work
def read_lesson(tx: Tx, actor: Actor | None, id: PathId) -> LessonView:
    """One lesson with its words."""
    return lessons.lesson(tx, actor, id)


@post("/api/v1/lessons", opt=may(actions.create_lesson), tags=["lessons"])
@work
def create_lesson(tx: Tx, actor: Actor, data: LessonBody) -> LessonView:
    """Add a lesson to a course."""
    return lessons.lesson(tx, actor, actions.create_lesson(tx, actor, data))


@put("/api/v1/lessons/{id:int}", opt=may(actions.change_lesson), tags=["lessons"])
@work
def change_lesson(tx: Tx, actor: Actor, id: PathId, data: LessonChangesBody) -> LessonView:
    """Change a lesson."""
    actions.change_lesson(tx, actor, id, data)
    return lessons.lesson(tx, actor, id)


@delete("/api/v1/lessons/{id:int}", status_code=200, opt=may(actions.delete_lesson), tags=["lessons"])
@work
def delete_lesson(tx: Tx, actor: Actor, id: PathId) -> LessonView:
    """Delete a lesson and answer what it was."""
    deleted = lessons.lesson(tx, actor, id)
    actions.delete_lesson(tx, actor, id)
    return deleted


@get("/api/v1/lessons/categories", opt=may(sections.categories), tags=["lessons"])
@work
def list_categories(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CategoryView]:
    """The categories of courses."""
    return sections.categories(tx, actor, page(skip, limit))


@get("/api/v1/lessons/videos", opt=may(lessons.videos), tags=["lessons"])
@work
def list_videos(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[LessonView]:
    """Lessons with a video."""
    return lessons.videos(tx, actor, page(skip, limit))


@get("/api/v1/words", opt=may(lessons.words), tags=["words"])
@work
def list_words(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[WordView]:
    """Words of lessons."""
    return lessons.words(tx, actor, page(skip, limit))


@get("/api/v1/words/{id:int}", opt=may(lessons.word) | RUN_IN_LOOP, tags=["words"])
@work
def read_word(tx: Tx, actor: Actor | None, id: PathId) -> WordView:
    """One word."""
    return lessons.word(tx, actor, id)


@post("/api/v1/words", opt=may(actions.create_word), tags=["words"])
@work
def create_word(tx: Tx, actor: Actor, data: WordInput) -> WordView:
    """Add a word to a lesson."""
    return lessons.word(tx, actor, actions.create_word(tx, actor, data))


@put("/api/v1/words/{id:int}", opt=may(actions.change_word), tags=["words"])
@work
def change_word(tx: Tx, actor: Actor, id: PathId, data: WordBody) -> WordView:
    """Change a word."""
    actions.change_word(tx, actor, id, data)
    return lessons.word(tx, actor, id)


@delete("/api/v1/words/{id:int}", status_code=200, opt=may(actions.delete_word), tags=["words"])
@work
def delete_word(tx: Tx, actor: Actor, id: PathId) -> WordView:
    """Delete a word and answer what it was."""
    deleted = lessons.word(tx, actor, id)
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
