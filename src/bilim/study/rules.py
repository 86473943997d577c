"""What a certificate says by default, and its code. No I/O."""

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
