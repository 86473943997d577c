"""Many do the same thing at the same moment: one of them does it, the others hear so in plain words, and nobody meets a 500."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select

from at_once import at_once, statuses
from bilim.accounts.models import User
from bilim.journal.models import Attendance, WorkLog
from bilim.study.actions import studying
from bilim.study.models import Certificate, Completion, Enrollment
from world import Person, World

MANY = 50
FREE_WRONG_PASSWORDS = 5


def complete(student: Person, lesson: dict[str, Any]) -> Callable[[], Response]:
    return partial(student.post, f"/api/v1/user-progress/lessons/{lesson['id']}/complete")


def rows(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_many_completions_of_the_last_lesson_issue_one_certificate(world: World) -> None:
    student, course = world.student(), world.course(world.teacher(), lessons=1)
    answers = at_once([complete(student, course["lessons"][0])] * MANY)
    assert statuses(answers) == {200: MANY}
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert (rows(world, Completion), rows(world, Enrollment), rows(world, Certificate)) == (1, 1, 1)


def test_the_two_last_lessons_finished_together_always_issue_the_certificate(world: World) -> None:
    """Whether or not the student had joined the course before."""
    teacher, student = world.teacher(), world.student()
    for number in range(20):
        course = world.course(teacher, lessons=2)
        if number % 2:
            student.post("/api/enrollments/", {"course": course["id"]})
        assert statuses(at_once([complete(student, lesson) for lesson in course["lessons"]])) == {200: 2}
        assert student.get("/api/certificates/").json()[-1]["course"]["id"] == course["id"]
    assert rows(world, Certificate) == 20


def test_of_many_sign_ups_with_one_username_one_succeeds(world: World) -> None:
    def sign_up(number: int) -> Response:
        body = {"username": "Jasur", "email": f"jasur{number}@example.com", "password": "Correct-horse-9"}
        return world.client.post("/api/v1/users/", json=body)

    answers = at_once([partial(sign_up, number) for number in range(MANY)])
    assert statuses(answers) == {201: 1, 400: MANY - 1}
    refusals = [answer.json() for answer in answers if answer.status_code == 400]
    assert all(refusal == {"username": ["A user with that username already exists."]} for refusal in refusals)
    with world.db.read() as tx:
        assert tx.scalars(select(User.username).where(User.username_key == "jasur")) == ["Jasur"]


def test_many_enrolments_in_one_course_make_one(world: World) -> None:
    student, course = world.student(), world.course(world.teacher())
    answers = at_once([partial(student.post, "/api/enrollments/", {"course": course["id"]})] * MANY)
    assert statuses(answers) == {201: 1, 200: MANY - 1}
    assert rows(world, Enrollment) == 1


def test_many_reviews_by_one_person_make_one(world: World) -> None:
    student, course = world.student(), world.course(world.teacher())
    student.post("/api/enrollments/", {"course": course["id"]})
    answers = at_once([partial(student.post, "/api/reviews/", {"course": course["id"], "rating": 5})] * MANY)
    assert statuses(answers) == {201: 1, 409: MANY - 1}


def test_wrong_passwords_sent_together_are_held_back_like_those_sent_in_turn(world: World) -> None:
    student = world.student()
    guesses = [{"username": student.username, "password": f"a wrong guess {number}"} for number in range(MANY)]
    answers = at_once([partial(world.client.post, "/api/v1/login/", json=guess) for guess in guesses])
    told = statuses(answers)
    assert told == {401: FREE_WRONG_PASSWORDS, 429: MANY - FREE_WRONG_PASSWORDS}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code == 429)


def test_a_course_deleted_while_lessons_are_finished_breaks_nothing(world: World) -> None:
    """Half of the students have joined before, and for them it is the last lesson: certificates are issued while the course goes away."""
    teacher, students = world.teacher(), [world.student() for _ in range(12)]
    for _ in range(10):
        course = world.course(teacher, lessons=2)
        first, last = course["lessons"]
        for student in students[::2]:
            assert complete(student, first)().status_code == 200
        calls = [complete(student, last) for student in students]
        calls.insert(6, partial(teacher.delete, f"/api/v1/courses/{course['id']}/"))
        answers = at_once(calls)
        assert set(statuses(answers)) <= {200, 404, 409}
        assert teacher.get(f"/api/v1/courses/{course['id']}").status_code == 404


def test_a_lesson_deleted_while_somebody_finishes_it_as_their_last_breaks_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both hold a lock that the other could want: the lesson and its course. The pause makes them meet every time."""
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=1)
    lesson = course["lessons"][0]
    student.post("/api/enrollments/", {"course": course["id"]})
    in_the_middle, issue_certificate = threading.Event(), studying.issue_certificate

    def pause(*values: Any) -> None:
        in_the_middle.set()
        time.sleep(0.3)
        issue_certificate(*values)

    def delete() -> Response:
        in_the_middle.wait()
        return teacher.delete(f"/api/v1/lessons/{lesson['id']}/")

    monkeypatch.setattr(studying, "issue_certificate", pause)
    assert statuses(at_once([complete(student, lesson), delete])) == {200: 2}
    assert rows(world, Certificate) == 1


