"""Errors of the domain: facts without a word about HTTP. `http/errors.py` alone gives them a status and a shape."""

from typing import Any

FieldErrors = dict[str, Any]
"""Messages by field, nested like the body: `{"title": ["…"], "section": {"title": ["…"]}}`."""


class DomainError(Exception):
    """Something that the domain refuses; the message is written for the person who asked."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token no longer counts."""


class Forbidden(DomainError):
    """The person may know that the object exists, but not do this to it."""


class NotFound(DomainError):
    """There is no such object, or the person may not know of it."""


class Conflict(DomainError):
    """The state of the object forbids it, or a race was lost."""


class BadRequest(DomainError):
    """A request that is well formed but cannot be met as things stand: no single field is wrong."""


class Stated(DomainError):
    """A request that cannot be met, told as its document shows it: `{"error": message}`."""


class Unavailable(DomainError):
    """A part that this needs is not configured or does not answer."""


class RateLimited(DomainError):
    """Too many tries; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Invalid(DomainError):
    """Wrong values: every wrong field with its messages.

    >>> Invalid(title="This field may not be blank.").fields
    {'title': ['This field may not be blank.']}
    """

    def __init__(self, fields: FieldErrors | None = None, /, **messages: str) -> None:
        super().__init__()
        self.fields: FieldErrors = {**(fields or {}), **{name: [text] for name, text in messages.items()}}


def unknown(field: str, identity: int) -> Invalid:
    """A body's id that names nothing, as far as the caller may know."""
    return Invalid({field: [f'Invalid pk "{identity}" - object does not exist.']})
