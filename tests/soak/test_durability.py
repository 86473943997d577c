"""What the server acknowledged is there, however it ended: killed at random moments, or shared by two processes."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.sessions import begin_session
from bilim.app.factories import make_tokens
from bilim.catalog.models import Course, Lesson, Section
from bilim.db import migrate
from bilim.db.engine import Database
from bilim.settings import Settings
from bilim.study.models import Certificate, Completion, Enrollment
from conftest import settings_for
from soak.running import Client, Server
from world import PASSWORD, PASSWORD_HASH

COURSES, LESSONS_EACH = 12, 5
STUDENTS_AT_A_TIME = 3
MOST_BETWEEN_KILLS = 60
PATIENCE_SECONDS = 120


class School:
    """Courses and students put straight into the database, and what the server acknowledged to them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = Database(settings.database_url, settings.zone, 4)
        self.lessons = self._make_courses()
        self.acknowledged: set[tuple[int, int]] = set()
        """Person and lesson of every completion that was answered with 200."""
        self.odd: Counter[int] = Counter()
        """Statuses other than 200: there should be none."""
        self._numbers = count(1)

    def _make_courses(self) -> list[int]:
        with self.db.write() as tx:
            stamps = {"created_at": tx.now, "updated_at": tx.now}
            for number in range(COURSES):
                course = tx.insert(Course, title=f"Kurs {number}", difficulty_level="A1", is_published=True, **stamps)
                section = tx.insert(Section, course_id=course, title="Boshlanish", is_implicit=True)
                rows = [{"course_id": course, "section_id": section, "title": f"Dars {n}", "position": n} for n in range(LESSONS_EACH)]
                tx.execute(insert(Lesson), [row | stamps for row in rows])
            return tx.scalars(select(Lesson.id).order_by(Lesson.id))

    def student(self) -> tuple[int, str]:
        """Somebody new: their id and an access token."""
        name = f"student{next(self._numbers)}"
        with self.db.write() as tx:
            user_id = store_person(tx, PersonInput(username=name, email=f"{name}@example.com", password=PASSWORD), PASSWORD_HASH)
            return user_id, begin_session(tx, make_tokens(self.settings), user_id).access

    def complete(self, client: Client, user_id: int, lesson_id: int, ended: threading.Event) -> None:
        """Finish a lesson, trying again while the server is away."""
        while not ended.is_set():
            try:
                status = client.call("POST", f"/api/v1/user-progress/lessons/{lesson_id}/complete")
            except (OSError, HTTPException):
                time.sleep(0.01)
                continue
            if status == 200:
                self.acknowledged.add((user_id, lesson_id))
            else:
                self.odd[status] += 1
            return

    def finish_courses(self, port: int, *, keep_alive: bool, ended: threading.Event) -> None:
        """Student after student finishes every lesson, on two devices at once, so that the last two lessons of a course often meet."""
        while not ended.is_set():
            user_id, token = self.student()

            def study(lessons: list[int], user_id: int = user_id, token: str = token) -> None:
                with closing(Client(port, token, keep_alive=keep_alive)) as client:
                    for lesson in lessons:
                        self.complete(client, user_id, lesson, ended)

            other = threading.Thread(target=study, args=(self.lessons[1::2],))
            other.start()
            study(self.lessons[::2])
            other.join()

    @contextmanager
    def studying(self, port: int, *, keep_alive: bool = True) -> Iterator[None]:
        """Students keep finishing lessons for as long as the block runs."""
        ended = threading.Event()
        students = [
            threading.Thread(target=self.finish_courses, args=(port,), kwargs={"keep_alive": keep_alive, "ended": ended})
            for _ in range(STUDENTS_AT_A_TIME)
        ]
        for student in students:
            student.start()
        try:
            yield
        finally:
            ended.set()
            for student in students:
                student.join()

    def wait_for(self, more: int, told: Callable[[], str]) -> None:
        """Wait for so many further acknowledgements."""
        enough, deadline = len(self.acknowledged) + more, time.monotonic() + PATIENCE_SECONDS
        while len(self.acknowledged) < enough:
            assert time.monotonic() < deadline, f"nothing is acknowledged any more: {self.odd}\n{told()}"
            time.sleep(0.001)

    def assert_nothing_is_lost_or_doubled(self) -> None:
        """Acknowledged completions are there, none twice; whoever finished a course has one certificate of it, and nobody else has any."""
        with self.db.read() as tx:
            completions = [tuple(row) for row in tx.execute(select(Completion.user_id, Completion.lesson_id))]
            certificates = [tuple(row) for row in tx.execute(select(Certificate.user_id, Certificate.course_id))]
            enrollments = [tuple(row) for row in tx.execute(select(Enrollment.user_id, Enrollment.course_id))]
            course_of = {lesson: course for lesson, course in tx.execute(select(Lesson.id, Lesson.course_id))}  # noqa: C416 - rows, no tuples
        self.db.close()
        assert not self.odd
        assert self.acknowledged <= set(completions), "an acknowledged completion is gone"
        assert len(completions) == len(set(completions)), "a lesson was finished twice"
        finished = Counter((user_id, course_of[lesson_id]) for user_id, lesson_id in completions)
        assert sorted(certificates) == sorted(who for who, lessons in finished.items() if lessons == LESSONS_EACH)
        assert sorted(enrollments) == sorted(finished)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_a_killed_server_keeps_every_acknowledged_lesson(settings: Settings, kills: int) -> None:
    school, server = School(settings), Server(settings)
    chance = random.Random(kills)  # noqa: S311 - moments to repeat, not secrets
    with server, school.studying(server.port):
        for _ in range(kills):
            school.wait_for(chance.randint(1, MOST_BETWEEN_KILLS), server.told)
            time.sleep(chance.uniform(0, 0.02))
            server.kill()
            server.start()
    school.assert_nothing_is_lost_or_doubled()


@pytest.mark.parametrize("lessons", [200, pytest.param(5000, marks=pytest.mark.soak)])
def test_two_processes_on_one_sqlite_file_keep_every_acknowledged_lesson(tmp_path: Path, lessons: int) -> None:
    """They start on an empty folder, so they also share out the making of the database; each call may meet either of them."""
    settings = settings_for(f"sqlite:///{tmp_path / 'bilim.db'}", tmp_path)
    with Server(settings, workers=2) as server:
        school = School(settings)
        with school.studying(server.port, keep_alive=False):
            school.wait_for(lessons, server.told)
    school.assert_nothing_is_lost_or_doubled()


MIGRATION_KILLED_AT_A_TABLE = """
import os, signal, sys
from alembic import op
from bilim.db import migrate

create_table, names = op.create_table, []

def create_or_die(name, *columns, **options):
    names.append(name)
    if len(names) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return create_table(name, *columns, **options)

op.create_table = create_or_die
migrate.upgrade(sys.argv[1])
"""


@pytest.mark.parametrize("table", [2, 8])
def test_a_migration_that_was_killed_can_be_run_again(tmp_path: Path, table: int) -> None:
    url = f"sqlite:///{tmp_path / 'bilim.db'}"
    ended = subprocess.run([sys.executable, "-c", MIGRATION_KILLED_AT_A_TABLE, url, str(table)], check=False)
    assert ended.returncode == -9
    migrate.upgrade(url)
    engine = create_engine(url)
    assert migrate.current(engine) == migrate.head()
    engine.dispose()
