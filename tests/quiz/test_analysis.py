"""How the questions of a test did."""

from datetime import timedelta
from typing import Any

from conftest import NOON, SetClock
from quiz_school import ADMIN, add_question, add_section, answers, expect, finish, full_test, grade, ids_by_type, make_test, start, submit
from world import World


def test_shares_discrimination_and_the_most_chosen_wrong_answer(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    test = make_test(admin)
    section = add_section(admin, test["id"])
    easy, hard, gaps = (
        add_question(admin, section["id"]),
        add_question(admin, section["id"]),
        add_question(admin, section["id"], "gap_fill"),
    )
    given: list[list[Any]] = [
        ["B", "B", ["9:30", "zx-library", "zx-colour"]],
        ["B", "B", ["9:30", "zx-library", "red"]],
        ["B", "A", ["9:30", "", "RED."]],
        ["B", "a", None],
        ["C", "C", ["", "", "red"]],
    ]
    for row in given:
        person = world.student(is_premium=True)
        attempt = start(person, test)
        pairs = zip((easy, hard, gaps), row, strict=True)
        submit(person, attempt, [{"question_id": each["id"], "answer_data": {"answer": answer}} for each, answer in pairs])
        finish(person, attempt)
    again = start(person, test)
    submit(person, again, [{"question_id": easy["id"], "answer_data": {"answer": "B"}}])
    finish(person, again)
    found = expect(teacher.get(f"{ADMIN}/{test['id']}/analysis"), 200)
    assert (found["test_id"], found["title"], found["participants"]) == (test["id"], "IELTS Reading 1", 5), "second attempts do not count"
    first, second, third = found["questions"]
    assert first == {
        "id": easy["id"],
        "section_id": section["id"],
        "question_type": "multiple_choice",
        "question_text": "A question of multiple_choice",
        "participants": 5,
        "answered": 5,
        "correct": 4,
        "correct_share": 0.8,
        "average_share": 0.8,
        "discrimination": 0.375,
        "most_chosen_wrong": {"text": "C", "count": 1},
    }
    assert (second["correct"], second["most_chosen_wrong"]) == (2, {"text": "A", "count": 2})
    assert (third["answered"], third["correct"], third["average_share"]) == (4, 1, 0.4)
    assert third["most_chosen_wrong"]["count"] == 1


def test_essays_that_wait_are_left_out(sqlite_world: World) -> None:
    world = sqlite_world
    admin, teacher = world.admin(), world.teacher()
    test = full_test(admin, ("essay",))
    for score in (5, 2, None):
        person = world.student(is_premium=True)
        attempt = start(person, test)
        submit(person, attempt, answers(test, {"essay": "A text"}))
        finish(person, attempt)
        if score is not None:
            grade(teacher, attempt, **{f"q{ids_by_type(test)['essay']}": score})
    (essay,) = teacher.get(f"{ADMIN}/{test['id']}/analysis").json()["questions"]
    assert (essay["participants"], essay["correct"], essay["average_share"], essay["most_chosen_wrong"]) == (2, 1, 0.7, None)


def test_attempts_whose_time_is_up_are_closed_first(world: World, set_clock: SetClock) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = full_test(admin, ("numeric",))
    attempt = start(learner, test)
    submit(learner, attempt, answers(test, {"numeric": 73.5}))
    assert admin.get(f"{ADMIN}/{test['id']}/analysis").json() == {
        "test_id": test["id"],
        "title": "IELTS Reading 1",
        "participants": 0,
        "questions": [],
    }, "nobody has finished"
    set_clock(NOON + timedelta(hours=1))
    admin = world.admin()
    assert admin.get(f"{ADMIN}/{test['id']}/analysis").json()["questions"][0]["correct"] == 1
    assert [each["is_completed"] for each in admin.get(f"{ADMIN}/{test['id']}/attempts").json()] == [True]


def test_of_which_test_and_for_whom(sqlite_world: World) -> None:
    world = sqlite_world
    admin, learner = world.admin(), world.student(is_premium=True)
    test, other = full_test(admin, ("numeric",)), full_test(admin, ("numeric",))
    finish(learner, start(learner, other))
    finish(learner, start(learner, test))
    for path in ("analysis", "attempts"):
        assert learner.get(f"{ADMIN}/{test['id']}/{path}").status_code == 403
        assert admin.get(f"{ADMIN}/999/{path}").status_code == 404
        assert admin.get(f"{ADMIN}/{test['id']}/{path}").status_code == 200
    assert admin.get(f"{ADMIN}/{test['id']}/analysis").json()["participants"] == 1
    listed = admin.get(f"{ADMIN}/{test['id']}/attempts")
    assert ([each["test_id"] for each in listed.json()], listed.headers["x-total-count"]) == ([test["id"]], "1")
