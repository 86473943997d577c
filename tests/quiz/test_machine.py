"""An attempt's life in any order, against a small model of it: what counts is the last answers, by the content at the start."""

import contextlib
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from bilim.kit import clock
from bilim.quiz.inputs import CloseTestAttempts
from conftest import NOON, serving, settings_for
from kit.repeatable import repeatable
from quiz_school import ADMIN, TESTS, answers, finish, full_test, grade, ids_by_type, start, submit

LASTS = timedelta(minutes=60)
TYPES = ("multiple_choice", "numeric", "essay")
GIVEN: dict[str, list[Any]] = {"multiple_choice": ["A", "B", None], "numeric": [5, 73.5, None], "essay": ["Text", ""]}


class AttemptLife(RuleBasedStateMachine):
    """`template` is a database with nobody in it."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.open = contextlib.ExitStack()
        home = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        shutil.copy(self.template, home / "bilim.db")
        self.patched = self.open.enter_context(pytest.MonkeyPatch.context())
        self.set_clock(NOON)
        self.world = self.open.enter_context(serving(settings_for(f"sqlite:///{home / 'bilim.db'}", home)))
        self.admin, self.teacher, self.learner = self.world.admin(), self.world.teacher(), self.world.student(is_premium=True)
        self.test = full_test(self.admin, TYPES)
        self.ids = ids_by_type(self.test)
        self.key = {"multiple_choice": "B", "numeric": 73.5}
        self.marks = {"multiple_choice": 1, "numeric": 1, "essay": 5}
        self.attempt: dict[str, Any] | None = None
        self.over: list[tuple[dict[str, Any], bytes]] = []
        self.restart()

    def restart(self) -> None:
        self.attempt = start(self.learner, self.test)
        self.began, self.stopped = self.now, False
        self.saved: dict[str, Any] = {}
        self.grades: dict[str, float] = {}
        self.held_key, self.held_marks = dict(self.key), dict(self.marks)

    def set_clock(self, moment: datetime) -> None:
        self.now = moment
        self.patched.setattr(clock, "now", lambda: moment)

    @property
    def is_over(self) -> bool:
        return self.stopped or self.now >= self.began + LASTS

    def score(self, name: str) -> float | None:
        """What an answer is worth, None where it waits."""
        if name in self.grades:
            return self.grades[name]
        if name == "essay":
            return None
        return float(self.held_marks[name]) if self.saved[name] == self.held_key[name] else 0.0

    @rule(given=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in GIVEN.items()}))
    def save(self, given: dict[str, Any]) -> None:
        status = submit(self.learner, self.attempt, answers(self.test, given)).status_code  # type: ignore[arg-type]
        assert status == (409 if self.is_over else 200)
        if status == 200:
            self.saved |= given
            self.saved = {name: answer for name, answer in self.saved.items() if answer not in (None, "")}

    @rule(name=st.sampled_from(["multiple_choice", "numeric"]), answer=st.booleans(), marks=st.integers(1, 3))
    def edit(self, name: str, answer: bool, marks: int) -> None:
        """The author changes a question: the attempt is held by what it began with."""
        other = {"multiple_choice": "AB"[answer], "numeric": 73.5 if answer else 5}[name]
        data = {"options": ["Kyoto", "Tokyo", "Osaka"], "correct_answer": other} if name == "multiple_choice" else {"correct_answer": other}
        assert self.admin.put(f"{ADMIN}/questions/{self.ids[name]}", {"question_data": data, "marks": marks}).status_code == 200
        self.key[name], self.marks[name] = other, marks

    @rule()
    def stop(self) -> None:
        first = finish(self.learner, self.attempt)  # type: ignore[arg-type]
        assert first.status_code == 200
        self.stopped = True
        assert finish(self.learner, self.attempt).content == first.content  # type: ignore[arg-type]

    @rule(minutes=st.sampled_from([1, 20, 59]))
    @precondition(lambda self: self.now < NOON + 4 * LASTS)
    def wait(self, minutes: int) -> None:
        self.set_clock(self.now + timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        with self.world.db.write() as tx:
            tx.enqueue(CloseTestAttempts())
        self.world.run_jobs()

    @rule(name=st.sampled_from(TYPES), score=st.sampled_from([0, 1, 2.5, 5]))
    def judge(self, name: str, score: float) -> None:
        status = grade(self.teacher, self.attempt, **{f"q{self.ids[name]}": score}).status_code  # type: ignore[arg-type]
        if not self.is_over:
            assert status == 409
        elif name not in self.saved or score > self.held_marks[name]:
            assert status == 400
        else:
            assert status == 200
            self.grades[name] = score

    @rule()
    @precondition(lambda self: self.is_over)
    def begin_again(self) -> None:
        path = f"{TESTS}/attempts/{self.attempt['id']}/result"  # type: ignore[index]
        self.over.append((self.attempt, self.learner.get(path).content))  # type: ignore[arg-type]
        self.restart()

    @rule()
    @precondition(lambda self: not self.is_over)
    def start_the_same(self) -> None:
        assert start(self.learner, self.test, status=200)["id"] == self.attempt["id"]  # type: ignore[index]

    @invariant()
    def what_is_read_is_what_the_model_has(self) -> None:
        read = self.learner.get(f"{TESTS}/attempts/{self.attempt['id']}").json()  # type: ignore[index]
        by_id = {number: name for name, number in self.ids.items()}
        shown = {by_id[answer["question_id"]]: answer for answer in read["answers"]}
        assert {name: answer["answer_data"]["answer"] for name, answer in shown.items()} == self.saved
        scores = {name: self.score(name) if self.is_over else None for name in self.saved}
        assert {name: answer["score"] for name, answer in shown.items()} == scores
        total = sum(score or 0 for score in scores.values())
        waiting = sum(score is None for score in scores.values()) if self.is_over else 0
        assert (read["is_completed"], read["total_score"], read["pending"]) == (self.is_over, total, waiting)
        assert (read["max_score"], read["is_passed"]) == (sum(self.held_marks.values()), total * 5 >= read["max_score"] * 3)
        assert read["percentage"] <= 100 * total / read["max_score"] < read["percentage"] + 0.01

    @invariant()
    def what_was_over_stays_as_it_was(self) -> None:
        for attempt, result in self.over:
            assert finish(self.learner, attempt).content == result

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.open.close()


def test_an_attempts_life_is_that_of_the_model(sqlite_template: Path) -> None:
    class Life(AttemptLife):
        template = sqlite_template

    run_state_machine_as_test(Life, settings=settings(repeatable, max_examples=20, stateful_step_count=12))
