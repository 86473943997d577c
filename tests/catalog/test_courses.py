"""Courses, lessons and words: who writes them, who sees them, what stays closed (CONTRACT sections 7 and 8)."""

from typing import Any

import pytest
from sqlalchemy import select

from bilim.catalog.models import Course, Purchase, Section
from world import Person, World

WHOLE = {
    "title": "Ingliz tili",
    "description": "Uzun taʼrif",
    "difficulty_level": "A1",
    "short_description": "Qisqa taʼrif",
    "thumbnail_url": "https://img.example/1.png",
    "is_published": True,
    "is_featured": True,
    "estimated_duration": 120,
    "language": "uz",
    "price": 100000,
    "discount_price": 80000.5,
    "category": "Tillar",
    "tags": ["ingliz"],
    "requirements": ["yoʻq"],
    "learning_outcomes": ["salomlashish"],
}


def test_a_course_comes_back_as_it_was_written(world: World) -> None:
    teacher = world.teacher(first_name="Bobur")
    made = teacher.post("/api/v1/courses/", WHOLE | {"instructor_id": 1}).json()
    assert {name: made[name] for name in WHOLE} == WHOLE | {"is_featured": False}, "only admins feature"
    assert (made["instructor_id"], made["lessons"]) == (teacher.id, [])
    assert world.get(f"/api/v1/courses/{made['id']}").json() == made
    assert world.get("/api/v1/courses/").json() == [made]


def test_an_admin_features_a_course_and_names_its_teacher(world: World) -> None:
    teacher, student, admin = world.teacher(), world.student(), world.admin()
    made = admin.post("/api/v1/courses/", WHOLE | {"instructor_id": teacher.id}).json()
    assert (made["is_featured"], made["instructor_id"]) == (True, teacher.id)
    assert admin.post("/api/v1/courses/", WHOLE | {"instructor_id": student.id}).status_code == 400
    assert admin.post("/api/v1/courses/", WHOLE | {"instructor_id": 10**9}).status_code == 400


def test_what_a_put_leaves_out_stays(world: World) -> None:
    teacher = world.teacher()
    made = teacher.post("/api/v1/courses/", WHOLE).json()
    changed = teacher.put(f"/api/v1/courses/{made['id']}", {"title": "Yangi", "difficulty_level": "A2", "category": None}).json()
    same = {"updated_at": 0, "title": 0, "difficulty_level": 0, "category": 0, "category_id": 0}
    assert changed | same == made | same
    assert (changed["title"], changed["category"]) == ("Yangi", None)
    assert teacher.put(f"/api/v1/courses/{made['id']}", {"title": "Yangi"}).json() == {"difficulty_level": ["This field is required."]}


def test_a_category_that_is_left_out_stays(world: World) -> None:
    teacher = world.teacher()
    made = teacher.post("/api/v1/courses/", WHOLE).json()
    changed = teacher.put(f"/api/v1/courses/{made['id']}", {"title": "Yangi", "difficulty_level": "A2"}).json()
    assert (changed["category"], changed["category_id"]) == ("Tillar", made["category_id"])
    assert teacher.put(f"/api/courses/{made['id']}/", {"title": "Yangi"}).json()["category"]["title"] == "Tillar"


def test_categories_are_one_whatever_their_case(world: World) -> None:
    teacher = world.teacher()
    first, second = (teacher.post("/api/v1/courses/", WHOLE | {"category": name}).json() for name in ("Tillar", " TILLAR "))
    assert first["category_id"] == second["category_id"]


def test_a_category_may_be_named_by_its_id(world: World) -> None:
    teacher = world.teacher()
    known = teacher.post("/api/v1/courses/", WHOLE).json()["category_id"]
    made = teacher.post("/api/v1/courses/", WHOLE | {"category": known}).json()
    assert (made["category"], made["category_id"]) == ("Tillar", known)
    unknown = teacher.post("/api/v1/courses/", WHOLE | {"category": known + 1})
    assert (unknown.status_code, list(unknown.json())) == (400, ["category"])


def test_a_draft_is_known_to_its_teacher_and_admins_alone(world: World) -> None:
    teacher = world.teacher()
    draft = world.course(teacher, lessons=1, is_published=False)
    paths = [f"/api/v1/courses/{draft['id']}", f"/api/courses/{draft['id']}/", f"/api/v1/lessons/{draft['lessons'][0]['id']}"]
    for path in paths:
        assert [world.get(path).status_code, world.student().get(path).status_code, world.teacher().get(path).status_code] == [404] * 3
        assert [teacher.get(path).status_code, world.admin().get(path).status_code] == [200, 200]
    for path in ("/api/v1/courses/", "/api/courses/", "/api/v1/lessons/", "/api/v1/words/"):
        assert world.get(path).json() == []
        assert world.student().get(path).headers["x-total-count"] == "0"


