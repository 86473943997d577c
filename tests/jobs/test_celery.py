"""Celery runs what was announced, woken by the server or by beat; without Redis nothing is lost and nobody waits."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from celery import Celery
from msgspec.structs import replace
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bilim.app import make_app, make_runner, make_services
from bilim.db.engine import Database
from bilim.db.outbox_tables import Job, Pace
from bilim.http.outer import OuterMiddleware
from bilim.jobs import broker
from bilim.jobs.broker import Waker, make_celery
from bilim.jobs.handling import Handlers
from bilim.settings import Settings
from jobs.probe_celery import Probed
from telegram_stub import TOKEN, TelegramStub
from world import World

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which a process that was to do something counts as stuck."""


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a queue of this test's own, on a Redis that answers; its keys are removed."""
    redis = Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        redis.ping()
    except RedisError as error:
        if os.environ.get("REQUIRE_REDIS"):
            pytest.fail(f"Redis does not answer: {error}")
        pytest.skip("Redis does not answer at TEST_REDIS_URL")
    name = f"bilim_test_{os.getpid()}_{time.monotonic_ns()}"
    monkeypatch.setattr(broker, "_NAME", name)
    yield name
    for key in redis.scan_iter(f"{name}:*"):
        redis.delete(key)
    redis.close()


@contextmanager
def celery(queue: str, settings: Settings, *command: str, app: str = "probe_celery", **environment: str) -> Iterator[Path]:
    """A Celery process; yields the file of what it says on standard error."""
    home = settings.bilim_home
    values = os.environ | {
        "BILIM_HOME": str(home),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": REDIS,
        "PROBE_QUEUE": queue,
        "PYTHONWARNINGS": "ignore",  # Celery's, where tests run as root
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT / "tests", ROOT / "tests" / "jobs"))),
    }
    said = home / f"{command[0]}.log"
    with said.open("wb") as errors:
        run = [sys.executable, "-m", "celery", "-A", app, *command]
        process = subprocess.Popen(run, cwd=home, env=values | environment, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        yield said
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def announce(db: Database, number: int) -> None:
    with db.write() as tx:
        tx.announce(Probed(number=number))


def wait_until_done(db: Database, number: int, said: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with db.read() as tx:
            if tx.scalar(select(Pace.key).where(Pace.key == f"probed {number}")) and not tx.scalar(select(func.count()).select_from(Job)):
                return
        time.sleep(0.05)
    pytest.fail(f"the job was not done; the worker said:\n{said.read_text()}")


@contextmanager
def waking(redis_url: str) -> Iterator[Waker]:
    waker = Waker(redis_url)
    waker.start()
    try:
        yield waker
    finally:
        waker.stop()


def test_a_worker_runs_what_the_server_announced_and_beat_finds_the_rest(db: Database, settings: Settings, queue: str) -> None:
    with ExitStack() as running:
        said = running.enter_context(celery(queue, settings, "worker", "--pool", "solo"))
        with waking(REDIS) as waker:
            db.wake = waker.wake
            announce(db, 1)
            wait_until_done(db, 1, said)
        db.wake = lambda _lanes: None
        running.enter_context(celery(queue, settings, "beat"))
        announce(db, 2)
        wait_until_done(db, 2, said)
    assert [json.loads(line)["logger"] for line in said.read_text().splitlines()], "the worker logs as the server does"


@pytest.fixture
def own_redis(queue: str, backend: str) -> Iterator[str]:
    """A Redis database for the product's own queue, one a kind of database: both may be tested at once."""
    url = REDIS.rpartition("/")[0] + ("/13" if backend == "sqlite" else "/14")
    redis = Redis.from_url(url)
    redis.flushdb()
    yield url
    redis.flushdb()
    redis.close()


def test_messages_are_delivered_by_celery_as_by_the_servers_own_threads(settings: Settings, own_redis: str) -> None:
    with TelegramStub() as stub, ExitStack() as running:
        settings = replace(settings, redis_url=own_redis, telegram_bot_token=TOKEN, telegram_api_base=stub.url)
        bot = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": stub.url, "REDIS_URL": own_redis, "SECRET_KEY": settings.secret_key}
        said = running.enter_context(celery("bilim", settings, "worker", "--pool", "solo", app="bilim.jobs.celery", **bot))
        running.enter_context(celery("bilim", settings, "beat", app="bilim.jobs.celery", **bot))
        app = make_app(make_services(settings))
        client = running.enter_context(TestClient(OuterMiddleware(app), base_url="http://testserver"))
        world = World(client, app)
        teacher, pupils = world.teacher(), [world.student(telegram_id=str(chat), made_by_staff=True).id for chat in (501, 502, 503)]
        stub.will("502", "blocked")
        message = teacher.post("/api/v1/messages/", {"text": "Ertaga dars yoʻq!", "recipient_ids": pupils}).json()
        until = time.monotonic() + PATIENCE
        while (counts := teacher.get(f"/api/v1/messages/{message['id']}/").json()["counts"])["pending"]:
            assert time.monotonic() < until, f"{counts}; the worker said:\n{said.read_text()}"
            time.sleep(0.05)
        assert counts == {"pending": 0, "sent": 2, "failed": 1}
        assert sorted(stub.delivered) == [("501", "Ertaga dars yoʻq!"), ("503", "Ertaga dars yoʻq!")]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_broker_that_is_down_is_said_once_and_keeps_nobody_waiting(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Semaphore(0)
    send = Celery.send_task

    def note(*args: object, **kw: object) -> object:
        try:
            return send(*args, **kw)  # type: ignore[arg-type]
        finally:
            tried.release()

    monkeypatch.setattr(Celery, "send_task", note)
    with waking(f"redis://127.0.0.1:{closed_port()}/0") as waker:
        for _ in range(3):
            waker.wake({"main"})
            assert tried.acquire(timeout=PATIENCE)
    assert [record.message for record in caplog.records] == ["the broker does not answer; jobs wait for beat"]
    assert "Connection refused" not in caplog.text.splitlines()[0]


def test_waking_never_waits_for_a_broker_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    is_asked, may_answer, is_told = threading.Event(), threading.Event(), threading.Event()

    def be_slow(_app: Celery, _task: str, args: tuple[str], **_options: object) -> None:
        sent.append(args[0])
        is_asked.set()
        assert may_answer.wait(PATIENCE)
        if args[0] == "sums":
            is_told.set()

    monkeypatch.setattr(Celery, "send_task", be_slow)
    with waking(REDIS) as waker:
        waker.wake({"main"})
        assert is_asked.wait(PATIENCE)
        for _ in range(1000):
            waker.wake({"main", "sums"})
        assert sent == ["main"]
        may_answer.set()
        assert is_told.wait(PATIENCE)
    assert sent == ["main", "main", "sums"]


def test_beat_looks_into_every_lane_and_its_messages_do_not_pile_up() -> None:
    app = make_celery(REDIS, ["main", "sums"], lambda: pytest.fail("opened too early"), "INFO")
    entries = app.conf.beat_schedule
    assert {(entry["args"], entry["task"]) for entry in entries.values()} == {(("main",), "bilim.drain"), (("sums",), "bilim.drain")}
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in entries.values())


def test_with_a_broker_the_server_only_wakes_it(db: Database, settings: Settings, tmp_path: Path) -> None:
    assert make_runner(settings, db, Handlers([])) is None
    with_redis = Settings(environment="test", redis_url=REDIS)
    assert isinstance(make_runner(with_redis, db, Handlers([])), Waker)
    assert with_redis.runs_jobs is False


def python(script: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    values = os.environ | {"BILIM_HOME": str(home), "PYTHONPATH": str(ROOT / "src")} | environment
    return subprocess.run([sys.executable, "-c", script], env=values, capture_output=True, text=True, check=False)


def test_without_a_broker_celery_is_not_even_imported(tmp_path: Path) -> None:
    script = "import sys; from bilim.app import make_server; make_server(); sys.exit('celery' in sys.modules)"
    assert python(script, tmp_path, REDIS_URL="").returncode == 0


def test_celery_without_a_broker_says_what_to_set(tmp_path: Path) -> None:
    refused = python("import bilim.jobs.celery", tmp_path, REDIS_URL="")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "bilim: REDIS_URL: not set, so Celery has no broker. Set it, or run jobs with `bilim worker`."


def test_celery_finds_the_products_own_application(tmp_path: Path) -> None:
    script = "from bilim.jobs.celery import app; print(sorted(name for name in app.tasks if name.startswith('bilim')))"
    found = python(script, tmp_path, REDIS_URL=REDIS, ENVIRONMENT="test")
    assert (found.stdout, found.stderr) == ("['bilim.drain']\n", "")
