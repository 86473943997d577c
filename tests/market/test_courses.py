"""The marketplace's course: written with a picture, shown with its figures (CONTRACT sections 5 and 8)."""

import io
import struct
import threading
import zlib

import msgspec
import pytest
from PIL import Image

from bilim.files import images
from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from world import World


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
    assert (sqlite_world.uploads(), teacher.get("/api/courses/").json()) == ([], [])


def test_a_text_where_a_file_belongs_is_no_file(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    made = teacher.post("/api/courses/", {"title": "K", "thumbnail": "https://elsewhere.example/x.png"})
    assert (made.status_code, made.json()["thumbnail"]) == (201, None)


def test_the_marketplace_shows_sections_and_figures(world: World) -> None:
    teacher, student = world.teacher(first_name="Bobur", last_name="Toshmatov"), world.student()
    course = world.course(teacher, lessons=2, category="Tillar")
    student.post("/api/enrollments/", {"course": course["id"]})
    student.post("/api/reviews/", {"course": course["id"], "rating": 4})
    seen = world.get(f"/api/courses/{course['id']}/").json()
    assert (seen["category"]["title"], seen["instructor"]) == ("Tillar", {"id": teacher.id, "full_name": "Bobur Toshmatov"})
    assert [section["title"] for section in seen["sections"]] == [course["title"]], "one implicit section"
    assert [lesson["id"] for lesson in seen["sections"][0]["lessons"]] == [lesson["id"] for lesson in course["lessons"]]
    figures = {"sections_count": 1, "lessons_count": 2, "students_count": 1, "reviews_count": 1, "rating_average": 4.0}
    assert {name: seen[name] for name in figures} == figures
    assert {name: world.get("/api/courses/").json()[0][name] for name in figures} == figures


def test_figures_count_what_is_there(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=3)
    for person, rating in ((student, 5), (other, 2)):
        person.post("/api/enrollments/", {"course": course["id"]})
        person.post("/api/reviews/", {"course": course["id"], "rating": rating})
    empty = world.course(teacher, lessons=0)
    world.complete(student, course["lessons"][0]["id"])
    for lesson in course["lessons"][:2]:  # one is hidden, since somebody finished it, the other gone
        teacher.delete(f"/api/v1/lessons/{lesson['id']}")
    names = ("sections_count", "lessons_count", "students_count", "reviews_count", "rating_average")
    for seen in (world.get("/api/courses/").json()[0], world.get(f"/api/courses/{course['id']}/").json()):
        assert [seen[name] for name in names] == [1, 1, 2, 2, 3.5]
    for seen in (world.get("/api/courses/").json()[1], world.get(f"/api/courses/{empty['id']}/").json()):
        assert [seen[name] for name in names] == [0, 0, 0, 0, None]
    assert [each["id"] for each in world.get(f"/api/courses/{course['id']}/").json()["sections"][0]["lessons"]] == [
        course["lessons"][2]["id"]
    ]


def test_lessons_stand_in_their_order_in_their_sections(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    late, early = (teacher.post("/api/sections/", {"course": course["id"], "title": "S", "order": order}).json()["id"] for order in (7, 3))
    made = {}
    for section, order in ((late, 2), (late, 1), (early, 5), (early, 5)):
        lesson = teacher.post("/api/lessons/", {"section": section, "title": "L", "order": order}).json()
        made.setdefault(section, []).append(lesson["id"])
    sections = world.get(f"/api/courses/{course['id']}/").json()["sections"]
    assert [(section["id"], section["order"]) for section in sections] == [(early, 3), (late, 7)]
    assert [[lesson["id"] for lesson in section["lessons"]] for section in sections] == [made[early], made[late][::-1]]


def test_courses_and_their_parts_stay_in_order_when_they_are_changed(world: World) -> None:
    """PostgreSQL keeps a changed row behind the others."""
    teacher = world.teacher()
    first, _draft, second = world.course(teacher), world.course(teacher, is_published=False), world.course(teacher)
    lessons = [lesson["id"] for lesson in first["lessons"]]
    teacher.put(f"/api/courses/{first['id']}/", {"title": "Yangi"})
    teacher.put(f"/api/v1/lessons/{lessons[0]}", {"title": "Yangi"})
    assert [each["id"] for each in world.get("/api/courses/").json()] == [first["id"], second["id"]]
    pages = [world.get(f"/api/courses/?skip={skip}&limit=1") for skip in range(2)]
    assert [[each["id"] for each in page.json()] for page in pages] == [[first["id"]], [second["id"]]]
    assert [page.headers["x-total-count"] for page in pages] == ["2", "2"], "drafts of others neither shown nor counted"
    section, *others = world.get(f"/api/courses/{first['id']}/").json()["sections"]
    assert ([(each["id"], each["is_open"]) for each in section["lessons"]], others) == ([(lesson, True) for lesson in lessons], [])


def test_a_category_is_an_id_a_name_or_the_object_that_was_shown(world: World) -> None:
    teacher = world.teacher()
    course = teacher.post("/api/courses/", {"title": "T", "category": "Tillar"}).json()
    path, category = f"/api/courses/{course['id']}/", course["category"]
    for sent in (category, category["id"], "tillar"):
        assert teacher.put(path, {"title": "T", "category": sent}).json()["category"] == category
    form = teacher.call("PUT", path, data={"title": "T", "category": str(category["id"])})
    assert form.json()["category"] == category, "forms send ids as text"
    assert teacher.put(path, {"title": "T", "category": "9" * 19}).json()["category"]["title"] == "9" * 19, "too long for an id"
    assert teacher.put(path, {"title": "T", "category": None}).json()["category"] is None


def test_addresses_follow_the_request_unless_the_school_has_one(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    made = teacher.call(
        "POST", "/api/courses/", files={"title": (None, "K"), "is_published": (None, "1"), "thumbnail": ("x.png", picture())}
    )
    path = f"/api/courses/{made.json()['id']}/"
    lesson = world.lesson(teacher, made.json()["id"])
    world.complete(student, lesson["id"])
    elsewhere = {"Host": "maktab.example:8004"}
    certificate = student.get("/api/certificates/", headers=elsewhere).json()[0]
    addresses = [world.get(path, headers=elsewhere).json()["thumbnail"], certificate["file"], certificate["verify_url"]]
    assert {address.split("/")[2] for address in addresses} == {"school.example"}
    world.use(settings=msgspec.structs.replace(world.app.state.services.settings, public_url=""))
    certificate = student.get("/api/certificates/", headers=elsewhere).json()[0]
    assert world.get(path, headers=elsewhere).json()["thumbnail"].startswith("http://maktab.example:8004/uploads/public/images/")
    assert certificate["file"].startswith("http://maktab.example:8004/api/v1/certificates/")
    assert certificate["verify_url"].startswith("http://localhost:8004/verify/"), "what is printed never follows what a caller sends"


def test_drawing_holds_no_connection_and_begins_for_editors_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, stranger = world.teacher(), world.teacher()
    course = world.course(teacher, lessons=0)
    seen: list[tuple[int, str]] = []
    draw = images.draw

    def watched(store: Store, staged: StagedFile, field: str) -> StagedFile:
        seen.append((world.db.connections_in_use, threading.current_thread().name.partition("_")[0]))
        return draw(store, staged, field)

    monkeypatch.setattr(images, "draw", watched)
    sent = {"title": (None, "Kurs"), "thumbnail": ("x.png", picture())}
    assert stranger.call("PUT", f"/api/courses/{course['id']}/", files=sent).status_code == 403
    assert seen == []
    assert teacher.call("PUT", f"/api/courses/{course['id']}/", files=sent).status_code == 200
    assert seen == [(0, "files")]
