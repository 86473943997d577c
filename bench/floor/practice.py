"""The floor's answers about practice and recommendations.

Choosing and signing exercises is the product's own code, whose bytes have to come out; so is the library that schedules reviews. What the
floor leaves out is everything around them.
"""

import os
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec
from fsrs import Card, Rating, Scheduler, State
from msgspec import Struct

from bench.floor import practice_sql as sql
from bench.floor.drivers import local
from bench.floor.unit import actor, db, dialect, encode
from bilim.practice.rules.exercises import LessonText, Material, TaughtWord, compose, starting_point
from bilim.practice.tokens import ExerciseNames

_FOR_YOU = {"next_in_course": 0.6, "learners_went_on": 1.0, "weak_words": 0.5, "your_level": 0.2, "popular": 0.1}
_REASONS = {
    "next_in_course": "The next lesson of “{}”.",
    "learners_went_on": "Learners who finished the same lessons went on with this one.",
    "weak_words": "It teaches words that you found hard.",
    "your_level": "It suits your level.",
    "popular": "Many learners begin here.",
}
_LEVELS = {"A1": "a1", "A2": "a2", "B1": "b1", "B2": "b2"}
_COURSES, _WORDS, _TEXTS = 3, 80, 8
_SCHEDULER = Scheduler(enable_fuzzing=False)
_STATES = {"learning": State.Learning, "review": State.Review, "relearning": State.Relearning}
_NAMES = {state: name for name, state in _STATES.items()}
_names = ExerciseNames(os.environ["SECRET_KEY"])


class Word(Struct, gc=False):
    """A word of a lesson."""

    id: int
    lesson_id: int
    word: str
    translation: str
    ipa_pronunciation: str | None


class Recommended(Struct, gc=False):
    """A lesson and why it is recommended."""

    id: int
    title: str
    content: str | None
    video_url: str | None
    premium_only: bool
    order: int
    is_preview: bool
    is_open: bool
    course_id: int
    section_id: int
    words: list[Word]
    reason: str
    reason_code: str


class DueWord(Struct, gc=False):
    """A word and what is remembered of it."""

    id: int
    lesson_id: int
    word: str
    translation: str
    ipa_pronunciation: str | None
    state: str
    due: datetime | None
    last_review: datetime | None
    stability: float | None
    difficulty: float | None
    reps: int
    lapses: int


class Shown(Struct, gc=False):
    """An exercise."""

    id: str
    kind: str
    lesson_id: int
    prompt: str | None
    items: tuple[str, ...]
    options: tuple[str, ...]


def _asked(scope: Any) -> dict[bytes, int]:
    return {name: int(values[0]) for name, values in parse_qs(scope["query_string"]).items()}


