"""The dashboard reads a row a month; whatever is written, these rows are the sums of the ledger to the tiyin."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, select, text

from bilim.billing import actions, queries
from bilim.billing.inputs import ExpenseChanges, ExpenseInput, MonthInput, PaymentChanges, PaymentInput
from bilim.billing.models import Expense, MonthSum, Payment
from bilim.db import migrate
from bilim.db.engine import Database, Tx
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.settings import Settings
from conftest import SetClock
from guarded import actor
from test_query_counts import counted
from world import World

# The last two are October in UTC, November at the school.
MOMENTS = [
    datetime(2025, 12, 31, 18, 59, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 10, 31, 18, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 31, 19, tzinfo=UTC),
    datetime(2026, 10, 31, 23, tzinfo=UTC),
]


def month_sums(tx: Tx) -> dict[date, tuple[int, int]]:
    """Income and expense of every month that has any."""
    rows = tx.all(select(MonthSum.month, MonthSum.income, MonthSum.expense))
    return {month: (income, expense) for month, income, expense in rows if income or expense}


def counted_anew(tx: Tx) -> dict[date, tuple[int, int]]:
    actions.recount_months(tx)
    return month_sums(tx)


def shown(tx: Tx) -> tuple[Decimal, Decimal, Decimal]:
    finance = queries.dashboard(tx, actor(Role.TEACHER)).finance
    return finance.income, finance.expense, finance.profit


def ledger(tx: Tx) -> tuple[Decimal, Decimal, Decimal]:
    income = tx.scalar(select(func.sum(Payment.amount - Payment.refunded)).where(Payment.status == "captured")) or 0
    expense = tx.scalar(select(func.sum(Expense.amount))) or 0
    return tuple(Decimal(int(tiyin)).scaleb(-2) for tiyin in (income, expense, income - expense))  # type: ignore[return-value]


class Bookkeeper:
    """Writes at random, by the actions that the API uses."""

    def __init__(self, world: World, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.groups = [world.group()["id"], world.group()["id"]]
        self.students = [world.member(self.groups[0]).id, world.member(self.groups[1]).id]
        self.actor: Actor = actor(Role.ADMIN, world.admin().id)

    def amount(self) -> Decimal:
        return Decimal(self.chance.choice([1, 99, 50_000_001, 10**12 - 1, self.chance.randrange(1, 10**9)])).scaleb(-2)

    def some(self, tx: Tx, table: type[Payment | Expense]) -> int | None:
        ids = tx.scalars(select(table.id))
        return self.chance.choice(ids) if ids else None

    def act(self, tx: Tx) -> None:
        """One thing that an admin may do."""
        what: list[Callable[[Tx], None]] = [
            *[self.take, self.spend] * 2,
            self.change_payment,
            self.change_expense,
            self.delete_payment,
            self.delete_expense,
        ]
        self.chance.choice(what)(tx)

    def take(self, tx: Tx) -> None:
        months = [MonthInput(year=2026, month=self.chance.randint(1, 12))]
        who = {"student_id": self.chance.choice(self.students), "group_id": self.chance.choice(self.groups)}
        actions.take_payment(tx, self.actor, PaymentInput(**who, amount=self.amount(), months=months))

    def spend(self, tx: Tx) -> None:
        actions.record_expense(tx, self.actor, ExpenseInput(amount=self.amount(), reason="Ijara"))

    def change_payment(self, tx: Tx) -> None:
        if payment_id := self.some(tx, Payment):
            changes = [PaymentChanges(amount=self.amount()), PaymentChanges(months=[]), PaymentChanges(student_id=self.students[0])]
            actions.change_payment(tx, self.actor, payment_id, self.chance.choice(changes))

    def change_expense(self, tx: Tx) -> None:
        if expense_id := self.some(tx, Expense):
            changes = [ExpenseChanges(amount=self.amount()), ExpenseChanges(reason="Kitoblar")]
            actions.change_expense(tx, self.actor, expense_id, self.chance.choice(changes))

    def delete_payment(self, tx: Tx) -> None:
        if payment_id := self.some(tx, Payment):
            actions.delete_payment(tx, self.actor, payment_id)

    def delete_expense(self, tx: Tx) -> None:
        if expense_id := self.some(tx, Expense):
            actions.delete_expense(tx, self.actor, expense_id)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_sequence_of_actions_the_sums_are_those_of_the_ledger(world: World, set_clock: SetClock, seed: int) -> None:
    keeper = Bookkeeper(world, seed)
    for _ in range(60):
        set_clock(keeper.chance.choice(MOMENTS))
        with world.db.write() as tx:
            keeper.act(tx)
        with world.db.read() as tx:
            assert shown(tx) == ledger(tx)
    with world.db.write() as tx:
        kept = month_sums(tx)
        assert kept == counted_anew(tx)
        assert set(kept) <= {date(2025, 12, 1), date(2026, 1, 1), date(2026, 10, 1), date(2026, 11, 1)}
        assert len(kept) > 2


def test_months_turn_at_midnight_of_the_school(world: World, set_clock: SetClock) -> None:
    keeper = Bookkeeper(world, 0)
    for place, moment in enumerate(MOMENTS):
        set_clock(moment)
        with world.db.write() as tx:
            actions.record_expense(tx, keeper.actor, ExpenseInput(amount=Decimal(10) ** place, reason="Ijara"))
    expected = {
        date(2025, 12, 1): (0, 100),
        date(2026, 1, 1): (0, 1_000),
        date(2026, 10, 1): (0, 10_000),
        date(2026, 11, 1): (0, 1_100_000),
    }
    with world.db.write() as tx:
        assert month_sums(tx) == expected == counted_anew(tx)


def test_what_is_undone_counts_for_nothing(world: World) -> None:
    keeper = Bookkeeper(world, 0)

    def take_and_fail() -> None:
        with world.db.write() as tx:
            keeper.take(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    with world.db.read() as tx:
        assert (shown(tx), month_sums(tx)) == ((0, 0, 0), {})


def test_parallel_changes_and_deletions_of_one_row_stay_exact(world: World) -> None:
    """Each takes away what it found: two that found the same amount would take it away twice."""
    keeper = Bookkeeper(world, 0)
    with world.db.write() as tx:
        for _ in range(3):
            keeper.take(tx)
            keeper.spend(tx)
        payments, expenses = tx.scalars(select(Payment.id)), tx.scalars(select(Expense.id))

    def write(number: int) -> None:
        payment_id, expense_id = payments[number % 3], expenses[number % 3]
        with suppress(NotFound), world.db.write() as tx:
            if number > 21:
                actions.delete_payment(tx, keeper.actor, payment_id)
            else:
                actions.change_payment(tx, keeper.actor, payment_id, PaymentChanges(amount=Decimal(number)))
        with suppress(NotFound), world.db.write() as tx:
            if number > 21:
                actions.delete_expense(tx, keeper.actor, expense_id)
            else:
                actions.change_expense(tx, keeper.actor, expense_id, ExpenseChanges(amount=Decimal(number)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(1, 25)))
    with world.db.write() as tx:
        assert shown(tx) == ledger(tx)
        assert month_sums(tx) == counted_anew(tx)


def test_what_changes_no_sum_leaves_the_month_alone(sqlite_world: World) -> None:
    keeper = Bookkeeper(sqlite_world, 0)
    with sqlite_world.db.write() as tx:
        keeper.take(tx)
    with sqlite_world.db.write() as tx, counted(sqlite_world) as statements:
        actions.change_payment(tx, keeper.actor, tx.scalar(select(Payment.id)), PaymentChanges(months=[]))
    assert not any("month_sums" in statement for statement in statements)


def test_months_without_a_ledger_are_none(world: World) -> None:
    with world.db.write() as tx:
        assert counted_anew(tx) == {}
        actions.recount_months(tx)
        assert tx.all(select(MonthSum.month)) == []


def test_the_dashboard_reads_no_ledger(sqlite_world: World) -> None:
    keeper = Bookkeeper(sqlite_world, 0)
    with sqlite_world.db.write() as tx:
        keeper.take(tx)
    with sqlite_world.db.read() as tx, counted(sqlite_world) as statements:
        shown(tx)
    assert any("month_sums" in statement for statement in statements)
    assert not any("payments" in statement or "expenses" in statement for statement in statements)


@pytest.mark.own_database
def test_earlier_months_are_counted_by_the_migration(settings: Settings) -> None:
    """Rows of before, in the form in which each database keeps them."""
    url, config = settings.database_url, migrate.config(settings.database_url)
    before = ScriptDirectory.from_config(config).get_revision("0007").down_revision
    command.downgrade(config, str(before))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO subjects (id, name, created_at) VALUES (1, 'IELTS', '2025-01-01 00:00:00+00:00')"))
        group = "(id, name, subject_id, is_active, created_at, updated_at) VALUES (1, 'A1', 1, true, :at, :at)"
        connection.execute(text(f"INSERT INTO groups {group}"), {"at": written(connection, MOMENTS[0])})
        payments = (
            "(kind, provider, status, student_id, group_id, amount, refunded, created_at, updated_at) "
            "VALUES ('tuition', 'cash', :status, 1, 1, :amount, :refunded, :at, :at)"
        )
        for place, (status, refunded) in enumerate([("captured", 0), ("pending", 0), ("captured", 5), ("captured", 0), ("cancelled", 0)]):
            row = {"status": status, "amount": 10 ** (place + 1), "refunded": refunded, "at": written(connection, MOMENTS[place])}
            connection.execute(text(f"INSERT INTO payments {payments}"), row)
        expense = "(amount, reason, created_by, created_at, updated_at) VALUES (7, 'Ijara', 1, :at, :at)"
        connection.execute(text(f"INSERT INTO expenses {expense}"), {"at": written(connection, MOMENTS[4])})
    engine.dispose()
    migrate.upgrade(url, settings.zone)
    expected = {date(2025, 12, 1): (10, 0), date(2026, 10, 1): (995, 0), date(2026, 11, 1): (10_000, 7)}
    database = Database(url, settings.zone, 1)
    with database.write() as tx:
        assert month_sums(tx) == expected == counted_anew(tx)
        assert tx.scalars(select(Payment.payer_id)) == [1] * 5
    database.close()


def written(connection: Any, moment: datetime) -> str:
    """A moment as the database keeps it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if connection.dialect.name == "sqlite" else "+00:00")
