"""Exams as their authors write them, and what students see of them."""

from typing import Any

import pytest

from bilim.exams.actions import exams as authoring
from bilim.exams.models import Exam, ExamOption, ExamQuestion
from conftest import NOON, SetClock
from exams.school import EVEN, EXAMS, GOES, READING, RESULTS, SAMPLE, enter, exam, option, result, rows, subject, submit
from world import World

DOCUMENTED = ("id", "subject", "title", "description", "time_limit", "is_published", "is_active", "date", "created_at")


def test_an_exam_as_the_document_shows_it(world: World, set_clock: SetClock) -> None:
    teacher, ielts = world.teacher(), subject(world)
    body = {
        "subject": ielts,
        "title": "IELTS Grammar Test #1",
        "description": "Grammatika bo'yicha haftalik test",
        "time_limit": 30,
        "is_published": False,
        "date": "2025-02-20",
        "questions": [GOES | {"order": 1}, READING | {"order": 2}],
    }
    made = teacher.post(EXAMS, body)
    assert made.status_code == 201
    new = made.json()
    assert {name: new[name] for name in DOCUMENTED} == {
        "id": new["id"],
        **{name: body[name] for name in ("subject", "title", "description", "time_limit", "is_published", "date")},
        "is_active": True,
        "created_at": "2026-11-20T17:00:00+05:00",
    }
    goes, reading = new["questions"]
    assert [(each["text"], each["is_correct"]) for each in goes.pop("options")] == [
        ("She go to school.", False),
        ("She goes to school.", True),
        ("She gone to school.", False),
    ]
    assert goes == {"id": goes["id"], "text": GOES["text"], "type": "test", "order": 1, "written_answer_sample": None}
    about = {"text": READING["text"], "type": "written", "order": 2, "written_answer_sample": SAMPLE, "options": []}
    assert reading == {"id": reading["id"]} | about
    assert (len(new["code"]), new["code"].isalnum(), new["created_by"]) == (6, True, teacher.id)
    assert teacher.get(f"{EXAMS}{new['id']}/").json() == made.json()
    (listed,) = teacher.get(EXAMS).json()
    assert listed == {name: new[name] for name in listed}
    assert (listed["subject_name"], listed["questions_count"], listed["participants_count"]) == ("IELTS", 2, 0)
    assert "questions" not in listed


def test_what_is_left_out_has_a_default(sqlite_world: World, set_clock: SetClock) -> None:
    set_clock(NOON.replace(hour=20))  # past midnight in Tashkent
    teacher = sqlite_world.teacher()
    new = teacher.post(EXAMS, {"subject": subject(sqlite_world), "title": "Grammar"}).json()
    told = {name: new[name] for name in ("description", "time_limit", "is_published", "is_active", "date", "questions")}
    assert told == {
        "description": None,
        "time_limit": 0,
        "is_published": False,
        "is_active": True,
        "date": "2026-11-21",
        "questions": [],
    }


