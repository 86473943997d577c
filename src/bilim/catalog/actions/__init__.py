"""Writes of courses, sections, lessons and words: a module each."""

from bilim.catalog.actions.courses import (
    PICTURES,
    UPLOADS,
    change_any_course,
    change_course,
    course_columns,
    create_any_course,
    create_course,
    delete_any_course,
    delete_course,
    set_published,
)
from bilim.catalog.actions.lessons import change_lesson, create_lesson, create_lesson_in_section, delete_lesson, lesson_columns
from bilim.catalog.actions.sections import create_section
from bilim.catalog.actions.words import change_word, create_word, delete_word

__all__ = [
    "PICTURES",
    "UPLOADS",
    "change_any_course",
    "change_course",
    "change_lesson",
    "change_word",
    "course_columns",
    "create_any_course",
    "create_course",
    "create_lesson",
    "create_lesson_in_section",
    "create_section",
    "create_word",
    "delete_any_course",
    "delete_course",
    "delete_lesson",
    "delete_word",
    "lesson_columns",
    "set_published",
]
