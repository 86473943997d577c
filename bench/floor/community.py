"""The floor's answers about the forum and notifications."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from bench.floor import community_sql as sql
from bench.floor.community_bodies import Author, Category, Notification, Post, Topic, UnreadCount
from bench.floor.unit import actor, db, dialect, encode

_LESSON = "“{course}” kursida yangi dars: {lesson}"
_data = msgspec.json.Decoder(dict[str, Any]).decode


def list_topics(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/forum/topics/; the body, and the number of all topics."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    rows = db.execute(dialect(sql.TOPICS), {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}).fetchall()
    total = db.execute(dialect(sql.TOPICS_COUNT), {}).fetchone()[0]
    db.commit()
    return encode([_topic(row, []) for row in rows]), total


def _topic(row: Any, posts: list[Post]) -> Topic:
    id_, title, description, author_id, category_id, created, updated, pinned, closed, first, last, category, about, count = row
    author, within = Author(author_id, f"{first} {last}".strip()), Category(category_id, category, about)
    moments = db.shown(created), db.shown(updated)
    return Topic(id_, title, description, author_id, category_id, *moments, bool(pinned), bool(closed), author, within, count, posts)


def read_topic(scope: Any) -> bytes:
    """GET /api/v1/forum/topics/{id}: of posts that are not deleted."""
    wanted = {"topic_id": int(scope["path"][21:]), "limit": 1_000, "skip": 0}
    db.begin(writes=False)
    row = db.execute(dialect(sql.TOPIC), wanted).fetchone()
    rows = db.execute(dialect(sql.POSTS), wanted).fetchall()
    db.commit()
    by_id: dict[int, Post] = {}
    top: list[Post] = []
    for id_, topic_id, author_id, parent_id, content, created_at, edited_at, first, last in rows:
        created, edited = db.shown(created_at), edited_at and db.shown(edited_at)
        author = Author(author_id, f"{first} {last}".strip())
        moments = created, edited or created, edited is not None, edited
        post = by_id[id_] = Post(id_, topic_id, author_id, parent_id, content, *moments, False, author, [])
        (top if parent_id is None else by_id[parent_id].replies).append(post)
    return encode(_topic(row, top))


def count_unread(scope: Any) -> bytes:
    """GET /api/v1/notifications/unread-count."""
    db.begin(writes=False)
    count = db.execute(dialect(sql.UNREAD), {"viewer_id": actor(scope, datetime.now(UTC))}).fetchone()[0]
    db.commit()
    return encode(UnreadCount(count))


def list_notifications(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/notifications/, of new lessons alone, all on the first page; the body, and the number of rows."""
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, datetime.now(UTC)), "limit": 100, "skip": 0}
    rows = db.execute(dialect(sql.NOTIFICATIONS), wanted).fetchall()
    db.commit()
    return encode([_notification(row) for row in rows]), len(rows)


def _notification(row: Any) -> Notification:
    id_, user_id, kind, stored, _, is_read, created_at = row
    data = _data(stored) if db.sqlite else stored
    return Notification(id_, user_id, _LESSON.format_map(data), bool(is_read), db.shown(created_at), kind, data)
