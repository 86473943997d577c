"""Rules of usernames, passwords and roles; limits of wrong passwords and of sign-ups. No I/O."""

import re
from datetime import timedelta

from bilim.kit import text
from bilim.kit.actors import Role
from bilim.kit.errors import Problem
from bilim.limits.rules import Limit, doubling

_CENTRE_USERNAME_LENGTH = 6
MIN_PASSWORD = 8
MAX_PASSWORD = 1000
MAX_USERNAME = 150
MAX_EMAIL = 254

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+\.[^@\s<>()\[\],;:\\\"]+")
_TELEGRAM_ID = re.compile(r"\d{1,20}", re.ASCII)
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=15)

GUESSES_AT_ACCOUNT_FROM_NETWORK = Limit("sign-in-pair", 5, timedelta(hours=1), doubling(_FIRST_WAIT, _LONGEST_WAIT))
"""Wrong passwords for one account from one network."""
GUESSES_FROM_NETWORK = Limit("sign-in-network", 200, timedelta(hours=1), doubling(_FIRST_WAIT, timedelta(minutes=1)))
"""Wrong passwords from one network, for whatever account. It may be a whole school's, and one pupil's guesses must not keep the others from
their exam: hence many, and waits of a minute at most."""
GUESSES_AT_ACCOUNT_FROM_STRANGERS = Limit("sign-in-account", 15, timedelta(hours=2), doubling(_FIRST_WAIT, _LONGEST_WAIT))
"""Wrong passwords for one account from all networks together that it never signed in from: guesses spread over many addresses. More are
free than from one network, since its owner may be at a new address while somebody else guesses."""
SIGN_UPS_FROM_NETWORK = Limit("sign-up", 200, timedelta(hours=1))
"""Accounts that people make for themselves (CONTRACT section 6): wide enough for a class behind one router."""
KNOWN_NETWORKS = 20
"""Networks remembered for an account, the last that it signed in from."""

LEARNING_ROLES = {
    "free": (Role.STUDENT, False),
    "premium": (Role.STUDENT, True),
    "teacher": (Role.TEACHER, False),
    "admin": (Role.ADMIN, False),
    "superadmin": (Role.SUPERADMIN, False),
}
"""The learning surface's roles as a role and whether premium is granted (CONTRACT section 1)."""


def learning_role(role: Role, *, is_premium: bool) -> str:
    """The learning surface's name of a role."""
    if role is Role.STUDENT:
        return "premium" if is_premium else "free"
    return role.value


def highest_role(names: list[str]) -> tuple[Role, bool]:
    """The highest of the learning surface's roles by name, and whether premium is granted.

    >>> highest_role(["premium", "teacher"])
    (<Role.TEACHER: 'teacher'>, True)

    Raises:
        KeyError: a name is none of them; see `roles_problem`.
    """
    chosen = [LEARNING_ROLES[name] for name in names]
    role = max((role for role, _ in chosen), key=lambda role: role.rank, default=Role.STUDENT)
    return role, any(premium for _, premium in chosen)


def roles_problem(names: list[str]) -> Problem | None:
    """What is wrong with names of the learning surface's roles, or None."""
    strange = next((name for name in names if name not in LEARNING_ROLES), None)
    return None if strange is None else Problem("no_choice", {"value": strange})


def username_problem(username: str, shortest: int = 1) -> Problem | None:
    """What is wrong with a chosen username, or None. It may not look like an e-mail: people sign in with either (CONTRACT section 6)."""
    if "@" in text.fold(username):
        return Problem("username_at")
    if any(not character.isprintable() for character in username):
        return Problem("username_unprintable")
    if len(text.fold(username)) > MAX_USERNAME:
        return Problem("too_many_characters", {"bound": MAX_USERNAME})
    if len(text.tidy(username)) < shortest:
        return Problem("too_few_characters", {"bound": shortest})
    return None


def centre_username_problem(username: str) -> Problem | None:
    """What is wrong with a username chosen on the centre's surface, whose document asks for six characters or more."""
    return username_problem(username, _CENTRE_USERNAME_LENGTH)


def email_problem(email: str) -> str | None:
    """What is wrong with an e-mail address, or None."""
    well_formed = _EMAIL.fullmatch(email.strip()) and email.isprintable() and len(text.fold(email)) <= MAX_EMAIL
    return None if well_formed else "bad_email"


def phone_problem(phone: str) -> str | None:
    """What is wrong with a phone number, or None; an empty one is none."""
    return "bad_phone" if phone.strip() and text.phone(phone) is None else None


def telegram_problem(telegram_id: str) -> str | None:
    """What is wrong with a Telegram id, or None; an empty one is none."""
    return None if not telegram_id or _TELEGRAM_ID.fullmatch(telegram_id) else "bad_telegram_id"
