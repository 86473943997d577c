"""What may be a sign-in name, a password, a role; how long a wrong password makes one wait. No I/O."""

import re
from datetime import timedelta

from bilim.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from bilim.kit import text
from bilim.kit.actors import Role

_CENTRE_USERNAME_LENGTH = 6
MAX_USERNAME = 150
MAX_EMAIL = 254

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+\.[^@\s<>()\[\],;:\\\"]+")
_TELEGRAM_ID = re.compile(r"\d{1,20}", re.ASCII)
_FREE_FAILURES = {"account": 5, "address": 200}
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = {"account": timedelta(minutes=15), "address": timedelta(minutes=1)}

LEARNING_ROLES = {
    "free": (Role.STUDENT, False),
    "premium": (Role.STUDENT, True),
    "teacher": (Role.TEACHER, False),
    "admin": (Role.ADMIN, False),
    "superadmin": (Role.SUPERADMIN, False),
}
"""The learning surface's roles as a role and whether premium is granted (CONTRACT section 1)."""


def learning_role(role: Role, *, is_premium: bool) -> str:
    """A role in the learning surface's word."""
    if role is Role.STUDENT:
        return "premium" if is_premium else "free"
    return role.value


def highest_role(names: list[str]) -> tuple[Role | None, bool]:
    """The highest of the learning surface's roles by name, and whether premium is granted; None where a name is none of them.

    >>> highest_role(["premium", "teacher"])
    (<Role.TEACHER: 'teacher'>, True)
    """
    if any(name not in LEARNING_ROLES for name in names):
        return None, False
    chosen = [LEARNING_ROLES[name] for name in names]
    role = max((role for role, _ in chosen), key=lambda role: role.rank, default=Role.STUDENT)
    return role, any(premium for _, premium in chosen)


def username_problem(username: str, shortest: int = 1) -> str | None:
    """What is wrong with a chosen username, or None. It may not look like an e-mail: people sign in with either (CONTRACT section 6)."""
    if "@" in text.fold(username):
        return "A username may not contain @."
    if any(not character.isprintable() for character in username):
        return "A username may hold printable characters only."
    if len(text.fold(username)) > MAX_USERNAME:
        return f"Ensure this field has no more than {MAX_USERNAME} characters."
    if len(text.tidy(username)) < shortest:
        return f"Ensure this field has at least {shortest} characters."
    return None


def password_problem(password: str) -> str | None:
    """What is wrong with a chosen password, or None (CONTRACT section 6)."""
    if len(password) < MIN_LENGTH:
        return f"Ensure this field has at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"Ensure this field has no more than {MAX_LENGTH} characters."
    return None


def email_problem(email: str) -> str | None:
    """What is wrong with an e-mail address, or None."""
    well_formed = _EMAIL.fullmatch(email.strip()) and email.isprintable() and len(text.fold(email)) <= MAX_EMAIL
    return None if well_formed else "Enter a valid email address."


def phone_problem(phone: str) -> str | None:
    """What is wrong with a phone number, or None; an empty one is none."""
    return "Enter a valid phone number." if phone.strip() and text.phone(phone) is None else None


def telegram_problem(telegram_id: str) -> str | None:
    """What is wrong with a Telegram id, or None; an empty one is none."""
    return None if not telegram_id or _TELEGRAM_ID.fullmatch(telegram_id) else "Enter a valid Telegram id."


def centre_username_problem(username: str) -> str | None:
    """What is wrong with a username chosen on the centre's surface, whose document asks for six characters or more."""
    return username_problem(username, _CENTRE_USERNAME_LENGTH)


def wait_after(counter: str, failures: int) -> timedelta:
    """How long to wait after so many wrong passwords in a row, counted by account or by address.

    Five are free for an account, then each doubles the wait up to a quarter of an hour. An address may be a whole school's: two hundred are
    free and the wait ends at a minute, so that one pupil's guesses do not keep the others from their exam. Nothing locks for good.

    >>> [wait_after("account", n).seconds for n in (4, 5, 6, 7, 40)]
    [0, 15, 30, 60, 900]
    """
    over = failures - _FREE_FAILURES[counter]
    if over < 0:
        return timedelta(0)
    return min(_FIRST_WAIT * 2 ** min(over, 10), _LONGEST_WAIT[counter])
