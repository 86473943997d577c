"""Courses paid with a coupon, and what their instructors earn."""

from typing import Any

import pytest
from sqlalchemy import select

from bilim.coupons.models import Coupon, CouponUse
from bilim.payments.models import Order
from payments.shop import PAYMENTS, PRICE, bought, buy, capture, count, open_shop, refund
from world import Person, World

STATEMENT = "/api/instructor/statement/"


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def teacher(shop: World) -> Person:
    return shop.teacher()


@pytest.fixture
def course(shop: World, teacher: Person) -> int:
    return shop.course(teacher, price=PRICE)["id"]


def coupon(teacher: Person, course: int, **terms: Any) -> str:
    made = teacher.post("/api/coupons/", {"code": "YOZ-2026", "course": course, "percent": 50} | terms)
    assert made.status_code == 201, made.text
    return made.json()["code"]


def statement(shop: World, teacher: Person) -> list[tuple[float, float]]:
    """Amount and balance of each line, the earliest first, once the jobs ran."""
    shop.run_jobs("money")
    return [(float(line["amount"]), float(line["balance"])) for line in teacher.get(f"{STATEMENT}?ordering=created_at").json()]


def uses(shop: World) -> list[bool]:
    """Of each use that is held, whether it was paid."""
    with shop.db.read() as tx:
        return [used is not None for used in tx.scalars(select(CouponUse.used_at))]


def test_a_sale_stands_in_the_statement_once_and_its_refund_too(shop: World, teacher: Person, course: int) -> None:
    number = bought(shop.student(), course=course)["number"]
    assert statement(shop, teacher) == []
    capture(shop, number)
    capture(shop, number)
    assert statement(shop, teacher) == [(PRICE, PRICE * 0.7)]
    refund(shop, number, 100_00)
    refund(shop, number)
    lines = statement(shop, teacher)
    assert sum(amount for amount, _ in lines) == 0
    assert {balance for _, balance in lines} == {PRICE * 0.7, 0}


def test_money_that_grants_nothing_is_nobodys_sale(shop: World, teacher: Person, course: int) -> None:
    number = bought(shop.student(), course=course)["number"]
    capture(shop, number, "txn-1")
    capture(shop, number, "txn-2")
    assert statement(shop, teacher) == [(PRICE, PRICE * 0.7)]


def test_a_coupon_lowers_the_price_and_is_used_when_it_is_paid(shop: World, teacher: Person, course: int) -> None:
    student = shop.student()
    payment = bought(student, course=course, coupon=coupon(teacher, course))
    assert float(payment["amount"]) == PRICE / 2
    assert uses(shop) == [False]
    assert bought(student, course=course, coupon="yoz-2026")["id"] == payment["id"], "asked again it is the same"
    capture(shop, payment["number"])
    assert statement(shop, teacher) == [(PRICE / 2, PRICE / 2 * 0.7)]
    assert uses(shop) == [True]
    assert student.get(f"/api/v1/courses/{course}").json()["lessons"][0]["content"] == "Hello!"
    with shop.db.read() as tx:
        assert tx.scalar(select(Coupon.used)) == 1


def test_without_the_coupon_another_order_at_the_whole_price_takes_its_place(shop: World, teacher: Person, course: int) -> None:
    student = shop.student()
    lowered = bought(student, course=course, coupon=coupon(teacher, course))
    whole = bought(student, course=course)
    assert (float(whole["amount"]), whole["id"] != lowered["id"]) == (PRICE, True)
    capture(shop, lowered["number"])
    assert statement(shop, teacher) == [(PRICE / 2, PRICE / 2 * 0.7)], "the earlier link works for what it said"


@pytest.mark.parametrize(
    ("what", "field"),
    [({"coupon": "NO-SUCH-1"}, "coupon"), ({"coupon": ""}, "coupon"), ({"coupon": "x" * 10_000}, "coupon")],
)
def test_a_wrong_code_is_refused_and_begins_nothing(shop: World, course: int, what: dict[str, Any], field: str) -> None:
    refused = buy(shop.student(), course=course, **what)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert count(shop, Order) == 0


def test_wrong_codes_are_throttled_here_too(shop: World, course: int) -> None:
    student = shop.student()
    heard = [buy(student, course=course, coupon=f"WRONG-{n}").status_code for n in range(25)]
    assert heard[0] == 400
    assert heard[-1] == 429


def test_a_coupon_is_for_courses(shop: World, teacher: Person, course: int) -> None:
    refused = buy(shop.student(), plan=1, coupon=coupon(teacher, course))
    assert (refused.status_code, list(refused.json())) == (400, ["coupon"])


def test_what_costs_nothing_with_a_coupon_is_redeemed_instead(shop: World, teacher: Person, course: int) -> None:
    student = shop.student()
    code = coupon(teacher, course, percent=100)
    assert buy(student, course=course, coupon=code).status_code == 400
    assert (count(shop, Order), uses(shop)) == (0, [])
    assert student.post("/api/coupons/redeem/", {"code": code, "course": course}).status_code in (200, 201)
    assert student.get(PAYMENTS).json() == []
