"""A runner's threads run jobs as they become due and the schedule's as they come up, and end cleanly."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

import bilim
from bilim.app import make_app, services
from bilim.db.engine import Database, Tx
from bilim.http.pools import LONG_LISTS, LONG_LISTS_WAITING
from bilim.jobs.handling import Handler, Handlers, Try
from bilim.jobs.runner import CONNECTIONS, Runner
from bilim.jobs.schedule import Every, Schedule
from bilim.kit.jobs import Job
from bilim.settings import Settings
from conftest import NOON, SetClock, settings_for
from jobs.telling import PATIENCE, SECOND, Count, Handling, Tell, enqueue, state_of


@pytest.fixture
def handling() -> Handling:
    return Handling()


NO_SCHEDULE = Schedule([], UTC)


@contextmanager
def running(db: Database, handlers: Handlers, schedule: Schedule = NO_SCHEDULE) -> Iterator[Runner]:
    runner = Runner(db, handlers, schedule)
    db.wake = runner.wake
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def test_a_runner_runs_what_waits_and_what_is_enqueued(db: Database, handling: Handling) -> None:
    done = threading.Semaphore(0)
    handling.act = lambda _job, _try: done.release()
    enqueue(db, Tell())
    with running(db, handling.handlers):
        assert done.acquire(timeout=PATIENCE)
        enqueue(db, Tell())
        assert done.acquire(timeout=PATIENCE)


def test_queues_do_not_wait_for_each_other(db: Database, handling: Handling) -> None:
    began, counted = threading.Event(), threading.Event()

    def wait_for_the_other(_job: Tell, _try: Try) -> None:
        began.set()
        assert counted.wait(PATIENCE)

    handling.act = wait_for_the_other
    sums = Handler(Count, lambda _job, _try: counted.set())
    with running(db, Handlers([Handler(Tell, handling.run), sums])):
        enqueue(db, Tell())
        assert began.wait(PATIENCE)
        enqueue(db, Count(number=1))
        assert counted.wait(PATIENCE)


def test_stopping_lets_the_running_job_end_and_begins_no_other(db: Database, handling: Handling) -> None:
    began, may_end = threading.Event(), threading.Event()

    def take_long(_job: Tell, _try: Try) -> None:
        began.set()
        assert may_end.wait(PATIENCE)

    handling.act = take_long
    enqueue(db, Tell(), Tell())
    with running(db, handling.handlers) as runner:
        assert began.wait(PATIENCE)
        threading.Timer(0.05, may_end.set).start()
        runner.stop()
        assert may_end.is_set()
    assert len(handling.tries) == 1
    assert state_of(db)[:2] == ("waiting", 0)


def test_a_database_that_does_not_answer_is_said_once_and_waited_for(
    db: Database, handling: Handling, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilim.jobs.runner._LONGEST_LOOK", 0.01)
    done, asked, is_down = threading.Event(), threading.Semaphore(0), True
    read = db.read

    @contextmanager
    def answer_or_not() -> Iterator[Tx]:
        if is_down:
            asked.release()
            raise OperationalError("SELECT", None, Exception("down"))
        with read() as tx:
            yield tx

    monkeypatch.setattr(db, "read", answer_or_not)
    handling.act = lambda _job, _try: done.set()
    with caplog.at_level(logging.INFO), running(db, handling.handlers):
        for _ in range(3):
            assert asked.acquire(timeout=PATIENCE)
        is_down = False
        enqueue(db, Tell())
        assert done.wait(PATIENCE)
    said = [record.message for record in caplog.records]
    assert said == ["running jobs", "the database does not answer: OperationalError", "the database answers again"]


def test_an_idle_runner_takes_no_write_lock(db: Database, handling: Handling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bilim.jobs.runner._LONGEST_LOOK", 0.01)
    looks = threading.Semaphore(0)
    read = db.read

    def count_looks() -> Any:
        looks.release()
        return read()

    monkeypatch.setattr(db, "read", count_looks)
    monkeypatch.setattr(db, "write", lambda: pytest.fail("a write unit"))
    with running(db, handling.handlers):
        for _ in range(5):
            assert looks.acquire(timeout=PATIENCE)


def test_a_runner_looks_when_it_is_woken_and_not_all_the_time(db: Database, handling: Handling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bilim.jobs.runner._LONGEST_LOOK", PATIENCE)
    looks, done = 0, threading.Semaphore(0)
    read = db.read

    def count_looks() -> Any:
        nonlocal looks
        looks += 1
        return read()

    monkeypatch.setattr(db, "read", count_looks)
    handling.act = lambda _job, _try: done.release()
    with running(db, handling.handlers):
        for _ in range(3):
            enqueue(db, Tell())
            assert done.acquire(timeout=PATIENCE)
    assert looks <= 1 + 3 * 3, "one that finds the job, one that finds none, one for a wake-up meanwhile"


def test_a_runner_goes_on_at_once_while_jobs_are_due(db: Database, set_clock: SetClock, handling: Handling) -> None:
    runner = Runner(db, handling.handlers, NO_SCHEDULE)
    enqueue(db, Tell(), Tell())
    with db.write() as tx:
        tx.enqueue(Tell(), at=NOON + SECOND / 2)
    assert [runner._step("default") for _ in range(3)] == [0, 0, 0.5]


def test_a_handler_that_cannot_give_up_does_not_end_its_queue(
    db: Database, handling: Handling, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilim.jobs.runner._LONGEST_LOOK", 0.01)
    done = threading.Event()

    def give_up(_tx: Tx, _job: Job, _error: str) -> None:
        raise RuntimeError

    def fail_or_be_done(job: Tell, _try: Try) -> None:
        if job.words == "fine":
            done.set()
        else:
            raise ZeroDivisionError

    enqueue(db, Tell(words="bad"), Tell(words="fine"))
    with running(db, Handlers([Handler(Tell, fail_or_be_done, give_up, tries=1)])):
        assert done.wait(PATIENCE)
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["job failed", "job not settled"]


def test_a_server_runs_jobs_from_its_start_to_its_end(
    sqlite_template: Path, tmp_path: Path, handling: Handling, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "bilim.db")
    settings = msgspec.structs.replace(settings_for(f"sqlite:///{tmp_path / 'bilim.db'}", tmp_path), environment="development")
    monkeypatch.setattr(services, "make_handlers", lambda *_: [Handler(Tell, handling.run)])
    done = threading.Event()
    handling.act = lambda _job, _try: done.set()
    app = make_app(services.make_services(settings))
    with TestClient(app):
        enqueue(app.state.services.db, Tell())
        assert done.wait(PATIENCE)
        assert "jobs-default" in {thread.name for thread in threading.enumerate()}
    assert "jobs-default" not in {thread.name for thread in threading.enumerate()}
    reader_writer_and_loop = 3
    assert app.state.services.db.connection_limit == reader_writer_and_loop + LONG_LISTS + LONG_LISTS_WAITING + CONNECTIONS


def test_a_server_told_not_to_runs_none() -> None:
    assert Settings(environment="development").runs_jobs is True
    assert Settings(environment="development", run_jobs=False).runs_jobs is False


def test_the_worker_command_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    environment = os.environ | {"BILIM_HOME": str(tmp_path), "ENVIRONMENT": "test", "PYTHONPATH": str(Path(bilim.__file__).parents[1])}
    command = [sys.executable, "-m", "bilim.cli", "worker"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr
        assert json.loads(worker.stderr.readline())["message"] == "running jobs"
        worker.send_signal(signal.SIGTERM)
        assert (worker.wait(PATIENCE), worker.stderr.read()) == (0, "")


def test_a_runner_runs_the_schedule(db: Database, handling: Handling) -> None:
    done = threading.Event()
    handling.act = lambda _job, _try: done.set()
    schedule = Schedule([Every("tell", SECOND, Tell(words="vaqti keldi"))], UTC)
    with running(db, handling.handlers, schedule):
        assert done.wait(PATIENCE)
