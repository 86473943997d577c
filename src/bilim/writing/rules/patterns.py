"""Errors that are runs of words, as data: see `phrases.toml` for how a pattern is written."""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from bilim.writing.rules.flags import Flag, flag_of
from bilim.writing.rules.tokens import Token
from bilim.writing.rules.words import CLASSES

_FUNCTION = CLASSES["function"]
_OPENERS = CLASSES["openers"] | CLASSES["adverbs"]
_NAMES = frozenset({"Will", "May"})
"""People and a month, unless a subject follows."""


def is_edge(tokens: Sequence[Token], place: int) -> bool:
    """Whether a noun phrase is over at a place: the sentence ends, or a mark or a function word stands there."""
    if place >= len(tokens):
        return True
    token = tokens[place]
    return not (token.is_word or token.is_number or token.text in "'’\"“%$") or token.lower in _FUNCTION


def is_clause_start(tokens: Sequence[Token], place: int) -> bool:
    """Whether a subject may begin at a place: at the sentence's beginning, after a mark, or after a word that opens a clause."""
    if place == 0:
        return True
    before = tokens[place - 1]
    return (not before.is_word and not before.is_number and before.text not in "'’") or before.lower in _OPENERS


class _Step(NamedTuple):
    """One word of a pattern, or a condition on what stands around it."""

    words: frozenset[str]
    is_optional: bool = False
    condition: str = ""
    """`edge`, `clause`, `not` (the next word is none of these), `before` (nor is the one before)."""


class _Pattern(NamedTuple):
    kind: str
    steps: tuple[_Step, ...]
    suggestion: str


def _words(written: str) -> frozenset[str]:
    found: set[str] = set()
    for each in written.split("|"):
        found |= CLASSES[each[1:]] if each.startswith("@") else {each}
    return frozenset(found)


def _step(written: str) -> _Step:
    if written in ("$", "^"):
        return _Step(frozenset(), condition="edge" if written == "$" else "clause")
    if written.startswith("!"):
        return _Step(_words(written[1:]), condition="not")
    if written.startswith("<!"):
        return _Step(_words(written[2:]), condition="before")
    return _Step(_words(written.rstrip("?")), is_optional=written.endswith("?"))


def _read() -> dict[str, list[_Pattern]]:
    """The patterns by the words that they may begin with."""
    data = tomllib.loads(files("bilim.writing.rules").joinpath("phrases.toml").read_text("utf8"))
    found: dict[str, list[_Pattern]] = defaultdict(list)
    for kind, lines in data.items():
        for line in lines:
            written, _, suggestion = line.partition("=>")
            pattern = _Pattern(kind, tuple(_step(each) for each in written.split()), suggestion.strip())
            first = next(step for step in pattern.steps if not step.condition)
            for word in first.words:
                found[word].append(pattern)
    return found


_PATTERNS = _read()


def matches(tokens: Sequence[Token]) -> list[Flag]:
    """What the patterns find in a sentence."""
    found: list[Flag] = []
    for place, token in enumerate(tokens):
        if token.text in _NAMES and not (place + 1 < len(tokens) and tokens[place + 1].lower in CLASSES["subject"]):
            continue
        for pattern in _PATTERNS.get(_key(token), ()):
            taken = _match(pattern, tokens, place)
            if taken:
                said = [each.text if each else "" for each in taken]
                suggestion = " ".join(pattern.suggestion.format(*said).split())
                there = [each for each in taken if each]
                found.append(flag_of(pattern.kind, there[0], there[-1], _cased(suggestion, there[0])))
    return found


def _key(token: Token) -> str:
    """What stands for a token in patterns: `#` for any number but 1, else the word."""
    return "#" if token.is_number and token.text != "1" else token.lower


def _match(pattern: _Pattern, tokens: Sequence[Token], start: int) -> list[Token | None]:
    """The words that a pattern takes from a place on, None for optional ones that are not there; empty where it does not fit."""
    taken: list[Token | None] = []
    place = start
    for step in pattern.steps:
        here = tokens[place] if place < len(tokens) else None
        if step.condition:
            if not _holds(step, tokens, place):
                return []
        elif here and _key(here) in step.words:
            taken.append(here)
            place += 1
        elif step.is_optional:
            taken.append(None)
        else:
            return []
    return taken


def _holds(step: _Step, tokens: Sequence[Token], place: int) -> bool:
    match step.condition:
        case "edge":
            return is_edge(tokens, place)
        case "clause":
            return is_clause_start(tokens, place)
        case "not":
            return place >= len(tokens) or tokens[place].lower not in step.words
        case _:
            return place == 0 or tokens[place - 1].lower not in step.words


def _cased(suggestion: str, first: Token) -> str:
    """A suggestion with a capital where what it replaces has one."""
    return suggestion[:1].upper() + suggestion[1:] if first.text[0].isupper() and suggestion else suggestion
