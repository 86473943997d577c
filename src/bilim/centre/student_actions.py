"""Writes of students: an account of `accounts`, and the group they are in."""

from typing import Any

from msgspec import UNSET

from bilim.accounts import actions as accounts
from bilim.accounts import passwords
from bilim.accounts.inputs import PersonInput, Phone, StaffChanges
from bilim.centre import access, actions
from bilim.db.engine import Database
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid
from bilim.kit.inputs import Omittable

STUDENTS = (Role.STUDENT,)


def create_student(db: Database, new: PersonInput, group_id: int | None) -> int:
    """Make a student, in a group or in none.

    Raises:
        Invalid: the username is taken, no such group, or both.
    """
    wrong: FieldProblems = {}
    with db.read() as tx:
        for check in (lambda: accounts.refuse_taken(tx, new.username, new.email), lambda: access.require_known(tx, group_id=group_id)):
            try:
                check()
            except Invalid as error:
                wrong |= error.fields
    if wrong:
        raise Invalid(wrong)
    password_hash = passwords.hash_password(new.password)
    with db.write() as tx:
        student_id = accounts.store_person(tx, new, password_hash, made_by_staff=True)
        actions.join_group(tx, student_id, group_id)
        return student_id


class StudentChanges(StaffChanges, kw_only=True):
    """What may change of a student."""

    parent_phone: Omittable[Phone] = UNSET


def change_student(db: Database, actor: Actor, student_id: int, changes: dict[str, Any]) -> None:
    """Change a student: fields left out stay; `group` moves them, null takes them out.

    Raises:
        NotFound: no such student.
        Invalid: the username is taken, or no such group.
    """
    person = StudentChanges(**{name: value for name, value in changes.items() if name != "group"})
    new_hash = passwords.hash_password(person.password) if isinstance(person.password, str) else None
    with db.write() as tx:
        accounts.change_person(tx, actor, student_id, person, new_hash, STUDENTS)
        if "group" in changes:
            actions.join_group(tx, student_id, changes["group"])


def delete_student(db: Database, actor: Actor, student_id: int) -> None:
    """Delete a student; one with history is hidden (CONTRACT section 2).

    Raises:
        NotFound: no such student.
    """
    with db.write() as tx:
        accounts.delete_person(tx, actor, student_id, STUDENTS)