def test_read_only_fields_are_not_taken(sqlite_world: World) -> None:
    author, other = sqlite_world.teacher(), sqlite_world.teacher()
    sent = {"id": 77, "code": "AAAAAA", "created_by": other.id, "participants_count": 9, "subject_name": "SAT"}
    new = exam(sqlite_world, author, **sent)
    assert (new["created_by"], new["participants_count"], new["subject_name"]) == (author.id, 0, "IELTS")
    assert (new["id"] != 77, new["code"] != "AAAAAA") == (True, True)
    assert other.patch(f"{EXAMS}{new['id']}/", sent).json() | {"updated_at": ""} == new | {"updated_at": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_unknown_subject_is_refused_and_nothing_written(world: World, method: str) -> None:
    teacher = world.teacher()
    held = exam(world, teacher)
    path = EXAMS if method == "POST" else f"{EXAMS}{held['id']}/"
    refused = teacher.call(method, path, json={"subject": 987654, "title": "Other", "questions": [EVEN]})
    assert (refused.status_code, refused.json()) == (400, {"subject": ['Invalid pk "987654" - object does not exist.']})
    assert teacher.get(f"{EXAMS}{held['id']}/").json() == held
    assert (rows(world, Exam), rows(world, ExamQuestion)) == (1, 3)


def test_an_exam_of_a_subject_deleted_since_may_be_sent_back_but_none_newly_chosen(world: World) -> None:
    teacher, admin = world.teacher(), world.admin()
    held, other = exam(world, teacher), exam(world, teacher)
    assert admin.delete(f"/api/v1/subjects/{held['subject']}/").status_code == 204
    assert teacher.put(f"{EXAMS}{held['id']}/", held | {"title": "Later"}).json()["title"] == "Later"
    assert teacher.get(f"{EXAMS}{held['id']}/").json()["subject_name"] == "IELTS"
    refused = teacher.patch(f"{EXAMS}{other['id']}/", {"subject": held["subject"]})
    assert (refused.status_code, list(refused.json())) == (400, ["subject"])
    moved = subject(world, "SAT")
    assert teacher.patch(f"{EXAMS}{other['id']}/", {"subject": moved}).json()["subject_name"] == "SAT"


def test_a_patch_changes_what_it_names_and_null_clears_the_description_alone(world: World, set_clock: SetClock) -> None:
    teacher, other = world.teacher(), world.teacher()
    held = exam(world, teacher, description="Weekly", time_limit=30, date="2025-02-20", is_active=False)
    set_clock(NOON.replace(hour=13))
    path = f"{EXAMS}{held['id']}/"
    nothing = {"description": None, "time_limit": None, "is_published": None, "is_active": None, "date": None, "questions": None}
    told = other.patch(path, nothing).json()
    assert told == held | {"description": None, "updated_at": "2026-11-20T18:00:00+05:00"}
    changes = {"title": "New", "time_limit": 45, "is_published": False, "is_active": True, "date": "2025-03-01", "description": "Monthly"}
    assert other.patch(path, changes).json() == told | changes


def test_a_put_needs_what_a_post_needs(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    held = exam(sqlite_world, teacher, time_limit=30)
    path = f"{EXAMS}{held['id']}/"
    refused = teacher.put(path, {"time_limit": 5})
    assert refused.json() == {"subject": ["This field is required."], "title": ["This field is required."]}
    replaced = teacher.put(path, {"subject": held["subject"], "title": "New"}).json()
    assert (replaced["title"], replaced["time_limit"], len(replaced["questions"])) == ("New", 30, 3)
    assert teacher.patch(f"{EXAMS}987654/", {}).status_code == 404


def test_questions_are_replaced_as_a_whole(world: World) -> None:
    teacher = world.teacher()
    held, other = exam(world, teacher), exam(world, teacher)
    path = f"{EXAMS}{held['id']}/"
    replaced = teacher.patch(path, {"questions": [READING, EVEN]}).json()
    assert [question["text"] for question in replaced["questions"]] == [READING["text"], EVEN["text"]]
    assert {question["id"] for question in replaced["questions"]}.isdisjoint(question["id"] for question in held["questions"])
    assert teacher.patch(path, {"questions": []}).json()["questions"] == []
    assert (rows(world, ExamQuestion), rows(world, ExamOption)) == (3, 6), "those of the other exam stay"
    assert teacher.get(f"{EXAMS}{other['id']}/").json() == other


def test_questions_are_asked_in_their_order(world: World) -> None:
    options = [option("c", order=9), option("a", is_correct=True, order=0), option("b", order=4)]
    sent = [
        GOES | {"order": 5},
        READING | {"order": 2},
        EVEN | {"order": 5},
        {"text": "Which?", "type": "test", "order": 0, "options": options},
    ]
    new = exam(world, questions=sent)
    assert [(each["text"], each["order"]) for each in new["questions"]] == [
        ("Which?", 0),
        (READING["text"], 2),
        (GOES["text"], 5),
        (EVEN["text"], 5),
    ]
    assert [(each["text"], each["is_correct"], each["order"]) for each in new["questions"][0]["options"]] == [
        ("a", True, 0),
        ("b", False, 4),
        ("c", False, 9),
    ]


def test_bad_questions_are_named_where_they_stand_and_nothing_is_written(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    held = exam(sqlite_world, teacher)
    bad = [GOES, GOES | {"options": [option("a"), option("b")]}, {"type": "test"}]
    for refused in (
        teacher.post(EXAMS, {"subject": held["subject"], "title": "New", "questions": bad}),
        teacher.patch(f"{EXAMS}{held['id']}/", {"questions": bad}),
    ):
        assert refused.status_code == 400
        assert refused.json() == {
            "questions": [{}, {"options": ["At least one option must be correct."]}, {"text": ["This field is required."]}]
        }
    many = teacher.post(EXAMS, {"subject": held["subject"], "title": "New", "questions": [READING] * 600})
    assert many.json() == {"questions": ["Ensure this field has no more than 500 items."]}
    assert teacher.get(f"{EXAMS}{held['id']}/").json() == held
    assert rows(sqlite_world, Exam) == 1


def test_once_somebody_entered_or_handed_in_other_questions_are_refused_and_the_same_are_no_change(world: World) -> None:
    teacher = world.teacher()
    entered, handed_in = exam(world, teacher), exam(world, teacher)
    enter(world.student(), entered["code"])
    submit(world.student(), handed_in, [])
    for held in (entered, handed_in):
        path = f"{EXAMS}{held['id']}/"
        sent_back = teacher.put(path, held | {"title": "New", "time_limit": 45})
        assert (sent_back.status_code, sent_back.json()["title"], sent_back.json()["time_limit"]) == (200, "New", 45)
        assert sent_back.json()["questions"] == held["questions"]
        goes, *rest = held["questions"]
        for other in ([], rest, [goes | {"text": "Which?"}, *rest], [goes | {"options": goes["options"][:2]}, *rest]):
            refused = teacher.patch(path, {"questions": other, "title": "Unwritten"})
            assert (refused.status_code, list(refused.json())) == (409, ["detail"])
        assert teacher.get(path).json() == sent_back.json()


def test_students_see_what_is_published_and_active_without_its_questions(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    shown = exam(world, teacher, time_limit=30)
    hidden = [exam(world, teacher, is_published=False), exam(world, teacher, is_active=False)]
    (listed,) = student.get(EXAMS).json()
    assert listed == {name: shown[name] for name in listed} | {"code": None}
    seen = student.get(f"{EXAMS}{shown['id']}/").json()
    own = {"entered_at": None, "ends_at": None, "seconds_left": None, "questions": []}
    assert seen == listed | own | {"server_time": seen["server_time"]}
    assert [student.get(f"{EXAMS}{each['id']}/").status_code for each in hidden] == [404, 404]
    assert [each["id"] for each in teacher.get(EXAMS).json()] == [shown["id"], *(each["id"] for each in hidden)]
    assert [teacher.get(f"{EXAMS}{each['id']}/").json() for each in hidden] == hidden


def test_lists_have_pages(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    made = [exam(world, teacher, is_published=number != 1) for number in range(4)]
    page = student.get(f"{EXAMS}?skip=1&limit=1")
    assert ([each["id"] for each in page.json()], page.headers["x-total-count"]) == ([made[2]["id"]], "3")
    page = teacher.get(f"{EXAMS}?limit=2")
    assert ([each["id"] for each in page.json()], page.headers["x-total-count"]) == ([made[0]["id"], made[1]["id"]], "4")


def test_publishing_and_withdrawing(world: World) -> None:
    author, other, student = world.teacher(), world.teacher(), world.student()
    draft = exam(world, author, is_published=False)
    published = other.post(f"{EXAMS}{draft['id']}/publish/")
    assert (published.status_code, published.json()) == (200, {"status": "Test nashr etildi"})
    assert [each["id"] for each in student.get(EXAMS).json()] == [draft["id"]]
    withdrawn = other.post(f"{EXAMS}{draft['id']}/unpublish/")
    assert (withdrawn.status_code, withdrawn.json()) == (200, {"status": "Test nashrdan olindi"})
    assert student.get(EXAMS).json() == []
    assert [author.post(f"{EXAMS}987654/{verb}/").status_code for verb in ("publish", "unpublish", "copy")] == [404, 404, 404]


def test_a_copy_is_the_copiers_unpublished_and_has_a_code_of_its_own(world: World) -> None:
    author, copier = world.teacher(), world.teacher()
    first = exam(world, author, title="a" * 255, time_limit=30, date="2025-02-20", description="Weekly", is_active=False)
    copied = copier.post(f"{EXAMS}{first['id']}/copy/")
    assert copied.status_code == 200
    copy = copied.json()
    kept = ("subject", "description", "time_limit", "is_active", "date", "questions_count")
    assert {name: copy[name] for name in kept} == {name: first[name] for name in kept}
    assert (copy["title"], copy["is_published"], copy["created_by"]) == ("a" * 247 + " (Nusxa)", False, copier.id)
    assert (copy["id"] != first["id"], copy["code"] != first["code"]) == (True, True)
    assert [without_ids(each) for each in copy["questions"]] == [without_ids(each) for each in first["questions"]]
    assert author.get(f"{EXAMS}{first['id']}/").json() == first


def without_ids(question: dict[str, Any]) -> dict[str, Any]:
    options = [{name: value for name, value in each.items() if name != "id"} for each in question["options"]]
    return {name: value for name, value in question.items() if name != "id"} | {"options": options}


def test_a_code_that_an_exam_has_is_not_given_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["AAAAAA", "AAAAAA", "AAAAAA", "BBBBBB"])
    monkeypatch.setattr(authoring, "new_code", lambda length: next(codes)[:length])
    assert [exam(world)["code"] for _ in range(2)] == ["AAAAAA", "BBBBBB"]
    spent = iter(["AAAAAA"] * 10)
    monkeypatch.setattr(authoring, "new_code", lambda _length: next(spent))
    refused = world.teacher().post(EXAMS, {"subject": subject(world), "title": "Grammar"})
    assert (refused.status_code, list(spent), rows(world, Exam)) == (503, [], 2)


def test_its_author_and_admins_delete_an_exam_and_without_history_it_is_gone(world: World) -> None:
    author, other, admin = world.teacher(), world.teacher(), world.admin()
    first, second, kept = exam(world, author), exam(world, author), exam(world, author)
    assert other.delete(f"{EXAMS}{first['id']}/").status_code == 403
    assert author.delete(f"{EXAMS}{first['id']}/").status_code == 204
    assert admin.delete(f"{EXAMS}{second['id']}/").status_code == 204
    assert author.delete(f"{EXAMS}{first['id']}/").status_code == 404
    assert [each["id"] for each in author.get(EXAMS).json()] == [kept["id"]]
    assert (rows(world, Exam), rows(world, ExamQuestion), rows(world, ExamOption)) == (1, 3, 6)


def test_an_exam_with_history_is_hidden_and_its_results_stay(world: World) -> None:
    author, student = world.teacher(), world.student()
    entered, handed_in = exam(world, author), exam(world, author)
    enter(student, entered["code"])
    told = result(student, handed_in, 1, 1)
    for held in (entered, handed_in):
        path = f"{EXAMS}{held['id']}/"
        assert author.delete(path).status_code == 204
        assert [person.get(path).status_code for person in (author, student)] == [404, 404]
        assert author.patch(path, {"title": "Back"}).status_code == 404
        assert [author.post(f"{path}{verb}/").status_code for verb in ("publish", "unpublish", "copy")] == [404, 404, 404]
        assert author.get(f"{path}analysis/").status_code == 404
        assert enter(student, held["code"]).status_code == 400
        assert submit(student, held, []).status_code == 404
    assert (student.get(EXAMS).json(), author.get(EXAMS).json()) == ([], [])
    assert [each["id"] for each in student.get(RESULTS).json()] == [told["id"]]
    assert author.get(f"{RESULTS}{told['id']}/").json()["exam_title"] == "Grammar"
    assert (rows(world, Exam), rows(world, ExamQuestion)) == (2, 6)


def test_five_hundred_questions_are_kept_in_their_order(world: World) -> None:
    options = [option(f"{number}", is_correct=number == 3) for number in range(20)]
    sent = [{"text": f"Question {number}", "type": "test", "options": options} for number in range(500)]
    new = exam(world, questions=sent)
    assert [each["text"] for each in new["questions"]] == [each["text"] for each in sent]
    assert all([each["text"] for each in question["options"]] == [each["text"] for each in options] for question in new["questions"])
    assert new["questions_count"] == 500
