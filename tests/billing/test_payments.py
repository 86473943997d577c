"""Tuition taken by hand: months, instalments, and a record of every change."""

from typing import Any

import pytest
from sqlalchemy import update

from bilim.billing.models import Payment
from world import World

JANUARY, FEBRUARY = {"year": 2025, "month": 1}, {"year": 2025, "month": 2}


@pytest.fixture
def scene(world: World) -> dict[str, Any]:
    group = world.group()
    return {
        "world": world,
        "group": group,
        "student": world.member(group["id"], first_name="Jasur"),
        "admin": world.admin(first_name="John"),
    }


def body(scene: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"student": scene["student"].id, "group": scene["group"]["id"], "amount": "600000.00"} | fields


def test_a_payment_as_the_document_shows_it(scene: dict[str, Any]) -> None:
    admin, student = scene["admin"], scene["student"]
    made = admin.post("/api/v1/payments/", body(scene, months=[FEBRUARY, JANUARY], received_by=1, months_paid=9))
    assert made.status_code == 201
    payment = made.json()
    assert payment == {
        "id": payment["id"],
        "kind": "tuition",
        "provider": "cash",
        "status": "captured",
        "student": {"id": student.id, "first_name": "Jasur", "last_name": "", "username": student.username},
        "group": scene["group"]["id"],
        "months_paid": 2,
        "amount": "600000.00",
        "currency": "UZS",
        "received_by": {"id": admin.id, "first_name": "John", "last_name": "", "username": admin.username},
        "months": [
            {"id": payment["months"][0]["id"], "year": 2025, "month": 1, "month_name": "Yanvar"},
            {"id": payment["months"][1]["id"], "year": 2025, "month": 2, "month_name": "Fevral"},
        ],
        "created_at": payment["created_at"],
    }
    assert admin.get("/api/v1/payments/").json() == [payment]
    assert student.get("/api/v1/payments/my-payments/").json() == [payment]


def test_every_month_has_its_uzbek_name(scene: dict[str, Any]) -> None:
    months = [{"year": 2024, "month": month} for month in range(1, 13)]
    made = scene["admin"].post("/api/v1/payments/", body(scene, months=months)).json()
    assert [month["month_name"] for month in made["months"]] == [
        *("Yanvar", "Fevral", "Mart", "Aprel", "May", "Iyun"),
        *("Iyul", "Avgust", "Sentabr", "Oktabr", "Noyabr", "Dekabr"),
    ]


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "10000000000.00", "abc", None, "1e400", "NaN", "Infinity", ""])
def test_what_is_no_amount_is_refused(scene: dict[str, Any], amount: Any) -> None:
    refused = scene["admin"].post("/api/v1/payments/", body(scene, amount=amount))
    assert (refused.status_code, list(refused.json())) == (400, ["amount"])
    assert scene["admin"].get("/api/v1/payments/").json() == []


@pytest.mark.parametrize(
    ("amount", "shown"), [("0.01", "0.01"), ("9999999999.99", "9999999999.99"), (600000, "600000.00"), (12.5, "12.50")]
)
def test_amounts_are_exact(scene: dict[str, Any], amount: Any, shown: str) -> None:
    assert scene["admin"].post("/api/v1/payments/", body(scene, amount=amount)).json()["amount"] == shown


@pytest.mark.parametrize(
    "months",
    [
        [JANUARY, JANUARY],
        [{"year": 2025, "month": 0}],
        [{"year": 2025, "month": 13}],
        [{"year": 25, "month": 1}],
        [{"month": 1}],
        [1],
        "Yanvar",
    ],
)
def test_wrong_months_are_refused_and_nothing_is_written(scene: dict[str, Any], months: Any) -> None:
    refused = scene["admin"].post("/api/v1/payments/", body(scene, months=months))
    assert (refused.status_code, list(refused.json())) == (400, ["months"])
    assert scene["admin"].get("/api/v1/payments/").json() == []


def test_a_month_may_be_paid_in_instalments_but_not_twice_in_one_payment(scene: dict[str, Any]) -> None:
    for _ in range(2):
        assert scene["admin"].post("/api/v1/payments/", body(scene, amount="300000", months=[JANUARY])).status_code == 201


def test_people_and_groups_must_be_what_they_are_called(scene: dict[str, Any]) -> None:
    admin = scene["admin"]
    refused = admin.post("/api/v1/payments/", body(scene, student=admin.id, group=987654))
    assert (refused.status_code, list(refused.json())) == (400, ["student", "group"])
    admin.patch(f"/api/v1/groups/{scene['group']['id']}/", {"is_active": False})
    assert admin.post("/api/v1/payments/", body(scene)).status_code == 201, "a debt may be paid after the group was closed"


