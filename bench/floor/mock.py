"""The floor's answers about mock tests."""

import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from bench.floor import mock_sql as sql
from bench.floor.centre_bodies import GroupRef
from bench.floor.drivers import local
from bench.floor.exams import give_back, take_place
from bench.floor.mock_bodies import Listening, Saved, Sitter, Started
from bench.floor.unit import actor, db, dialect, encode

_SECTIONS = {kind: kind for kind in ("reading", "writing", "listening")}
_SIGNED_SECONDS = 3600
_SECOND = timedelta(seconds=1)
_signing_key = hmac.new(os.environ["SECRET_KEY"].encode(), b"bilim file address\0", hashlib.sha256).digest()


def start_session(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/mock/session/start/."""
    now = datetime.now(UTC)
    asked = msgspec.json.decode(body)
    db.begin(writes=True)
    user_id = actor(scope, now)
    row_id, code, minutes = db.execute(dialect(sql.TEST), {"test_id": db.uuid(UUID(asked["test"]))}).fetchone()
    place = take_place(f"mock-code:{user_id}:{row_id}", now)
    assert asked["code"] == code
    give_back(place)
    wanted = {"public_id": db.uuid(uuid4()), "user_id": user_id, "now": db.bound(now)}
    ends_at = db.bound(now + timedelta(minutes=minutes))
    assert db.execute(dialect(sql.BEGIN), {**wanted, "test_row_id": row_id, "ends_at": ends_at}).rowcount
    session = db.execute(dialect(sql.SESSION), wanted).fetchone()
    test = db.execute(dialect(sql.TESTS), {"test_row_id": row_id, **_SECTIONS}).fetchone()
    db.commit()
    return encode(_started(session, test, _root(scope), int(now.timestamp()) + _SIGNED_SECONDS))


def _started(session: Any, test: Any, root: str, expires: int) -> Started:
    group = None if session[5] is None else GroupRef(*session[5:7])
    id_, audio, paper, duration, questions, created, updated = test[18:25]
    files = (root + _signed(f"/media/{name}", expires) for name in (audio, paper))
    listening = Listening(id_, *files, duration, questions, db.shown(created), db.shown(updated))
    ended = session[11]
    times = (db.shown(session[9]), ended, ended is not None, session[12] is not None)
    return Started(db.shown_uuid(session[1]), Sitter(*session[2:5], group), db.shown_uuid(session[8]), *times, listening)


def _root(scope: Any) -> str:
    return f"http://{next(value for name, value in scope['headers'] if name == b'host').decode()}"


def _signed(path: str, expires: int) -> str:
    signature = hmac.new(_signing_key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
    return f"{path}?expires={expires}&signature={signature}"


def save_draft(scope: Any, body: bytes) -> bytes:
    """PUT /api/v1/mock/session/{id}/draft/."""
    now = datetime.now(UTC)
    draft = msgspec.json.decode(body)
    db.begin(writes=True)
    session = {"user_id": actor(scope, now), "public_id": db.uuid(UUID(scope["path"][21:57])), "now": db.bound(now)}
    sent = {"sequence": draft["sequence"], **_SECTIONS}
    row_id, sequence, ends_at, _, _ = db.execute(dialect(sql.NOTE), session | sent).fetchone()
    kept = {"row_id": row_id, "sequence": draft.pop("sequence"), "document": msgspec.json.encode(draft).decode()}
    db.execute(dialect(sql.KEEP), kept)
    db.commit()
    return encode(Saved(sequence, local(now), (db.shown(ends_at) - now) // _SECOND))
