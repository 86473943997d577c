"""Messages through a worker that is killed again and again, to a service that misbehaves: each ends `sent` or `failed`, none is lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from types import TracebackType
from typing import Self

import msgspec
import pytest
from sqlalchemy import func, insert, select

from bilim.accounts.models import User
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.kit.actors import Actor, Role
from bilim.notify import actions
from bilim.notify.inputs import MessageInput
from bilim.notify.models import MessageLog
from bilim.settings import Settings
from soak.running import environment_of
from telegram_stub import HANGS, TOKEN, TelegramStub

TEXT = "Ertaga dars yoʻq!"
CHANCES = {"429": 0.002, "500": 0.005, "lost": 0.003, "late": 0.003, "blocked": 0.01, "deactivated": 0.005, "no such chat": 0.005}

IMPATIENT_WORKER = """
from datetime import timedelta
from bilim.db import outbox

outbox.LEASE = timedelta(seconds=1)  # before the handlers take it

from bilim.notifications import jobs as notification_jobs
from bilim.notify import jobs, rules

jobs._LEASE = notification_jobs._LEASE = outbox.LEASE
rules._FIRST_WAIT = timedelta(seconds=0.1)
"""
"""A worker whose jobs come back sooner, so that a short test sees them."""
WORKER = "from bilim.cli import main; main(['worker'])"


class Worker:
    """`bilim worker`, killed and started again; `prelude` is Python that runs before it."""

    def __init__(self, settings: Settings, *, prelude: str = "") -> None:
        self.log = settings.bilim_home / "worker.log"
        self._code = prelude + WORKER
        self._environ = environment_of(settings) | {
            "TELEGRAM_BOT_TOKEN": settings.telegram_bot_token,
            "TELEGRAM_API_BASE": settings.telegram_api_base,
            "TELEGRAM_RATE": str(settings.telegram_rate),
            "LOG_LEVEL": "DEBUG",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-c", self._code], env=self._environ, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self._process is not None
        assert self._process.poll() is None, f"the worker ended by itself:\n{self.told()[-4000:]}"
        os.kill(self._process.pid, how)
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing of it outlives the test."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def told(self) -> str:
        return self.log.read_text("utf8", "replace")


def send_to_many(db: Database, count: int) -> None:
    """One message to so many students with Telegram."""
    with db.write() as tx:
        stamps = {"created_at": tx.now, "updated_at": tx.now, "password_hash": "-", "made_by_staff": True}
        rows = [stamps | {"username": f"pupil{n}", "username_key": f"pupil{n}", "telegram_id": str(10_000 + n)} for n in range(count)]
        tx.execute(insert(User), rows)
        ids = tx.scalars(select(User.id).where(User.username_key.startswith("pupil")).order_by(User.id))
        actions.send_message(tx, Actor(1, Role.SUPERADMIN, is_premium=False, session_id=1), MessageInput(text=TEXT, recipient_ids=ids))


def left(db: Database) -> int:
    """How many logs still wait."""
    with db.read() as tx:
        return tx.scalar(select(func.count()).select_from(MessageLog).where(MessageLog.status == "pending"))


def deliver_and_kill(db: Database, worker: Worker, stub: TelegramStub, *, kills: int | None, every: float, patience: float) -> int:
    """Let workers run until nothing waits, killing each once it has worked for a while; how often one was killed."""
    killed, deadline = 0, time.monotonic() + patience
    while left(db):
        assert time.monotonic() < deadline, f"{left(db)} logs still wait:\n{worker.told()[-4000:]}"
        if kills is None or killed < kills:
            before = stub.calls
            while stub.calls == before and left(db) and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(every)
            worker.kill()
            killed += 1
            worker.start()
        else:
            time.sleep(0.05)
    worker.kill(signal.SIGTERM)
    return killed


def check(db: Database, worker: Worker, stub: TelegramStub, *, count: int, killed: int) -> None:
    """Every log ended as the service says it did; what was delivered twice was in flight at a kill or had no answer, and is listed."""
    with db.read() as tx:
        ended = {chat: (status, error) for chat, status, error in tx.all(_ENDED)}
        jobs = tx.scalar(select(func.count()).select_from(JobRow).where(JobRow.state != "dead"))
    delivered = Counter(chat for chat, _ in stub.delivered)
    assert len(ended) == count
    assert jobs == 0
    assert {status for status, _ in ended.values()} <= {"sent", "failed"}
    sent = {chat for chat, (status, _) in ended.items() if status == "sent"}
    assert sent <= delivered.keys(), "what counts as sent was delivered"
    assert all(text == TEXT for _, text in stub.delivered)
    repeats, unanswered = stub.repeats, sum(stub.answers[fault] for fault in HANGS)
    for (chat, _), times in repeats.items():
        print(f"chat {chat} got the text {times} more time(s)")  # noqa: T201 - the run's report
    said = {name: dict(counted) for name, counted in (("answers", stub.answers), ("violations", stub.violations))}
    print(f"{count} recipients, {len(sent)} sent, {killed} kills, {unanswered} time-outs, {sum(repeats.values())} repeats, {said}")  # noqa: T201
    assert sum(repeats.values()) <= killed + unanswered
    assert TOKEN.partition(":")[2] not in worker.told()


_ENDED = select(User.telegram_id, MessageLog.status, MessageLog.error).join(User, User.id == MessageLog.recipient_id)


def with_bot(settings: Settings, stub: TelegramStub, rate: int) -> Settings:
    return msgspec.structs.replace(settings, telegram_bot_token=TOKEN, telegram_api_base=stub.url, telegram_rate=rate)


@pytest.mark.short_on("postgresql")
def test_a_killed_worker_loses_no_message(settings: Settings, db: Database) -> None:
    """Two kills amid thirty messages; the worker's leases are short, so that the test is."""
    with TelegramStub(latency=0.02, rate=1000, retry_after=1, seed=3) as stub:
        for chat, faults in {"10002": ["lost"], "10004": ["late", "500"], "10006": ["blocked"], "10008": ["no such chat"]}.items():
            stub.will(chat, *faults)
        send_to_many(db, 30)
        with Worker(with_bot(settings, stub, 100), prelude=IMPATIENT_WORKER) as worker:
            killed = deliver_and_kill(db, worker, stub, kills=2, every=0.1, patience=60)
        check(db, worker, stub, count=30, killed=killed)
    assert killed == 2


@pytest.mark.soak
def test_ten_thousand_messages_through_a_worker_killed_every_two_seconds(settings: Settings, db: Database) -> None:
    """At the service's real rate, with its real limits: with the starts after each kill this takes some ten minutes on either database."""
    with TelegramStub(chances=CHANCES, seed=5) as stub:
        send_to_many(db, 10_000)
        with Worker(with_bot(settings, stub, 28)) as worker:
            killed = deliver_and_kill(db, worker, stub, kills=None, every=2, patience=3600)
        check(db, worker, stub, count=10_000, killed=killed)
