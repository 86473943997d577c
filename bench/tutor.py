"""Learners' conversations with the tutor."""

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from bench.rows import WORDS, Rows, fill, moment
from bilim.tutor.models import AiMessage, AiSession

SESSIONS = 120
"""Of each learner who asks: more than a page."""
MESSAGES = 100
"""In the first session of each; two in the others."""
_LEARNERS = 20


def askers(students: Sequence[int]) -> Sequence[int]:
    """The learners who ask."""
    return students[:_LEARNERS]


def conversation(place: int, number: int = 0) -> str:
    """The id of a session of the learner at a place from 0."""
    return f"{place * SESSIONS + number:032x}"


def fill_conversations(connection: Connection, rng: random.Random, students: Sequence[int]) -> None:
    """Make the sessions and the messages."""
    chosen = list(enumerate(askers(students)))
    fill(connection, AiSession, (_session(rng, user_id, place, number) for place, user_id in chosen for number in range(SESSIONS)))
    fill(connection, AiMessage, _messages(rng, len(chosen)))


def _count(number: int) -> int:
    return 2 if number else MESSAGES


def _session(rng: random.Random, user_id: int, place: int, number: int) -> dict[str, Any]:
    return {
        "id": conversation(place, number),
        "user_id": user_id,
        "title": " ".join(rng.choices(WORDS, k=3)),
        "status": "idle",
        "lesson_id": None,
        "message_count": _count(number),
        "answering": None,
        "answering_until": None,
        "created_at": moment(rng),
    }


def _messages(rng: random.Random, learners: int) -> Rows:
    for place in range(learners):
        for number in range(SESSIONS):
            for position in range(_count(number)):
                is_question = position % 2 == 0
                yield {
                    "session_id": conversation(place, number),
                    "position": position,
                    "role": "user" if is_question else "assistant",
                    "text": " ".join(rng.choices(WORDS, k=12 if is_question else 50)),
                    "audio_url": None,
                    "analysis": _analysis(rng) if is_question else None,
                    "created_at": moment(rng),
                }


def _analysis(rng: random.Random) -> dict[str, Any]:
    """Feedback of the usual size: five parts and a flag."""
    flag = {"type": "agreement", "text": "she go", "suggestion": "she goes", "message": "The verb does not agree.", "start": 0, "end": 6}
    parts = {
        part: {"score": rng.randrange(100), "feedback": " ".join(rng.choices(WORDS, k=8)), "suggestions": rng.choices(WORDS, k=2)}
        for part in ("vocabulary", "pronunciation", "fluency", "overall")
    }
    return {
        "feedback_id": f"{rng.getrandbits(128):032x}",
        "timestamp": moment(rng).isoformat(),
        "grammar": {
            "score": 90.5,
            "feedback": "One.",
            "corrections": ["she go → she goes"],
            "error_types": {"agreement": 1},
            "flags": [flag],
        },
        **parts,
        "audio_feedback_url": None,
        "metadata": {"overlap": None, "user_token_count": 12, "ref_token_count": None, "language": "en", "sentence_count": 2},
    }
