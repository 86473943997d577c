"""People who are told something, for tests of notifications."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bilim.catalog.actions import create_lesson
from bilim.catalog.inputs import CourseLessonInput, LessonAdded
from bilim.jobs.handling import Handlers
from bilim.kit.actors import Actor, Role
from bilim.notifications import jobs
from bilim.notifications.models import Notification
from notify.post import FakeBot, Time
from world import Person, World

ROOT = "/api/v1/notifications/"
SETTINGS = f"{ROOT}settings"
KEPT = timedelta(days=90)


def told(person: Person, query: str = "") -> list[tuple[str, str]]:
    """What a person was told, newest first: kinds and words."""
    found = person.get(f"{ROOT}{query}")
    assert found.status_code == 200, found.text
    return [(each["notification_type"], each["message"]) for each in found.json()]


def unread(person: Person) -> int:
    return person.get(f"{ROOT}unread-count").json()["unread_count"]


def choose(person: Person, **changes: Any) -> dict[str, Any]:
    chosen = person.patch(SETTINGS, changes)
    assert chosen.status_code == 200, chosen.text
    return chosen.json()


def join(world: World, course: dict[str, Any], *people: Person) -> None:
    for person in people:
        assert person.post("/api/enrollments/", {"course": course["id"]}).status_code == 201


def stored(world: World) -> int:
    """How many notifications there are, of whomever."""
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Notification))


class School:
    """A course whose students are told of new lessons, with a bot in place of Telegram and a clock that the test moves."""

    def __init__(self, world: World, time: Time, *facts: Any) -> None:
        self.world, self.time, self.bot = world, time, FakeBot(*facts)
        world.use(handlers=Handlers(jobs.handlers(world.db, self.bot, 28, KEPT, time.pass_by)))
        self.teacher = world.teacher()
        self.course = world.course(self.teacher, lessons=0)
        self._chat = 100

    def learner(self, **changes: Any) -> Person:
        """Somebody in the course, with Telegram, who chose how to be told."""
        self._chat += 1
        person = self.world.student(telegram_id=str(self._chat))
        join(self.world, self.course, person)
        if changes:
            choose(person, **changes)
        return person

    def news(self, title: str = "Salomlashish") -> int:
        """A new lesson, of which everybody is told; its id."""
        author = Actor(self.teacher.id, Role.TEACHER, is_premium=False, session_id=0)  # whose token ends before some tests do
        with self.world.db.write() as tx:
            lesson_id = create_lesson(tx, author, CourseLessonInput(title=title, course_id=self.course["id"]))
        self.world.run_jobs()
        return lesson_id

    def run(self, **passed: float) -> None:
        """Let time pass, and run what is due then."""
        self.time.pass_by(timedelta(**passed).total_seconds())
        self.world.run_jobs()
        self.world.run_jobs("messages")

    def digests(self, **passed: float) -> None:
        """Let time pass, and make and send the digests that are due then."""
        self.time.pass_by(timedelta(**passed).total_seconds())
        with self.world.db.write() as tx:
            tx.enqueue(jobs.MakeDigests())
        self.run()

    @property
    def sent(self) -> list[tuple[str, str]]:
        return self.bot.sent


def lesson_added(world: World, lesson_id: int) -> None:
    """Say once more that there is a new lesson."""
    with world.db.write() as tx:
        tx.enqueue(LessonAdded(lesson_id))
