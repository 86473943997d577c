"""A completed payment that Click calls failed stays granted until Click, asked by us, says the same."""

import pytest
from sqlalchemy import select

from bilim.billing.models import Payment
from bilim.click import jobs
from bilim.click.protocols import NoAnswer, PaymentSaid, Said
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from bilim.payments.models import OrderGrant, PaymentAlert
from bilim.study.models import Enrollment
from click_till import AMOUNT, buy_course, open_till
from conftest import SetClock
from payments.shop import count
from simulators.click import FAILED, Click
from world import World


class FakeMerchant:
    """Click's Merchant API, saying what it was told to."""

    def __init__(self, said: Said | None, *, is_configured: bool = True) -> None:
        self.said = said
        self.is_configured = is_configured
        self.asked: list[int] = []

    def payment(self, paydoc_id: int) -> PaymentSaid:
        self.asked.append(paydoc_id)
        if self.said is None:
            raise NoAnswer("ConnectTimeout")
        return PaymentSaid(self.said)


@pytest.fixture
def click(world: World, set_clock: SetClock) -> Click:
    return open_till(world)


@pytest.fixture
def disputed(world: World, click: Click) -> str:
    """The number of a payment that was completed and then called failed, twice."""
    number = buy_course(world, world.student())["number"]
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    assert click.complete("1", number, AMOUNT, ours)["error"] == 0
    for _ in range(2):
        assert click.complete("1", number, AMOUNT, ours, error=str(FAILED))["error"] == -9
    return number


def confirm(world: World, merchant: FakeMerchant) -> None:
    drain(world.db, Handlers(jobs.handlers(world.db, merchant)), "money")


def granted(world: World) -> tuple[int, int, int]:
    with world.db.read() as tx:
        refunded = tx.scalar(select(Payment.refunded).where(Payment.provider == "click"))
    return count(world, OrderGrant), count(world, Enrollment), refunded


def test_what_click_cancelled_is_taken_back_once(world: World, disputed: str) -> None:
    merchant = FakeMerchant(Said.CANCELLED)
    assert granted(world)[1:] == (1, 0)
    confirm(world, merchant)
    assert merchant.asked == [91]
    assert granted(world) == (1, 0, 49_000_000)
    with world.db.read() as tx:
        assert tx.scalars(select(PaymentAlert.kind)) == ["dispute"], "one alert, however often Click repeats itself"


@pytest.mark.parametrize("said", [Said.TAKEN, Said.UNKNOWN])
def test_what_click_holds_or_does_not_know_stays(world: World, disputed: str, said: Said) -> None:
    confirm(world, FakeMerchant(said))
    assert granted(world) == (1, 1, 0)
    with world.db.read() as tx:
        assert tx.all(select(JobRow.id).where(JobRow.kind == "click.confirm-dispute")) == []


@pytest.mark.parametrize("said", [Said.WAITING, None])
def test_click_is_asked_again_where_it_has_not_decided(world: World, disputed: str, said: Said | None) -> None:
    confirm(world, FakeMerchant(said))
    assert granted(world) == (1, 1, 0)
    with world.db.read() as tx:
        state, attempts = tx.first(select(JobRow.state, JobRow.attempts).where(JobRow.kind == "click.confirm-dispute"))
    assert (state != "dead", attempts) == (True, 1)


def test_without_credentials_a_person_decides(world: World, disputed: str) -> None:
    merchant = FakeMerchant(Said.CANCELLED, is_configured=False)
    confirm(world, merchant)
    assert (merchant.asked, granted(world)) == ([], (1, 1, 0))
