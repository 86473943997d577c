"""The life of subscriptions and of quotas, whatever happens in it, against models of a few lines, with a clock that the test sets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update

from bilim.accounts.models import User
from bilim.accounts.queries import person
from bilim.kit.actors import Role
from bilim.kit.errors import Conflict, Forbidden
from bilim.plans.actions import quotas
from bilim.plans.actions.subscriptions import grant_subscription, revoke_subscription
from bilim.plans.inputs import Grant
from bilim.plans.models import Plan, Subscription
from bilim.plans.queries.quotas import UsageView, allowance, usage_of
from bilim.plans.rules import FREE, MAX_AHEAD, PREMIUM, RESERVED_FOR, Limits, Quota
from conftest import NOON, SetClock
from guarded import actor
from kit.repeatable import repeatable
from plans.school import stored_plan
from world import World

TASHKENT = ZoneInfo("Asia/Tashkent")
DAYS = (1, 30, 3660)
PEOPLE = 2
people = st.integers(0, PEOPLE - 1)


@dataclass
class Held:
    """A subscription as the model has it."""

    id: int
    plan: int
    days: int
    starts: datetime
    ends: datetime
    is_revoked: bool = False


class LifeOfSubscriptions(RuleBasedStateMachine):
    """Two people and three plans; who is premium until when is what the model says."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        self.people = [world.student().id for _ in range(PEOPLE)]
        self.plans = {stored_plan(world, days=days): days for days in DAYS}
        self.held: list[list[Held]] = [[] for _ in range(PEOPLE)]
        self.keys: dict[str, int] = {}

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    def shown(self, place: int) -> list[Held]:
        return [each for each in self.held[place] if not each.is_revoked]

    @rule(place=people, plan=st.integers(0, len(DAYS) - 1))
    def grant(self, place: int, plan: int) -> None:
        self.granted(place, list(self.plans)[plan], None)

    @rule(place=people, number=st.integers(1, 3))
    def pay(self, place: int, number: int) -> None:
        """The same payment arrives again and again."""
        key = f"payment:{self.people[place]}:{number}"
        if key not in self.keys:
            granted = self.granted(place, next(iter(self.plans)), key)
            self.keys |= {key: granted} if granted else {}
        else:
            assert self.call(place, next(iter(self.plans)), key) == self.keys[key]

    def granted(self, place: int, plan: int, key: str | None) -> int | None:
        starts = max([self.now, *(each.ends for each in self.shown(place))])
        if starts > self.now + MAX_AHEAD:
            with pytest.raises(Conflict):
                self.call(place, plan, key)
            return None
        made = self.call(place, plan, key)
        days = self.plans[plan]
        self.held[place].append(Held(made, plan, days, starts, starts + timedelta(days=days)))
        return made

    def call(self, place: int, plan: int, key: str | None) -> int:
        grant = Grant(plan_id=plan, source="payment" if key else "admin", key=key)
        with self.world.db.write() as tx:
            return grant_subscription(tx, self.people[place], grant)

    @precondition(lambda self: any(self.held))
    @rule(place=people, chosen=st.integers(0, 20))
    def revoke(self, place: int, chosen: int) -> None:
        if not self.held[place]:
            return
        held = self.held[place][chosen % len(self.held[place])]
        with self.world.db.write() as tx:
            assert revoke_subscription(tx, held.id) is not held.is_revoked
        if held.is_revoked:
            return
        held.is_revoked = True
        free_from = self.now
        for each in sorted(self.shown(place), key=lambda each: each.starts):
            if each.ends > self.now:
                if each.starts > self.now:
                    each.starts, each.ends = free_from, free_from + timedelta(days=each.days)
                free_from = each.ends

    @rule(plan=st.integers(0, len(DAYS) - 1), days=st.sampled_from([1, 30, 45]))
    def change_plan(self, plan: int, days: int) -> None:
        plan_id = list(self.plans)[plan]
        with self.world.db.write() as tx:
            tx.execute(update(Plan).where(Plan.id == plan_id).values(duration_days=days))
        self.plans[plan_id] = days

    @rule(passed=st.sampled_from([timedelta(hours=1), timedelta(days=1), timedelta(days=29), timedelta(days=4000)]))
    def let_time_pass(self, passed: timedelta) -> None:
        if self.now.year < 2300:
            self.now += passed
            self.set_clock(self.now)

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        columns = (Subscription.id, Subscription.starts_at, Subscription.ends_at)
        with self.world.db.read() as tx:
            for place, user_id in enumerate(self.people):
                shown = self.shown(place)
                of_user = (Subscription.user_id == user_id, Subscription.revoked_at.is_(None))
                found = {tuple(row) for row in tx.all(select(*columns).where(*of_user))}
                assert found == {(each.id, each.starts, each.ends) for each in shown}
                running = [each for each in shown if each.starts <= self.now < each.ends]
                assert len(running) <= 1
                assert person(tx, user_id).is_premium is bool(running)
                until = tx.scalar(select(User.premium_until).where(User.id == user_id))
                assert until == max((each.ends for each in shown), default=None)
                expected = f"s{running[0].id}" if running else f"{self.now.astimezone(TASHKENT):%Y-%m}"
                assert allowance(tx, user_id).period.key == expected


