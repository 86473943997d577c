"""Writes of students: an account of `accounts`, and the group they are in."""

from typing import Any

from bilim.accounts import actions as accounts
from bilim.accounts import management, passwords
from bilim.accounts.actions import NewPerson
from bilim.centre import access, actions
from bilim.db.engine import Database
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid

STUDENTS = (Role.STUDENT,)


def create_student(db: Database, new: NewPerson, group_id: int | None) -> int:
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
        student_id = accounts.store_person(tx, new, password_hash)
        actions.join_group(tx, student_id, group_id)
        return student_id


def change_student(db: Database, actor: Actor, student_id: int, changes: dict[str, Any]) -> None:
    """Change a student: fields left out stay; `group` moves them, null takes them out.

    Raises:
        NotFound: no such student.
        Invalid: the username is taken, or no such group.
    """

    def move(tx: Any) -> None:
        if "group" in changes:
            actions.join_group(tx, student_id, changes["group"])

    management.change_person(db, actor, student_id, changes, STUDENTS, move)


def delete_student(db: Database, actor: Actor, student_id: int) -> None:
    """Delete a student; one with history is hidden (CONTRACT section 2).

    Raises:
        NotFound: no such student.
    """
    management.delete_person(db, actor, student_id, STUDENTS)
