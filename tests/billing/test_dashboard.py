"""Expenses, and the centre's money and people at a glance."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from bilim.billing.actions import recount_months
from bilim.billing.models import Payment
from world import World

RENT = {"recipient": "IjaraChiqimi", "amount": "1500000.00", "reason": "Ijara"}


def test_an_expense_as_the_document_shows_it(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    made = admin.post("/api/v1/expenses/", RENT)
    assert made.status_code == 201
    rent = made.json()
    assert rent == RENT | {"id": rent["id"], "recipient_user": None, "created_at": rent["created_at"]}
    salary = admin.post("/api/v1/expenses/", {"recipient_user": teacher.id, "amount": 2000000, "reason": "Fevral uchun maosh"}).json()
    assert (salary["recipient"], salary["recipient_user"], salary["amount"]) == (None, teacher.id, "2000000.00")
    assert teacher.get("/api/v1/expenses/").json() == [rent, salary]
    assert world.student().get("/api/v1/expenses/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"reason": " "}, "reason"),
        ({"recipient": "x" * 256}, "recipient"),
        ({"recipient_user": 987654}, "recipient_user"),
        ({"recipient_user": "student"}, "recipient_user"),
    ],
)
def test_a_wrong_expense_is_refused_by_field(sqlite_world: World, wrong: dict[str, Any], field: str) -> None:
    if wrong.get("recipient_user") == "student":
        wrong = {"recipient_user": sqlite_world.student().id}
    refused = sqlite_world.admin().post("/api/v1/expenses/", RENT | wrong)
    assert (refused.status_code, list(refused.json())) == (400, [field])


def test_a_changed_or_deleted_expense_is_audited(world: World) -> None:
    admin = world.admin()
    rent = admin.post("/api/v1/expenses/", RENT).json()
    path = f"/api/v1/expenses/{rent['id']}/"
    assert admin.patch(path, {"amount": "1600000"}).json() == rent | {"amount": "1600000.00"}
    assert admin.put(path, {"amount": "1600000", "reason": "Ijara"}).json()["recipient"] == "IjaraChiqimi"
    assert admin.put(path, {"amount": "1"}).json() == {"reason": ["This field is required."]}
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    records = [(row["before"], row["after"]) for row in admin.get("/api/v1/admin/audit").json() if row["kind"] == "expense"]
    whole = {"recipient": "IjaraChiqimi", "recipient_user": None, "amount": "1600000.00", "reason": "Ijara"}
    assert records == [(whole, {"deleted": True}), ({"amount": "1500000.00"}, {"amount": "1600000.00"})]


def test_an_expense_of_a_recipient_deleted_since_may_be_sent_back_but_not_newly_made(world: World) -> None:
    admin, gone, other = world.admin(), world.teacher(), world.teacher()
    salary = admin.post("/api/v1/expenses/", RENT | {"recipient_user": gone.id}).json()
    rent = admin.post("/api/v1/expenses/", RENT | {"recipient_user": other.id}).json()
    admin.post("/api/v1/attendance/bulk_create/", {"group_id": world.group()["id"]})
    assert admin.delete(f"/api/v1/workers/{gone.id}/").status_code == 204
    path = f"/api/v1/expenses/{salary['id']}/"
    assert admin.put(path, salary | {"amount": "7"}).json() == salary | {"amount": "7.00"}
    assert admin.patch(path, {"recipient_user": gone.id}).status_code == 200
    refused = admin.patch(f"/api/v1/expenses/{rent['id']}/", {"recipient_user": gone.id})
    assert (refused.status_code, refused.json()) == (400, {"recipient_user": [f'Invalid pk "{gone.id}" - object does not exist.']})
    assert admin.patch(path, {"recipient_user": None}).json()["recipient_user"] is None
    assert admin.patch(path, {"recipient_user": gone.id}).status_code == 400, "once taken away it would be chosen anew"


def test_the_dashboard_is_exact_to_the_tiyin(world: World) -> None:
    admin, group = world.admin(), world.group()
    student = world.member(group["id"])
    assert admin.get("/api/v1/dashboard/").json() == {
        "finance": {"income": "0.00", "expense": "0.00", "profit": "0.00"},
        "attendance": {"employees_present_today": 0, "total_employees": 0},
    }
    for amount in ("0.01", "9999999999.99", "300000"):
        admin.post("/api/v1/payments/", {"student": student.id, "group": group["id"], "amount": amount})
    admin.post("/api/v1/expenses/", RENT)
    present, _absent = world.teacher(), world.teacher()
    present.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    admin.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    assert present.get("/api/v1/dashboard/").json() == {
        "finance": {"income": "10000300000.00", "expense": "1500000.00", "profit": "9998800000.00"},
        "attendance": {"employees_present_today": 1, "total_employees": 2},
    }


def test_more_spent_than_came_in_is_below_nought(world: World) -> None:
    admin = world.admin()
    admin.post("/api/v1/expenses/", RENT | {"amount": "0.05"})
    assert admin.get("/api/v1/dashboard/").json()["finance"]["profit"] == "-0.05"


def test_only_captured_money_counts_less_what_went_back(world: World) -> None:
    admin, group = world.admin(), world.group()
    body = {"student": world.member(group["id"]).id, "group": group["id"], "amount": "100"}
    pending, refunded, _ = (admin.post("/api/v1/payments/", body).json()["id"] for _ in range(3))
    with world.db.write() as tx:
        tx.execute(update(Payment).where(Payment.id == pending).values(status="pending"))
        tx.execute(update(Payment).where(Payment.id == refunded).values(refunded=2_550))
        recount_months(tx)
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == "174.50"


def test_sums_stay_exact_under_parallel_writes(world: World) -> None:
    admin, teacher, group = world.admin(), world.teacher(), world.group()
    student = world.member(group["id"])

    def write(number: int) -> list[int]:
        paid = admin.post("/api/v1/payments/", {"student": student.id, "group": group["id"], "amount": f"{number}.{number:02}"})
        scored = teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": number})
        return [paid.status_code, scored.status_code]

    with ThreadPoolExecutor(8) as pool:
        assert all(statuses == [201, 201] for statuses in pool.map(write, range(1, 25)))
    whole = sum(range(1, 25))
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == f"{whole + whole // 100}.{whole % 100:02}"
    assert admin.get(f"/api/v1/students/{student.id}/").json()["all_score"] == whole
    assert admin.get("/api/v1/groups/rating/").json()[0]["total_score"] == whole
