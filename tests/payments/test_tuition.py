"""Months of tuition in several orders: whichever is paid first gets them, and nobody pays for a month twice."""

from typing import Any

import pytest
from sqlalchemy import select

from at_once import at_once
from bilim.groups.actions import join_group
from bilim.payments.actions.ledger import Captured
from bilim.payments.models import BalanceEntry, OrderGrant, PaymentAlert, ProviderTransaction, TuitionMonth
from click_till import open_till as open_click
from payme.till import open_till, payme_of
from payments.shop import bought, buy, capture, count, refund
from simulators.payme import ID, Payme, code
from world import Person, World

MONTHLY = 100_000
"""UZS, of one month."""
PAIR = 2 * MONTHLY * 100
"""Tiyin, of two."""


@pytest.fixture
def payme(world: World) -> Payme:
    return open_till(world)


@pytest.fixture
def group(payme: Payme, world: World) -> int:
    return world.group(monthly_price=str(MONTHLY))["id"]


@pytest.fixture
def student(world: World, group: int) -> Person:
    return world.member(group)


def months(*numbers: int) -> list[dict[str, int]]:
    """Months, counted from January of 2027."""
    return [{"year": 2027 + (number - 1) // 12, "month": (number - 1) % 12 + 1} for number in numbers]


def ordered(student: Person, group: int, *numbers: int, **what: Any) -> str:
    """The number of a payment of some months."""
    return bought(student, group=group, months=months(*numbers), **what)["number"]


def granted_months(world: World) -> list[tuple[int, int]]:
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(TuitionMonth.year, TuitionMonth.month).order_by(TuitionMonth.year, TuitionMonth.month))]


def outcome(world: World) -> list[int]:
    """How many grants, balances and alerts there are."""
    return [count(world, table) for table in (OrderGrant, BalanceEntry, PaymentAlert)]


def test_once_a_month_is_paid_links_of_other_orders_with_it_take_no_money(world: World, payme: Payme, group: int, student: Person) -> None:
    first, second, apart = (ordered(student, group, *numbers) for numbers in ((1, 2), (2, 3), (3, 4)))
    assert payme.check(second, PAIR)["result"]["allow"] is True
    assert capture(world, first) == "granted"
    assert [code(payme.check(second, PAIR)), code(payme.create(ID.format(2), second, PAIR))] == [-31051, -31051]
    assert payme.check(apart, PAIR)["result"]["allow"] is True
    assert (granted_months(world), outcome(world)) == ([(2027, 1), (2027, 2)], [1, 0, 0])
    assert count(world, ProviderTransaction) == 1


def test_click_is_told_before_it_debits(world: World, group: int, student: Person) -> None:
    first = ordered(student, group, 1, 2)
    click = open_click(world)
    second = ordered(student, group, 2, 3, provider="click")
    capture(world, first)
    assert click.prepare("1", second, f"{2 * MONTHLY}.00")["error"] == -9
    assert outcome(world) == [1, 0, 0]


def test_what_payme_began_before_is_not_charged(world: World, payme: Payme, group: int, student: Person) -> None:
    first, second = ordered(student, group, 1, 2), ordered(student, group, 2, 3)
    payme.create(ID.format(2), second, PAIR)
    capture(world, first)
    assert code(payme.perform(ID.format(2))) == -31008
    assert (granted_months(world), outcome(world)) == ([(2027, 1), (2027, 2)], [1, 0, 0])


def test_what_click_debited_before_is_the_payers_balance(world: World, group: int, student: Person) -> None:
    first = ordered(student, group, 1, 2)
    click = open_click(world)
    second, amount = ordered(student, group, 2, 3, provider="click"), f"{2 * MONTHLY}.00"
    ours = click.prepare("1", second, amount)["merchant_prepare_id"]
    capture(world, first)
    assert click.complete("1", second, amount, ours)["error"] == 0
    assert (granted_months(world), outcome(world)) == ([(2027, 1), (2027, 2)], [1, 1, 1])


def test_months_whose_money_went_back_can_be_paid_again(world: World, payme: Payme, group: int, student: Person) -> None:
    first, second = ordered(student, group, 1, 2), ordered(student, group, 2, 3)
    capture(world, first)
    assert list(buy(student, group=group, months=months(2)).json()) == ["months"]
    refund(world, first)
    assert granted_months(world) == []
    assert payme.check(second, PAIR)["result"]["allow"] is True
    assert capture(world, second, "txn-2") == "granted"
    assert granted_months(world) == [(2027, 2), (2027, 3)]


def test_months_are_each_students_and_each_groups(world: World, payme: Payme, group: int, student: Person) -> None:
    other_group = world.group(monthly_price=str(MONTHLY))["id"]
    both = world.member(group)
    with world.db.write() as tx:
        join_group(tx, both.id, other_group)
    numbers = [ordered(person, of, 1, 2) for person, of in ((student, group), (both, group), (both, other_group))]
    assert [capture(world, number, f"txn-{number}") for number in numbers] == ["granted"] * 3
    assert len(granted_months(world)) == 6


def test_money_that_comes_a_second_time_leaves_the_months_as_they_are(world: World, payme: Payme, group: int, student: Person) -> None:
    number = ordered(student, group, 1, 2)
    assert [capture(world, number, "txn-1"), capture(world, number, "txn-2")] == ["granted", "to_balance"]
    assert (granted_months(world), outcome(world)) == ([(2027, 1), (2027, 2)], [1, 1, 1])


def test_of_fifty_overlapping_orders_captured_at_once_one_is_granted(world: World, group: int, student: Person) -> None:
    numbers = [ordered(student, group, 1, other) for other in range(2, 52)]
    answers = at_once([lambda number=number: capture(world, number, f"txn-{number}") for number in numbers])
    assert sorted(answers) == [Captured.GRANTED] + [Captured.TO_BALANCE] * 49
    assert (len(granted_months(world)), outcome(world)) == (2, [1, 49, 49])


def test_of_fifty_orders_each_overlapping_the_next_no_month_is_granted_twice(world: World, group: int, student: Person) -> None:
    numbers = [ordered(student, group, first, first + 1) for first in range(1, 51)]
    answers = at_once([lambda number=number: capture(world, number, f"txn-{number}") for number in numbers])
    grants, balances, alerts = outcome(world)
    assert grants == answers.count(Captured.GRANTED) == len(granted_months(world)) // 2
    assert (grants + balances, balances) == (50, alerts)
    assert 17 <= grants <= 25  # of neighbours one is granted, and of three in a row at least one


def test_of_fifty_overlapping_orders_that_payme_performs_at_once_one_is_granted(
    world: World, payme: Payme, group: int, student: Person
) -> None:
    numbers = [ordered(student, group, 1, other) for other in range(2, 52)]
    for place, number in enumerate(numbers):
        assert payme.create(ID.format(place), number, PAIR)["result"]["state"] == 1
    answers = at_once([lambda place=place: payme_of(world).perform(ID.format(place)) for place in range(50)])
    performed = sum("result" in answer for answer in answers)
    assert {code(answer) for answer in answers if "error" in answer} <= {-31008}
    assert (len(granted_months(world)), outcome(world)) == (2, [1, performed - 1, performed - 1])
