"""Articles before sounds, words that stand twice, capitals, marks and spaces."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bilim.writing.rules.flags import Flag, flag_of
from bilim.writing.rules.tokens import Sentence, Token
from bilim.writing.rules.words import CLASSES, WRONG_FORMS

_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!ni(?!nt|nf|nh|mp)|s[aeiu]|ti|kr|ra|to|ga|rin)|hou?r|honest|honou?r|heir)")
_NO_VOWEL_SOUND = re.compile(r"(?:one\b|once|eu|ewe|ufo|ubiq|uniq|unif|univ|unit|union|us[aeiu]|util|utop|ukr|uran|ugand)")
_TWICE = frozenset(["had", "that", "very", "bye", "no", "so", "ha", "blah", "really", "is", "yes", "knock", "well", "now"])
_PROPER = CLASSES["languages"] | CLASSES["weekdays"] | CLASSES["months"] | CLASSES["places"]
_I = {"i": "I", "i'm": "I'm", "i've": "I've", "i'll": "I'll", "i'd": "I'd"}
_NO_MARK_NEEDED = 4
"""Shorter texts are headings, words and answers in a word or two."""
_NO_SPACE_BEFORE = frozenset(",;:")


def articles(tokens: Sequence[Token]) -> Iterator[Flag]:
    """`a apple`, `an book`. Abbreviations and numbers are left alone: nobody knows how they are read."""
    for token, following in pairwise(tokens):
        if token.lower not in {"a", "an"} or not following.is_word or following.text.isupper() or len(following.text) == 1:
            continue
        sounds = bool(_VOWEL_SOUND.match(following.lower)) and not _NO_VOWEL_SOUND.match(following.lower)
        right = "an" if sounds else "a"
        if token.lower != right:
            shown = right.capitalize() if token.text[0].isupper() else right
            yield flag_of("article", token, following, f"{shown} {following.text}")


def doubled(tokens: Sequence[Token]) -> Iterator[Flag]:
    """`the the`."""
    for token, following in pairwise(tokens):
        if token.is_word and token.lower == following.lower and token.lower not in _TWICE and not following.text[0].isupper():
            yield flag_of("repetition", token, following, token.text)


def wrong_forms(tokens: Sequence[Token]) -> Iterator[Flag]:
    """`goed`, `childs`."""
    for token in tokens:
        if right := WRONG_FORMS.get(token.lower):
            yield flag_of("verb_form" if token.lower.endswith("ed") else "plural", token, token, right)


def capitals(sentences: Sequence[Sentence]) -> Iterator[Flag]:
    """Sentences, the pronoun I, days, months, languages and places without a capital."""
    for sentence in sentences:
        for place, token in enumerate(sentence.tokens):
            if not token.is_word or not token.text[0].islower():
                continue
            if right := _I.get(token.lower):
                yield flag_of("capital", token, token, right)
            elif place == 0 or token.lower in _PROPER:
                yield flag_of("capital", token, token, token.text[0].upper() + token.text[1:])


def marks(sentences: Sequence[Sentence]) -> Iterator[Flag]:
    """A text without its last full stop, spaces before commas, none after them."""
    for sentence in sentences:
        for before, token, after in zip(sentence.tokens, sentence.tokens[1:], sentence.tokens[2:], strict=False):
            if token.text in _NO_SPACE_BEFORE and token.is_spaced:
                yield flag_of("punctuation", before, token, before.text + token.text)
            elif token.text == "," and not after.is_spaced and after.is_word:
                yield flag_of("punctuation", token, after, f", {after.text}")
    if sentences and not sentences[-1].mark and len(sentences[-1].words) >= _NO_MARK_NEEDED:
        last = sentences[-1].tokens[-1]
        if last.is_word or last.is_number:
            yield flag_of("punctuation", last, last, f"{last.text}.")