def test_others_courses_cannot_be_changed(world: World) -> None:
    course = world.course(world.teacher())
    stranger = world.teacher()
    body = {"title": "Oʻgʻirlangan", "difficulty_level": "A1"}
    assert stranger.put(f"/api/v1/courses/{course['id']}", body).status_code == 403
    lesson = {"title": "T", "content": "C", "course_id": course["id"], "order": 1}
    assert stranger.post("/api/v1/lessons/", lesson).status_code == 403
    path = f"/api/v1/lessons/{course['lessons'][0]['id']}"
    assert (stranger.delete(path).status_code, stranger.put(path, {"title": "Oʻgʻirlangan"}).status_code) == (403, 403)
    assert world.get(path).json() == course["lessons"][0]
    word = {"word": "a", "translation": "b", "lesson_id": course["lessons"][0]["id"]}
    assert stranger.post("/api/v1/words/", word).status_code == 403
    made = world.admin().post("/api/v1/words/", word).json()
    path = f"/api/v1/words/{made['id']}"
    assert (stranger.delete(path).status_code, stranger.put(path, {"word": "x", "translation": "y"}).status_code) == (403, 403)
    assert world.get(path).json() == made
    assert world.get(f"/api/v1/courses/{course['id']}").json()["title"] == course["title"]


def test_a_lesson_of_no_course_names_the_field(world: World) -> None:
    teacher = world.teacher()
    draft = world.course(world.teacher(), is_published=False)
    for course_id in (10**9, draft["id"]):
        answer = teacher.post("/api/v1/lessons/", {"title": "T", "content": "C", "course_id": course_id, "order": 1})
        assert answer.json() == {"course_id": [f'Invalid pk "{course_id}" - object does not exist.']}


