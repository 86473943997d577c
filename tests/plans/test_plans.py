"""Plans: what they cost, how long they last, and that nobody loses what they have when one is deleted."""

import json
from typing import Any

import pytest

from bilim.accounts.models import AuditRecord
from bilim.plans.models import Plan, Subscription
from plans.school import MONTHLY, OWN, PLANS, QUOTAS, SUBSCRIPTIONS, make_plan, rows, subscribe
from world import World

ADMIN_PLANS = "/api/v1/admin/subscription-plans/"


def test_a_plan_is_shown_as_it_was_made(world: World) -> None:
    admin = world.admin()
    made = admin.post(ADMIN_PLANS, MONTHLY | QUOTAS | {"price": 99000.5, "description": "Hamma darslar", "id": 77, "deleted_at": "x"})
    assert made.status_code == 201
    shown = MONTHLY | QUOTAS | {"price": 99000.5, "description": "Hamma darslar", "id": made.json()["id"]}
    assert made.json() == shown
    assert b'"price":99000.50' in made.content, "a number, and exact"
    for path in (PLANS, ADMIN_PLANS, f"{SUBSCRIPTIONS}plans"):
        assert admin.get(path).json() == [shown]
    assert world.get(f"{PLANS}{made.json()['id']}").json() == shown, "to everybody"
    assert rows(world, Plan, "price") == [(9_900_050,)], "tiyin"


def test_quotas_left_out_are_those_of_premium_members(sqlite_world: World) -> None:
    plan = make_plan(sqlite_world.admin(), tts_chars_quota=None, gpt4o_requests_quota=0)
    names = ("gpt4o_requests", "stt_requests", "tts_chars", "pronunciation_analysis")
    assert [plan[f"{name}_quota"] for name in names] == [0, 2000, 100_000, 400]


def test_a_change_leaves_the_rest_alone(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    plan = make_plan(admin, description="Eski", **QUOTAS)
    for path in (PLANS, ADMIN_PLANS):
        assert admin.put(f"{path}{plan['id']}", {"price": 0, "stt_requests_quota": None}).json() == plan | {"price": 0}
    assert admin.put(f"{PLANS}{plan['id']}", {"description": None}).json()["description"] is None
    changed = rows(sqlite_world, AuditRecord, "kind", "object_id", "before", "after")
    assert changed == [
        ("plan", plan["id"], {"price": "99000.00"}, {"price": "0.00"}),
        ("plan", plan["id"], {"description": "Eski"}, {"description": None}),
    ]


def test_lists_come_in_pages(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    ids = [make_plan(admin, name=f"Reja {number}")["id"] for number in range(3)]
    for path in (PLANS, ADMIN_PLANS, f"{SUBSCRIPTIONS}plans"):
        answer = admin.get(f"{path}?skip=1&limit=1")
        assert [each["id"] for each in answer.json()] == [ids[1]]
        assert answer.headers["X-Total-Count"] == "3"
        assert 'rel="next"' in answer.headers["Link"]


def test_a_plan_without_subscriptions_is_gone_one_with_them_is_hidden(world: World) -> None:
    admin, student = world.admin(), world.student()
    unused, used = make_plan(admin), make_plan(admin, name="Yillik")
    subscribe(admin, student.id, used["id"])
    assert admin.delete(f"{ADMIN_PLANS}{unused['id']}").json() == unused
    assert admin.delete(f"{PLANS}{used['id']}").json() == used
    for method, path in [("GET", PLANS), ("PUT", PLANS), ("DELETE", PLANS), ("PUT", ADMIN_PLANS), ("DELETE", ADMIN_PLANS)]:
        assert admin.call(method, f"{path}{used['id']}", **({"json": {}} if method == "PUT" else {})).status_code == 404
    for path in (PLANS, ADMIN_PLANS, f"{SUBSCRIPTIONS}plans"):
        assert admin.get(path).json() == []
    assert rows(world, Plan, "id") == [(used["id"],)]
    (running,) = student.get(OWN).json()
    assert (running["is_active"], running["plan"]) == (True, used)
    assert student.get("/api/v1/users/me").json()["is_premium"] is True
    refused = subscribe(admin, student.id, used["id"])
    assert (refused.status_code, refused.json()) == (400, {"plan_id": [f'Invalid pk "{used["id"]}" - object does not exist.']})
    assert len(rows(world, Subscription, "id")) == 1


WRONG: list[tuple[str, dict[str, Any], set[str]]] = [
    ("negative price", {"price": -1}, {"price"}),
    ("NaN", {"price": "NaN"}, {"price"}),
    ("infinite", {"price": "Infinity"}, {"price"}),
    ("1e400", {"price": "1e400"}, {"price"}),
    ("finer than a tiyin", {"price": 0.001}, {"price"}),
    ("thirteen digits", {"price": 10**11}, {"price"}),
    ("no days", {"duration_days": 0}, {"duration_days"}),
    ("negative days", {"duration_days": -30}, {"duration_days"}),
    ("more than ten years", {"duration_days": 3661}, {"duration_days"}),
    ("half a day", {"duration_days": 0.5}, {"duration_days"}),
    ("2^63 days", {"duration_days": 2**63}, {"duration_days"}),
    ("negative quotas", dict.fromkeys(QUOTAS, -1), set(QUOTAS)),
    ("quotas past 31 bits", dict.fromkeys(QUOTAS, 2**31), set(QUOTAS)),
    ("quotas past 63 bits", dict.fromkeys(QUOTAS, 2**63), set(QUOTAS)),
    ("no name", {"name": " "}, {"name"}),
    ("long names", {"name": "a" * 256, "stripe_price_id": "a" * 256}, {"name", "stripe_price_id"}),
    ("null", {"name": None, "price": None, "duration_days": None, "stripe_price_id": None}, set(MONTHLY)),
    ("wrong types", {"name": 5, "price": [], "duration_days": {}, "description": 7}, {"name", "price", "duration_days", "description"}),
]


@pytest.mark.parametrize(("fields", "named"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_fields_are_named_and_nothing_is_written(sqlite_world: World, fields: dict[str, Any], named: set[str]) -> None:
    admin = sqlite_world.admin()
    plan = make_plan(admin)
    made = admin.post(PLANS, MONTHLY | fields)
    assert (made.status_code, set(made.json())) == (400, named)
    changed = admin.put(f"{PLANS}{plan['id']}", fields)
    assert (changed.status_code, set(changed.json())) == (400, named)
    assert admin.get(PLANS).json() == [plan]


@pytest.mark.parametrize("number", ["NaN", "1e400", "-1e400", "Infinity", "1" * 5000])
def test_numbers_that_are_none(sqlite_world: World, number: str) -> None:
    body = json.dumps(MONTHLY).replace("99000", number)
    refused = sqlite_world.admin().call("POST", PLANS, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert rows(sqlite_world, Plan, "id") == []


def test_all_that_is_missing_is_named(sqlite_world: World) -> None:
    refused = sqlite_world.admin().post(PLANS, {})
    assert (refused.status_code, set(refused.json())) == (400, {"name", "price", "duration_days", "stripe_price_id"})
