"""A person in the learning surface's words, for every slice whose answers show one."""

from msgspec import Struct

from bilim.accounts import rules
from bilim.accounts.queries import PersonView
from bilim.kit.actors import Role


class UserOut(Struct):
    """A person in the learning surface: `email` is null where the caller may not see it."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: list[str]
    is_premium: bool
    role: str


def user_out(person: PersonView) -> UserOut:
    """A person as the learning surface shows them to themselves and to staff."""
    role = rules.learning_role(person.role, is_premium=person.is_premium)
    return UserOut(
        id=person.id,
        email=person.email,
        username=person.username,
        is_active=person.is_active,
        is_superuser=person.role is Role.SUPERADMIN,
        full_name=person.full_name,
        current_level=person.current_level,
        last_viewed_lesson_id=person.last_viewed_lesson_id,
        roles=[role],
        is_premium=person.is_premium,
        role=role,
    )
