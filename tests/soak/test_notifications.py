"""Telling many people by a worker that is killed again and again: nobody is missed, nobody is told twice."""

import time
from collections import Counter

import pytest
from sqlalchemy import func, insert, select

from bilim.accounts.models import User
from bilim.catalog.actions import create_course, create_lesson
from bilim.catalog.inputs import CourseInput, CourseLessonInput
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.kit.actors import Actor, Role
from bilim.notifications.models import Notification, NotificationSettings
from bilim.settings import Settings
from bilim.study.models import Enrollment
from soak.test_messages import IMPATIENT_WORKER, Worker, with_bot
from telegram_stub import TelegramStub

AUTHOR = Actor(1, Role.SUPERADMIN, is_premium=False, session_id=1)


def found_course(db: Database, students: int) -> int:
    """A course of so many students, every fifth of whom wishes to hear of it by Telegram."""
    with db.write() as tx:
        stamps = {"created_at": tx.now, "updated_at": tx.now, "password_hash": "-"}
        rows = [stamps | {"username": f"pupil{n}", "username_key": f"pupil{n}", "telegram_id": str(10_000 + n)} for n in range(students)]
        tx.execute(insert(User), rows)
        ids = tx.scalars(select(User.id).where(User.username_key.startswith("pupil")).order_by(User.id))
        course_id = create_course(tx, AUTHOR, CourseInput(title="Ingliz tili", is_published=True), CourseTerms(needs_review=False))
        joined = {"course_id": course_id, "created_at": tx.now, "studied_at": tx.now}
        tx.execute(insert(Enrollment), [joined | {"user_id": user_id} for user_id in ids])
        chosen = {"telegram": "instant", "digest_hour": 19, "updated_at": tx.now}
        tx.execute(insert(NotificationSettings), [chosen | {"user_id": user_id} for user_id in ids[::5]])
    return course_id


def tell_and_kill(settings: Settings, db: Database, *, students: int, lessons: int, kills: int, patience: float) -> None:
    course_id = found_course(db, students)
    with TelegramStub(latency=0.005, rate=1000, seed=7) as stub, Worker(with_bot(settings, stub, 1000), prelude=IMPATIENT_WORKER) as worker:
        deadline = time.monotonic() + patience
        for number in range(lessons):
            with db.write() as tx:
                create_lesson(tx, AUTHOR, CourseLessonInput(title=f"Dars {number}", course_id=course_id))
        for _ in range(kills):
            before = told(db)
            while told(db) + len(stub.delivered) == before and jobs_left(db) and time.monotonic() < deadline:
                time.sleep(0.005)
            worker.kill()
            worker.start()
        while jobs_left(db):
            assert time.monotonic() < deadline, f"{jobs_left(db)} jobs are left:\n{worker.told()[-4000:]}"
            time.sleep(0.05)
        delivered = Counter(chat for chat, _ in stub.delivered)
    with db.read() as tx:
        counted = tx.all(select(Notification.user_id, func.count()).group_by(Notification.user_id))
        assert Counter(times for _, times in counted) == {lessons: students}, "everybody is told of every lesson once"
        assert tx.scalar(select(func.count()).where(Notification.push.is_not(None))) == 0
    wished = {str(10_000 + n) for n in range(0, students, 5)}
    assert delivered.keys() == wished
    assert min(delivered.values()) >= lessons, "what counts as sent was delivered"
    assert sum(delivered.values()) - lessons * len(wished) <= kills, "sent again was only what was in flight at a kill"


def told(db: Database) -> int:
    with db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Notification))


def jobs_left(db: Database) -> int:
    with db.read() as tx:
        return tx.scalar(select(func.count()).select_from(JobRow).where(JobRow.kind.not_in(["notifications.make-digests"])))


@pytest.mark.short_on("sqlite")
def test_a_killed_worker_tells_everybody_once(settings: Settings, db: Database) -> None:
    tell_and_kill(settings, db, students=40, lessons=2, kills=2, patience=90)


@pytest.mark.soak
def test_thousands_are_told_by_a_worker_killed_thirty_times(settings: Settings, db: Database) -> None:
    tell_and_kill(settings, db, students=5_000, lessons=10, kills=30, patience=3_600)
