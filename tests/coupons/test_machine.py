"""The life of a coupon's uses, whatever happens in it, against a model of a few lines, with a clock that the test sets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bilim.coupons.actions.using import HeldUse
from bilim.coupons.rules import HELD_FOR
from bilim.kit.errors import Conflict
from conftest import NOON, SetClock
from coupons.school import counts, coupon, hold, priced, release, settle
from kit.repeatable import repeatable
from world import World

PEOPLE, COURSES, MOST = 4, 2, 2
people, courses = st.integers(0, PEOPLE - 1), st.integers(0, COURSES - 1)


@dataclass
class Use:
    """A use as the model has it."""

    id: int
    course: int
    ends: datetime
    is_used: bool = False


@dataclass
class Model:
    """A coupon as the model has it: the use of each person who has one."""

    uses: dict[int, Use] = field(default_factory=dict[int, Use])

    def free(self, now: datetime) -> None:
        self.uses = {person: use for person, use in self.uses.items() if use.is_used or use.ends > now}


class LifeOfCoupon(RuleBasedStateMachine):
    """Four people, two courses, a coupon for two of them: who holds and uses it is what the model says."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        self.people = [world.student() for _ in range(PEOPLE)]
        teacher = world.teacher()
        self.courses = [priced(world, teacher) for _ in range(COURSES)]
        self.coupon = coupon(teacher, max_uses=MOST)
        self.model = Model()
        self.known: list[tuple[int, HeldUse]] = []

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    def use_of(self, held: HeldUse) -> Use | None:
        return next((use for use in self.model.uses.values() if use.id == held.use_id), None)

    @rule(hours=st.sampled_from([1, 6, 13]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.set_clock(self.now)

    @rule(person=people, course=courses)
    def hold(self, person: int, course: int) -> None:
        mine = self.model.uses.get(person)
        if mine and not mine.is_used and mine.ends <= self.now:
            del self.model.uses[person]
            mine = None
        if mine is None and len(self.model.uses) == MOST:
            self.model.free(self.now)
        call = partial(hold, self.world, self.people[person], self.coupon["code"], self.courses[course])
        if (mine and (mine.is_used or mine.course != course)) or (mine is None and len(self.model.uses) == MOST):
            with pytest.raises(Conflict):
                call()
            return
        held = call()
        assert mine is None or mine.id == held.use_id
        self.model.uses[person] = Use(held.use_id, course, self.now + HELD_FOR)
        self.known.append((person, held))

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        if self.known:
            _, held = data.draw(st.sampled_from(self.known))
            use = self.use_of(held)
            assert settle(self.world, held) == (use is not None)
            if use:
                use.is_used = True

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if self.known:
            person, held = data.draw(st.sampled_from(self.known))
            use = self.use_of(held)
            assert release(self.world, held) == (use is not None and not use.is_used)
            if use and not use.is_used:
                del self.model.uses[person]

    @invariant()
    def counts_are_those_of_the_model(self) -> None:
        taken, used = len(self.model.uses), sum(use.is_used for use in self.model.uses.values())
        assert counts(self.world.db, self.coupon["id"]) == (taken, used, taken, used)
        assert used <= taken <= MOST


@pytest.mark.parametrize("examples", [15, pytest.param(500, marks=pytest.mark.soak)])
def test_the_life_of_a_coupon(sqlite_world: World, set_clock: SetClock, examples: int) -> None:
    lives = settings(repeatable, max_examples=examples, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(partial(LifeOfCoupon, sqlite_world, set_clock), settings=lives)
