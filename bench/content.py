"""Interactive lessons: some of courses, some on their own, every fifth for premium members."""

import random
from typing import Any

from sqlalchemy import Connection

from bench.rows import WORDS, fill, moment
from bilim.interactive.models import InteractiveLesson

INTERACTIVE = 500
_STEPS = 4


def fill_interactive(connection: Connection, rng: random.Random, courses: int) -> None:
    """Make the interactive lessons; every second one belongs to one of the courses."""
    fill(connection, InteractiveLesson, (_lesson(rng, number, courses) for number in range(INTERACTIVE)))


def _lesson(rng: random.Random, number: int, courses: int) -> dict[str, Any]:
    made = moment(rng)
    return {
        "course_id": rng.randint(1, courses) if number % 2 else None,
        "avatar_id": 1 + number % 4,
        "title": f"{rng.choice(WORDS)} {number}".capitalize(),
        "description": " ".join(rng.choices(WORDS, k=12)),
        "video_url": f"https://video.example.com/interactive/{number}.mp4",
        "difficulty": rng.choice(("beginner", "intermediate", "advanced")),
        "position": number,
        "content": {"steps": [_step(rng) for _ in range(_STEPS)]},
        "tags": rng.sample(WORDS, 2),
        "estimated_duration": rng.randint(5, 30),
        "is_premium": number % 5 == 0,
        "is_active": number % 10 != 9,
        "created_at": made,
        "updated_at": made,
    }


def _step(rng: random.Random) -> dict[str, Any]:
    return {"say": " ".join(rng.choices(WORDS, k=8)), "expect": [" ".join(rng.choices(WORDS, k=4)) for _ in range(2)]}
