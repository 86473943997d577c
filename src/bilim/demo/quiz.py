"""Practice tests with their keys, and one attempt of a premium learner whose essay waits for a teacher."""

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import select, update

from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.validation import read
from bilim.quiz.actions import authoring, taking
from bilim.quiz.inputs import SubmittedAnswer, TestInput, TestQuestionInput, TestSectionInput
from bilim.quiz.models import Attempt

TESTS = ("ielts_reading", "ielts_listening")
_SPENT = timedelta(minutes=52)
_ESSAY = (
    "A photograph keeps every detail, but most details of the past will never be needed again. An outline keeps what is typical, so it "
    "also fits a new situation. Since memory exists to help us to decide what to do next, the outline is usually of more use."
)


def load_tests(tx: Tx, author: Actor, learner: Actor) -> None:
    """Make the tests, and let the learner sit the first."""
    reading, *_ = [_load(tx, author, content_of(name)) for name in TESTS]
    begun = taking.start_attempt(tx, learner, reading.test_id)
    own = Attempt.id == begun.attempt_id
    times = tx.first(select(Attempt.started_at, Attempt.ends_at).where(own))
    started_at, ends_at = (moment - _SPENT for moment in times)
    tx.execute(update(Attempt).where(own).values(started_at=started_at, ends_at=ends_at))
    taking.submit_answers(tx, learner, begun.attempt_id, [_answer(*each) for each in enumerate(reading.questions)])
    taking.finish_attempt(tx, learner, begun.attempt_id)


def content_of(name: str) -> dict[str, Any]:
    """A test's file."""
    return tomllib.loads(files("bilim.demo").joinpath("tests", f"{name}.toml").read_text("utf8"))


class _Loaded:
    """A test that was made: its questions with their ids."""

    def __init__(self, test_id: int) -> None:
        self.test_id = test_id
        self.questions: list[tuple[int, TestQuestionInput]] = []


def _load(tx: Tx, author: Actor, content: dict[str, Any]) -> _Loaded:
    sections = content.pop("sections")
    made = _Loaded(authoring.create_test(tx, author, read(TestInput, content)))
    for section in sections:
        questions = section.pop("questions")
        texts = {name: section[name].strip() for name in ("passage", "transcript") if name in section}
        section_id = authoring.create_section(tx, author, made.test_id, read(TestSectionInput, section | texts))
        for question in questions:
            new = read(TestQuestionInput, question | {"question_text": question["question_text"].strip()})
            made.questions.append((authoring.create_question(tx, author, section_id, new), new))
    return made


def _answer(place: int, question: tuple[int, TestQuestionInput]) -> SubmittedAnswer:
    """The learner's answer: right, but for every fourth question that has options, which they answer with A, and one gap in each text."""
    question_id, asked = question
    right = asked.question_data.get("correct_answer")
    if asked.question_type == "essay":
        right = _ESSAY
    elif asked.question_type in ("short_answer", "gap_fill"):
        right = [variants[0] for variants in asked.question_data["correct_answer"]]
        if len(right) > 1:
            right[-1] = ""
    elif asked.question_type == "multiple_choice" and place % 4 == 0:
        right = "A"
    return SubmittedAnswer(question_id=question_id, answer_data={"answer": right})
