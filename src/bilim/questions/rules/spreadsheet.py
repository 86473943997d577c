r"""Questions in a table, as a spreadsheet saves it (CSV): a question a row, under a heading that names the columns.

    type,text,options,answer,marks,word_limit,tolerance,min_words
    multiple_choice,What is the capital of Japan?,Kyoto|Tokyo|Osaka,B,1,,,
    gap_fill,The library opens at ___ and closes at ___.,,9:30/half past nine|noon,2,3,,

Lists are separated by `|`, variants of one answer by `/`; `\|` and `\/` are those characters themselves. Pairs to match stand
in `options` as `left=right`, things to put in order there in their right order.
"""

import csv
import re
from collections.abc import Callable
from typing import Any

from bilim.kit.errors import Problem
from bilim.questions.rules.data import letter_of
from bilim.questions.rules.imported import BadRow, ImportedFile, ImportedQuestion, shuffled
from bilim.questions.rules.types import TYPES

COLUMNS = ("type", "text", "options", "answer", "marks", "word_limit", "tolerance", "min_words")
_REQUIRED = ("type", "text")
_DELIMITERS = ",;\t"
_BETWEEN_ITEMS = re.compile(r"(?<!\\)\|")
_BETWEEN_VARIANTS = re.compile(r"(?<!\\)/")
_ESCAPED = re.compile(r"\\([|/=\\])")
_PAIR = re.compile(r"(?<!\\)=")

Row = dict[str, str]


def read_csv(text: str) -> ImportedFile:
    """The questions of a table. Comma, semicolon and tab separate columns, whichever the heading has most of."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    heading = lines[0] if lines else ""
    found = ImportedFile()
    reader = csv.reader(lines, delimiter=max(_DELIMITERS, key=heading.count), strict=True)
    row = 1
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        if wrong := _wrong_column(columns):
            found.problems[row] = {"non_field_errors": [wrong]}
            return found
        row = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.add(row, lambda row=row, cells=cells: _question(row, columns, cells))
            row = reader.line_num + 1
    except csv.Error:
        found.problems[row] = {"non_field_errors": [Problem("csv_broken")]}
    return found


def _wrong_column(columns: list[str]) -> Problem | None:
    wrong = [name for name in _REQUIRED if name not in columns] + [name for name in columns if name not in COLUMNS]
    return Problem("csv_columns", {"columns": ", ".join(COLUMNS), "column": wrong[0][:50]}) if wrong else None


def _question(number: int, columns: list[str], cells: list[str]) -> ImportedQuestion:
    if len(cells) > len(columns):
        raise BadRow("csv_cells", count=len(columns))
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    question_type = row.get("type", "").lower()
    if question_type not in TYPES:
        raise BadRow("no_choice", value=question_type[:100])
    data = {name: value for name, value in _DATA[question_type](row).items() if value != ""}
    return ImportedQuestion(number, question_type, row.get("text", ""), data, row.get("marks", "").replace(",", ".") or 1.0)


def _items(cell: str) -> list[str]:
    """The members of a list, still escaped."""
    return [item.strip() for item in _BETWEEN_ITEMS.split(cell)] if cell else []


def _plain(escaped: str) -> str:
    return _ESCAPED.sub(r"\1", escaped).strip()


def _choice(row: Row) -> dict[str, Any]:
    return {"options": [_plain(item) for item in _items(row.get("options", ""))], "correct_answer": row.get("answer", "")}


def _select(row: Row) -> dict[str, Any]:
    return _choice(row) | {"correct_answer": _items(row.get("answer", ""))}


def _judgement(row: Row) -> dict[str, Any]:
    return {"correct_answer": row.get("answer", "")}


def _gaps(row: Row) -> dict[str, Any]:
    gaps = [[_plain(variant) for variant in _BETWEEN_VARIANTS.split(item)] for item in _items(row.get("answer", ""))]
    return {"correct_answer": gaps, "word_limit": row.get("word_limit", "")}


def _pairs(row: Row) -> dict[str, Any]:
    """Pairs; one without a left side is there to mislead."""
    split = [_PAIR.split(item, maxsplit=1) for item in _items(row.get("options", ""))]
    if not all(len(pair) == 2 for pair in split):
        raise BadRow("csv_pairs")
    pairs = [(_plain(left), _plain(right)) for left, right in split]
    right = shuffled([each for _, each in pairs])
    left = [(thing, letter_of(right.index(match))) for thing, match in pairs if thing]
    key = {str(number): letter for number, (_, letter) in enumerate(left, 1)}
    return {"left": [thing for thing, _ in left], "right": right, "correct_answer": key}


def _order(row: Row) -> dict[str, Any]:
    things = [_plain(item) for item in _items(row.get("options", ""))]
    if len(set(things)) < len(things):
        raise BadRow("csv_order")
    shown = shuffled(things)
    return {"items": shown, "correct_answer": [shown.index(thing) for thing in things]}


def _number(row: Row) -> dict[str, Any]:
    return {name: row.get(cell, "").replace(",", ".") for name, cell in (("correct_answer", "answer"), ("tolerance", "tolerance"))}


def _essay(row: Row) -> dict[str, Any]:
    return {"min_words": row.get("min_words", "")}


_DATA: dict[str, Callable[[Row], dict[str, Any]]] = {
    "multiple_choice": _choice,
    "multiple_select": _select,
    "true_false_not_given": _judgement,
    "short_answer": _gaps,
    "gap_fill": _gaps,
    "matching": _pairs,
    "ordering": _order,
    "numeric": _number,
    "essay": _essay,
}
