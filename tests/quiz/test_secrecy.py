"""What is right stands in nothing that a test-taker can read before the end."""

from typing import Any

from litestar.routes import HTTPRoute
from msgspec import Struct

from bilim.questions.rules.data import Sheet
from bilim.questions.rules.types import TYPES, read_question
from bilim.quiz.queries import tests as queries
from quiz_school import DATA, TESTS, WRONG, answers, expect, finish, full_test, start, submit
from world import World

SHEETS = {
    "multiple_choice": {"options": ["Kyoto", "Tokyo", "Osaka"]},
    "multiple_select": {"options": ["two", "three", "four", "five"]},
    "true_false_not_given": {},
    "short_answer": {"gaps": 1, "word_limit": 2},
    "gap_fill": {"gaps": 3, "word_limit": 3},
    "matching": {"left": ["France", "Italy"], "right": ["Rome", "Madrid", "Paris"]},
    "ordering": {"items": ["summer", "autumn", "spring"]},
    "numeric": {},
    "essay": {"min_words": 50},
}
"""All that a test-taker is shown of each type's data."""
PLANTED = ("zx-", "correct_answer", "73.5", "tolerance", "half past nine", "NOT GIVEN", "transcript", "is_correct")


def test_a_test_taker_sees_only_what_is_on_the_sheet(sqlite_world: World) -> None:
    test, learner = full_test(sqlite_world.admin()), sqlite_world.student(is_premium=True)
    start(learner, test)
    (section,) = learner.get(f"{TESTS}/{test['id']}").json()["sections"]
    shown = {question["question_type"]: question["question_data"] for question in section["questions"]}
    assert shown == SHEETS
    assert set(section) == set(queries.TestSectionSheet.__struct_fields__)
    assert {name for question in section["questions"] for name in question} == set(queries.TestQuestionSheet.__struct_fields__)
    assert section["passage"] == "Herons wade."


def test_no_sheet_has_a_field_of_what_is_right() -> None:
    for name, data in DATA.items():
        sheet = read_question(name, data).sheet()
        assert isinstance(sheet, Sheet)
        assert not {"correct_answer", "tolerance", "articles"} & set(sheet.__struct_fields__)
        assert issubclass(TYPES[name], Struct)


def test_nothing_that_a_learner_can_ask_before_the_end_tells_an_answer(world: World) -> None:
    test, learner, nobody = full_test(world.admin()), world.student(is_premium=True), world.student()
    heard: list[str] = []

    def look(*people: Any) -> None:
        """Ask everything that can be asked of tests, in every listed way."""
        paths = {
            route.path_format.format(test_id=test["id"], attempt_id=1, section_id=1, question_id=1)
            for route in world.app.routes
            if isinstance(route, HTTPRoute)
            and "GET" in route.methods
            and "/tests" in route.path_format
            and "/mock/" not in route.path_format
        }
        assert len(paths) > 6
        for person in people:
            heard.extend(person.get(path).text for path in sorted(paths))

    look(world, nobody, learner)
    heard.append(learner.post(f"{TESTS}/{test['id']}/start").text)
    attempt = learner.get(f"{TESTS}/attempts/me").json()[0]
    for name, answer in WRONG.items():
        look(learner)
        heard.append(submit(learner, attempt, answers(test, {name: 73.61 if name == "numeric" else answer})).text)
    heard.extend(submit(learner, attempt, answers(test, {name: {"nonsense": 1}})).text for name in DATA)
    heard.append(learner.post(f"{TESTS}/{test['id']}/start").text)
    look(nobody, learner)
    told = [(secret, text) for text in heard for secret in PLANTED if secret in text]
    assert told == []
    result = expect(finish(learner, attempt), 200)
    assert all(secret in str(result) for secret in ("zx-heron", "zx-library", "73.5", "NOT GIVEN")), "and then it is told"


def test_questions_are_for_staff_and_whoever_has_an_attempt(sqlite_world: World) -> None:
    world = sqlite_world
    test, learner = full_test(world.admin()), world.student(is_premium=True)
    path = f"{TESTS}/{test['id']}"
    for person in (world, learner, world.student()):
        (section,) = person.get(path).json()["sections"]
        assert (section["title"], section["questions"], section["passage"]) == ("Passage 1", [], None)
    assert "transcript" in world.teacher().get(path).json()["sections"][0]
    attempt = start(learner, test)
    assert len(learner.get(path).json()["sections"][0]["questions"]) == len(DATA)
    finish(learner, attempt)
    assert "zx-" not in learner.get(path).text, "also afterwards: whoever begins again has not got the answers here"
    assert world.get(path).json()["sections"][0]["questions"] == []
