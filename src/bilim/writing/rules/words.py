"""Words by what they may stand for, read from `words.toml`."""

import tomllib
from importlib.resources import files
from typing import NamedTuple

_DATA = tomllib.loads(files("bilim.writing.rules").joinpath("words.toml").read_text("utf8"))


class Verb(NamedTuple):
    """The forms of a verb; `is_noun` where its base is as often another part of speech."""

    base: str
    third: str
    past: str
    participle: str
    ing: str
    is_noun: bool


def words(name: str) -> frozenset[str]:
    """A list of words by its name."""
    return frozenset(_DATA[name].split())


def _plural(noun: str) -> str:
    """The plural of a regular noun in the list."""
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"


def _regular(word: str) -> Verb:
    base, starred = word.rstrip("*"), word.endswith("*")
    soft = base.endswith("y") and base[-2] not in "aeiou"
    third = base[:-1] + "ies" if soft else base + ("es" if base.endswith(("s", "sh", "ch", "x", "o")) else "s")
    if base == "stop":
        return Verb(base, third, "stopped", "stopped", "stopping", starred)
    past = base[:-1] + "ied" if soft else base + ("d" if base.endswith("e") else "ed")
    ing = base[:-1] + "ing" if base.endswith("e") and not base.endswith("ee") else base + "ing"
    past = {"prefer": "preferred"}.get(base, past)
    return Verb(base, third, past, past, {"prefer": "preferring"}.get(base, ing), starred)


def _irregular(line: str) -> Verb:
    base, third, past, participle, ing = line.split()
    return Verb(base.rstrip("*"), third, past, participle, ing, base.endswith("*"))


_IRREGULAR = [_irregular(each) for each in _DATA["irregular"].strip().replace("\n", "|").split("|")]
_VERBS = [*_IRREGULAR, *(_regular(each) for each in _DATA["regular"].split())]
BY_BASE = {verb.base: verb for verb in _VERBS}
BY_THIRD = {verb.third: verb for verb in _VERBS}
_OTHER_THINGS_TOO = {"saw", "found", "felt", "left", "fell", "thought", "led"}
BY_PAST = {verb.past: verb for verb in _IRREGULAR if verb.past != verb.base and verb.past not in _OTHER_THINGS_TOO}
"""Irregular pasts that are nothing else."""
SIMPLE_PAST = {verb.past: verb for verb in _IRREGULAR if verb.past != verb.participle}
"""Pasts that are no participles: `have went` is wrong."""
BY_ING = {verb.ing: verb for verb in _VERBS}
CLEAR_BASES = frozenset(verb.base for verb in _VERBS if not verb.is_noun and verb.past != verb.base)
"""Bases that are verbs and nothing else."""

PLURALS = {singular: plural or _plural(singular) for singular, _, plural in (each.partition("/") for each in _DATA["nouns"].split())} | {
    "class": "classes",
    "bus": "buses",
}
SINGULARS = {plural: singular for singular, plural in PLURALS.items()}
WRONG_FORMS = {wrong: right.replace("~", " ") for wrong, _, right in (each.partition(":") for each in _DATA["irregular_wrong"].split())}
CLASSES = {name: words(name) for name in _DATA if name not in {"irregular", "regular", "nouns", "irregular_wrong"}} | {
    "numbers": words("numbers") | {"#"},
    "base": frozenset(BY_BASE),
    "clear": CLEAR_BASES,
    "third": frozenset(BY_THIRD),
    "past": frozenset(BY_PAST),
    "simple_past": frozenset(SIMPLE_PAST),
    "ing": frozenset(BY_ING),
    "singular": frozenset(PLURALS),
    "plural": frozenset(SINGULARS),
    "subject": frozenset(["i", "you", "he", "she", "it", "we", "they"]),
    "object": frozenset(["me", "him", "her", "us", "them", "it", "you"]),
    "possessive": frozenset(["my", "your", "his", "her", "our", "their"]),
    "be": frozenset(["am", "is", "are", "was", "were", "i'm", "you're", "he's", "she's", "it's", "we're", "they're"]),
    "do": frozenset(["do", "does", "did", "don't", "doesn't", "didn't"]),
    "have": frozenset(["have", "has", "had", "i've", "you've", "we've", "they've", "haven't", "hasn't", "hadn't"]),
}
