"""Answers of a mock test that the server acknowledged are there, however often it is killed."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.client import HTTPException
from uuid import UUID, uuid4

import pytest
from msgspec import Struct, field
from sqlalchemy import select

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.sessions import begin_session
from bilim.app.factories import make_tokens
from bilim.db.engine import Database, Tx
from bilim.mock.models import MockDraft, MockSection, MockSession, MockTest
from bilim.settings import Settings
from soak.running import Client, Server
from world import PASSWORD, PASSWORD_HASH

STUDENTS, QUESTIONS = 4, 40
PATIENCE_SECONDS = 120


class Student(Struct):
    """Somebody who sits the test, and what was acknowledged to them."""

    session_id: int
    public_id: UUID
    token: str
    acknowledged: dict[int, int] = field(default_factory=dict[int, int])
    """By question, the sequence of the last save that was answered with 200."""


class Exam:
    """A mock test that several students sit."""

    def __init__(self, settings: Settings) -> None:
        self.db = Database(settings.database_url, settings.zone, 4)
        with self.db.write() as tx:
            test_id = _make_test(tx)
            self.students = [_seat(tx, settings, test_id, number) for number in range(STUDENTS)]
        self.saves = 0
        self.odd: Counter[int] = Counter()
        """Statuses other than 200: there should be none."""

    def answer(self, student: Student, port: int, ended: threading.Event) -> None:
        """Save one answer after the other; each until it is acknowledged, as a front end does."""
        sequence = 0
        with closing(Client(port, student.token)) as client:
            while not ended.is_set():
                sequence += 1
                question = sequence % QUESTIONS + 1
                if self._save(client, student, {"sequence": sequence, "reading": {str(question): str(sequence)}}, ended):
                    student.acknowledged[question] = sequence
                    self.saves += 1

    def _save(self, client: Client, student: Student, draft: dict[str, object], ended: threading.Event) -> bool:
        while not ended.is_set():
            try:
                status = client.call("PUT", f"/api/v1/mock/session/{student.public_id}/draft/", draft)
            except (OSError, HTTPException):
                time.sleep(0.01)
                continue
            if status != 200:
                self.odd[status] += 1
            return status == 200
        return False

    @contextmanager
    def sitting(self, port: int) -> Iterator[None]:
        """Students keep answering for as long as the block runs."""
        ended = threading.Event()
        threads = [threading.Thread(target=self.answer, args=(student, port, ended)) for student in self.students]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more: int, told: Callable[[], str]) -> None:
        """Wait for so many further acknowledgements."""
        enough, deadline = self.saves + more, time.monotonic() + PATIENCE_SECONDS
        while self.saves < enough:
            assert time.monotonic() < deadline, f"nothing is acknowledged any more: {self.odd}\n{told()}"
            time.sleep(0.001)

    def assert_nothing_is_lost(self) -> None:
        """Each question has the answer that was acknowledged last, or one that was sent after it."""
        with self.db.read() as tx:
            rows = tx.all(select(MockDraft.session_id, MockDraft.question, MockDraft.sequence, MockDraft.value))
            highest = dict(tuple(row) for row in tx.all(select(MockSession.id, MockSession.sequence)))
        self.db.close()
        assert not self.odd
        kept = {(session_id, question): sequence for session_id, question, sequence, _ in rows}
        assert all(value == str(sequence) for _, _, sequence, value in rows), "an answer stands beside another one's sequence"
        for student in self.students:
            for question, sequence in student.acknowledged.items():
                assert kept.get((student.session_id, question), 0) >= sequence, "an acknowledged answer is gone"
            assert highest[student.session_id] >= max(student.acknowledged.values())


def _make_test(tx: Tx) -> int:
    stamps = {"created_at": tx.now, "updated_at": tx.now}
    test_id = tx.insert(MockTest, public_id=uuid4(), title="Sinov", code="ABC123", created_by=1, **stamps)
    for kind in ("listening", "reading", "writing"):
        audio = "recording.mp3" if kind == "listening" else None
        tx.insert(
            MockSection, test_id=test_id, kind=kind, file="paper.pdf", audio_file=audio, duration=60, question_count=QUESTIONS, **stamps
        )
    return test_id


def _seat(tx: Tx, settings: Settings, test_id: int, number: int) -> Student:
    person = PersonInput(username=f"student{number}", email=f"student{number}@example.com", password=PASSWORD)
    user_id = store_person(tx, person, PASSWORD_HASH)
    token = begin_session(tx, make_tokens(settings), user_id).access
    public_id = uuid4()
    ends_at = tx.now + timedelta(hours=3)
    session_id = tx.insert(MockSession, public_id=public_id, test_id=test_id, user_id=user_id, started_at=tx.now, ends_at=ends_at)
    return Student(session_id, public_id, token)


@pytest.mark.short_on("postgresql")
@pytest.mark.parametrize(("kills", "between"), [(3, 40), pytest.param(100, 100, marks=pytest.mark.soak)])
def test_a_killed_server_keeps_every_acknowledged_answer(settings: Settings, kills: int, between: int) -> None:
    exam, server = Exam(settings), Server(settings)
    chance = random.Random(kills)  # noqa: S311 - moments to repeat, not secrets
    with server, exam.sitting(server.port):
        for _ in range(kills):
            exam.wait_for(between, server.told)
            time.sleep(chance.uniform(0, 0.02))
            server.kill()
            server.start()
    assert exam.saves >= kills * between
    exam.assert_nothing_is_lost()
