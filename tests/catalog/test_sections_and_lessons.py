"""Writing sections and lessons on the marketplace, with files (CONTRACT sections 5 and 8)."""

import pytest

from world import Person, World

PDF = b"%PDF-1.7\n" + b"0" * 100


def test_sections_and_lessons_make_a_course(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    sections = [teacher.post("/api/sections/", {"course": course["id"], "title": title}).json() for title in ("Birinchi", "Ikkinchi")]
    first = teacher.post("/api/sections/", {"course": course["id"], "title": "Muqaddima", "order": 0}).json()
    assert [section["order"] for section in (*sections, first)] == [0, 1, 0]
    lesson = teacher.post("/api/lessons/", {"section": sections[1]["id"], "title": "Dars", "content": "Matn", "is_preview": True})
    assert (lesson.status_code, lesson.json()["course"], lesson.json()["section"]) == (201, course["id"], sections[1]["id"])
    assert [lesson.json()[name] for name in ("order", "premium_only", "is_preview", "file")] == [0, False, True, None]
    listed = world.get(f"/api/sections/?course={course['id']}").json()
    assert [(section["title"], section["lessons_count"]) for section in listed] == [("Birinchi", 0), ("Muqaddima", 0), ("Ikkinchi", 1)]
    for query in (f"course={course['id']}", f"section={sections[1]['id']}", ""):
        assert world.get(f"/api/lessons/?{query}").json() == [lesson.json()]
    assert world.get(f"/api/lessons/?section={sections[0]['id']}").json() == []
    detail = world.get(f"/api/courses/{course['id']}/").json()
    assert [len(section["lessons"]) for section in detail["sections"]] == [0, 0, 1]


def test_behind_the_last_place_there_is_room_for_one_more(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    last = teacher.post("/api/sections/", {"course": course["id"], "title": "Oxirgi", "order": 2**31 - 1}).json()
    after = teacher.post("/api/sections/", {"course": course["id"], "title": "Yana"})
    assert (after.status_code, after.json()["order"]) == (201, last["order"])
    assert [section["title"] for section in world.get(f"/api/sections/?course={course['id']}").json()] == ["Oxirgi", "Yana"]


def test_sections_and_lessons_of_others_and_of_nobody(world: World) -> None:
    owner, stranger = world.teacher(), world.teacher()
    course, draft = world.course(owner), world.course(owner, is_published=False)
    section = owner.post("/api/sections/", {"course": course["id"], "title": "Bob"}).json()
    hidden = owner.post("/api/sections/", {"course": draft["id"], "title": "Bob"}).json()
    assert stranger.post("/api/sections/", {"course": course["id"], "title": "T"}).status_code == 403
    assert stranger.post("/api/lessons/", {"section": section["id"], "title": "T"}).status_code == 403
    for unknown in (draft["id"], 10**9):
        answer = stranger.post("/api/sections/", {"course": unknown, "title": "T"})
        assert answer.json() == {"course": [f'Invalid pk "{unknown}" - object does not exist.']}
    for unknown in (hidden["id"], 10**9):
        answer = stranger.post("/api/lessons/", {"section": unknown, "title": "T"})
        assert answer.json() == {"section": [f'Invalid pk "{unknown}" - object does not exist.']}
    assert {each["course"]["id"] for each in world.get("/api/sections/").json()} == {course["id"]}


def test_categories_count_the_courses_that_one_may_see(world: World) -> None:
    teacher = world.teacher()
    world.course(teacher, category="Tillar")
    world.course(teacher, category="tillar", is_published=False)
    (seen,) = world.get("/api/categories/").json()
    assert (seen["title"], seen["courses_count"]) == ("Tillar", 1)
    assert teacher.get("/api/v1/lessons/categories").json() == [{"id": seen["id"], "name": "Tillar", "courses_count": 2}]


def test_lessons_with_videos(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=1)
    shown = world.lesson(teacher, course["id"], video_url="https://v.example/1")
    closed = world.lesson(teacher, course["id"], video_url="https://v.example/2", premium_only=True)
    assert [(each["id"], each["video_url"]) for each in world.get("/api/v1/lessons/videos").json()] == [
        (shown["id"], "https://v.example/1"),
        (closed["id"], None),
    ]


def test_admins_write_all_courses_through_their_own_door(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    draft = world.course(teacher, is_published=False)
    assert [each["id"] for each in admin.get("/api/v1/admin/courses/").json()] == [draft["id"]]
    body = {"title": "Yangi", "difficulty_level": "A1", "instructor_id": teacher.id, "is_featured": True}
    made = admin.post("/api/v1/admin/courses/", body).json()
    assert (made["instructor_id"], made["is_featured"]) == (teacher.id, True)
    assert admin.put(f"/api/v1/admin/courses/{draft['id']}", body | {"title": "Nashr", "is_published": True}).json()["title"] == "Nashr"
    assert admin.delete(f"/api/v1/admin/courses/{made['id']}").json()["id"] == made["id"]
    assert admin.delete(f"/api/v1/admin/courses/{made['id']}").status_code == 404


def lesson_with(world: World, teacher: Person, name: str, content: bytes, **fields: str) -> object:
    course = world.course(teacher, lessons=0, **({"price": 500} if fields.pop("priced", None) else {}))
    section = teacher.post("/api/sections/", {"course": course["id"], "title": "Bob"}).json()
    sent = {"section": (None, str(section["id"])), "title": (None, "Dars"), "file": (name, content)}
    return teacher.call("POST", "/api/lessons/", files=sent)


def test_a_lessons_file_is_served_by_signed_address_to_whom_the_lesson_is_open(world: World) -> None:
    teacher = world.teacher()
    made = lesson_with(world, teacher, "Dars 1.PDF", PDF, priced="yes")
    assert made.status_code == 201, made.text  # type: ignore[attr-defined]
    address = made.json()["file"].removeprefix("https://school.example")  # type: ignore[attr-defined]
    assert world.get(address).content == PDF
    assert world.get(address.partition("?")[0]).status_code == 404
    assert world.get("/api/lessons/").json()[0]["file"] is None
    assert world.admin().get("/api/lessons/").json()[0]["file"] is not None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.exe", b"MZ"),
        ("x.html", b"<html>"),
        ("x.svg", b"<svg/>"),
        ("x.pdf", b"MZ\x90"),
        ("x.php.jpg", b"<?php"),
        ("pdf", PDF),
        ("../../x", PDF),
    ],
)
def test_files_of_other_kinds_are_refused(sqlite_world: World, name: str, content: bytes) -> None:
    answer = lesson_with(sqlite_world, sqlite_world.teacher(), name, content)
    words = "Files of this kind cannot be uploaded, or the file is not what its name says."
    assert (answer.status_code, answer.json()) == (400, {"file": [words]})  # type: ignore[attr-defined]
    assert sqlite_world.uploads() == []


def test_a_files_name_decides_nothing_about_where_it_lies(sqlite_world: World) -> None:
    for name in ("../../etc/x.pdf", "..\\..\\x.pdf", "a" * 300 + ".pdf", "\u202egnp.pdf", "CON.pdf"):
        assert lesson_with(sqlite_world, sqlite_world.teacher(), name, PDF).status_code == 201  # type: ignore[attr-defined]
    assert all(len(name) < 60 and name.startswith("files/") for name in sqlite_world.uploads())
