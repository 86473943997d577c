"""The floor's answers about sessions of interactive lessons."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from bench.floor import interactive_sql as sql
from bench.floor.unit import actor, db, dialect, encode

_AVATARS = {1: ("default", "Emma"), 2: ("conversation", "James"), 3: ("uzbek", "Madina"), 4: ("russian", "Анна")}
PATH = "/api/v1/lesson-interactions/"


class Session(Struct, gc=False):
    """A session, as the product answers it."""

    id: int
    user_id: int
    lesson_id: int | None
    lesson_type: str
    topic: str | None
    difficulty: str
    status: str
    avatar_type: str
    avatar_name: str
    interactions_count: int
    started_at: datetime
    ended_at: datetime | None


class Interaction(Struct, gc=False):
    """A message and its answer, as the product answers them."""

    user_message: str
    ai_response: str
    id: int
    session_id: int
    audio_url: str | None
    is_spoken: bool
    created_at: datetime


def list_sessions(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/lesson-sessions/user/me; the body, and the number of all."""
    now = datetime.now(UTC)
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, now), "now": db.bound(now), "running": "in_progress", "over": "completed", **_page(scope)}
    rows = db.execute(dialect(sql.SESSIONS), wanted).fetchall()
    total = db.execute(dialect(sql.SESSION_COUNT), wanted).fetchone()[0]
    db.commit()
    return encode([_session(row) for row in rows]), total


def list_interactions(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/lesson-interactions/{session_id}/interactions; the body, and the number of all."""
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, datetime.now(UTC)), "session_id": int(scope["path"][len(PATH) :].split("/")[0]), **_page(scope)}
    assert db.execute(dialect(sql.OWN), wanted).fetchone()
    rows = db.execute(dialect(sql.INTERACTIONS), wanted).fetchall()
    total = db.execute(dialect(sql.INTERACTION_COUNT), wanted).fetchone()[0]
    db.commit()
    return encode([Interaction(*row[:5], bool(row[5]), db.shown(row[6])) for row in rows]), total


def _session(row: Any) -> Session:
    return Session(*row[:7], *_AVATARS[row[7]], row[8], db.shown(row[9]), row[10] and db.shown(row[10]))


def _page(scope: Any) -> dict[str, int]:
    asked = parse_qs(scope["query_string"])
    return {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
