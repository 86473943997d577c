"""Authors make tests: who may, what is refused, what lists show."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.quiz.models import Question, Section
from bilim.quiz.models import Test as QuizTest
from quiz_school import ADMIN, DATA, TESTS, add_question, add_section, expect, full_test, make_test, start
from world import World


def counted(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_a_test_as_its_author_sees_it(world: World) -> None:
    admin = world.admin()
    made = make_test(admin, description="Forty questions", test_type=" IELTS ")
    assert made == {
        "id": made["id"],
        "title": "IELTS Reading 1",
        "description": "Forty questions",
        "test_type": "ielts",
        "duration_minutes": 60,
        "is_active": True,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "sections": [],
    }
    section = add_section(admin, made["id"], instructions="Choose ONE letter.", audio_url="/uploads/a.mp3", section_type="Listening")
    assert section == {
        "id": section["id"],
        "test_id": made["id"],
        "section_type": "listening",
        "title": "Passage 1",
        "description": None,
        "instructions": "Choose ONE letter.",
        "duration_minutes": 20,
        "order_index": 0,
        "passage": "Herons wade.",
        "audio_url": "/uploads/a.mp3",
        "transcript": "zx-secret",
        "questions": [],
    }
    question = add_question(admin, section["id"], "matching")
    assert question == {
        "id": question["id"],
        "section_id": section["id"],
        "question_type": "matching",
        "question_text": "A question of matching",
        "question_data": DATA["matching"],
        "marks": 2.0,
        "order_index": 0,
        "answers": [],
    }
    whole = world.teacher().get(f"{TESTS}/{made['id']}").json()
    assert whole["sections"] == [section | {"questions": [question]}]


def test_changes_leave_what_is_left_out(world: World) -> None:
    admin = world.admin()
    test = full_test(admin, ("numeric",))
    (section,) = test["sections"]
    (question,) = section["questions"]
    changed = expect(admin.put(f"{ADMIN}/{test['id']}", {"is_active": False, "description": None}), 200)
    assert changed | {"updated_at": ""} == test | {"is_active": False, "updated_at": ""}
    shown = expect(admin.put(f"{ADMIN}/sections/{section['id']}", {"title": "Renamed", "passage": None, "order_index": None}), 200)
    assert shown == section | {"title": "Renamed", "passage": None}
    new = {"question_type": "essay", "marks": 0, "question_data": {"correct_answer": 4, "unknown": 1}, "order_index": 7}
    assert expect(admin.put(f"{ADMIN}/questions/{question['id']}", new), 200) == question | {
        "marks": 0.0,
        "order_index": 7,
        "question_data": {"correct_answer": 4.0, "tolerance": 0.0},
    }, "the type stays"
    for path in (test["id"], f"sections/{section['id']}", f"questions/{question['id']}"):
        assert admin.put(f"{ADMIN}/{path}", {}).status_code == 200


def test_what_comes_back_from_a_get_can_be_sent_again(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    test = full_test(admin)
    for question in test["sections"][0]["questions"]:
        assert expect(admin.put(f"{ADMIN}/questions/{question['id']}", question), 200) == question


def test_sections_and_questions_come_in_their_order(world: World) -> None:
    admin = world.admin()
    test = make_test(admin)
    last = add_section(admin, test["id"], title="C", order_index=5)
    first = add_section(admin, test["id"], title="A", order_index=1)
    appended = add_section(admin, test["id"], title="D")
    assert appended["order_index"] == 6
    two, one = add_question(admin, first["id"], order_index=3), add_question(admin, first["id"], order_index=2)
    three = add_question(admin, first["id"])
    learner = world.student(is_premium=True)
    start(learner, test)
    for person in (admin, learner):
        sections = person.get(f"{TESTS}/{test['id']}").json()["sections"]
        assert [section["id"] for section in sections] == [first["id"], last["id"], appended["id"]]
        assert [question["id"] for question in sections[0]["questions"]] == [one["id"], two["id"], three["id"]]
    assert [section["id"] for section in world.get(f"{TESTS}/").json()[0]["sections"]] == [first["id"], last["id"], appended["id"]]


def test_deleting_answers_what_was_deleted(world: World) -> None:
    admin = world.admin()
    test = full_test(admin, ("numeric", "essay"))
    (section,) = test["sections"]
    numeric, essay = section["questions"]
    assert expect(admin.delete(f"{ADMIN}/questions/{numeric['id']}"), 200) == numeric
    assert expect(admin.delete(f"{ADMIN}/sections/{section['id']}"), 200) == section | {"questions": [essay]}
    assert counted(world, Question) == counted(world, Section) == 0
    assert expect(admin.delete(f"{ADMIN}/{test['id']}"), 200)["id"] == test["id"]
    assert counted(world, QuizTest) == 0, "without history it is gone"
    for path in (test["id"], f"sections/{section['id']}", f"questions/{numeric['id']}"):
        assert admin.delete(f"{ADMIN}/{path}").status_code == 404
        assert admin.put(f"{ADMIN}/{path}", {}).status_code == 404
    assert admin.post(f"{ADMIN}/{test['id']}/sections/", {"section_type": "a", "title": "b", "duration_minutes": 1}).status_code == 404
    new = {"question_type": "essay", "question_text": "Why?", "question_data": {}}
    assert admin.post(f"{ADMIN}/sections/{section['id']}/questions/", new).status_code == 404
    assert counted(world, Question) == 0


def test_sections_of_a_deleted_test_are_gone(world: World) -> None:
    admin = world.admin()
    test = full_test(admin, ("numeric",))
    start(world.student(is_premium=True), test)
    admin.delete(f"{ADMIN}/{test['id']}")
    (section,) = test["sections"]
    assert admin.put(f"{ADMIN}/sections/{section['id']}", {"title": "x"}).status_code == 404
    assert admin.delete(f"{ADMIN}/questions/{section['questions'][0]['id']}").status_code == 404
    assert counted(world, Section) == counted(world, Question) == 1


def test_lists_by_type_for_everybody_and_for_staff(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    ielts, toefl = make_test(admin), make_test(admin, test_type="TOEFL")
    add_section(admin, ielts["id"])
    hidden = make_test(admin, is_active=False)

    def listed(person: Any, path: str = "/") -> list[int]:
        return [test["id"] for test in person.get(f"{TESTS}{path}").json()]

    assert listed(world) == listed(world.student(is_premium=True)) == [ielts["id"], toefl["id"]]
    assert listed(teacher) == [ielts["id"], toefl["id"], hidden["id"]]
    assert listed(world, "/ielts") == listed(world, "/?test_type=Ielts") == [ielts["id"]]
    assert listed(teacher, "/ielts/") == [ielts["id"], hidden["id"]]
    assert listed(world, "/toefl") == [toefl["id"]]
    assert listed(world, "/?test_type=sat") == []
    assert listed(world, "/?skip=1&limit=1") == [toefl["id"]]
    assert world.get(f"{TESTS}/?limit=1").headers["x-total-count"] == "2"
    assert world.get(f"{TESTS}/ielts?limit=1").headers["x-total-count"] == "1"
    (section,) = world.get(f"{TESTS}/ielts").json()[0]["sections"]
    assert (section["title"], section["questions"], section["passage"]) == ("Passage 1", [], None)
    assert world.get(f"{TESTS}/{hidden['id']}").status_code == 404
    assert world.student(is_premium=True).post(f"{TESTS}/{hidden['id']}/start").status_code == 404
    assert teacher.get(f"{TESTS}/{hidden['id']}").status_code == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"title", "test_type", "duration_minutes"}),
        ({"title": " ", "test_type": "", "duration_minutes": -1}, {"title", "test_type", "duration_minutes"}),
        ({"title": "x" * 256, "test_type": "x" * 51, "duration_minutes": 10081}, {"title", "test_type", "duration_minutes"}),
        ({"title": None, "test_type": None, "duration_minutes": None}, {"title", "test_type", "duration_minutes"}),
        (
            {"title": 1, "test_type": [], "duration_minutes": "x", "is_active": "maybe"},
            {"title", "test_type", "duration_minutes", "is_active"},
        ),
    ],
)
def test_wrong_tests(sqlite_world: World, body: dict[str, Any], wrong: set[str]) -> None:
    assert set(expect(sqlite_world.admin().post(f"{ADMIN}/", body), 400)) == wrong
    assert counted(sqlite_world, QuizTest) == 0


OPTIONS = ["a", "b"]


@pytest.mark.parametrize(
    ("question_type", "data", "wrong"),
    [
        ("multiple_choice", {}, {"options": ["This field is required."], "correct_answer": ["This field is required."]}),
        ("multiple_choice", {"options": OPTIONS, "correct_answer": "C"}, {"correct_answer": ["There is no option C."]}),
        ("multiple_choice", {"options": ["a"], "correct_answer": "A"}, {"options": ["Ensure this field has at least 2 items."]}),
        ("multiple_choice", {"options": ["a", " "], "correct_answer": "A"}, {"options": ["This field may not be blank."]}),
        ("multiple_choice", {"options": OPTIONS, "correct_answer": ["A"]}, {"correct_answer": ["Not a valid string."]}),
        ("multiple_choice", {"options": ["a"] * 27, "correct_answer": "A"}, {"options": ["Ensure this field has no more than 26 items."]}),
        ("multiple_select", {"options": OPTIONS, "correct_answer": []}, {"correct_answer": ["Ensure this field has at least 1 items."]}),
        ("multiple_select", {"options": OPTIONS, "correct_answer": ["A", "Z"]}, {"correct_answer": ["There is no option Z."]}),
        ("true_false_not_given", {"correct_answer": "PERHAPS"}, {"correct_answer": ["Write TRUE, FALSE or NOT GIVEN."]}),
        ("true_false_not_given", {"correct_answer": ""}, {"correct_answer": ["This field may not be blank."]}),
        ("short_answer", {"correct_answer": ["heron"]}, {"correct_answer": ["Expected a list of items."]}),
        ("short_answer", {"correct_answer": []}, {"correct_answer": ["Ensure this field has at least 1 items."]}),
        (
            "gap_fill",
            {"correct_answer": [["one"], ["two words"]], "word_limit": 1},
            {"correct_answer": ["Question 2: give 1 to 50 answers, none of them empty or longer than the question allows."]},
        ),
        ("gap_fill", {"correct_answer": [["one"]], "word_limit": 0}, {"word_limit": ["Ensure this value is greater than or equal to 1."]}),
        (
            "matching",
            {"left": ["a", "b"], "right": ["c", "d"], "correct_answer": {"1": "A"}},
            {"correct_answer": ["Nothing is matched with 2."]},
        ),
        (
            "matching",
            {"left": ["a"], "right": ["c", "d"], "correct_answer": {"1": "A", "2": "B"}},
            {"correct_answer": ["There is no question 2."]},
        ),
        ("matching", {"left": ["a"], "right": ["c", "d"], "correct_answer": {"1": "C"}}, {"correct_answer": ["There is no option C."]}),
        ("ordering", {"items": OPTIONS, "correct_answer": [1, 1]}, {"correct_answer": ["Name every item once, by its place from 0."]}),
        ("ordering", {"items": OPTIONS, "correct_answer": [1]}, {"correct_answer": ["Name every item once, by its place from 0."]}),
        ("numeric", {"correct_answer": "x"}, {"correct_answer": ["A valid number is required."]}),
        ("numeric", {"correct_answer": 1, "tolerance": -1}, {"tolerance": ["Ensure this value is greater than or equal to 0.0."]}),
        ("essay", {"min_words": "many"}, {"min_words": ["A valid integer is required."]}),
    ],
)
def test_wrong_data_names_the_field_inside(sqlite_world: World, question_type: str, data: Any, wrong: Any) -> None:
    admin = sqlite_world.admin()
    test = full_test(admin, (question_type,))
    (section,) = test["sections"]
    (question,) = section["questions"]
    new = {"question_type": question_type, "question_text": "Which?", "question_data": data}
    assert expect(admin.post(f"{ADMIN}/sections/{section['id']}/questions/", new), 400) == {"question_data": wrong}
    assert expect(admin.put(f"{ADMIN}/questions/{question['id']}", {"question_data": data}), 400) == {"question_data": wrong}
    assert admin.get(f"{TESTS}/{test['id']}").json() == test


def test_wrong_questions(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    section = add_section(admin, make_test(admin)["id"])
    path = f"{ADMIN}/sections/{section['id']}/questions/"
    assert set(expect(admin.post(path, {}), 400)) == {"question_type", "question_text", "question_data"}
    new = {"question_type": "riddle", "question_text": "?", "question_data": {}}
    assert expect(admin.post(path, new), 400) == {"question_type": ['"riddle" is not a valid choice.']}
    for marks in (-1, 1001, 0.001, "many", "nan", "inf", "-inf", 1e308):
        refused = expect(admin.post(path, new | {"question_type": "essay", "marks": marks}), 400)
        assert set(refused) == {"marks"}
    assert set(expect(admin.post(path, new | {"question_type": "essay", "question_data": []}), 400)) == {"question_data"}
    assert counted(sqlite_world, Question) == 0


def test_a_test_has_room_for_fifty_sections(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    test = make_test(admin)
    with sqlite_world.db.write() as tx:
        for place in range(50):
            tx.insert(Section, test_id=test["id"], section_type="a", title="b", duration_minutes=1, order_index=place)
    new = {"section_type": "reading", "title": "One more", "duration_minutes": 1}
    assert expect(admin.post(f"{ADMIN}/{test['id']}/sections/", new), 409) == {"detail": "A test has no more than 50 sections."}
    assert counted(sqlite_world, Section) == 50
