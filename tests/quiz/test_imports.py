"""Questions from other programs: all of a file or nothing, and a dry run that says what is wrong."""

from typing import Any

from sqlalchemy import func, select

from bilim.quiz.models import Question
from quiz_school import ADMIN, TESTS, add_question, add_section, expect, make_test, start
from world import Person, World

GIFT = """// two good questions
::Capital:: What is the capital of Japan? {=Tokyo ~Kyoto ~Osaka}

The library opens at {=9\\:30 =half past nine}.
"""
BROKEN = f"""{GIFT}
Which are even? {{~%50%two ~%40%four ~three}}

No answers at all
"""
CSV = "type,text,options,answer,marks\nmultiple_choice,Capital of Japan?,Kyoto|Tokyo,B,2\nnumeric,Half of seven?,,3.5,\n"


def section_of(world: World) -> tuple[Person, str, dict[str, Any]]:
    admin = world.admin()
    test = make_test(admin)
    section = add_section(admin, test["id"])
    return admin, f"{ADMIN}/sections/{section['id']}/import", test


def stored(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Question))


def test_a_file_of_questions_is_appended(world: World) -> None:
    admin, path, test = section_of(world)
    section_id = int(path.split("/")[-2])
    add_question(admin, section_id, "essay")
    sent = {"data": {"format": "gift"}, "files": {"file": ("questions.gift", GIFT.encode("utf-8-sig"))}}
    done = expect(admin.call("POST", path, **sent), 201)
    assert (done["dry_run"], done["imported"], done["errors"]) == (False, 2, {})
    questions = admin.get(f"{TESTS}/{test['id']}").json()["sections"][0]["questions"]
    assert [question["id"] for question in questions[1:]] == [question["id"] for question in done["questions"]]
    assert [(question["question_text"], question["order_index"], question["marks"]) for question in questions[1:]] == [
        ("What is the capital of Japan?", 1, 1.0),
        ("The library opens at _____ .", 2, 1.0),
    ]
    assert questions[2]["question_data"]["correct_answer"] == [["9:30", "half past nine"]]
    assert world.uploads() == [], "the file is not kept"


def test_a_text_as_json(sqlite_world: World) -> None:
    admin, path, test = section_of(sqlite_world)
    done = expect(admin.post(path, {"format": "csv", "text": CSV}), 201)
    assert [(question["question_type"], question["marks"]) for question in done["questions"]] == [
        ("multiple_choice", 2.0),
        ("numeric", 1.0),
    ]
    start(sqlite_world.student(is_premium=True), test)


def test_a_dry_run_writes_nothing(sqlite_world: World) -> None:
    admin, path, _ = section_of(sqlite_world)
    done = expect(admin.post(path, {"format": "gift", "text": BROKEN, "dry_run": True}), 200)
    assert done["errors"] == {
        "6": {"non_field_errors": ["Give one right answer, or several with equal weights that add up to 100%."]},
        "8": {"non_field_errors": ["This question has no answers in braces."]},
    }
    assert (done["imported"], [question["id"] for question in done["questions"]]) == (0, [None, None])
    assert done["questions"][0]["question_data"] == {"options": ["Tokyo", "Kyoto", "Osaka"], "correct_answer": "A"}
    assert stored(sqlite_world) == 0
    sent = {"data": {"format": "csv", "dry_run": "true"}, "files": {"file": ("questions.csv", CSV.encode())}}
    assert expect(admin.call("POST", path, **sent), 200)["errors"] == {}
    assert stored(sqlite_world) == 0


def test_one_broken_row_imports_nothing(world: World) -> None:
    admin, path, _ = section_of(world)
    refused = expect(admin.post(path, {"format": "gift", "text": BROKEN}), 400)
    assert set(refused["rows"]) == {"6", "8"}
    table = CSV + 'multiple_choice,Which?,a|b,C,1\nriddle,What?,,,\nnumeric,"Many\nlines",,many,\nessay, ,,,x\n'
    assert expect(admin.post(path, {"format": "csv", "text": table}), 400) == {
        "rows": {
            "4": {"question_data": {"correct_answer": ["There is no option C."]}},
            "5": {"non_field_errors": ['"riddle" is not a valid choice.']},
            "6": {"question_data": {"correct_answer": ["A valid number is required."]}},
            "8": {"question_text": ["This field may not be blank."], "marks": ["A valid number is required."]},
        }
    }
    assert stored(world) == 0


def test_files_that_are_none_of_these(sqlite_world: World) -> None:
    admin, path, _ = section_of(sqlite_world)

    def upload(name: str, content: bytes, **fields: str) -> Any:
        return expect(admin.call("POST", path, data={"format": "csv"} | fields, files={"file": (name, content)}), 400)

    assert upload("a.csv", b"\xff\xfe\x00") == {"file": ["The file is no text in UTF-8."]}
    assert upload("a.exe", CSV.encode()) == {"file": ["Files of this kind cannot be uploaded, or the file is not what its name says."]}
    assert upload("a.csv", b"x" * (1024 * 1024 + 1)) == {"file": ["The file is larger than 1 MiB."]}
    assert set(upload("a.csv", CSV.encode(), format="xml")) == {"format"}
    assert upload("a.csv", CSV.encode(), text=CSV) == {"file": ["Matn (text) yoki fayl (file) kiritilishi shart."]}
    assert expect(admin.post(path, {"format": "gift"}), 400) == {"file": ["Matn (text) yoki fayl (file) kiritilishi shart."]}
    assert set(expect(admin.post(path, {"format": "gift", "text": "x" * (1024 * 1024 + 1)}), 400)) == {"text"}
    assert expect(admin.post(path, {"format": "gift", "text": "// nothing"}), 400) == {
        "rows": {"1": {"non_field_errors": ["There are no questions in it."]}}
    }
    many = "Why? {}\n\n" * 501
    assert expect(admin.post(path, {"format": "gift", "text": many}), 400) == {"detail": "A test has no more than 500 questions."}
    assert (stored(sqlite_world), sqlite_world.uploads()) == (0, [])


def test_a_test_has_room_for_five_hundred_questions(sqlite_world: World) -> None:
    admin, path, _ = section_of(sqlite_world)
    expect(admin.post(path, {"format": "gift", "text": "Why? {}\n\n" * 499}), 201)
    for body in ({"format": "gift", "text": "Why? {}\n\n" * 2}, {"format": "gift", "text": "Why? {}\n\n" * 2, "dry_run": True}):
        assert expect(admin.post(path, body), 409) == {"detail": "A test has no more than 500 questions."}
    expect(admin.post(path, {"format": "gift", "text": "Why? {}"}), 201)
    new = {"question_type": "essay", "question_text": "Why?", "question_data": {}}
    assert admin.post(path.replace("import", "questions"), new).status_code == 409
    assert stored(sqlite_world) == 500


def test_who_imports_and_where(sqlite_world: World) -> None:
    _, path, _ = section_of(sqlite_world)
    body = {"format": "csv", "text": CSV}
    assert [person.post(path, body).status_code for person in (sqlite_world.student(), sqlite_world.teacher())] == [403, 403]
    for dry_run in (True, False):
        assert sqlite_world.admin().post(f"{ADMIN}/sections/999/import", body | {"dry_run": dry_run}).status_code == 404
    assert stored(sqlite_world) == 0