def test_lessons_and_words_are_written_read_changed_and_deleted(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    lesson = world.lesson(teacher, course["id"], video_url="https://v.example/1")
    word = teacher.post(
        "/api/v1/words/", {"word": "hello", "translation": "salom", "ipa_pronunciation": "/həˈləʊ/", "lesson_id": lesson["id"]}
    )
    assert word.status_code == 201
    lesson = world.get(f"/api/v1/lessons/{lesson['id']}").json()
    assert lesson["words"] == [word.json()]
    assert world.get(f"/api/v1/courses/{course['id']}").json()["lessons"] == [lesson]
    changed = teacher.put(f"/api/v1/lessons/{lesson['id']}", {"title": "Yangi", "premium_only": True}).json()
    assert (changed["title"], changed["premium_only"], changed["content"]) == ("Yangi", True, "Hello!")
    other = teacher.post("/api/v1/words/", {"word": "bye", "translation": "xayr", "lesson_id": lesson["id"]}).json()
    renamed = teacher.put(f"/api/v1/words/{word.json()['id']}", {"word": "hi", "translation": "salom"}).json()
    assert (renamed["word"], renamed["ipa_pronunciation"]) == ("hi", "/həˈləʊ/")
    assert teacher.delete(f"/api/v1/words/{renamed['id']}").json() == renamed
    assert teacher.get("/api/v1/words/").json() == [other], "another word is as it was"
    assert teacher.delete(f"/api/v1/lessons/{lesson['id']}").json()["id"] == lesson["id"]
    assert teacher.get(f"/api/v1/lessons/{lesson['id']}").status_code == 404


def test_a_course_without_history_is_gone_and_one_with_history_hidden(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    plain, finished = world.course(teacher), world.course(teacher, lessons=1)
    world.complete(student, finished["lessons"][0]["id"])
    for course in (plain, finished):
        assert teacher.delete(f"/api/v1/courses/{course['id']}").json()["id"] == course["id"]
        for path in (f"/api/v1/courses/{course['id']}", f"/api/courses/{course['id']}/", f"/api/v1/lessons/{course['lessons'][0]['id']}"):
            for caller in (world, student, teacher, world.admin()):
                assert caller.get(path).status_code == 404
    with world.db.read() as tx:
        assert tx.scalars(select(Course.id)) == [finished["id"]]
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1, "what was earned stays"
    assert len(student.get("/api/v1/user-progress/").json()) == 1


KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "premium": ({}, {"premium_only": True}),
    "priced": ({"price": 5000}, {}),
    "priced preview": ({"price": 5000}, {"is_preview": True}),
    "priced premium": ({"price": 5000}, {"premium_only": True}),
}
OPEN_TO = {
    "plain": {"anonymous", "student", "premium", "buyer", "teacher", "admin"},
    "premium": {"premium", "buyer", "teacher", "admin"},
    "priced": {"buyer", "teacher", "admin"},
    "priced preview": {"anonymous", "student", "premium", "buyer", "teacher", "admin"},
    "priced premium": {"buyer", "teacher", "admin"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_closed_content_is_null_on_every_surface(world: World, kind: str) -> None:
    teacher, buyer = world.teacher(), world.student()
    course_fields, lesson_fields = KINDS[kind]
    course = world.course(teacher, lessons=0, **course_fields)
    lesson = world.lesson(teacher, course["id"], video_url="https://v.example/1", **lesson_fields)
    teacher.post("/api/v1/words/", {"word": "hello", "translation": "salom", "lesson_id": lesson["id"]})
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=buyer.id, course_id=course["id"], created_at=tx.now)
    callers: dict[str, Person | World] = {
        "anonymous": world,
        "student": world.student(),
        "premium": world.student(is_premium=True),
        "buyer": buyer,
        "teacher": teacher,
        "admin": world.admin(),
    }
    for name, caller in callers.items():
        seen = _everywhere(caller, course["id"], lesson["id"])
        assert seen == {name in OPEN_TO[kind]}, f"{name} sees {seen} of a {kind} lesson"


def _everywhere(caller: Person | World, course_id: int, lesson_id: int) -> set[bool]:
    """On which surfaces the lesson's content, video and words are shown: all, none, or (wrongly) both."""
    lesson = caller.get(f"/api/v1/lessons/{lesson_id}").json()
    listed = next(each for each in caller.get("/api/v1/lessons/").json() if each["id"] == lesson_id)
    course = caller.get(f"/api/v1/courses/{course_id}").json()["lessons"][0]
    in_list = caller.get("/api/v1/courses/").json()[0]["lessons"][0]
    market = caller.get(f"/api/courses/{course_id}/").json()["sections"][0]["lessons"][0]
    seen = {each[name] is not None for each in (lesson, listed, course, in_list, market) for name in ("content", "video_url")}
    seen |= {each["words"] != [] for each in (lesson, listed, course, in_list)}
    word = caller.get("/api/v1/words/").json()[0]
    return seen | {word[name] is not None for name in ("word", "translation")}


def test_a_course_without_sections_gets_one_that_says_so(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=2)
    teacher.post("/api/sections/", {"course": course["id"], "title": "Bob"})
    with world.db.read() as tx:
        assert tx.all(select(Section.title, Section.is_implicit).order_by(Section.id)) == [("Ingliz tili", True), ("Bob", False)]


def test_a_refunded_purchase_closes_the_course_again(world: World) -> None:
    buyer = world.student()
    course = world.course(world.teacher(), lessons=1, price=100)
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=buyer.id, course_id=course["id"], created_at=tx.now, revoked_at=tx.now)
    assert buyer.get(f"/api/v1/lessons/{course['lessons'][0]['id']}").json()["content"] is None


def test_a_deleted_lesson_is_nowhere(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=0)
    gone, kept = (world.lesson(teacher, course["id"], video_url="https://v.example/1") for _ in range(2))
    word = teacher.post("/api/v1/words/", {"word": "a", "translation": "b", "lesson_id": gone["id"]}).json()
    world.complete(student, gone["id"])
    teacher.delete(f"/api/v1/lessons/{gone['id']}")
    for path in ("/api/v1/lessons/", "/api/v1/lessons/videos", "/api/lessons/"):
        assert [each["id"] for each in world.get(path).json()] == [kept["id"]]
    assert [each["id"] for each in world.get(f"/api/v1/courses/{course['id']}").json()["lessons"]] == [kept["id"]]
    assert world.get("/api/v1/words/").json() == []
    for path in (f"/api/v1/words/{word['id']}", f"/api/v1/lessons/{gone['id']}"):
        assert teacher.get(path).status_code == 404
    for method, path in (("PUT", f"/api/v1/words/{word['id']}"), ("DELETE", f"/api/v1/lessons/{gone['id']}")):
        body = {"word": "b", "translation": "c"} if method == "PUT" else None
        assert teacher.call(method, path, json=body).status_code == 404
    words = {"word": "b", "translation": "c", "lesson_id": gone["id"]}
    assert teacher.post("/api/v1/words/", words).json() == {"lesson_id": [f'Invalid pk "{gone["id"]}" - object does not exist.']}
