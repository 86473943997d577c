"""Homework of courses: who sets it, who sees it, what it looks like."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bilim.homework.models import Assignment, Homework, HomeworkFile
from homework_school import HOMEWORK, PDF, School, grade, submit
from world import World


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()]


def test_homework_as_the_guide_sets_it(world: World) -> None:
    school = School(world)
    sent = {"title": "Essay 1", "description": "Write 150 words", "course_id": school.course["id"], "lesson_id": school.lesson}
    made = school.teacher.post(f"{HOMEWORK}/", sent)
    assert made.status_code == 201, made.text
    homework = made.json()
    assert sent.items() <= homework.items()
    shown = ("homework_type", "due_date", "max_score", "is_published", "metadata", "group", "text", "file", "instructions")
    assert [homework[name] for name in shown] == ["written", None, 100, False, {}, None, None, None, None]
    lesson = homework["lesson"]
    assert (lesson["id"], lesson["title"], lesson["content"], lesson["words"]) == (school.lesson, "Salomlashish", "Hello!", [])
    assert school.teacher.get(f"{HOMEWORK}/{homework['id']}").json() == homework


def test_homework_as_the_reference_sets_it(world: World) -> None:
    """By a form with files, in which an object is JSON."""
    school = School(world)
    form = {
        "title": "Nutq",
        "instructions": "Gapiring",
        "homework_type": "oral",
        "due_date": "2030-01-01T00:00:00Z",
        "course_id": str(school.course["id"]),
        "lesson_id": str(school.lesson),
        "is_published": "true",
        "metadata": '{"level": 3}',
        "oral_assignment": "Oilangiz haqida gapiring",
    }
    uploads = [("files", (name, PDF, "application/pdf")) for name in ("../bir.pdf", "ikki.pdf")]
    made = school.teacher.call("POST", f"{HOMEWORK}/", data=form, files=uploads)
    assert made.status_code == 201, made.text
    homework = made.json()
    assert homework["due_date"] == "2030-01-01T05:00:00+05:00"
    shown = (homework["metadata"], homework["oral_assignment"], homework["is_published"], homework["homework_type"])
    assert shown == ({"level": 3}, "Oilangiz haqida gapiring", True, "oral")
    assert [(file["filename"], file["size"]) for file in homework["files"]] == [("bir.pdf", len(PDF)), ("ikki.pdf", len(PDF))]
    for file in homework["files"]:
        assert world.get(file["url"].removeprefix("https://school.example")).content == PDF
    read = f"{HOMEWORK}/{homework['id']}"
    assert school.teacher.get(read).json()["files"] is None
    assert [file["id"] for file in school.teacher.get(f"{read}?include_files=true").json()["files"]] == [
        file["id"] for file in homework["files"]
    ]


def test_an_oral_assignment_may_be_an_object(sqlite_world: World) -> None:
    school = School(sqlite_world)
    said = {"prompt": "Oilangiz", "seconds": 60}
    sent = {"title": "Nutq", "course_id": school.course["id"], "homework_type": "oral"}
    by_json = school.teacher.post(HOMEWORK, sent | {"oral_assignment": said})
    by_form = school.teacher.call("POST", HOMEWORK, data=sent | {"oral_assignment": '{"prompt": "Oilangiz", "seconds": 60}'})
    assert by_json.json()["oral_assignment"] == by_form.json()["oral_assignment"] == said


def test_a_due_date_without_an_offset_is_meant_on_the_schools_clock(sqlite_world: World) -> None:
    assert School(sqlite_world).homework(due_date="2030-01-01T18:00:00")["due_date"] == "2030-01-01T18:00:00+05:00"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"course_id": 987654}, ["course_id"]),
        ({"lesson_id": 987654}, ["lesson_id"]),
        ({"title": " "}, ["title"]),
        ({"title": None, "homework_type": "oral"}, ["oral_assignment", "title"]),
        ({"due_date": "ertaga", "max_score": 101}, ["due_date", "max_score"]),
        ({"due_date": "0001-01-01T00:00:00+05:00"}, ["due_date"]),
        ({"metadata": {"a": 10**400}}, None),
        ({"course_id": 2**63}, ["course_id"]),
    ],
)
def test_wrong_homework_is_refused_by_field(sqlite_world: World, fields: dict[str, Any], wrong: list[str] | None) -> None:
    school = School(sqlite_world)
    refused = school.teacher.post(HOMEWORK, {"title": "Insho", "course_id": school.course["id"]} | fields)
    if wrong is None:
        assert refused.status_code in {201, 400}
        return
    assert (refused.status_code, sorted(refused.json())) == (400, wrong)
    assert school.counted(Homework) == [0]


@pytest.mark.parametrize("depth", [30, 900])
def test_deep_metadata_is_refused(sqlite_world: World, depth: int) -> None:
    school = School(sqlite_world)
    deep = '{"a":' * depth + "1" + "}" * depth
    body = f'{{"title": "Insho", "course_id": {school.course["id"]}, "metadata": {deep}}}'
    refused = school.teacher.call("POST", HOMEWORK, content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, list(refused.json())) == (400, ["metadata"])
    form = {"title": "Insho", "course_id": school.course["id"], "metadata": deep}
    assert school.teacher.call("POST", HOMEWORK, data=form).status_code == 400


def test_a_lesson_of_another_course_is_unknown(sqlite_world: World) -> None:
    school = School(sqlite_world)
    other = sqlite_world.course(school.teacher, lessons=1)
    refused = school.teacher.post(HOMEWORK, {"title": "Insho", "course_id": school.course["id"], "lesson_id": other["lessons"][0]["id"]})
    assert list(refused.json()) == ["lesson_id"]
    school.teacher.delete(f"/api/v1/lessons/{school.lesson}")
    gone = school.teacher.post(HOMEWORK, {"title": "Insho", "course_id": school.course["id"], "lesson_id": school.lesson})
    assert list(gone.json()) == ["lesson_id"]


def test_only_its_instructor_and_admins_set_homework_for_a_course(world: World) -> None:
    school = School(world)
    body = {"title": "Insho", "course_id": school.course["id"]}
    hidden = {"title": "Insho", "course_id": world.course(school.teacher, is_published=False)["id"]}
    assert world.teacher().post(HOMEWORK, body).status_code == 403
    assert list(world.teacher().post(HOMEWORK, hidden).json()) == ["course_id"], "a course that they may not know of"
    assert school.student.post(HOMEWORK, body).status_code == 403
    assert world.client.post(HOMEWORK, json=body).status_code == 401
    assert school.counted(Homework) == [0]
    assert world.admin().post(HOMEWORK, body).status_code == 201


def test_a_student_sees_what_is_published_of_the_courses_they_joined(world: World) -> None:
    school = School(world)
    shown, draft = school.homework(), school.homework(is_published=False)
    stranger, reading = world.student(), (HOMEWORK, f"{HOMEWORK}/lesson/{school.lesson}")
    assert ids(school.student.get(HOMEWORK)) == [shown["id"]]
    assert ids(stranger.get(HOMEWORK)) == []
    for who, homework in ((school.student, draft), (stranger, shown), (stranger, draft)):
        assert who.get(f"{HOMEWORK}/{homework['id']}").status_code == 404
        assert submit(who, homework["id"]).status_code == 404
    assert ids(school.teacher.get(HOMEWORK)) == ids(world.teacher().get(HOMEWORK)) == [shown["id"], draft["id"]]
    of_lesson = school.homework(lesson_id=school.lesson)
    assert [ids(school.student.get(path)) for path in reading] == [[shown["id"], of_lesson["id"]], [of_lesson["id"]]]
    assert ids(stranger.get(reading[1])) == []
    assert school.student.get("/api/v1/homework/my-homework").json() == [], "that is of the group alone"
    school.teacher.patch(f"{HOMEWORK}/{draft['id']}", {"is_published": True})
    assert ids(school.student.get(HOMEWORK)) == [shown["id"], draft["id"], of_lesson["id"]]


def test_homework_of_a_withdrawn_course_is_there_for_its_author_and_admins_alone(world: World) -> None:
    school = School(world)
    homework = school.homework(lesson_id=school.lesson, description="Yozing")
    school.submitted(homework)
    school.teacher.put(f"/api/v1/courses/{school.course['id']}", {"title": "X", "difficulty_level": "A1", "is_published": False})
    path = f"{HOMEWORK}/{homework['id']}"
    for who in (school.student, world.teacher()):
        assert who.get(path).status_code == 404
        assert ids(who.get(HOMEWORK)) == []
        assert who.get(f"{HOMEWORK}/lesson/{school.lesson}").status_code == 404
    for who in (school.teacher, world.admin()):
        assert ids(who.get(HOMEWORK)) == [homework["id"]]
    assert submit(school.student, homework["id"]).status_code == 404
    (kept,) = school.student.get(f"{HOMEWORK}/user/me").json()
    assert (kept["content"], kept["homework"]["title"]) == ("Javobim", "Insho")
    assert (kept["homework"]["description"], kept["homework"]["lesson"]) == (None, None)


def test_homework_of_a_deleted_course_is_gone_for_everybody(world: World) -> None:
    school = School(world)
    homework = school.homework()
    school.teacher.delete(f"/api/v1/courses/{school.course['id']}")
    for who in (school.student, school.teacher, world.admin()):
        assert who.get(f"{HOMEWORK}/{homework['id']}").status_code == 404
        assert ids(who.get(HOMEWORK)) == []


def test_closed_lessons_stay_closed(sqlite_world: World) -> None:
    school = School(sqlite_world)
    lesson = sqlite_world.lesson(school.teacher, school.course["id"], content="Sir", premium_only=True)
    homework = school.homework(lesson_id=lesson["id"])
    assert homework["lesson"]["content"] == "Sir"
    assert school.student.get(f"{HOMEWORK}/{homework['id']}").json()["lesson"]["content"] is None


def test_what_was_shown_may_be_sent_back(world: World) -> None:
    school = School(world)
    uploads = [("files", ("a.pdf", PDF, "application/pdf"))]
    form = {"title": "Insho", "course_id": str(school.course["id"]), "lesson_id": str(school.lesson)}
    made = school.teacher.call("POST", HOMEWORK, data=form, files=uploads).json()
    path = f"{HOMEWORK}/{made['id']}"
    for method in ("PUT", "PATCH"):
        sent_back = school.teacher.call(method, path, json=made | {"description": method})
        assert (sent_back.status_code, sent_back.json()["description"]) == (200, method), sent_back.text
    assert len(school.teacher.get(f"{path}?include_files=true").json()["files"]) == 1
    assert len(school.claimed()) == 1


def test_course_homework_is_changed_field_by_field(world: World) -> None:
    school = School(world)
    homework = school.homework(due_date="2030-01-01T00:00:00Z", description="a", lesson_id=school.lesson, metadata={"a": 1})
    path = f"{HOMEWORK}/{homework['id']}"
    cleared = school.teacher.patch(path, {"due_date": None, "description": None, "lesson_id": None, "metadata": None, "title": None}).json()
    shown = [cleared[name] for name in ("due_date", "description", "lesson_id", "lesson", "metadata", "title", "is_published")]
    assert shown == [None, None, None, None, {}, "Insho", True]
    refused = {
        "group": {"group": world.group()["id"]},
        "course_id": {"course_id": world.course(school.teacher)["id"]},
        "oral_assignment": {"homework_type": "oral"},
        "lesson_id": {"lesson_id": 987654},
        "title": {"title": ""},
    }
    for field, change in refused.items():
        answer = school.teacher.patch(path, change)
        assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors" if field == "group" else field])
    assert list(school.teacher.put(path, {"title": "Yana"}).json()) == ["group", "course_id"]
    replaced = school.teacher.put(path, {"title": "Yana", "course_id": school.course["id"]}).json()
    assert (replaced["title"], replaced["max_score"]) == ("Yana", 100)


def test_group_homework_becomes_no_course_homework(sqlite_world: World) -> None:
    school = School(sqlite_world)
    group = sqlite_world.group()["id"]
    path = f"{HOMEWORK}/{school.teacher.post(HOMEWORK, {'group': group, 'text': '1'}).json()['id']}"
    assert list(school.teacher.patch(path, {"course_id": school.course["id"]}).json()) == ["non_field_errors"]
    assert list(school.teacher.patch(path, {"lesson_id": school.lesson}).json()) == ["lesson_id"]
    assert school.teacher.patch(path, {"course_id": None, "lesson_id": None, "is_published": False}).json()["is_published"] is False


def test_files_sent_again_take_the_place_of_all_earlier_ones(world: World) -> None:
    school = School(world)
    form = {"title": "Insho", "course_id": str(school.course["id"])}
    twice = [("files", (name, PDF, "application/pdf")) for name in ("a.pdf", "b.pdf")]
    homework = school.teacher.call("POST", HOMEWORK, data=form, files=twice).json()
    changed = school.teacher.call("PATCH", f"{HOMEWORK}/{homework['id']}", files=[("files", ("c.pdf", PDF, "application/pdf"))]).json()
    assert [file["filename"] for file in changed["files"]] == ["c.pdf"]
    world.run_jobs()
    assert len(school.claimed()) == len(world.uploads()) == 1


def test_another_author_changes_nothing(world: World) -> None:
    school, other = School(world), world.teacher()
    homework = school.homework()
    path = f"{HOMEWORK}/{homework['id']}"
    assert [other.patch(path, {"title": "x"}).status_code, other.delete(path).status_code] == [403, 403]
    by_admin = school.homework(world.admin())
    assert school.teacher.patch(f"{HOMEWORK}/{by_admin['id']}", {"title": "x"}).status_code == 403, "own homework is its author's"
    assert school.teacher.get(path).json() == homework


def test_untouched_homework_is_deleted_with_its_files_and_assignments(world: World) -> None:
    school = School(world)
    form = {"title": "Insho", "course_id": str(school.course["id"]), "is_published": "true"}
    homework = school.teacher.call("POST", HOMEWORK, data=form, files=[("files", ("a.pdf", PDF, "application/pdf"))]).json()
    kept = school.homework()
    for each in (homework, kept):
        school.teacher.post(f"{HOMEWORK}/{each['id']}/assign/{school.student.id}")
    assert school.teacher.delete(f"{HOMEWORK}/{homework['id']}").status_code == 204
    world.run_jobs()
    assert (school.counted(Homework, Assignment, HomeworkFile), school.claimed(), world.uploads()) == ([1, 1, 0], set(), [])
    assert ids(school.student.get(HOMEWORK)) == [kept["id"]]


def test_homework_with_a_submission_is_hidden_and_the_grade_stays(world: World) -> None:
    school = School(world)
    homework = school.homework(description="Yozing")
    submission = school.submitted(homework)
    grade(school.teacher, submission["id"], 90)
    path = f"{HOMEWORK}/{homework['id']}"
    assert school.teacher.delete(path).status_code == 204
    for who in (school.teacher, school.student, world.admin()):
        assert [who.get(path).status_code, ids(who.get(HOMEWORK))] == [404, []]
    assert submit(school.student, homework["id"]).status_code == 404
    assert grade(school.teacher, submission["id"], 10).status_code == 404
    assert school.teacher.delete(path).status_code == 404
    (kept,) = school.student.get(f"{HOMEWORK}/user/me").json()
    assert (kept["score"], kept["homework"]["title"], kept["homework"]["description"]) == (90, "Insho", None)


def test_a_lessons_homework_is_found_by_state_and_by_what_is_due(world: World) -> None:
    school = School(world)
    now = datetime.now(UTC)

    def due(days: float) -> int:
        return school.homework(lesson_id=school.lesson, due_date=(now + timedelta(days=days)).isoformat())["id"]

    past, soon, later = due(-1), due(1.5), due(5)
    never, oral = (school.homework(lesson_id=school.lesson)["id"] for _ in range(2))
    school.homework()  # of no lesson
    path = f"{HOMEWORK}/lesson/{school.lesson}"
    assert ids(school.student.get(path)) == [past, soon, later, never, oral]
    assert [ids(school.student.get(f"{path}?due_soon={days}")) for days in (0, 2, 7)] == [[], [soon], [soon, later]]
    school.teacher.post(f"{HOMEWORK}/{past}/assign/{school.student.id}")
    graded = submit(school.student, soon).json()
    grade(school.teacher, graded["id"])
    submit(school.student, later)
    submit(school.learner(), never)
    found = {status: ids(school.student.get(f"{path}?status={status}")) for status in ("assigned", "submitted", "graded", "pending")}
    assert found == {"assigned": [past, never, oral], "submitted": [later], "graded": [soon], "pending": []}
    to_staff = {status: ids(school.teacher.get(f"{path}?status={status}")) for status in ("assigned", "submitted", "graded")}
    assert to_staff == {"assigned": [past], "submitted": [later, never], "graded": [soon]}
    assert [row["files"] for row in school.student.get(f"{path}?include_files=true").json()] == [[]] * 5
    for wrong in ("status=lost", "due_soon=-1", "due_soon=x", "include_files=maybe", "limit=-1"):
        assert school.student.get(f"{path}?{wrong}").status_code == 400
    assert school.student.get(f"{HOMEWORK}/lesson/987654").status_code == 404


def test_lists_come_in_pages(sqlite_world: World) -> None:
    school = School(sqlite_world)
    made = [school.homework(lesson_id=school.lesson)["id"] for _ in range(4)]
    for path in (HOMEWORK, f"{HOMEWORK}/lesson/{school.lesson}"):
        part = school.student.get(f"{path}?skip=1&limit=2")
        assert (ids(part), part.headers["x-total-count"]) == (made[1:3], "4")
        assert 'rel="next"' in part.headers["link"]
