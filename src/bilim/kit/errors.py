"""Errors of the domain: codes with parameters, independent of HTTP and of a language.

`http/errors.py` gives them a status and a shape, `texts/` a text for each code.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Problem(Struct, frozen=True):
    """What is wrong, as a code of the text catalogue and the values that its text names."""

    code: str
    params: Mapping[str, Any] = {}


FieldProblems = dict[str, Any]
"""Problems by field, nested like the input: `{"title": [Problem("required")], "section": {"title": […]}}`."""


class DomainError(Exception):
    """The domain refuses a call. Without a code the kind of error has a default text."""

    def __init__(self, code: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is not valid any more."""


class Forbidden(DomainError):
    """The actor may know that the object exists, but not do this to it."""


class NotFound(DomainError):
    """There is no such object, or the actor may not know of it."""


class Conflict(DomainError):
    """The state of the object forbids it, or a race was lost."""


class BadRequest(DomainError):
    """A well-formed request that cannot be met as things stand: no single field is wrong."""


class Unavailable(DomainError):
    """A part that this needs is not configured, does not answer, or is full. `retry_after` is in whole seconds, where known."""

    def __init__(self, code: str = "", retry_after: int | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after


class RateLimited(DomainError):
    """Too many attempts; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Invalid(DomainError, ValueError):
    """Wrong values: every wrong field with its problems.

    It is a ValueError too, so that a rule which refuses a value while an input is read is collected like any wrong type.

    >>> Invalid(title="blank").fields
    {'title': [Problem(code='blank', params={})]}
    """

    def __init__(self, fields: FieldProblems | None = None, /, **problems: str | Problem) -> None:
        super().__init__("invalid")
        named = {name: [Problem(each) if isinstance(each, str) else each] for name, each in problems.items()}
        self.fields: FieldProblems = {**(fields or {}), **named}


def unknown(field: str, identity: object) -> Invalid:
    """An id in an input that does not exist or that the actor may not know of."""
    return Invalid({field: [unknown_id(identity)]})


def unknown_id(identity: object) -> Problem:
    """The problem of an id that does not exist."""
    return Problem("unknown_id", {"id": identity})
