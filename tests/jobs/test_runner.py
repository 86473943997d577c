"""Jobs run at least once, come back later when they fail, and are given up in the open."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.testclient import TestClient

import bilim.app
from bilim.app import make_app, make_services
from bilim.db import outbox
from bilim.db.engine import Database, Tx
from bilim.db.outbox_tables import Job, Pace
from bilim.http.logs import JsonLines
from bilim.http.work import Work
from bilim.jobs.handling import LEASE, MAX_LANES, MAX_TRIES, Handler, Handlers, Later, Try
from bilim.jobs.runner import Runner, drain, run_one
from bilim.kit import clock
from bilim.kit.events import Event
from bilim.settings import Settings
from conftest import NOON, SetClock, settings_for
from world import World

SECOND = timedelta(seconds=1)
PATIENCE = 20
"""Seconds after which a thread that was to do something counts as stuck."""


class Told(Event):
    """A message: what it says must appear in no log."""

    words: str = "parol: 1234"


class Counted(Event):
    lane: ClassVar[str] = "sums"
    number: int


class Handling:
    """A handler that remembers how it was called, and does what a test tells it to."""

    def __init__(self) -> None:
        self.tries: list[Try] = []
        self.given_up: list[str] = []
        self.act: Callable[[Told, Try], None] = lambda _event, _try: None

    def run(self, event: Told, attempt: Try) -> None:
        self.tries.append(attempt)
        self.act(event, attempt)

    def give_up(self, tx: Tx, event: Told, error: str) -> None:
        outbox.pause(tx, f"given up {event.words}", tx.now)
        self.given_up.append(error)

    @property
    def handlers(self) -> Handlers:
        return Handlers([Handler(Told, self.run, self.give_up)])


@pytest.fixture
def handling() -> Handling:
    return Handling()


def announce(db: Database, *events: Event) -> None:
    with db.write() as tx:
        tx.announce(*events)


def job(db: Database) -> Any:
    """The only job, or None."""
    with db.read() as tx:
        return tx.first(select(Job.state, Job.attempts, Job.due_at, Job.error))


def fail(event: Event, _try: Try) -> None:
    raise ZeroDivisionError(event)


def be_told_to_wait(_event: Event, _try: Try) -> None:
    raise Later("limit", clock.now() + SECOND)


def test_a_job_is_run_with_its_event_and_is_gone(db: Database, handling: Handling) -> None:
    heard: list[Told] = []
    handling.act = lambda event, _try: heard.append(event)
    announce(db, Told(words="Salom"))
    assert run_one(db, handling.handlers, "main") is True
    assert (heard, handling.tries, job(db)) == ([Told(words="Salom")], [Try(1, is_last=False)], None)
    assert run_one(db, handling.handlers, "main") is False


def test_no_transaction_is_open_while_a_handler_runs(db: Database, handling: Handling) -> None:
    open_connections: list[int] = []
    handling.act = lambda _event, _try: open_connections.append(db.connections_in_use)
    announce(db, Told())
    drain(db, handling.handlers, "main")
    assert open_connections == [0]


def test_what_a_handler_announces_is_run_too(db: Database) -> None:
    numbers: list[int] = []

    def count_down(event: Counted, _try: Try) -> None:
        numbers.append(event.number)
        if event.number:
            announce(db, Counted(number=event.number - 1))

    announce(db, Counted(number=3))
    assert drain(db, Handlers([Handler(Counted, count_down)]), "sums") is False
    assert numbers == [3, 2, 1, 0]


def test_draining_ends_on_time_and_says_that_more_is_due(db: Database, set_clock: SetClock, handling: Handling) -> None:
    announce(db, *(Told(words=str(number)) for number in range(5)))
    handling.act = lambda _event, _try: set_clock(clock.now() + SECOND)
    assert drain(db, handling.handlers, "main", until=NOON + 2 * SECOND) is True
    assert len(handling.tries) == 2
    assert drain(db, handling.handlers, "main") is False
    assert len(handling.tries) == 5


def test_a_job_that_fails_comes_back_ever_later_and_is_given_up_in_the_end(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handling.act = fail
    announce(db, Told())
    for number in range(1, MAX_TRIES):
        drain(db, handling.handlers, "main")
        state, attempts, due_at, error = job(db)
        assert (state, attempts) == ("waiting", number)
        assert 2**number * SECOND <= due_at - clock.now() <= 2 * 2**number * SECOND
        assert error.startswith("ZeroDivisionError in fail, line ")
        set_clock(due_at)
    assert handling.given_up == []
    drain(db, handling.handlers, "main")
    assert job(db)[0] == "dead"
    assert handling.given_up == [job(db)[3]]
    assert handling.tries == [Try(number, is_last=number == MAX_TRIES) for number in range(1, MAX_TRIES + 1)]
    set_clock(NOON + timedelta(days=30))
    drain(db, handling.handlers, "main")
    assert len(handling.tries) == MAX_TRIES


def test_being_told_to_wait_does_not_count(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handling.act = be_told_to_wait
    announce(db, Told())
    for _ in range(3 * MAX_TRIES):
        drain(db, handling.handlers, "main")
        assert job(db) == ("waiting", 0, clock.now() + SECOND, "limit")
        set_clock(clock.now() + SECOND)
    assert {each.number for each in handling.tries} == {1}
    handling.act = lambda _event, _try: None
    drain(db, handling.handlers, "main")
    assert job(db) is None


def test_a_failure_may_name_its_moment_and_counts(db: Database, set_clock: SetClock, handling: Handling) -> None:
    def be_refused(_event: Told, _try: Try) -> None:
        raise Later("no connection", clock.now() + 5 * SECOND, counted=True)

    handling.act = be_refused
    announce(db, Told())
    for number in range(1, MAX_TRIES):
        drain(db, handling.handlers, "main")
        assert job(db) == ("waiting", number, clock.now() + 5 * SECOND, "no connection")
        set_clock(clock.now() + 5 * SECOND)
    drain(db, handling.handlers, "main")
    assert (job(db)[0], handling.given_up) == ("dead", ["no connection"])


def test_giving_up_and_burying_are_one_transaction(db: Database, handling: Handling) -> None:
    def give_up_halfway(tx: Tx, event: Told, error: str) -> None:
        handling.give_up(tx, event, error)
        raise ZeroDivisionError

    def say_never(_event: Told, _try: Try) -> None:
        raise Later("never", clock.now(), counted=True)

    announce(db, Told())
    with db.write() as tx:
        tx.execute(Job.__table__.update().values(attempts=MAX_TRIES - 1))  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        run_one(db, Handlers([Handler(Told, say_never, give_up_halfway)]), "main")
    assert job(db)[0] == "waiting"
    with db.read() as tx:
        assert tx.scalars(select(Pace.key)) == []


def test_a_job_whose_runner_died_is_taken_again_after_its_lease(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture
) -> None:
    announce(db, Told())
    with db.write() as tx:
        outbox.claim(tx, "main", LEASE)
    set_clock(NOON + LEASE - SECOND)
    drain(db, handling.handlers, "main")
    assert (handling.tries, caplog.records) == ([], [])
    set_clock(NOON + LEASE)
    drain(db, handling.handlers, "main")
    assert handling.tries == [Try(2, is_last=False)]
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert line.message == "job taken again after its lease: it may have been done already"
    assert (line.facts["kind"], line.facts["attempt"]) == ("Told", 2)  # type: ignore[attr-defined]


def test_a_job_that_kills_its_runners_is_given_up_unrun(db: Database, set_clock: SetClock, handling: Handling) -> None:
    announce(db, Told())
    for number in range(MAX_TRIES):
        set_clock(NOON + number * LEASE)
        with db.write() as tx:
            outbox.claim(tx, "main", LEASE)
    set_clock(NOON + MAX_TRIES * LEASE)
    drain(db, handling.handlers, "main")
    assert (handling.tries, job(db)[0], handling.given_up) == ([], "dead", ["Every try ended with its process."])


@pytest.mark.parametrize(
    ("handlers", "error"),
    [
        (Handlers([]), "No handler of this kind."),
        (Handlers([Handler(type("Told", (Counted,), {"lane": "main"}), fail)]), "The payload does not fit the event."),
    ],
)
def test_a_job_that_nobody_understands_is_buried_and_holds_up_no_other(db: Database, handlers: Handlers, error: str) -> None:
    announce(db, Told(), Told())
    drain(db, handlers, "main")
    with db.read() as tx:
        assert tx.all(select(Job.state, Job.error)) == [("dead", error)] * 2


def test_logs_and_errors_never_tell_what_a_job_carries(db: Database, handling: Handling, caplog: pytest.LogCaptureFixture) -> None:
    """The words of errors may quote it, and those of the database do."""

    def break_the_database(event: Told, _try: Try) -> None:
        with db.write() as tx:
            try:
                tx.insert(Job, lane="main", kind=None, payload={"words": event.words}, state="waiting")
            except IntegrityError as error:
                raise RuntimeError(event.words) from error

    for act in (fail, break_the_database):
        handling.act = act
        announce(db, Told())
        drain(db, handling.handlers, "main")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert [line["message"] for line in lines] == ["job failed"] * 2
    assert "in fail" in lines[0]["traceback"]
    assert lines[0]["traceback"].endswith("ZeroDivisionError")
    assert lines[1]["traceback"].endswith("RuntimeError")
    assert "IntegrityError\nthen\n" in lines[1]["traceback"]
    with db.read() as tx:
        told = json.dumps(lines) + "".join(tx.scalars(select(Job.error)))
    assert "1234" not in told


def test_handlers_that_could_not_run_side_by_side_are_refused() -> None:
    with pytest.raises(ValueError, match="two handlers of Told"):
        Handlers([Handler(Told, fail), Handler(Told, fail)])
    lanes = [type(f"Event{number}", (Event,), {"lane": str(number)}) for number in range(MAX_LANES + 1)]
    with pytest.raises(ValueError, match="more than 4 lanes"):
        Handlers([Handler(lane, fail) for lane in lanes])
    assert Handlers([Handler(Told, fail), Handler(Counted, fail)]).lanes == ["main", "sums"]


@contextmanager
def running(db: Database, handlers: Handlers) -> Iterator[Runner]:
    runner = Runner(db, handlers)
    db.wake = runner.wake
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def test_a_runner_runs_what_waits_and_what_is_announced(db: Database, handling: Handling) -> None:
    done = threading.Semaphore(0)
    handling.act = lambda _event, _try: done.release()
    announce(db, Told())
    with running(db, handling.handlers):
        assert done.acquire(timeout=PATIENCE)
        announce(db, Told())
        assert done.acquire(timeout=PATIENCE)


def test_lanes_do_not_wait_for_each_other(db: Database, handling: Handling) -> None:
    began, counted = threading.Event(), threading.Event()

    def wait_for_the_other(_event: Told, _try: Try) -> None:
        began.set()
        assert counted.wait(PATIENCE)

    handling.act = wait_for_the_other
    sums = Handler(Counted, lambda _event, _try: counted.set())
    with running(db, Handlers([Handler(Told, handling.run), sums])):
        announce(db, Told())
        assert began.wait(PATIENCE)
        announce(db, Counted(number=1))
        assert counted.wait(PATIENCE)


def test_stopping_lets_the_running_job_end_and_begins_no_other(db: Database, handling: Handling) -> None:
    began, may_end = threading.Event(), threading.Event()

    def take_long(_event: Told, _try: Try) -> None:
        began.set()
        assert may_end.wait(PATIENCE)

    handling.act = take_long
    announce(db, Told(), Told())
    with running(db, handling.handlers) as runner:
        assert began.wait(PATIENCE)
        threading.Timer(0.05, may_end.set).start()
        runner.stop()
        assert may_end.is_set()
    assert len(handling.tries) == 1
    assert job(db)[:2] == ("waiting", 0)


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
    handling.act = lambda _event, _try: done.set()
    with caplog.at_level(logging.INFO), running(db, handling.handlers):
        for _ in range(3):
            assert asked.acquire(timeout=PATIENCE)
        is_down = False
        announce(db, Told())
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


def test_a_handler_that_cannot_give_up_does_not_end_its_lane(
    db: Database, handling: Handling, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilim.jobs.runner._LONGEST_LOOK", 0.01)
    monkeypatch.setattr("bilim.jobs.runner.MAX_TRIES", 1)
    done = threading.Event()

    def give_up(_tx: Tx, _event: Event, _error: str) -> None:
        raise RuntimeError

    def fail_or_be_done(event: Told, _try: Try) -> None:
        if event.words == "fine":
            done.set()
        else:
            raise ZeroDivisionError

    announce(db, Told(words="bad"), Told(words="fine"))
    with running(db, Handlers([Handler(Told, fail_or_be_done, give_up)])):
        assert done.wait(PATIENCE)
    assert [record.message for record in caplog.records] == ["job failed", "job not settled"]


def test_a_server_runs_jobs_from_its_start_to_its_end(
    sqlite_template: Path, tmp_path: Path, handling: Handling, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "bilim.db")
    settings = msgspec.structs.replace(settings_for(f"sqlite:///{tmp_path / 'bilim.db'}", tmp_path), environment="development")
    monkeypatch.setattr(bilim.app, "make_handlers", lambda *_: [Handler(Told, handling.run)])
    done = threading.Event()
    handling.act = lambda _event, _try: done.set()
    app = make_app(make_services(settings))
    with TestClient(app):
        announce(app.state.services.db, Told())
        assert done.wait(PATIENCE)
        assert "jobs-main" in {thread.name for thread in threading.enumerate()}
    assert "jobs-main" not in {thread.name for thread in threading.enumerate()}
    assert app.state.services.db.connection_limit == Work.connections(settings.threads) + MAX_LANES


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


def test_an_admin_sees_what_was_given_up_and_has_it_tried_anew(world: World, handling: Handling, set_clock: SetClock) -> None:
    woken: list[set[str]] = []
    dead = world.dead_job()
    world.db.wake = woken.append
    announce(world.db, Told())
    admin = world.admin()
    waiting, given_up = admin.get("/api/v1/admin/jobs/").json()
    assert given_up == {
        "id": dead,
        "lane": "main",
        "kind": "Unheard",
        "state": "dead",
        "attempts": 1,
        "due_at": "2026-11-20T17:00:30+05:00",
        "error": "No handler of this kind.",
        "created_at": "2026-11-20T17:00:00+05:00",
    }
    assert (waiting["id"], waiting["state"], waiting["attempts"], waiting["error"]) == (dead + 1, "waiting", 0, None)
    listed = {state: [each["id"] for each in admin.get(f"/api/v1/admin/jobs/?state={state}").json()] for state in ("waiting", "dead")}
    assert listed == {"waiting": [dead + 1], "dead": [dead]}
    assert [each["id"] for each in admin.get("/api/v1/admin/jobs/?skip=1&limit=1").json()] == [dead]
    refused = admin.get("/api/v1/admin/jobs/?state=done&limit=many")
    assert (refused.status_code, sorted(refused.json())) == (400, ["limit", "state"])

    woken.clear()
    again = admin.post(f"/api/v1/admin/jobs/{dead}/retry")
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "waiting", 0)
    assert woken == [{"main"}]
    refused = admin.post(f"/api/v1/admin/jobs/{dead}/retry")
    assert (refused.status_code, refused.json()) == (409, {"detail": "Only a job that was given up can be tried anew."})
    assert admin.post(f"/api/v1/admin/jobs/{dead + 99}/retry").status_code == 404


def test_the_figures_tell_what_waits_and_how_long(world: World, set_clock: SetClock) -> None:
    world.dead_job()
    announce(world.db, Told(), Told())
    set_clock(NOON + timedelta(seconds=90))
    announce(world.db, Counted(number=1))
    with world.db.write() as tx:
        claimed = outbox.claim(tx, "sums", LEASE)
    assert claimed
    figures = world.admin().get("/api/v1/metrics").text.splitlines()
    assert [line for line in figures if line.startswith(("bilim_jobs{", "bilim_outbox"))] == [
        'bilim_jobs{lane="main",state="waiting"} 2.0',
        'bilim_jobs{lane="main",state="dead"} 1.0',
        'bilim_jobs{lane="sums",state="waiting"} 1.0',
        'bilim_jobs{lane="sums",state="dead"} 0.0',
        'bilim_jobs{lane="telegram",state="waiting"} 0.0',
        'bilim_jobs{lane="telegram",state="dead"} 0.0',
        'bilim_outbox_age_seconds{lane="main"} 90.0',
        'bilim_outbox_age_seconds{lane="sums"} 0.0',
        'bilim_outbox_age_seconds{lane="telegram"} 0.0',
    ]
