"""Reminders: for those who want them, whose words are due, once a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bilim.accounts.models import User
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import Try
from bilim.practice import jobs
from bilim.practice.actions import reminders
from bilim.practice.inputs import FindDueWords, WordsDue
from conftest import NOON, SetClock
from practice.material import review, taught
from world import Person, World

REMINDER = "/api/v1/words/review/reminder"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def find(world: World) -> None:
    """Run the job."""
    (handler,) = jobs.handlers(world.db)
    handler.run(FindDueWords(), Try(1, is_last=False))


def reminded(world: World) -> list[tuple[int, str]]:
    """(person, day) of all reminders that were enqueued."""
    with world.db.read() as tx:
        found = tx.scalars(select(JobRow.payload).where(JobRow.kind == WordsDue.kind).order_by(JobRow.id))
    return [(payload["user_id"], payload["day"]) for payload in found]


def learner(world: World, word_id: int, *, wants: bool = True) -> Person:
    """Somebody with a word that is due in a minute."""
    student = world.student()
    assert student.put(REMINDER, {"is_wanted": wants}).json() == {"is_wanted": wants}
    review(student, word_id, "again")
    return student


def test_nobody_is_reminded_unless_they_said_so(world: World) -> None:
    one, other = world.student(), world.student()
    assert one.get(REMINDER).json() == {"is_wanted": False}
    assert one.put(REMINDER, {"is_wanted": True}).status_code == 200
    assert (one.get(REMINDER).json(), other.get(REMINDER).json()) == ({"is_wanted": True}, {"is_wanted": False})
    one.put(REMINDER, {"is_wanted": False})
    assert one.get(REMINDER).json() == {"is_wanted": False}


def test_those_with_due_words_are_reminded_once_a_day(world: World, set_clock: SetClock) -> None:
    word_id = taught(world)["words"]["mother"]
    student, without = learner(world, word_id), world.student()
    without.put(REMINDER, {"is_wanted": True})
    learner(world, word_id, wants=False)
    find(world)
    assert reminded(world) == [], "nothing is due yet"
    set_clock(NOON + HOUR)
    find(world)
    find(world)
    assert reminded(world) == [(student.id, "2026-11-20")]
    set_clock(NOON + 7 * HOUR)
    find(world)
    assert reminded(world) == [(student.id, "2026-11-20"), (student.id, "2026-11-21")], "the day turns at Tashkent's midnight"


def test_a_reminder_is_told_once_on_its_day_while_words_are_due(world: World, set_clock: SetClock) -> None:
    word_id = taught(world)["words"]["mother"]
    student, diligent, late = (learner(world, word_id) for _ in range(3))
    set_clock(NOON + HOUR)
    with world.db.write() as tx:
        tx.enqueue(WordsDue(late.id, date(2026, 11, 19)), WordsDue(student.id, date(2026, 11, 20)))
    find(world)
    review(diligent, word_id, "easy")
    world.run_jobs()
    told = {person: person.get("/api/v1/notifications/").json() for person in (student, diligent)}
    assert told[diligent] == []
    (shown,) = told[student]
    assert (shown["notification_type"], shown["data"]) == ("words_due", {"day": "2026-11-20"})
    assert shown["message"] == "Takrorlash vaqti kelgan soʻzlaringiz bor."
    assert [each["data"]["day"] for each in late.get("/api/v1/notifications/").json()] == ["2026-11-20"], "not for a day that is over"


def test_who_reviewed_their_words_is_not_reminded(world: World, set_clock: SetClock) -> None:
    word_id = taught(world)["words"]["mother"]
    student = learner(world, word_id)
    set_clock(NOON + HOUR)
    review(student, word_id, "easy")
    find(world)
    assert reminded(world) == []


def test_changing_ones_mind_reminds_nobody_twice(world: World, set_clock: SetClock) -> None:
    student = learner(world, taught(world)["words"]["mother"])
    set_clock(NOON + HOUR)
    find(world)
    for wants in (False, True):
        student.put(REMINDER, {"is_wanted": wants})
        find(world)
    assert len(reminded(world)) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": NOON}])
def test_closed_and_deleted_accounts_are_not_reminded(world: World, set_clock: SetClock, change: dict[str, object]) -> None:
    student = learner(world, taught(world)["words"]["mother"])
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == student.id).values(**change))
    set_clock(NOON + HOUR)
    find(world)
    assert reminded(world) == []


def test_words_of_withdrawn_courses_remind_nobody(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    learner(world, course["words"]["mother"])
    course["teacher"].put(f"/api/v1/courses/{course['id']}", {"title": "Kurs", "difficulty_level": "A1", "is_published": False})
    set_clock(NOON + HOUR)
    find(world)
    assert reminded(world) == []


def test_runs_at_once_remind_nobody_twice(world: World, set_clock: SetClock) -> None:
    word_id = taught(world)["words"]["mother"]
    people = [learner(world, word_id).id for _ in range(4)]
    set_clock(NOON + HOUR)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: find(world), range(6)))
    assert sorted(reminded(world)) == [(person, "2026-11-20") for person in people]


def test_a_run_goes_on_until_nobody_is_left(world: World, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "_CLAIM", claiming(2))
    monkeypatch.setattr(reminders, "BATCH", 2)
    word_id = taught(world)["words"]["mother"]
    people = [learner(world, word_id).id for _ in range(5)]
    set_clock(NOON + HOUR)
    find(world)
    assert reminded(world) == [(person, "2026-11-20") for person in people]


def claiming(batch: int) -> object:
    """The statement that finds so many people at a time."""
    found = reminders._to_remind().limit(batch)
    claim = update(reminders.WordReminder).where(reminders.WordReminder.user_id.in_(found), reminders._not_yet_reminded())
    return claim.values(reminded_on=reminders.bindparam("today")).returning(reminders.WordReminder.user_id)


def test_a_reminder_names_its_day() -> None:
    assert WordsDue(user_id=1, day=date(2026, 11, 20)).queue == "default"


@pytest.mark.parametrize("body", [{}, {"is_wanted": None}, {"is_wanted": "perhaps"}, {"is_wanted": 5}, {"is_wanted": []}])
def test_a_wish_is_yes_or_no(sqlite_world: World, body: dict[str, object]) -> None:
    answer = sqlite_world.student().put(REMINDER, body)
    assert (answer.status_code, list(answer.json())) == (400, ["is_wanted"])
