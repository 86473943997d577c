"""With a broker each due job is a Celery task of its own; without Redis nothing is lost and nobody waits."""

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

from bilim.app import make_app
from bilim.app.jobs import make_runner
from bilim.app.services import make_services
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow, RateLimit
from bilim.http.outer import OuterMiddleware
from bilim.jobs import broker
from bilim.jobs.broker import Sender
from bilim.jobs.handling import Handlers
from bilim.kit.jobs import Job
from bilim.settings import Settings
from jobs.probe_celery import Probe, ProbeLater, ProbeSpeech, make_handlers
from telegram_stub import TOKEN, TelegramStub
from world import World

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which a process that was to do something counts as stuck."""


@pytest.fixture
def prefix(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What this test's keys begin with, on a Redis that answers; they are removed."""
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
def celery(prefix: str, settings: Settings, *command: str, app: str = "probe_celery", **environment: str) -> Iterator[Path]:
    """A Celery process; yields the file of what it says on standard error."""
    home = settings.bilim_home
    values = os.environ | {
        "BILIM_HOME": str(home),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": REDIS,
        "PROBE_PREFIX": prefix,
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


def enqueue(db: Database, *jobs: Job) -> None:
    with db.write() as tx:
        tx.enqueue(*jobs)


def wait_until_done(db: Database, numbers: set[int], said: Path) -> None:
    wanted = {f"probed {number}" for number in numbers}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with db.read() as tx:
            if wanted <= set(tx.scalars(select(RateLimit.key))) and not tx.scalar(select(func.count()).select_from(JobRow)):
                return
        time.sleep(0.05)
    pytest.fail(f"the jobs were not done; the process said:\n{said.read_text()}")


@contextmanager
def sending(db: Database, redis_url: str = REDIS) -> Iterator[Sender]:
    sender = Sender(redis_url, db, make_handlers(db))
    sender.start()
    db.wake = sender.wake
    try:
        yield sender
    finally:
        sender.stop()
        db.wake = lambda _queues: None


def test_a_worker_runs_what_the_server_sent_after_the_commit(db: Database, settings: Settings, prefix: str) -> None:
    """Nobody but the server sends here; of the limited kind the worker sends the next when one has ended."""
    with celery(prefix, settings, "worker", "--pool", "solo") as said, sending(db):
        enqueue(db, Probe(number=1), *(ProbeSpeech(number=number) for number in (2, 3, 4)))
        wait_until_done(db, {1, 2, 3, 4}, said)


def test_a_worker_serves_the_queues_that_it_is_given(db: Database, settings: Settings, prefix: str) -> None:
    with celery(prefix, settings, "worker", "--pool", "solo", "-Q", "speech") as said, sending(db):
        enqueue(db, Probe(number=1), ProbeSpeech(number=2))
        until = time.monotonic() + PATIENCE
        while kinds_left(db) != ["probe"]:
            assert time.monotonic() < until, said.read_text()
            time.sleep(0.05)
    redis = Redis.from_url(REDIS)
    assert redis.llen(f"{prefix}:default") == 1, "it waits for a worker of its queue"
    (message,) = redis.lrange(f"{prefix}:default", 0, -1)
    redis.close()
    assert json.loads(message)["headers"]["task"] == "probe"


def kinds_left(db: Database) -> list[str]:
    with db.read() as tx:
        return tx.scalars(select(JobRow.kind).order_by(JobRow.id))


def test_beat_sends_what_nobody_sent_and_what_comes_due_later_and_runs_the_schedule(db: Database, settings: Settings, prefix: str) -> None:
    with ExitStack() as running:
        said = running.enter_context(celery(prefix, settings, "worker", "--pool", "solo"))
        running.enter_context(celery(prefix, settings, "beat"))
        enqueue(db, Probe(number=1), ProbeLater(number=2))
        wait_until_done(db, {1, 2, 99}, said)


@pytest.fixture
def own_redis(prefix: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Redis database for the product's own keys, one a kind of database: both may be tested at once."""
    monkeypatch.setattr(broker, "_NAME", "bilim")
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
        worker = ("worker", "--pool", "solo", "-Q", "default,messages,speech,money")
        said = running.enter_context(celery("bilim", settings, *worker, app="bilim", **bot))
        running.enter_context(celery("bilim", settings, "beat", app="bilim", **bot))
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
        assert all(json.loads(line)["logger"] for line in said.read_text().splitlines()), "the worker logs as the server does"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_with_a_broker_the_server_only_sends(db: Database, settings: Settings) -> None:
    assert make_runner(settings, db, Handlers([])) is None
    with_redis = Settings(environment="test", redis_url=REDIS)
    assert isinstance(make_runner(with_redis, db, Handlers([])), Sender)
    assert with_redis.runs_jobs is False


def test_a_broker_that_is_down_is_said_once_and_its_jobs_stay_unsent(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    sender = Sender(f"redis://127.0.0.1:{closed_port()}/0", db, make_handlers(db))
    enqueue(db, Probe(number=1))
    for _ in range(3):
        assert sender.send_due(["default"]) is False
    assert caplog.messages == ["the broker does not answer; jobs wait for beat"]
    assert "Connection refused" not in caplog.text.splitlines()[0]
    with db.read() as tx:
        assert tx.all(select(JobRow.state, JobRow.sent_at)) == [("waiting", None)]


def test_nobody_who_commits_waits_for_a_broker_that_is_silent(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    is_asked, may_answer, is_done = threading.Event(), threading.Event(), threading.Event()

    def be_slow(_app: Celery, _task: str, args: tuple[int], **_options: object) -> None:
        is_asked.set()
        assert may_answer.wait(PATIENCE)
        sent.append(args[0])
        if len(sent) == 21:
            is_done.set()

    monkeypatch.setattr(Celery, "send_task", be_slow)
    monkeypatch.setattr(Sender, "_count_held", lambda _sender, _queue: 0)
    monkeypatch.setattr(Celery, "producer_or_acquire", lambda _app: ExitStack())
    with sending(db):
        enqueue(db, Probe(number=0))
        assert is_asked.wait(PATIENCE)
        for number in range(1, 21):
            enqueue(db, Probe(number=number))
        assert sent == []
        may_answer.set()
        assert is_done.wait(PATIENCE)
    assert sent == sorted(set(sent))


def python(script: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    values = os.environ | {"BILIM_HOME": str(home), "PYTHONPATH": str(ROOT / "src")} | environment
    return subprocess.run([sys.executable, "-c", script], env=values, capture_output=True, text=True, check=False)


def test_without_a_broker_celery_is_not_even_imported(tmp_path: Path) -> None:
    script = "import sys; from bilim.app import make_server; make_server(); sys.exit('celery' in sys.modules)"
    assert python(script, tmp_path, REDIS_URL="").returncode == 0


def test_celery_without_a_broker_says_what_to_set(tmp_path: Path) -> None:
    refused = python("import bilim.celery", tmp_path, REDIS_URL="")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "bilim: REDIS_URL: not set, so Celery has no broker. Set it, or run jobs with `bilim worker`."


def test_celery_finds_the_products_application_and_a_task_for_each_kind(tmp_path: Path) -> None:
    script = """
from celery.app.utils import find_app
app = find_app("bilim")
print(sorted(name for name in app.tasks if not name.startswith("celery.")))
print(sorted(queue.name for queue in app.conf.task_queues))
"""
    found = python(script, tmp_path, REDIS_URL=REDIS, ENVIRONMENT="test")
    tasks, queues = found.stdout.splitlines()
    cleaning = ["files.delete", "files.sweep", "plans.sweep", "rate-limits.forget", "rooms.sweep", "speech.sweep", "tutor.sweep-tokens"]
    cleaning += ["payments.sweep", "payments.reconcile", "payments.write-sale", "click.confirm-dispute", "click.refund"]
    exams = ["mock.close-sessions", "mock.remark", "quiz.close-attempts", "homework.recording"]
    happened = ["billing.payment-taken", "catalog.lesson-added", "exams.result-checked", "forum.post-added", "mock.session-scored"]
    happened += ["study.certificate-issued", "homework.assigned", "homework.graded", "quiz.attempt-graded"]
    happened += ["catalog.index", "catalog.price-fell", "study.review-replied"]
    happened += ["catalog.course-submitted", "catalog.submission-decided", "catalog.version-published"]
    happened += ["practice.find-due-words", "practice.words-due", "recommendations.count"]
    happened += ["stripe.refund", "stripe.settle-charge", "stripe.remind-of-ends", "stripe.subscription-ending"]
    telling = ["notifications.digest", "notifications.make-digests", "notifications.push", "notifications.sweep"]
    assert tasks == str(sorted([*cleaning, *exams, *happened, *telling, "telegram.message", "telegram.reply"]))
    assert queues == "['default', 'messages', 'money', 'speech']"
    assert found.stderr == ""
