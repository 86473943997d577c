"""A centre whose students have Telegram, and a bot that does as it is told, for the tests of messages."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bilim.jobs.handling import Handlers
from bilim.kit import clock
from bilim.notify import jobs
from bilim.notify.protocols import NotSent
from world import Person, World


class FakeBot:
    """Sends everything, unless it was told what to answer instead."""

    def __init__(self, *facts: NotSent | None) -> None:
        self.is_configured = True
        self.facts: deque[NotSent | None] = deque(facts)
        self.sent: list[tuple[str, str]] = []
        self.sent_at: list[datetime] = []

    def send(self, chat_id: str, text: str) -> None:
        fact = self.facts.popleft() if self.facts else None
        if fact is not None:
            raise fact
        self.sent.append((chat_id, text))
        self.sent_at.append(clock.now())


class Time:
    """A clock that moves when told to, or when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime.now(UTC)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Post:
    """The handlers of an application with a bot in place of Telegram, and a clock of their own."""

    def __init__(self, world: World, time: Time, bot: FakeBot, rate: int = 28) -> None:
        self.world, self.time, self.bot = world, time, bot
        self.teacher = world.teacher()
        world.use(handlers=Handlers(jobs.handlers(world.db, bot, rate, time.pass_by)))

    def pupil(self, telegram_id: str | None = None, **values: Any) -> Person:
        return pupil(self.world, telegram_id, **values)

    def write(self, *pupils: Person, text: str = "Ertaga dars yoʻq!") -> int:
        """Send a message to some students; its id."""
        return written(self.teacher, text, pupils)["id"]

    def run(self, seconds: float = 0) -> None:
        """Let time pass, and run what is due then."""
        self.time.pass_by(seconds)
        self.world.run_jobs("messages")

    def run_until(self, reached: Callable[[], bool], step: float) -> None:
        """Let time pass in steps until something is so."""
        for _ in range(1000):
            if reached():
                return
            self.run(step)
        pytest.fail("it never came to that")

    def logs(self, message_id: int) -> list[tuple[str, str | None]]:
        """Status and error of each of a message's logs."""
        shown = self.teacher.get(f"/api/v1/messages/{message_id}/").json()
        return [(log["status"], log["error"]) for log in shown["logs"]]


def pupil(world: World, telegram_id: str | None = None, **values: Any) -> Person:
    """A student of the centre."""
    return world.student(telegram_id=telegram_id, made_by_staff=True, **values)


def written(sender: Person, text: str, pupils: Iterable[Person]) -> dict[str, Any]:
    """A message as its POST answers it."""
    made = sender.post("/api/v1/messages/", {"text": text, "recipient_ids": [person.id for person in pupils]})
    assert made.status_code == 201, made.text
    return made.json()
