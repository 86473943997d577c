"""A whole working day of a learning centre over HTTP: Wednesday, 19 February 2025, in Tashkent."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bilim.kit import clock
from bilim.settings import Settings
from telegram_stub import TOKEN, TelegramStub
from world import ADMIN_LOGIN, World

PASSWORD = "qwerty123"
STUDENTS = (
    ("jasur01", "Jasur", "Qodirov"),
    ("dilnoza", "Dilnoza", "Yusupova"),
    ("bekzod1", "Bekzod", "Aliyev"),
    ("malika1", "Malika", "Karimova"),
)


class Visitor:
    """Somebody with a browser: signs in and calls."""

    def __init__(self, world: World, username: str, password: str = PASSWORD) -> None:
        self.client = world.client
        answer = world.post("/api/v1/login/", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        self.id = answer.json()["user"]["id"]
        self.headers = {"Authorization": f"Bearer {answer.json()['tokens']['access']}"}

    def call(self, method: str, path: str, status: int, /, **body: Any) -> Any:
        answer = self.client.request(method, f"/api/v1/{path}", json=body or None, headers=self.headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, status: int = 200) -> Any:
        return self.call("GET", path, status)

    def post(self, path: str, status: int = 201, /, **body: Any) -> Any:
        return self.call("POST", path, status, **body)


SetClock = Callable[[int, int], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Set the school's clock: hours and minutes of the day, in Tashkent."""
    midnight = datetime(2025, 2, 18, 19, tzinfo=UTC)

    def set_clock(hour: int, minute: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: midnight + timedelta(hours=hour, minutes=minute))

    return set_clock


@pytest.fixture
def telegram() -> Iterator[TelegramStub]:
    """Telegram, as strict and as slow as the real one."""
    with TelegramStub() as stub:
        yield stub


@pytest.fixture
def settings(settings: Settings, telegram: TelegramStub) -> Settings:
    """The centre has a bot."""
    return replace(settings, telegram_bot_token=TOKEN, telegram_api_base=telegram.url)


def open_centre(owner: Visitor) -> tuple[int, int]:
    """The owner makes a subject, two groups and two employees; the day's group meets on Wednesdays from nine to eleven."""
    subject = owner.post("subjects/", name="IELTS")["id"]
    hours = {"start_time": "09:00:00", "end_time": "11:00:00"}
    today = owner.post("groups/", name="IELTS-A1", subject=subject, days="Mon,Wed,Fri", **hours)["id"]
    other = owner.post("groups/", name="IELTS-B2", subject=subject, days="Tue,Thu,Sat", **hours)["id"]
    for username in ("teacher01", "teacher02"):
        owner.post("workers/", username=username, password=PASSWORD, first_name="Bobur", last_name="Toshmatov")
    return today, other


def test_a_day_from_opening_to_closing(world: World, telegram: TelegramStub, at: SetClock) -> None:
    at(8, 0)
    owner = Visitor(world, **ADMIN_LOGIN)
    group, other = open_centre(owner)
    ids = [
        owner.post("students/", username=username, password=PASSWORD, first_name=first, last_name=last, group=group)["id"]
        for username, first, last in STUDENTS
    ]
    bobur, jasur = Visitor(world, "teacher01"), Visitor(world, "jasur01")

    # Too early, and on another group's day.
    refused = {"error": "Dars vaqti emas. (09:00:00-11:00:00)"}
    assert bobur.post("attendance/bulk_create/", 400, group_id=group) == refused
    at(9, 5)
    assert bobur.post("attendance/bulk_create/", 400, group_id=other) == {"error": "Bugun guruhning dars kuni emas. (Tue,Thu,Sat)"}
    assert bobur.get("work-logs/") == [], "a refused attempt is no work"

    # The class comes in: everyone is absent until marked.
    records = bobur.post("attendance/bulk_create/", 201, group_id=group)
    assert [(row["student"]["id"], row["status"], row["time"]) for row in records] == [(student, "kelmadi", "09:05:00") for student in ids]
    for record, status in zip(records, ("keldi", "keldi", "kechikdi", "kelmadi"), strict=True):
        bobur.call("PATCH", f"attendance/{record['id']}/", 200, status=status)
    again = bobur.post("attendance/bulk_create/", 200, group_id=group)
    assert [row["status"] for row in again] == ["keldi", "keldi", "kechikdi", "kelmadi"]
    assert [row["status"] for row in jasur.get("attendance/")] == ["keldi"]

    # Scores, and a rating with a tie.
    at(10, 30)
    for student, scores in zip(ids, ((85, 90), (100,), (90, 85), ()), strict=True):
        for score in scores:
            bobur.post("scores/", student=student, group=group, score=score)
    bobur.post("scores/", 400, student=ids[0], group=group, score=101)
    rating = jasur.get(f"students/rating/?group_id={group}")
    assert [(row["first_name"], row["total_score"], row["rank"]) for row in rating] == [
        ("Jasur", 175, 1),
        ("Bekzod", 175, 1),
        ("Dilnoza", 100, 3),
        ("Malika", 0, 4),
    ]
    assert [(row["name"], row["total_score"], row["rank"]) for row in jasur.get("groups/rating/")] == [
        ("IELTS-A1", 450, 1),
        ("IELTS-B2", 0, 2),
    ]
    bobur.post("homework/", group=group, text="Listening section bo'yicha mashq qiling")
    assert [row["text"] for row in jasur.get("homework/my-homework/")] == ["Listening section bo'yicha mashq qiling"]
    assert bobur.get("homework/my-homework/", 403) == {"detail": "Not a student"}

    # The owner steps in after hours.
    at(12, 0)
    assert bobur.post("attendance/bulk_create/", 400, group_id=group) == refused
    assert len(owner.post("attendance/bulk_create/", 200, group_id=group)) == 4

    take_money(owner, bobur, jasur, ids, group)

    write_to_the_class(world, telegram, owner, bobur, ids)

    # Roles are refused where they must be.
    for path in ("expenses/", "dashboard/", "work-logs/", "messages/", "workers/", f"students/{ids[1]}/"):
        jasur.get(path, 404 if path.startswith("students/") else 403)
    bobur.post("groups/", 403, name="X", subject=1)
    bobur.post("payments/", 403, student=ids[0], group=group, amount="1")
    bobur.call("DELETE", f"attendance/{records[0]['id']}/", 403)

    # After midnight it is another day: nobody is marked yet, nobody worked yet, the money stays.
    at(24, 0)
    assert Visitor(world, "teacher01").post("attendance/bulk_create/", 400, group_id=group) == {
        "error": "Bugun guruhning dars kuni emas. (Mon,Wed,Fri)"
    }
    dashboard = Visitor(world, **ADMIN_LOGIN).get("dashboard/")
    assert dashboard["attendance"] == {"employees_present_today": 0, "total_employees": 2}
    assert dashboard["finance"]["profit"] == "-1549999.99"


