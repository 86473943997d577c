"""Grading what was handed in: by a teacher at either address, or automatically."""

from typing import Any

import pytest

from bilim.accounts.models import AuditRecord
from bilim.homework.actions.submissions import grade_recording
from bilim.homework.models import Assignment
from homework_school import HOMEWORK, School, grade, speak, submit
from world import World


def test_a_grade_at_either_address_by_json_or_form(world: World) -> None:
    school = School(world)
    submission = school.submitted(school.homework())
    first = grade(school.teacher, submission["id"], 70)
    assert first.status_code == 200, first.text
    graded = first.json()
    shown = (graded["id"], graded["status"], graded["score"], graded["feedback"], graded["graded_by"], graded["content"])
    assert shown == (submission["id"], "graded", 70, None, school.teacher.id, "Javobim")
    assert graded["graded_at"] is not None
    form = school.teacher.call("POST", f"{HOMEWORK}/grade/{submission['id']}", data={"feedback": "Yaxshi", "score": "85"})
    assert (form.status_code, form.json()["score"], form.json()["feedback"]) == (200, 85, "Yaxshi")
    by_json = school.teacher.post(f"{HOMEWORK}/grade/{submission['id']}", {"feedback": "", "score": 0})
    assert (by_json.json()["score"], by_json.json()["feedback"]) == (0, "")
    kept = grade(school.teacher, submission["id"], 100).json()
    assert (kept["score"], kept["feedback"]) == (100, ""), "feedback left out stays"
    assert school.student.get(f"{HOMEWORK}/user/me").json() == [kept]


def test_a_grade_that_replaces_another_is_audited(world: World) -> None:
    school = School(world)
    submission = school.submitted(school.homework())
    grade(school.teacher, submission["id"], 70, feedback="a")
    assert school.counted(AuditRecord) == [0]
    grade(school.teacher, submission["id"], 75, feedback="a")
    (record,) = world.admin().get("/api/v1/admin/audit").json()
    shown = [record[name] for name in ("actor_id", "kind", "object_id", "before", "after")]
    assert shown == [school.teacher.id, "homework_grade", submission["id"], {"score": 70}, {"score": 75}]


@pytest.mark.parametrize("score", [101, -1, 2**63, "zoʻr", None, 80.5])
def test_a_wrong_score_is_refused(sqlite_world: World, score: Any) -> None:
    school = School(sqlite_world)
    submission = school.submitted(school.homework())
    for path in (f"submissions/{submission['id']}/grade", f"grade/{submission['id']}"):
        refused = school.teacher.post(f"{HOMEWORK}/{path}", {"score": score, "feedback": "x"})
        assert (refused.status_code, list(refused.json())) == (400, ["score"])
    assert school.student.get(f"{HOMEWORK}/user/me").json()[0]["status"] == "submitted"


def test_what_a_grade_needs(sqlite_world: World) -> None:
    school = School(sqlite_world)
    submission = school.submitted(school.homework())
    assert list(school.teacher.post(f"{HOMEWORK}/submissions/{submission['id']}/grade", {}).json()) == ["score"]
    assert sorted(school.teacher.post(f"{HOMEWORK}/grade/{submission['id']}", {}).json()) == ["feedback", "score"]


def test_a_grade_is_within_the_points_of_the_homework(world: World) -> None:
    school = School(world)
    homework = school.homework(max_score=10)
    submission = school.submitted(homework)
    assert grade(school.teacher, submission["id"], 11).json() == {"score": ["Ensure this value is less than or equal to 10."]}
    assert grade(school.teacher, submission["id"], 10).status_code == 200
    path = f"{HOMEWORK}/{homework['id']}"
    assert list(school.teacher.patch(path, {"max_score": 9}).json()) == ["max_score"]
    assert school.teacher.patch(path, {"max_score": 10}).status_code == 200
    assert school.teacher.patch(path, {"max_score": 20}).json()["max_score"] == 20


def test_only_what_was_handed_in_is_graded(world: World) -> None:
    school = School(world)
    assignment = school.teacher.post(f"{HOMEWORK}/{school.homework()['id']}/assign/{school.student.id}").json()
    refused = grade(school.teacher, assignment["id"])
    assert (refused.status_code, refused.json()) == (409, {"detail": "Nothing was handed in yet."})
    assert grade(school.teacher, 987654).status_code == 404


