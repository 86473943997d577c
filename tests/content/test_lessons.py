"""The lessons of one's own courses, as their authors see them."""

from content.material import ENGLISH, GREETINGS, HELLO, LESSONS, imported
from world import World

PDF = b"%PDF-1.7\n" + b"0" * 100


def test_a_lesson_with_all_that_is_written_in_it(world: World) -> None:
    teacher = world.teacher()
    course = imported(teacher, ENGLISH)["courses"][0]
    lessons = teacher.get(LESSONS)
    assert (lessons.status_code, lessons.headers["x-total-count"]) == (200, "3")
    first = lessons.json()[0]
    word = first["words"][0]
    assert first == {
        "id": first["id"],
        "key": "greetings",
        "title": "Salomlashish",
        "course": {"id": course["id"], "title": "Ingliz tili A1"},
        "section": {"id": first["section"]["id"], "title": "Birinchi qadamlar"},
        "order": 0,
        "content": GREETINGS["content"],
        "video_url": None,
        "file": None,
        "premium_only": False,
        "is_preview": True,
        "created_at": first["created_at"],
        "updated_at": first["updated_at"],
        "words": [HELLO | {"id": word["id"], "lesson_id": first["id"]}, first["words"][1]],
    }
    assert [lesson["title"] for lesson in lessons.json()] == ["Salomlashish", "Sonlar", "Taomlar"]


def test_a_lessons_file_is_fetched_by_its_address(world: World) -> None:
    teacher = world.teacher()
    section = world.course(teacher, lessons=1)["lessons"][0]["section_id"]
    sent = {"section": (None, str(section)), "title": (None, "Dars"), "file": ("x.pdf", PDF)}
    teacher.call("POST", "/api/lessons/", files=sent)
    address = teacher.get(LESSONS).json()[1]["file"]
    assert address.startswith("/uploads/files/")
    assert world.get(address).content == PDF
    assert world.get(address.partition("?")[0]).status_code == 404


def test_whose_lessons_are_listed(world: World) -> None:
    teacher, other, admin = world.teacher(), world.teacher(), world.admin()
    own = world.course(teacher, lessons=1, title="Meniki", price=1000, is_published=False)
    theirs = world.course(other, lessons=2, title="Uniki")
    gone = world.course(teacher, lessons=1)
    hidden = world.lesson(teacher, own["id"])["id"]
    world.complete(admin, hidden)
    teacher.delete(f"/api/v1/lessons/{hidden}")
    teacher.delete(f"/api/v1/courses/{gone['id']}")
    assert [lesson["course"]["title"] for lesson in teacher.get(LESSONS).json()] == ["Meniki"]
    assert [lesson["course"]["title"] for lesson in other.get(LESSONS).json()] == ["Uniki"] * 2
    assert [lesson["course"]["title"] for lesson in admin.get(LESSONS).json()] == ["Meniki", "Uniki", "Uniki"]
    assert len(admin.get(f"{LESSONS}?course_id={theirs['id']}").json()) == 2
    assert teacher.get(f"{LESSONS}?course_id={theirs['id']}").json() == []
    assert (world.student().get(LESSONS).status_code, world.get(LESSONS).status_code) == (403, 401)


def test_pages_of_lessons(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    world_course = sqlite_world.course(teacher, lessons=5)
    ids = [lesson["id"] for lesson in world_course["lessons"]]
    page = teacher.get(f"{LESSONS}?skip=1&limit=2")
    assert ([lesson["id"] for lesson in page.json()], page.headers["x-total-count"]) == (ids[1:3], "5")
    assert 'rel="next"' in page.headers["link"]
    assert teacher.get(f"{LESSONS}?limit=x").status_code == 400
