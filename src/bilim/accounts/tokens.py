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


class Claims(Struct, frozen=True):
    """Whose token it is, and of which session."""

    user_id: int
    session_id: int


class Tokens:
    """Makes and reads tokens."""

    def __init__(self, secret: str, access: timedelta, refresh: timedelta) -> None:
        self._key = OctKey.import_key(secret.encode())
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
        try:
            payload = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            if payload["type"] != kind or payload["exp"] <= clock.now().timestamp():
                raise Unauthenticated("Token is invalid or expired")
            return Claims(user_id=int(payload["sub"]), session_id=int(payload["sid"]))
        except (JoseError, KeyError, ValueError, TypeError, RecursionError):
            raise Unauthenticated("Token is invalid or expired") from None

    def read_access(self, token: str) -> Claims:
        """The claims of an access token."""
        return self.read("access", token)
