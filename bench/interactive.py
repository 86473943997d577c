"""Learners' sessions with interactive lessons, and what was said in them."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bench.content import INTERACTIVE
from bench.rows import WORDS, Rows, fill, moment
from bilim.interactive.models import LessonInteraction, LessonSession

SESSIONS = 120
"""Of each learner who talks: more than a page."""
INTERACTIONS = 120
"""In the first session of each."""
_LEARNERS = 20


def talkers(students: Sequence[int]) -> Sequence[int]:
    """The learners who talk."""
    return students[:_LEARNERS]


def first_session(place: int) -> int:
    """The id of the first session of the learner at a place from 0."""
    return place * SESSIONS + 1


def fill_sessions(connection: Connection, rng: random.Random, students: Sequence[int]) -> None:
    """Make the sessions and the messages."""
    chosen = talkers(students)
    fill(connection, LessonSession, (_session(rng, user_id, place) for user_id in chosen for place in range(SESSIONS)))
    fill(connection, LessonInteraction, _interactions(rng, len(chosen)))


def _session(rng: random.Random, user_id: int, place: int) -> dict[str, Any]:
    began = moment(rng)
    return {
        "user_id": user_id,
        "lesson_id": rng.randint(1, INTERACTIVE) if place % 2 else None,
        "lesson_type": "conversation",
        "topic": rng.choice(WORDS),
        "difficulty": "beginner",
        "avatar_id": 1 + place % 4,
        "interaction_count": 0 if place else INTERACTIONS,
        "started_at": began,
        "expires_at": began + timedelta(days=1 if place % 3 else 3650),
        "ended_at": began + timedelta(hours=1) if place % 5 == 0 else None,
        "answering": None,
        "answering_until": None,
    }


def _interactions(rng: random.Random, learners: int) -> Rows:
    for learner in range(learners):
        for position in range(INTERACTIONS):
            yield {
                "session_id": first_session(learner),
                "position": position,
                "user_message": " ".join(rng.choices(WORDS, k=10)),
                "ai_response": " ".join(rng.choices(WORDS, k=25)),
                "audio_url": None,
                "is_spoken": position % 2 == 0,
                "created_at": moment(rng),
            }
