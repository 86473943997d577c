"""What services say of payments: granted once, taken back alone, never refused."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from bilim.billing.actions import recount_months
from bilim.billing.models import MonthSum
from bilim.catalog.models import Course, Purchase
from bilim.db.outbox_tables import JobRow
from bilim.payments.actions import ledger
from bilim.payments.models import BalanceEntry, Order, OrderGrant, PaymentAlert, ProviderTransaction
from bilim.plans.models import Plan, Subscription
from bilim.study.models import Enrollment
from conftest import NOON, SetClock
from payments.shop import (
    NAME,
    PAYMENTS,
    PRICE,
    begin,
    bought,
    capture,
    change_course,
    count,
    held_payment,
    income,
    open_shop,
    payments_of,
    refund,
)
from plans.school import make_plan
from world import World

NOVEMBER, DECEMBER = {"year": 2026, "month": 11}, {"year": 2026, "month": 12}


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Every test begins at noon of 20 November 2026."""


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def course(shop: World) -> dict[str, Any]:
    return shop.course(shop.teacher(), price=PRICE)


def test_a_captured_payment_opens_its_course_once(shop: World, course: dict[str, Any]) -> None:
    student, admin = shop.student(), shop.admin()
    payment = bought(student, course=course["id"])
    assert [capture(shop, payment["number"]), capture(shop, payment["number"])] == ["granted", "before"]
    assert [count(shop, table) for table in (OrderGrant, Purchase, Enrollment, BalanceEntry)] == [1, 1, 1, 0]
    assert student.get(f"{PAYMENTS}{payment['id']}").json()["status"] == "captured"
    assert income(admin) == "490000.00"
    assert count(shop, JobRow, JobRow.kind == "billing.payment-taken") == 1
    lesson = student.get(f"/api/v1/courses/{course['id']}").json()["lessons"][0]
    assert lesson["content"] is not None


def test_a_refund_takes_back_what_was_granted_and_nothing_else(shop: World, course: dict[str, Any]) -> None:
    student, admin = shop.student(), shop.admin()
    other = shop.course(shop.teacher(), price=PRICE)
    kept, payment = bought(student, course=other["id"]), bought(student, course=course["id"])
    capture(shop, kept["number"], "kept")
    capture(shop, payment["number"])
    assert [refund(shop, payment["number"], txn="txn-1"), refund(shop, payment["number"])] == [PRICE * 100, 0]
    assert student.get(f"{PAYMENTS}{payment['id']}").json()["status"] == "refunded"
    assert [each["course"]["id"] for each in student.get("/api/enrollments/").json()] == [other["id"]]
    assert income(admin) == "490000.00"
    assert count(shop, ProviderTransaction, ProviderTransaction.state == "refunded") == 1
    again = bought(student, course=course["id"])
    assert capture(shop, again["number"], "txn-2") == "granted"
    assert count(shop, Enrollment) == 2


def test_whoever_studied_before_paying_stays_in_the_course(shop: World) -> None:
    student = shop.student()
    course = shop.course(shop.teacher(), price=0)
    assert student.post("/api/enrollments/", {"course": course["id"]}).status_code == 201
    change_course(shop, course["id"], price=PRICE * 100)
    payment = bought(student, course=course["id"])
    capture(shop, payment["number"])
    refund(shop, payment["number"])
    assert (count(shop, Enrollment), count(shop, Purchase, Purchase.revoked_at.is_(None))) == (1, 0)


def test_a_part_that_goes_back_changes_the_ledger_alone(shop: World, course: dict[str, Any]) -> None:
    student, admin = shop.student(), shop.admin()
    payment = bought(student, course=course["id"])
    capture(shop, payment["number"])
    assert refund(shop, payment["number"], 9_000_000) == 9_000_000
    assert (income(admin), count(shop, OrderGrant, OrderGrant.revoked_at.is_(None))) == ("400000.00", 1)
    assert (
        student.get(f"{PAYMENTS}{payment['id']}").json() | {"status": "captured", "refunded": 90000}
        == student.get(f"{PAYMENTS}{payment['id']}").json()
    )
    assert refund(shop, payment["number"], PRICE * 100) == 40_000_000
    assert (income(admin), count(shop, OrderGrant, OrderGrant.revoked_at.is_(None))) == ("0.00", 0)


