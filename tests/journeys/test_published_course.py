"""A course from draft over review to its second version, while somebody studies it; and its figures as a spreadsheet."""

import io

from openpyxl import load_workbook

from bilim.catalog.rules import CourseTerms
from world import World


def test_a_course_is_reviewed_and_grows_while_it_is_studied(sqlite_world: World) -> None:
    world = sqlite_world
    world.use(course_terms=CourseTerms(needs_review=True))
    author, admin, student = world.teacher(first_name="Bobur"), world.admin(), world.student(first_name="Malika")
    course = world.course(author, lessons=3, is_published=False, title="Ingliz tili A1")
    here = f"/api/courses/{course['id']}/"
    first, second, third = (lesson["id"] for lesson in course["lessons"])
    author.put(f"/api/v1/lessons/{first}", {"is_preview": True})

    assert author.post(f"{here}submit/").json()["state"] == "review"
    assert student.get(here).status_code == 404
    assert admin.post(f"{here}reject/", {"reason": "Ikkinchi darsga mashq qoʻshing"}).json()["state"] == "draft"
    assert author.get(f"{here}state/").json()["rejection"]["reason"] == "Ikkinchi darsga mashq qoʻshing"
    author.put(f"/api/v1/lessons/{second}", {"content": "Mashq: ...", "title": "Mashq bilan"})
    author.post(f"{here}submit/")
    assert admin.post(f"{here}approve/").json()["version"] == 1

    student.post("/api/enrollments/", {"course": course["id"]})
    for lesson_id in (first, second):
        assert world.complete(student, lesson_id).is_success
    author.delete(f"/api/v1/lessons/{first}")
    added = world.lesson(author, course["id"], title="Yangi dars")["id"]
    assert author.post(f"{here}submit/").json()["is_published"], "learners keep the course while its new version waits"
    assert admin.post(f"{here}approve/").json()["version"] == 2
    mine = student.get("/api/enrollments/").json()[0]
    assert (mine["completed_lessons"], mine["total_lessons"]) == (2, 4)

    for lesson_id in (third, added):
        assert world.complete(student, lesson_id).is_success
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1
    late = world.lesson(author, course["id"], title="Keyingi dars")["id"]
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1, "what comes later takes no certificate away"
    assert late in [lesson["id"] for lesson in student.get(f"/api/enrollments/progress/{course['id']}/").json()["lessons"]]

    versions = author.get(f"{here}versions/", params={"format": "xlsx"})
    head, *rows = load_workbook(io.BytesIO(versions.content)).active.iter_rows(values_only=True)
    shown = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["number"], row["lessons_count"], row["published_by.id"]) for row in shown] == [(2, 3, admin.id), (1, 3, admin.id)]
