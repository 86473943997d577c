"""Reads of exercises. A view has no field for the solution; material is selected only where it is open to the viewer."""

from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Text, bindparam, case, func, select

from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Lesson, Word
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import Selection, select_into
from bilim.kit.access import internal, public
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.practice.inputs import ExerciseQuery
from bilim.practice.rules.exercises import (
    MAX_LESSONS,
    MAX_WORDS,
    Exercise,
    Kind,
    LessonText,
    Material,
    TaughtWord,
    choosing,
    compose,
    matching,
    ordering,
    spelling,
    starting_point,
)
from bilim.practice.rules.sentences import READ, sentences
from bilim.practice.tokens import ExerciseName, ExerciseNames


class ExerciseView(Struct, forbid_unknown_fields=True):
    """An exercise as it is shown; how each kind is meant stands at `rules.exercises.Exercise`."""

    id: str
    kind: Kind
    lesson_id: int
    prompt: str | None
    items: tuple[str, ...]
    options: tuple[str, ...]


_MAX_WORDS_OF_LESSON = 500


def _open_words(visibility: Visibility) -> Selection[TaughtWord]:
    taught = {"id": Word.id, "course_id": Lesson.course_id, "lesson_id": Word.lesson_id, "word": Word.word, "translation": Word.translation}
    return (
        select_into(TaughtWord, **taught)
        .select_from(Word)
        .join(Lesson, Lesson.id == Word.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(*_is_material(visibility))
    )


def _open_texts(visibility: Visibility) -> Selection[LessonText]:
    content = func.substr(Lesson.content, 1, READ, type_=Text)
    return (
        select_into(LessonText, id=Lesson.id, content=content).join(Course, Course.id == Lesson.course_id).where(*_is_material(visibility))
    )


def _is_material(visibility: Visibility) -> tuple[ColumnElement[bool], ...]:
    return Lesson.deleted_at.is_(None), is_visible(visibility), is_open(visibility)


class _Range(Struct, frozen=True):
    """Published material from an id on, and what comes before it: together all of it, beginning at that id."""

    after: PreparedSelection[Any]
    before: PreparedSelection[Any]

    def take(self, tx: Tx, values: dict[str, Any], count: int) -> list[Any]:
        """So many rows from the id `start` on, going round at the end; at most two queries."""
        found = tx.fetch_all(self.after, {**values, "count": count})
        return found + tx.fetch_all(self.before, {**values, "count": count - len(found)}) if len(found) < count else found


def _range(selection: Selection[Any], key: Any) -> _Range:
    start = bindparam("start")

    def part(condition: ColumnElement[bool]) -> PreparedSelection[Any]:
        chosen = selection.where(Course.is_published, condition).order_by(key)
        return PreparedSelection(Selection(chosen.query.limit(bindparam("count")), chosen.make))

    return _Range(part(key >= start), part(key < start))


class _Statements(Struct, frozen=True):
    """What is asked for a viewer who sees so far."""

    lesson: Prepared
    words: _Range
    texts: _Range
    words_of_lesson: PreparedSelection[TaughtWord]
    text_of_lesson: PreparedSelection[LessonText]
    words_by_id: PreparedSelection[TaughtWord]


@cache
def _statements(visibility: Visibility) -> _Statements:
    of_lesson = Lesson.id == bindparam("lesson_id")
    opened = case((is_open(visibility), True), else_=False)
    lesson = (
        select(opened)
        .select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .where(of_lesson, Lesson.deleted_at.is_(None), is_visible(visibility))
    )
    words, texts = _open_words(visibility), _open_texts(visibility)
    return _Statements(
        lesson=Prepared(lesson),
        words=_range(words, Word.id),
        texts=_range(texts, Lesson.id),
        words_of_lesson=PreparedSelection(words.where(of_lesson).order_by(Word.id).limit(_MAX_WORDS_OF_LESSON)),
        text_of_lesson=PreparedSelection(texts.where(of_lesson)),
        words_by_id=PreparedSelection(words.where(Word.id.in_(bindparam("word_ids", expanding=True)))),
    )


_HIGHEST = Prepared(select(select(func.max(Word.id)).scalar_subquery(), select(func.max(Lesson.id)).scalar_subquery()))


@public
def exercises(tx: Tx, actor: Actor | None, names: ExerciseNames, wanted: ExerciseQuery, page: Page) -> RowStream[ExerciseView]:
    """The exercises of a seed, at most 40: of one lesson, or of published lessons from a point on that the seed decides.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of. One that is closed to them has no exercises.
    """
    material = _of_lesson(tx, actor, wanted.lesson_id) if wanted.lesson_id is not None else _of_all(tx, actor, wanted)
    made = compose(wanted.seed, wanted.kind, material)
    limit = len(made) if page.limit is None else page.limit
    views = [_shown(names, exercise) for exercise in made[page.skip : page.skip + limit]]
    return RowStream(iter([views]), len(made), page)


def _shown(names: ExerciseNames, exercise: Exercise) -> ExerciseView:
    name = names.name(exercise.kind, exercise.refs, exercise.content)
    return ExerciseView(name, exercise.kind, exercise.lesson_id, exercise.prompt, exercise.items, exercise.options)


def _of_lesson(tx: Tx, actor: Actor | None, lesson_id: int) -> Material:
    ask, values = _statements(visibility_of(actor)), viewer(actor, lesson_id=lesson_id)
    opened = tx.first(ask.lesson, values)
    if opened is None:
        raise NotFound
    if not opened[0]:
        return Material()
    return Material(tx.fetch_all(ask.words_of_lesson, values), tx.fetch_all(ask.text_of_lesson, values))


def _of_all(tx: Tx, actor: Actor | None, wanted: ExerciseQuery) -> Material:
    ask, (last_word, last_lesson) = _statements(visibility_of(actor)), tx.first(_HIGHEST)
    words: list[TaughtWord] = []
    texts: list[LessonText] = []
    if wanted.kind != "order":
        words = ask.words.take(tx, viewer(actor, start=starting_point(wanted.seed, last_word or 1, "words")), MAX_WORDS)
    if wanted.kind in (None, "order"):
        texts = ask.texts.take(tx, viewer(actor, start=starting_point(wanted.seed, last_lesson or 1, "lessons")), MAX_LESSONS)
    return Material(words, texts)


@internal
def named_exercise(tx: Tx, actor: Actor | None, name: ExerciseName) -> Exercise | None:
    """The exercise that a name speaks of, made of the material as it is now; None where that is not open to the actor.

    Only what solves it is there, not its options. Whether the name is ours is for the caller to ask.
    """
    ask = _statements(visibility_of(actor))
    if name.kind == "order":
        return _named_order(tx, actor, ask, name)
    found = {word.id: word for word in tx.fetch_all(ask.words_by_id, viewer(actor, word_ids=list(name.refs)))}
    words = [found[word_id] for word_id in name.refs if word_id in found]
    if len(words) < len(name.refs):
        return None
    match name.kind:
        case "match":
            return matching(words)
        case "choose":
            return choosing(words[0])
        case "spell":
            return spelling(words[0])
        case _:
            return None


def _named_order(tx: Tx, actor: Actor | None, ask: _Statements, name: ExerciseName) -> Exercise | None:
    lesson_id, number = name.refs[0], name.refs[-1]
    text = tx.fetch_first(ask.text_of_lesson, viewer(actor, lesson_id=lesson_id))
    parts = sentences(text.content) if text else []
    return ordering(lesson_id, number, parts[number]) if number < len(parts) else None
