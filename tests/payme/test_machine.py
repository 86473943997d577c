"""P25: whatever Payme calls in whatever order, at whatever time, money and access follow the protocol's few states."""

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bilim.billing.models import MonthSum, Payment
from bilim.catalog.models import Purchase
from bilim.db.engine import Tx
from bilim.payme import actions, queries, rules
from bilim.payme.rules import Fault, milliseconds
from bilim.payments.actions import keeping
from bilim.payments.models import BalanceEntry, OrderGrant, ProviderTransaction
from bilim.study.models import Enrollment
from conftest import NOON, SetClock
from kit.repeatable import repeatable
from payme.till import TIYIN
from payments.shop import PRICE, bought, change_course, open_shop
from world import World

PLACES = range(3)
SECOND = 2 * TIYIN
EVER = rules.StatementParams(0, 4_102_444_800_000)
_numbers = itertools.count()
ALLOWED = {(0, 0), (0, 1), (1, 1), (1, 2), (1, -1), (-1, -1), (2, 2), (2, -2), (-2, -2)}
txns, orders = st.sampled_from(PLACES), st.integers(0, 1)


class LifeOfTransactions(RuleBasedStateMachine):
    """Three transactions of two payments: orders of one course by one student, the second at a new price."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = open_shop(world), set_clock, NOON
        set_clock(NOON)
        student, course = world.student(), world.course(world.teacher(), price=PRICE)["id"]
        first = bought(student, course=course)["number"]
        change_course(world, course, price=SECOND)
        self.payments = [(first, TIYIN), (bought(student, course=course)["number"], SECOND)]
        self.last: dict[str, Any] = {}
        self.student = student.id
        self.ids = [f"{next(_numbers):024x}" for _ in PLACES]
        self.income = self.total_income()

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    def write(self, method: str, **params: Any) -> Any:
        with self.world.db.write() as tx:
            return actions.write(tx, method, params)

    @rule(place=txns, order=orders, ago=st.sampled_from([0, 1, 3_600_000, 43_200_000, 43_200_001, -86_400_000]), wrong=st.booleans())
    def create(self, place: int, order: int, ago: int, *, wrong: bool) -> None:
        number, amount = self.payments[order]
        answer = self.write(
            "CreateTransaction", id=self.ids[place], time=milliseconds(self.now) - ago, amount=amount + wrong, account={"order_id": number}
        )
        if not isinstance(answer, Fault):
            assert answer.state == 1
            assert not wrong

    @rule(place=txns)
    def perform(self, place: int) -> None:
        txn = self.ids[place]
        before = self.states()
        answer = self.write("PerformTransaction", id=txn)
        again = self.write("PerformTransaction", id=txn)
        assert again == answer
        assert isinstance(answer, Fault) is (self.states().get(txn, (0,))[0] != 2)
        if before.get(txn, (0,))[0] < 0:
            assert answer == rules.CANNOT_DO

    @rule(place=txns, reason=st.integers(1, 5))
    def cancel(self, place: int, reason: int) -> None:
        txn = self.ids[place]
        answer = self.write("CancelTransaction", id=txn, reason=reason)
        if not isinstance(answer, Fault):
            assert answer.state < 0
            assert self.write("CancelTransaction", id=txn, reason=reason + 1) == answer

    @rule(order=orders)
    def check(self, order: int) -> None:
        number, amount = self.payments[order]
        with self.world.db.read() as tx:
            answer = queries.check_payment(tx, {"amount": amount, "account": {"order_id": number}}, {})
        paid = any(state == 2 for state, *_ in self.states().values())
        assert not (paid and not isinstance(answer, Fault))

    @rule()
    def sweep(self) -> None:
        with self.world.db.write() as tx:
            keeping.expire_transactions(tx)
            keeping.expire_payments(tx)

    @rule(passed=st.sampled_from([timedelta(seconds=1), timedelta(hours=6), timedelta(hours=12, milliseconds=1), timedelta(days=1)]))
    def let_time_pass(self, passed: timedelta) -> None:
        self.now += passed
        self.set_clock(self.now)

    def states(self) -> dict[str, tuple[Any, ...]]:
        """State, times and reason of each transaction, as CheckTransaction and GetStatement both say."""
        with self.world.db.read() as tx:
            shown = {txn: queries.check_transaction(tx, {"id": txn}, {}) for txn in self.ids}
            listed = {line.id: line for batch in queries.statement(tx, EVER) for line in batch if line.id in self.ids}
        found = {txn: state for txn, state in shown.items() if not isinstance(state, Fault)}
        assert found.keys() == listed.keys()
        for txn, state in found.items():
            line = listed[txn]
            assert (line.state, line.perform_time, line.cancel_time) == (state.state, state.perform_time, state.cancel_time)
        return {txn: (each.state, each.create_time, each.perform_time, each.cancel_time, each.reason) for txn, each in found.items()}

    @invariant()
    def states_follow_the_protocol_and_times_stay(self) -> None:
        now = self.states()
        for txn, (state, *times, _) in now.items():
            earlier = self.last.get(txn, (0, 0, 0, 0, None))
            assert (earlier[0], state) in ALLOWED
            for before, after in zip(earlier[1:4], times, strict=True):
                assert before in (0, after)
            if earlier[0] < 0:
                assert now[txn] == earlier
        assert self.last.keys() <= now.keys()
        self.last = now

    @invariant()
    def money_and_access_are_what_was_captured(self) -> None:
        states = self.states()
        captured = [txn for txn, (state, *_) in states.items() if state == 2]
        with self.world.db.read() as tx:
            known = select(ProviderTransaction.provider_txn_id, ProviderTransaction.amount)
            amounts = dict(map(tuple, tx.all(known.where(ProviderTransaction.provider_txn_id.in_(self.ids)))))
            own = select(Payment.id).where(Payment.payer_id == self.student)
            grants = OrderGrant.payment_id.in_(own)
            has_access = count(tx, OrderGrant, grants, OrderGrant.revoked_at.is_(None))
            owed = count(tx, BalanceEntry, BalanceEntry.user_id == self.student, BalanceEntry.returned_at.is_(None))
            bought_now = count(tx, Purchase, Purchase.user_id == self.student, Purchase.revoked_at.is_(None))
            under_way = count(tx, ProviderTransaction, ProviderTransaction.payment_id.in_(own), ProviderTransaction.state == "created")
            assert count(tx, Payment, Payment.payer_id == self.student) == 2
            assert bought_now == has_access == count(tx, Enrollment, Enrollment.user_id == self.student) <= 1
            assert has_access + owed == len(captured)
            assert (count(tx, OrderGrant, grants) <= 2, under_way <= 2) == (True, True)
        assert self.total_income() - self.income == sum(amounts[txn] for txn in captured)

    def total_income(self) -> int:
        with self.world.db.read() as tx:
            return int(tx.scalar(select(func.coalesce(func.sum(MonthSum.income), 0))))


def count(tx: Tx, table: Any, *conditions: Any) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(*conditions))


def test_p25_the_life_of_transactions(sqlite_world: World, set_clock: SetClock) -> None:
    few = settings(repeatable, max_examples=40, stateful_step_count=25)
    run_state_machine_as_test(lambda: LifeOfTransactions(sqlite_world, set_clock), settings=few)
