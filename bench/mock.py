"""The mock tests' part of the data. The first half of the tests was sat and is being sat, the other half nobody has started."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete

from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.mock.models import MockAnswer, MockSection, MockSession, MockTest

QUESTIONS = 40
"""Of reading, and of listening."""
_MINUTES = {"reading": 60, "writing": 60, "listening": 30}
_LASTS = timedelta(minutes=sum(_MINUTES.values()))
_RUNS = timedelta(days=1)
"""Running sessions outlast every measuring."""


class MockScale(Struct, frozen=True):
    """How many tests there are, and how many sessions of the first half of them."""

    tests: int
    over: int
    running: int

    @property
    def sat(self) -> range:
        """The numbers of the tests with sessions."""
        return range(1, self.tests // 2 + 1)

    @property
    def untouched(self) -> range:
        """The numbers of the tests that nobody has started."""
        return range(self.tests // 2 + 1, self.tests + 1)


MOCK = MockScale(tests=20, over=2_000, running=500)


def test_id(number: int) -> UUID:
    """The id of a test."""
    return UUID(int=number)


def test_code(number: int) -> str:
    """The code that starts a session of a test."""
    return f"{number:06}"


class Running(Struct, frozen=True):
    """A session that runs."""

    id: UUID
    student_id: int


def running_sessions(scale: MockScale, students: range) -> list[Running]:
    """The sessions that run, a student each."""
    return [Running(UUID(int=row_id), student_id) for row_id, student_id in enumerate(students[: scale.running], scale.over + 1)]


def fill_mock(connection: Connection, rng: random.Random, scale: MockScale, teachers: range, students: range) -> None:
    """Fill the mock tests' tables.

    Args:
        students: of the sessions.
    """
    tests = range(1, scale.tests + 1)
    sittings = ((number, student_id) for number in scale.sat for student_id in students)
    sections = (_section(number, kind) for number in tests for kind in _MINUTES)
    fill(connection, MockTest, (_test(rng, number, rng.choice(teachers)) for number in tests))
    fill(connection, MockSection, sections)
    over = (_session(row_id, *of, _over(row_id)) for row_id, of in enumerate(islice(sittings, scale.over), 1))
    fill(connection, MockSession, over)
    fill(connection, MockAnswer, (_answers(rng, row_id, kind) for row_id in range(1, scale.over + 1) for kind in ("reading", "listening")))
    fill(connection, MockSession, _running(scale, students))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, MockTest, MockSession)


def _test(rng: random.Random, number: int, author_id: int) -> dict[str, Any]:
    title = f"{rng.choice(WORDS)} {number}".title()
    made = {"created_by": author_id, "created_at": EPOCH, "updated_at": EPOCH}
    return {"id": number, "public_id": test_id(number), "title": title, "code": test_code(number), **made}


def _section(number: int, kind: str) -> dict[str, Any]:
    return {
        "test_id": number,
        "kind": kind,
        "file": f"mock/{kind}_{number}.pdf",
        "audio_file": f"mock/recording_{number}.mp3" if kind == "listening" else None,
        "duration": _MINUTES[kind],
        "question_count": 2 if kind == "writing" else QUESTIONS,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def _session(row_id: int, number: int, student_id: int, times: dict[str, datetime | None]) -> dict[str, Any]:
    return {"id": row_id, "public_id": UUID(int=row_id), "test_id": number, "user_id": student_id, "sequence": 0, **times}


def _over(row_id: int) -> dict[str, datetime | None]:
    begun = EPOCH + timedelta(minutes=row_id)
    return {"started_at": begun, "ends_at": begun + _LASTS, "ended_at": begun + _LASTS}


def _running(scale: MockScale, students: range) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    times = {"started_at": now, "ends_at": now + _RUNS, "ended_at": None}
    for session in running_sessions(scale, students):
        yield _session(session.id.int, 1 + session.id.int % len(scale.sat), session.student_id, times)


def _answers(rng: random.Random, session_row_id: int, section: str) -> dict[str, Any]:
    answers = {str(question): rng.choice(WORDS) for question in range(1, QUESTIONS + 1)}
    made = {"created_at": EPOCH, "updated_at": EPOCH}
    return {"session_id": session_row_id, "section": section, "answers": answers, **made}


def forget_starts(engine: Engine, scale: MockScale) -> None:
    """Forget the sessions of the tests that nobody had started, so that they can be started anew."""
    with engine.begin() as connection:
        connection.execute(delete(MockSession).where(MockSession.test_id.in_(scale.untouched)))
