"""The tests' part of the data. The first half of the tests was sat and is being sat, the other half nobody has begun."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, update

from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.quiz.models import Answer, Attempt, Paper, Question, Section, Test
from bilim.quiz.rules.papers import Paper as PaperContent
from bilim.quiz.rules.papers import PaperQuestion, PaperSection, digest_of, to_json

SECTIONS = 5
QUESTIONS = 50
"""Of a test."""
ANSWERED = 40
"""Of an attempt that runs."""
_HOUR = timedelta(hours=1)
_RUNS = timedelta(days=1)
"""Running attempts outlast every measuring."""
MARKS = 100


class QuizScale(Struct, frozen=True):
    """How many tests there are, and how many attempts at the first half of them: over, saved to, and finished."""

    tests: int
    over: int
    running: int

    def tenth(self) -> "QuizScale":
        """The same with a tenth of what is over."""
        return QuizScale(self.tests, self.over // 10, self.running)

    @property
    def sat(self) -> range:
        """The ids of the tests with attempts."""
        return range(1, self.tests // 2 + 1)

    @property
    def untouched(self) -> range:
        """The ids of the tests that nobody has begun."""
        return range(self.tests // 2 + 1, self.tests + 1)

    @property
    def saved(self) -> range:
        """The attempts to which answers are saved."""
        return range(self.over + 1, self.over + self.running + 1)

    @property
    def finished(self) -> range:
        """The attempts that are finished, and begun anew."""
        return range(self.over + self.running + 1, self.over + 2 * self.running + 1)


QUIZ = QuizScale(tests=20, over=20_000, running=500)


def question_ids(test_id: int) -> range:
    """The ids of a test's questions."""
    return range((test_id - 1) * QUESTIONS + 1, test_id * QUESTIONS + 1)


def key(question_id: int) -> str:
    """The letter that is right."""
    return "ABCD"[question_id % 4]


def test_of(scale: QuizScale, attempt_id: int) -> int:
    """The test of an attempt; the two running ones of a person are at different tests."""
    return 1 + (attempt_id + (attempt_id in scale.finished) * 3) % len(scale.sat)


def taker_of(scale: QuizScale, attempt_id: int, students: range) -> int:
    """Whose attempt it is."""
    number = attempt_id - 1 if attempt_id <= scale.over else (attempt_id - scale.over - 1) % scale.running
    return students[number % len(students)]


def fill_quiz(connection: Connection, rng: random.Random, scale: QuizScale, author_id: int, students: range) -> None:
    """Fill the tests' tables.

    Args:
        students: of the attempts; the first have those that run.
    """
    tests = [_content(rng, test_id) for test_id in range(1, scale.tests + 1)]
    fill(connection, Test, (_test(test_id, content.title, author_id) for test_id, content in enumerate(tests, 1)))
    fill(connection, Section, (_section(test_id, section) for test_id, content in enumerate(tests, 1) for section in content.sections))
    questions = (question for content in tests for section in content.sections for question in section.questions)
    fill(connection, Question, (_question(question) for question in questions))
    fill(connection, Paper, (_paper(test_id, content) for test_id, content in enumerate(tests, 1)))
    given = {attempt_id: _given(rng, scale, attempt_id) for attempt_id in range(1, scale.over + 2 * scale.running + 1)}
    fill(connection, Attempt, (_attempt(scale, attempt_id, letters, students) for attempt_id, letters in given.items()))
    fill(connection, Answer, (answer for attempt_id, letters in given.items() for answer in _answers(attempt_id, letters)))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Test, Section, Question, Paper, Attempt)


