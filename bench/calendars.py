"""The calendars' part of the data: the students of one class subscribe, and have homework and exams to come."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bench.centre import CLASS
from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.calendar.models import CalendarToken
from bilim.exams.models import Exam
from bilim.homework.models import Homework
from bilim.kit.codes import digest_of
from bilim.kit.path_secrets import PREFIX

_HOMEWORK, _EXAMS = 20, 5
_GROUP = 1
_TOMORROW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
"""A calendar shows what is near today, whenever that is."""
_FIRST_EXAM = 1_000
"""Past the ids of the exams that are entered."""


def secret_of(student_id: int) -> str:
    """The secret of a student's calendar."""
    return f"{PREFIX}{student_id:043}"


def subscribers(students: list[int]) -> list[int]:
    """The students of the class that subscribed."""
    return students[:CLASS]


def fill_calendars(connection: Connection, rng: random.Random, author_id: int, first_homework: int, students: list[int]) -> None:
    """Give a class its calendars.

    Args:
        first_homework: an id from which on there is no homework yet.
        students: of the centre, by their ids.
    """
    fill(connection, CalendarToken, (_token(student_id) for student_id in subscribers(students)))
    fill(connection, Homework, _homework(rng, author_id, first_homework))
    fill(connection, Exam, _exams(rng, author_id))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Homework, Exam)


def _token(student_id: int) -> dict[str, Any]:
    return {"user_id": student_id, "digest": digest_of(secret_of(student_id)), "created_at": EPOCH}


def _homework(rng: random.Random, author_id: int, first: int) -> Iterator[dict[str, Any]]:
    for place in range(_HOMEWORK):
        yield {
            "id": first + place,
            "group_id": _GROUP,
            "text": " ".join(rng.choices(WORDS, k=20)),
            "homework_type": "written",
            "due_date": _TOMORROW + timedelta(days=place),
            "max_score": 100,
            "is_published": True,
            "created_by": author_id,
            "created_at": EPOCH,
            "updated_at": EPOCH + timedelta(hours=place),
        }


def _exams(rng: random.Random, author_id: int) -> Iterator[dict[str, Any]]:
    for place in range(_EXAMS):
        yield {
            "id": _FIRST_EXAM + place,
            "subject_id": 1 + place,
            "title": f"{rng.choice(WORDS)} {place}".title(),
            "code": f"{_FIRST_EXAM + place:06}",
            "time_limit": 60,
            "is_published": True,
            "is_active": True,
            "date": (_TOMORROW + timedelta(days=7 * place)).date(),
            "created_by": author_id,
            "created_at": EPOCH,
            "updated_at": EPOCH,
        }
