"""Exams for tests: an exam of three questions, and how students answer it."""

from typing import Any

from httpx import Response
from sqlalchemy import func, select

from world import Person, World

EXAMS = "/api/v1/exams/"
RESULTS = "/api/v1/exam-results/"
SAMPLE = "Reading improves vocabulary and comprehension..."


def option(text: str, *, is_correct: bool = False, **fields: Any) -> dict[str, Any]:
    return {"text": text, "is_correct": is_correct} | fields


GOES = {
    "text": "Which sentence is correct?",
    "type": "test",
    "options": [option("She go to school."), option("She goes to school.", is_correct=True), option("She gone to school.")],
}
EVEN = {
    "text": "Which number is even?",
    "type": "test",
    "options": [option("3"), option("4", is_correct=True), option("6", is_correct=True)],
}
READING = {"text": "Describe the importance of reading.", "type": "written", "written_answer_sample": SAMPLE}
QUESTIONS = [GOES, EVEN, READING]


def subject(world: World, name: str = "IELTS") -> int:
    return world.admin().post("/api/v1/subjects/", {"name": name}).json()["id"]


def exam(world: World, teacher: Person | None = None, **fields: Any) -> dict[str, Any]:
    """A published exam of three questions without a limit of time, as its author sees it."""
    body = {"subject": subject(world), "title": "Grammar", "is_published": True, "questions": QUESTIONS} | fields
    made = (teacher or world.teacher()).post(EXAMS, body)
    assert made.status_code == 201, made.text
    return made.json()


def enter(person: Person, code: str) -> Response:
    return person.post(f"{EXAMS}enter-code/", {"code": code})


def submit(person: Person, exam: dict[str, Any], answers: list[dict[str, Any]]) -> Response:
    return person.post(f"{EXAMS}{exam['id']}/submit/", {"answers": answers})


def choose(exam: dict[str, Any], *chosen: int | str | None) -> list[dict[str, Any]]:
    """Answers to an exam's questions in turn: the place of an option, a text, or None to leave a question out."""
    answers: list[dict[str, Any]] = []
    for question, choice in zip(exam["questions"], chosen, strict=False):
        if isinstance(choice, int):
            answers.append({"question_id": question["id"], "option_id": question["options"][choice]["id"]})
        elif choice is not None:
            answers.append({"question_id": question["id"], "written_answer": choice})
    return answers


def result(person: Person, exam: dict[str, Any], *chosen: int | str | None) -> dict[str, Any]:
    """What a student who answers so is told."""
    handed_in = submit(person, exam, choose(exam, *chosen))
    assert handed_in.status_code == 201, handed_in.text
    return handed_in.json()


def rows(world: World, table: Any) -> int:
    """How many rows a table has."""
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))
