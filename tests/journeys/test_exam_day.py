"""A whole day of an exam over HTTP: written in the morning, taken by a class against the clock, checked by hand, looked back upon."""

from datetime import timedelta
from typing import Any

from conftest import NOON, SetClock
from world import Person, World

MINUTE = timedelta(minutes=1)


def call(person: Person, method: str, path: str, status: int, **body: Any) -> Any:
    answer = person.call(method, f"/api/v1/{path}", json=body or None)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def choice(text: str, right: str, *wrong: str) -> dict[str, Any]:
    options = [{"text": each, "is_correct": each == right} for each in (right, *wrong)]
    return {"text": text, "type": "test", "options": options}


QUESTIONS = [
    choice("She ______ to school.", "goes", "go", "gone"),
    choice("They ______ home.", "went", "goed", "gone"),
    choice("An even number:", "4", "3", "5"),
    {"text": "Why do you learn English?", "type": "written", "written_answer_sample": "To study abroad."},
]


def answers(sheet: dict[str, Any], *texts: str) -> list[dict[str, Any]]:
    """What a student answers: the text of an option, or of one's own; an empty one leaves a question out."""
    given: list[dict[str, Any]] = []
    for question, text in zip(sheet["questions"], texts, strict=False):
        if question["type"] == "written":
            given.append({"question_id": question["id"], "written_answer": text})
        elif text:
            (option,) = (each["id"] for each in question["options"] if each["text"] == text)
            given.append({"question_id": question["id"], "option_id": option})
    return given


def test_a_day_from_the_draft_to_the_checked_results(world: World, set_clock: SetClock) -> None:
    owner, teacher, colleague = world.admin(), world.teacher(), world.teacher()
    group = world.group()
    jasur, dilnoza, malika, late = (world.member(group["id"]) for _ in range(4))

    # The draft: a first version, then the right questions; nobody sees it yet.
    draft = call(teacher, "POST", "exams/", 201, subject=group["subject"], title="Week 4", time_limit=30, questions=QUESTIONS[:1])
    path = f"exams/{draft['id']}/"
    call(teacher, "PUT", path, 200, **{**draft, "questions": QUESTIONS})
    assert call(jasur, "GET", "exams/", 200) == []
    call(jasur, "POST", "exams/enter-code/", 400, code=draft["code"])
    assert call(teacher, "POST", f"{path}publish/", 200) == {"status": "Test nashr etildi"}

    # The class types the code from the board.
    typed = draft["code"].lower()
    sheets = [call(student, "POST", "exams/enter-code/", 200, code=typed) for student in (jasur, dilnoza, malika)]
    assert [sheet["seconds_left"] for sheet in sheets] == [1800] * 3
    assert all("is_correct" not in str(sheet) and "To study abroad." not in str(sheet) for sheet in sheets)
    call(late, "POST", f"{path}submit/", 400, answers=[])
    call(teacher, "PATCH", path, 409, questions=QUESTIONS[:2])

    # Jasur is quick, Dilnoza loses her connection and sends twice, Malika is too late by two minutes.
    set_clock(NOON + 12 * MINUTE)
    quick = call(jasur, "POST", f"{path}submit/", 201, answers=answers(sheets[0], "goes", "went", "4", "To work."))
    assert (quick["score"], quick["correct_answers"], {each["is_correct"] for each in quick["answers"]}) == (75.0, 3, {None})
    set_clock(NOON + 30 * MINUTE + timedelta(seconds=40))
    sheet = call(dilnoza, "GET", path, 200)
    assert sheet["seconds_left"] == 0
    slow = call(dilnoza, "POST", f"{path}submit/", 201, answers=answers(sheet, "goes", "goed", "", ""))
    call(dilnoza, "POST", f"{path}submit/", 409, answers=answers(sheet, "goes", "went", "4", "x"))
    set_clock(NOON + 33 * MINUTE)
    call(malika, "POST", f"{path}submit/", 400, answers=answers(sheets[2], "go"))

    # The teacher gives five minutes more: for everybody, since the clock is the exam's limit.
    call(teacher, "PATCH", path, 200, time_limit=35)
    third = call(malika, "POST", f"{path}submit/", 201, answers=answers(sheets[2], "go", "gone", "4", "Because."))

    # A colleague checks: one written answer is good, one mark was wrong and is put right.
    shown = call(colleague, "GET", f"exam-results/{quick['id']}/", 200)
    assert [each["is_correct"] for each in shown["answers"]] == [True, True, True, False]
    checked = [{"id": shown["answers"][3]["id"], "is_correct": True}]
    call(colleague, "PATCH", f"exam-results/{quick['id']}/", 200, is_checked=True, answers=checked)
    told = call(jasur, "GET", "exam-results/my-results/", 200)
    assert [(each["score"], each["is_checked"], each["checked_by"]) for each in told] == [(100.0, True, colleague.id)]
    call(dilnoza, "GET", f"exam-results/{quick['id']}/", 404)

    # The owner lets Malika take it anew; the deletion is on record.
    call(owner, "DELETE", f"exam-results/{third['id']}/", 204)
    assert call(owner, "GET", "admin/audit", 200)[0]["kind"] == "exam_result"
    anew = call(malika, "POST", "exams/enter-code/", 200, code=draft["code"])
    assert anew["seconds_left"] == 35 * 60
    call(malika, "POST", f"{path}submit/", 201, answers=answers(anew, "goes", "gone", "4", ""))

    # Looking back: which questions told strong from weak, and a copy for the parallel class.
    items = call(teacher, "GET", f"{path}analysis/", 200)
    assert (items["participants"], [each["correct"] for each in items["questions"]]) == (3, [3, 1, 2, 1])
    assert items["questions"][0]["discrimination"] is None
    assert items["questions"][1]["most_chosen_wrong_option"]["count"] == 1
    copy = call(colleague, "POST", f"{path}copy/", 200)
    assert (copy["title"], copy["is_published"], copy["participants_count"]) == ("Week 4 (Nusxa)", False, 0)
    call(teacher, "POST", f"{path}unpublish/", 200)
    call(teacher, "DELETE", path, 204)
    assert [each["id"] for each in call(teacher, "GET", "exams/", 200)] == [copy["id"]]
    assert slow["id"] in [each["id"] for each in call(dilnoza, "GET", "exam-results/", 200)], "what was handed in stays"
