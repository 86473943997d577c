"""What is imported: courses with their sections, lessons and words, in the shape in which they are exported."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType

from bilim.catalog.inputs import CourseInput, LessonChanges, WordChanges
from bilim.content.rules import (
    MAX_COURSES,
    MAX_LESSONS,
    MAX_PROBLEMS,
    MAX_SECTIONS,
    MAX_WORDS,
    import_file_problem,
    key_problem,
    merged,
    repeated,
    unknown_fields,
)
from bilim.files.kinds import StagedFile
from bilim.kit.errors import FieldProblems, Invalid, Problem
from bilim.kit.fields import Count, Id, Title
from bilim.kit.inputs import Input, Omittable, Rule, renamed, required, value_or

Key = Annotated[str, Rule(key_problem)]
"""An author's own name for something, by which the next import finds it again."""


@required("word", "translation")
class WordRow(WordChanges, kw_only=True):
    """A word of a lesson; one with the same spelling is the same word."""


@renamed(position="order")
@required("title")
class LessonRow(LessonChanges, kw_only=True):
    """A lesson; by default it stands where it stands in the list."""

    key: Omittable[Key] = UNSET
    words: Annotated[list[WordRow], Meta(max_length=MAX_WORDS)] | UnsetType = UNSET


@renamed(position="order")
class SectionRow(Input, kw_only=True):
    """A section of a course."""

    title: Title
    key: Omittable[Key] = UNSET
    position: Omittable[Count] = UNSET
    lessons: Annotated[list[LessonRow], Meta(max_length=MAX_LESSONS)] | UnsetType = UNSET


class CourseRow(CourseInput, kw_only=True):
    """A course: an existing one by its `id` or its author's `key`, else a new one."""

    id: Omittable[Id] = UNSET
    key: Omittable[Key] = UNSET
    sections: Annotated[list[SectionRow], Meta(max_length=MAX_SECTIONS)] | UnsetType = UNSET


class ContentInput(Input, kw_only=True):
    """An import."""

    max_problems: ClassVar[int] = MAX_PROBLEMS

    courses: Annotated[list[CourseRow], Meta(min_length=1, max_length=MAX_COURSES)]

    def check_whole(self) -> None:
        """Keys and titles that stand twice, and bounds over all courses together.

        Raises:
            Invalid: naming the rows, or `courses` where there is too much in them.
        """
        lessons = [lesson for course in self.courses for section in _rows(course.sections) for lesson in _rows(section.lessons)]
        words = sum(len(_rows(lesson.words)) for lesson in lessons)
        if len(lessons) > MAX_LESSONS:
            raise Invalid(courses=Problem("too_many_lessons", {"bound": MAX_LESSONS}))
        if words > MAX_WORDS:
            raise Invalid(courses=Problem("too_many_words", {"bound": MAX_WORDS}))
        keys = repeated("key", (value_or(course.key, None) for course in self.courses), "key_twice")
        problems = [merged(wrong, sections=_repeated_inside(course)) for wrong, course in zip(keys, self.courses, strict=True)]
        if any(problems):
            raise Invalid({"courses": problems})


def _rows(rows: list[Any] | UnsetType) -> list[Any]:
    return value_or(rows, [])


def _repeated_inside(course: CourseRow) -> list[FieldProblems]:
    """What stands twice in a course: a key, or without keys a section's title, or a lesson's in its section."""
    sections: list[SectionRow] = _rows(course.sections)
    lessons = [lesson for section in sections for lesson in _rows(section.lessons)]
    of_lessons = iter(repeated("key", (value_or(lesson.key, None) for lesson in lessons), "key_twice"))
    inside = [[{**wrong, **next(of_lessons)} for wrong in _repeated_titles(_rows(section.lessons))] for section in sections]
    keys = repeated("key", (value_or(section.key, None) for section in sections), "key_twice")
    own = zip(keys, _repeated_titles(sections), inside, strict=True)
    return [merged({**key, **title}, lessons=lessons) for key, title, lessons in own]


def _repeated_titles(rows: list[Any]) -> list[FieldProblems]:
    return repeated("title", (None if value_or(row.key, None) else row.title for row in rows), "title_twice")


def _names(kind: type[Struct], **lists: Any) -> dict[str, Any]:
    return dict.fromkeys(kind.__struct_encode_fields__) | lists


_KNOWN = {"courses": _names(CourseRow, sections=_names(SectionRow, lessons=_names(LessonRow, words=_names(WordRow))))}


def ignored_fields(data: Any) -> list[str]:
    """The places of fields that an import does not know; they have no effect."""
    return unknown_fields(data, _KNOWN)


ImportFile = Annotated[StagedFile, Rule(import_file_problem)]
PlainCourses = Annotated[
    list[dict[str, Any]],
    Meta(min_length=1, max_length=MAX_COURSES, description="Courses as `GET /api/v1/content/lessons-json` answers them."),
]


class CourseImportInput(Input, kw_only=True):
    """An import as it is sent: the courses themselves, or a file with them; both are read as a `ContentInput`, off the event loop."""

    courses: PlainCourses | UnsetType = UNSET
    file: Omittable[ImportFile] = UNSET
    """JSON in UTF-8: a list of courses, or an object that has them as `courses`."""
    dry_run: Omittable[bool] = UNSET
    """Whether only to tell what the import would do."""

    def check_whole(self) -> None:
        """Courses come in one way.

        Raises:
            Invalid: neither courses nor a file, or both.
        """
        has_file = isinstance(self.file, StagedFile)
        if has_file and self.courses is not UNSET:
            raise Invalid(file="courses_or_file")
        if not has_file and self.courses is UNSET:
            raise Invalid(courses="required")