def test_a_change_leaves_a_record_and_months_that_are_given_replace_the_earlier(scene: dict[str, Any]) -> None:
    admin = scene["admin"]
    payment = admin.post("/api/v1/payments/", body(scene, months=[JANUARY])).json()
    path = f"/api/v1/payments/{payment['id']}/"
    patched = admin.patch(path, {"amount": "500000"}).json()
    assert (patched["amount"], patched["months"]) == ("500000.00", payment["months"])
    replaced = admin.put(path, body(scene, amount="500000", months=[FEBRUARY])).json()
    assert [month["month_name"] for month in replaced["months"]] == ["Fevral"]
    assert admin.patch(path, {"months": []}).json()["months_paid"] == 0
    assert admin.patch(path, {}).status_code == 200
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    records = [row for row in admin.get("/api/v1/admin/audit").json() if row["kind"] == "payment"]
    assert [(row["actor_id"], row["object_id"], row["before"], row["after"]) for row in records] == [
        (
            admin.id,
            payment["id"],
            {"student": scene["student"].id, "group": scene["group"]["id"], "amount": "500000.00", "months": []},
            {"deleted": True},
        ),
        (admin.id, payment["id"], {"months": ["2025-02"]}, {"months": []}),
        (admin.id, payment["id"], {"months": ["2025-01"]}, {"months": ["2025-02"]}),
        (admin.id, payment["id"], {"amount": "600000.00"}, {"amount": "500000.00"}),
    ]


def test_a_payment_of_people_deleted_since_may_be_sent_back_but_not_newly_made(scene: dict[str, Any]) -> None:
    world, admin = scene["world"], scene["admin"]
    payment = admin.post("/api/v1/payments/", body(scene)).json()
    gone, closed = scene["student"], scene["group"]
    other_group = world.group()
    other = world.member(other_group["id"])
    theirs = admin.post("/api/v1/payments/", body(scene, student=other.id, group=other_group["id"])).json()
    assert admin.delete(f"/api/v1/students/{gone.id}/").status_code == 204
    assert admin.delete(f"/api/v1/groups/{closed['id']}/").status_code == 204
    path = f"/api/v1/payments/{payment['id']}/"
    assert admin.put(path, payment | {"amount": "1.00"}).json() == payment | {"amount": "1.00"}
    assert admin.patch(path, {"student": gone.id, "group": closed["id"]}).json() == payment | {"amount": "1.00"}
    refused = admin.put(f"/api/v1/payments/{theirs['id']}/", body(scene))
    assert (refused.status_code, list(refused.json())) == (400, ["student", "group"])
    assert admin.post("/api/v1/payments/", body(scene)).status_code == 400
    moved = admin.patch(path, {"student": other.id, "group": other_group["id"]}).json()
    assert (moved["student"]["id"], moved["group"]) == (other.id, other_group["id"])
    assert admin.patch(path, {"student": gone.id}).status_code == 400, "once changed it would be chosen anew"


def test_a_payment_may_be_sent_back_as_it_came(scene: dict[str, Any]) -> None:
    admin = scene["admin"]
    payment = admin.post("/api/v1/payments/", body(scene, months=[JANUARY])).json()
    sent_back = admin.put(f"/api/v1/payments/{payment['id']}/", payment | {"amount": "650000.00"}).json()
    months = [{**month, "id": sent_back["months"][0]["id"]} for month in payment["months"]]
    assert sent_back == payment | {"amount": "650000.00", "months": months}


def test_what_a_service_took_cannot_be_changed_by_hand(scene: dict[str, Any]) -> None:
    admin = scene["admin"]
    payment = admin.post("/api/v1/payments/", body(scene)).json()
    with scene["world"].db.write() as tx:
        tx.execute(update(Payment).values(provider="payme", received_by=None))
    path = f"/api/v1/payments/{payment['id']}/"
    assert [admin.patch(path, {"amount": "1"}).status_code, admin.put(path, body(scene)).status_code, admin.delete(path).status_code] == [
        409
    ] * 3
    assert admin.get(path).json() == payment | {"provider": "payme", "received_by": None}


def test_a_student_sees_their_own_money_alone(scene: dict[str, Any]) -> None:
    payment = scene["admin"].post("/api/v1/payments/", body(scene)).json()
    stranger, path = scene["world"].student(), f"/api/v1/payments/{payment['id']}/"
    assert stranger.get("/api/v1/payments/").json() == stranger.get("/api/v1/payments/my-payments/").json() == []
    assert [stranger.get(path).status_code, scene["student"].get(path).status_code] == [404, 200]
    assert [person.post("/api/v1/payments/", body(scene)).status_code for person in (scene["student"], scene["world"].teacher())] == [
        403,
        403,
    ]
    assert scene["world"].teacher().get(path).status_code == 200
