"""Reads of subjects, and how students and groups are named in other objects."""

from datetime import datetime

from msgspec import Struct

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import nested, select_into
from bilim.groups.models import Group, Subject
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


class GroupRef(Struct, gc=False):
    """A group by name."""

    id: int
    name: str


class StudentRef(Struct, gc=False):
    """A student by name."""

    id: int
    first_name: str
    last_name: str
    username: str


class SubjectView(Struct):
    """A subject."""

    id: int
    name: str
    created_at: datetime


GROUP_REF = nested(GroupRef, id=Group.id, name=Group.name)
STUDENT_REF = nested(StudentRef, id=User.id, first_name=User.first_name, last_name=User.last_name, username=User.username)

_SUBJECT = (
    select_into(SubjectView, id=Subject.id, name=Subject.name, created_at=Subject.created_at)
    .where(Subject.deleted_at.is_(None))
    .order_by(Subject.id)
)
_SUBJECTS = ListQuery(_SUBJECT)


@signed_in
def subjects(tx: Tx, _actor: Actor, page: Page) -> RowStream[SubjectView]:
    """All subjects, by id."""
    return paginate(tx, _SUBJECTS, page)


@signed_in
def subject(tx: Tx, _actor: Actor, subject_id: int) -> SubjectView:
    """One subject.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_SUBJECT.where(Subject.id == subject_id))
