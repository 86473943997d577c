"""Beginning to pay: what can be bought, by whom, and that pressing twice makes one payment."""

import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from at_once import at_once, statuses
from bilim.billing.models import Payment, PaymentMonth
from bilim.groups.actions import join_group
from bilim.kit.money import MAX_TIYIN
from bilim.payments.models import Checkout, Order
from conftest import NOON, SetClock
from payments.shop import PAYME, PAYMENTS, PRICE, begin, bought, buy, capture, change_course, count, income, open_shop
from plans.school import make_plan
from world import World

NOVEMBER, DECEMBER = {"year": 2026, "month": 11}, {"year": 2026, "month": 12}


@pytest.fixture
def shop(sqlite_world: World) -> World:
    return open_shop(sqlite_world)


@pytest.fixture
def course(shop: World) -> dict[str, Any]:
    return shop.course(shop.teacher(), price=PRICE)


def test_a_course_is_ordered_at_its_price(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    payment = bought(student, course=course["id"])
    assert re.fullmatch(r"[0-9A-Z]{16}", payment["number"])
    shown = {"kind": "course", "provider": "payme", "amount": 490000, "currency": "UZS", "status": "pending", "course": course["id"]}
    assert payment | shown == payment
    link = b64decode(payment["checkout_url"].removeprefix("https://checkout.paycom.uz/")).decode()
    back = f"https://school.example/pay/return/{payment['number']}"
    assert link == f"m={PAYME['payme_merchant_id']};ac.order_id={payment['number']};a=49000000;c={back}"
    assert student.get(f"{PAYMENTS}{payment['id']}/").json() == payment
    assert student.get(PAYMENTS).json() == [payment]


def test_each_payment_keeps_its_own_link(shop: World, course: dict[str, Any]) -> None:
    first, second = (bought(shop.student(), course=course["id"]) for _ in range(2))
    assert first["checkout_url"] != second["checkout_url"]
    with shop.db.read() as tx:
        assert tx.scalars(select(Checkout.url).order_by(Checkout.payment_id)) == [first["checkout_url"], second["checkout_url"]]


def test_what_a_service_began_in_time_may_be_paid_after_the_links_time(shop: World, course: dict[str, Any], set_clock: SetClock) -> None:
    student = shop.student()
    payment = bought(student, course=course["id"])
    set_clock(NOON + timedelta(hours=23))
    begin(shop, payment["number"])
    set_clock(NOON + timedelta(hours=30))
    assert capture(shop, payment["number"]) == "granted"
    with shop.db.read() as tx:
        assert tx.scalar(select(Payment.expires_at)) == NOON + timedelta(hours=35)


def test_the_discount_price_is_charged(shop: World) -> None:
    course = shop.course(shop.teacher(), price=PRICE, discount_price=100_000.5)
    assert bought(shop.student(), course=course["id"])["amount"] == 100000.5


def test_pressing_twice_makes_one_payment(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    assert bought(student, course=course["id"]) == bought(student, course=course["id"])
    assert (count(shop, Order), count(shop, Payment)) == (1, 1)


def test_after_its_time_a_link_makes_room_for_another(shop: World, course: dict[str, Any], set_clock: SetClock) -> None:
    student = shop.student()
    first = bought(student, course=course["id"])
    set_clock(NOON + timedelta(days=1))
    shop.renew_session(student)
    assert student.get(f"{PAYMENTS}{first['id']}").json()["status"] == "cancelled"
    assert [each["status"] for each in student.get("/api/v1/payments/").json()] == ["cancelled"]
    second = bought(student, course=course["id"])
    assert (second["number"] == first["number"], count(shop, Order)) == (False, 1)


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Every test begins at noon of 20 November 2026."""


def test_a_changed_price_makes_another_order_and_the_first_link_still_works(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    first = bought(student, course=course["id"])
    change_course(shop, course["id"], price=60_000_000)
    second = bought(student, course=course["id"])
    assert (first["amount"], second["amount"], count(shop, Order)) == (490000, 600000, 2)
    assert capture(shop, first["number"]) == "granted"
    assert buy(student, course=course["id"]).status_code == 409
    assert count(shop, Order, Order.status == "void") == 1
    assert capture(shop, second["number"], "txn-2") == "to_balance"


def test_a_plan_and_months_of_tuition_are_ordered(shop: World) -> None:
    admin = shop.admin()
    plan = make_plan(admin)
    group = shop.group(monthly_price="300000.00")
    student = shop.member(group["id"])
    assert bought(student, plan=plan["id"])["amount"] == 99000
    tuition = bought(student, group=group["id"], months=[DECEMBER, NOVEMBER])
    assert (tuition["kind"], tuition["amount"], tuition["group"]) == ("tuition", 600000, group["id"])
    assert count(shop, PaymentMonth) == 2
    assert bought(student, group=group["id"], months=[NOVEMBER, DECEMBER]) == tuition


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["non_field_errors"]),
        ({"course": 1, "plan": 1}, ["non_field_errors"]),
        ({"course": 999}, ["course"]),
        ({"plan": 999}, ["plan"]),
        ({"group": 999, "months": [NOVEMBER]}, ["group"]),
        ({"group": 1}, ["months"]),
        ({"group": 1, "months": []}, ["months"]),
        ({"group": 1, "months": [{"year": year, "month": 1} for year in range(2000, 2013)]}, ["months"]),
        ({"group": 1, "months": [NOVEMBER, NOVEMBER]}, ["months"]),
        ({"course": 1, "provider": "paypal"}, ["provider"]),
        ({"course": 1, "provider": ""}, ["provider"]),
        ({"course": "one"}, ["course"]),
    ],
)
def test_what_cannot_be_bought_is_named(shop: World, body: dict[str, Any], wrong: list[str]) -> None:
    refused = buy(shop.student(), **body)
    assert (refused.status_code, list(refused.json())) == (400, wrong)
    assert count(shop, Order) == 0


def test_nobody_pays_for_what_is_free_or_theirs(shop: World, course: dict[str, Any]) -> None:
    student, teacher, admin = shop.student(), shop.teacher(), shop.admin()
    free, own = shop.course(teacher, price=0), shop.course(teacher, price=PRICE)
    hidden = shop.course(teacher, price=PRICE, is_published=False)
    gift = make_plan(admin, price=0)
    assert (buy(student, course=free["id"]).status_code, buy(student, plan=gift["id"]).status_code) == (400, 400)
    assert list(buy(student, course=hidden["id"]).json()) == ["course"]
    assert (buy(teacher, course=own["id"]).status_code, buy(admin, course=own["id"]).status_code) == (409, 409)
    assert count(shop, Order) == 0


def test_a_withdrawn_plan_is_not_sold(shop: World) -> None:
    admin, student = shop.admin(), shop.student()
    plan = make_plan(admin)
    assert admin.delete(f"/api/v1/subscription-plans/{plan['id']}").status_code == 200
    assert list(buy(student, plan=plan["id"]).json()) == ["plan"]


def test_tuition_is_sold_to_members_of_groups_with_a_price(shop: World) -> None:
    priced, unpriced = shop.group(monthly_price="300000.00"), shop.group(name="IELTS-A2")
    member, stranger = shop.member(unpriced["id"]), shop.student()
    assert list(buy(member, group=unpriced["id"], months=[NOVEMBER]).json()) == ["group"]
    assert list(buy(stranger, group=priced["id"], months=[NOVEMBER]).json()) == ["group"]


def test_a_sum_past_twelve_digits_is_refused(shop: World) -> None:
    group = shop.group(monthly_price=f"{MAX_TIYIN // 100}.00")
    assert list(buy(shop.member(group["id"]), group=group["id"], months=[NOVEMBER, DECEMBER]).json()) == ["months"]


def test_a_month_is_not_sold_twice(shop: World) -> None:
    group = shop.group(monthly_price="300000.00")
    student = shop.member(group["id"])
    capture(shop, bought(student, group=group["id"], months=[NOVEMBER])["number"])
    assert list(buy(student, group=group["id"], months=[NOVEMBER, DECEMBER]).json()) == ["months"]
    assert buy(student, group=group["id"], months=[DECEMBER]).status_code == 201


def test_a_month_paid_in_one_group_is_still_to_be_paid_in_another(shop: World) -> None:
    first, second = shop.group(monthly_price="300000.00"), shop.group(name="IELTS-A2", monthly_price="300000.00")
    student = shop.member(first["id"])
    capture(shop, bought(student, group=first["id"], months=[NOVEMBER])["number"])
    with shop.db.write() as tx:
        join_group(tx, student.id, second["id"])
    assert buy(student, group=second["id"], months=[NOVEMBER]).status_code == 201


def test_without_keys_a_service_is_left_out_and_answers_503(sqlite_world: World) -> None:
    assert sqlite_world.get("/api/payments/providers/").json() == []
    refused = buy(sqlite_world.student(), course=1)
    assert (refused.status_code, count(sqlite_world, Order)) == (503, 0)
    open_shop(sqlite_world)
    assert sqlite_world.get("/api/payments/providers/").json() == [{"name": "payme"}]


def test_a_payment_is_its_payers_and_the_admins(shop: World, course: dict[str, Any]) -> None:
    student = shop.student()
    payment = bought(student, course=course["id"])
    path = f"{PAYMENTS}{payment['id']}/"
    assert [each.get(path).status_code for each in (shop.student(), shop.teacher(), shop.admin())] == [404, 404, 200]
    assert shop.student().get(PAYMENTS).json() == []


def shown(shop: World, number: str) -> Response:
    """What a browser is shown that a service sent back."""
    return shop.get(f"/pay/return/{number}", headers={"Accept": "text/html,*/*"})


def test_the_page_of_return_shows_what_the_server_knows_and_grants_nothing(shop: World, course: dict[str, Any]) -> None:
    payment = bought(shop.student(), course=course["id"])
    page = shown(shop, payment["number"])
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Waiting for the payment" in page.text
    assert income(shop.admin()) == "0.00"
    told = {"number": payment["number"], "title": "Ingliz tili", "status": "pending", "amount": 490000}
    assert shop.get(f"/pay/return/{payment['number']}").json() == told
    capture(shop, payment["number"])
    assert "Payment received" in shown(shop, payment["number"]).text
    for unknown in ("0" * 16, "x", "ы", "1'"):
        page = shown(shop, unknown)
        assert (page.status_code, "No such payment" in page.text) == (404, True)
        assert shop.get(f"/pay/return/{unknown}").json() == {"detail": "Not found."}


def test_the_page_of_return_escapes_titles(shop: World) -> None:
    course = shop.course(shop.teacher(), price=PRICE, title="<script>alert(1)</script>")
    page = shown(shop, bought(shop.student(), course=course["id"])["number"])
    assert "<script>" not in page.text


def test_pressed_many_times_at_once_it_is_one_order_and_one_payment(world: World) -> None:
    shop = open_shop(world)
    student, course = shop.student(), shop.course(shop.teacher(), price=PRICE)
    answers = at_once([lambda: buy(student, course=course["id"])] * 8)
    assert statuses(answers) == {201: 8}
    assert len({each.json()["number"] for each in answers}) == 1
    assert (count(shop, Order), count(shop, Checkout)) == (1, 1)
