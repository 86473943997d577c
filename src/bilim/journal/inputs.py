"""Inputs about attendance and scores, with all their rules."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from bilim.kit.fields import Id
from bilim.kit.inputs import Input, required

Status = Literal["keldi", "kechikdi", "kelmadi"]
"""Came, came late, did not come."""
Points = Annotated[int, Meta(ge=0, le=100)]


class MarkChanges(Input, kw_only=True):
    """Changes of a record of attendance: fields left out stay."""

    student_id: Id | UnsetType = UNSET
    group_id: Id | UnsetType = UNSET
    status: Status | UnsetType = UNSET


@required("student_id", "group_id", "status")
class MarkInput(MarkChanges, kw_only=True):
    """Whether a student came."""


class RegisterInput(Input, kw_only=True):
    """The group whose attendance is taken."""

    group_id: Id


class ScoreChanges(Input, kw_only=True):
    """Changes of a score: fields left out stay."""

    student_id: Id | UnsetType = UNSET
    group_id: Id | UnsetType = UNSET
    score: Points | UnsetType = UNSET


@required("student_id", "group_id", "score")
class ScoreInput(ScoreChanges, kw_only=True):
    """Points for a student."""
