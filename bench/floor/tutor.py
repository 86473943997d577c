"""The floor's answers about conversations with the tutor."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from bench.floor import tutor_sql as sql
from bench.floor.unit import actor, db, dialect, encode

PATH = "/api/v1/ai-sessions/sessions/"


class Message(Struct, gc=False):
    """A message, as the product answers it."""

    role: str
    text: str
    audio_url: str | None
    analysis: Any
    created_at: datetime


class Conversation(Struct, gc=False):
    """A session, as the product answers it."""

    id: str
    user_id: int
    title: str
    status: str
    lesson_id: int | None
    message_count: int
    created_at: datetime
    messages: list[Message]


class Conversations(Struct, gc=False):
    """A page of them."""

    sessions: list[Conversation]
    count: int


def list_conversations(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/ai-sessions/sessions, of a full page; the body, and the number of all."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    rows = db.execute(dialect(sql.CONVERSATIONS), viewer | {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}).fetchall()
    total = db.execute(dialect(sql.CONVERSATION_COUNT), viewer).fetchone()[0]
    ids = dict(zip(sql.IDS, (row[0] for row in rows), strict=True))
    said: defaultdict[str, list[Message]] = defaultdict(list)
    for row in db.execute(dialect(sql.LAST), {**ids, "last": 2}).fetchall():
        said[row[0]].append(_message(row))
    db.commit()
    return encode(Conversations([_conversation(row, said[row[0]]) for row in rows], total)), total


def read_conversation(scope: Any) -> bytes:
    """GET /api/v1/ai-sessions/sessions/{id}."""
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, datetime.now(UTC)), "key": scope["path"][len(PATH) :]}
    row = db.execute(dialect(sql.CONVERSATION), wanted).fetchone()
    rows = db.execute(dialect(sql.SAID), {"key": wanted["key"]}).fetchall()
    db.commit()
    return encode(_conversation(row, [_message(each) for each in rows]))


def _conversation(row: Any, said: list[Message]) -> Conversation:
    return Conversation(*row[:6], db.shown(row[6]), said)


def _message(row: Any) -> Message:
    return Message(*row[1:4], row[4] and db.json(row[4]), db.shown(row[5]))
