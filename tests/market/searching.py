"""What tests of the search share."""

from typing import Any
from urllib.parse import urlencode

from bilim.study.models import Enrollment
from world import Person, World

ROWS = (
    ("Python noldan", "Dasturlash", "A1", "uz", 0, 0, (5, 5, 4, 4)),
    ("Python chuqur", "Dasturlash", "B1", "uz", 300_000, 0, (5, 4)),
    ("Python на русском", "Dasturlash", "A1", "ru", 100_000, 50_000, (3, 3)),
    ("Akvarel", "San’at", "Beginner", "UZ", 20_000.5, 0, ()),
    ("Grammatika", None, "A2", None, 0, 0, (2,)),
)
"""Title, category, level, language, price, discount price, stars."""


def found(caller: World | Person, query: str, **filters: Any) -> list[tuple[str, str]]:
    """Kind and title of what a search finds, in its order."""
    answer = caller.get(f"/api/search/?{urlencode({'q': query, **filters})}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-total-count"] == str(answer.json()["total"])
    return [(each["kind"], each["title"]) for each in answer.json()["results"]]


def courses(caller: World | Person, **filters: Any) -> list[str]:
    """The titles that the list of courses answers."""
    answer = caller.get(f"/api/courses/?{urlencode(filters)}")
    assert answer.status_code == 200, answer.text
    return [course["title"] for course in answer.json()]


def refused(caller: World | Person, path: str) -> Any:
    """What a refusal says."""
    answer = caller.get(path)
    assert answer.status_code == 400, answer.text
    return answer.json()


def market(world: World) -> dict[str, int]:
    """Courses of many kinds, with reviews; their ids by title."""
    teacher, students = world.teacher(), [world.student() for _ in range(4)]
    ids = {}
    for title, category, level, language, price, discount, stars in ROWS:
        body = {"price": price, "discount_price": discount, "language": language, "category": category, "difficulty_level": level}
        ids[title] = course_id = world.course(teacher, lessons=0, title=title, **body)["id"]
        for student, rating in zip(students, stars, strict=False):
            with world.db.write() as tx:
                tx.insert(Enrollment, user_id=student.id, course_id=course_id, created_at=tx.now, studied_at=tx.now)
            assert student.post("/api/reviews/", {"course": course_id, "rating": rating}).status_code == 201
    return ids


def counts(facets: Any) -> dict[str, dict[Any, int]]:
    """Facets as plain numbers."""
    named = {each["category"]["title"]: each["count"] for each in facets["category"]}
    rated = {each["min_rating"]: each["count"] for each in facets["rating"]}
    plain = {name: {each["value"]: each["count"] for each in facets[name]} for name in ("kind", "level", "language", "free")}
    return {"category": named, "rating": rated, **plain}
