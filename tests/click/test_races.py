"""Click's calls that meet: whatever their order, a payment is granted once and one attempt of it is under way."""

import pytest
from sqlalchemy import func, select

from at_once import at_once
from bilim.payments.models import OrderGrant, ProviderTransaction
from click_till import AMOUNT, buy_course, open_till
from payments.shop import count
from simulators.click import Click
from world import World


@pytest.fixture
def click(world: World) -> Click:
    return open_till(world)


@pytest.fixture
def number(world: World, click: Click) -> str:
    return buy_course(world, world.student())["number"]


def test_c18_of_fifty_completions_at_once_one_grants(world: World, click: Click, number: str) -> None:
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    answers = at_once([lambda: click.complete("1", number, AMOUNT, ours)["error"]] * 50)
    assert sorted(answers) == [-4] * 49 + [0]
    assert count(world, OrderGrant) == 1


def test_c19_of_fifty_preparations_at_once_one_is_under_way(world: World, click: Click, number: str) -> None:
    answers = at_once([lambda trans=str(n): click.prepare(trans, number, AMOUNT)["error"] for n in range(1, 51)])
    assert set(answers) == {0}
    with world.db.read() as tx:
        by_state = select(ProviderTransaction.state, func.count()).group_by(ProviderTransaction.state)
        assert dict(map(tuple, tx.all(by_state))) == {"created": 1, "cancelled": 49}


def test_the_same_preparation_at_once_is_one(world: World, click: Click, number: str) -> None:
    answers = at_once([lambda: click.prepare("1", number, AMOUNT)["merchant_prepare_id"]] * 20)
    assert len(set(answers)) == 1
    assert count(world, ProviderTransaction) == 1