@pytest.mark.parametrize("calls", [300, pytest.param(5000, marks=pytest.mark.soak)])
def test_whatever_happens_together_nobody_meets_a_500(world: World, calls: int) -> None:
    """Two teachers edit and delete what students are studying; everybody changes their own account meanwhile."""
    teachers, students = [world.admin(), world.admin()], [world.student() for _ in range(4)]
    for _ in range(3):
        world.course(teachers[0], lessons=3)
    told: Counter[tuple[str, int]] = Counter()

    def act(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - to be repeatable
        name, call = chance.choice(DEEDS)
        told[name, call(chance.choice(teachers), chance.choice(students), chance).status_code] += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(act, range(calls)))
    assert [deed for deed in told if deed[1] >= 500] == []
    assert {name for name, status in told if status < 300} >= {"finish a lesson", "change a course", "delete a lesson"}


Deed = Callable[[Person, Person, random.Random], Response]


def some(kind: str, teacher: Person, chance: random.Random) -> int:
    """The id of a course or lesson that is there at the moment, or of one that never was."""
    return chance.choice([row["id"] for row in teacher.get(f"/api/v1/{kind}/").json()] or [10**6])


DEEDS: list[tuple[str, Deed]] = [
    ("finish a lesson", lambda t, s, c: s.post(f"/api/v1/user-progress/lessons/{some('lessons', t, c)}/complete")),
    ("finish a lesson", lambda t, s, c: s.post(f"/api/v1/user-progress/lessons/{some('lessons', t, c)}/complete")),
    ("join a course", lambda t, s, c: s.post("/api/enrollments/", {"course": some("courses", t, c)})),
    ("review a course", lambda t, s, c: s.post("/api/reviews/", {"course": some("courses", t, c), "rating": c.randint(1, 5)})),
    ("change one's name", lambda _t, s, c: s.put("/api/auth/profile/", {"username": f"student-{c.randint(1, 5)}"})),
    ("award a certificate", lambda t, s, c: t.post("/api/v1/certificates/", award(s, some("courses", t, c)))),
    ("make a course", lambda t, _s, _c: t.post("/api/v1/courses/", {"title": "Yangi", "difficulty_level": "A1", "is_published": True})),
    ("change a course", lambda t, _s, c: t.put(f"/api/v1/courses/{some('courses', t, c)}/", {"title": "Boshqa", "difficulty_level": "B1"})),
    ("delete a course", lambda t, _s, c: t.delete(f"/api/v1/courses/{some('courses', t, c)}/")),
    ("make a lesson", lambda t, _s, c: t.post("/api/v1/lessons/", lesson_of(some("courses", t, c)))),
    ("make a lesson", lambda t, _s, c: t.post("/api/v1/lessons/", lesson_of(some("courses", t, c)))),
    ("delete a lesson", lambda t, _s, c: t.delete(f"/api/v1/lessons/{some('lessons', t, c)}/")),
]


def award(student: Person, course_id: int) -> dict[str, Any]:
    return {"title": "Sertifikat", "user_id": student.id, "course_name": "Ingliz tili", "course_id": course_id}


def lesson_of(course_id: int) -> dict[str, Any]:
    return {"title": "Yangi dars", "content": "Salom!", "course_id": course_id, "order": 0}


def test_a_class_marked_by_many_at_once_has_one_record_a_student(world: World) -> None:
    group, teachers = world.group(), [world.teacher() for _ in range(5)]
    students = [world.member(group["id"]).id for _ in range(12)]
    answers = at_once([partial(teachers[n % 5].post, "/api/v1/attendance/bulk_create/", {"group_id": group["id"]}) for n in range(MANY)])
    assert statuses(answers) == {201: 1, 200: MANY - 1}
    for answer in answers:
        assert [row["student"]["id"] for row in answer.json()] == students
    assert rows(world, Attendance) == len(students)
    assert rows(world, WorkLog) == 1, "only whoever really recorded something worked"


def test_a_student_marked_by_many_at_once_is_marked_once(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    body = {"student": world.member(group["id"]).id, "group": group["id"], "status": "keldi"}
    answers = at_once([partial(teacher.post, "/api/v1/attendance/", body)] * MANY)
    assert statuses(answers) == {201: 1, 400: MANY - 1}
    assert (rows(world, Attendance), rows(world, WorkLog)) == (1, 1)


def test_a_student_moved_by_many_at_once_is_in_one_group(world: World) -> None:
    admin, groups = world.admin(), [world.group() for _ in range(4)]
    student = world.student(made_by_staff=True)
    moves = [partial(admin.patch, f"/api/v1/students/{student.id}/", {"group": groups[n % 4]["id"]}) for n in range(20)]
    assert set(statuses(at_once(moves))) <= {200, 409}
    counts = [group["students_count"] for group in admin.get("/api/v1/groups/").json()]
    assert sum(counts) == 1
    now = admin.get(f"/api/v1/students/{student.id}/").json()["group"]["id"]
    assert counts[[group["id"] for group in groups].index(now)] == 1


def test_months_replaced_by_many_at_once_are_those_of_one_of_them(world: World) -> None:
    admin, group = world.admin(), world.group()
    payment = admin.post("/api/v1/payments/", {"student": world.member(group["id"]).id, "group": group["id"], "amount": "5"}).json()
    path = f"/api/v1/payments/{payment['id']}/"
    sent = [[{"year": 2024 + n, "month": month} for month in (1, 2, 3)] for n in range(20)]
    assert statuses(at_once([partial(admin.patch, path, {"months": months}) for months in sent])) == {200: 20}
    kept = [{"year": month["year"], "month": month["month"]} for month in admin.get(path).json()["months"]]
    assert kept in sent
