"""The homework's part of the data: of free courses, handed in by everybody who joined them, and waiting for a grade."""

import random
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.homework.models import Assignment, Homework

OF_A_COURSE = 5


class Piece(Struct, frozen=True):
    """Homework, and somebody who handed it in."""

    id: int
    student_id: int


def pieces(joined: dict[int, list[int]], courses: list[int]) -> list[Piece]:
    """All homework of everybody, by the courses that they joined."""
    first = {course_id: place * OF_A_COURSE + 1 for place, course_id in enumerate(courses)}
    return [
        Piece(first[course_id] + place, student_id)
        for student_id, chosen in joined.items()
        for course_id in chosen
        for place in range(OF_A_COURSE)
    ]


def fill_homework(connection: Connection, rng: random.Random, teachers: range, courses: list[int], handed_in: list[Piece]) -> None:
    """Fill the homework's tables."""
    of = [course_id for course_id in courses for _ in range(OF_A_COURSE)]
    fill(connection, Homework, (_homework(rng, row_id, course_id, rng.choice(teachers)) for row_id, course_id in enumerate(of, 1)))
    fill(connection, Assignment, (_assignment(rng, row_id, piece) for row_id, piece in enumerate(handed_in, 1)))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Homework, Assignment)


def _homework(rng: random.Random, row_id: int, course_id: int, author_id: int) -> dict[str, Any]:
    return {
        "id": row_id,
        "course_id": course_id,
        "title": f"{rng.choice(WORDS)} {row_id}".capitalize(),
        "description": " ".join(rng.choices(WORDS, k=20)),
        "instructions": " ".join(rng.choices(WORDS, k=10)),
        "homework_type": "written",
        "due_date": EPOCH,
        "max_score": 100,
        "is_published": True,
        "created_by": author_id,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def _assignment(rng: random.Random, row_id: int, piece: Piece) -> dict[str, Any]:
    return {
        "id": row_id,
        "homework_id": piece.id,
        "user_id": piece.student_id,
        "status": "submitted",
        "content": " ".join(rng.choices(WORDS, k=60)),
        "revision": 1,
        "submitted_at": EPOCH,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }
