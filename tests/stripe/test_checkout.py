"""Beginning to pay by Stripe: one session a payment, whatever happens on the way."""

from collections.abc import Iterator
from typing import Any

import pytest

from at_once import at_once, statuses
from bilim.billing.models import Payment
from conftest import SetClock
from payments.shop import count
from simulators.stripe import RETRY_AFTER
from stripe_till import PLAN_PRICE, PRICE, Till, open_till
from world import World

BY_QUERY, BY_BODY = "/api/v1/payments/create-checkout-session", "/api/v1/subscriptions/create-checkout-session"
BACK = {"success_url": "https://school.example/thanks?a=b", "cancel_url": "https://school.example/again"}


@pytest.fixture
def till(sqlite_world: World, set_clock: SetClock) -> Iterator[Till]:
    with open_till(sqlite_world) as till:
        yield till


@pytest.fixture
def course(till: Till) -> dict[str, Any]:
    return till.world.course(till.world.teacher(), price=PRICE)


def test_a_course_is_paid_once(till: Till, course: dict[str, Any]) -> None:
    payment = till.buy(till.world.student(), course=course["id"])
    ((_, path, params, key),) = till.sim.calls
    page = f"https://school.example/pay/return/{payment['number']}"
    assert (path, key, payment["checkout_url"]) == ("/v1/checkout/sessions", payment["number"], _url(till))
    assert (params["mode"], params["client_reference_id"], params["metadata"]) == (
        "payment",
        payment["number"],
        {"number": payment["number"]},
    )
    assert params["line_items"]["0"]["price_data"] == {
        "currency": "uzs",
        "unit_amount": "49000000",
        "product_data": {"name": course["title"]},
    }
    assert (params["success_url"], params["cancel_url"], params["payment_intent_data"]) == (
        page,
        page,
        {"metadata": {"number": payment["number"]}},
    )


def _url(till: Till) -> str:
    (session,) = till.sim.sessions.values()
    return session["url"]


def test_a_plan_with_a_price_at_stripe_is_subscribed_to(till: Till) -> None:
    plan = till.plan()
    payment = till.buy(till.world.student(), plan=plan["id"])
    ((_, _, params, _),) = till.sim.calls
    assert (params["mode"], params["line_items"]["0"]["price"]) == ("subscription", "price_month")
    assert (params["subscription_data"], payment["amount"]) == ({"metadata": {"number": payment["number"]}}, PLAN_PRICE)


def test_a_plan_without_one_is_paid_once(till: Till) -> None:
    plan = till.plan()
    till.world.admin().put(f"/api/v1/subscription-plans/{plan['id']}", {"stripe_price_id": ""})
    till.buy(till.world.student(), plan=plan["id"])
    assert till.sim.calls[0][2]["mode"] == "payment"


def test_both_documents_ways_lead_to_one_session(till: Till) -> None:
    student, plan = till.world.student(), till.plan()
    by_body = student.post(BY_BODY, {"plan_id": plan["id"]})
    by_query = student.post(BY_QUERY, params={"subscription_plan_id": plan["id"], **BACK})
    assert (by_body.status_code, by_query.status_code, by_body.json()) == (200, 200, by_query.json())
    assert by_body.json() == {"id": next(iter(till.sim.sessions)), "url": _url(till)}
    assert till.buy(student, plan=plan["id"])["checkout_url"] == _url(till)
    assert count(till.world, Payment) == 1


def test_the_addresses_that_were_named_first_are_kept(till: Till) -> None:
    student, plan = till.world.student(), till.plan()
    for back in (BACK, BACK | {"success_url": "https://elsewhere.example/"}):
        assert student.post(BY_QUERY, params={"subscription_plan_id": plan["id"], **back}).status_code == 200
    assert student.post(BY_BODY, {"plan_id": plan["id"]}).status_code == 200
    assert [each["success_url"] for each in till.sim.sessions.values()] == [BACK["success_url"]]


@pytest.mark.parametrize(
    "wrong", ["javascript:alert(1)", "/thanks", "https://", "ftp://a.example", "https://a b", "http://[", "https://a\n.example"]
)
def test_addresses_must_be_whole(till: Till, wrong: str) -> None:
    plan = till.plan()
    refused = till.world.student().post(BY_QUERY, params={"subscription_plan_id": plan["id"], **BACK, "success_url": wrong})
    assert (refused.status_code, list(refused.json()), till.sim.calls) == (400, ["success_url"], [])


