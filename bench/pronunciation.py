"""Practice of pronunciation in the data: phrases, times of practice, readings with all that was found in them, and their sums."""

import random
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from bench.rows import WORDS, fill, moment
from bilim.speech.models import Attempt, ContrastTotal, Phrase, PracticeSession, WordTotal
from bilim.speech.protocols import Assessment, ContrastFound, Inserted, Pause, WordFound
from bilim.speech.rules import CONTRASTS

_PHRASES, _OWN_PHRASES = 200, 2
_SESSIONS, _READINGS_EACH = 25, 2
_WORDS_READ, _WORDS_SUMMED, _SOUNDS = 8, 30, 4
_STATUSES = ("good", "good", "good", "good", "unclear", "wrong", "omitted")
_OUTCOMES = ("good", "unclear", "replaced")


class PronunciationScale(Struct, frozen=True):
    """How many learners read aloud, fifty times each."""

    learners: int = 500

    def tenth(self) -> "PronunciationScale":
        """For a quick run, which asks in the name of as many."""
        return PronunciationScale(self.learners // 10)


PRONUNCIATION = PronunciationScale()


def fill_pronunciation(connection: Connection, rng: random.Random, scale: PronunciationScale, teachers: range, students: range) -> None:
    """Fill the tables of pronunciation."""
    learners = students[: scale.learners]
    fill(connection, Phrase, (_phrase(rng, rng.choice(teachers), is_public=True) for _ in range(_PHRASES)))
    fill(connection, Phrase, (_phrase(rng, user_id, is_public=False) for user_id in learners for _ in range(_OWN_PHRASES)))
    sessions = [(place + 1, user_id) for place, user_id in enumerate(user_id for user_id in learners for _ in range(_SESSIONS))]
    fill(connection, PracticeSession, (_session(rng, user_id) for _, user_id in sessions))
    fill(connection, Attempt, (_attempt(rng, session_id, user_id) for session_id, user_id in sessions for _ in range(_READINGS_EACH)))
    fill(connection, WordTotal, (_word(rng, user_id, word) for user_id in learners for word in rng.sample(WORDS, _WORDS_SUMMED)))
    fill(connection, ContrastTotal, (_sound(rng, user_id, name) for user_id in learners for name in rng.sample(CONTRASTS, _SOUNDS)))


def _phrase(rng: random.Random, author: int, *, is_public: bool) -> dict[str, Any]:
    made = moment(rng)
    return {
        "text": " ".join(rng.choices(WORDS, k=_WORDS_READ)).capitalize(),
        "level": rng.choice(("A1", "A2", "B1", "B2")),
        "contrasts": rng.sample(CONTRASTS, 2),
        "is_public": is_public,
        "created_by": author,
        "created_at": made,
        "updated_at": made,
    }


def _session(rng: random.Random, user_id: int) -> dict[str, Any]:
    started = moment(rng)
    return {"user_id": user_id, "started_at": started, "completed_at": started + timedelta(minutes=10) if rng.random() < 0.9 else None}


def _attempt(rng: random.Random, session_id: int, user_id: int) -> dict[str, Any]:
    words = [_found(rng, word) for word in rng.choices(WORDS, k=_WORDS_READ)]
    contrasts = [ContrastFound("w-v", place, words[place].word, "W", "V", rng.choice(_OUTCOMES)) for place in range(2)]
    score = rng.randint(300, 1000)
    found = Assessment(
        score=score / 10,
        heard=" ".join(word.word for word in words if word.status != "omitted"),
        words=words,
        inserted=[Inserted(2, 1.0, 1.4, rng.choice(WORDS))],
        contrasts=contrasts,
        pauses=[Pause(4, 0.8)],
        words_per_minute=120.0,
        seconds=5.2,
        speech_seconds=4.1,
        snr=30.5,
    )
    return {
        "user_id": user_id,
        "session_id": session_id,
        "reference_text": " ".join(word.word for word in words),
        "transcribed_text": found.heard,
        "score": score,
        "words_per_minute": 1200,
        "details": msgspec.to_builtins(found),
        "created_at": moment(rng),
    }


def _found(rng: random.Random, word: str) -> WordFound:
    status: Any = rng.choice(_STATUSES)
    if status == "omitted":
        return WordFound(word, status, 0, None, None, "")
    return WordFound(word, status, rng.randint(20, 100), round(rng.uniform(0, 2), 2), round(rng.uniform(2, 4), 2), "")


def _word(rng: random.Random, user_id: int, word: str) -> dict[str, Any]:
    times = rng.randint(1, 20)
    return {
        "user_id": user_id,
        "word": word,
        "attempts": times,
        "score_sum": times * rng.randint(20, 100),
        "last_score": rng.randint(0, 100),
    }


def _sound(rng: random.Random, user_id: int, name: str) -> dict[str, Any]:
    kept, replaced = rng.randint(0, 20), rng.randint(0, 20)
    return {"user_id": user_id, "contrast": name, "attempts": kept + replaced + 1, "kept": kept, "replaced": replaced}
