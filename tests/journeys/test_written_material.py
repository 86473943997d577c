"""A whole story over HTTP: a teacher writes a course as JSON, lets it be checked, imports it; a learner studies it while it is mended."""

import json
from typing import Any

from world import ADMIN_LOGIN, Person, World

IMPORT = "/api/v1/content/lessons/import"
HELLO = {"word": "hello", "translation": "salom", "ipa_pronunciation": "/həˈləʊ/"}
GREETINGS = {"key": "greetings", "title": "Salomlashish", "content": "Hello! — Salom!", "words": [HELLO]}
NAMES = {"key": "names", "title": "Tanishuv", "content": "What is your name? — Ismingiz nima?", "premium_only": True}


def written(*lessons: dict[str, Any], **fields: Any) -> bytes:
    """A file as the teacher saves it."""
    course = {"key": "english-a1", "title": "Ingliz tili", "description": "Noldan", "difficulty_level": "A1"}
    return json.dumps([course | {"sections": [{"key": "1", "title": "Birinchi bob", "lessons": list(lessons)}]} | fields]).encode()


def sent(teacher: Person, file: bytes, **fields: str) -> Any:
    return teacher.call("POST", IMPORT, files={"file": ("english.json", file)}, data=fields)


def test_from_a_file_to_a_learner_and_back(world: World) -> None:
    teacher, aziza = world.teacher(), world.student()

    refused = sent(teacher, written(GREETINGS, NAMES | {"title": "", "video_url": "ftp://x"}), dry_run="true")
    assert refused.status_code == 400
    (row,) = [each for each in refused.json()["courses"][0]["sections"][0]["lessons"] if each]
    assert row.keys() == {"title", "video_url"}, "both faults of the row at once"

    tried = sent(teacher, written(GREETINGS, NAMES), dry_run="true")
    assert (tried.status_code, tried.json()["created"]) == (200, {"courses": 1, "sections": 1, "lessons": 2, "words": 1})
    assert teacher.get("/api/v1/content/lessons").json() == []

    done = sent(teacher, written(GREETINGS, NAMES))
    assert (done.status_code, done.json()["created"]) == (201, tried.json()["created"])
    course_id = done.json()["courses"][0]["id"]
    assert aziza.get(f"/api/v1/courses/{course_id}").status_code == 404, "a draft until the file says otherwise"

    published = sent(teacher, written(GREETINGS, NAMES, is_published=True))
    assert (published.status_code, published.json()["updated"]["courses"]) == (200, 1)
    assert [fault["code"] for fault in teacher.get("/api/v1/content/lessons/validate").json()] == []

    first, second = aziza.get(f"/api/v1/courses/{course_id}").json()["lessons"]
    assert (first["content"], second["content"]) == (GREETINGS["content"], None), "a premium lesson is closed"
    assert aziza.post(f"/api/v1/user-progress/lessons/{first['id']}/complete").status_code == 200

    mended = sent(teacher, written(GREETINGS | {"title": "Salomlashuv"}, NAMES | {"premium_only": False}))
    assert mended.json()["updated"]["lessons"] == 2
    assert aziza.get("/api/v1/users/me/next-lesson").json()["title"] == "Tanishuv", "what she finished stays finished"
    aziza.post(f"/api/v1/user-progress/lessons/{second['id']}/complete")
    (certificate,) = aziza.get("/api/v1/certificates/my-certificates").json()
    assert certificate["course_name"] == "Ingliz tili"

    exported = teacher.get("/api/v1/content/lessons-json")
    assert sent(teacher, exported.content).json()["updated"] == dict.fromkeys(("courses", "sections", "lessons", "words"), 0)


def test_an_avatars_lesson_of_a_course(world: World) -> None:
    """An admin adds an interactive lesson to a teacher's imported course; it is seen when the course is."""
    teacher, aziza = world.teacher(), world.student()
    course_id = sent(teacher, written(GREETINGS)).json()["courses"][0]["id"]
    admin = Person(world.client, 0, "", world.post("/api/v1/login", json=ADMIN_LOGIN).json()["access_token"], "")
    emma = aziza.get("/api/v1/avatars/default").json()
    lesson = {"title": "Kafeda", "order": 1, "avatar_id": emma["id"], "course_id": course_id, "content": {"steps": [{"say": "Hello!"}]}}
    made = admin.post("/api/v1/admin/interactive-lessons/", lesson).json()
    assert aziza.get("/api/v1/interactive-lessons/").json() == []
    sent(teacher, written(GREETINGS, is_published=True))
    assert aziza.get("/api/v1/interactive-lessons/").json() == [made]
    assert world.get(emma["image_url"]).headers["content-type"] == "image/svg+xml"
