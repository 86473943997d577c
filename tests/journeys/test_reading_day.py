"""A premium learner sits a reading test with every type of question, and a teacher grades the essay."""

from datetime import timedelta
from typing import Any

from conftest import NOON, SetClock
from quiz_school import ADMIN, DATA, RIGHT, TESTS, WRONG, add_question, add_section, expect, finish, grade, make_test, start, submit
from world import World

MINUTE = timedelta(minutes=1)


def test_a_reading_day(world: World, set_clock: SetClock) -> None:
    admin, teacher = world.admin(), world.teacher()
    learner = world.student(first_name="Oʻgʻiloy")
    test = make_test(admin, title="IELTS Academic Reading 1", is_active=False)
    first, second = (add_section(admin, test["id"], title=title) for title in ("Herons", "Libraries"))
    places: dict[str, int] = {}
    for number, question_type in enumerate(DATA):
        section = first if number < 5 else second
        places[question_type] = add_question(admin, section["id"], question_type)["id"]
    gift = {"format": "gift", "text": "Herons are {=birds ~fish}.\n\nOwls hunt by night. {T}"}
    imported = expect(admin.post(f"{ADMIN}/sections/{second['id']}/import", gift), 201)["questions"]

    assert learner.get(f"{TESTS}/ielts").json() == [], "not yet active"
    expect(admin.put(f"{ADMIN}/{test['id']}", {"is_active": True}), 200)
    (listed,) = learner.get(f"{TESTS}/ielts").json()
    assert learner.post(f"{TESTS}/{listed['id']}/start").status_code == 403
    admin.patch(f"/api/v1/admin/users/{learner.id}/role", {"role": "premium"})

    attempt = start(learner, listed)
    sections = learner.get(f"{TESTS}/{listed['id']}").json()["sections"]
    assert [len(section["questions"]) for section in sections] == [5, 6]

    def send(given: dict[str, Any]) -> None:
        sent = [{"question_id": places[name], "answer_data": {"answer": answer}} for name, answer in given.items()]
        expect(submit(learner, attempt, sent), 200)

    send(WRONG)
    set_clock(NOON + 20 * MINUTE)
    send({name: answer for name, answer in RIGHT.items() if name != "ordering"})  # minds are changed
    grammar = [{"question_id": question["id"], "answer_data": {"answer": answer}} for question, answer in zip(imported, "AF", strict=True)]
    set_clock(NOON + 59 * MINUTE)
    expect(submit(learner, attempt, grammar), 200)
    restored = learner.get(f"{TESTS}/attempts/{attempt['id']}").json()  # the browser is reloaded
    assert (len(restored["answers"]), restored["time_spent_seconds"]) == (11, 59 * 60)

    result = expect(finish(learner, attempt), 200)
    assert [(section["section_title"], section["score"], section["max_score"]) for section in result["sections"]] == [
        ("Herons", 7.0, 7.0),
        ("Libraries", 4.0, 11.0),
    ]
    assert (result["total_score"], result["percentage"], result["is_passed"], result["pending"]) == (11.0, 61.11, True, 1)
    order = next(answer for answer in result["sections"][1]["answers"] if answer["question_id"] == places["ordering"])
    assert (order["user_answer"], order["correct_answer"]) == ("summer → autumn → spring", "spring → summer → autumn")

    (waiting,) = teacher.get(f"{ADMIN}/{listed['id']}/attempts?pending=true").json()
    assert (waiting["user"]["full_name"], waiting["user"]["email"]) == ("Oʻgʻiloy", f"{learner.username}@example.com")
    graded = expect(grade(teacher, waiting, **{f"q{places['essay']}": 4.5}), 200)
    (own,) = learner.get(f"{TESTS}/attempts/me").json()
    assert (own["total_score"], own["percentage"], own["pending"]) == (15.5, 86.11, 0)
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}/result").json() == graded
    assert graded["feedback"] == "Passed, with 86.11%."
    items = teacher.get(f"{ADMIN}/{listed['id']}/analysis").json()["questions"]
    assert [item["correct"] for item in items] == [1] * 5 + [1, 0, 1, 0, 1, 0]
