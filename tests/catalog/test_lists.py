"""Lists of the catalogue: what is in them for whom, and in which order (CONTRACT sections 4 and 8)."""

from bilim.catalog.queries import courses, lessons
from bilim.kit.paging import Page
from bilim.market.queries import courses as market
from world import World


def test_categories_without_a_published_course_are_shown_to_staff_alone(world: World) -> None:
    teacher, student, author = world.teacher(), world.student(), world.teacher()
    world.course(author, category="Tillar")
    world.course(author, category="Sir", is_published=False)
    deleted = world.course(author, category="Eski")
    author.delete(f"/api/v1/courses/{deleted['id']}")
    for path, title in (("/api/categories/", "title"), ("/api/v1/lessons/categories", "name")):
        for caller in (world, student):
            answer = caller.get(path)
            assert ([each[title] for each in answer.json()], answer.headers["x-total-count"]) == (["Tillar"], "1")
        for person in (teacher, author, world.admin()):
            assert [each[title] for each in person.get(path).json()] == ["Tillar", "Sir", "Eski"]
            assert person.get(f"{path}?limit=1").headers["x-total-count"] == "3"
    assert [each["courses_count"] for each in teacher.get("/api/categories/").json()] == [1, 0, 0]


def test_lists_without_a_limit_are_whole_and_pages_follow_the_ids(world: World) -> None:
    teacher = world.teacher()
    made = [world.course(teacher, lessons=2, is_published=number != 1)["id"] for number in range(4)]
    shown = [course_id for course_id in made if course_id != made[1]]
    with world.db.read() as tx:
        assert [each.id for each in courses.all_courses(tx, None, Page(limit=None)).all()] == shown
        assert [each.id for each in courses.all_courses(tx, None, Page(skip=1, limit=None)).all()] == shown[1:]
        assert [len(each.lessons) for each in courses.all_courses(tx, None, Page(limit=None)).all()] == [2, 2, 2]
        assert [each.id for each in market.courses(tx, None, Page(limit=None)).all()] == shown
        assert [each.course_id for each in lessons.lessons(tx, None, Page(limit=None)).all()] == sorted(shown * 2)
    for path in ("/api/v1/courses/", "/api/courses/"):
        second = world.get(f"{path}?skip=1&limit=1")
        assert ([each["id"] for each in second.json()], second.headers["x-total-count"]) == ([shown[1]], "3")
        assert world.get(f"{path}?skip=9").headers["x-total-count"] == "3"
        assert (world.get(f"{path}?limit=0").json(), world.get(f"{path}?limit=0").headers["x-total-count"]) == ([], "3")


def test_lessons_and_words_are_in_the_order_of_ids_whatever_they_belong_to_and_whenever_they_were_changed(world: World) -> None:
    teacher = world.teacher()
    first, second = world.course(teacher, lessons=0), world.course(teacher, lessons=0)
    made = [world.lesson(teacher, course["id"])["id"] for course in (first, second, first)]
    words = [teacher.post("/api/v1/words/", {"word": word, "translation": word, "lesson_id": made[0]}).json()["id"] for word in "ab"]
    teacher.put(f"/api/v1/words/{words[0]}", {"word": "c", "translation": "c"})
    teacher.put(f"/api/v1/lessons/{made[0]}", {"title": "Yangi"})
    assert [each["id"] for each in world.get("/api/v1/lessons/?limit=2").json()] == made[:2]
    assert [each["id"] for each in world.get("/api/v1/lessons/").json()] == made
    assert [each["id"] for each in world.get(f"/api/v1/lessons/{made[0]}").json()["words"]] == words
    assert [each["id"] for each in world.get("/api/v1/words/").json()] == words


def test_what_a_draft_consists_of_is_not_listed(world: World) -> None:
    teacher = world.teacher()
    draft = world.course(teacher, lessons=1, is_published=False)
    world.lesson(teacher, draft["id"], video_url="https://v.example/1")
    teacher.post("/api/v1/words/", {"word": "a", "translation": "b", "lesson_id": draft["lessons"][0]["id"]})
    for path in ("/api/v1/lessons/", "/api/v1/lessons/videos", "/api/v1/words/", "/api/lessons/", "/api/sections/"):
        for caller in (world, world.student(), world.teacher()):
            assert (caller.get(path).json(), caller.get(path).headers["x-total-count"]) == ([], "0")
        assert len(teacher.get(path).json()) >= 1
