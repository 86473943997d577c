"""What the files of other programs become: questions as an author would send them, or what is wrong, by row."""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from bilim.kit.errors import FieldProblems, Problem

Format = Literal["gift", "csv"]
MAX_BYTES = 1024 * 1024
MAX_QUESTIONS = 500


class ImportedQuestion(Struct):
    """A question of a file. `row` is the line at which it begins, from 1."""

    row: int
    question_type: str
    question_text: str
    question_data: dict[str, Any]
    marks: Any = 1.0


class BadRow(Exception):
    """A question of a file that cannot be read."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, params)


class ImportedFile(Struct):
    """What a file holds: its questions in their order, and what is wrong, by the row of the question."""

    questions: list[ImportedQuestion] = []
    problems: dict[int, FieldProblems] = {}

    def add(self, row: int, read: Callable[[], ImportedQuestion]) -> None:
        """Read a question, and note what is wrong with it."""
        try:
            self.questions.append(read())
        except BadRow as error:
            self.problems[row] = {"non_field_errors": [error.problem]}


def shuffled(texts: list[str]) -> list[str]:
    """Texts in an order that does not tell the one in which a file has them, and the same each time: the alphabet's."""
    return sorted(dict.fromkeys(texts), key=lambda text: (text.casefold(), text))
