"""What a certificate says by default, its code, and how far somebody got. No I/O."""

import secrets

CERTIFICATE_TITLE = "Certificate of Completion"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 26


def new_code() -> str:
    """A verification code that nobody can guess: 130 random bits in letters and digits that are not mistaken for one another."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def read_code(typed: str) -> str:
    """A code as somebody typed it from paper, in the form it is stored: case and the letters I, L, O forgiven.

    >>> read_code("o1il-ab")
    '0111AB'
    """
    return typed.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))


def percent(completed: int, total: int) -> int:
    """How much of a course is finished, in whole percent; 100 only when all is.

    >>> percent(2, 3), percent(0, 0)
    (66, 0)
    """
    return completed * 100 // total if total else 0


def is_finished(completed: int, total: int) -> bool:
    """Whether all lessons of a course are finished. A course without lessons never is."""
    return 0 < total == completed
