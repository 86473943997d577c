"""Passwords: argon2id at OWASP's floor (19 MiB, two passes, one lane), which takes some 80 ms."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 8
MAX_LENGTH = 1000

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# Checked where there is no such account, so that the answer takes as long as for one that exists.
_NOBODY = _hasher.hash("a password that nobody has")


def hash_password(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash (no such account) it is wrong, after the same time."""
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters and should be made again at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)
