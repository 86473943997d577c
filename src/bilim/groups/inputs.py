"""Inputs about subjects, groups and students, with all their rules."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from bilim.accounts.inputs import Phone, StaffChanges, StaffInput
from bilim.groups import rules
from bilim.kit.fields import Amount, GroupName, Id, Text, Title
from bilim.kit.inputs import Input, Omittable, Rule, required

Days = Annotated[str, Meta(max_length=255, examples=["Mon,Wed,Fri"]), Rule(rules.days_problem)]
"""Days such as `Mon,Wed,Fri`; empty for none."""
TimeOfDay = Annotated[
    str,
    Meta(max_length=50, extra_json_schema={"pattern": r"^$|^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}),
    Rule(rules.time_problem),
]
"""`HH:MM:SS` or `HH:MM` on the school's clock; empty for none."""


class SubjectChanges(Input, kw_only=True):
    """Changes of a subject: fields left out stay."""

    name: Title | UnsetType = UNSET


@required("name")
class SubjectInput(SubjectChanges, kw_only=True):
    """A subject."""


class GroupChanges(Input, kw_only=True):
    """Changes of a group: fields left out stay, null clears what may be empty. `days` are such as `Mon,Wed,Fri`, `monthly_price` is UZS."""

    name: GroupName | UnsetType = UNSET
    subject_id: Id | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    is_active: Omittable[bool] = UNSET
    days: Omittable[Days] = UNSET
    start_time: Omittable[TimeOfDay] = UNSET
    end_time: Omittable[TimeOfDay] = UNSET
    monthly_price: Omittable[Amount] = UNSET


@required("name", "subject_id")
class GroupInput(GroupChanges, kw_only=True):
    """A group. `days` are such as `Mon,Wed,Fri`, `monthly_price` is UZS."""


class StudentInput(StaffInput, kw_only=True):
    """A new student, in an active group or in none."""

    parent_phone: Omittable[Phone] = UNSET
    group_id: Omittable[Id] = UNSET


class StudentChanges(StaffChanges, kw_only=True):
    """Changes of a student: fields left out stay. `group_id` is an active group's; null takes the student out of theirs."""

    parent_phone: Omittable[Phone] = UNSET
    group_id: Omittable[Id] = UNSET


@required("username")
class WholeStudent(StudentChanges, kw_only=True):
    """A student as a PUT sends them: the password may be left out."""
