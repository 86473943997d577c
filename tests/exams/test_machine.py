"""The life of exams, whatever happens in it, against a model of a few lines: over HTTP, with a clock that the test sets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from bilim.exams.rules import CODE_GUESSES
from bilim.limits import windows
from conftest import NOON, SetClock
from exams.school import EVEN, EXAMS, GOES, QUESTIONS, RESULTS, choose, enter, subject, submit
from kit.repeatable import repeatable
from world import Person, World

MINUTE = timedelta(minutes=1)
RIGHT = {(0, 1), (1, 1), (1, 2)}
"""Which option of which question of `QUESTIONS` is correct."""
STUDENTS = 3


@dataclass
class Sat:
    """What one student handed in."""

    id: int
    marks: list[bool]
    answers: list[int]
    """Their ids."""
    is_checked: bool = False


@dataclass
class Held:
    """An exam as the model has it."""

    shown: dict[str, Any]
    """As its author was shown it last: its questions and its code."""
    is_published: bool
    limit: int
    entered: dict[int, datetime] = field(default_factory=dict[int, datetime])
    results: dict[int, Sat] = field(default_factory=dict[int, Sat])
    is_deleted: bool = False


class LifeOfExams(RuleBasedStateMachine):
    """Two teachers, three students; every answer of the server is what the model expects."""

    exams = Bundle("exams")

    def __init__(self, world: World, people: tuple[Person, Person, list[Person]], subject_id: int, set_clock: SetClock) -> None:
        super().__init__()
        self.world, (self.teacher, self.admin, self.students), self.subject = world, people, subject_id
        self.set_clock = set_clock
        self.now = NOON
        self.held: list[Held] = []

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    @rule(target=exams, is_published=st.booleans(), limit=st.sampled_from([0, 30]))
    def create(self, is_published: bool, limit: int) -> Held:
        body = {"subject": self.subject, "title": "Grammar", "is_published": is_published, "time_limit": limit, "questions": QUESTIONS}
        made = self.teacher.post(EXAMS, body)
        assert made.status_code == 201
        return self.add(made.json(), limit, is_published=is_published)

    def add(self, shown: dict[str, Any], limit: int, *, is_published: bool) -> Held:
        held = Held(shown, is_published, limit)
        self.held.append(held)
        return held

    @rule(target=exams, held=exams)
    def copy(self, held: Held) -> Any:
        copied = self.teacher.post(f"{EXAMS}{held.shown['id']}/copy/")
        assert copied.status_code == (404 if held.is_deleted else 200)
        return multiple() if held.is_deleted else self.add(copied.json(), held.limit, is_published=False)

    @rule(held=exams, is_published=st.booleans())
    def publish(self, held: Held, is_published: bool) -> None:
        told = self.teacher.post(f"{EXAMS}{held.shown['id']}/{'publish' if is_published else 'unpublish'}/")
        assert told.status_code == (404 if held.is_deleted else 200)
        held.is_published = is_published

    @rule(held=exams, fewer=st.booleans())
    def send_questions(self, held: Held, fewer: bool) -> None:
        sent = [GOES, EVEN] if fewer else held.shown["questions"]
        told = self.teacher.patch(f"{EXAMS}{held.shown['id']}/", {"questions": sent})
        is_change = fewer and len(held.shown["questions"]) > len(sent)
        is_under_way = bool(held.entered or held.results)
        assert told.status_code == (404 if held.is_deleted else 409 if is_change and is_under_way else 200)
        if told.status_code == 200:
            assert is_change or told.json()["questions"] == held.shown["questions"]
            held.shown = told.json()

    @rule(held=exams)
    def delete(self, held: Held) -> None:
        told = self.teacher.delete(f"{EXAMS}{held.shown['id']}/")
        assert told.status_code == (404 if held.is_deleted else 204)
        held.is_deleted = True

    @rule(held=exams, place=st.integers(0, STUDENTS - 1))
    def enter(self, held: Held, place: int) -> None:
        student = self.students[place]
        with self.world.db.write() as tx:
            windows.clear(tx, CODE_GUESSES, str(student.id))  # many exams of the model are closed: their codes count as wrong
        told = enter(student, held.shown["code"])
        assert told.status_code == (200 if self.is_open(held) else 400)
        if told.status_code == 200:
            entered_at = held.entered.setdefault(place, self.now)
            assert datetime.fromisoformat(told.json()["entered_at"]) == entered_at
            assert [each["id"] for each in told.json()["questions"]] == [each["id"] for each in held.shown["questions"]]
            left = entered_at + held.limit * MINUTE - self.now
            assert told.json()["seconds_left"] == (max(0, int(left.total_seconds())) if held.limit else None)

    def is_open(self, held: Held) -> bool:
        return held.is_published and not held.is_deleted

    @rule(held=exams, place=st.integers(0, STUDENTS - 1), chosen=st.tuples(st.integers(0, 2), st.integers(0, 2)))
    def submit(self, held: Held, place: int, chosen: tuple[int, int]) -> None:
        told = submit(self.students[place], held.shown, choose(held.shown, *chosen))
        assert told.status_code == self.expected_of(held, place)
        if told.status_code == 201:
            marks = [(number, option) in RIGHT for number, option in enumerate(chosen)]
            held.results[place] = Sat(told.json()["id"], marks, [answer["id"] for answer in told.json()["answers"]])

    def expected_of(self, held: Held, place: int) -> int:
        if held.is_deleted:
            return 404
        if not held.is_published:
            return 400 if place in held.entered else 404
        if place in held.results:
            return 409
        is_late = place in held.entered and self.now > held.entered[place] + (held.limit + 1) * MINUTE
        return 400 if held.limit and (place not in held.entered or is_late) else 201

    @rule(held=exams, place=st.integers(0, STUDENTS - 1), number=st.integers(0, 1), mark=st.booleans(), is_checked=st.booleans())
    def check(self, held: Held, place: int, number: int, mark: bool, is_checked: bool) -> None:
        if sat := held.results.get(place):
            body = {"is_checked": is_checked, "answers": [{"id": sat.answers[number], "is_correct": mark}]}
            assert self.teacher.patch(f"{RESULTS}{sat.id}/", body).status_code == 200
            sat.marks[number], sat.is_checked = mark, is_checked

    @rule(held=exams, place=st.integers(0, STUDENTS - 1))
    def delete_result(self, held: Held, place: int) -> None:
        if sat := held.results.pop(place, None):
            held.entered.pop(place, None)
            assert self.admin.delete(f"{RESULTS}{sat.id}/").status_code == 204

    @rule(minutes=st.sampled_from([1, 10, 30, 31]))
    def let_time_pass(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.set_clock(self.now)

    @invariant()
    def students_see_what_is_open_and_the_codes_that_they_typed(self) -> None:
        ours = {held.shown["id"] for held in self.held}
        for place, student in enumerate(self.students):
            seen = {each["id"]: each["code"] for each in student.get(EXAMS).json() if each["id"] in ours}
            assert seen == {
                held.shown["id"]: held.shown["code"] if place in held.entered else None for held in self.held if self.is_open(held)
            }

    @invariant()
    def results_are_those_of_the_model(self) -> None:
        for place, student in enumerate(self.students):
            expected = {
                sat.id: (sat.marks, sat.is_checked, len(held.shown["questions"])) for held in self.held if (sat := held.results.get(place))
            }
            found = {each["id"]: each for each in student.get(RESULTS).json() if each["exam"] in {held.shown["id"] for held in self.held}}
            assert found.keys() == expected.keys()
            for result_id, (marks, is_checked, total) in expected.items():
                shown = student.get(f"{RESULTS}{result_id}/").json()
                assert [answer["is_correct"] for answer in shown["answers"]] == (marks if is_checked else [None, None])
                assert (shown["correct_answers"], shown["score"]) == (sum(marks), 100 * sum(marks) / total)
                assert shown["is_checked"] == is_checked == bool(shown["checked_by"])


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_the_life_of_exams(sqlite_world: World, set_clock: SetClock, examples: int) -> None:
    people = (sqlite_world.teacher(), sqlite_world.admin(), [sqlite_world.student() for _ in range(STUDENTS)])
    subject_id = subject(sqlite_world)
    make = partial(LifeOfExams, sqlite_world, people, subject_id, set_clock)
    long = settings(repeatable, max_examples=examples, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(make, settings=long)
