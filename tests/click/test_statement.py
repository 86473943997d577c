"""The ledger beside what Click says of each of its payments."""

from datetime import timedelta

import pytest

from bilim.click.protocols import NoAnswer, PaymentSaid, Said
from bilim.click.statement import ClickStatement
from bilim.kit.errors import Unavailable
from bilim.payments.jobs import reconcile
from click_till import AMOUNT, buy_course, open_till
from conftest import NOON, SetClock
from simulators.click import FAILED, Click
from world import World

DAY = timedelta(days=1)


class Merchant:
    """Click's Merchant API, saying of each payment what a test wants."""

    is_configured = True

    def __init__(self, said: dict[int, Said]) -> None:
        self.said = said

    def payment(self, paydoc_id: int) -> PaymentSaid:
        if not self.said:
            raise NoAnswer("ConnectTimeout")
        return PaymentSaid(self.said[paydoc_id])


@pytest.fixture
def click(world: World, set_clock: SetClock) -> Click:
    """A payment that was paid, one that failed, and one that is under way."""
    click, student = open_till(world), world.student()
    for trans, error in (("1", "0"), ("2", str(FAILED)), ("3", None)):
        number = buy_course(world, student)["number"]
        ours = click.prepare(trans, number, AMOUNT)["merchant_prepare_id"]
        if error is not None:
            click.complete(trans, number, AMOUNT, ours, error=error)
    return click


SAME = {91: Said.TAKEN, 92: Said.CANCELLED, 93: Said.WAITING}


def problems(world: World, said: dict[int, Said]) -> list[tuple[str, str]]:
    found = reconcile(world.db, ClickStatement(world.db, Merchant(said)), NOON, NOON + DAY)
    return [(each.about, each.problem) for each in found]


def test_where_both_say_the_same_nothing_is_told(world: World, click: Click) -> None:
    assert problems(world, SAME) == []
    assert problems(world, SAME | {92: Said.UNKNOWN}) == [], "no money moved"


@pytest.mark.parametrize(
    ("paydoc", "said", "problem"),
    [
        (91, Said.CANCELLED, "state: refunded there, captured here"),
        (91, Said.UNKNOWN, "captured here, not in the statement: 49000000 tiyin"),
        (92, Said.TAKEN, "state: captured there, cancelled here"),
        (93, Said.TAKEN, "state: captured there, created here"),
    ],
)
def test_what_differs_is_told(world: World, click: Click, paydoc: int, said: Said, problem: str) -> None:
    assert problems(world, SAME | {paydoc: said}) == [(str(paydoc - 90), problem)]


def test_another_day_is_not_asked_about(world: World, click: Click) -> None:
    assert reconcile(world.db, ClickStatement(world.db, Merchant({})), NOON + 2 * DAY, NOON + 3 * DAY) == []


def test_when_click_is_silent_it_is_told(world: World, click: Click) -> None:
    with pytest.raises(Unavailable):
        problems(world, {})
