"""What finishing lessons writes, and which refusals of the database are told as what."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bilim.catalog.models import Course
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict
from bilim.study.actions import reviews, studying
from bilim.study.inputs import CertificateInput, ReviewInput
from bilim.study.models import Certificate, Completion, Enrollment
from conftest import NOON, SetClock
from world import Person, World


def actor(person: Person, role: Role = Role.STUDENT) -> Actor:
    return Actor(person.id, role, is_premium=False, session_id=1)


def studied_at(world: World, student: Person, course: dict[str, Any]) -> Any:
    with world.db.read() as tx:
        return tx.scalar(select(Enrollment.studied_at).where(Enrollment.user_id == student.id, Enrollment.course_id == course["id"]))


def test_each_lesson_renews_when_its_course_was_studied_last(world: World, set_clock: SetClock) -> None:
    teacher, student = world.teacher(), world.student()
    first, second = world.course(teacher), world.course(teacher)
    student.post("/api/enrollments/", {"course": first["id"]})
    assert studied_at(world, student, first) == NOON
    set_clock(NOON + timedelta(minutes=5))
    world.complete(student, second["lessons"][0]["id"])
    set_clock(NOON + timedelta(minutes=10))
    world.complete(student, first["lessons"][0]["id"])
    assert studied_at(world, student, first) == NOON + timedelta(minutes=10)
    assert student.get("/api/v1/lessons/continue").json()["id"] == first["lessons"][1]["id"]
    set_clock(NOON + timedelta(minutes=15))
    again = world.complete(student, first["lessons"][0]["id"]).json()
    assert studied_at(world, student, first) == NOON + timedelta(minutes=15), "also a lesson that was finished before"
    assert again["completed_at"].startswith("2026-11-20T17:10:00"), "which keeps when that was"
    assert [each["completed_at"] for each in student.get("/api/v1/user-progress/").json()][1] == again["completed_at"]


def test_a_deleted_lesson_is_not_left_to_finish(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=3)
    first, second, third = (lesson["id"] for lesson in course["lessons"])
    world.complete(other, third)
    teacher.delete(f"/api/v1/lessons/{third}")  # hidden: somebody finished it
    assert world.complete(student, third).status_code == 404
    world.complete(student, first)
    assert student.get("/api/v1/certificates/my-certificates").json() == []
    progress = student.get(f"/api/enrollments/progress/{course['id']}/").json()
    assert ([each["id"] for each in progress["lessons"]], progress["percent"]) == ([first, second], 50)
    enrolled = student.get("/api/enrollments/").json()[0]
    assert (enrolled["total_lessons"], enrolled["completed_lessons"], enrolled["percent"]) == (2, 1, 50)
    world.complete(student, second)
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1
    assert student.get("/api/enrollments/").json()[0]["is_completed"] is True
    teacher.delete(f"/api/v1/lessons/{first}")
    assert student.get("/api/enrollments/").json()[0]["completed_lessons"] == 2, "nobody falls back"


def test_what_others_finish_counts_for_them_alone(world: World) -> None:
    student, other = world.student(), world.student()
    course = world.course(world.teacher(), lessons=2)
    first, second = (lesson["id"] for lesson in course["lessons"])
    world.complete(other, first)
    world.complete(student, second)
    with world.db.read() as tx:
        assert tx.scalars(select(Certificate.user_id)) == []
        assert tx.all(select(Completion.user_id, Completion.lesson_id).order_by(Completion.id)) == [(other.id, first), (student.id, second)]
    for person, done in ((student, [False, True]), (other, [True, False])):
        progress = person.get(f"/api/enrollments/progress/{course['id']}/").json()
        assert [each["is_completed"] for each in progress["lessons"]] == done
    assert student.post(f"/api/v1/users/courses/{course['id']}/complete").status_code == 400
    world.complete(other, second)
    assert [each["course_id"] for each in other.get("/api/v1/certificates/my-certificates").json()] == [course["id"]]
    assert student.get("/api/v1/certificates/my-certificates").json() == []


def test_a_lesson_that_others_finished_too_is_ones_own(world: World) -> None:
    student, other = world.student(), world.student()
    lesson = world.course(world.teacher())["lessons"][0]["id"]
    theirs = world.complete(other, lesson).json()
    mine = world.complete(student, lesson).json()
    assert world.complete(student, lesson).json() == mine
    assert (mine["user_id"], mine["id"]) == (student.id, theirs["id"] + 1)


def test_finishing_a_lesson_again_issues_what_was_missed(world: World) -> None:
    """The last other lesson was deleted after the first was finished: nothing is left, but nobody was told."""
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=2)
    first, second = (lesson["id"] for lesson in course["lessons"])
    world.complete(student, first)
    teacher.delete(f"/api/v1/lessons/{second}")
    assert student.get("/api/v1/certificates/my-certificates").json() == []
    world.complete(student, first)
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1


def test_one_goes_on_with_the_first_lesson_left_of_the_course_studied_last(world: World, set_clock: SetClock) -> None:
    """Not of the first joined, nor of the last; and in the order of study, not of writing."""
    teacher, student = world.teacher(), world.student()
    courses = [world.course(teacher, lessons=0) for _ in range(3)]
    lessons = [[world.lesson(teacher, course["id"], order=order)["id"] for order in (2, 1, 0)] for course in courses]
    for minute, course in enumerate((0, 1, 2, 1)):
        set_clock(NOON + timedelta(minutes=minute))
        world.complete(student, lessons[course][2])
    assert student.get("/api/v1/lessons/continue").json()["id"] == lessons[1][1]
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == lessons[1][1]


def test_a_course_that_one_may_not_know_of_is_not_joined(world: World) -> None:
    teacher, student, member = world.teacher(), world.student(), world.student()
    draft, deleted = world.course(teacher, is_published=False), world.course(teacher)
    member.post("/api/enrollments/", {"course": deleted["id"]})
    teacher.delete(f"/api/v1/courses/{deleted['id']}")  # hidden: somebody joined it
    for course in (draft, deleted):
        refused = student.post("/api/enrollments/", {"course": course["id"]})
        assert refused.json() == {"course": [f'Invalid pk "{course["id"]}" - object does not exist.']}
    assert student.get("/api/enrollments/").json() == []


def test_nobody_who_is_gone_is_awarded_a_certificate(world: World) -> None:
    admin, gone = world.admin(), world.student()
    world.complete(gone, world.course(world.teacher())["lessons"][0]["id"])
    admin.delete(f"/api/v1/users/{gone.id}")  # hidden: there is history
    refused = admin.post("/api/v1/certificates/", {"title": "Diploma", "user_id": gone.id, "course_name": "Yozgi maktab"})
    assert (refused.status_code, list(refused.json())) == (400, ["user_id"])


def test_a_featured_course_is_begun_before_others(world: World) -> None:
    teacher, admin, student = world.teacher(), world.admin(), world.student()
    world.course(teacher)
    plain, featured = world.course(teacher), world.course(teacher)
    admin.put(f"/api/v1/courses/{featured['id']}", {"title": "T", "difficulty_level": "A1", "is_featured": True})
    draft = world.course(admin, is_published=False, is_featured=True)
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == featured["lessons"][0]["id"]
    assert admin.get("/api/v1/users/me/next-lesson").json()["id"] == featured["lessons"][0]["id"] != draft["lessons"][0]["id"]
    assert plain["id"] < featured["id"]


def test_other_broken_constraints_are_not_told_as_those_that_were_expected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, admin = world.student(), world.admin()
    course = world.course(world.teacher())
    student.post("/api/enrollments/", {"course": course["id"]})
    with pytest.raises(IntegrityError), world.db.write() as tx:
        reviews.review_course(tx, actor(student), ReviewInput(course_id=course["id"], rating=9))
    monkeypatch.setattr(studying, "new_code", lambda length: "0" * length)
    diploma = CertificateInput(title="Diploma", user_id=student.id, course_name="Yozgi maktab")
    with world.db.write() as tx:
        studying.award_certificate(tx, actor(admin, Role.ADMIN), diploma)
    with pytest.raises(IntegrityError), world.db.write() as tx:
        studying.award_certificate(tx, actor(admin, Role.ADMIN), diploma)


def test_expected_conflicts_leave_the_transaction_usable(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    student.post("/api/enrollments/", {"course": course["id"]})
    review = ReviewInput(course_id=course["id"], rating=4)
    with world.db.write() as tx:
        reviews.review_course(tx, actor(student), review)
        with pytest.raises(Conflict) as refused:
            reviews.review_course(tx, actor(student), review)
        tx.execute(update(Course).values(title="Yangi"))
    assert refused.value.code == "has_reviewed"
    assert [each["course"]["title"] for each in world.get("/api/reviews/").json()] == ["Yangi"]
