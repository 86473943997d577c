"""JSON Web Tokens: a short-lived access token and a longer refresh token, both of one session (CONTRACT section 6)."""

from datetime import timedelta
from typing import Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Struct

from bilim.kit import clock
from bilim.kit.actors import Role
from bilim.kit.errors import Unauthenticated

Kind = Literal["access", "refresh"]

ROLE_CLAIM = {Role.STUDENT: "student", Role.TEACHER: "employee", Role.ADMIN: "owner", Role.SUPERADMIN: "owner"}
"""The claim `role` in the centre's words, for front ends that decode it. Rights never come from it."""

_ALGORITHM = "HS256"
_REMEMBERED = 4096


class Claims(Struct, frozen=True):
    """Whose token it is, and of which session."""

    user_id: int
    session_id: int


class _Verified(Struct, frozen=True):
    """The content of a verified token; `expires` in seconds since 1970."""

    kind: str
    expires: float
    claims: Claims


class Tokens:
    """Makes and reads tokens."""

    def __init__(self, secret: str, access: timedelta, refresh: timedelta) -> None:
        self._key = OctKey.import_key(secret.encode())
        self._verified: dict[str, _Verified] = {}
        self.lifetimes: dict[Kind, timedelta] = {"access": access, "refresh": refresh}

    def make(self, kind: Kind, claims: Claims, role: Role) -> str:
        """A signed token."""
        now = int(clock.now().timestamp())
        payload = {
            "sub": str(claims.user_id),
            "sid": claims.session_id,
            "type": kind,
            "role": ROLE_CLAIM[role],
            "iat": now,
            "exp": now + int(self.lifetimes[kind].total_seconds()),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": "JWT"}, payload, self._key)

    def read(self, kind: Kind, token: str) -> Claims:
        """The claims of a token of this kind.

        Raises:
            Unauthenticated: forged, expired, or a token of another kind (a refresh token is no access token).
        """
        known = self._verified.get(token) or self._verify(token)
        if known.kind != kind or known.expires <= clock.now().timestamp():
            raise Unauthenticated("token_invalid")
        return known.claims

    def _verify(self, token: str) -> "_Verified":
        """Verify a token's signature. The result is cached: its content cannot change, and expiry and session are checked each time."""
        try:
            payload = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            claims = Claims(user_id=int(payload["sub"]), session_id=int(payload["sid"]))
            verified = _Verified(payload["type"], float(payload["exp"]), claims)
        except (JoseError, KeyError, ValueError, TypeError, RecursionError):
            raise Unauthenticated("token_invalid") from None
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified[token] = verified
        return verified

    def read_access(self, token: str) -> Claims:
        """The claims of an access token."""
        return self.read("access", token)
