"""The floor's answers about pronunciation."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from bench.floor import pronunciation_sql as sql
from bench.floor.unit import actor, db, dialect, encode

_RECENT, _HARDEST, _GOOD = 10, 10, 800
_NAMED = 5
_COLORS = {"good": "green", "unclear": "amber", "wrong": "red", "omitted": "red"}
_FEEDBACK = {"wrong": "Said differently: {}.", "omitted": "Left out: {}.", "unclear": "Say more clearly: {}."}


class Reading(Struct, gc=False):
    """A text that was read, and what was found."""

    id: int
    accuracy_score: float
    reference_text: str
    transcribed_text: str
    error: None
    feedback: str
    words: list[dict[str, Any]]
    inserted: list[dict[str, Any]]
    contrasts: list[dict[str, Any]]
    pauses: list[dict[str, Any]]
    words_per_minute: float
    seconds: float
    phrase_id: int | None
    session_id: int | None
    created_at: datetime


class HardWord(Struct, gc=False):
    """A word and its mean."""

    word: str
    attempts: int
    average_score: float
    last_score: int


class Sound(Struct, gc=False):
    """A declared sound."""

    contrast: str
    attempts: int
    kept: int
    replaced: int


class Profile(Struct, gc=False):
    """A learner's progress."""

    total_attempts: int
    average_score: float | None
    best_score: float | None
    recent_average: float | None
    earlier_average: float | None
    words_per_minute: float | None
    last_attempt_at: datetime | None
    user_id: int
    hardest_words: list[HardWord]
    contrasts: list[Sound]


class Phrase(Struct, gc=False):
    """A phrase."""

    id: int
    text: str
    level: str | None
    contrasts: list[str]
    is_public: bool
    created_by: int
    created_at: datetime
    updated_at: datetime


class PracticeSession(Struct, gc=False):
    """A time of practice."""

    id: int
    user_id: int
    started_at: datetime
    completed_at: datetime | None
    is_completed: bool
    attempts: int
    average_score: float | None


def list_readings(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/ai/pronunciation/history, by somebody with more than a page; the body, and the number of all."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    rows = db.execute(dialect(sql.HISTORY), {**viewer, **_page(scope)}).fetchall()
    total = db.execute(dialect(sql.HISTORY_COUNT), viewer).fetchone()[0]
    db.commit()
    return encode([_reading(row) for row in rows]), total


def _reading(row: Any) -> Reading:
    id_, _, phrase_id, session_id, reference, heard, score, pace, stored, made = row
    found = db.json(stored)
    feedback = _feedback(found)
    words = [{**word, "color": _COLORS[word["status"]]} for word in found["words"]]
    order = ("word", "score", "status", "color", "begin", "end", "heard")
    return Reading(
        id_,
        score / 10,
        reference,
        heard,
        None,
        feedback,
        [{name: word[name] for name in order} for word in words],
        found["inserted"],
        found["contrasts"],
        found["pauses"],
        pace / 10,
        found["seconds"],
        phrase_id,
        session_id,
        db.shown(made),
    )


def _feedback(found: dict[str, Any]) -> str:
    said: list[str] = []
    for status, words in _FEEDBACK.items():
        if named := [word["word"] for word in found["words"] if word["status"] == status]:
            said.append(words.format(", ".join(dict.fromkeys(named[:_NAMED]))))
    if replaced := [f"{each['word']} ({each['sound']} → {each['other']})" for each in found["contrasts"] if each["outcome"] == "replaced"]:
        said.append(f"Mind these sounds: {', '.join(dict.fromkeys(replaced[:_NAMED]))}.")
    return " ".join(said) or "Every word was clear."


def read_profile(scope: Any) -> bytes:
    """GET /api/v1/ai/pronunciation/summary, by somebody who read more than ten texts."""
    db.begin(writes=False)
    user_id = actor(scope, datetime.now(UTC))
    count, *means, last = db.execute(dialect(sql.SUMS), {"viewer_id": user_id, "recent": _RECENT}).fetchone()
    words = db.execute(dialect(sql.HARD_WORDS), {"viewer_id": user_id, "good": _GOOD, "limit": _HARDEST}).fetchall()
    sounds = db.execute(dialect(sql.SOUNDS), {"viewer_id": user_id}).fetchall()
    db.commit()
    hard = [HardWord(word, times, mean / 10, latest) for word, times, mean, latest in words]
    return encode(Profile(count, *map(_of_tenths, means), db.shown(last), user_id, hard, [Sound(*row) for row in sounds]))


def list_phrases(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/pronunciation/phrases/, a full page; the body, and the number of all phrases."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    rows = db.execute(dialect(sql.PHRASES), {**viewer, **_page(scope)}).fetchall()
    total = db.execute(dialect(sql.PHRASE_COUNT), viewer).fetchone()[0]
    db.commit()
    shown = [Phrase(*row[:3], db.texts(row[3]), bool(row[4]), row[5], db.shown(row[6]), db.shown(row[7])) for row in rows]
    return encode(shown), total


def list_sessions(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/pronunciation/sessions/, a full page; the body, and the number of all."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    rows = db.execute(dialect(sql.SESSIONS), {**viewer, **_page(scope)}).fetchall()
    total = db.execute(dialect(sql.SESSION_COUNT), viewer).fetchone()[0]
    db.commit()
    return encode([_session(*row) for row in rows]), total


def _session(id_: int, user_id: int, started: Any, completed: Any, is_completed: Any, count: int, mean: Any) -> PracticeSession:
    ended = None if completed is None else db.shown(completed)
    return PracticeSession(id_, user_id, db.shown(started), ended, bool(is_completed), count, _of_tenths(mean))


def _of_tenths(mean: Any) -> float | None:
    return None if mean is None else round(float(mean) / 10, 1)


def _page(scope: Any) -> dict[str, int]:
    asked = parse_qs(scope["query_string"])
    return {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
