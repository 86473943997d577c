"""Practice and recommendations in the data: what learners remember, where they made mistakes, what was counted the night before."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, select, update

from bench.rows import EPOCH, fill
from bilim.catalog.models import Course
from bilim.practice.models import WordAnswer, WordReview, WordReviewRecord
from bilim.recommendations.models import NextLessonCount, PopularLesson
from bilim.recommendations.rules import ANY_LEVEL, level_key

_SAMPLED = 50
_POPULAR = 30
_LONG_AGO = EPOCH + timedelta(days=30)


class PracticeScale(Struct, frozen=True):
    """How many learners practise, how many words each of them remembers, and how many of these are due."""

    learners: int
    words: int
    due: int
    mistakes: int


PRACTICE = PracticeScale(learners=5_000, words=20, due=10, mistakes=5)


class DueWord(Struct, frozen=True):
    """A word that is due for somebody."""

    user_id: int
    word_id: int


def fill_practice(
    connection: Connection, rng: random.Random, scale: PracticeScale, learners: range, studied: dict[int, list[int]]
) -> list[DueWord]:
    """Fill the tables of practice and recommendations; return the words that are due, in random order.

    Args:
        learners: those who practise.
        studied: the ids of the open lessons of each free course; words are taken from any lesson.
    """
    words = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT id, lesson_id FROM words")}
    open_lessons = {lesson for lessons in studied.values() for lesson in lessons}
    known = sorted(word_id for word_id, lesson_id in words.items() if lesson_id in open_lessons)
    chosen = {user_id: rng.sample(known, min(scale.words, len(known))) for user_id in learners}
    fill(
        connection,
        WordReview,
        (_review(user_id, word_id, is_due=place < scale.due) for user_id, of in chosen.items() for place, word_id in enumerate(of)),
    )
    fill(connection, WordAnswer, (_answer(rng, user_id, word_id) for user_id, of in chosen.items() for word_id in of[-scale.mistakes :]))
    fill(connection, NextLessonCount, _next_lessons(rng, studied))
    fill(connection, PopularLesson, _popular(connection, studied))
    due = [DueWord(user_id, word_id) for user_id, of in chosen.items() for word_id in of[: scale.due]]
    rng.shuffle(due)
    return due


def _review(user_id: int, word_id: int, *, is_due: bool) -> dict[str, Any]:
    """A word that was known after three reviews."""
    return {"user_id": user_id, "word_id": word_id, **_known(), "due": _LONG_AGO if is_due else datetime.now(UTC) + timedelta(days=30)}


def _known() -> dict[str, Any]:
    numbers = {"stability": 4.5, "difficulty": 5.25, "reps": 3, "lapses": 0}
    return {"state": "review", "step": None, "last_review": EPOCH, "due": _LONG_AGO, **numbers}


def _answer(rng: random.Random, user_id: int, word_id: int) -> dict[str, Any]:
    wrong = rng.randint(1, 3)
    return {"user_id": user_id, "word_id": word_id, "answers": wrong + rng.randint(0, 3), "wrong": wrong, "answered_at": EPOCH}


def _next_lessons(rng: random.Random, studied: dict[int, list[int]]) -> Iterator[dict[str, Any]]:
    """After each lesson the next five of its course, and five of another."""
    courses = list(studied)
    for lessons in studied.values():
        other = studied[rng.choice(courses)]
        for place, lesson_id in enumerate(lessons):
            following = {*lessons[place + 1 : place + 6], *rng.sample(other, 5)} - {lesson_id}
            for next_id in sorted(following):
                counted = {"learners": rng.randint(2, _SAMPLED), "sampled": _SAMPLED}
                yield {"lesson_id": lesson_id, "next_lesson_id": next_id, **counted}


def _popular(connection: Connection, studied: dict[int, list[int]]) -> Iterator[dict[str, Any]]:
    levels = {course_id: level for course_id, level in connection.execute(select(Course.id, Course.difficulty_level))}  # noqa: C416
    places: dict[str, int] = {}
    for course_id, lessons in studied.items():
        for key in (ANY_LEVEL, level_key(levels[course_id])):
            places[key] = places.get(key, 0) + 1
            if places[key] <= _POPULAR:
                yield {"level_key": key, "place": places[key], "lesson_id": lessons[0], "learners": 100 - places[key]}


def forget_reviews(engine: Engine) -> None:
    """Forget the reviews of words that were due, so that they are due again."""
    with engine.begin() as connection:
        connection.execute(delete(WordReviewRecord))
        reviewed = WordReview.reps > _known()["reps"]
        connection.execute(update(WordReview).where(reviewed).values(**_known()))
