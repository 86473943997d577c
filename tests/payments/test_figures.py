"""Figures of payments, the settings that are made, and the slice's own rules."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bilim.payments import inputs
from bilim.payments.actions import alerts, checkouts, granting, keeping, ledger, offers
from bilim.payments.models import PaymentLog, WebhookEvent
from bilim.payments.protocols import Checkouts
from bilim.payments.queries import payments, stats
from bilim.payments.rules import MAX_LOGGED, redacted
from conftest import NOON, SetClock
from guarded import require_guarded, require_named_fields
from payments.shop import PAYME, PRICE, bought, capture, count, open_shop, refund
from plans.school import make_plan
from world import World

STATS, CONFIG = "/api/v1/statistics/payment-stats/", "/api/v1/subscriptions/admin/config-check/"


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Every test begins at noon of 20 November 2026."""


def test_figures_are_of_all_kinds_and_ways_of_paying(world: World, set_clock: SetClock) -> None:
    shop, admin = open_shop(world), world.admin()
    group, student = shop.group(), shop.student()
    member = shop.member(group["id"])
    assert admin.post("/api/v1/payments/", {"student": member.id, "group": group["id"], "amount": "100.50"}).status_code == 201
    for person in (student, shop.student()):
        paid = bought(person, course=shop.course(shop.teacher(), price=PRICE)["id"])
        capture(shop, paid["number"], paid["number"])
    refund(shop, paid["number"], 5_000_000)
    plan = bought(student, plan=make_plan(admin)["id"])
    capture(shop, plan["number"], "plan")
    bought(shop.student(), course=shop.course(shop.teacher(), price=PRICE)["id"])
    figures = admin.get(STATS).json()
    assert figures == {
        "total_revenue": 1029100.5,
        "total_refunded": 50000,
        "captured_payments": 4,
        "pending_payments": 1,
        "active_subscriptions": 1,
        "currency": "UZS",
        "shares": [
            {"kind": "course", "provider": "payme", "captured": 2, "pending": 1, "revenue": 930000, "refunded": 50000},
            {"kind": "plan", "provider": "payme", "captured": 1, "pending": 0, "revenue": 99000, "refunded": 0},
            {"kind": "tuition", "provider": "cash", "captured": 1, "pending": 0, "revenue": 100.5, "refunded": 0},
        ],
        "months": [{"year": 2026, "month": 11, "revenue": 1029100.5}],
    }
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == "1029100.50"
    assert admin.get("/api/v1/admin/statistics").json()["pending_payments"] == 1
    set_clock(NOON + timedelta(days=1))
    shop.renew_session(admin)
    assert (admin.get(STATS).json()["pending_payments"], admin.get("/api/v1/admin/statistics").json()["pending_payments"]) == (0, 0)


def test_an_empty_school_has_figures_too(sqlite_world: World) -> None:
    figures = sqlite_world.admin().get(STATS).json()
    assert (figures["total_revenue"], figures["shares"], figures["months"]) == (0, [], [])


def test_settings_are_told_but_never_shown(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    (payme, *_) = admin.get(CONFIG).json()["services"]
    assert payme == {"name": "payme", "is_configured": False, "settings": {"PAYME_MERCHANT_ID": False, "PAYME_KEY": False}}
    open_shop(sqlite_world)
    shown = admin.get(CONFIG)
    assert (shown.json()["services"][0]["is_configured"], shown.json()["settings"]["FISCAL_COURSE"]) == (True, False)
    for secret in PAYME.values():
        assert secret not in shown.text


def test_alerts_are_counted_by_the_metrics(sqlite_world: World) -> None:
    with sqlite_world.db.write() as tx:
        alerts.raise_alert(tx, alerts.Alert.MISMATCH, None, "x" * 1_000)
    exposed = sqlite_world.admin().get("/api/v1/metrics").text
    assert 'bilim_payment_alerts{kind="mismatch"} 1.0' in exposed
    assert 'bilim_payment_alerts{kind="paid_twice"} 0.0' in exposed


def test_an_event_counts_once(sqlite_world: World) -> None:
    with sqlite_world.db.write() as tx:
        assert [keeping.is_new_event(tx, service, "evt_1", "paid") for service in ("stripe", "stripe", "click")] == [True, False, True]


def test_what_services_sent_is_kept_for_a_time(sqlite_world: World, set_clock: SetClock) -> None:
    with sqlite_world.db.write() as tx:
        keeping.log_call(tx, "payme", "CreateTransaction", "done", {"x": "y" * 20_000})
        keeping.is_new_event(tx, "stripe", "evt_1", "paid")
        assert len(tx.scalar(select(PaymentLog.body))) == MAX_LOGGED
    with sqlite_world.db.write() as tx:
        assert keeping.forget_old(tx, timedelta(days=30)) == 0
    set_clock(NOON + timedelta(days=30, seconds=1))
    with sqlite_world.db.write() as tx:
        assert keeping.forget_old(tx, timedelta(days=30)) == 2
    assert (count(sqlite_world, PaymentLog), count(sqlite_world, WebhookEvent)) == (0, 0)


def test_deep_bodies_are_not_kept_whole() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    assert "***" in str(redacted(deep))
    assert redacted({"Password": 1, "items": [{"card_token": "8600"}]}) == {"Password": "***", "items": [{"card_token": "***"}]}


class _Silent:
    """A service that makes a link only the second time."""

    name = "payme"
    settings: dict[str, bool] = {}  # noqa: RUF012 - a property of the protocol
    asked: list[tuple[int, str]] = []  # noqa: RUF012 - the one instance's

    async def link(self, payment: Any, return_url: str) -> str:
        from bilim.kit.errors import Unavailable

        self.asked.append((payment.payment_id, return_url))
        if len(self.asked) == 1:
            raise Unavailable("busy")
        return "https://pay.example/1"


def test_a_service_that_fails_once_is_asked_for_the_same_payment_again(sqlite_world: World) -> None:
    sqlite_world.use(checkouts=Checkouts([_Silent()]))
    student, course = sqlite_world.student(), sqlite_world.course(sqlite_world.teacher(), price=PRICE)
    body = {"provider": "payme", "course": course["id"]}
    assert student.post("/api/payments/", body).status_code == 503
    waiting = student.get("/api/payments/").json()
    assert [each["checkout_url"] for each in waiting] == [None]
    made = student.post("/api/payments/", body)
    assert (made.status_code, made.json()["checkout_url"]) == (201, "https://pay.example/1")
    assert made.json()["id"] == waiting[0]["id"]
    assert len(set(_Silent.asked)) == 1


def test_every_function_states_who_may_call_it() -> None:
    require_guarded(alerts, checkouts, granting, keeping, ledger, offers, payments, stats)
    require_named_fields(inputs)
    assert msgspec.structs.fields(inputs.PurchaseInput)
