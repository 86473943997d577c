"""Courses on their way to learners: who submits, who approves, what a version is, and what learners keep."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update

from at_once import at_once, statuses
from bilim.catalog.models import Course, CourseSubmission, CourseVersion, Lesson
from bilim.catalog.publication import MAX_VERSIONS
from bilim.catalog.rules import CourseTerms
from world import Person, World


@pytest.fixture
def reviewed(world: World) -> World:
    """A school whose admins approve courses."""
    world.use(course_terms=CourseTerms(needs_review=True))
    return world


def draft(world: World, author: Person, lessons: int = 2) -> int:
    return world.course(author, lessons=lessons, is_published=False)["id"]


def state(person: Person, course_id: int) -> dict[str, Any]:
    return person.get(f"/api/courses/{course_id}/state/").json()


def move(person: Person, course_id: int, verb: str, body: Any = None) -> dict[str, Any]:
    answer = person.post(f"/api/courses/{course_id}/{verb}/", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(person: Person, course_id: int, verb: str, body: Any = None) -> tuple[int, Any]:
    answer = person.post(f"/api/courses/{course_id}/{verb}/", body)
    return answer.status_code, answer.json().get("detail")


def test_an_author_publishes_at_once_where_nobody_reviews(world: World) -> None:
    author = world.teacher(first_name="Bobur", last_name="Aliyev")
    course_id = draft(world, author)
    assert state(author, course_id) == {
        "course": {"id": course_id, "title": "Ingliz tili"},
        "state": "draft",
        "is_published": False,
        "version": None,
        "has_changes": True,
        "submitted_at": None,
        "rejection": None,
    }
    published = move(author, course_id, "submit")
    assert (published["state"], published["version"], published["has_changes"]) == ("published", 1, False)
    assert world.get(f"/api/courses/{course_id}/").status_code == 200
    assert refusal(author, course_id, "submit") == (409, "Nothing has changed since the last version.")
    versions = author.get(f"/api/courses/{course_id}/versions/").json()
    assert [(each["number"], each["lessons_count"], each["published_by"]) for each in versions] == [
        (1, 2, {"id": author.id, "full_name": "Bobur Aliyev"})
    ]


def test_a_course_waits_for_an_admin_where_courses_are_reviewed(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course_id = draft(reviewed, author)
    waiting = move(author, course_id, "submit")
    assert (waiting["state"], waiting["is_published"], waiting["version"]) == ("review", False, None)
    assert reviewed.get(f"/api/courses/{course_id}/").status_code == 404
    assert refusal(author, course_id, "submit") == (409, "The course is in review already.")
    assert author.get("/api/courses/submissions/").status_code == 403
    queue = admin.get("/api/courses/submissions/")
    assert [(each["course"]["id"], each["author"]["id"], each["is_new"]) for each in queue.json()] == [(course_id, author.id, True)]
    assert author.post(f"/api/courses/{course_id}/approve/").status_code == 403
    approved = move(admin, course_id, "approve")
    assert (approved["state"], approved["version"], approved["submitted_at"]) == ("published", 1, None)
    assert admin.get("/api/courses/submissions/").json() == []
    assert refusal(admin, course_id, "approve") == (409, "The course is not in review.")
    assert author.get(f"/api/courses/{course_id}/versions/").json()[0]["published_by"]["id"] == admin.id


def test_a_rejected_course_goes_back_with_the_reason(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course_id = draft(reviewed, author)
    move(author, course_id, "submit")
    assert admin.post(f"/api/courses/{course_id}/reject/", {"reason": " "}).status_code == 400
    assert admin.post(f"/api/courses/{course_id}/reject/", {}).status_code == 400
    assert author.post(f"/api/courses/{course_id}/reject/", {"reason": "x"}).status_code == 403
    rejected = move(admin, course_id, "reject", {"reason": "Uchinchi dars yoʻq"})
    assert (rejected["state"], rejected["rejection"]["reason"]) == ("draft", "Uchinchi dars yoʻq")
    assert refusal(admin, course_id, "reject", {"reason": "Yana"}) == (409, "The course is not in review.")
    assert move(author, course_id, "submit")["rejection"] is None, "it was submitted again"
    assert reviewed.get(f"/api/courses/{course_id}/").status_code == 404


def test_what_is_approved_is_what_was_submitted(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course_id = draft(reviewed, author)
    move(author, course_id, "submit")
    reviewed.lesson(author, course_id, title="Keyin qoʻshilgan")
    assert refusal(admin, course_id, "approve") == (
        409,
        "The course was changed after it was submitted. Its author has to submit it again.",
    )
    move(author, course_id, "withdraw")
    move(author, course_id, "submit")
    assert move(admin, course_id, "approve")["is_published"]


@pytest.mark.parametrize("surface", ["/api/v1/courses/", "/api/courses/"])
def test_is_published_submits_where_courses_are_reviewed(reviewed: World, surface: str) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    body = {"title": "Kurs", "difficulty_level": "A1", "is_published": True}
    made = author.post(surface, body).json()
    assert (made["is_published"], state(author, made["id"])["state"]) == (False, "review")
    again = author.put(f"{surface}{made['id']}/", body)
    assert (again.status_code, again.json()["is_published"]) == (200, False)
    assert author.put(f"{surface}{made['id']}/", body | {"is_published": False}).status_code == 200
    assert state(author, made["id"])["state"] == "draft"
    assert admin.put(f"{surface}{made['id']}/", body).json()["is_published"], "admins publish at once"
    assert admin.post(surface, body).json()["is_published"]


def test_an_import_is_reviewed_too_and_is_one_version(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    lessons = [{"title": "Dars"}, {"title": "Dars 2"}]
    sections = [{"title": "Bob", "lessons": lessons}]
    sent = {"courses": [{"title": "Kurs", "key": "k", "is_published": True, "sections": sections}]}
    course_id = author.post("/api/v1/content/lessons/import", sent).json()["courses"][0]["id"]
    assert state(author, course_id)["state"] == "review"
    move(admin, course_id, "approve")
    lessons.append({"title": "Dars 3"})
    assert author.post("/api/v1/content/lessons/import", sent).status_code == 201
    versions = author.get(f"/api/courses/{course_id}/versions/").json()
    assert [(each["number"], each["lessons_count"]) for each in versions] == [(2, 3), (1, 2)]
    assert author.post("/api/v1/content/lessons/import", sent).json()["unchanged"]["courses"] == 1
    assert len(author.get(f"/api/courses/{course_id}/versions/").json()) == 2


def test_a_course_without_lessons_is_not_submitted(world: World) -> None:
    author = world.teacher()
    assert refusal(author, draft(world, author, lessons=0), "submit") == (409, "A course without lessons cannot be published.")


def test_a_published_course_stays_published_while_its_new_version_waits(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course_id = draft(reviewed, author)
    move(author, course_id, "submit")
    move(admin, course_id, "approve")
    reviewed.lesson(author, course_id, title="Uchinchi")
    assert state(author, course_id)["has_changes"]
    waiting = move(author, course_id, "submit")
    assert (waiting["state"], waiting["is_published"], waiting["version"]) == ("review", True, 1)
    assert admin.get("/api/courses/submissions/").json()[0]["is_new"] is False
    rejected = move(admin, course_id, "reject", {"reason": "Qisqa"})
    assert (rejected["state"], rejected["is_published"]) == ("published", True)
    move(author, course_id, "submit")
    assert move(author, course_id, "withdraw")["state"] == "published", "the submission was taken back, not the course"
    move(author, course_id, "submit")
    assert move(admin, course_id, "approve")["version"] == 2


def test_a_version_never_changes(world: World) -> None:
    author = world.teacher()
    course_id = draft(world, author)
    move(author, course_id, "submit")
    first = author.get(f"/api/courses/{course_id}/versions/1/").json()
    lessons = first["sections"][0]["lessons"]
    assert author.delete(f"/api/v1/lessons/{lessons[0]['id']}").status_code == 200
    assert author.put(f"/api/v1/lessons/{lessons[1]['id']}", {"title": "Boshqacha"}).status_code == 200
    assert move(author, course_id, "submit")["version"] == 2
    assert author.get(f"/api/courses/{course_id}/versions/1/").json() == first
    second = author.get(f"/api/courses/{course_id}/versions/2/").json()
    assert [lesson["title"] for lesson in second["sections"][0]["lessons"]] == ["Boshqacha"]
    assert author.get(f"/api/courses/{course_id}/versions/3/").status_code == 404
    assert author.get(f"/api/courses/{course_id}/versions/{2**63}/").status_code == 404


def test_withdrawing_leaves_learners_the_title_they_knew(world: World) -> None:
    author, student = world.teacher(), world.student()
    course_id = world.course(author, title="Eski nom")["id"]
    student.post("/api/enrollments/", {"course": course_id})
    assert author.put(f"/api/courses/{course_id}/", {"title": "Yangi nom"}).status_code == 200
    assert move(author, course_id, "withdraw")["state"] == "draft"
    assert refusal(author, course_id, "withdraw") == (409, "The course is a draft already.")
    author.put(f"/api/courses/{course_id}/", {"title": "Qoralama nomi"})
    assert [each["course"]["title"] for each in student.get("/api/enrollments/").json()] == ["Yangi nom"]


def test_somebody_elses_course_cannot_be_moved(world: World) -> None:
    author, other, student = world.teacher(), world.teacher(), world.student()
    hidden, shown = draft(world, author), world.course(author)["id"]
    for verb in ("submit", "withdraw"):
        assert [other.post(f"/api/courses/{each}/{verb}/").status_code for each in (hidden, shown, 10**9)] == [404, 403, 404]
        assert student.post(f"/api/courses/{shown}/{verb}/").status_code == 403
    for path in ("state", "versions", "versions/1"):
        assert [other.get(f"/api/courses/{each}/{path}/").status_code for each in (hidden, shown)] == [404, 403]
    with world.db.read() as tx:
        assert tx.scalar(select(Course.is_published).where(Course.id == hidden)) == 0
        assert tx.scalar(select(Course.is_published).where(Course.id == shown)) == 1


def test_the_latest_versions_are_kept(world: World) -> None:
    author = world.teacher()
    course_id = draft(world, author, lessons=1)
    move(author, course_id, "submit")
    with world.db.write() as tx:
        tx.execute(update(CourseVersion).values(number=MAX_VERSIONS))
    lesson = author.get(f"/api/v1/courses/{course_id}").json()["lessons"][0]["id"]
    for title in ("bir", "ikki"):
        author.put(f"/api/v1/lessons/{lesson}", {"title": title})
        move(author, course_id, "submit")
    numbers = [each["number"] for each in author.get(f"/api/courses/{course_id}/versions/").json()]
    assert numbers == [MAX_VERSIONS + 2, MAX_VERSIONS + 1, MAX_VERSIONS]
    with world.db.write() as tx:
        tx.execute(update(CourseVersion).where(CourseVersion.number == MAX_VERSIONS).values(number=3))
    author.put(f"/api/v1/lessons/{lesson}", {"title": "uch"})
    move(author, course_id, "submit")
    numbers = [each["number"] for each in author.get(f"/api/courses/{course_id}/versions/").json()]
    assert numbers == [MAX_VERSIONS + 3, MAX_VERSIONS + 2, MAX_VERSIONS + 1]


def test_of_many_at_once_one_submits_and_one_decides(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course_id = draft(reviewed, author)
    heard = at_once([partial(author.post, f"/api/courses/{course_id}/submit/")] * 6)
    assert statuses(heard) == {200: 1, 409: 5}
    deciding = [partial(admin.post, f"/api/courses/{course_id}/{verb}/", {"reason": "Yoʻq"}) for verb in ("approve", "reject") * 3]
    assert statuses(at_once(deciding)) == {200: 1, 409: 5}
    with reviewed.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(CourseSubmission)) == 1
        assert tx.scalar(select(CourseSubmission.decision)) in ("approved", "rejected")
        assert tx.scalar(select(func.count()).select_from(CourseVersion)) == int(tx.scalar(select(Course.is_published)))


def test_a_new_version_takes_nothing_from_who_studied_the_last(world: World) -> None:
    author, student = world.teacher(), world.student()
    course = world.course(author, lessons=3)
    first, second, third = (lesson["id"] for lesson in course["lessons"])
    student.post("/api/enrollments/", {"course": course["id"]})
    for lesson_id in (first, second):
        assert world.complete(student, lesson_id).is_success

    def progress() -> tuple[int, int]:
        mine = student.get("/api/enrollments/").json()[0]
        return mine["completed_lessons"], mine["total_lessons"]

    assert progress() == (2, 3)
    assert author.delete(f"/api/v1/lessons/{first}").status_code == 200
    assert progress() == (2, 3), "a lesson that was finished stays counted"
    shown = student.get(f"/api/enrollments/progress/{course['id']}/").json()
    assert first not in [lesson["id"] for lesson in shown["lessons"]]
    assert author.delete(f"/api/v1/lessons/{third}").status_code == 200
    assert progress() == (2, 2), "one that nobody finished is gone"
    with world.db.read() as tx:
        assert tx.scalars(select(Lesson.id).order_by(Lesson.id)) == [first, second]
