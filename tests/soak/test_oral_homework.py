"""Oral homework while whoever listens is killed: none is stuck, graded or told twice, and the teacher's grade stands whenever it came."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec
import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from sqlalchemy import func, select, text

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.sessions import begin_session
from bilim.app.factories import make_tokens
from bilim.catalog.actions import create_course
from bilim.catalog.inputs import CourseInput
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.homework.actions.homework import set_homework
from bilim.homework.inputs import GradeRecording, HomeworkGraded, HomeworkInput
from bilim.homework.models import Assignment, HomeworkFile
from bilim.kit.actors import Actor, Role
from bilim.notifications.models import Notification
from bilim.settings import Settings
from bilim.study.models import Enrollment
from engines.speakers import said
from soak.running import HOST, Server
from soak.test_messages import Worker
from speech.ears import wav
from world import PASSWORD, PASSWORD_HASH

TEXT = "My brother works in a big hospital"
OF_THE_TEACHER = 7
"""A grade that no engine gives: it gives 40 or more."""
IMPATIENT = """
from datetime import timedelta
from bilim.db import outbox
outbox.LEASE = timedelta(seconds=1)
from bilim.speech import jobs
jobs._LEASE = timedelta(seconds=1)
jobs.back_off = lambda tries: timedelta(seconds=0.1)
"""
"""Jobs of what was killed come back sooner, so that a short test sees them."""


class OralDay:
    """A course whose students hand in recordings while its teacher grades some of them, at a server and a worker that are killed."""

    def __init__(self, settings: Settings, db: Database, students: int, *, is_impatient: bool) -> None:
        self.db = db
        self.chance = random.Random(students)  # noqa: S311 - moments to repeat, not secrets
        prelude = IMPATIENT if is_impatient else ""
        settings = msgspec.structs.replace(settings, environment="development")  # where the server runs jobs itself
        self.server = Server(settings, prelude=prelude)
        self.worker = Worker(settings, prelude=prelude)
        self.engines: set[int] = set()
        """Every process that was seen listening."""
        tokens = make_tokens(settings)
        with db.write() as tx:
            self.teacher = store_person(tx, person("teacher", Role.TEACHER), PASSWORD_HASH)
            self.token = begin_session(tx, tokens, self.teacher).access
            teacher = Actor(self.teacher, Role.TEACHER, is_premium=False, session_id=1)
            course = create_course(tx, teacher, CourseInput(title="Ingliz tili", is_published=True), CourseTerms(needs_review=False))
            asked = HomeworkInput(title="Oʻqing", course_id=course, homework_type="oral", oral_assignment=TEXT, is_published=True)
            self.homework = set_homework(tx, teacher, asked)
            self.students: dict[int, str] = {}
            for number in range(students):
                user_id = store_person(tx, person(f"student{number}", Role.STUDENT), PASSWORD_HASH)
                tx.insert(Enrollment, course_id=course, user_id=user_id, created_at=tx.now, studied_at=tx.now)
                self.students[user_id] = begin_session(tx, tokens, user_id).access
        self.overruled = list(self.students)[::2]
        """Those whom the teacher grades, as soon as they handed something in or a little later."""
        record_grades(db)

    def run(self, kills: int, patience: float) -> None:
        """Let everybody work until all is graded; kill somebody now and then."""
        deadline = time.monotonic() + patience
        with self.server, self.worker:
            people = [threading.Thread(target=self._hand_in, args=(user_id, deadline)) for user_id in self.students]
            for each in people:
                each.start()
            for number in range(kills):
                time.sleep(self.chance.uniform(0.2, 1.2))
                self._kill(number)
            for each in people:
                each.join()
            while left := self._left():
                assert time.monotonic() < deadline, f"stuck: {left}\n{self.server.told()}\n{self.worker.told()[-4000:]}"
                self._see_engines()
                time.sleep(0.05)

    def _hand_in(self, user_id: int, deadline: float) -> None:
        """Hand a recording in, and have it graded by the teacher where that is to be; each again and again until it is answered."""
        time.sleep(self.chance.uniform(0, len(self.students) / 20))
        with httpx.Client(base_url=f"http://{HOST}:{self.server.port}", timeout=30) as client:

            def until_answered(path: str, token: str, **sent: object) -> httpx.Response:
                while time.monotonic() < deadline:
                    with suppress(httpx.TransportError):
                        return client.post(path, headers={"Authorization": f"Bearer {token}"}, **sent)  # type: ignore[arg-type]
                    time.sleep(0.02)
                raise AssertionError("the server does not answer any more")

            files = {"audio_file": ("nutq.wav", RECORDING, "audio/wav")}
            sent = until_answered(f"/api/v1/homework/{self.homework}/submit-oral", self.students[user_id], files=files)
            assert sent.status_code in (201, 409), sent.text  # 409: the answer to an earlier one was lost, and it is graded by now
            if user_id in self.overruled:
                time.sleep(self.chance.uniform(0, 0.3))
                with self.db.read() as tx:
                    assignment = tx.scalar(select(Assignment.id).where(Assignment.user_id == user_id))
                grade = {"score": OF_THE_TEACHER, "feedback": "Men eshitdim"}
                graded = until_answered(f"/api/v1/homework/submissions/{assignment}/grade", self.token, json=grade)
                assert graded.status_code == 200, graded.text

    def _kill(self, number: int) -> None:
        """The server, the worker, or whoever listens for one of them, in turn; all as a power cut would."""
        self._see_engines()
        if number % 3 == 0:
            self.worker.kill()
            self.worker.start()
        elif number % 3 == 1:
            self.server.kill()
            self.server.start()
        else:
            for pid in running(self.engines):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _see_engines(self) -> None:
        for parent in (self.server.pid, self.worker.pid):
            self.engines |= listeners_of(parent)

    def _left(self) -> dict[str, int]:
        """What still waits, by what it is."""
        waiting = JobRow.kind.in_([GradeRecording.kind, HomeworkGraded.kind])
        with self.db.read() as tx:
            jobs = tx.scalar(select(func.count()).select_from(JobRow).where(waiting, JobRow.state != "dead"))
            pending = tx.scalar(select(func.count()).select_from(Assignment).where(Assignment.status == "pending"))
        return {name: count for name, count in (("jobs", jobs), ("pending", pending)) if count}

    def check(self, uploads: Path, *, most_ungraded: int = 0) -> None:
        """Each recording is there and was graded once, by whom it should; each student was told once."""
        with self.db.read() as tx:
            rows = tx.all(select(Assignment.id, Assignment.user_id, Assignment.score, Assignment.graded_by, Assignment.feedback))
            grades = tx.all(text("SELECT assignment_id, graded_by FROM test_grades ORDER BY id"))
            told = tx.all(
                select(Notification.user_id, func.count()).where(Notification.kind == "homework_graded").group_by(Notification.user_id)
            )
            dead = tx.scalar(select(func.count()).select_from(JobRow).where(JobRow.state == "dead"))
            stored = tx.scalars(select(HomeworkFile.name).where(HomeworkFile.is_recording))
        assert {user_id for _, user_id, *_ in rows} == self.students.keys()
        ungraded = {user_id for _, user_id, score, *_ in rows if score is None}
        assert len(ungraded) <= most_ungraded, "left to the teacher, after as many tries as a recording has"
        for assignment, user_id, score, graded_by, feedback in rows:
            by = [each[1] for each in grades if each[0] == assignment]
            assert by.count(None) <= 1, "graded twice"
            assert None not in by[1:], "a machine overruled the teacher"
            assert feedback
            if user_id in self.overruled:
                assert (score, graded_by) == (OF_THE_TEACHER, self.teacher)
            elif user_id not in ungraded:
                assert (graded_by, score >= 40) == (None, True)
        assert Counter(dict(told)) == Counter(self.students.keys() - ungraded)
        assert dead == len(ungraded)
        assert len(stored) == len(rows)
        assert all((uploads / name).is_file() for name in stored)
        for _ in range(100):
            if not running(self.engines):
                break
            time.sleep(0.1)
        assert self.engines, "somebody listened"
        assert running(self.engines) == [], "no engine outlives its server"


def person(name: str, role: Role) -> PersonInput:
    return PersonInput(username=name, email=f"{name}@example.com", password=PASSWORD, role=role)


def record_grades(db: Database) -> None:
    """Let the database itself keep a record of every grade that is written, whoever writes it."""
    row = "INSERT INTO test_grades (assignment_id, graded_by) VALUES (NEW.id, NEW.graded_by);"
    when = "AFTER UPDATE OF status ON homework_assignments FOR EACH ROW WHEN (NEW.status = 'graded')"
    with db.write() as tx:
        if tx.dialect == "sqlite":
            tx.execute(text("CREATE TABLE test_grades (id INTEGER PRIMARY KEY, assignment_id INTEGER, graded_by INTEGER)"))
            tx.execute(text(f"CREATE TRIGGER test_grades {when} BEGIN {row} END"))
        else:
            tx.execute(text("CREATE TABLE test_grades (id BIGSERIAL PRIMARY KEY, assignment_id BIGINT, graded_by BIGINT)"))
            tx.execute(text(f"CREATE FUNCTION test_grades() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {row} RETURN NEW; END $$"))
            tx.execute(text(f"CREATE TRIGGER test_grades {when} EXECUTE FUNCTION test_grades()"))


def listeners_of(parent: int) -> set[int]:
    """The engines that a process started."""
    found: set[int] = set()
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found |= {int(pid) for pid in task.read_text().split() if is_engine(int(pid))}
    return found


def is_engine(pid: int) -> bool:
    with suppress(OSError):
        return b"bilim.engines" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def running(pids: set[int]) -> list[int]:
    """Those that still run, or are zombies of a server that still runs."""
    return sorted(pid for pid in pids if is_engine(pid))


RECORDING = wav(said(TEXT))


@pytest.mark.own_database
@pytest.mark.short_on("postgresql")
def test_oral_homework_survives_kills_of_all_who_work_on_it(settings: Settings, db: Database) -> None:
    day = OralDay(settings, db, 6, is_impatient=True)
    day.run(kills=3, patience=60)
    day.check(settings.uploads)


@pytest.mark.soak
@pytest.mark.own_database
def test_a_long_day_of_oral_homework_with_forty_kills(settings: Settings, db: Database) -> None:
    """With the real leases: what a killed process held comes back after three minutes."""
    day = OralDay(settings, db, 120, is_impatient=False)
    day.run(kills=40, patience=3_600)
    day.check(settings.uploads, most_ungraded=3)
