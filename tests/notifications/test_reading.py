"""Lists, counts and marks of one's own notifications, and what is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from at_once import at_once, statuses
from bilim.accounts.models import User
from bilim.jobs.handling import Handlers
from bilim.notifications import jobs
from bilim.notifications.actions import reading
from bilim.notifications.inputs import SweepNotifications
from bilim.notifications.models import Notification, NotificationDigest
from notifications.school import KEPT, ROOT, SETTINGS, choose, told, unread
from notify.post import FakeBot
from world import Person, World

MARKET = "/api/notifications/"


def tell(world: World, person: Person, *subjects: int, **values: object) -> list[int]:
    """Certificates of which a person was told; their notifications' ids."""
    with world.db.write() as tx:
        row = {"user_id": person.id, "kind": "certificate", "created_at": tx.now}
        rows = [row | {"subject_id": subject, "data": {"course": f"Kurs {subject}"}} | values for subject in subjects]
        tx.execute(insert(Notification), rows)
        mine = select(Notification.id).where(Notification.user_id == person.id, Notification.subject_id.in_(subjects))
        return tx.scalars(mine.order_by(Notification.subject_id))


def listed(person: Person, query: str = "") -> list[int]:
    return [each["id"] for each in person.get(f"{ROOT}{query}").json()]


def test_ones_own_are_listed_newest_first(world: World) -> None:
    student, other = world.student(), world.student()
    mine, theirs = tell(world, student, 1, 2, 3), tell(world, other, 4)
    assert (listed(student), listed(other)) == (mine[::-1], theirs)
    page = student.get(f"{ROOT}?skip=1&limit=1")
    assert ([each["id"] for each in page.json()], page.headers["X-Total-Count"]) == ([mine[1]], "3")
    assert student.get(MARKET).json() == student.get(ROOT).json()


def test_read_and_unread_ones_are_listed_apart(world: World) -> None:
    student = world.student()
    first, second, third = tell(world, student, 1, 2, 3)
    student.post(f"{ROOT}{second}/read")
    assert (listed(student, "?is_read=true"), listed(student, "?is_read=false")) == ([second], [third, first])
    assert student.get(f"{ROOT}?is_read=true&limit=1").headers["X-Total-Count"] == "1"
    assert student.get(f"{ROOT}?is_read=false&limit=1").headers["X-Total-Count"] == "2"
    wrong = student.get(f"{ROOT}?is_read=perhaps")
    assert (wrong.status_code, list(wrong.json())) == (400, ["is_read"])


def test_reading_one_marks_it_once_and_for_its_owner_alone(world: World) -> None:
    student, other, admin = world.student(), world.student(), world.superadmin()
    first, second = tell(world, student, 1, 2)
    for person in (other, admin):
        assert person.post(f"{ROOT}{first}/read").status_code == 404
    assert unread(student) == 2
    answer = student.post(f"{ROOT}{first}/read")
    assert (answer.status_code, answer.json()["id"], answer.json()["is_read"]) == (200, first, True)
    with world.db.read() as tx:
        then = tx.scalar(select(Notification.read_at).where(Notification.id == first))
    assert student.post(f"{MARKET}{first}/read/").status_code == 200
    with world.db.read() as tx:
        assert tx.all(select(Notification.id, Notification.read_at).order_by(Notification.id)) == [(first, then), (second, None)]
    assert unread(student) == 1
    for wrong in (10**9, 0, "x", 2**63):
        assert student.post(f"{ROOT}{wrong}/read").status_code == 404


def test_reading_all_marks_ones_own_alone(world: World) -> None:
    student, other = world.student(), world.student()
    tell(world, student, 1, 2)
    tell(world, other, 3)
    answer = student.post(f"{ROOT}read-all")
    assert (answer.status_code, answer.json()) == (200, {"msg": "Barcha bildirishnomalar oʻqildi"})
    assert [unread(person) for person in (student, other)] == [0, 1]
    assert student.post(f"{MARKET}read-all/").status_code == 200
    assert student.get(f"{MARKET}unread-count/").json() == {"unread_count": 0}


def test_the_count_is_right_after_parallel_reads(world: World) -> None:
    student = world.student()
    ids = tell(world, student, *range(1, 9))
    calls = [lambda each=each: student.post(f"{ROOT}{each}/read") for each in (*ids[:4], ids[0])]
    answers = at_once([*calls, *(lambda: student.get(f"{ROOT}unread-count") for _ in range(3))])
    assert statuses(answers) == {200: 8}
    assert unread(student) == 4
    assert statuses(at_once([lambda: student.post(f"{ROOT}read-all") for _ in range(4)])) == {200: 4}
    assert unread(student) == 0


