"""Writing courses, sections and lessons on the marketplace, with pictures and files (CONTRACT sections 5 and 8)."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from world import Person, World

PDF = b"%PDF-1.7\n" + b"0" * 100


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, kind)
    return stream.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims so many pixels and holds none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def uploads(world: World) -> list[str]:
    root: Path = world.app.state.services.settings.uploads
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()) if root.exists() else []


def test_a_course_is_written_changed_and_deleted(world: World) -> None:
    teacher = world.teacher(first_name="Bobur")
    body = {"title": "Python", "description": "Noldan", "category": "Backend", "level": "A1", "language": "uz", "price": 100000.5}
    made = teacher.post("/api/courses/", body)
    assert made.status_code == 201
    seen = made.json()
    assert {name: seen[name] for name in ("title", "description", "level", "language", "price")} == {
        name: body[name] for name in ("title", "description", "level", "language", "price")
    }
    assert (seen["category"]["title"], seen["instructor"]["full_name"], seen["is_published"]) == ("Backend", "Bobur", False)
    path = f"/api/courses/{seen['id']}/"
    assert world.get(path).status_code == 404
    changed = teacher.put(path, {"title": "Python 3", "category": seen["category"]["id"], "is_published": True}).json()
    assert (changed["title"], changed["description"], changed["category"]) == ("Python 3", "Noldan", seen["category"])
    assert teacher.put(path, {"description": "x"}).json() == {"title": ["This field is required."]}
    assert world.teacher().put(path, {"title": "Mine"}).status_code == 403
    assert teacher.delete(path).status_code == 204
    assert world.get(path).status_code == 404


def test_every_wrong_field_is_named(sqlite_world: World) -> None:
    body = {"price": -5, "category": 0, "tags": "x", "level": None}
    assert sqlite_world.teacher().post("/api/courses/", body).json() == {
        "title": ["This field is required."],
        "price": ["Ensure this is an amount from 0, of at most 12 digits, with at most two decimals."],
        "category": ["Ensure this value is greater than or equal to 1."],
        "tags": ["Expected a list of items."],
        "level": ["This field may not be null."],
    }
    unknown = sqlite_world.teacher().post("/api/courses/", {"title": "T", "category": 10**9})
    assert unknown.json() == {"category": ['Invalid pk "1000000000" - object does not exist.']}


def test_sections_and_lessons_make_a_course(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    sections = [teacher.post("/api/sections/", {"course": course["id"], "title": title}).json() for title in ("Birinchi", "Ikkinchi")]
    first = teacher.post("/api/sections/", {"course": course["id"], "title": "Muqaddima", "order": 0}).json()
    assert [section["order"] for section in (*sections, first)] == [0, 1, 0]
    lesson = teacher.post("/api/lessons/", {"section": sections[1]["id"], "title": "Dars", "content": "Matn", "is_preview": True})
    assert (lesson.status_code, lesson.json()["course"], lesson.json()["section"]) == (201, course["id"], sections[1]["id"])
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


def test_going_on_where_one_stopped_or_null(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    assert (student.get("/api/v1/lessons/continue").status_code, student.get("/api/v1/lessons/continue").json()) == (200, None)
    world.complete(student, course["lessons"][0]["id"])
    assert student.get("/api/v1/lessons/continue").json()["id"] == course["lessons"][1]["id"]
    world.complete(student, course["lessons"][1]["id"])
    assert student.get("/api/v1/lessons/continue").json() is None


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


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_thumbnail_is_drawn_anew_and_everyones(world: World, kind: str) -> None:
    teacher = world.teacher()
    sent = {"title": (None, "Kurs"), "is_published": (None, "true"), "thumbnail": ("../../x.png", picture(kind, (3000, 1000)), "image/png")}
    made = teacher.call("POST", "/api/courses/", files=sent)
    assert made.status_code == 201, made.text
    address = made.json()["thumbnail"]
    assert address.startswith("https://school.example/uploads/public/images/")
    image = world.get(address.removeprefix("https://school.example"))
    assert Image.open(io.BytesIO(image.content)).size == (1600, 533)
    assert image.headers["content-type"] == "image/webp"
    assert world.get(f"/api/v1/courses/{made.json()['id']}").json()["thumbnail_url"] == address.removeprefix("https://school.example")
    again = teacher.put(f"/api/courses/{made.json()['id']}/", made.json()).json()
    assert again["thumbnail"] == address, "what a front end sends back changes nothing"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.png", bomb(60_000, 60_000), "This image has too many pixels."),
        ("x.png", bomb(8_000, 8_000), "This image has too many pixels."),
        ("x.png", bomb(100, 100), "Upload a valid image: PNG, JPEG, WebP or GIF."),
        (
            "x.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "Upload a valid image: PNG, JPEG, WebP or GIF.",
        ),
        ("x.png", b"<html>", "Upload a valid image: PNG, JPEG, WebP or GIF."),
        ("x.png", b"", "The submitted file is empty."),
        ("x.png", picture()[:40], "Upload a valid image: PNG, JPEG, WebP or GIF."),
    ],
)
def test_what_is_no_picture_is_refused(sqlite_world: World, name: str, content: bytes, words: str) -> None:
    teacher = sqlite_world.teacher()
    answer = teacher.call("POST", "/api/courses/", files={"title": (None, "K"), "thumbnail": (name, content, "image/png")})
    assert (answer.status_code, answer.json()) == (400, {"thumbnail": [words]})
    assert (uploads(sqlite_world), teacher.get("/api/courses/").json()) == ([], [])


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
    assert uploads(sqlite_world) == []


def test_a_files_name_decides_nothing_about_where_it_lies(sqlite_world: World) -> None:
    for name in ("../../etc/x.pdf", "..\\..\\x.pdf", "a" * 300 + ".pdf", "\u202egnp.pdf", "CON.pdf"):
        assert lesson_with(sqlite_world, sqlite_world.teacher(), name, PDF).status_code == 201  # type: ignore[attr-defined]
    assert all(len(name) < 60 and name.startswith("files/") for name in uploads(sqlite_world))


def test_a_text_where_a_file_belongs_is_no_file(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    made = teacher.post("/api/courses/", {"title": "K", "thumbnail": "https://elsewhere.example/x.png"})
    assert (made.status_code, made.json()["thumbnail"]) == (201, None)
