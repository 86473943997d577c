"""A backup taken while people work comes back whole, on the same kind of database or the other."""

import gzip
import re
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bilim.app import make_app
from bilim.app.services import make_services, open_database
from bilim.billing.inputs import MonthInput
from bilim.calendar.models import CalendarToken
from bilim.db import outbox
from bilim.demo.load import load_demo
from bilim.groups.actions import join_group
from bilim.http.outer import OuterMiddleware
from bilim.kit.actors import Role
from bilim.notifications.models import NotificationDigest
from bilim.ops.backup import BackupError, back_up, restore
from bilim.payments.actions import keeping
from bilim.payments.actions.checkouts import open_checkout
from bilim.payments.actions.ledger import find_transaction
from bilim.payments.inputs import PurchaseInput
from bilim.payments.models import (
    BalanceEntry,
    Checkout,
    FiscalReceipt,
    Order,
    OrderGrant,
    PaymentAlert,
    PaymentLog,
    ProviderTransaction,
    TuitionMonth,
    WebhookEvent,
)
from bilim.payments.queries import payments
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.practice.models import WordAnswer, WordReminder, WordReview, WordReviewRecord
from bilim.recommendations.models import NextLessonCount, PopularLesson
from bilim.settings import Settings
from bilim.speech.protocols import ContrastFound
from bilim.study.models import Certificate, Completion
from bilim.tables import METADATA
from bilim.tutor.actions import tokens
from calendar_feeds import subscribe
from conftest import settings_for
from guarded import actor
from interactive.talks import say, set_stage, started
from payments.shop import capture, pending_payment
from plans.school import grant, left, stored_plan
from rooms.callers import room, ticket
from speech.ears import FILE, give_ears
from tutor import school as tutor_school
from world import Person, World


def studied(world: World, people: int = 3) -> Path:
    """Some people with certificates whose PDFs were made; the folder of files."""
    course = world.course(world.teacher(), lessons=2)
    for _ in range(people):
        student = world.student(first_name="Oʻgʻiloy")
        for lesson in course["lessons"]:
            world.complete(student, lesson["id"])
        (certificate,) = student.get("/api/v1/certificates/my-certificates").json()
        student.get(f"/api/v1/certificates/{certificate['id']}/download")
    return world.app.state.services.settings.uploads


def counts(settings: Settings) -> dict[str, int]:
    database = open_database(settings)
    with database.read() as tx:
        found = {table.name: tx.scalar(select(func.count()).select_from(table)) for table in METADATA.sorted_tables}
    database.close()
    return found


