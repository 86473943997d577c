"""Assigning homework to one person or many."""

from typing import Any

import pytest

from bilim.homework.models import Assignment
from homework_school import HOMEWORK, School, submit
from world import World


def test_an_assignment_as_the_reference_shows_it(world: World) -> None:
    school = School(world)
    homework = school.homework()
    answer = school.teacher.post(f"{HOMEWORK}/{homework['id']}/assign/{school.student.id}")
    assert answer.status_code == 201, answer.text
    assignment = answer.json()
    shown = {
        name: assignment[name]
        for name in ("status", "submission", "feedback", "score", "user_id", "homework_id", "submitted_at", "graded_at")
    }
    assert shown == {
        "status": "assigned",
        "submission": None,
        "feedback": None,
        "score": None,
        "user_id": school.student.id,
        "homework_id": homework["id"],
        "submitted_at": None,
        "graded_at": None,
    }
    assert assignment["homework"] == homework
    user = assignment["user"]
    assert (user["id"], user["email"], user["role"], user["roles"]) == (
        school.student.id,
        f"{school.student.username}@example.com",
        "free",
        ["free"],
    )
    assert school.student.get(f"{HOMEWORK}/user/me").json() == [assignment]
    again = school.teacher.post(f"{HOMEWORK}/{homework['id']}/assign/{school.student.id}")
    assert (again.status_code, again.json()) == (200, assignment)


def test_many_are_assigned_at_once_and_each_once(world: World) -> None:
    school = School(world)
    homework, other = school.homework(), school.homework()
    first, second = school.learner(), school.learner()
    done = school.submitted(homework, first)
    path = f"{HOMEWORK}/{homework['id']}/assign"
    answer = school.teacher.post(path, {"user_ids": [second.id, first.id, second.id]})
    assert answer.status_code == 201, answer.text
    assert [(row["user_id"], row["status"]) for row in answer.json()] == [(first.id, "submitted"), (second.id, "assigned")]
    assert answer.json()[0] == done, "what was handed in stays as it is"
    assert school.teacher.post(path, {"user_ids": [first.id]}).status_code == 200
    assert school.counted(Assignment) == [2]
    assert school.teacher.get(f"{HOMEWORK}/{other['id']}/submissions").json() == []


def test_whoever_is_assigned_sees_it_without_joining_the_course_or_the_group(world: World) -> None:
    school, outsider = School(world), world.student()
    of_course = school.homework()
    of_group = school.teacher.post(HOMEWORK, {"group": world.group()["id"], "text": "1-mashq"}).json()
    for homework in (of_course, of_group):
        path = f"{HOMEWORK}/{homework['id']}"
        assert outsider.get(path).status_code == 404
        school.teacher.post(f"{path}/assign/{outsider.id}")
        assert outsider.get(path).json()["id"] == homework["id"]
        assert submit(outsider, homework["id"]).status_code == 201
    assert [row["id"] for row in outsider.get(HOMEWORK).json()] == [of_course["id"], of_group["id"]]


def test_an_assigned_draft_shows_once_it_is_published(world: World) -> None:
    school = School(world)
    draft = school.homework(is_published=False)
    path = f"{HOMEWORK}/{draft['id']}"
    assert school.teacher.post(f"{path}/assign/{school.student.id}").status_code == 201
    assert school.student.get(path).status_code == 404
    assert school.student.get(f"{HOMEWORK}/user/me").json() == []
    assert submit(school.student, draft["id"]).status_code == 404
    school.teacher.patch(path, {"is_published": True})
    assert [row["status"] for row in school.student.get(f"{HOMEWORK}/user/me").json()] == ["assigned"]


def test_an_unknown_person_in_a_list_and_nobody_is_assigned(world: World) -> None:
    school = School(world)
    closed, gone = world.student(is_active=False), world.student()
    world.superadmin().delete(f"/api/v1/students/{gone.id}/")
    path = f"{HOMEWORK}/{school.homework()['id']}/assign"
    refused = school.teacher.post(path, {"user_ids": [school.student.id, 987654, closed.id, gone.id]})
    expected = [f'Invalid pk "{user_id}" - object does not exist.' for user_id in sorted((closed.id, gone.id, 987654))]
    assert (refused.status_code, refused.json()) == (400, {"user_ids": expected})
    assert school.counted(Assignment) == [0]
    for user_id in (987654, closed.id, gone.id):
        assert school.teacher.post(f"{path}/{user_id}").status_code == 404
    assert school.counted(Assignment) == [0]


@pytest.mark.parametrize(
    "body",
    [{}, {"user_ids": []}, {"user_ids": None}, {"user_ids": ["x"]}, {"user_ids": [0]}, {"user_ids": [2**63]}, {"user_ids": [1] * 1001}],
)
def test_a_wrong_list_is_refused(sqlite_world: World, body: dict[str, Any]) -> None:
    school = School(sqlite_world)
    refused = school.teacher.post(f"{HOMEWORK}/{school.homework()['id']}/assign", body)
    assert (refused.status_code, list(refused.json())) == (400, ["user_ids"])


def test_who_may_assign(world: World) -> None:
    """Of a course its author and instructor, of an active group every teacher, an admin everything."""
    school, other, admin = School(world), world.teacher(), world.admin()
    group = world.group()["id"]
    of_course, by_admin = school.homework(), school.homework(admin)
    of_group = school.teacher.post(HOMEWORK, {"group": group, "text": "1"}).json()

    def assign(who: Any, homework: dict[str, Any]) -> int:
        return who.post(f"{HOMEWORK}/{homework['id']}/assign/{school.student.id}").status_code

    assert [assign(other, each) for each in (of_course, by_admin, of_group)] == [403, 403, 201]
    assert [assign(school.teacher, each) for each in (of_course, by_admin)] == [201, 201]
    assert [assign(school.student, each) for each in (of_course, of_group)] == [403, 403]
    admin.patch(f"/api/v1/groups/{group}/", {"is_active": False})
    assert [assign(who, of_group) for who in (other, school.teacher, admin)] == [403, 200, 200]
    assert assign(admin, {"id": 987654}) == 404
    hidden = world.course(school.teacher, is_published=False)
    secret = school.homework(course_id=hidden["id"])
    assert assign(other, secret) == 404, "a course that they may not know of"