def test_words_are_in_the_chosen_language(world: World) -> None:
    student = world.student()
    tell(world, student, 1)
    heard: list[str] = []
    for language in (None, "en", "ru", "uz", None):
        assert choose(student, language=language)["language"] == language
        heard.append(told(student)[0][1])
    assert heard[1:3] == ["Your certificate for “Kurs 1” is ready. Congratulations!", "Сертификат курса «Kurs 1» готов. Поздравляем!"]
    assert {heard[0], heard[3], heard[4]} == {"“Kurs 1” kursi sertifikati tayyor. Tabriklaymiz!"}


def test_settings_are_the_defaults_until_they_are_chosen(world: World) -> None:
    student, other = world.student(), world.student(telegram_id="41")
    before = student.get(SETTINGS).json()
    assert before == {
        "telegram": "off",
        "telegram_linked": False,
        "quiet_hours": None,
        "digest_hour": 19,
        "language": None,
        "kinds": before["kinds"],
    }
    assert set(before["kinds"].values()) == {True}
    chosen = choose(other, telegram="digest", quiet_hours={"from": "22:00", "until": "07:00"}, digest_hour=8, kinds={"payment": False})
    assert chosen == {
        "telegram": "digest",
        "telegram_linked": True,
        "quiet_hours": {"from": "22:00:00", "until": "07:00:00"},
        "digest_hour": 8,
        "language": None,
        "kinds": before["kinds"] | {"payment": False},
    }
    assert student.get(SETTINGS).json() == before
    assert choose(other) == chosen, "what is left out stays"
    assert choose(other, kinds=None, unknown=5) == chosen
    assert choose(other, telegram="instant") == chosen | {"telegram": "instant"}
    assert choose(other, quiet_hours=None, kinds={"payment": True, "certificate": None}) == before | {
        "telegram": "instant",
        "telegram_linked": True,
        "digest_hour": 8,
    }
    assert other.patch("/api/notifications/settings/", {"digest_hour": 0}).json()["digest_hour"] == 0


def test_nonsense_settings_change_nothing(sqlite_world: World) -> None:
    student = sqlite_world.student()
    for wrong in (
        {"quiet_hours": {"from": "22:00", "until": "22:00"}, "telegram": "instant"},
        {"quiet_hours": {"from": "24:00", "until": "07:00"}},
        {"quiet_hours": {"from": "\u0661\u0660:00", "until": "07:00"}},
        {"quiet_hours": {"until": "07:00"}},
        {"digest_hour": 2**63},
        {"digest_hour": "soon"},
        {"kinds": {"payment": 5}},
    ):
        assert student.patch(SETTINGS, wrong).status_code == 400, wrong
    assert student.get(SETTINGS).json()["telegram"] == "off"


def test_parallel_choices_leave_one_row_and_both_wishes(world: World) -> None:
    student = world.student()
    wishes = ({"telegram": "digest"}, {"digest_hour": 7}, {"language": "ru"}, {"kinds": {"payment": False}}, {"kinds": {"payment": False}})
    assert statuses(at_once([lambda wish=wish: student.patch(SETTINGS, wish) for wish in wishes])) == {200: 5}
    found = student.get(SETTINGS).json()
    assert (found["telegram"], found["digest_hour"], found["language"], found["kinds"]["payment"]) == ("digest", 7, "ru", False)


def test_what_was_read_long_ago_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SWEPT", 2)
    student = world.student()
    old = tell(world, student, *range(1, 6))
    recent, never = tell(world, student, 6), tell(world, student, 7)
    with world.db.write() as tx:
        for ids, days in ((old, 91), (recent, 89)):
            tx.execute(update(Notification).where(Notification.id.in_(ids)).values(read_at=tx.now - timedelta(days=days)))
        tx.execute(update(Notification).where(Notification.id.in_(never)).values(created_at=tx.now - timedelta(days=500)))
        for days in (91, 89):
            tx.insert(NotificationDigest, user_id=student.id, day=tx.today - timedelta(days=days), moment=tx.now)
        tx.enqueue(SweepNotifications())
    world.use(handlers=Handlers(jobs.handlers(world.db, FakeBot(), 28, KEPT)))
    world.run_jobs()
    assert listed(student) == [*never, *recent]
    with world.db.read() as tx:
        assert tx.scalars(select(NotificationDigest.day)) == [tx.today - timedelta(days=89)]


def test_a_person_takes_their_notifications_along(world: World) -> None:
    student = world.student()
    tell(world, student, 1)
    choose(student, telegram="digest", kinds={"payment": False})
    with world.db.write() as tx:
        assert tx.delete_unless_referenced(User, student.id), "they are no history"