def test_money_that_comes_twice_is_the_payers_balance(shop: World, course: dict[str, Any]) -> None:
    student, admin = shop.student(), shop.admin()
    payment = bought(student, course=course["id"])
    capture(shop, payment["number"], "first")
    assert capture(shop, payment["number"], "second") == "to_balance"
    assert payments_of(shop) == [("captured", PRICE * 100, 0)] * 2
    assert (count(shop, OrderGrant), count(shop, BalanceEntry), income(admin)) == (1, 1, "980000.00")
    (alert,) = admin.get("/api/payments/alerts/").json()
    assert (alert["kind"], alert["resolved_at"]) == ("paid_twice", None)
    assert admin.post(f"/api/payments/alerts/{alert['id']}/resolve").json()["resolved_at"] is not None
    assert admin.post("/api/payments/alerts/999/resolve").status_code == 404
    with shop.db.read() as tx:
        second = ledger.find_transaction(tx, NAME, "second")
    assert second is not None
    refund(shop, second.number, txn="second")
    assert count(shop, BalanceEntry, BalanceEntry.returned_at.is_(None)) == 0
    assert (count(shop, OrderGrant, OrderGrant.revoked_at.is_(None)), count(shop, Enrollment), income(admin)) == (1, 1, "490000.00")


def test_a_course_that_came_otherwise_meanwhile_leaves_the_money_to_the_payer(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    payment = bought(student, course=course["id"])
    with shop.db.write() as tx:
        tx.insert(Purchase, user_id=student.id, course_id=course["id"], created_at=tx.now)
    assert capture(shop, payment["number"]) == "to_balance"
    assert (count(shop, OrderGrant), count(shop, PaymentAlert)) == (0, 1)


def test_a_cancelled_payment_whose_money_came_all_the_same_is_granted(shop: World, course: dict[str, Any]) -> None:
    payment = bought(shop.student(), course=course["id"])
    begin(shop, payment["number"])
    with shop.db.write() as tx:
        assert ledger.cancel_payment(tx, held_payment(tx, payment["number"]))
        assert not ledger.cancel_payment(tx, held_payment(tx, payment["number"]))
    assert capture(shop, payment["number"]) == "granted"


def test_what_was_withdrawn_meanwhile_is_granted_as_it_was_ordered(shop: World, course: dict[str, Any]) -> None:
    student, admin = shop.student(), shop.admin()
    plan = make_plan(admin)
    for_plan, for_course = bought(student, plan=plan["id"]), bought(student, course=course["id"])
    assert admin.put(f"/api/v1/subscription-plans/{plan['id']}", plan | {"duration_days": 1}).status_code == 200
    assert admin.delete(f"/api/v1/subscription-plans/{plan['id']}").status_code == 200
    change_course(shop, course["id"], is_published=False)
    assert [capture(shop, for_plan["number"], "p"), capture(shop, for_course["number"], "c")] == ["granted"] * 2
    assert student.get(f"/api/v1/courses/{course['id']}").status_code == 404, "it is hers where it is published again"
    with shop.db.read() as tx:
        starts_at, ends_at = tx.first(select(Subscription.starts_at, Subscription.ends_at))
        assert tx.scalar(select(Plan.deleted_at)) is not None
        assert tx.scalar(select(Course.is_published)) is False
    assert ends_at - starts_at == timedelta(days=30)
    assert student.get("/api/v1/subscriptions/status").json()["is_premium"]
    refund(shop, for_plan["number"])
    assert not student.get("/api/v1/subscriptions/status").json()["is_premium"]


def test_tuition_shows_in_the_centres_payments_with_its_months(shop: World) -> None:
    group = shop.group(monthly_price="300000.00")
    student, teacher = shop.member(group["id"]), shop.teacher()
    payment = bought(student, group=group["id"], months=[NOVEMBER, DECEMBER])
    capture(shop, payment["number"])
    (shown,) = teacher.get("/api/v1/payments/").json()
    assert (shown["provider"], shown["status"], shown["amount"], shown["months_paid"]) == ("payme", "captured", "600000.00", 2)
    assert shop.admin().delete(f"/api/v1/payments/{shown['id']}/").status_code == 409


def test_tuition_of_a_month_that_is_over_does_not_go_back_by_itself(shop: World, set_clock: SetClock) -> None:
    group = shop.group(monthly_price="300000.00")
    payment = bought(shop.member(group["id"]), group=group["id"], months=[NOVEMBER])
    capture(shop, payment["number"])
    with shop.db.read() as tx:
        assert ledger.may_refund(tx, held_payment(tx, payment["number"]))
    set_clock(NOON.replace(month=12, day=1))
    with shop.db.read() as tx:
        assert not ledger.may_refund(tx, held_payment(tx, payment["number"]))


def test_one_transaction_of_a_payment_is_under_way(shop: World, course: dict[str, Any]) -> None:
    payment = bought(shop.student(), course=course["id"])
    begin(shop, payment["number"], "first")
    with shop.db.write() as tx:
        held = held_payment(tx, payment["number"])
        assert ledger.begin_transaction(tx, held, "second", tx.now, None) is None
        first = ledger.find_transaction(tx, NAME, "first")
        assert first is not None
        assert (ledger.release(tx, first, 3), ledger.release(tx, first, 5)) == (True, False)
        assert (first.state, first.reason) == ("cancelled", 3)
        assert ledger.begin_transaction(tx, held, "second", tx.now, None) is not None


def test_sums_of_months_are_of_the_month_in_which_the_money_came(shop: World, course: dict[str, Any], set_clock: SetClock) -> None:
    set_clock(NOON.replace(month=11, day=30, hour=18, minute=59))
    payment = bought(shop.student(), course=course["id"])
    set_clock(NOON.replace(month=11, day=30, hour=19, minute=1))  # 00:01 of 1 December in Tashkent
    capture(shop, payment["number"])
    set_clock(NOON.replace(month=12, day=20) + timedelta(days=31))
    refund(shop, payment["number"], 100)
    with shop.db.read() as tx:
        kept = tx.all(select(MonthSum.month, MonthSum.income))
    with shop.db.write() as tx:
        recount_months(tx)
    with shop.db.read() as tx:
        counted = tx.all(select(MonthSum.month, MonthSum.income))
    assert [(f"{month}", total) for month, total in kept] == [("2026-12-01", PRICE * 100 - 100)]
    assert [tuple(row) for row in kept] == [tuple(row) for row in counted]


def test_a_second_order_of_one_thing_cannot_be_open(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    bought(student, course=course["id"])
    with shop.db.write() as tx:
        tx.execute(update(Order).values(status="closed"))
    bought(student, course=course["id"])
    assert count(shop, Order, Order.status == "open") == 1


@pytest.mark.parametrize(
    ("state", "late", "is_over"),
    [("created", timedelta(0), True), ("created", timedelta(microseconds=-1), False), ("captured", timedelta(days=1), False)],
)
def test_a_service_has_until_the_last_moment_to_capture(state: str, late: timedelta, *, is_over: bool) -> None:
    ends = NOON + timedelta(hours=12)
    view = ledger.TransactionView(1, "payme", "t", 2, "N", 100, state, None, NOON, NOON, ends, None, None)
    assert view.is_expired(ends + late) is is_over
    assert not replace(view, expires_at=None).is_expired(ends + late), "one without an end waits"
