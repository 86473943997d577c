"""Teaching material for tests, as authors write it in JSON."""

import json
from typing import Any

from httpx import Response
from sqlalchemy import func, select

from bilim.catalog.models import Course, Lesson, Section, Word
from world import Person, World

CONTENT = "/api/v1/content"
LESSONS, EXPORT, VALIDATE, MEDIA = (f"{CONTENT}/{name}" for name in ("lessons", "lessons-json", "lessons/validate", "media"))
IMPORT = f"{CONTENT}/lessons/import"

HELLO = {"word": "hello", "translation": "salom", "ipa_pronunciation": "/həˈləʊ/"}
BYE = {"word": "bye", "translation": "xayr", "ipa_pronunciation": "/baɪ/"}
GREETINGS = {"key": "greetings", "title": "Salomlashish", "content": "Hello! Hi!", "is_preview": True, "words": [HELLO, BYE]}
NUMBERS = {"key": "numbers", "title": "Sonlar", "content": "One, two, three.", "video_url": "https://video.example/1"}
FOOD = {"key": "food", "title": "Taomlar", "content": "Bread and tea.", "words": [{"word": "bread", "translation": "non"}]}
ENGLISH = {
    "key": "english-a1",
    "title": "Ingliz tili A1",
    "difficulty_level": "A1",
    "language": "uz",
    "category": "Ingliz tili",
    "tags": ["A1", "grammatika"],
    "is_published": True,
    "sections": [
        {"key": "first", "title": "Birinchi qadamlar", "lessons": [GREETINGS, NUMBERS]},
        {"key": "shop", "title": "Doʻkonda", "lessons": [FOOD]},
    ],
}
COUNTED = {"courses": 1, "sections": 2, "lessons": 3, "words": 3}
NOTHING = dict.fromkeys(COUNTED, 0)


def send(person: Person, *courses: Any, **fields: Any) -> Response:
    """Import courses."""
    return person.post(IMPORT, {"courses": list(courses)} | fields)


def send_file(person: Person, data: Any, **fields: str) -> Response:
    """Import a file: bytes as they are, anything else as JSON."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return person.call("POST", IMPORT, files={"file": ("darslar.json", content, "application/json")}, data=fields)


def imported(person: Person, *courses: Any) -> dict[str, Any]:
    """Import courses, which are new; return the report."""
    answer = send(person, *courses)
    assert answer.status_code == 201, answer.text
    return answer.json()


def exported(person: Person) -> list[dict[str, Any]]:
    answer = person.get(EXPORT)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(world: World) -> dict[str, int]:
    """How much there is of everything."""
    kinds = {"courses": Course, "sections": Section, "lessons": Lesson, "words": Word}
    with world.db.read() as tx:
        return {name: tx.scalar(select(func.count()).select_from(kind)) for name, kind in kinds.items()}
