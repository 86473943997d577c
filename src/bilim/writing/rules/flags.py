"""What a rule finds."""

from msgspec import Struct

from bilim.writing.rules.tokens import Token

MAX_QUOTED = 100
"""Characters of a text that a flag repeats."""


class Flag(Struct, frozen=True):
    """A place of a text with a likely error: half-open, in characters from 0."""

    kind: str
    """Such as `agreement`; its text is `writing_agreement`."""
    start: int
    end: int
    suggestion: str | None
    """What might stand there instead; empty where it should go, null where only the writer knows."""


def flag_of(kind: str, first: Token, last: Token, suggestion: str | None = None) -> Flag:
    """A flag from one token to another, both included."""
    return Flag(kind, first.start, last.end, suggestion)