def rows_of(settings: Settings, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of some tables, in the order of their keys."""
    database = open_database(settings)
    with database.read() as tx:
        found = {name: METADATA.tables[name] for name in tables}
        rows = {name: [tuple(row) for row in tx.all(select(table).order_by(*table.primary_key))] for name, table in found.items()}
    database.close()
    return rows


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_comes_back_and_the_server_goes_on(world: World, empty: Settings, tmp_path: Path) -> None:
    uploads = studied(world)
    settings: Settings = world.app.state.services.settings
    archive = tmp_path / "backup.tar.gz"
    back_up(settings, archive)
    assert archive.stat().st_mode & 0o077 == 0
    restore(empty, archive)
    assert counts(empty) == counts(settings)
    assert files(empty.uploads) == files(uploads) != {}
    app = make_app(make_services(empty))
    with TestClient(OuterMiddleware(app), base_url="http://testserver") as client:
        again = World(client, app)
        assert again.student(username="brand-new").get("/api/v1/users/me").json()["id"] == counts(settings)["users"] + 1
        assert client.post("/api/v1/login", json={"username": "admin", "password": "changethis"}).status_code == 200


def unsigned(answer: Response) -> str:
    """An answer without the signatures of its files, which are of their moment."""
    assert answer.status_code == 200
    return re.sub(r"\?expires=[0-9]+&signature=[0-9a-f]+", "", answer.text)


SHOWN = (
    *("attendance", "scores", "groups", "students", "payments", "expenses", "work-logs", "homework", "messages", "admin/audit"),
    *("mock/tests", "mock/session/answers", "tests", "admin/tests/1/attempts", "admin/tests/1/analysis"),
    *("admin/interactive-lessons", "content/lessons-json", "subscription-plans", "subscriptions", "statistics", "statistics/top-users"),
    *(
        "statistics/payment-stats",
        "forum/topics",
        "forum/topics/2",
        "feedback",
        "notifications",
        "notifications/settings",
        "pronunciation/phrases",
    ),
    *("admin/ai/tokens",),
)


def practise(world: World, teacher: Person, learner: Person) -> dict[str, Any]:
    """An attempt at a phrase in a session, with its sums; what the learner sees of it, by path."""
    hearing = give_ears(world)
    hearing.contrasts = [ContrastFound("w-v", 0, "why", "W", "V", "replaced")]
    phrase = teacher.post("/api/v1/pronunciation/phrases/", {"text": "Why not", "contrasts": ["w-v"]}).json()["id"]
    session = learner.post("/api/v1/pronunciation/sessions/", {}).json()["id"]
    read = learner.post("/api/v1/pronunciation/analyze/", files={"file": FILE}, data={"phrase_id": phrase, "session_id": session})
    assert read.status_code == 200
    set_stage(world)
    talked = started(learner, lesson_id=1)
    assert say(learner, talked, message_type="voice").status_code == 200
    tutor_school.give_llm(world)
    assert tutor_school.say(learner, tutor_school.start(learner)).status_code == 200
    assert world.admin().put("/api/v1/admin/ai/tokens", {"person_daily": 5000, "school_daily": None}).status_code == 200
    with world.db.write() as tx:
        tokens.reserve(tx, actor(Role.STUDENT, learner.id), 10)
    subscribe(learner)
    paths = [*(f"/api/v1/pronunciation/{name}/" for name in ("history", "profile", "sessions")), "/api/v1/ai-sessions/sessions"]
    paths += ["/api/v1/lesson-sessions/user/me", f"/api/v1/lesson-interactions/{talked}/interactions"]
    return {path: learner.get(path).json() for path in paths}


def pay(world: World, learner: Person) -> list[str]:
    """A row of every table of payments by services; the tables' names."""
    payment_id, number = pending_payment(world, learner)
    assert [capture(world, number), capture(world, number, "txn-2")] == ["granted", "to_balance"]
    group = world.group(monthly_price="1")
    months = [MonthInput(year=2026, month=12)]
    with world.db.write() as tx:
        join_group(tx, learner.id, group["id"])
        purchase = PurchaseInput(provider="payme", group_id=group["id"], months=months)
        tuition = payments.to_pay(tx, open_checkout(tx, actor(Role.STUDENT, learner.id), purchase)).number
    assert capture(world, tuition, "txn-3") == "granted"
    with world.db.write() as tx:
        transaction = find_transaction(tx, "payme", "txn-1")
        assert transaction is not None
        tx.insert(FiscalReceipt, transaction_id=transaction.id, type="PERFORM", data="{}", created_at=tx.now, updated_at=tx.now)
        keeping.is_new_event(tx, "stripe", "evt_1", "paid")
        keeping.log_call(tx, "payme", "PerformTransaction", "done", {"id": "txn-1"})
        assert payment_id
    world.run_jobs()
    world.run_jobs("money")
    tables = (
        Order,
        Checkout,
        ProviderTransaction,
        OrderGrant,
        TuitionMonth,
        BalanceEntry,
        PaymentAlert,
        WebhookEvent,
        PaymentLog,
        FiscalReceipt,
    )
    return [kind.__tablename__ for kind in tables]


def test_every_kind_of_row_comes_back(world: World, empty: Settings, tmp_path: Path) -> None:
    settings: Settings = world.app.state.services.settings
    load_demo(settings)
    world.run_jobs()
    studied(world, people=1)
    admin, teacher, group = world.admin(), world.teacher(), world.group(start_time="09:00:30", end_time="23:59:59", monthly_price="0.01")
    student = world.member(group["id"], telegram_id="42")
    for _ in range(2):
        teacher.post("/api/v1/messages/", {"text": "Ertaga dars yoʻq!", "recipient_ids": [student.id]})
    with world.db.write() as tx:
        assert outbox.claim(tx, "messages", {}), "one runs, one waits"
    learner, lesson = world.student(), world.course(teacher, lessons=1)["lessons"][0]
    of_lesson = {
        "title": "Insho",
        "course_id": lesson["course_id"],
        "lesson_id": lesson["id"],
        "is_published": "true",
        "metadata": '{"a": 1}',
    }
    pdf = [("files", ("insho.pdf", b"%PDF-1.7", "application/pdf"))]
    homework = teacher.call("POST", "/api/v1/homework/", data=of_lesson | {"oral_assignment": "Gapiring"}, files=pdf).json()
    teacher.post(f"/api/v1/homework/{homework['id']}/assign/{learner.id}")
    submission = learner.call("POST", f"/api/v1/homework/{homework['id']}/submit", data={"submission": "Javobim"}, files=pdf).json()
    teacher.post(f"/api/v1/homework/submissions/{submission['id']}/grade", {"score": 80, "feedback": "Yaxshi"})
    payment = admin.post("/api/v1/payments/", {"student": student.id, "group": group["id"], "amount": "1"}).json()
    admin.delete(f"/api/v1/payments/{payment['id']}/")
    paths = [*SHOWN, f"homework/{homework['id']}/submissions"]
    practised = practise(world, admin, learner)
    grant(world, student.id, stored_plan(world), "payment:1")
    with world.db.write() as tx:
        reserved = quotas.take(tx, student.id, Quota.TTS_CHARS, 40)
    used = left(student)
    admin.patch("/api/v1/notifications/settings", {"quiet_hours": {"from": "22:00", "until": "07:00"}, "kinds": {"payment": False}})
    topic = admin.post("/api/v1/forum/topics/", {"title": "Savol", "content": "Matn", "category_id": 1}).json()
    teacher.post("/api/v1/forum/posts/", {"topic_id": topic["id"], "content": "Javob", "parent_id": topic["posts"][0]["id"]})
    ticket(admin, room(admin, group_id=group["id"]))
    world.run_jobs()
    with world.db.write() as tx:
        tx.insert(NotificationDigest, user_id=admin.id, day=tx.today, moment=tx.now)
    tables = [
        *pay(world, learner),
        *(
            kind.__tablename__
            for kind in (WordReview, WordReviewRecord, WordAnswer, WordReminder, NextLessonCount, PopularLesson, CalendarToken)
        ),
    ]
    assert all(counts(settings)[name] for name in tables), "the demo practises, the learner paid"
    shown = {path: unsigned(admin.get(f"/api/v1/{path}/")) for path in paths}
    archive = tmp_path / "backup.tar.gz"
    back_up(settings, archive)
    restore(empty, archive)
    assert counts(empty) == counts(settings)
    assert rows_of(settings, tables) == rows_of(empty, tables)
    app = make_app(make_services(empty))
    with TestClient(OuterMiddleware(app), base_url="http://testserver") as client:
        for path in paths:
            assert unsigned(client.get(f"/api/v1/{path}/", headers=admin.headers)) == shown[path], path
        assert {path: client.get(path, headers=learner.headers).json() for path in practised} == practised
        again = Person(client, student.id, student.username, student.access, student.refresh)
        assert left(again) == used
        with app.state.services.db.write() as tx:
            assert quotas.give_back(tx, reserved)
        assert left(again) == used | {"tts_chars": 100}
        listed = client.get("/api/v1/admin/jobs", headers=admin.headers).json()
        assert [(job["kind"], job["state"]) for job in listed] == [("telegram.message", "dead")] * 2, "most likely done since"


def test_a_backup_under_load_is_one_moment(world: World, tmp_path: Path) -> None:
    """While people finish lessons, no backup holds a certificate without both lessons that earned it."""
    course = world.course(world.teacher(), lessons=2)
    people = [world.student() for _ in range(12)]
    settings: Settings = world.app.state.services.settings

    def study() -> None:
        for student in people:
            for lesson in course["lessons"]:
                world.complete(student, lesson["id"])

    worker = threading.Thread(target=study)
    worker.start()
    archives = [tmp_path / f"{number}.tar.gz" for number in range(3)]
    for archive in archives:
        back_up(settings, archive)
    worker.join()
    for number, archive in enumerate(archives):
        home = tmp_path / str(number)
        restored = settings_for(f"sqlite:///{home}/bilim.db", home)
        restore(restored, archive)
        database = open_database(restored)
        with database.read() as tx:
            earned = tx.scalars(select(Certificate.user_id))
            finished = tx.execute(select(Completion.user_id, func.count()).group_by(Completion.user_id)).all()
        database.close()
        assert {user_id for user_id, lessons in finished if lessons == 2} == set(earned)


def test_nothing_is_overwritten(sqlite_world: World, tmp_path: Path) -> None:
    studied(sqlite_world, people=1)
    settings: Settings = sqlite_world.app.state.services.settings
    archive = tmp_path / "backup.tar.gz"
    back_up(settings, archive)
    with pytest.raises(BackupError, match="is not empty"):
        restore(settings, archive)


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "older"])
def test_a_damaged_archive_is_refused_and_nothing_touched(sqlite_world: World, tmp_path: Path, damage: str) -> None:
    studied(sqlite_world, people=1)
    archive = tmp_path / "backup.tar.gz"
    back_up(sqlite_world.app.state.services.settings, archive)
    _spoil(archive, damage)
    home = tmp_path / "new"
    settings = settings_for(f"sqlite:///{home}/bilim.db", home)
    with pytest.raises(BackupError):
        restore(settings, archive)
    assert not Path(home, "bilim.db").exists()
    assert not settings.uploads.exists()


def _spoil(archive: Path, damage: str) -> None:
    if damage == "cut":
        archive.write_bytes(archive.read_bytes()[:-200])
    elif damage == "foreign":
        with tarfile.open(archive, "w:gz") as empty:
            assert empty.getnames() == []
    else:
        content = gzip.decompress(archive.read_bytes())
        old, new = (b'"revision": "0', b'"revision": "9') if damage == "older" else (b"Ingliz tili", b"Ingliz tuli")
        assert old in content
        archive.write_bytes(gzip.compress(content.replace(old, new)))