@pytest.mark.parametrize("examples", [12, pytest.param(500, marks=pytest.mark.soak)])
def test_the_life_of_subscriptions(sqlite_world: World, set_clock: SetClock, examples: int) -> None:
    run(partial(LifeOfSubscriptions, sqlite_world, set_clock), examples)


@dataclass
class Reserved:
    """A reservation as the model has it."""

    id: int
    period: str
    quota: Quota
    amount: int
    expires: datetime
    is_open: bool = True


@dataclass
class Learner:
    """What somebody has and what they used."""

    id: int
    limits: Limits = FREE
    settled: dict[tuple[str, Quota], int] = field(default_factory=dict[tuple[str, Quota], int])
    reserved: list[Reserved] = field(default_factory=list[Reserved])


class LifeOfQuotas(RuleBasedStateMachine):
    """Two people who take, settle, give back and forget; what is left is what the model says."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        self.learners = [Learner(world.student().id) for _ in range(PEOPLE)]
        self.admin = actor(Role.ADMIN, world.admin().id)

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    def write(self, action: Any, *values: Any) -> Any:
        with self.world.db.write() as tx:
            return action(tx, *values)

    def period(self) -> str:
        return f"{self.now.astimezone(TASHKENT):%Y-%m}"

    def left(self, learner: Learner, quota: Quota) -> int:
        period = self.period()
        held = sum(
            each.amount
            for each in learner.reserved
            if each.is_open and each.expires > self.now and (each.period, each.quota) == (period, quota)
        )
        return max(0, learner.limits.of(quota) - learner.settled.get((period, quota), 0) - held)

    @rule(place=people, quota=st.sampled_from(Quota), amount=st.one_of(st.integers(1, 60), st.sampled_from([400, 4990, 5000, 100_001])))
    def take(self, place: int, quota: Quota, amount: int) -> None:
        learner = self.learners[place]
        if amount > self.left(learner, quota):
            with pytest.raises(Forbidden):
                self.write(quotas.take, learner.id, quota, amount)
            return
        made = self.write(quotas.take, learner.id, quota, amount)
        learner.reserved.append(Reserved(made, self.period(), quota, amount, self.now + RESERVED_FOR))

    @rule(place=people, chosen=st.integers(0, 50), is_used=st.booleans())
    def come_back(self, place: int, chosen: int, is_used: bool) -> None:
        """In time, or again: what was settled or given back once stays so."""
        learner = self.learners[place]
        if not learner.reserved:
            return
        held = learner.reserved[chosen % len(learner.reserved)]
        if held.expires <= self.now:
            return  # whether anybody noticed that it expired is the next rule's matter
        if is_used:
            self.write(quotas.settle, held.id)
            if held.is_open:
                key = (held.period, held.quota)
                learner.settled[key] = learner.settled.get(key, 0) + held.amount
        else:
            assert self.write(quotas.give_back, held.id) is held.is_open
        held.is_open = False

    @rule(place=people)
    def give_back_late(self, place: int) -> None:
        """What expired counts as given back; whether somebody does it changes nothing."""
        learner = self.learners[place]
        for held in learner.reserved:
            if held.is_open and held.expires <= self.now:
                self.write(quotas.give_back, held.id)
                held.is_open = False

    @rule(place=people)
    def reset(self, place: int) -> None:
        learner = self.learners[place]
        answered = self.write(quotas.reset_usage, self.admin, learner.id)
        period = self.period()
        learner.settled = {key: used for key, used in learner.settled.items() if key[0] != period}
        for held in learner.reserved:
            if held.period == period:
                held.is_open = False
        assert {quota: shown(answered, quota) for quota in Quota} == {quota: learner.limits.of(quota) for quota in Quota}

    @rule(place=people, is_premium=st.booleans())
    def grant_premium(self, place: int, is_premium: bool) -> None:
        learner = self.learners[place]
        with self.world.db.write() as tx:
            tx.execute(update(User).where(User.id == learner.id).values(is_premium=is_premium))
        learner.limits = PREMIUM if is_premium else FREE

    @rule(passed=st.sampled_from([timedelta(minutes=5), RESERVED_FOR, timedelta(days=4), timedelta(days=31)]))
    def let_time_pass(self, passed: timedelta) -> None:
        self.now += passed
        self.set_clock(self.now)

    @invariant()
    def what_is_left_is_what_the_model_says(self) -> None:
        with self.world.db.read() as tx:
            for learner in self.learners:
                found = usage_of(tx, learner.id)
                assert {quota: shown(found, quota) for quota in Quota} == {quota: self.left(learner, quota) for quota in Quota}


def shown(usage: UsageView, quota: Quota) -> int:
    return getattr(usage, f"{quota}_left")


@pytest.mark.parametrize("examples", [12, pytest.param(500, marks=pytest.mark.soak)])
def test_the_life_of_quotas(sqlite_world: World, set_clock: SetClock, examples: int) -> None:
    run(partial(LifeOfQuotas, sqlite_world, set_clock), examples)


def run(make: Any, examples: int) -> None:
    long = settings(repeatable, max_examples=examples, stateful_step_count=30, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(make, settings=long)
