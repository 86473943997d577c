"""What may be said of homework, whoever says it; and who may call what."""

from typing import Any

import pytest

from bilim.files.kinds import StagedFile
from bilim.homework import access, inputs
from bilim.homework.actions import assigning, homework, submissions
from bilim.homework.actions import files as written_files
from bilim.homework.inputs import HomeworkChanges, HomeworkInput, HomeworkSubmissionInput
from bilim.homework.queries import assignments
from bilim.homework.queries import files as read_files
from bilim.homework.queries import homework as read_homework
from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.kit.errors import Invalid, Problem
from bilim.kit.validation import read
from guarded import public_functions, require_guarded, require_named_fields
from world import World

PDF = StagedFile("files/ab/x.pdf", "x.pdf", 8, b"%PDF-1.7")


def problems(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(HomeworkInput, data)
    return {name: found[0].code for name, found in refused.value.fields.items()}


def test_a_form_is_told_of_every_wrong_field_at_once() -> None:
    not_pdf = StagedFile("files/ab/x.pdf", "x.pdf", 6, b"<html>")
    wrong = {"group_id": "x", "text": "a" * 200_001, "file": not_pdf, "homework_type": "song"}
    assert problems(wrong).keys() == wrong.keys()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"group_id": 1, "course_id": 1}, {"non_field_errors": "group_or_course"}),
        ({"course_id": 1}, {"title": "required"}),
        ({"course_id": 1, "title": "Insho", "homework_type": "oral"}, {"oral_assignment": "required"}),
        ({"course_id": 1, "homework_type": "oral"}, {"title": "required", "oral_assignment": "required"}),
        ({"group_id": 1, "lesson_id": 1, "text": "1-mashq"}, {"lesson_id": "lesson_of_course"}),
        ({"text": "1-mashq"}, {"group_id": "required"}),
        ({"title": "Insho"}, {"group_id": "required", "course_id": "required"}),
        ({"group_id": None}, {"group_id": "required"}),
    ],
)
def test_homework_is_set_for_a_group_or_for_a_course(data: dict[str, Any], found: dict[str, str]) -> None:
    assert problems(data) == found


def test_code_cannot_say_what_a_form_could_not() -> None:
    assert read(HomeworkInput, {"group_id": "3", "file": PDF}).file == PDF
    with pytest.raises(Invalid) as refused:
        HomeworkChanges(file=StagedFile("files/ab/x.exe", "x.exe", 2, b"MZ"))
    assert refused.value.fields == {"file": [Problem("wrong_file_kind")]}
    with pytest.raises(TypeError, match="txt"):
        HomeworkInput(group_id=1, txt="1-mashq")  # type: ignore[call-arg]


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(homework, assigning, submissions, written_files, read_homework, assignments, read_files)
    for actions in (homework, assigning):
        assert {rule.role for function in public_functions(actions) if (rule := rule_of(function))} == {Role.TEACHER}
    assert rule_of(submissions.grade_submission) == rule_of(homework.change_homework) == rule_of(access.lock_editable)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"due_date": "ertaga"}, "no_datetime"),
        ({"due_date": "0001-01-01T00:00:00+05:00"}, "bad_due_date"),
        ({"due_date": "1999-12-31T23:59:59Z"}, "bad_due_date"),
        ({"due_date": "2200-01-01T00:00:00Z"}, "bad_due_date"),
        ({"max_score": 0}, "too_small"),
        ({"max_score": 101}, "too_great"),
        ({"metadata": []}, "no_object"),
        ({"metadata": {"a": "b" * 20_000}}, "details_too_large"),
        ({"oral_assignment": 5}, "no_text"),
        ({"oral_assignment": "b" * 20_000}, "details_too_large"),
        ({"files": [StagedFile("files/ab/x.pdf", "x.pdf", 6, b"<html>")]}, "wrong_file_kind"),
        ({"files": [PDF] * 11}, "too_many_items"),
        ({"files": ["https://elsewhere.example/x.pdf"]}, "no_object"),
        ({"title": "a" * 256}, "too_many_characters"),
    ],
)
def test_wrong_values_are_named(data: dict[str, Any], code: str) -> None:
    assert problems({"course_id": 1, "title": "Insho"} | data) == {next(iter(data)): code}


@pytest.mark.parametrize("data", [{}, {"submission": None}, {"submission": " \n"}, {"submission": "", "files": []}])
def test_an_empty_submission_is_none(data: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read(HomeworkSubmissionInput, data)
    assert list(refused.value.fields) == ["submission"]


def test_a_submission_is_a_text_or_files() -> None:
    assert read(HomeworkSubmissionInput, {"submission": "Javobim"}).submission == "Javobim"
    assert read(HomeworkSubmissionInput, {"files": [PDF]}).files == [PDF]


def test_an_oversized_form_is_not_read(sqlite_world: World) -> None:
    refused = sqlite_world.teacher().post("/api/v1/homework/", {"group": 1, "text": "a" * 200_001})
    assert refused.json() == {"text": ["Ensure this field has no more than 200000 characters."]}


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
