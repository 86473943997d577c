"""Refunds by admins: Click has the money go back once, however often it must be asked, and whichever of its answers are lost."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from at_once import at_once, statuses
from bilim.accounts.models import AuditRecord
from bilim.click import jobs
from bilim.click.checkout import ClickCheckout
from bilim.click.protocols import Said
from bilim.click.statement import ClickStatement
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from bilim.payments.jobs import check_ledger, reconcile
from bilim.payments.models import OrderGrant, PaymentAlert, ProviderTransaction, RefundRequest
from bilim.payments.protocols import Checkouts
from bilim.study.models import Enrollment
from click_till import AMOUNT, buy_course, open_till
from conftest import NOON, SetClock
from payments.shop import PRICE, count, income, open_shop, payments_of, pending_payment
from payments.shop import capture as capture_by_payme
from simulators.click import FAILED, Click, MerchantApi
from world import Person, World

TIYIN = PRICE * 100
PAYDOC = 91
DAY = timedelta(days=1)
KEPT, BACK = [("captured", TIYIN, 0)], [("captured", TIYIN, TIYIN)]
RETURNED_BY_ADMIN = 5


@pytest.fixture
def click(world: World, set_clock: SetClock) -> Click:
    """Click, with credentials for its Merchant API."""
    click = open_till(world)
    settings = replace(world.app.state.services.settings, click_merchant_user_id="3")
    world.use(settings=settings, checkouts=Checkouts([ClickCheckout(settings)]))
    return click


@pytest.fixture
def merchant() -> MerchantApi:
    return MerchantApi({PAYDOC: Said.TAKEN})


@pytest.fixture
def student(world: World) -> Person:
    return world.student()


@pytest.fixture
def payment(world: World, click: Click, student: Person) -> dict[str, Any]:
    """A course that was paid."""
    payment = buy_course(world, student)
    ours = click.prepare("1", payment["number"], AMOUNT)["merchant_prepare_id"]
    assert click.complete("1", payment["number"], AMOUNT, ours)["error"] == 0
    return payment


def ask(world: World, payment: dict[str, Any], **body: Any) -> Any:
    return world.admin().post(f"/api/payments/{payment['id']}/refunds", body)


def run(world: World, merchant: MerchantApi) -> None:
    drain(world.db, Handlers(jobs.handlers(world.db, merchant)), "money")  # type: ignore[arg-type] - as much of it as jobs need


def refunds(world: World, payment: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["status"], each["reason"]) for each in world.admin().get(f"/api/payments/{payment['id']}/refunds").json()]


def alerts(world: World) -> list[str]:
    with world.db.read() as tx:
        return tx.scalars(select(PaymentAlert.detail))


def test_all_of_it_goes_back_once_and_is_written_down(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    asked = ask(world, payment)
    assert (asked.status_code, asked.json()["status"], asked.json()["amount"]) == (201, "asked", PRICE)
    assert (payments_of(world), merchant.calls) == (KEPT, [])
    run(world, merchant)
    assert (payments_of(world), refunds(world, payment), merchant.reversed) == (BACK, [("done", None)], [PAYDOC])
    assert (count(world, OrderGrant, OrderGrant.revoked_at.is_(None)), count(world, Enrollment), income(world.admin())) == (0, 0, "0.00")
    assert (count(world, PaymentAlert), count(world, AuditRecord, AuditRecord.kind == "refund")) == (0, 1)
    with world.db.read() as tx:
        assert tuple(tx.first(select(ProviderTransaction.state, ProviderTransaction.reason))) == ("refunded", RETURNED_BY_ADMIN)
    assert ask(world, payment).status_code == 409


def test_both_books_say_the_same_afterwards(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    ask(world, payment)
    run(world, merchant)
    source = ClickStatement(world.db, merchant)  # type: ignore[arg-type] - as much of it as a statement needs
    assert reconcile(world.db, source, NOON - DAY, NOON + DAY) + check_ledger(world.db) == []


@pytest.mark.parametrize(
    "faults",
    [["lost"], ["", "lost"], ["", "mute"], ["lost", "", "mute", "lost"], ["mute"]],
    ids=["asked", "reversing", "answer", "many", "status"],
)
def test_lost_calls_and_answers_are_made_good(
    world: World, merchant: MerchantApi, payment: dict[str, Any], faults: list[str], set_clock: SetClock
) -> None:
    ask(world, payment)
    merchant.faults.extend(faults)
    for tries in range(4):
        set_clock(NOON + tries * timedelta(minutes=6))
        run(world, merchant)
    assert (payments_of(world), merchant.reversed, refunds(world, payment)) == (BACK, [PAYDOC], [("done", None)])
    assert count(world, PaymentAlert) == 0


def test_what_click_refuses_changes_nothing_and_is_told(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    ask(world, payment)
    merchant.refuses = "-1 an earlier month"
    run(world, merchant)
    assert (payments_of(world), refunds(world, payment)) == (KEPT, [("failed", "Click: -1 an earlier month")])
    assert alerts(world) == ["no refund was made: Click: -1 an earlier month"]
    merchant.refuses = None
    assert ask(world, payment).status_code == 201, "it can be wanted again"
    run(world, merchant)
    assert (payments_of(world), merchant.reversed) == (BACK, [PAYDOC])


def test_what_was_cancelled_in_clicks_cabinet_is_written_down(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    ask(world, payment)
    merchant.said[PAYDOC] = Said.CANCELLED
    run(world, merchant)
    assert (payments_of(world), merchant.calls, refunds(world, payment)) == (BACK, [("status", PAYDOC)], [("done", None)])


def test_what_another_runner_reversed_meanwhile_is_done(world: World, payment: dict[str, Any]) -> None:
    class Overtaken(MerchantApi):
        def _reverse(self, paydoc_id: int) -> None:
            self.said[paydoc_id] = Said.CANCELLED
            super()._reverse(paydoc_id)

    ask(world, payment)
    run(world, Overtaken({PAYDOC: Said.TAKEN}))
    assert (payments_of(world), refunds(world, payment)) == (BACK, [("done", None)])


def test_a_payment_that_click_does_not_know_is_for_a_person(world: World, payment: dict[str, Any]) -> None:
    ask(world, payment)
    merchant = MerchantApi()
    run(world, merchant)
    assert (payments_of(world), refunds(world, payment)[0][0], count(world, PaymentAlert)) == (KEPT, "failed", 1)
    assert merchant.calls == [("status", PAYDOC)]


def test_click_is_asked_again_where_it_has_not_decided(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    ask(world, payment)
    merchant.said[PAYDOC] = Said.WAITING
    run(world, merchant)
    assert (payments_of(world), refunds(world, payment), merchant.calls) == (KEPT, [("asked", None)], [("status", PAYDOC)])
    with world.db.read() as tx:
        of_refunds = (JobRow.kind == "click.refund", JobRow.attempts == 1)
        assert tx.scalar(select(JobRow.due_at).where(*of_refunds)) == NOON + timedelta(minutes=5)


def test_when_click_is_silent_for_long_a_person_is_told_and_asking_again_finds_out(
    world: World, merchant: MerchantApi, payment: dict[str, Any], set_clock: SetClock
) -> None:
    ask(world, payment)
    merchant.faults.extend(["", "mute"] + ["lost"] * 20)
    for tries in range(12):
        set_clock(NOON + tries * timedelta(minutes=6))
        run(world, merchant)
    assert (payments_of(world), refunds(world, payment)[0][0], count(world, PaymentAlert)) == (KEPT, "failed", 1)
    merchant.faults.clear()
    world.renew_session(world.admin())
    assert ask(world, payment).status_code == 201
    run(world, merchant)
    assert (payments_of(world), merchant.reversed) == (BACK, [PAYDOC])


def test_parts_do_not_go_back_by_click(world: World, payment: dict[str, Any]) -> None:
    refused = ask(world, payment, amount=1000)
    assert (refused.status_code, list(refused.json()), count(world, RefundRequest)) == (400, ["amount"], 0)
    assert "whole payments only" in refused.text
    assert ask(world, payment, amount=PRICE).status_code == 201


def test_without_credentials_nothing_is_written(world: World, payment: dict[str, Any]) -> None:
    settings = replace(world.app.state.services.settings, click_merchant_user_id="")
    world.use(settings=settings, checkouts=Checkouts([ClickCheckout(settings)]))
    assert (ask(world, payment).status_code, count(world, RefundRequest), count(world, AuditRecord)) == (503, 0, 0)


def test_credentials_that_were_taken_away_are_named(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    ask(world, payment)
    merchant.is_configured = False
    run(world, merchant)
    assert (refunds(world, payment), merchant.calls) == ([("failed", "Click: the credentials of its Merchant API are not set")], [])


def test_clicks_own_word_of_it_takes_nothing_more(world: World, click: Click, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    """Click may tell of the reversal by another completion, before the job wrote it down or after."""
    ask(world, payment)
    with world.db.read() as tx:
        ours = tx.scalar(select(ProviderTransaction.id))
    assert click.complete("1", payment["number"], AMOUNT, ours, error=str(FAILED))["error"] == -9
    run(world, merchant)
    assert click.complete("1", payment["number"], AMOUNT, ours, error=str(FAILED))["error"] == -9
    assert (payments_of(world), merchant.reversed, refunds(world, payment)) == (BACK, [PAYDOC], [("done", None)])


def test_while_one_is_under_way_no_other_begins(world: World, merchant: MerchantApi, payment: dict[str, Any]) -> None:
    admin = world.admin()
    answers = at_once([lambda: admin.post(f"/api/payments/{payment['id']}/refunds", {})] * 8)
    assert (statuses(answers), count(world, RefundRequest)) == ({201: 1, 409: 7}, 1)
    run(world, merchant)
    assert (payments_of(world), merchant.reversed) == (BACK, [PAYDOC])


def test_only_captured_payments_go_back_and_only_admins_ask(world: World, payment: dict[str, Any], student: Person) -> None:
    waiting = buy_course(world, student)
    assert [ask(world, waiting).status_code, ask(world, {"id": 999}).status_code] == [409, 404]
    answers = [each.post(f"/api/payments/{payment['id']}/refunds", {}).status_code for each in (student, world.teacher())]
    assert (answers, count(world, RefundRequest)) == ([403, 403], 0)


def test_payments_by_payme_go_back_in_its_own_cabinet(world: World, set_clock: SetClock) -> None:
    open_shop(world)
    payment_id, number = pending_payment(world, world.student())
    capture_by_payme(world, number)
    assert (ask(world, {"id": payment_id}).status_code, count(world, RefundRequest)) == (409, 0)
