"""Inputs about people, with all their rules."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from bilim.accounts import rules
from bilim.kit.actors import Role
from bilim.kit.inputs import Input, Omittable, Rule

Username = Annotated[str, Meta(min_length=1, max_length=rules.MAX_USERNAME), Rule(rules.username_problem)]
CentreUsername = Annotated[str, Meta(min_length=6, max_length=rules.MAX_USERNAME), Rule(rules.centre_username_problem)]
"""The centre's document asks for six characters or more."""
NewPassword = Annotated[str, Meta(min_length=rules.MIN_PASSWORD, max_length=rules.MAX_PASSWORD, extra_json_schema={"format": "password"})]
Email = Annotated[str, Meta(min_length=1, max_length=rules.MAX_EMAIL, extra_json_schema={"format": "email"}), Rule(rules.email_problem)]
Phone = Annotated[str, Meta(max_length=32), Rule(rules.phone_problem)]
"""Stored in E.164; an empty one is none."""
TelegramId = Annotated[str, Meta(max_length=20, extra_json_schema={"pattern": "^[0-9]*$"}), Rule(rules.telegram_problem)]
"""An empty one is none."""
FirstName = Annotated[str, Meta(max_length=150)]
LastName = Annotated[str, Meta(max_length=255)]
FullName = Annotated[str, Meta(max_length=255)]
"""The first name, and after a space all others."""
Level = Annotated[str, Meta(max_length=50)]


class SignInInput(Input, kw_only=True):
    """A username or an e-mail, case ignored, and the password."""

    login: Annotated[str, Meta(min_length=1, max_length=rules.MAX_EMAIL)]
    password: Annotated[str, Meta(min_length=1, max_length=rules.MAX_PASSWORD, extra_json_schema={"format": "password"})]


class SignUpInput(Input, kw_only=True):
    """What people enter when they sign up."""

    username: Username
    email: Email
    password: NewPassword
    full_name: Omittable[FullName] = UNSET
    current_level: Omittable[Level] = UNSET


class PersonInput(Input, kw_only=True):
    """A new account of any role, as admins and commands make it."""

    username: Username
    password: NewPassword
    email: Email | None = None
    first_name: FirstName = ""
    last_name: LastName = ""
    phone: Phone | None = None
    parent_phone: Phone | None = None
    telegram_id: TelegramId | None = None
    current_level: Level | None = None
    role: Role = Role.STUDENT
    is_premium: bool = False
    is_active: bool = True


class OwnChanges(Input, kw_only=True):
    """What people may change of their own account: fields left out stay, null clears what may be empty."""

    username: Username | UnsetType = UNSET
    email: Omittable[Email] = UNSET
    full_name: Omittable[FullName] = UNSET
    phone: Omittable[Phone] = UNSET
    current_level: Omittable[Level] = UNSET
    password: NewPassword | UnsetType = UNSET


class PersonChanges(OwnChanges, kw_only=True):
    """What admins may change of somebody."""

    role: Role | UnsetType = UNSET
    is_premium: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class StaffFields(Input, kw_only=True):
    """The optional fields of a person of the centre: omitted ones stay, null clears what may be empty."""

    first_name: Omittable[FirstName] = UNSET
    last_name: Omittable[LastName] = UNSET
    phone: Omittable[Phone] = UNSET
    telegram_id: Omittable[TelegramId] = UNSET


class StaffInput(StaffFields, kw_only=True):
    """A new person of the centre."""

    username: CentreUsername
    password: NewPassword


class StaffChanges(StaffFields, kw_only=True):
    """What may change of a person of the centre."""

    username: CentreUsername | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET


class WholeStaff(StaffFields, kw_only=True):
    """A person of the centre as a PUT sends them: the password may be left out."""

    username: CentreUsername
    password: NewPassword | UnsetType = UNSET


AccountChanges = OwnChanges | PersonChanges | StaffChanges | WholeStaff
"""Changes of an account, by oneself or by an admin. Other slices' inputs are subclasses, whose additional fields they store."""
