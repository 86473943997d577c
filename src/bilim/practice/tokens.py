"""The names of exercises. A name carries what was asked and a signature, so that no row has to be kept for an exercise that was shown."""

import hmac
import re
from base64 import urlsafe_b64encode
from typing import cast

import msgspec
from msgspec import Struct

from bilim.practice.rules.exercises import KINDS, Exercise, Kind

_CONTEXT = b"bilim exercise\0"
_SIGNED_BYTES = 12
_NAME = re.compile(rf"({'|'.join(KINDS)})\.(\d{{1,19}}(?:-\d{{1,19}}){{0,9}})\.([A-Za-z0-9_-]{{16}})", re.ASCII)
_HIGHEST = 2**63 - 1

encode = msgspec.json.Encoder().encode


class ExerciseName(Struct, frozen=True):
    """A name as it was sent: of which kind, about what, and the signature, not yet compared."""

    kind: Kind
    refs: tuple[int, ...]
    signature: str


class ExerciseNames:
    """Makes names of exercises and tells whether one is ours, with a key that only the server knows.

    The signature covers the solution: once a word or sentence was changed, the exercises made of it are no longer known. It is keyed,
    since anyone could otherwise compare it with guessed answers.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _CONTEXT, "sha256")

    def name(self, exercise: Exercise) -> str:
        """The name under which an answer is checked: at most 240 characters."""
        return f"{exercise.kind}.{'-'.join(map(str, exercise.refs))}.{self._signature(exercise)}"

    def read(self, name: str) -> ExerciseName | None:
        """What a name says, or None where it has not the form of one."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        refs = tuple(map(int, found[2].split("-")))
        return ExerciseName(cast("Kind", found[1]), refs, found[3]) if max(refs) <= _HIGHEST else None

    def is_of(self, name: ExerciseName, exercise: Exercise) -> bool:
        """Whether we gave this name to this exercise."""
        return hmac.compare_digest(name.signature, self._signature(exercise))

    def _signature(self, exercise: Exercise) -> str:
        asked = encode((exercise.kind, exercise.lesson_id, exercise.refs, exercise.prompt, exercise.items, exercise.solution))
        return urlsafe_b64encode(hmac.digest(self._key, asked, "sha256")[:_SIGNED_BYTES]).decode()
