"""Passwords: argon2id at OWASP's floor (19 MiB, two passes, one lane), which takes some 80 ms."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct, UnsetType

from bilim.http.pools import BoundedPool

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# Checked where there is no such account, so that the answer takes as long as for one that exists.
_NOBODY = _hasher.hash("a password that nobody has")


class Verdict(Struct, frozen=True):
    """Whether a password is right; `renewed_hash` where its hash was made with other parameters and should be replaced."""

    is_right: bool
    renewed_hash: str | None = None


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


def check(password_hash: str | None, password: str) -> Verdict:
    """Compare a typed password with a stored hash, or with none."""
    if not matches(password_hash, password) or password_hash is None:
        return Verdict(is_right=False)
    return Verdict(is_right=True, renewed_hash=hash_password(password) if _hasher.check_needs_rehash(password_hash) else None)


class Hashing:
    """Hashes passwords on threads of their own, so that hashing delays no other requests."""

    def __init__(self, pool: BoundedPool) -> None:
        self._pool = pool

    async def hash(self, password: str) -> str:
        """The hash to store.

        Raises:
            Unavailable: too many passwords wait already.
        """
        return await self._pool.run(hash_password, password)

    async def hash_sent(self, password: str | UnsetType) -> str | None:
        """The hash of a password that is changed, or None where none was sent.

        Raises:
            Unavailable: too many passwords wait already.
        """
        return await self.hash(password) if isinstance(password, str) else None

    async def check(self, password_hash: str | None, password: str) -> Verdict:
        """Compare a typed password with a stored hash, or with none.

        Raises:
            Unavailable: too many passwords wait already.
        """
        return await self._pool.run(check, password_hash, password)
