"""Questions in GIFT, the text format of Moodle: multiple choice, several answers, true and false, short answers, numbers, matching, essays.

A question is a block of lines between blank ones: `::title:: text {answers} more text`. Titles, comments, categories and feedback are left
out. Weights are read where they mean all or a share: equal ones that add up to 100. All else is a problem of its row, never a guess.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from bilim.questions.rules.data import letter_of
from bilim.questions.rules.imported import BadRow, ImportedFile, ImportedQuestion, shuffled

_ESCAPED = "~=#{}:\\"
_HIDDEN = {f"\\{each}": chr(0xF0000 + place) for place, each in enumerate(_ESCAPED)} | {"\\n": "\n"}
"""Escaped characters while a block is taken apart: of a private plane, so that none is taken for syntax."""
_SHOWN = {ord(chr(0xF0000 + place)): each for place, each in enumerate(_ESCAPED)}
_ESCAPE = re.compile(r"\\[~=#{}:\\n]")
_TITLE = re.compile(r"\s*::.*?::", re.DOTALL)
_MARKUP = re.compile(r"\s*\[(?:html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d+)?)%")
_ANSWER = re.compile(r"([=~])([^=~]*)")
_RANGE = re.compile(r"\s*(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)\s*")
_TOLERANCE = re.compile(r"\s*(-?[\d.]+)\s*(?::\s*([\d.]+)\s*)?")
_JUDGED = {"T": "TRUE", "TRUE": "TRUE", "F": "FALSE", "FALSE": "FALSE"}
_BLANK = "_____"
_WHOLE = 100
_ROUNDING = 0.1
"""How far weights such as 33.333 may add up to something else than 100."""


class _Answer(Struct):
    is_right: bool
    weight: float | None
    text: str


def read_gift(text: str) -> ImportedFile:
    """The questions of a file."""
    found = ImportedFile()
    for row, block in _blocks(text):
        found.add(row, lambda row=row, block=block: _question(row, block))
    return found


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Blocks of lines with the number of their first, without comments and categories."""
    first, lines = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip() and not line.lstrip().startswith(("//", "$CATEGORY:")):
            first = first if lines else number
            lines.append(line)
        elif not line.strip() and lines:
            yield first, "\n".join(lines)
            lines = []


def _question(row: int, block: str) -> ImportedQuestion:
    hidden = _ESCAPE.sub(lambda match: _HIDDEN[match[0]], block)
    before, opened, rest = _TITLE.sub("", hidden, count=1).partition("{")
    answers, closed, after = rest.partition("}")
    if not opened:
        raise BadRow("gift_no_answers")
    if not closed or "{" in answers or "{" in after or "}" in after:
        raise BadRow("gift_braces")
    text = _shown(_MARKUP.sub("", before, count=1))
    if after.strip():
        text = f"{text} {_BLANK} {_shown(after)}".strip()
    return _of_answers(row, text, answers.partition("####")[0].strip())


def _shown(hidden: str) -> str:
    """A text without its escapes and with its white space tidied, line by line."""
    return "\n".join(" ".join(line.split()) for line in hidden.strip().splitlines()).translate(_SHOWN)


def _of_answers(row: int, text: str, answers: str) -> ImportedQuestion:
    """The question of the type that its answers say."""
    if not answers:
        return ImportedQuestion(row, "essay", text, {})
    if answers.startswith("#"):
        return ImportedQuestion(row, "numeric", text, _number(answers[1:]))
    judged = _JUDGED.get(answers.partition("#")[0].strip().upper())
    if judged:
        return ImportedQuestion(row, "true_false_not_given", text, {"correct_answer": judged})
    listed = _listed(answers)
    if any("->" in each.text for each in listed):
        return ImportedQuestion(row, "matching", text, _pairs(listed))
    if all(each.is_right for each in listed):
        return ImportedQuestion(row, "short_answer", text, _variants(listed))
    options = [_shown(each.text) for each in listed]
    right = [letter_of(place) for place, each in enumerate(listed) if each.is_right]
    if len(right) == 1 and all(not each.weight or (each.is_right and each.weight == _WHOLE) for each in listed):
        return ImportedQuestion(row, "multiple_choice", text, {"options": options, "correct_answer": right[0]})
    if right:
        raise BadRow("gift_weights")
    return ImportedQuestion(row, "multiple_select", text, {"options": options, "correct_answer": _weighed(listed)})


def _listed(answers: str) -> list[_Answer]:
    """The answers, each with its mark and weight, without feedback."""
    if not answers.startswith(("=", "~")):
        raise BadRow("gift_answers")
    return [_answer(mark, written) for mark, written in _ANSWER.findall(answers)]


def _answer(mark: str, written: str) -> _Answer:
    text = written.partition("#")[0]
    weight = _WEIGHT.match(text)
    text = _MARKUP.sub("", text[weight.end() :] if weight else text, count=1).strip()
    if not text:
        raise BadRow("gift_empty_answer")
    return _Answer(mark == "=", float(weight[1]) if weight else None, text)


def _weighed(listed: list[_Answer]) -> list[str]:
    """The letters of the answers with a share of the marks."""
    shares = {each.weight for each in listed if each.weight and each.weight > 0}
    letters = [letter_of(place) for place, each in enumerate(listed) if each.weight and each.weight > 0]
    if len(shares) != 1 or abs(sum(shares) * len(letters) - _WHOLE) > _ROUNDING:
        raise BadRow("gift_weights")
    return letters


def _variants(listed: list[_Answer]) -> dict[str, object]:
    if any(each.weight not in (None, _WHOLE) for each in listed):
        raise BadRow("gift_weights")
    return {"correct_answer": [[_shown(each.text) for each in listed]]}


def _pairs(listed: list[_Answer]) -> dict[str, object]:
    """Both sides of pairs; what stands on the right alone is there to mislead."""
    split = [each.text.partition("->") for each in listed]
    if not all(each.is_right and each.weight is None for each in listed) or not all(arrow and right.strip() for _, arrow, right in split):
        raise BadRow("gift_pairs")
    pairs = [(_shown(left), _shown(right)) for left, _, right in split]
    right = shuffled([each for _, each in pairs])
    left = [(thing, letter_of(right.index(match))) for thing, match in pairs if thing]
    return {
        "left": [thing for thing, _ in left],
        "right": right,
        "correct_answer": {str(number): letter for number, (_, letter) in enumerate(left, 1)},
    }


def _number(written: str) -> dict[str, object]:
    """A number with a tolerance, or a range; of several answers only one that is worth everything can be read."""
    if written.lstrip().startswith(("=", "~")):
        (only, *others) = _listed(written.lstrip())
        if others or not only.is_right or only.weight not in (None, _WHOLE):
            raise BadRow("gift_numbers")
        written = only.text
    written = written.partition("#")[0].replace(_HIDDEN["\\:"], ":")
    try:
        if bounds := _RANGE.fullmatch(written):
            low, high = float(bounds[1]), float(bounds[2])
            return {"correct_answer": (low + high) / 2, "tolerance": (high - low) / 2}
        if number := _TOLERANCE.fullmatch(written):
            return {"correct_answer": float(number[1]), "tolerance": float(number[2] or 0)}
    except ValueError:
        pass
    raise BadRow("gift_numbers")
