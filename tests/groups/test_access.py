"""Whom and what records may name, and how long it stays as it was when it was looked at."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bilim.groups import access
from bilim.groups.models import Group
from bilim.kit.errors import Invalid
from world import World

UNKNOWN = 987_654


def refused(world: World, **named: int) -> list[str]:
    with world.db.write() as tx:
        try:
            access.require_known(tx, **named)
        except Invalid as error:
            return list(error.fields)
    return []


def test_records_name_students_and_active_groups_that_there_are(world: World) -> None:
    admin, group, closed, deleted = world.admin(), world.group(), world.group(is_active=False), world.group()
    student, gone = world.member(group["id"]), world.student()
    admin.delete(f"/api/v1/groups/{deleted['id']}/")
    admin.delete(f"/api/v1/students/{gone.id}/")
    assert refused(world, student_id=student.id, group_id=group["id"]) == []
    for nobody in (UNKNOWN, admin.id, gone.id):
        assert refused(world, student_id=nobody, group_id=group["id"]) == ["student_id"]
    for nothing in (UNKNOWN, closed["id"], deleted["id"]):
        assert refused(world, student_id=student.id, group_id=nothing) == ["group_id"]
    assert refused(world, student_id=UNKNOWN, group_id=UNKNOWN) == ["student_id", "group_id"]


def test_a_debt_is_paid_for_a_closed_group_but_not_for_a_deleted_one(world: World) -> None:
    closed, deleted = world.group(is_active=False), world.group()
    world.admin().delete(f"/api/v1/groups/{deleted['id']}/")
    with world.db.write() as tx:
        access.require_known(tx, group_id=closed["id"], closed_too=True)
        with pytest.raises(Invalid):
            access.require_known(tx, group_id=deleted["id"], closed_too=True)


def test_a_group_that_a_record_names_is_not_closed_meanwhile_and_others_may_name_it_too(world: World) -> None:
    if world.db.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    group_id, soon = world.group()["id"], text("SET LOCAL lock_timeout = '100ms'")
    with world.db.write() as marking:
        access.require_known(marking, group_id=group_id)
        with world.db.write() as scoring:
            scoring.execute(soon)
            access.require_known(scoring, group_id=group_id)
        with pytest.raises(OperationalError, match="lock timeout"), world.db.write() as closing:
            closing.execute(soon)
            access.lock(closing, Group, group_id)
