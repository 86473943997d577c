"""How long texts may be, and how often feedback is given."""

from datetime import timedelta
from typing import Any

import msgspec

from bilim.kit.errors import Problem
from bilim.limits.rules import Limit

MAX_TEXT = 10_000
"""Characters of an answer or a reference: some 1,800 words."""
MAX_CONTEXT = 10_000
"""Bytes of a context as JSON."""
MAX_BODY = 128 * 1024
MAX_LANGUAGE = 35
DEFAULT_LANGUAGE = "en-US"
ANALYSING = Limit("analyze-answer", 30, timedelta(minutes=1))
"""CONTRACT section 8: 30 a minute and address."""


def context_problem(context: dict[str, Any]) -> Problem | None:
    """A context that is too long. What stands in it is the front end's own affair: nothing is computed from it."""
    return Problem("too_many_bytes", {"bound": MAX_CONTEXT}) if len(msgspec.json.encode(context)) > MAX_CONTEXT else None
