"""What of the catalogue can be found, and by which words: written in the transaction that writes the catalogue.

Rows are read as they stand after the write, so that the index is what `index_whole_courses` would make of them. A course is found by its
title, category, tags, descriptions and sections; a lesson by its title and, where it is open to whoever looks, its content; a word by
itself and its translation, where its lesson is open. Courses that are not published are in the index for their authors and admins.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from sqlalchemy import select

from bilim.catalog.models import Category, Course, Lesson, Section, Word
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.search import actions
from bilim.search.inputs import Document
from bilim.search.models import IndexedDocument
from bilim.search.rules import WeighedText, weigh


class Kind(IntEnum):
    """What is found: the kinds of documents."""

    COURSE = 1
    LESSON = 2
    WORD = 3


_TITLE, _TAG, _SUMMARY, _DESCRIPTION = 1000, 250, 150, 80
_LESSON_TITLE, _CONTENT = 600, 40
_WORD, _TRANSLATION = 500, 400
"""What a word is worth by where it stands."""


@internal
def index_course(tx: Tx, course_id: int) -> None:
    """Index a course as it stands, without its lessons."""
    actions.put_documents(tx, _courses(tx, [course_id]))


@internal
def index_lesson(tx: Tx, lesson_id: int) -> None:
    """Index a lesson as it stands, without its words."""
    actions.put_documents(tx, _lessons(tx, Lesson.id == lesson_id))


@internal
def index_word(tx: Tx, word_id: int) -> None:
    """Index a word as it stands."""
    actions.put_documents(tx, _words(tx, Word.id == word_id))


@internal
def index_whole_courses(tx: Tx, course_ids: Sequence[int]) -> None:
    """Index courses with their lessons and words as they stand; what they no longer have is taken out."""
    of_courses = Lesson.course_id.in_(course_ids)
    documents = [*_courses(tx, course_ids), *_lessons(tx, of_courses), *_words(tx, of_courses)]
    there = {(document.kind, document.object_id) for document in documents}
    indexed = select(IndexedDocument.kind, IndexedDocument.object_id).where(IndexedDocument.group_id.in_(course_ids))
    for kind in Kind:
        actions.drop_documents(tx, kind, [object_id for of, object_id in tx.all(indexed) if of == kind and (of, object_id) not in there])
    actions.put_documents(tx, documents)


@internal
def forget_course(tx: Tx, course_id: int) -> None:
    """Take a course out of the index, with its lessons and words."""
    actions.drop_groups(tx, [course_id])


@internal
def forget_lesson(tx: Tx, lesson_id: int) -> None:
    """Take a lesson out of the index, with its words."""
    actions.drop_children(tx, lesson_id)


@internal
def forget_word(tx: Tx, word_id: int) -> None:
    """Take a word out of the index."""
    actions.drop_documents(tx, Kind.WORD, [word_id])


def _courses(tx: Tx, course_ids: Sequence[int]) -> list[Document]:
    about: dict[int, list[WeighedText]] = {}
    names: list[Any] = [Course.title, Category.name, Course.tags, Course.short_description, Course.description]
    rows = select(Course.id, *names, Course.requirements, Course.learning_outcomes).outerjoin(Category, Category.id == Course.category_id)
    for course_id, title, category, tags, summary, description, requirements, outcomes in tx.all(
        rows.where(Course.id.in_(course_ids), Course.deleted_at.is_(None))
    ):
        about[course_id] = [
            WeighedText(title, _TITLE, is_title=True),
            WeighedText(" ".join([category or "", *tags]), _TAG),
            WeighedText(summary or "", _SUMMARY),
            WeighedText(" ".join([description or "", *requirements, *outcomes]), _DESCRIPTION),
        ]
    sections = select(Section.course_id, Section.title).where(Section.course_id.in_(list(about)), Section.is_implicit.is_(False))
    for course_id, title in tx.all(sections):
        about[course_id].append(WeighedText(title, _SUMMARY))
    return [Document(Kind.COURSE, course_id, course_id, weigh(texts)) for course_id, texts in about.items()]


def _lessons(tx: Tx, condition: Any) -> list[Document]:
    rows = select(Lesson.id, Lesson.course_id, Lesson.title, Lesson.content).join(Course, Course.id == Lesson.course_id)
    return [
        Document(Kind.LESSON, lesson_id, course_id, weigh(_texts_of_lesson(title, content)), lesson_id)
        for lesson_id, course_id, title, content in tx.all(rows.where(condition, *_THERE))
    ]


def _texts_of_lesson(title: str, content: str) -> list[WeighedText]:
    return [WeighedText(title, _LESSON_TITLE, is_title=True), WeighedText(content, _CONTENT, is_open=False)]


def _words(tx: Tx, condition: Any) -> list[Document]:
    rows = select(Word.id, Lesson.course_id, Word.lesson_id, Word.word, Word.translation)
    joined = rows.join(Lesson, Lesson.id == Word.lesson_id).join(Course, Course.id == Lesson.course_id)
    return [
        Document(Kind.WORD, word_id, course_id, weigh(_texts_of_word(word, translation)), lesson_id)
        for word_id, course_id, lesson_id, word, translation in tx.all(joined.where(condition, *_THERE))
    ]


def _texts_of_word(word: str, translation: str) -> list[WeighedText]:
    return [
        WeighedText(word, _WORD, is_open=False, is_title=True),
        WeighedText(translation, _TRANSLATION, is_open=False, is_title=True),
    ]


_THERE = (Lesson.deleted_at.is_(None), Course.deleted_at.is_(None))