def test_who_grades(world: World) -> None:
    """Of a course its instructor and the homework's author, of an active group every teacher, an admin everything."""
    school, colleague, admin = School(world), world.teacher(), world.admin()
    group = world.group()["id"]
    of_group = submit(world.member(group), school.teacher.post(HOMEWORK, {"group": group, "text": "1"}).json()["id"]).json()
    of_course, by_admin = school.submitted(school.homework()), school.submitted(school.homework(admin))
    secret = school.submitted(homework := school.homework())
    school.teacher.patch(f"{HOMEWORK}/{homework['id']}", {"is_published": False})

    def statuses(who: Any) -> list[int]:
        return [grade(who, each["id"]).status_code for each in (of_course, by_admin, secret, of_group)]

    assert statuses(school.student) == [403, 403, 403, 403]
    assert statuses(colleague) == [403, 403, 403, 200]
    assert statuses(school.teacher) == statuses(admin) == [200, 200, 200, 200]
    admin.patch(f"/api/v1/groups/{group}/", {"is_active": False})
    assert grade(colleague, of_group["id"]).status_code == 403
    assert world.client.post(f"{HOMEWORK}/submissions/{of_group['id']}/grade", json={"score": 1}).status_code == 401
    assert school.student.get(f"{HOMEWORK}/user/me").json()[0]["graded_by"] == admin.id


def test_what_is_graded_is_handed_in_no_more(world: World) -> None:
    school = School(world)
    homework = school.homework()
    graded = grade(school.teacher, school.submitted(homework)["id"]).json()
    for refused in (submit(school.student, homework["id"], "Yana"), speak(school.student, homework["id"])):
        assert (refused.status_code, refused.json()) == (409, {"detail": "This homework is already graded."})
    assert school.student.get(f"{HOMEWORK}/user/me").json() == [graded]


class TestAutomaticGrades:
    """A recording waits until somebody, or a job, grades it."""

    def automatic(self, world: World, assignment_id: int, revision: int = 1, score: int = 60) -> bool:
        with world.db.write() as tx:
            return grade_recording(tx, assignment_id, revision, score, "Ravon")

    def test_a_waiting_recording_is_graded_once(self, world: World) -> None:
        school = School(world)
        spoken, other = (speak(school.student, school.homework()["id"]).json() for _ in range(2))
        assert self.automatic(world, spoken["id"])
        rows = {row["id"]: row for row in school.student.get(f"{HOMEWORK}/user/me").json()}
        graded = [rows[spoken["id"]][name] for name in ("status", "score", "feedback", "graded_by")]
        assert graded == ["graded", 60, "Ravon", None]
        assert rows[other["id"]] == other
        assert not self.automatic(world, spoken["id"], score=10)
        assert grade(school.teacher, spoken["id"], 90).json()["graded_by"] == school.teacher.id

    def test_a_teachers_grade_wins(self, world: World) -> None:
        school = School(world)
        spoken = speak(school.student, school.homework()["id"]).json()
        graded = grade(school.teacher, spoken["id"], 90).json()
        assert not self.automatic(world, spoken["id"])
        assert school.student.get(f"{HOMEWORK}/user/me").json() == [graded]

    def test_a_newer_recording_is_not_graded_by_the_older_one(self, world: World) -> None:
        school = School(world)
        homework_id = school.homework()["id"]
        spoken = [speak(school.student, homework_id).json() for _ in range(2)][1]
        assert not self.automatic(world, spoken["id"], revision=1)
        assert school.student.get(f"{HOMEWORK}/user/me").json()[0]["status"] == "pending"
        assert self.automatic(world, spoken["id"], revision=2)

    def test_what_is_no_recording_waits_for_a_person(self, world: World) -> None:
        school = School(world)
        assert not self.automatic(world, school.submitted(school.homework())["id"])

    def test_it_is_within_the_points_of_the_homework(self, world: World) -> None:
        school = School(world)
        spoken = speak(school.student, school.homework(max_score=5)["id"]).json()
        assert self.automatic(world, spoken["id"], score=60)
        with world.db.read() as tx:
            assert tx.scalar(Assignment.__table__.select().with_only_columns(Assignment.score)) == 5
