"""Roles in their order, and the person who makes a request."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """A person's role. Each includes what the ones before it may do (CONTRACT section 1)."""

    STUDENT = "student"
    TEACHER = "teacher"
    ADMIN = "admin"
    SUPERADMIN = "superadmin"

    @property
    def rank(self) -> int:
        """The role's place in the order, from 0."""
        return _ORDER.index(self)

    def includes(self, other: "Role") -> bool:
        """Whether this role includes all rights of `other`."""
        return self.rank >= other.rank


_ORDER = tuple(Role)
role_named = {role.value: role for role in Role}.__getitem__
"""The role of a name. For every row of a list: calling the enumeration takes ten times as long."""


class Actor(Struct, frozen=True):
    """The signed-in person, as the database had them when the request began."""

    id: int
    role: Role
    is_premium: bool
    session_id: int

    @property
    def is_teacher(self) -> bool:
        """Whether the person is a teacher or more: staff."""
        return self.role.includes(Role.TEACHER)

    @property
    def is_admin(self) -> bool:
        """Whether the person is an admin or a superadmin."""
        return self.role.includes(Role.ADMIN)
