"""Answers as they are sent: texts by the question's number, written as text as JSON has it."""

import re
from collections.abc import Iterable, Mapping

from bilim.kit.errors import Problem

MAX_QUESTIONS = 200
MAX_ANSWER = 500
MAX_WRITING = 50_000
"""Characters of one task: some fifty times what is asked for."""
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_TASK = re.compile(r"[12]")


def answers_problem(answers: Mapping[str, str | None]) -> Problem | None:
    """What is wrong with answers, whatever the test has: a key that is no question's number, or a text that is too long."""
    return _problem(answers, _NUMBER, MAX_ANSWER)


def writing_problem(texts: Mapping[str, str | None]) -> Problem | None:
    """The same of the tasks of writing."""
    return _problem(texts, _TASK, MAX_WRITING)


def _problem(answers: Mapping[str, str | None], number: re.Pattern[str], longest: int) -> Problem | None:
    for question, answer in answers.items():
        if not number.fullmatch(question):
            return Problem("unknown_question", {"question": question[:20]})
        if answer is not None and len(answer) > longest:
            return Problem("too_many_characters", {"bound": longest})
    return None


def unknown_question(numbers: Iterable[str], questions: int) -> Problem | None:
    """The first number, if any, past the last question of a section."""
    beyond = next((number for number in numbers if int(number) > questions), None)
    return None if beyond is None else Problem("unknown_question", {"question": beyond})


def in_order(answers: Mapping[str, str]) -> dict[str, str]:
    """Answers by the number of their question.

    >>> in_order({"10": "B", "9": "A"})
    {'9': 'A', '10': 'B'}
    """
    return {number: answers[number] for number in sorted(answers, key=int)}
