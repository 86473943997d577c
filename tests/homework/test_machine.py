"""The life of homework, whatever happens in it, against a model of a few lines: over HTTP."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from homework_school import HOMEWORK, PDF, School, grade, speak, submit
from kit.repeatable import repeatable
from world import World

INSIDE, OUTSIDE = 0, 1
"""The places of a student who joined the course, and of one who did not."""
PLACES = st.sampled_from([INSIDE, OUTSIDE])


@dataclass
class Mine:
    """An assignment as the model has it."""

    id: int
    status: str = "assigned"
    content: str | None = None
    files: int = 0
    score: int | None = None


@dataclass
class Held:
    """Homework as the model has it."""

    id: int
    is_published: bool
    is_deleted: bool = False
    of: dict[int, Mine] = field(default_factory=dict[int, Mine])

    def is_for(self, place: int) -> bool:
        return self.is_published and not self.is_deleted and (place == INSIDE or place in self.of)


class LifeOfHomework(RuleBasedStateMachine):
    """A teacher, two students; every answer of the server is what the model expects."""

    homework = Bundle("homework")

    def __init__(self, school: School) -> None:
        super().__init__()
        self.school = school
        self.students = [school.learner(), school.world.student()]
        self.held: list[Held] = []

    @rule(target=homework, is_published=st.booleans())
    def set_homework(self, is_published: bool) -> Held:
        held = Held(self.school.homework(is_published=is_published)["id"], is_published)
        self.held.append(held)
        return held

    @rule(held=homework, is_published=st.booleans())
    def publish(self, held: Held, is_published: bool) -> None:
        told = self.school.teacher.patch(f"{HOMEWORK}/{held.id}", {"is_published": is_published})
        assert told.status_code == (404 if held.is_deleted else 200)
        held.is_published = is_published

    @rule(held=homework, place=PLACES)
    def assign(self, held: Held, place: int) -> None:
        told = self.school.teacher.post(f"{HOMEWORK}/{held.id}/assign/{self.students[place].id}")
        assert told.status_code == (404 if held.is_deleted else 200 if place in held.of else 201)
        if told.status_code == 201:
            held.of[place] = Mine(told.json()["id"])

    @rule(held=homework, place=PLACES, text=st.sampled_from(["bir", "ikki"]), files=st.integers(0, 2))
    def submit(self, held: Held, place: int, text: str, files: int) -> None:
        told = submit(self.students[place], held.id, text, *[("a.pdf", PDF)] * files)
        self.hand_in(held, place, told, "submitted", text, files)

    @rule(held=homework, place=PLACES)
    def speak(self, held: Held, place: int) -> None:
        self.hand_in(held, place, speak(self.students[place], held.id), "pending", None, 1)

    def hand_in(self, held: Held, place: int, told: Any, status: str, content: str | None, files: int) -> None:
        is_graded = place in held.of and held.of[place].status == "graded"
        assert told.status_code == (404 if not held.is_for(place) else 409 if is_graded else 201), told.text
        if told.status_code == 201:
            mine = held.of.setdefault(place, Mine(told.json()["id"]))
            assert mine.id == told.json()["id"]
            mine.status, mine.content, mine.files = status, content, files

    @rule(held=homework, place=PLACES, score=st.integers(0, 100))
    def grade(self, held: Held, place: int, score: int) -> None:
        if mine := held.of.get(place):
            is_gone = held.is_deleted
            told = grade(self.school.teacher, mine.id, score)
            assert told.status_code == (404 if is_gone else 409 if mine.status == "assigned" else 200), told.text
            if told.status_code == 200:
                mine.status, mine.score = "graded", score

    @rule(held=homework)
    def delete(self, held: Held) -> None:
        told = self.school.teacher.delete(f"{HOMEWORK}/{held.id}")
        assert told.status_code == (404 if held.is_deleted else 204)
        if not held.is_deleted and all(mine.status == "assigned" for mine in held.of.values()):
            held.of.clear()
        held.is_deleted = True

    @invariant()
    def students_see_what_is_theirs(self) -> None:
        ours = {held.id for held in self.held}
        for place, student in enumerate(self.students):
            seen = [row["id"] for row in student.get(HOMEWORK).json() if row["id"] in ours]
            assert seen == [held.id for held in self.held if held.is_for(place)]

    @invariant()
    def assignments_are_those_of_the_model(self) -> None:
        for place, student in enumerate(self.students):
            rows = student.get(f"{HOMEWORK}/user/me").json()
            seen = {row["id"]: Mine(row["id"], row["status"], row["content"], len(row["files"]), row["score"]) for row in rows}
            theirs = [(held, held.of[place]) for held in self.held if place in held.of]
            assert seen == {mine.id: mine for held, mine in theirs if mine.status != "assigned" or held.is_for(place)}
            submitted = [mine.id for _, mine in theirs if mine.status != "assigned"]
            assert [row["id"] for row in student.get(f"{HOMEWORK}/submissions/me").json()] == sorted(submitted)

    def teardown(self) -> None:
        self.school.world.run_jobs()
        assert {*self.school.world.uploads()} == self.school.claimed()


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_the_life_of_homework(sqlite_world: World, examples: int) -> None:
    school = School(sqlite_world)
    long = settings(repeatable, max_examples=examples, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(partial(LifeOfHomework, school), settings=long)
