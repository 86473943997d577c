"""Whether an answer to an exercise is right."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bilim.kit import text
from bilim.practice.rules.exercises import Exercise

Answer = str | list[str] | dict[str, str]
"""A text, a list of texts in order, or texts by what they belong to."""

MAX_TEXT = 1000
MAX_PARTS = 100

_ONE_APOSTROPHE = str.maketrans(dict.fromkeys("ʻʼ‘’`´ʹ′", "'"))
_AT_THE_ENDS = " .,!?;:…"


class Verdict(Struct, frozen=True):
    """What an answer is worth: whether all of it is right, the right answer, and whether each of the exercise's words is."""

    is_correct: bool
    correct_answer: Answer
    words: dict[int, bool]


def plain(typed: str) -> str:
    """A text as it is compared: case, spaces, the kind of apostrophe and punctuation at the ends do not count.

    >>> plain("  Oʻqituvchi. ") == plain("o‘qituvchi")
    True
    """
    return text.fold(typed).translate(_ONE_APOSTROPHE).strip(_AT_THE_ENDS)


def answer_problem(answer: Answer) -> str | None:
    """The code of what makes an answer too long to look at, or None."""
    if isinstance(answer, str):
        return "answer_too_long" if len(answer) > MAX_TEXT else None
    if len(answer) > MAX_PARTS:
        return "answer_too_long"
    texts = [*answer, *answer.values()] if isinstance(answer, dict) else answer
    return "answer_too_long" if any(len(each) > MAX_TEXT for each in texts) else None


def judge(exercise: Exercise, answer: Answer) -> Verdict | None:
    """What an answer is worth; None where it has not the shape that this kind of exercise is answered in."""
    match exercise.kind, answer:
        case (("choose" | "spell"), str()):
            (right,) = exercise.solution
            is_right = plain(answer) == plain(right)
            return Verdict(is_right, right, {exercise.word_ids[0]: is_right})
        case "match", dict():
            return _judge_pairs(exercise, answer)
        case "order", str():
            return _judge_order(exercise, answer.split())
        case "order", list():
            return _judge_order(exercise, answer)
        case _:
            return None


def _judge_pairs(exercise: Exercise, answer: Mapping[str, str]) -> Verdict:
    given = {plain(item): plain(option) for item, option in answer.items()}
    right = dict(zip(exercise.items, exercise.solution, strict=True))
    marks = [given.get(plain(item)) == plain(option) for item, option in right.items()]
    return Verdict(all(marks), right, dict(zip(exercise.word_ids, marks, strict=True)))


def _judge_order(exercise: Exercise, answer: Sequence[str]) -> Verdict:
    is_right = [plain(each) for each in answer] == [plain(each) for each in exercise.solution]
    return Verdict(is_right, list(exercise.solution), {})