def test_unknown_plans_are_named(till: Till) -> None:
    student = till.world.student()
    assert list(student.post(BY_BODY, {"plan_id": 999}).json()) == ["plan_id"]
    assert student.post(BY_QUERY, params={"subscription_plan_id": 999, **BACK}).status_code == 400
    assert student.post(BY_QUERY, params={"subscription_plan_id": 1}).status_code == 400
    assert till.world.post(BY_BODY, json={"plan_id": 1}).status_code == 401


def test_whose_subscription_renews_itself_need_not_subscribe_again(till: Till) -> None:
    student, plan = till.world.student(), till.plan()
    till.subscribe(student, plan)
    till.deliver()
    assert student.post(BY_BODY, {"plan_id": plan["id"]}).status_code == 409


def test_without_keys_nothing_is_written(sqlite_world: World) -> None:
    student = sqlite_world.student()
    plan = sqlite_world.admin().post("/api/v1/subscription-plans/", {"name": "a", "price": 5, "duration_days": 1, "stripe_price_id": "p"})
    body = {"plan_id": plan.json()["id"]}
    answers = [student.post(BY_BODY, body), student.post(BY_QUERY, params={"subscription_plan_id": body["plan_id"], **BACK})]
    answers += [
        sqlite_world.post("/api/v1/payments/webhook/stripe", json={}),
        student.post("/api/payments/", {"provider": "stripe", "plan": 1}),
    ]
    assert (statuses(answers), count(sqlite_world, Payment)) == ({503: 4}, 0)


@pytest.mark.parametrize("fault", ["500", "drop"])
def test_s07_one_fault_is_got_over_with_one_session(till: Till, course: dict[str, Any], fault: str) -> None:
    till.sim.faults.append(fault)
    payment = till.buy(till.world.student(), course=course["id"])
    assert (len(till.sim.sessions), payment["checkout_url"]) == (1, _url(till))


def test_s07_faults_are_told_and_asking_again_makes_one_session(till: Till, course: dict[str, Any]) -> None:
    student = till.world.student()
    till.sim.faults.extend(["drop", "500", "429"])
    first = student.post("/api/payments/", {"provider": "stripe", "course": course["id"]})
    second = student.post("/api/payments/", {"provider": "stripe", "course": course["id"]})
    assert (first.status_code, second.status_code) == (503, 503)
    assert second.headers["retry-after"] == str(RETRY_AFTER)
    payment = till.buy(student, course=course["id"])
    assert (payment["checkout_url"], len(till.sim.sessions), count(till.world, Payment)) == (_url(till), 1, 1)
    assert len({key for _, _, _, key in till.sim.calls}) == 1


def test_a_price_that_stripe_does_not_know_is_a_503_that_an_admin_finds_in_the_log(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    plan = till.plan()
    till.sim.prices.clear()
    assert till.world.student().post(BY_BODY, {"plan_id": plan["id"]}).status_code == 503
    assert "no such price" in caplog.text
    assert "sk_test" not in caplog.text


def test_many_presses_at_once_make_one_session(till: Till, course: dict[str, Any]) -> None:
    student = till.world.student()
    answers = at_once([lambda: student.post("/api/payments/", {"provider": "stripe", "course": course["id"]})] * 8)
    assert (statuses(answers), len(till.sim.sessions), count(till.world, Payment)) == ({201: 8}, 1, 1)


def test_in_another_currency_the_rate_is_applied(sqlite_world: World, set_clock: SetClock) -> None:
    from decimal import Decimal

    with open_till(sqlite_world, stripe_currency="usd", stripe_rate=Decimal(12_650)) as till:
        course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)
        payment = till.buy(sqlite_world.student(), course=course["id"])
        assert till.sim.calls[0][2]["line_items"]["0"]["price_data"]["unit_amount"] == "3874"
        till.sim.currency = "usd"
        till.sim.sessions[till.session_of(payment)]["currency"] = "usd"
        till.sim.pay(till.session_of(payment))
        till.deliver()
        assert till.world.admin().get(f"/api/payments/{payment['id']}").json()["status"] == "captured"
