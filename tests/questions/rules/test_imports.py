"""GIFT and CSV: what becomes a question, and what is a problem of its row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.questions.rules.gift import read_gift
from bilim.questions.rules.spreadsheet import read_csv
from bilim.questions.rules.types import read_question
from kit.repeatable import repeatable


@pytest.mark.parametrize(
    ("text", "question_type", "question_text", "data"),
    [
        ("Q {=a ~b ~c}", "multiple_choice", "Q", {"options": ["a", "b", "c"], "correct_answer": "A"}),
        ("::T:: [html]Q\n{\n~b # no\n=%100%a # yes\n}", "multiple_choice", "Q", {"options": ["b", "a"], "correct_answer": "B"}),
        ("2 + 2 \\= {=4 ~5}", "multiple_choice", "2 + 2 =", {"options": ["4", "5"], "correct_answer": "A"}),
        ("\\{x\\} \\: \\\\ {~a\\~b =c\\#}", "multiple_choice", "{x} : \\", {"options": ["a~b", "c#"], "correct_answer": "B"}),
        ("The {~moon =sun} shines.", "multiple_choice", "The _____ shines.", {"options": ["moon", "sun"], "correct_answer": "B"}),
        ("Q {~%50%a ~b ~%50%c}", "multiple_select", "Q", {"options": ["a", "b", "c"], "correct_answer": ["A", "C"]}),
        (
            "Q {~%33.333%a ~%33.333%b ~%33.333%c ~%-100%d}",
            "multiple_select",
            "Q",
            {"options": ["a", "b", "c", "d"], "correct_answer": ["A", "B", "C"]},
        ),
        ("Q {~%100%a ~%-50%b}", "multiple_select", "Q", {"options": ["a", "b"], "correct_answer": ["A"]}),
        ("Q {T}", "true_false_not_given", "Q", {"correct_answer": "TRUE"}),
        ("Q {false#Wrong!#Right!}", "true_false_not_given", "Q", {"correct_answer": "FALSE"}),
        ("Q {=one =%100%two =three####Well done}", "short_answer", "Q", {"correct_answer": [["one", "two", "three"]]}),
        ("Q {#3.5:0.1}", "numeric", "Q", {"correct_answer": 3.5, "tolerance": 0.1}),
        ("Q {#-2}", "numeric", "Q", {"correct_answer": -2.0, "tolerance": 0.0}),
        ("Q {#1..5}", "numeric", "Q", {"correct_answer": 3.0, "tolerance": 2.0}),
        ("Q {#=%100%7:1#Near}", "numeric", "Q", {"correct_answer": 7.0, "tolerance": 1.0}),
        (
            "Q {=a -> 2 =b -> 1 = -> 3}",
            "matching",
            "Q",
            {"left": ["a", "b"], "right": ["1", "2", "3"], "correct_answer": {"1": "B", "2": "A"}},
        ),
        (
            "Q {=a -> x =b -> x =c -> y}",
            "matching",
            "Q",
            {"left": ["a", "b", "c"], "right": ["x", "y"], "correct_answer": {"1": "A", "2": "A", "3": "B"}},
        ),
        ("Write. {}", "essay", "Write.", {}),
    ],
)
def test_gift(text: str, question_type: str, question_text: str, data: Any) -> None:
    (found,) = read_gift(text).questions
    assert (found.question_type, found.question_text, found.question_data) == (question_type, question_text, data)
    read_question(found.question_type, found.question_data)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("No answers", "gift_no_answers"),
        ("Q {=a ~b", "gift_braces"),
        ("Q {=a {~b}}", "gift_braces"),
        ("Q {=a} and {=b}", "gift_braces"),
        ("Q {a}", "gift_answers"),
        ("Q {=a ~}", "gift_empty_answer"),
        ("Q {=a =b ~c}", "gift_weights"),
        ("Q {=%50%a ~b}", "gift_weights"),
        ("Q {=a ~%50%b}", "gift_weights"),
        ("Q {~%50%a ~%25%b ~%25%c}", "gift_weights"),
        ("Q {~%50%a ~b}", "gift_weights"),
        ("Q {~a ~b}", "gift_weights"),
        ("Q {=%50%a =b}", "gift_weights"),
        ("Q {=a -> 1 =b}", "gift_pairs"),
        ("Q {=a -> 1 ~b -> 2}", "gift_pairs"),
        ("Q {#}", "gift_numbers"),
        ("Q {#many}", "gift_numbers"),
        ("Q {#1.2.3}", "gift_numbers"),
        ("Q {#=1 =2}", "gift_numbers"),
    ],
)
def test_gift_that_is_not_guessed_at(text: str, code: str) -> None:
    found = read_gift(f"// a comment\n\n{text}\n\nGood {{T}}")
    assert {row: problems["non_field_errors"][0].code for row, problems in found.problems.items()} == {3: code}
    assert [each.row for each in found.questions] == [5]


def test_comments_and_categories_are_no_questions_and_rows_are_lines() -> None:
    found = read_gift("$CATEGORY: a/b\n\n// c\n::T:: First {\n// inside\n=a\n~b\n}\n\n\nSecond {T}\n")
    assert [(each.row, each.question_text) for each in found.questions] == [(4, "First"), (11, "Second")]


HEADING = "type,text,options,answer,marks,word_limit,tolerance,min_words\n"


@pytest.mark.parametrize(
    ("row", "data"),
    [
        ("multiple_choice,Q,a|b\\|c,B", {"options": ["a", "b|c"], "correct_answer": "B"}),
        ("multiple_select,Q,a|b|c,A|c", {"options": ["a", "b", "c"], "correct_answer": ["A", "c"]}),
        ("TRUE_FALSE_NOT_GIVEN,Q,,ng", {"correct_answer": "ng"}),
        ("gap_fill,Q,,9:30/half past nine|km\\/h,2,3", {"correct_answer": [["9:30", "half past nine"], ["km/h"]], "word_limit": "3"}),
        ("short_answer,Q,,one", {"correct_answer": [["one"]]}),
        ("matching,Q,x=2|y=1|=3", {"left": ["x", "y"], "right": ["1", "2", "3"], "correct_answer": {"1": "B", "2": "A"}}),
        ("ordering,Q,spring|summer|autumn", {"items": ["autumn", "spring", "summer"], "correct_answer": [1, 2, 0]}),
        ('numeric,Q,,"3,5",,,"0,1"', {"correct_answer": "3.5", "tolerance": "0.1"}),
        ("essay,Q,,,,,,50", {"min_words": "50"}),
    ],
)
def test_csv(row: str, data: Any) -> None:
    (found,) = read_csv(HEADING + row).questions
    assert (found.row, found.question_text, found.question_data) == (2, "Q", data)
    read_question(found.question_type, found.question_data)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator_and_columns_in_any_order(separator: str) -> None:
    rows = [["Text", "Type", "marks"], ['"Many\nlines"', "essay", '"2,5"'], ["", "", ""], ["Q", "essay", ""]]
    table = "\ufeff" + "\r\n".join(separator.join(cells) for cells in rows)
    found = read_csv(table)
    assert found.problems == {}
    assert [(each.row, each.question_text, each.marks) for each in found.questions] == [(2, "Many\nlines", "2.5"), (5, "Q", 1.0)]


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        ("", {1: "csv_columns"}),
        ("type\nessay\n", {1: "csv_columns"}),
        ("type,text,colour\nessay,Q,red\n", {1: "csv_columns"}),
        ("type,text\nessay,Q,more\n\nriddle,Q\nessay\n", {2: "csv_cells", 4: "no_choice"}),
        ('type,text\nessay,Q\nessay,"open\n', {3: "csv_broken"}),
        ("type,text,options\nmatching,Q,a|b\nordering,Q,a|b|a\n", {2: "csv_pairs", 3: "csv_order"}),
    ],
)
def test_csv_that_cannot_be_read(table: str, problems: Any) -> None:
    found = read_csv(table)
    assert {row: each["non_field_errors"][0].code for row, each in found.problems.items()} == problems


@repeatable
@given(st.text(alphabet='Q{}=~#%->\\:/. \n15,;|"', max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    for found in (read_gift(text), read_csv(text), read_csv(HEADING + text)):
        lines = len(text.splitlines()) + 2
        assert all(1 <= row <= lines for row in (*found.problems, *(each.row for each in found.questions)))
