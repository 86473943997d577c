"""The forum's and notifications' part of the data: a quarter of the topics are long threads, everybody was told of as much."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.community.models import ForumCategory, ForumPost, ForumTopic
from bilim.community.rules import MAX_DEPTH, PINNED, USUAL, place_of_reply
from bilim.notifications.models import Notification

POSTS = 200
"""Of a long thread."""
_CATEGORIES = 8
_PINNED = 3


class CommunityScale(Struct, frozen=True):
    """How many topics there are, how many of them are long, and of how much people were told."""

    topics: int
    long: int
    notifications: int

    @property
    def threads(self) -> range:
        """The ids of the long topics."""
        return range(1, self.long + 1)

    def tenth(self) -> "CommunityScale":
        """The same, a tenth as large."""
        return CommunityScale(self.topics // 10, self.long // 10, self.notifications // 10)


COMMUNITY = CommunityScale(topics=1_000, long=250, notifications=200_000)


def fill_community(connection: Connection, rng: random.Random, scale: CommunityScale, students: range) -> None:
    """Fill the forum's and the notifications' tables."""
    topics = range(1, scale.topics + 1)
    fill(connection, ForumCategory, ({"id": i, "name": f"{rng.choice(WORDS)} {i}".title()} for i in range(1, _CATEGORIES + 1)))
    fill(connection, ForumTopic, (_topic(rng, topic_id, students) for topic_id in topics))
    fill(connection, ForumPost, _posts(rng, scale, students))
    fill(connection, Notification, (_notification(rng, number, students) for number in range(scale.notifications)))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, ForumCategory, ForumTopic, ForumPost)


def _topic(rng: random.Random, topic_id: int, students: range) -> dict[str, Any]:
    return {
        "id": topic_id,
        "category_id": 1 + topic_id % _CATEGORIES,
        "author_id": rng.choice(students),
        "title": " ".join(rng.choices(WORDS, k=5)).capitalize() + "?",
        "description": None,
        "rank": PINNED if topic_id <= _PINNED else USUAL,
        "is_closed": False,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def _posts(rng: random.Random, scale: CommunityScale, students: range) -> Iterator[dict[str, Any]]:
    """Threads one after the other; three of four posts answer an earlier one."""
    first_id = 1
    for topic_id in range(1, scale.topics + 1):
        count = POSTS if topic_id in scale.threads else 1
        places: list[tuple[int | None, int]] = []
        for number in range(count):
            answers = rng.randrange(number) if number and rng.random() < 0.75 else None
            place = (None, 0) if answers is None else place_of_reply(first_id + answers, *places[answers])
            places.append(place)
            yield _post(rng, first_id + number, topic_id, rng.choice(students), place)
        first_id += count


def _post(rng: random.Random, post_id: int, topic_id: int, author_id: int, place: tuple[int | None, int]) -> dict[str, Any]:
    parent_id, depth = place
    assert depth <= MAX_DEPTH
    then = EPOCH + timedelta(seconds=post_id)
    return {
        "id": post_id,
        "topic_id": topic_id,
        "author_id": author_id,
        "parent_id": parent_id,
        "depth": depth,
        "content": " ".join(rng.choices(WORDS, k=rng.randint(5, 40))),
        "created_at": then,
        "edited_at": then + timedelta(minutes=5) if rng.random() < 0.1 else None,
    }


def _notification(rng: random.Random, number: int, students: range) -> dict[str, Any]:
    """New lessons, told to everybody in turn; half of them were read."""
    course, lesson = rng.randint(1, 400), number // len(students) + 1
    data = {"lesson_id": lesson, "lesson": f"{rng.choice(WORDS)} {lesson}", "course_id": course, "course": f"{rng.choice(WORDS)} {course}"}
    then = EPOCH + timedelta(seconds=number)
    return {
        "user_id": students[number % len(students)],
        "kind": "new_lesson",
        "subject_id": lesson,
        "data": data,
        "created_at": then,
        "read_at": then if rng.random() < 0.5 else None,
    }
