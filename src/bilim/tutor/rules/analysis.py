"""What rules alone tell of a learner's message: how much there is, how varied, and how it fits a text it should follow. No I/O."""

import re
from typing import Any

from bilim.kit.text import fold

_WORD = re.compile(r"\w+(?:['’ʻʼ‘`-]\w+)*")
_TWICE = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
_SMALL_I = re.compile(r"(?<![\w'’.])i(?:['’](?:m|ve|ll|d))?(?![\w.])")
_MAY_STAND_TWICE = frozenset({"had", "that", "juda", "asta", "sekin", "tez"})
_SHORT = 3
_SENTENCE = 6
"""Words from which on a text should be a sentence; shorter ones may be questions for a word."""
_NAMED = 5

Remark = tuple[str, dict[str, str]]
"""A text's code and its parameters."""


def remarks_on(text: str, language: str) -> list[Remark]:
    """What is surely worth a second look in a text; rules that may be wrong are left out.

    >>> remarks_on("yesterday i went to the the park", "en")
    [('remark_twice', {'words': 'the'}), ('remark_small_i', {}), ('remark_no_capital', {}), ('remark_no_end', {})]
    """
    words = _WORD.findall(text)
    found: list[Remark] = []
    twice = dict.fromkeys(word.lower() for word in _TWICE.findall(text) if word.lower() not in _MAY_STAND_TWICE)
    if twice:
        found.append(("remark_twice", {"words": ", ".join(list(twice)[:_NAMED])}))
    if language == "en" and _SMALL_I.search(text):
        found.append(("remark_small_i", {}))
    stripped = text.strip()
    if len(words) >= _SENTENCE and stripped[:1].islower():
        found.append(("remark_no_capital", {}))
    if len(words) >= _SENTENCE and stripped[-1:].isalnum():
        found.append(("remark_no_end", {}))
    return found


def analysis_of(text: str, reference_text: str | None, language: str, remarks: list[str]) -> dict[str, Any]:
    """A message in figures: `overlap` is the share of the reference's words that it has, `variety` of its words that differ, in per cent.

    >>> analysis_of("Bugun havo yaxshi", "Bugun havo juda yaxshi", "uz", [])["metadata"]["overlap"]
    75.0
    """
    said = _WORD.findall(fold(text))
    wanted = _WORD.findall(fold(reference_text or ""))
    overlap = round(100 * len(set(wanted) & set(said)) / len(set(wanted)), 2) if wanted else None
    missing = [word for word in dict.fromkeys(wanted) if word not in set(said) and len(word) > _SHORT]
    return {
        "remarks": remarks,
        "missing_words": missing[: 2 * _NAMED],
        "variety": round(100 * len(set(said)) / len(said), 2) if said else None,
        "metadata": {"overlap": overlap, "user_token_count": len(said), "ref_token_count": len(wanted), "language": language},
    }
