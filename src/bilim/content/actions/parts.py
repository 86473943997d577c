"""The sections, lessons and words of an imported course. Nothing is deleted: what the import leaves out stays as it is."""

from typing import Any

from sqlalchemy import select

from bilim.catalog.actions import lesson_columns
from bilim.catalog.models import Lesson, Section, Word, new_key
from bilim.content.actions.report import ImportReport
from bilim.content.actions.rows import ImportedRow, StoredRow, write_rows
from bilim.content.inputs import CourseRow, LessonRow, SectionRow, WordRow
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.inputs import sent_fields, value_or

_LESSON_COLUMNS = ("section_id", "title", "content", "video_url", "position", "premium_only", "is_preview")
_NEW_LESSON: dict[str, Any] = {"content": "", "video_url": None, "premium_only": False, "is_preview": False, "file": None}


@internal
def import_parts(tx: Tx, course_id: int, course: CourseRow, report: ImportReport) -> None:
    """Write a course's sections, lessons and words; the caller has locked the course."""
    sections: list[SectionRow] = value_or(course.sections, [])
    if not sections:
        return
    section_ids = _write_sections(tx, course_id, sections, report)
    lessons = [
        (section_id, place, lesson)
        for section_id, section in zip(section_ids, sections, strict=True)
        for place, lesson in enumerate(value_or(section.lessons, []))
    ]
    if not lessons:
        return
    lesson_ids = _write_lessons(tx, course_id, lessons, report)
    pairs = zip(lesson_ids, lessons, strict=True)
    words = [(lesson_id, word) for lesson_id, (_, _, lesson) in pairs for word in value_or(lesson.words, [])]
    if words:
        _write_words(tx, course_id, words, report)


def _write_sections(tx: Tx, course_id: int, sections: list[SectionRow], report: ImportReport) -> list[int]:
    found = tx.all(
        select(Section.id, Section.external_key, Section.title, Section.position)
        .where(Section.course_id == course_id)
        .order_by(Section.position, Section.id)
    )
    stored = [StoredRow(row_id, key, title, {"title": title, "position": position}) for row_id, key, title, position in found]
    imported = [
        ImportedRow(
            value_or(section.key, None),
            section.title,
            {"title": section.title} | _position(section),
            {"course_id": course_id, "position": place, "is_implicit": False, "external_key": value_or(section.key, None) or new_key()},
        )
        for place, section in enumerate(sections)
    ]
    keys = select(Section.external_key, Section.id).where(Section.course_id == course_id)
    return write_rows(tx, Section, "sections", stored, imported, report, keys)


def _position(row: SectionRow) -> dict[str, Any]:
    return {} if (position := value_or(row.position, None)) is None else {"position": position}


def _write_lessons(tx: Tx, course_id: int, lessons: list[tuple[int, int, LessonRow]], report: ImportReport) -> list[int]:
    """Write lessons, each with its section and its place there; one that stood in another section of the course is moved."""
    found = tx.all(
        select(Lesson.id, Lesson.external_key, *(getattr(Lesson, name) for name in _LESSON_COLUMNS))
        .where(Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
        .order_by(Lesson.position, Lesson.id)
    )
    stored = [StoredRow(row_id, key, tuple(about[:2]), dict(zip(_LESSON_COLUMNS, about, strict=True))) for row_id, key, *about in found]
    always = _NEW_LESSON | {"course_id": course_id, "created_at": tx.now, "updated_at": tx.now}
    imported = [
        ImportedRow(
            value_or(lesson.key, None),
            (section_id, lesson.title),
            lesson_columns(lesson) | {"section_id": section_id},
            always | {"position": place, "external_key": value_or(lesson.key, None) or new_key()},
        )
        for section_id, place, lesson in lessons
    ]
    keys = select(Lesson.external_key, Lesson.id).where(Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
    return write_rows(tx, Lesson, "lessons", stored, imported, report, keys, updated_at=tx.now)


def _write_words(tx: Tx, course_id: int, words: list[tuple[int, WordRow]], report: ImportReport) -> None:
    found = tx.all(
        select(Word.id, Word.lesson_id, Word.word, Word.translation, Word.ipa_pronunciation)
        .join(Lesson, Lesson.id == Word.lesson_id)
        .where(Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
        .order_by(Word.id)
    )
    stored = [
        StoredRow(row_id, None, (lesson_id, word), {"translation": translation, "ipa_pronunciation": ipa})
        for row_id, lesson_id, word, translation, ipa in found
    ]
    imported = [
        ImportedRow(
            None,
            (lesson_id, word.word),
            sent_fields(word, "translation", "ipa_pronunciation"),
            {"lesson_id": lesson_id, "word": word.word, "ipa_pronunciation": None},
        )
        for lesson_id, word in words
    ]
    write_rows(tx, Word, "words", stored, imported, report)
