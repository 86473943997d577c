"""What every answer of the floor needs: the connection, the SQL in its dialect, the person behind the token."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.jwk import OctKey

from bench.floor import sql
from bench.floor.drivers import Postgresql, Sqlite

_BATCH = 2_000

encode = msgspec.json.Encoder(decimal_format="number").encode
_url = os.environ["DATABASE_URL"]
_key = OctKey.import_key(os.environ["SECRET_KEY"].encode())
db: Any = (Sqlite if _url.startswith("sqlite") else Postgresql)(_url)


@cache
def dialect(text: str) -> str:
    """A text of `sql` in the database's dialect."""
    return sql.statement(text, sqlite=db.sqlite)


def actor(scope: Any, now: datetime, expected: str = "student") -> int:
    """The id of the person behind the token, as the database has them."""
    return person(scope, now, expected, sql.ACTOR)[0]


def person(scope: Any, now: datetime, expected: str = "student", text: str = sql.ACTOR_AND_PERSON) -> Any:
    """The row of the person behind the token: id, role, whether premium, session's id, and what else the text selects."""
    token = next(value for name, value in scope["headers"] if name == b"authorization")[7:]
    claims = jwt.decode(token, _key, algorithms=["HS256"]).claims
    assert claims["type"] == "access"
    assert claims["exp"] > now.timestamp()
    wanted = {"session_id": int(claims["sid"]), "user_id": int(claims["sub"]), "now": db.bound(now)}
    row = db.execute(dialect(text), wanted).fetchone()
    assert row[1] == expected
    assert not row[2]
    return row


def array(text: str, named: dict[str, Any], shown: Callable[[Any], Any]) -> tuple[bytes, int]:
    """All rows as a JSON array, put together from batches."""
    found, body, count = db.cursor(text, named), bytearray(), 0
    while rows := found.fetchmany(_BATCH):
        body += b"," + encode([shown(row) for row in rows])[1:-1]
        count += len(rows)
    body += b"]"
    body[:1] = b"["
    return bytes(body), count