def recommend(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/recommendations/for-you, five of them."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    level = _LEVELS[db.execute(dialect(sql.LEVEL), viewer).fetchone()[0]]
    scores: defaultdict[int, float] = defaultdict(float)
    best: dict[int, tuple[float, str, str]] = {}

    def speak(row: Any, reason: str, score: float) -> None:
        score *= _FOR_YOU[reason]
        scores[row[0]] += score
        if row[0] not in best or score > best[row[0]][0]:
            best[row[0]] = (score, reason, row[2])

    places: dict[int, int] = {}
    for row in db.execute(dialect(sql.LEFT), viewer).fetchall():
        place = places.setdefault(row[3], len(places))
        if place < _COURSES:
            speak(row, "next_in_course", 0.8**place * (0.8 ** row[4]) ** 2)
    for row in db.execute(dialect(sql.WENT_ON), viewer).fetchall():
        speak(row, "learners_went_on", 0.8 ** (row[3] - 1) * row[4] / row[5])
    weak = db.execute(dialect(sql.WEAK), viewer).fetchall()
    for place, row in enumerate(weak):
        speak(row, "weak_words", 1 - place / len(weak))
    popular = db.execute(dialect(sql.POPULAR), {**viewer, "any_level": "", "level": level}).fetchall()
    for reason, rows in (("your_level", [row for row in popular if row[3]]), ("popular", [row for row in popular if not row[3]])):
        for place, row in enumerate(rows):
            speak(row, reason, 1 - place / len(rows))
    found = sorted(scores, key=lambda lesson_id: (-scores[lesson_id], lesson_id))[:20]
    wanted = {f"id{place}": lesson_id for place, lesson_id in enumerate(found[:5], 1)}
    lessons = {row[0]: row for row in db.execute(dialect(sql.LESSONS), {**viewer, **wanted}).fetchall()}
    words: defaultdict[int, list[Word]] = defaultdict(list)
    for row in db.execute(dialect(sql.WORDS_OF), wanted).fetchall():
        words[row[1]].append(Word(*row))
    db.commit()
    return encode([_recommended(lessons[lesson_id], words[lesson_id], best[lesson_id]) for lesson_id in found[:5]]), len(found)


def _recommended(row: Any, words: list[Word], best: tuple[float, str, str]) -> Recommended:
    _, reason, title = best
    said = _REASONS[reason].format(title)
    return Recommended(*row[:4], bool(row[4]), row[5], bool(row[6]), bool(row[7]), *row[8:], words, said, reason)


def list_due(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/words/review, fewer than the limit."""
    asked, now = _asked(scope), datetime.now(UTC)
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, now), "now": db.bound(now), "new": "new", "limit": asked[b"limit"], "skip": asked[b"skip"]}
    rows = db.execute(dialect(sql.WAITING), wanted).fetchall()
    db.commit()
    assert 0 < len(rows) < asked[b"limit"]
    return encode([_due_word(row) for row in rows]), len(rows)


def _due_word(row: Any) -> DueWord:
    return DueWord(*row[:6], row[6] and db.shown(row[6]), row[7] and db.shown(row[7]), *row[8:12])


def list_exercises(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/exercises/, of a seed that begins where enough is left."""
    asked = _asked(scope)
    seed = asked[b"seed"]
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    last_word, last_lesson = db.execute(dialect(sql.HIGHEST), {}).fetchone()
    words = {**viewer, "start": starting_point(seed, last_word, "words"), "count": _WORDS}
    taught = [TaughtWord(*row) for row in db.execute(dialect(sql.TAUGHT), words).fetchall()]
    texts = {**viewer, "start": starting_point(seed, last_lesson, "lessons"), "count": _TEXTS}
    lessons = [LessonText(*row) for row in db.execute(dialect(sql.TEXTS), texts).fetchall()]
    db.commit()
    assert (len(taught), len(lessons)) == (_WORDS, _TEXTS)
    made = compose(seed, None, Material(taught, lessons))
    shown = [
        Shown(_names.name(each.kind, each.refs, each.content), each.kind, each.lesson_id, each.prompt, each.items, each.options)
        for each in made[: asked[b"limit"]]
    ]
    return encode(shown), len(made)


def review_word(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/words/{id}/review, of a word that is due."""
    word_id = int(scope["path"][14:-7])
    rating = msgspec.json.decode(body)["rating"]
    now = datetime.now(UTC)
    db.begin(writes=True)
    wanted = {"viewer_id": actor(scope, now), "word_id": word_id, "new": "new"}
    row = db.execute(dialect(sql.REVIEWED), wanted).fetchone()
    state, step, reps, lapses, is_open, _ = row[12:]
    due, last = db.shown(row[6]), db.shown(row[7])
    assert is_open
    assert due <= now
    card, _ = _SCHEDULER.review_card(Card(0, _STATES[state], step, row[8], row[9], due, last), Rating(rating), now)
    noted = {"stability": card.stability, "difficulty": card.difficulty, "step": card.step, "state": _NAMES[card.state], "rating": rating}
    counted = {"due": db.bound(card.due), "now": db.bound(now), "reps": reps + 1, "reps_before": reps, "lapses": lapses}
    db.execute(dialect(sql.REVIEW), {**wanted, **noted, **counted})
    db.execute(dialect(sql.RECORD), {**wanted, **noted, **counted})
    db.commit()
    known = (_NAMES[card.state], local(card.due), local(now), card.stability, card.difficulty, reps + 1, lapses)
    return encode(DueWord(*row[:5], *known))
