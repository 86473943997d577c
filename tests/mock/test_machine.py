"""A session's life in any order, against a small model of it: the final answers are what was sent, else the merged drafts."""

import contextlib
import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from bilim.kit import clock
from bilim.mock.inputs import CloseMockSessions
from conftest import NOON, serving, settings_for
from kit.repeatable import repeatable
from mock_school import finish, make_test, save, send, start

LASTS = timedelta(minutes=150)
SECTIONS = st.sampled_from(["reading", "listening", "writing"])
QUESTIONS = st.sampled_from(["1", "2"])
VALUES = st.sampled_from(["A", "B", "", None])


class SessionLife(RuleBasedStateMachine):
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
        self.teacher, self.student = self.world.teacher(), self.world.student()
        self.session = start(self.student, make_test(self.teacher))
        self.drafts: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.sent: dict[tuple[str, str], Any] = {}
        self.stopped = False
        self.highest = 0

    def set_clock(self, moment: Any) -> None:
        self.now = moment
        self.patched.setattr(clock, "now", lambda: moment)

    @property
    def is_over(self) -> bool:
        return self.stopped or self.now >= NOON + LASTS

    @rule(sequence=st.integers(0, 6), section=SECTIONS, answers=st.dictionaries(QUESTIONS, VALUES))
    def draft(self, sequence: int, section: str, answers: dict[str, str | None]) -> None:
        saved = save(self.student, self.session, sequence, **{section: answers})
        assert saved.status_code == (400 if self.is_over else 200)
        if self.is_over:
            return
        self.highest = max(self.highest, sequence)
        assert saved.json()["sequence"] == self.highest
        for question, value in answers.items():
            if sequence > self.drafts.get((section, question), (-1, None))[0]:
                self.drafts[section, question] = (sequence, value)

    @rule(section=st.sampled_from(["reading", "listening"]), answers=st.dictionaries(QUESTIONS, st.sampled_from(["A", "B"])))
    def answer(self, section: str, answers: dict[str, str]) -> None:
        status = send(self.student, self.session, section, answers).status_code
        assert status == (400 if self.is_over or (section, "") in self.sent else 201)
        if status == 201:
            self.sent[section, ""] = answers

    @rule(task=st.sampled_from([1, 2]), text=st.sampled_from(["one", "two"]))
    def write(self, task: int, text: str) -> None:
        body = {"session": self.session["id"], "task_number": task, "text": text}
        status = self.student.post("/api/v1/mock/answers/writing/", body).status_code
        assert status == (400 if self.is_over or ("writing", str(task)) in self.sent else 201)
        if status == 201:
            self.sent["writing", str(task)] = text

    @rule()
    def stop(self) -> None:
        assert finish(self.student, self.session).status_code == (400 if self.is_over else 200)
        self.stopped = True

    @rule(minutes=st.sampled_from([1, 30, 149]))
    @precondition(lambda self: self.now < NOON + 2 * LASTS)
    def wait(self, minutes: int) -> None:
        self.set_clock(self.now + timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        with self.world.db.write() as tx:
            tx.enqueue(CloseMockSessions())
        self.world.run_jobs()

    def left(self) -> dict[str, dict[str, str]]:
        """The drafts of what was not sent."""
        merged: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for (section, question), (_, value) in sorted(self.drafts.items()):
            if value is not None and not ({(section, ""), (section, question)} & self.sent.keys()):
                merged[section][question] = value
        return merged

    @invariant()
    def what_a_client_restores_is_what_the_model_has(self) -> None:
        restored = self.student.get(f"/api/v1/mock/session/{self.session['id']}/").json()
        left = self.left()
        shown = {} if self.is_over else left
        assert restored["drafts"] == {section: shown.get(section, {}) for section in ("reading", "listening", "writing")}
        assert (restored["is_completed"], restored["sequence"]) == (self.is_over, self.highest)
        for section in ("reading", "listening"):
            assert restored["submitted"][section] == ((section, "") in self.sent or (self.is_over and section in left))

    @precondition(lambda self: self.is_over)
    @invariant()
    def what_staff_read_is_what_was_sent_or_drafted(self) -> None:
        found = self.teacher.get(f"/api/v1/mock/session/{self.session['id']}/answers/").json()
        left = self.left()
        for section in ("reading", "listening"):
            answer = found[f"{section}_answer"]
            expected = self.sent.get((section, ""), left.get(section))
            assert (answer["answers"] if answer else None) == expected
        texts = {task: text for (section, task), text in self.sent.items() if section == "writing"} | left.get("writing", {})
        assert {str(text["task_number"]): text["text"] for text in found["writing_answers"]} == texts

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.open.close()


def test_a_sessions_life_is_that_of_the_model(sqlite_template: Path) -> None:
    class Life(SessionLife):
        template = sqlite_template

    run_state_machine_as_test(Life, settings=settings(repeatable, max_examples=25, stateful_step_count=12))
