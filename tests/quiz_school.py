"""Tests for tests: questions of every type with what is right and what is not, authors who make them, and people who sit them."""

from typing import Any

from httpx import Response

from world import Person

TESTS, ADMIN = "/api/v1/tests", "/api/v1/admin/tests"

DATA: dict[str, dict[str, Any]] = {
    "multiple_choice": {"options": ["Kyoto", "Tokyo", "Osaka"], "correct_answer": "B"},
    "multiple_select": {"options": ["two", "three", "four", "five"], "correct_answer": ["A", "B", "D"]},
    "true_false_not_given": {"correct_answer": "NOT GIVEN"},
    "short_answer": {"correct_answer": [["zx-heron", "the zx-bird"]], "word_limit": 2},
    "gap_fill": {"correct_answer": [["9:30", "half past nine"], ["zx-library"], ["zx-colour"]], "word_limit": 3},
    "matching": {"left": ["France", "Italy"], "right": ["Rome", "Madrid", "Paris"], "correct_answer": {"1": "C", "2": "A"}},
    "ordering": {"items": ["summer", "autumn", "spring"], "correct_answer": [2, 0, 1]},
    "numeric": {"correct_answer": 73.5, "tolerance": 0.1},
    "essay": {"min_words": 50},
}
"""By type. `zx-` begins what stands nowhere but in a key."""
RIGHT: dict[str, Any] = {
    "multiple_choice": "b",
    "multiple_select": ["D", "A", "B"],
    "true_false_not_given": "ng",
    "short_answer": ["The zx-bird"],
    "gap_fill": ["Half past nine", "zx-library", "zx-color"],
    "matching": {"2": "a", "1": "c"},
    "ordering": [2, 0, 1],
    "numeric": 73.6,
    "essay": "I think that libraries matter.",
}
WRONG: dict[str, Any] = {
    "multiple_choice": "A",
    "multiple_select": ["C"],
    "true_false_not_given": "TRUE",
    "short_answer": ["crow"],
    "gap_fill": ["noon", "", "red"],
    "matching": {"1": "A", "2": "C"},
    "ordering": [0, 1, 2],
    "numeric": 73.61,
}
MARKS = {"gap_fill": 3, "matching": 2, "essay": 5}
"""One for every other type."""


def expect(answer: Response, status: int) -> Any:
    """What an answer says, which must have this status."""
    assert answer.status_code == status, answer.text
    return answer.json()


def make_test(admin: Person, **fields: Any) -> dict[str, Any]:
    """A test without sections, of an hour."""
    new = {"title": "IELTS Reading 1", "test_type": "ielts", "duration_minutes": 60} | fields
    return expect(admin.post(f"{ADMIN}/", new), 201)


def add_section(admin: Person, test_id: int, **fields: Any) -> dict[str, Any]:
    """A section without questions."""
    new = {
        "section_type": "reading",
        "title": "Passage 1",
        "duration_minutes": 20,
        "passage": "Herons wade.",
        "transcript": "zx-secret",
    } | fields
    return expect(admin.post(f"{ADMIN}/{test_id}/sections/", new), 201)


def add_question(admin: Person, section_id: int, question_type: str = "multiple_choice", **fields: Any) -> dict[str, Any]:
    """A question of a type, as its author sees it."""
    new = {
        "question_type": question_type,
        "question_text": f"A question of {question_type}",
        "question_data": DATA[question_type],
        "marks": MARKS.get(question_type, 1),
    }
    return expect(admin.post(f"{ADMIN}/sections/{section_id}/questions/", new | fields), 201)


def full_test(admin: Person, types: tuple[str, ...] = tuple(DATA), **fields: Any) -> dict[str, Any]:
    """A test with one section, and in it a question of each type, as its author sees it."""
    test_id = make_test(admin, **fields)["id"]
    section_id = add_section(admin, test_id)["id"]
    for question_type in types:
        add_question(admin, section_id, question_type)
    return admin.get(f"{TESTS}/{test_id}").json()


def ids_by_type(test: dict[str, Any]) -> dict[str, int]:
    """The ids of a full test's questions, by their type."""
    return {question["question_type"]: question["id"] for section in test["sections"] for question in section["questions"]}


def start(person: Person, test: dict[str, Any], status: int = 201) -> dict[str, Any]:
    """An attempt that has begun."""
    return expect(person.post(f"{TESTS}/{test['id']}/start"), status)


def answers(test: dict[str, Any], given: dict[str, Any]) -> list[dict[str, Any]]:
    """Answers by type as they are sent."""
    ids = ids_by_type(test)
    return [{"question_id": ids[name], "answer_data": {"answer": answer}} for name, answer in given.items()]


def submit(person: Person, attempt: dict[str, Any], sent: list[dict[str, Any]]) -> Response:
    """Answers saved in an attempt."""
    return person.post(f"{TESTS}/attempts/{attempt['id']}/submit", sent)


def finish(person: Person, attempt: dict[str, Any]) -> Response:
    """The end of an attempt."""
    return person.post(f"{TESTS}/attempts/{attempt['id']}/finish")


def grade(teacher: Person, attempt: dict[str, Any], **scores: Any) -> Response:
    """Scores that a teacher gives, by `q` and the question's id."""
    return teacher.post(
        f"{TESTS}/attempts/{attempt['id']}/grade", [{"question_id": int(name[1:]), "score": score} for name, score in scores.items()]
    )
