"""What is wrong or missing in stored courses is found, and told to those who can mend it."""

from typing import Any

from sqlalchemy import update

from bilim.catalog.models import Course, Lesson
from content.material import ENGLISH, VALIDATE, imported
from world import Person, World

GOOD = {"title": "Dars", "content": "Matn"}


def faults(person: Person) -> list[tuple[str, str, str | None]]:
    """Of each: its code, the course, the lesson."""
    answer = person.get(VALIDATE)
    assert answer.status_code == 200, answer.text
    return [(each["code"], each["course_title"], each["lesson_title"]) for each in answer.json()]


def course(title: str, *lessons: dict[str, Any], **fields: Any) -> dict[str, Any]:
    sections = [{"title": "Bob", "lessons": list(lessons)}] if lessons else []
    return {"title": title, "description": "Yaxshi kurs", "sections": sections} | fields


def test_a_good_course_has_none(world: World) -> None:
    teacher = world.teacher()
    word = {"word": "hello", "translation": "salom", "ipa_pronunciation": "həˈləʊ"}
    imported(teacher, course("Yaxshi", GOOD | {"words": [word]}, {"title": "Video", "video_url": "https://v.example/1"}, is_published=True))
    assert faults(teacher) == []


def test_each_fault_is_found_once_and_in_order(world: World) -> None:
    teacher = world.teacher()
    twice = [{"word": "non", "translation": "bread", "ipa_pronunciation": "nɒn"}] * 3
    imported(
        teacher,
        course("Boʻsh", is_published=True),
        course("Qoralama", description=" ", sections=[{"title": "Boʻsh bob"}]),
        course(
            "Kurs",
            {"title": "Boʻsh dars", "content": "  ", "words": [{"word": "suv", "translation": "water"}]},
            GOOD | {"key": "1", "words": twice},
            GOOD | {"key": "2", "video_url": "/uploads/files/aa/gone.mp4"},
            thumbnail_url="/uploads/public/images/gone.webp",
        ),
    )
    assert faults(teacher) == [
        ("no_lessons", "Boʻsh", None),
        ("empty_section", "Qoralama", None),
        ("no_description", "Qoralama", None),
        ("missing_picture", "Kurs", None),
        ("empty_lesson", "Kurs", "Boʻsh dars"),
        ("no_pronunciation", "Kurs", "Boʻsh dars"),
        ("word_twice", "Kurs", "Dars"),
        ("missing_video", "Kurs", "Dars"),
        ("title_twice", "Kurs", "Dars"),
    ]
    first = teacher.get(VALIDATE).json()[0]
    assert (first["level"], first["message"], first["lesson_id"]) == ("error", "The course is published without lessons.", None)
    levels = {each["code"]: each["level"] for each in teacher.get(VALIDATE).json()}
    assert {code for code, level in levels.items() if level == "error"} == {
        "no_lessons",
        "missing_picture",
        "empty_lesson",
        "missing_video",
    }


def test_what_is_there_is_no_fault(world: World) -> None:
    """A short description is one; a lesson with a file has something in it; what was deleted has no faults."""
    teacher = world.teacher()
    made = imported(teacher, course("Kurs", {"title": "Fayl"}, {"title": "Fayl", "key": "x"}, description=None, short_description="Qisqa"))
    lessons = teacher.get(f"/api/v1/courses/{made['courses'][0]['id']}").json()["lessons"]
    with world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == lessons[0]["id"]).values(file="files/aa/x.pdf"))
        tx.execute(update(Lesson).where(Lesson.id == lessons[1]["id"]).values(deleted_at=tx.now))
    assert faults(teacher) == []
    with world.db.write() as tx:
        tx.execute(update(Lesson).values(file=None))
    assert faults(teacher) == [("empty_lesson", "Kurs", "Fayl")]
    with world.db.write() as tx:
        tx.execute(update(Course).values(deleted_at=tx.now))
    assert faults(teacher) == []


def test_whose_faults_are_told(world: World) -> None:
    teacher, other = world.teacher(), world.teacher()
    imported(teacher, course("Meniki", description=""))
    imported(other, course("Uniki", description=""))
    assert [title for _, title, _ in faults(teacher)] == ["Meniki"]
    assert [title for _, title, _ in faults(other)] == ["Uniki"]
    assert [title for _, title, _ in faults(world.admin())] == ["Meniki", "Uniki"]
    assert (world.student().get(VALIDATE).status_code, world.get(VALIDATE).status_code) == (403, 401)


def test_pages_of_faults(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    imported(teacher, *(course(f"Kurs {number}", description="") for number in range(5)), ENGLISH)
    page = teacher.get(f"{VALIDATE}?skip=1&limit=2")
    assert [each["course_title"] for each in page.json()] == ["Kurs 1", "Kurs 2"]
    assert page.headers["x-total-count"] == "7"
