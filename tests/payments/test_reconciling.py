"""The ledger against itself and against a statement: differences are listed and alerted, never corrected."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bilim.billing.models import Payment
from bilim.cli import main
from bilim.payme.statement import NoStatement, PaymeStatement
from bilim.payments import jobs
from bilim.payments.inputs import Reconcile
from bilim.payments.models import OrderGrant, PaymentAlert, ProviderTransaction
from bilim.payments.protocols import StatementLine
from conftest import NOON, SetClock
from payments.shop import NAME, PRICE, bought, capture, count, open_shop, refund
from world import World

DAY = timedelta(days=1)
TIYIN = PRICE * 100


class Said:
    """A service that says what the test lets it say."""

    name = NAME

    def __init__(self, *said: StatementLine) -> None:
        self.said = said

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:  # noqa: ARG002 - the protocol's
        return self.said


@pytest.fixture
def paid(world: World, set_clock: SetClock) -> str:
    """The number of a payment that was captured as `txn-1`."""
    shop = open_shop(world)
    number = bought(shop.student(), course=shop.course(shop.teacher(), price=PRICE)["id"])["number"]
    capture(shop, number)
    return number


def compare(world: World, *said: StatementLine) -> list[str]:
    return [each.problem for each in jobs.reconcile(world.db, Said(*said), NOON - DAY, NOON + DAY)]


def test_a_statement_that_says_the_same_has_no_differences(world: World, paid: str) -> None:
    never_captured = StatementLine("txn-9", "0" * 16, 1, "cancelled")
    assert compare(world, StatementLine("txn-1", paid, TIYIN, "captured"), never_captured) == []
    assert (jobs.check_ledger(world.db), count(world, PaymentAlert)) == ([], 0)


def test_every_difference_is_named_and_alerted_once(world: World, paid: str) -> None:
    said = (
        StatementLine("txn-1", "0" * 16, TIYIN - 1, "refunded"),
        StatementLine("txn-1", paid, TIYIN, "captured"),
        StatementLine("txn-2", paid, 7, "captured"),
    )
    expected = [
        f"number: {'0' * 16} there, {paid} here",
        f"amount: {TIYIN - 1} there, {TIYIN} here",
        "state: refunded there, captured here",
        "stands twice in the statement",
        "captured there, unknown here: 7 tiyin",
    ]
    assert [compare(world, *said), compare(world, *said)] == [expected, expected]
    assert count(world, PaymentAlert, PaymentAlert.kind == "reconciliation") == 5
    assert count(world, ProviderTransaction, ProviderTransaction.state == "captured") == 1


def test_money_that_only_the_ledger_knows_of_is_a_difference(world: World, paid: str) -> None:
    assert compare(world) == [f"captured here, not in the statement: {TIYIN} tiyin"]
    with world.db.write() as tx:
        tx.execute(update(ProviderTransaction).values(provider_time=NOON + DAY))
    assert compare(world) == []


@pytest.mark.parametrize(
    ("table", "columns", "problem"),
    [
        (ProviderTransaction, {"state": "cancelled", "captured_at": None, "cancelled_at": NOON}, "no transaction of the service"),
        (Payment, {"status": "pending"}, "a transaction says captured"),
        (OrderGrant, {"revoked_at": NOON}, "neither granted nor on a balance"),
        (Payment, {"refunded": TIYIN}, "without its money"),
    ],
)
def test_a_ledger_that_contradicts_itself_is_found(world: World, paid: str, table: type, columns: dict[str, object], problem: str) -> None:
    with world.db.write() as tx:
        tx.execute(update(table).values(**columns))
    assert any(problem in each.problem for each in jobs.check_ledger(world.db))


def test_what_went_back_and_what_came_twice_fits(world: World, paid: str) -> None:
    capture(world, paid, "txn-2")
    refund(world, paid, txn="txn-1")
    assert jobs.check_ledger(world.db) == []


def test_it_runs_every_day(world: World, paid: str) -> None:
    with world.db.write() as tx:
        tx.execute(update(OrderGrant).values(revoked_at=NOON))
        tx.enqueue(Reconcile())
    world.run_jobs("money")
    assert count(world, PaymentAlert) == 1


def test_the_command_compares_a_file(sqlite_world: World, set_clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(sqlite_world)
    number = bought(shop.student(), course=shop.course(shop.teacher(), price=PRICE)["id"])["number"]
    capture(shop, number)
    monkeypatch.setenv("DATABASE_URL", shop.app.state.services.settings.database_url)
    monkeypatch.setenv("BILIM_HOME", str(tmp_path))
    file = tmp_path / "statement.csv"
    days = ["--from", "2026-11-20", "--until", "2026-11-20", "--payme", str(file)]
    file.write_text(f"id,order_id,amount,state\ntxn-1,{number},{TIYIN},2\n")
    ran = CliRunner().invoke(main, ["reconcile", *days])
    assert (ran.exit_code, ran.output) == (0, "0 differences\n")
    file.write_text(f"id,order_id,amount,state\ntxn-1,{number},{TIYIN},-2\n")
    ran = CliRunner().invoke(main, ["reconcile", *days])
    assert (ran.exit_code, ran.output) == (1, "payme txn-1: state: refunded there, captured here\n1 differences\n")
    assert CliRunner().invoke(main, ["reconcile", *days[-2:]]).exit_code == 1


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("id,amount\n", "order_id, state"),
        ("id,order_id,amount,state\na,b,1.5,2\n", "row 2"),
        ("id,order_id,amount,state\na,b,٣,2\n", "row 2"),
        ("", "no column"),
    ],
)
def test_a_file_that_is_no_statement_is_refused(tmp_path: Path, written: str, wrong: str) -> None:
    file = tmp_path / "statement.csv"
    file.write_text(written)
    with pytest.raises(NoStatement, match=wrong):
        list(PaymeStatement(file).lines(NOON, NOON))
