"""Files of courses and lessons: claimed with what shows them, deleted when nothing does any more."""

from typing import Any

from sqlalchemy import select

from bilim.files.models import StoredFile
from market.test_courses import picture
from world import Person, World

PDF = b"%PDF-1.7\n" + b"0" * 100
PICTURES = "https://school.example/uploads/"


def illustrated(teacher: Person, **fields: str) -> dict[str, Any]:
    """A published course with a picture."""
    sent = {"title": (None, "Kurs"), "is_published": (None, "true"), "thumbnail": ("x.png", picture(), "image/png")}
    made = teacher.call("POST", "/api/courses/", files=sent)
    assert made.status_code == 201, made.text
    return made.json()


def lesson_with_file(world: World, teacher: Person, section_id: int) -> dict[str, Any]:
    sent = {"section": (None, str(section_id)), "title": (None, "Dars"), "file": ("x.pdf", PDF)}
    return teacher.call("POST", "/api/lessons/", files=sent).json()


def claimed(world: World) -> list[str]:
    with world.db.read() as tx:
        return tx.scalars(select(StoredFile.name).order_by(StoredFile.name))


def test_what_is_uploaded_is_claimed_and_goes_with_what_shows_it(world: World) -> None:
    teacher = world.teacher()
    course = illustrated(teacher)
    section = teacher.post("/api/sections/", {"course": course["id"], "title": "Bob"}).json()["id"]
    kept, gone = (lesson_with_file(world, teacher, section) for _ in range(2))
    assert len(claimed(world)) == 3
    assert claimed(world) == world.uploads()
    teacher.delete(f"/api/v1/lessons/{gone['id']}")
    world.run_jobs()
    assert len(claimed(world)) == 2
    assert claimed(world) == world.uploads()
    assert world.get(kept["file"].removeprefix("https://school.example")).content == PDF
    teacher.delete(f"/api/courses/{course['id']}/")
    world.run_jobs()
    assert (claimed(world), world.uploads()) == ([], [])


def test_files_of_other_courses_stay(world: World) -> None:
    teacher = world.teacher()
    gone, kept = illustrated(teacher), illustrated(teacher)
    section = teacher.post("/api/sections/", {"course": kept["id"], "title": "Bob"}).json()["id"]
    lesson = lesson_with_file(world, teacher, section)
    teacher.delete(f"/api/courses/{gone['id']}/")
    world.run_jobs()
    assert len(world.uploads()) == 2
    assert claimed(world) == world.uploads()
    for address in (kept["thumbnail"], lesson["file"]):
        assert world.get(address.removeprefix("https://school.example")).status_code == 200


def test_files_of_what_is_only_hidden_go_too(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = illustrated(teacher)
    section = teacher.post("/api/sections/", {"course": course["id"], "title": "Bob"}).json()["id"]
    first, second = (lesson_with_file(world, teacher, section) for _ in range(2))
    world.complete(student, first["id"])
    world.complete(student, second["id"])
    teacher.delete(f"/api/v1/lessons/{first['id']}")
    world.run_jobs()
    assert len(world.uploads()) == 2
    teacher.delete(f"/api/courses/{course['id']}/")
    world.run_jobs()
    assert (claimed(world), world.uploads()) == ([], [])


def test_a_new_picture_takes_the_place_of_the_old_one(world: World) -> None:
    teacher = world.teacher()
    course = illustrated(teacher)
    old = course["thumbnail"].removeprefix(PICTURES)
    path = f"/api/courses/{course['id']}/"
    new = teacher.call("PUT", path, files={"title": (None, "Kurs"), "thumbnail": ("y.png", picture("JPEG"))}).json()["thumbnail"]
    world.run_jobs()
    assert claimed(world) == world.uploads() == [new.removeprefix(PICTURES)] != [old]
    assert teacher.put(path, {"title": "Kurs"}).json()["thumbnail"] == new, "left out, it stays"
    bare = {"title": "Kurs", "difficulty_level": "A1", "thumbnail_url": None}
    assert teacher.put(f"/api/v1/courses/{course['id']}", bare).json()["thumbnail_url"] is None
    world.run_jobs()
    assert (claimed(world), world.uploads()) == ([], [])


def test_a_picture_that_another_course_shows_stays(world: World) -> None:
    teacher, thief = world.teacher(), world.teacher()
    course = illustrated(teacher)
    address = course["thumbnail"].removeprefix("https://school.example")
    copy = world.course(thief, thumbnail_url=address)
    thief.put(f"/api/v1/courses/{copy['id']}", {"title": "T", "difficulty_level": "A1", "thumbnail_url": "https://x.example/1.png"})
    world.run_jobs()
    assert world.get(address).status_code == 200, "nobody deletes a picture by naming it and leaving it"
    copy = world.course(thief, thumbnail_url=address)
    teacher.delete(f"/api/courses/{course['id']}/")
    world.run_jobs()
    assert world.get(address).status_code == 200
    thief.delete(f"/api/courses/{copy['id']}/")
    world.run_jobs()
    assert world.get(address).status_code == 404


def test_the_same_address_again_deletes_nothing(world: World) -> None:
    teacher = world.teacher()
    course = illustrated(teacher)
    seen = teacher.get(f"/api/v1/courses/{course['id']}").json()
    teacher.put(f"/api/v1/courses/{course['id']}", seen)
    world.run_jobs()
    assert world.get(seen["thumbnail_url"]).status_code == 200


def test_strangers_and_refused_bodies_leave_no_file(sqlite_world: World) -> None:
    world = sqlite_world
    teacher, stranger = world.teacher(), world.teacher()
    course = world.course(teacher, lessons=1)
    sent = {"title": (None, "Kurs"), "thumbnail": ("x.png", picture(), "image/png")}
    assert stranger.call("PUT", f"/api/courses/{course['id']}/", files=sent).status_code == 403
    lesson = {"section": (None, str(course["lessons"][0]["section_id"])), "title": (None, "Dars"), "file": ("x.pdf", PDF)}
    assert stranger.call("POST", "/api/lessons/", files=lesson).status_code == 403
    assert (claimed(world), world.uploads()) == ([], [])