def _content(rng: random.Random, test_id: int) -> PaperContent:
    asked = [_asked(rng, test_id, question_id) for question_id in question_ids(test_id)]
    a_section = QUESTIONS // SECTIONS
    sections = [
        PaperSection(
            id=(test_id - 1) * SECTIONS + place + 1,
            section_type="reading",
            title=f"Passage {place + 1}",
            description=None,
            instructions=" ".join(rng.choices(WORDS, k=10)),
            passage=" ".join(rng.choices(WORDS, k=600)),
            audio_url=None,
            duration_minutes=20,
            order_index=place,
            questions=asked[place * a_section : (place + 1) * a_section],
        )
        for place in range(SECTIONS)
    ]
    return PaperContent(f"{rng.choice(WORDS)} {test_id}".title(), sections)


def _asked(rng: random.Random, test_id: int, question_id: int) -> PaperQuestion:
    data = {"options": rng.sample(WORDS, 4), "correct_answer": key(question_id)}
    place = question_id - question_ids(test_id)[0]
    section_id = (test_id - 1) * SECTIONS + place // (QUESTIONS // SECTIONS) + 1
    text = " ".join(rng.choices(WORDS, k=15))
    return PaperQuestion(question_id, section_id, "multiple_choice", text, msgspec.Raw(msgspec.json.encode(data)), MARKS, place)


def _test(test_id: int, title: str, author_id: int) -> dict[str, Any]:
    made = {"created_by": author_id, "created_at": EPOCH, "updated_at": EPOCH}
    return {"id": test_id, "title": title, "test_type": "ielts", "duration_minutes": 1440, "is_active": True, "version": 1, **made}


def _section(test_id: int, section: PaperSection) -> dict[str, Any]:
    return {"test_id": test_id, **{name: value for name, value in msgspec.structs.asdict(section).items() if name != "questions"}}


def _question(question: PaperQuestion) -> dict[str, Any]:
    return {**msgspec.structs.asdict(question), "data": bytes(question.data).decode()}


def _paper(test_id: int, content: PaperContent) -> dict[str, Any]:
    stored = to_json(content)
    return {"id": test_id, "test_id": test_id, "version": 1, "digest": digest_of(stored), "content": stored, "created_at": EPOCH}


def _given(rng: random.Random, scale: QuizScale, attempt_id: int) -> dict[int, str]:
    """The letters that were answered, by question."""
    asked = question_ids(test_of(scale, attempt_id))
    return {question_id: rng.choice("ABCD") for question_id in (asked if attempt_id <= scale.over else asked[:ANSWERED])}


def _attempt(scale: QuizScale, attempt_id: int, letters: dict[int, str], students: range) -> dict[str, Any]:
    is_over = attempt_id <= scale.over
    begun = EPOCH + timedelta(minutes=attempt_id) if is_over else datetime.now(UTC)
    scores = {str(question_id): MARKS if letter == key(question_id) else 0 for question_id, letter in letters.items()}
    return {
        "id": attempt_id,
        "test_id": (test_id := test_of(scale, attempt_id)),
        "paper_id": test_id,
        "user_id": taker_of(scale, attempt_id, students),
        "started_at": begun,
        "ends_at": begun + (_HOUR if is_over else _RUNS),
        "ended_at": begun + _HOUR if is_over else None,
        "total_score": sum(scores.values()) if is_over else None,
        "max_score": QUESTIONS * MARKS,
        "scores": msgspec.json.encode(scores).decode() if is_over else None,
        "pending": 0,
    }


def _answers(attempt_id: int, letters: dict[int, str]) -> Iterator[dict[str, Any]]:
    for question_id, letter in letters.items():
        yield {"attempt_id": attempt_id, "question_id": question_id, "data": f'{{"answer":"{letter}"}}'}


def begin_anew(engine: Engine, scale: QuizScale) -> None:
    """Let the attempts that were finished run again."""
    with engine.begin() as connection:
        runs = {"ended_at": None, "total_score": None, "scores": None}
        connection.execute(update(Attempt).where(Attempt.id.in_(scale.finished)).values(**runs))


def forget_attempts(engine: Engine, scale: QuizScale) -> None:
    """Forget the attempts at the tests that nobody had begun."""
    with engine.begin() as connection:
        connection.execute(delete(Attempt).where(Attempt.test_id.in_(scale.untouched)))
