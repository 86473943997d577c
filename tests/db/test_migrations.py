"""What waited before an upgrade waits after it, under the names of the new version."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, select, text

from bilim.catalog.models import Course, Lesson, Section
from bilim.content.rules import key_problem
from bilim.db.engine import Database
from bilim.db.migrate import config
from bilim.db.outbox_tables import JobRow, RateLimit
from bilim.settings import Settings

pytestmark = pytest.mark.own_database

BEFORE_JOBS = "0003"
BEFORE_KEYS = "0016"
BEFORE_STARS = "0018"
MOMENT = "2026-11-20 12:00:00.000000"


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database as version 0003 left it."""
    command.downgrade(config(database_url), BEFORE_JOBS)
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def write_job(engine: Engine, lane: str, kind: str, **values: Any) -> None:
    row = {"state": "waiting", "attempts": 0, "error": None, "payload": json.dumps({"name": "a"}), "at": MOMENT} | values
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO jobs (lane, kind, payload, state, due_at, attempts, error, created_at)"
                " VALUES (:lane, :kind, :payload, :state, :at, :attempts, :error, :at)"
            ),
            row | {"lane": lane, "kind": kind},
        )


def test_jobs_and_rate_limits_survive_the_new_names(old: Engine, database_url: str, settings: Settings) -> None:
    write_job(old, "main", "DeleteFile")
    write_job(old, "telegram", "SendMessage", attempts=2, error="busy")
    write_job(old, "telegram", "SendReply", attempts=1)
    write_job(old, "main", "Unheard", state="dead", attempts=8, error="No handler of this kind.")
    with old.begin() as connection:
        connection.execute(text("INSERT INTO paces (key, next_at) VALUES ('telegram', 42)"))
    command.upgrade(config(database_url), "head")
    db = Database(database_url, settings.zone, 1)
    with db.read() as tx:
        assert tx.all(select(JobRow.queue, JobRow.kind, JobRow.state, JobRow.attempts, JobRow.error).order_by(JobRow.id)) == [
            ("default", "files.delete", "waiting", 0, None),
            ("messages", "telegram.message", "waiting", 2, "busy"),
            ("messages", "telegram.reply", "running", 1, None),
            ("default", "Unheard", "dead", 8, "No handler of this kind."),
        ]
        assert tx.first(select(JobRow.payload, JobRow.claims, JobRow.in_doubt, JobRow.sent_at)) == ({"name": "a"}, 0, False, None)
        assert tx.all(select(RateLimit.key, RateLimit.next_at)) == [("telegram", 42)]
    db.close()
    command.downgrade(config(database_url), BEFORE_JOBS)
    with old.connect() as connection:
        rows = connection.execute(text("SELECT lane, kind, state, attempts FROM jobs ORDER BY id")).all()
        assert rows == [
            ("main", "DeleteFile", "waiting", 0),
            ("telegram", "SendMessage", "waiting", 2),
            ("telegram", "SendReply", "waiting", 1),
            ("main", "Unheard", "dead", 8),
        ]
        assert connection.execute(text("SELECT key, next_at FROM paces")).all() == [("telegram", 42)]


def ids_of_homework(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT id FROM homework ORDER BY id")).scalars())


def set_group_homework(engine: Engine, group_id: int, more: str = "", values: str = "") -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO homework (group_id, text, homework_type, created_by, created_at, updated_at{more})"  # noqa: S608
                f" VALUES (:group_id, '1-mashq', 'written', 1, :at, :at{values})"
            ),
            {"at": MOMENT, "group_id": group_id},
        )


def test_group_homework_survives_the_homework_of_courses(database_url: str) -> None:
    """Its students know of it as before, and no id is given twice."""
    command.downgrade(config(database_url), "0010")
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO subjects (id, name, created_at) VALUES (1, 'IELTS', :at)"), {"at": MOMENT})
        about = "INSERT INTO groups (id, name, subject_id, is_active, created_at, updated_at) VALUES (1, 'A1', 1, :yes, :at, :at)"
        connection.execute(text(about), {"at": MOMENT, "yes": True})
    for _ in range(3):
        set_group_homework(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM homework WHERE id IN (1, 3)"))
    command.upgrade(config(database_url), "head")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT id, text, max_score, is_published, course_id, deleted_at FROM homework")).one()
        assert tuple(kept) == (2, "1-mashq", 100, 1, None, None)
    set_group_homework(engine, 1, ", max_score, is_published", ", 100, true")
    assert ids_of_homework(engine) == [2, 4]
    command.downgrade(config(database_url), "0010")
    set_group_homework(engine, 1)
    assert ids_of_homework(engine) == [2, 4, 5]
    command.upgrade(config(database_url), "head")
    engine.dispose()


def test_what_was_written_before_gets_keys_by_which_imports_find_it(database_url: str, settings: Settings) -> None:
    command.downgrade(config(database_url), BEFORE_KEYS)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for title in ("Bir", "Ikki"):
            connection.execute(
                text(
                    "INSERT INTO courses (instructor_id, title, difficulty_level, is_published, is_featured, estimated_duration, price,"
                    " discount_price, tags, requirements, learning_outcomes, created_at, updated_at)"
                    " VALUES (1, :title, 'A1', true, false, 0, 0, 0, '[]', '[]', '[]', :at, :at)"
                ),
                {"title": title, "at": MOMENT},
            )
        connection.execute(text("INSERT INTO sections (course_id, title, position, is_implicit) SELECT id, 'Bob', 0, true FROM courses"))
        connection.execute(
            text(
                "INSERT INTO lessons (course_id, section_id, title, content, position, premium_only, is_preview, created_at, updated_at)"
                " SELECT course_id, id, 'Dars', '', 0, false, false, :at, :at FROM sections"
            ),
            {"at": MOMENT},
        )
    engine.dispose()
    command.upgrade(config(database_url), "head")
    db = Database(database_url, settings.zone, 1)
    with db.read() as tx:
        keys = [key for kind in (Course, Section, Lesson) for key in tx.scalars(select(kind.external_key))]
    db.close()
    assert len(keys) == len(set(keys)) == 6
    assert all(key_problem(key) is None and len(key) == 16 for key in keys)
    command.downgrade(config(database_url), BEFORE_KEYS)


def test_the_stars_of_reviews_that_were_written_before_are_counted(database_url: str) -> None:
    command.downgrade(config(database_url), BEFORE_STARS)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for statement in (
            (
                "INSERT INTO courses (id, title, difficulty_level, is_published, is_featured, estimated_duration, price,"
                " discount_price, tags, requirements, learning_outcomes, created_at, updated_at)"
                " VALUES (7, 'Kurs', 'A1', true, false, 0, 0, 0, '[]', '[]', '[]', :at, :at)"
            ),
            (
                "INSERT INTO users (username, username_key, password_hash, first_name, last_name, role, is_active, is_premium,"
                " made_by_staff, created_at, updated_at) VALUES ('b', 'b', 'none', '', '', 'student', true, false, false, :at, :at)"
            ),
            (
                "INSERT INTO reviews (user_id, course_id, rating, comment, created_at, updated_at)"
                " SELECT id, 7, CASE WHEN id = 1 THEN 5 ELSE 2 END, '', :at, :at FROM users"
            ),
        ):
            connection.execute(text(statement), {"at": MOMENT})
    command.upgrade(config(database_url), "head")
    with engine.connect() as connection:
        counted = connection.execute(text("SELECT course_id, stars_1, stars_2, stars_3, stars_4, stars_5 FROM course_ratings")).all()
    assert [tuple(row) for row in counted] == [(7, 0, 1, 0, 0, 1)]
    engine.dispose()
