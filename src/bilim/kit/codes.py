"""Codes that people read from paper or a screen and type: certificates, exams, mock tests; and what is stored of secrets."""

import secrets
from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORGIVEN = str.maketrans("OIL", "011")


def new_code(length: int) -> str:
    """A random code of letters and digits that are not mistaken for one another: five bits a character."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def read_code(typed: str) -> str:
    """A code as somebody typed it, in the form it is stored: case, spaces, hyphens and the letters I, L, O forgiven.

    >>> read_code("o1il-ab")
    '0111AB'
    """
    return typed.upper().replace("-", "").replace(" ", "").translate(_FORGIVEN)


def digest_of(secret: str) -> str:
    """What is stored of a secret and looked up: it has too many bits to be guessed from its digest, so nothing slower is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
