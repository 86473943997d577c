"""Subjects and verbs that do not agree, and questions in a statement's order: what runs of words cannot tell."""

from collections.abc import Sequence

from bilim.writing.rules.flags import Flag, flag_of
from bilim.writing.rules.patterns import is_clause_start
from bilim.writing.rules.tokens import Sentence, Token
from bilim.writing.rules.words import BY_BASE, CLASSES, PLURALS

_SINGULAR_SUBJECTS = frozenset(["he", "she", "it"])
_POSSESSIVE = CLASSES["possessive"] | {"the", "this"}
_PEOPLE = frozenset(PLURALS) - {"class", "family", "school", "company", "university", "problem", "thing", "idea"}
_ADVERBS = CLASSES["adverbs"]
_BE = {"are": "is", "am": "is", "have": "has", "do": "does", "don't": "doesn't"}
_BE_OF_I = {"is": "am", "are": "am"}
_SUBJUNCTIVE = CLASSES["subjunctive"]
"""Words after which a verb may rightly stand without its ending: `we suggest that he go`, `I saw him go`."""
_REACH = 12
_JOINED = frozenset(["and", "or", "nor"])
_ASKING = frozenset(["what", "where", "why", "how"])
_HELPERS = {"is": "", "are": "", "was": "", "were": "", "can": "", "will": "", "should": ""}


def disagreements(sentence: Sentence) -> list[Flag]:
    """What a sentence's subjects and verbs have wrong."""
    tokens = sentence.tokens
    found = [flag for place in range(len(tokens) - 1) if (flag := _third_person(tokens, place))]
    if flag := _question(sentence):
        found.append(flag)
    return found


def _third_person(tokens: Sequence[Token], place: int) -> Flag | None:
    """`he go`, `my brother like`, `she are`."""
    subject = _subject(tokens, place)
    if not subject:
        return None
    first, verb_place = subject
    if verb_place < len(tokens) and tokens[verb_place].lower in _ADVERBS:
        verb_place += 1
    if verb_place >= len(tokens):
        return None
    verb = tokens[verb_place]
    right = _BE.get(verb.lower) or (_third(verb.lower))
    if right is None or not verb.text.islower() or any(token.lower in _SUBJUNCTIVE for token in tokens[max(0, first - _REACH) : first]):
        return None
    subject_text = " ".join(token.text for token in tokens[first:verb_place])
    return flag_of("agreement", tokens[first], verb, f"{subject_text} {right}")


def _third(base: str) -> str | None:
    """The form for he, she and it; None for no verb, and for those whose past looks the same: `he read` may be right."""
    verb = BY_BASE.get(base)
    return verb.third if verb and verb.past != base else None


def _subject(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """Where a singular subject that begins here begins, and where its verb may stand."""
    token = tokens[place]
    if not is_clause_start(tokens, place) or (place and tokens[place - 1].lower in _JOINED):
        return None
    if token.lower in _SINGULAR_SUBJECTS:
        return place, place + 1
    following = tokens[place + 1].lower if place + 1 < len(tokens) else ""
    if token.lower in _POSSESSIVE and following in _PEOPLE:
        return place, place + 2
    return None


def _question(sentence: Sentence) -> Flag | None:
    """`Where you live?`, `What you are doing?`: a question word, then the subject, then the verb."""
    tokens = sentence.tokens
    if "?" not in sentence.mark or len(tokens) < 3 or tokens[0].lower not in _ASKING or any(token.text in ",;:" for token in tokens):
        return None
    first, subject, verb = tokens[:3]
    if subject.lower not in CLASSES["subject"] or (verb.lower not in BY_BASE and verb.lower not in _HELPERS and verb.lower not in _BE):
        return None
    if any(token.lower in _HELPERS or token.lower in _BE for token in tokens[3:]):  # `What you need is time?`
        return None
    if verb.lower in BY_BASE:
        helper = "does" if subject.lower in _SINGULAR_SUBJECTS else "do"
        return flag_of("word_order", first, verb, f"{first.text} {helper} {subject.text} {verb.text}")
    return flag_of("word_order", first, verb, f"{first.text} {verb.text} {subject.text}")
