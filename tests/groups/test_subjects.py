"""What groups study."""

import pytest

from bilim.groups import actions
from bilim.groups.inputs import GroupChanges, SubjectChanges
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from world import World


def test_a_subject_is_made_changed_and_deleted(world: World) -> None:
    admin = world.admin()
    made = admin.post("/api/v1/subjects/", {"name": "IELTS"})
    assert made.status_code == 201
    subject = made.json()
    assert subject == {"id": subject["id"], "name": "IELTS", "created_at": subject["created_at"]}
    assert subject["created_at"].endswith("+05:00")
    path = f"/api/v1/subjects/{subject['id']}/"
    assert admin.put(path, {"name": "IELTS (Updated)"}).json()["name"] == "IELTS (Updated)"
    assert admin.patch(path, {}).json()["name"] == "IELTS (Updated)"
    assert world.student().get("/api/v1/subjects/").json() == [subject | {"name": "IELTS (Updated)"}]
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def test_a_subject_that_a_group_studies_is_hidden_and_the_group_stays(world: World) -> None:
    admin, group = world.admin(), world.group()
    other = admin.post("/api/v1/subjects/", {"name": "SAT"}).json()
    assert admin.delete(f"/api/v1/subjects/{group['subject']}/").status_code == 204
    assert admin.get("/api/v1/subjects/").json() == [other]
    assert admin.get(f"/api/v1/groups/{group['id']}/").json()["subject_name"] == "IELTS"
    refused = admin.post("/api/v1/groups/", {"name": "B", "subject": group["subject"]})
    assert (refused.status_code, list(refused.json())) == (400, ["subject"])


def test_what_is_hidden_is_changed_and_deleted_no_more_whoever_asks(world: World) -> None:
    group, admin = world.group(), Actor(1, Role.ADMIN, is_premium=False, session_id=0)
    world.member(group["id"])
    with world.db.write() as tx:
        actions.delete_group(tx, admin, group["id"])
        actions.delete_subject(tx, admin, group["subject"])
        for act in (
            lambda: actions.change_subject(tx, admin, group["subject"], SubjectChanges(name="SAT")),
            lambda: actions.delete_subject(tx, admin, group["subject"]),
            lambda: actions.change_group(tx, admin, group["id"], GroupChanges(name="SAT-1")),
            lambda: actions.delete_group(tx, admin, group["id"]),
        ):
            with pytest.raises(NotFound):
                act()