def write_to_the_class(world: World, telegram: TelegramStub, owner: Visitor, teacher: Visitor, ids: list[int]) -> None:
    """Three have Telegram: one of them blocked the bot; the fourth is told at once to have none. Each text arrives once."""
    for chat, student in enumerate(ids[:3], start=7001):
        owner.call("PATCH", f"students/{student}/", 200, telegram_id=str(chat))
    telegram.will("7002", "blocked")
    message = teacher.post("messages/", text="Ertaga dars yo'q!", recipient_ids=ids)
    assert [(log["recipient"], log["status"], log["error"]) for log in message["logs"]] == [
        *((student, "pending", None) for student in ids[:3]),
        (ids[3], "failed", "Telegram ID topilmadi"),
    ]
    world.run_jobs("messages")
    sent = teacher.get(f"messages/{message['id']}/")
    assert [log["status"] for log in sent["logs"]] == ["sent", "failed", "sent", "failed"]
    assert "blok" in sent["logs"][1]["error"]
    assert sent["counts"] == {"pending": 0, "sent": 2, "failed": 2}
    assert sorted(telegram.delivered) == [("7001", "Ertaga dars yo'q!"), ("7003", "Ertaga dars yo'q!")]
    assert not telegram.violations


def take_money(owner: Visitor, teacher: Visitor, student: Visitor, ids: list[int], group: int) -> None:
    """Tuition for two months, one month in two instalments, a mistake that is mended, rent and a salary; the sums to the tiyin."""
    months = [{"year": 2025, "month": 1}, {"year": 2025, "month": 2}]
    whole = owner.post("payments/", student=ids[0], group=group, amount="600000.00", months=months)
    assert (whole["months_paid"], [month["month_name"] for month in whole["months"]]) == (2, ["Yanvar", "Fevral"])
    for amount in ("150000.00", "100000.01"):
        owner.post("payments/", student=ids[1], group=group, amount=amount, months=months[:1])
    wrong = owner.post("payments/", student=ids[2], group=group, amount="9000000.00", months=months)
    assert owner.post("payments/", 400, student=ids[2], group=group, amount="1", months=months[:1] * 2)["months"]
    owner.call("PATCH", f"payments/{wrong['id']}/", 200, amount="900000.00", months=months[1:])
    owner.call("DELETE", f"payments/{wrong['id']}/", 204)
    changes = [record for record in owner.get("admin/audit") if record["kind"] == "payment"]
    assert [sorted(record["after"]) for record in changes] == [["deleted"], ["amount", "months"]]

    owner.post("expenses/", recipient="IjaraChiqimi", amount="400000.00", reason="Ijara")
    owner.post("expenses/", recipient="Maosh", recipient_user=teacher.id, amount="2000000.00", reason="Fevral uchun maosh")
    owner.post("expenses/", 400, amount="-5", reason="Ijara")
    assert owner.get("dashboard/") == {
        "finance": {"income": "850000.01", "expense": "2400000.00", "profit": "-1549999.99"},
        "attendance": {"employees_present_today": 1, "total_employees": 2},
    }
    assert [row["id"] for row in student.get("payments/my-payments/")] == [whole["id"]]
    student.post("payments/", 403, student=ids[0], group=group, amount="1")
