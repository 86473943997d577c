"""Subjects and groups in the centre's words."""

from typing import ClassVar

from litestar import delete, get, patch, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.centre import actions, queries, rules
from bilim.centre.queries import GroupView, RatedGroup, SubjectView
from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Role
from bilim.kit.fields import Amount, Body, GroupName, Id, Line, Omittable, ShortText, Text, Title
from bilim.kit.money import amount_problem
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

ADMINS = needs(Role.ADMIN)


class SubjectIn(Struct):
    """A subject."""

    name: Title


class SubjectChanges(Struct):
    """Changes of a subject."""

    name: Title | UnsetType = UNSET


class GroupFields(Body):
    """What a group may have. `days` are such as `Mon,Wed,Fri`, times `HH:MM:SS` or `HH:MM`, `monthly_price` UZS."""

    checks: ClassVar = {
        "days": rules.days_problem,
        "start_time": rules.time_problem,
        "end_time": rules.time_problem,
        "monthly_price": amount_problem,
    }

    description: Omittable[Text] = UNSET
    is_active: Omittable[bool] = UNSET
    days: Omittable[ShortText] = UNSET
    start_time: Omittable[Line] = UNSET
    end_time: Omittable[Line] = UNSET
    monthly_price: Omittable[Amount] = UNSET


class GroupIn(GroupFields, kw_only=True):
    """A group."""

    name: GroupName
    subject: Id


class GroupChanges(GroupFields, kw_only=True):
    """Changes of a group: what is left out stays."""

    name: GroupName | UnsetType = UNSET
    subject: Id | UnsetType = UNSET


@get("/api/v1/subjects", tags=["subjects"])
@work
def list_subjects(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[SubjectView]:
    """All subjects."""
    return queries.subjects(tx, page(skip, limit))


@post("/api/v1/subjects", opt=ADMINS, tags=["subjects"])
@work
def create_subject(tx: Tx, data: SubjectIn) -> SubjectView:
    """Make a subject."""
    return queries.subject(tx, actions.create_subject(tx, data.name))


@get("/api/v1/subjects/{id:int}", tags=["subjects"])
@work
def read_subject(tx: Tx, id: PathId) -> SubjectView:
    """One subject."""
    return queries.subject(tx, id)


@put("/api/v1/subjects/{id:int}", opt=ADMINS, tags=["subjects"])
@work
def replace_subject(tx: Tx, id: PathId, data: SubjectIn) -> SubjectView:
    """Change a subject."""
    actions.change_subject(tx, id, sent_fields(data))
    return queries.subject(tx, id)


@patch("/api/v1/subjects/{id:int}", opt=ADMINS, tags=["subjects"])
@work
def change_subject(tx: Tx, id: PathId, data: SubjectChanges) -> SubjectView:
    """Change a subject."""
    actions.change_subject(tx, id, sent_fields(data))
    return queries.subject(tx, id)


@delete("/api/v1/subjects/{id:int}", opt=ADMINS, tags=["subjects"])
@work
def delete_subject(tx: Tx, id: PathId) -> None:
    """Delete a subject."""
    actions.delete_subject(tx, id)


@get("/api/v1/groups", tags=["groups"])
@work
def list_groups(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[GroupView]:
    """All groups."""
    return queries.groups(tx, page(skip, limit))


@get("/api/v1/groups/rating", tags=["groups"])
@work
def rate_groups(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[RatedGroup]:
    """The active groups by their scores, the best first."""
    return queries.rating(tx, page(skip, limit))


@post("/api/v1/groups", opt=ADMINS, tags=["groups"])
@work
def create_group(tx: Tx, data: GroupIn) -> GroupView:
    """Make a group."""
    return queries.group(tx, actions.create_group(tx, sent_fields(data)))


@get("/api/v1/groups/{id:int}", tags=["groups"])
@work
def read_group(tx: Tx, id: PathId) -> GroupView:
    """One group."""
    return queries.group(tx, id)


@put("/api/v1/groups/{id:int}", opt=ADMINS, tags=["groups"])
@work
def replace_group(tx: Tx, id: PathId, data: GroupIn) -> GroupView:
    """Change a group: what is left out stays."""
    actions.change_group(tx, id, sent_fields(data))
    return queries.group(tx, id)


@patch("/api/v1/groups/{id:int}", opt=ADMINS, tags=["groups"])
@work
def change_group(tx: Tx, id: PathId, data: GroupChanges) -> GroupView:
    """Change a group: what is left out stays."""
    actions.change_group(tx, id, sent_fields(data))
    return queries.group(tx, id)


@delete("/api/v1/groups/{id:int}", opt=ADMINS, tags=["groups"])
@work
def delete_group(tx: Tx, id: PathId) -> None:
    """Delete a group."""
    actions.delete_group(tx, id)


ROUTES = [
    list_subjects,
    create_subject,
    read_subject,
    replace_subject,
    change_subject,
    delete_subject,
    list_groups,
    rate_groups,
    create_group,
    read_group,
    replace_group,
    change_group,
    delete_group,
]
