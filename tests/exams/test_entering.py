"""Entering an exam by its code, and the clock that starts then."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bilim.exams.models import ExamEntry
from conftest import NOON, SetClock
from exams.school import EXAMS, enter, exam
from world import World

MINUTE = timedelta(minutes=1)
WRONG_CODE = {"code": ["There is no exam with this code."]}


def entries(world: World) -> list[tuple[int, int]]:
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(ExamEntry.exam_id, ExamEntry.student_id).order_by(ExamEntry.exam_id))]


def test_a_code_opens_the_questions_without_the_answers(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    held = exam(world, teacher, time_limit=30)
    entered = enter(student, held["code"])
    assert entered.status_code == 200
    sheet = entered.json()
    assert (sheet["id"], sheet["code"], sheet["title"]) == (held["id"], held["code"], "Grammar")
    assert sheet["questions"] == [
        {name: question[name] for name in ("id", "text", "type", "order")}
        | {"options": [{name: option[name] for name in ("id", "text", "order")} for option in question["options"]]}
        for question in held["questions"]
    ]
    assert student.get(f"{EXAMS}{held['id']}/").json()["questions"] == sheet["questions"]
    assert student.get(EXAMS).json()[0]["code"] == held["code"]
    assert other.get(EXAMS).json()[0]["code"] is None
    assert other.get(f"{EXAMS}{held['id']}/").json()["questions"] == []
    assert entries(world) == [(held["id"], student.id)]


@pytest.mark.parametrize(
    "spelling", [str.lower, lambda code: f" {code[:3]}-{code[3:]} ", lambda code: code.replace("0", "o").replace("1", "l")]
)
def test_a_code_may_be_typed_as_people_type(sqlite_world: World, spelling: Any) -> None:
    held, student = exam(sqlite_world), sqlite_world.student()
    assert enter(student, spelling(held["code"])).json()["id"] == held["id"]


def test_the_clock_starts_with_the_first_entry_and_a_longer_limit_counts_for_all(world: World, set_clock: SetClock) -> None:
    teacher, student = world.teacher(), world.student()
    held = exam(world, teacher, time_limit=30)
    first = enter(student, held["code"]).json()
    clock = {name: first[name] for name in ("entered_at", "ends_at", "seconds_left", "server_time")}
    assert clock == {
        "entered_at": "2026-11-20T17:00:00+05:00",
        "ends_at": "2026-11-20T17:30:00+05:00",
        "seconds_left": 1800,
        "server_time": "2026-11-20T17:00:00+05:00",
    }
    set_clock(NOON + 10 * MINUTE)
    later = clock | {"seconds_left": 1200, "server_time": "2026-11-20T17:10:00+05:00"}
    for again in (enter(student, held["code"]).json(), student.get(f"{EXAMS}{held['id']}/").json()):
        assert {name: again[name] for name in clock} == later
    teacher.patch(f"{EXAMS}{held['id']}/", {"time_limit": 45})
    longer = enter(student, held["code"]).json()
    assert (longer["ends_at"], longer["seconds_left"]) == ("2026-11-20T17:45:00+05:00", 2100)


def test_an_exam_without_a_limit_has_no_end(world: World) -> None:
    student, held = world.student(), exam(world)
    sheet = enter(student, held["code"]).json()
    assert (sheet["ends_at"], sheet["seconds_left"], bool(sheet["entered_at"])) == (None, None, True)


def test_staff_enter_with_the_answers_and_without_a_clock(world: World) -> None:
    teacher = world.teacher()
    held, draft = exam(world, teacher, time_limit=30), exam(world, teacher, is_published=False)
    assert enter(teacher, held["code"]).json() == held
    assert enter(world.admin(), draft["code"]).json() == draft
    assert entries(world) == []


def test_a_code_of_what_students_may_not_see_is_wrong(world: World) -> None:
    student = world.student()
    for hidden in ({"is_published": False}, {"is_active": False}):
        refused = enter(student, exam(world, **hidden)["code"])
        assert (refused.status_code, refused.json()) == (400, WRONG_CODE)
    assert entries(world) == []


@pytest.mark.parametrize("code", ["", " ", None, 123456, ["ABC123"], "A" * 51, "A" * 1024 * 1024], ids=lambda code: str(code)[:8])
def test_what_is_no_code_is_refused(sqlite_world: World, code: Any) -> None:
    refused = enter(sqlite_world.student(), code)
    assert (refused.status_code, list(refused.json())) == (400, ["code"])


def test_ten_wrong_codes_in_ten_minutes_are_free(world: World, set_clock: SetClock) -> None:
    student, other, held = world.student(), world.student(), exam(world)
    guesses = [enter(student, f"AAAAA{number}") for number in range(10)]
    assert [(answer.status_code, answer.json()) for answer in guesses] == [(400, WRONG_CODE)] * 10
    set_clock(NOON + 4 * MINUTE)
    for code in ("AAAAAA", held["code"]):
        refused = enter(student, code)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "360")
    assert entries(world) == [], "a right guess after too many wrong ones tells nothing"
    assert enter(other, held["code"]).status_code == 200
    set_clock(NOON + 10 * MINUTE)
    assert enter(student, held["code"]).status_code == 200


def test_right_codes_are_not_counted(sqlite_world: World) -> None:
    student, held = sqlite_world.student(), exam(sqlite_world)
    for number in range(9):
        enter(student, f"AAAAA{number}")
    assert {enter(student, held["code"]).status_code for _ in range(12)} == {200}
    assert [enter(student, "AAAAAA").status_code for _ in range(2)] == [400, 429]
