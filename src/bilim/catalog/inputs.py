"""What courses, sections, lessons and words are made of, and this slice's jobs. A field that is left out changes nothing."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.catalog.rules import MAX_CATEGORY, category_problem
from bilim.files.kinds import Document
from bilim.kit.fields import Count, Id, Level, Line, Price, ShortText, Text, Title, Url
from bilim.kit.inputs import Input, Omittable, Rule, required
from bilim.kit.jobs import Job

Tags = Annotated[list[ShortText], Meta(max_length=100)]
Category = Annotated[Id | Annotated[str, Meta(max_length=MAX_CATEGORY)], Rule(category_problem)]
"""A category's id, or its name; one of a name that is new is made."""


class CourseChanges(Input, kw_only=True):
    """Changes of a course. `is_featured` and `instructor_id` count only from an admin."""

    title: Title | UnsetType = UNSET
    difficulty_level: Level | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    short_description: Omittable[Text] = UNSET
    thumbnail_url: Omittable[Url] = UNSET
    is_published: Omittable[bool] = UNSET
    is_featured: Omittable[bool] = UNSET
    estimated_duration: Omittable[Count] = UNSET
    """Minutes."""
    language: Omittable[Line] = UNSET
    price: Price | UnsetType = UNSET
    discount_price: Omittable[Price] = UNSET
    category: Omittable[Category] = UNSET
    tags: Omittable[Tags] = UNSET
    requirements: Omittable[Tags] = UNSET
    learning_outcomes: Omittable[Tags] = UNSET
    instructor_id: Omittable[Id] = UNSET


@required("title")
class CourseInput(CourseChanges, kw_only=True):
    """A course. `is_featured` and `instructor_id` count only from an admin."""


class SectionInput(Input, kw_only=True):
    """A new section of a course. Appended by default."""

    course_id: Id
    title: Title
    position: Omittable[Count] = UNSET


class LessonChanges(Input, kw_only=True):
    """Changes of a lesson."""

    title: Title | UnsetType = UNSET
    content: Omittable[Text] = UNSET
    position: Omittable[Count] = UNSET
    video_url: Omittable[Url] = UNSET
    premium_only: Omittable[bool] = UNSET
    is_preview: Omittable[bool] = UNSET


@required("title")
class CourseLessonInput(LessonChanges, kw_only=True):
    """A new lesson of a course's first section."""

    course_id: Id


@required("title")
class SectionLessonInput(LessonChanges, kw_only=True):
    """A new lesson of a section, with a file where it has one."""

    section_id: Id
    file: Omittable[Document] = UNSET


class WordChanges(Input, kw_only=True):
    """Changes of a word."""

    word: Title | UnsetType = UNSET
    translation: Title | UnsetType = UNSET
    ipa_pronunciation: Omittable[ShortText] = UNSET


@required("word", "translation")
class WordInput(WordChanges, kw_only=True):
    """A new word of a lesson."""

    lesson_id: Id


class PriceFell(Job):
    """A course came to cost less."""

    kind: ClassVar[str] = "catalog.price-fell"

    drop_id: int


class LessonAdded(Job):
    """A course has a new lesson."""

    kind: ClassVar[str] = "catalog.lesson-added"

    lesson_id: int


class CourseSubmitted(Job):
    """An author asked for a course to be published."""

    kind: ClassVar[str] = "catalog.course-submitted"

    submission_id: int


class SubmissionDecided(Job):
    """What an author submitted was approved or rejected."""

    kind: ClassVar[str] = "catalog.submission-decided"

    submission_id: int


class VersionPublished(Job):
    """A version of a course was published."""

    kind: ClassVar[str] = "catalog.version-published"

    version_id: int


class IndexCourses(Job):
    """Build the index of what can be found anew."""

    kind: ClassVar[str] = "catalog.index"
    runs_after_restore: ClassVar[bool] = True
