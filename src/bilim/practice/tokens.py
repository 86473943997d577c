"""The names of exercises. A name carries what was asked and a signature, so that no row has to be kept for an exercise that was shown."""

import hmac
import re
from base64 import urlsafe_b64encode
from typing import Any

import msgspec
from msgspec import Struct

_CONTEXT = b"bilim exercise\0"
_SIGNED_BYTES = 12
_NUMBER = r"(?:0|[1-9]\d{0,18})"
_NAME = re.compile(rf"([a-z]{{1,20}})\.({_NUMBER}(?:-{_NUMBER}){{0,9}})\.([A-Za-z0-9_-]{{16}})", re.ASCII)
_HIGHEST = 2**63 - 1

_encode = msgspec.json.Encoder().encode


class ExerciseName(Struct, frozen=True):
    """A name as it was sent: of which kind, about what, and the signature, not yet compared."""

    kind: str
    refs: tuple[int, ...]
    signature: str


class ExerciseNames:
    """Makes names of exercises and tells whether one is ours, with a key that only the server knows.

    The signature covers the solution: once a word or sentence was changed, the exercises made of it are no longer known. It is keyed,
    since anyone could otherwise compare it with guessed answers.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _CONTEXT, "sha256")

    def name(self, kind: str, refs: tuple[int, ...], content: Any) -> str:
        """The name under which an answer is checked.

        Args:
            content: all that the exercise asks and what solves it, as plain data.
        """
        return f"{kind}.{'-'.join(map(str, refs))}.{self._signature(kind, refs, content)}"

    def read(self, name: str) -> ExerciseName | None:
        """What a name says, or None where it has not the form of one."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        refs = tuple(map(int, found[2].split("-")))
        return ExerciseName(found[1], refs, found[3]) if max(refs) <= _HIGHEST else None

    def is_of(self, name: ExerciseName, content: Any) -> bool:
        """Whether we gave this name to an exercise of this content."""
        return hmac.compare_digest(name.signature, self._signature(name.kind, name.refs, content))

    def _signature(self, kind: str, refs: tuple[int, ...], content: Any) -> str:
        signed = hmac.digest(self._key, _encode((kind, refs, content)), "sha256")
        return urlsafe_b64encode(signed[:_SIGNED_BYTES]).decode()
