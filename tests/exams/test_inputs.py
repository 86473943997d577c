"""What may be said of exams and answers, whoever says it; and who may call what."""

from typing import Any

import pytest

from bilim.exams.actions import exams as authoring
from bilim.exams.actions import results as checking
from bilim.exams.actions import taking
from bilim.exams.inputs import AnswerInput, ExamInput, ExamSubmissionInput, OptionInput, QuestionInput, ResultChanges, contents
from bilim.exams.queries import analysis, exams, results
from bilim.exams.rules import Given, Option, Question
from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.kit.errors import Invalid, Problem
from bilim.kit.validation import read
from exams.school import GOES, READING, option
from guarded import public_functions, require_guarded

EXAM = {"subject_id": 1, "title": "Grammar"}


def wrong(kind: Any, data: dict[str, Any]) -> Any:
    with pytest.raises(Invalid) as refused:
        read(kind, data)
    return codes(refused.value.fields)


def codes(problems: Any) -> Any:
    if isinstance(problems, Problem):
        return problems.code
    if isinstance(problems, dict):
        return {name: codes(each) for name, each in problems.items()}
    return [codes(each) for each in problems]


def test_an_exam_needs_a_subject_and_a_title() -> None:
    assert wrong(ExamInput, {}) == {"subject_id": ["required"], "title": ["required"]}
    assert wrong(ExamInput, {"subject_id": None, "title": " "}) == {"subject_id": ["null"], "title": ["blank"]}


def test_every_wrong_question_is_named_at_its_place() -> None:
    questions = [
        GOES,
        {"text": "", "type": "oral", "order": -1},
        {"text": "Which?", "type": "test", "options": [option("yes", is_correct=True)]},
        {"text": "Which?", "type": "test", "options": [option("yes"), option("no")]},
        READING | {"options": [option("yes")]},
        GOES | {"written_answer_sample": "She goes"},
        {"text": "Which?", "type": "test", "options": [{"text": "yes"}, {"is_correct": "perhaps", "text": 5}]},
    ]
    assert wrong(ExamInput, EXAM | {"questions": questions}) == {
        "questions": [
            {},
            {"text": ["blank"], "type": ["no_choice"], "order": ["too_small"]},
            {"options": ["too_few_options"]},
            {"options": ["no_correct_option"]},
            {"options": ["options_of_written"]},
            {"written_answer_sample": ["sample_of_test"]},
            {"options": [{"is_correct": ["required"]}, {"text": ["no_text"], "is_correct": ["no_boolean"]}]},
        ]
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("questions", [GOES] * 501, "too_many_items"),
        ("questions", "none", "no_list"),
        ("title", "a" * 256, "too_many_characters"),
        ("description", "a" * 200_001, "too_many_characters"),
        ("time_limit", -1, "too_small"),
        ("time_limit", 2**31, "too_great"),
        ("time_limit", 10**40, "too_great"),
        ("time_limit", "soon", "no_integer"),
        ("date", "20.02.2025", "no_date"),
        ("is_published", "perhaps", "no_boolean"),
        ("subject_id", 10**30, "too_great"),
    ],
)
def test_every_field_has_its_bounds(field: str, value: Any, code: str) -> None:
    assert wrong(ExamInput, EXAM | {field: value}) == {field: [code]}


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (GOES | {"text": "a" * 10_001}, {"text": ["too_many_characters"]}),
        (READING | {"written_answer_sample": "a" * 10_001}, {"written_answer_sample": ["too_many_characters"]}),
        (GOES | {"options": [option("a" * 2_001), option("b")]}, {"options": [{"text": ["too_many_characters"]}, {}]}),
        (GOES | {"options": [option("a", is_correct=True)] * 21}, {"options": ["too_many_items"]}),
        (GOES | {"order": 10**30}, {"order": ["too_great"]}),
    ],
)
def test_questions_have_bounds_too(question: dict[str, Any], problem: dict[str, Any]) -> None:
    assert wrong(ExamInput, EXAM | {"questions": [question]}) == {"questions": [problem]}


def test_what_is_as_long_as_it_may_be_is_taken() -> None:
    options = [option("a" * 2_000, is_correct=True)] * 20
    longest = {"text": "a" * 10_000, "type": "test", "options": options}
    assert len(read(ExamInput, EXAM | {"questions": [longest] * 500}).questions) == 500  # type: ignore[arg-type]


def test_code_cannot_say_what_a_body_could_not() -> None:
    with pytest.raises(Invalid):
        QuestionInput(text="Which?", kind="test", options=[OptionInput(text="yes", is_correct=True)])


def test_places_that_are_left_out_are_those_of_the_list() -> None:
    given = [
        READING | {"order": 7},
        GOES | {"options": [option("a"), option("b", is_correct=True, order=0)]},
        {"text": "Why?", "type": "written", "written_answer_sample": " \n"},
    ]
    questions = read(ExamInput, EXAM | {"questions": given}).questions
    assert contents(questions) == [  # type: ignore[arg-type]
        Question("Which sentence is correct?", "test", 2, None, (Option("b", is_correct=True, position=0), Option("a", False, 1))),
        Question("Why?", "written", 3, None, ()),
        Question("Describe the importance of reading.", "written", 7, "Reading improves vocabulary and comprehension...", ()),
    ]


def test_a_blank_written_answer_is_none() -> None:
    assert [AnswerInput(question_id=1, written_answer=text).given for text in ("", " \n", None)] == [Given(1, None, None)] * 3
    assert AnswerInput(question_id=1, written_answer=" a ").given == Given(1, None, " a ")
    assert AnswerInput(question_id=1, option_id=2, written_answer="").given == Given(1, 2, None)


def test_answers_and_marks_have_bounds() -> None:
    assert wrong(ExamSubmissionInput, {}) == {"answers": ["required"]}
    assert wrong(ExamSubmissionInput, {"answers": [{"question_id": 1}] * 501}) == {"answers": ["too_many_items"]}
    sent = [{"option_id": 1}, {"question_id": 10**30}, {"question_id": 1, "option_id": "b", "written_answer": "a" * 20_001}]
    assert wrong(ExamSubmissionInput, {"answers": sent}) == {
        "answers": [
            {"question_id": ["required"]},
            {"question_id": ["too_great"]},
            {"option_id": ["no_integer"], "written_answer": ["too_many_characters"]},
        ]
    }
    assert wrong(ResultChanges, {"is_checked": "perhaps", "answers": [{"id": 1}]}) == {
        "is_checked": ["no_boolean"],
        "answers": [{"is_correct": ["required"]}],
    }
    assert wrong(ResultChanges, {"answers": [{"id": 1, "is_correct": True}] * 501}) == {"answers": ["too_many_items"]}


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(authoring, checking, taking, exams, results, analysis)
    assert {rule.role for function in public_functions(authoring) if (rule := rule_of(function))} == {Role.TEACHER}
    assert {function.__name__: rule.role for function in public_functions(checking) if (rule := rule_of(function))} == {
        "check_result": Role.TEACHER,
        "delete_result": Role.ADMIN,
    }
