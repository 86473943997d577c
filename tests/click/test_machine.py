"""Whatever Click sends, in whatever order, with whatever time between: states follow the protocol, money and access stay one."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bilim.billing.models import MonthSum, Payment
from bilim.click import actions, rules
from bilim.click.rules import Call, Error
from bilim.payments.actions import keeping
from bilim.payments.models import BalanceEntry, OrderGrant, ProviderTransaction
from bilim.study.models import Enrollment
from click_till import buy, open_till
from conftest import NOON, SetClock
from payments.shop import PRICE
from world import World

ALLOWED = {
    (None, "created"),
    (None, "cancelled"),
    *((state, state) for state in ("created", "captured", "cancelled")),
    ("created", "captured"),
    ("created", "cancelled"),
}
TIYIN = PRICE * 100
trans_ids, orders = st.integers(0, 3), st.integers(0, 1)


class LifeOfPayments(RuleBasedStateMachine):
    """Two payments of one student, four Click transactions."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        set_clock(NOON)
        open_till(world)
        student = world.student()
        self.student = student.id
        self.numbers = [buy(student, course=world.course(world.teacher(), lessons=0, price=PRICE)["id"])["number"] for _ in range(2)]
        self.trans = [f"{student.id}{place}" for place in range(4)]
        self.prepared = dict[tuple[int, int], int]()
        self.last = dict[str, str]()
        self.income = self.total_income()

    def call(self, action: str, place: int, order: int, error: int, amount: int, prepare_id: int | None) -> actions.Answer:
        sent = Call(self.trans[place], 9, self.numbers[order], amount, error, prepare_id)
        with self.world.db.write() as tx:
            return actions.take_call(tx, action, sent, {})

    @rule(place=trans_ids, order=orders, wrong=st.sampled_from([0, 0, 0, 1]))
    def prepare(self, place: int, order: int, wrong: int) -> None:
        answer = self.call(rules.PREPARE, place, order, 0, TIYIN + wrong, None)
        if answer.error is Error.OK:
            assert not wrong
            assert answer.transaction_id is not None
            assert self.prepared.setdefault((place, order), answer.transaction_id) == answer.transaction_id

    @rule(place=trans_ids, order=orders, error=st.sampled_from([0, 0, -5017]), wrong=st.sampled_from([0, 0, 0, 1]))
    def complete(self, place: int, order: int, error: int, wrong: int) -> None:
        before = self.states().get(self.trans[place])
        ours = self.prepared.get((place, order))
        answer = self.call(rules.COMPLETE, place, order, error, TIYIN + wrong, ours)
        if ours is None:
            assert answer.error is Error.NO_TRANSACTION
        elif error:
            assert answer.error is Error.CANCELLED
        elif before == "captured":
            assert answer.error is Error.PAID
        elif before == "cancelled":
            assert answer.error is Error.CANCELLED
        elif wrong:
            assert answer.error in (Error.AMOUNT, Error.CANCELLED)
        else:
            assert answer.error in (Error.OK, Error.CANCELLED), "in time it is taken"

    @rule()
    def sweep(self) -> None:
        with self.world.db.write() as tx:
            keeping.expire_transactions(tx)
            keeping.expire_payments(tx)

    @rule(passed=st.sampled_from([timedelta(seconds=1), timedelta(hours=6), timedelta(days=1)]))
    def let_time_pass(self, passed: timedelta) -> None:
        self.now += passed
        self.set_clock(self.now)

    def states(self) -> dict[str, str]:
        known = select(ProviderTransaction.provider_txn_id, ProviderTransaction.state)
        with self.world.db.read() as tx:
            return dict(map(tuple, tx.all(known.where(ProviderTransaction.provider_txn_id.in_(self.trans)))))

    @invariant()
    def states_follow_the_protocol(self) -> None:
        now = self.states()
        assert all((self.last.get(trans), state) in ALLOWED for trans, state in now.items())
        assert self.last.keys() <= now.keys()
        self.last = now

    @invariant()
    def money_and_access_are_what_was_captured(self) -> None:
        captured = sum(state == "captured" for state in self.states().values())
        own = select(Payment.id).where(Payment.payer_id == self.student)
        with self.world.db.read() as tx:
            grants = tx.scalar(select(func.count()).select_from(OrderGrant).where(OrderGrant.payment_id.in_(own)))
            joined = tx.scalar(select(func.count()).select_from(Enrollment).where(Enrollment.user_id == self.student))
            owed = tx.scalar(select(func.count()).select_from(BalanceEntry).where(BalanceEntry.user_id == self.student))
            open_ones = select(ProviderTransaction.payment_id, func.count()).where(ProviderTransaction.state == "created")
            under_way = dict(map(tuple, tx.all(open_ones.group_by(ProviderTransaction.payment_id))))
        assert grants == joined == captured - owed
        assert all(count == 1 for count in under_way.values())
        assert self.total_income() - self.income == captured * TIYIN

    def total_income(self) -> int:
        with self.world.db.read() as tx:
            return int(tx.scalar(select(func.coalesce(func.sum(MonthSum.income), 0))))


def test_the_life_of_payments(sqlite_world: World, set_clock: SetClock) -> None:
    few = settings(max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(lambda: LifeOfPayments(sqlite_world, set_clock), settings=few)
