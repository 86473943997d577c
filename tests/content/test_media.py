"""The files of one's own courses, and what shows them."""

from sqlalchemy import update

from bilim.catalog.models import Course
from catalog.test_files import illustrated
from content.material import MEDIA
from world import Person, World

PDF = b"%PDF-1.7\n" + b"0" * 100
MP3 = b"ID3" + b"0" * 50


def lesson_with_file(teacher: Person, course_id: int, name: str = "x.pdf", content: bytes = PDF, title: str = "Dars") -> int:
    section = teacher.post("/api/sections/", {"course": course_id, "title": "Bob"}).json()["id"]
    sent = {"section": (None, str(section)), "title": (None, title), "file": (name, content)}
    return teacher.call("POST", "/api/lessons/", files=sent).json()["id"]


def test_files_with_their_kind_size_address_and_links(world: World) -> None:
    teacher = world.teacher()
    course = illustrated(teacher)
    lesson = lesson_with_file(teacher, course["id"])
    listed = teacher.get(MEDIA)
    assert (listed.status_code, listed.headers["x-total-count"]) == (200, "2")
    picture, file = listed.json()
    assert picture == {
        "name": picture["name"],
        "kind": "image",
        "size": picture["size"],
        "url": f"/uploads/{picture['name']}",
        "created_at": picture["created_at"],
        "links": [{"kind": "course", "id": course["id"], "title": "Kurs", "course_id": course["id"]}],
    }
    assert picture["name"].startswith("public/images/")
    assert len(world.get(picture["url"]).content) == picture["size"]
    assert (file["kind"], file["size"]) == ("document", len(PDF))
    assert file["links"] == [{"kind": "lesson", "id": lesson, "title": "Dars", "course_id": course["id"]}]
    assert world.get(file["url"]).content == PDF, "a private file's address is signed"
    assert world.get(file["url"].partition("?")[0]).status_code == 404


def test_a_picture_that_two_courses_show_is_one_file(world: World) -> None:
    teacher = world.teacher()
    first = illustrated(teacher)
    address = first["thumbnail"].removeprefix("https://school.example")
    second = world.course(teacher, title="Nusxa", thumbnail_url=address)
    (picture,) = teacher.get(MEDIA).json()
    assert [(link["id"], link["title"]) for link in picture["links"]] == [(first["id"], "Kurs"), (second["id"], "Nusxa")]


def test_pictures_elsewhere_and_files_that_are_gone_are_none_of_ours(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = illustrated(teacher)
    for address in ("https://cdn.example/x.png", "/uploads/public/images/gone.webp", "/uploads/../x", "", None):
        with sqlite_world.db.write() as tx:
            tx.execute(update(Course).where(Course.id == course["id"]).values(thumbnail_url=address))
        assert teacher.get(MEDIA).json() == []


def test_whose_files_are_listed(world: World) -> None:
    teacher, other = world.teacher(), world.teacher()
    own, theirs = world.course(teacher), world.course(other)
    lesson_with_file(teacher, own["id"], "a.mp3", MP3, "Meniki")
    kept = lesson_with_file(other, theirs["id"], title="Uniki")
    gone = lesson_with_file(other, theirs["id"], title="Oʻchirilgan")
    other.delete(f"/api/v1/lessons/{gone}")
    listed = {who: person.get(MEDIA).json() for who, person in {"own": teacher, "theirs": other, "admin": world.admin()}.items()}
    assert [(each["kind"], [link["title"] for link in each["links"]]) for each in listed["own"]] == [("audio", ["Meniki"])]
    assert [link["id"] for each in listed["theirs"] for link in each["links"]] == [kept]
    assert [link["title"] for each in listed["admin"] for link in each["links"]] == ["Meniki", "Uniki"]
    assert (world.student().get(MEDIA).status_code, world.get(MEDIA).status_code) == (403, 401)


def test_a_picture_of_ones_own_tells_nothing_of_others_courses(sqlite_world: World) -> None:
    teacher, other = sqlite_world.teacher(), sqlite_world.teacher()
    address = illustrated(teacher)["thumbnail"].removeprefix("https://school.example")
    draft = sqlite_world.course(other, title="Sir", is_published=False, thumbnail_url=address)
    (picture,) = teacher.get(MEDIA).json()
    assert [link["title"] for link in picture["links"]] == ["Kurs"]
    (same,) = other.get(MEDIA).json()
    assert ([link["id"] for link in same["links"]], same["name"]) == ([draft["id"]], picture["name"])


def test_homework_is_no_teaching_material(sqlite_world: World) -> None:
    teacher, group = sqlite_world.teacher(), sqlite_world.group()
    sent = {"group": (None, str(group["id"])), "file": ("x.pdf", PDF)}
    assert teacher.call("POST", "/api/v1/homework/", files=sent).status_code == 201
    assert sqlite_world.admin().get(MEDIA).json() == []


def test_pages_of_files(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = sqlite_world.course(teacher)
    made = [lesson_with_file(teacher, course["id"]) for _ in range(5)]
    page = teacher.get(f"{MEDIA}?skip=1&limit=2")
    assert [link["id"] for each in page.json() for link in each["links"]] == made[1:3]
    assert page.headers["x-total-count"] == "5"
