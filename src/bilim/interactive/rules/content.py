"""What may stand in an interactive lesson. No I/O."""

from typing import Any

import msgspec

from bilim.kit.errors import Problem

DEFAULT_DIFFICULTY = "beginner"
MAX_CONTENT = 200_000
"""Bytes of a lesson's content as JSON."""
MAX_DEPTH = 20
_MAX_INTEGER = 2**63


def content_problem(content: dict[str, Any]) -> Problem | None:
    """What is wrong with a lesson's content, any object of JSON, or None.

    Databases and readers of JSON differ beyond numbers of 64 bits, and what is nested very deeply cannot be written again.

    >>> content_problem({"steps": [{"say": "Hello!"}]}), content_problem({"n": 10**400}).code
    (None, 'too_large_number')
    """
    waiting: list[tuple[Any, int]] = [(content, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return Problem("too_deep", {"bound": MAX_DEPTH})
        if isinstance(each, dict):
            waiting.extend((value, depth + 1) for value in each.values())
        elif isinstance(each, list):
            waiting.extend((value, depth + 1) for value in each)
        elif isinstance(each, int) and not -_MAX_INTEGER <= each < _MAX_INTEGER:
            return Problem("too_large_number")
    return Problem("too_many_bytes", {"bound": MAX_CONTENT}) if len(msgspec.json.encode(content)) > MAX_CONTENT else None
