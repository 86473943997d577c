"""Who is in a room, whatever happens, against a model of a few lines, with a clock that the test sets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from bilim.accounts.models import Session
from bilim.kit.errors import Conflict
from bilim.rooms import queries
from bilim.rooms.actions import rooms as actions
from bilim.rooms.models import Participant, Room
from bilim.rooms.rules import LOST_AFTER
from conftest import NOON, SetClock
from kit.repeatable import repeatable
from rooms.callers import end, join, room, student_actor
from world import World

PEOPLE, PROCESSES, MOST = 4, 2, 3
people, processes = st.integers(0, PEOPLE - 1), st.integers(0, PROCESSES - 1)


@dataclass
class Seat:
    """A connection as the model has it; it is open until it was noted that it is not."""

    id: int
    peer: str
    person: int
    process: int
    seen: datetime
    is_open: bool = True
    signed_out: bool = False


@dataclass
class Model:
    """A room as the model has it."""

    key: str
    seats: list[Seat] = field(default_factory=list[Seat])
    ended: bool = False

    def open(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_open]

    def lost(self, now: datetime) -> list[Seat]:
        return [seat for seat in self.open() if seat.seen <= now - LOST_AFTER]

    def present(self, now: datetime) -> list[Seat]:
        lost = self.lost(now)
        return [seat for seat in self.open() if seat not in lost]


class LifeOfRoom(RuleBasedStateMachine):
    """Four people on two processes, and a room for three of them: who is in it is what the model says."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        set_clock(self.now)
        self.creator = world.teacher()
        self.persons = [world.student() for _ in range(PEOPLE)]
        self.people = [student_actor(world, person) for person in self.persons]
        self.model = Model(room(self.creator, max_participants=MOST))

    @initialize()
    def begin(self) -> None:
        self.set_clock(self.now)

    @rule(seconds=st.sampled_from([1, 20, 59, 60]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.set_clock(self.now)

    @rule(person=people, process=processes)
    def come(self, person: int, process: int) -> None:
        """Also with a second device: then the first one's connection is replaced."""
        call = partial(join, self.world, self.people[person], self.model.key)
        lost = self.model.lost(self.now)
        own = [seat for seat in self.model.present(self.now) if seat.person == person]
        others = [seat for seat in self.model.present(self.now) if seat.person != person]
        if self.model.ended or len(others) == MOST:
            with pytest.raises(Conflict, match="room_ended" if self.model.ended else "room_full"):
                call()
            return
        joined = call()
        for seat in lost + own:
            seat.is_open = False
        assert sorted(joined.lost) == sorted(seat.peer for seat in lost)
        assert joined.replaced == (own[0].peer if own else None)
        assert [each.peer for each in joined.others] == [seat.peer for seat in others]
        self.model.seats.append(Seat(joined.id, joined.me.peer, person, process, self.now))

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        if self.model.seats:
            seat = data.draw(st.sampled_from(self.model.seats))
            with self.world.db.write() as tx:
                assert actions.leave(tx, seat.id) == seat.is_open
            seat.is_open = False

    @rule(process=processes)
    def beat(self, process: int) -> None:
        """A process tells of all connections that it ever had: those that are over are not begun again."""
        told = [seat for seat in self.model.seats if seat.process == process]
        with self.world.db.write() as tx:
            heard = actions.beat(tx, [seat.id for seat in told])
        kept = [seat for seat in told if seat.is_open and not seat.signed_out]
        for seat in kept:
            seat.seen = self.now
        for seat in told:
            seat.is_open = seat in kept
        lost = self.model.lost(self.now) if kept else []
        for seat in lost:
            seat.is_open = False
        assert heard.kept == {seat.id for seat in kept}
        assert heard.ended == ({seat.id for seat in told} if self.model.ended else set())
        assert sorted(heard.lost) == sorted((self.model.key, seat.peer) for seat in lost)

    @rule(person=people)
    def sign_out(self, person: int) -> None:
        """And in again, as another session."""
        with self.world.db.write() as tx:
            tx.execute(update(Session).where(Session.id == self.people[person].session_id).values(ended_at=tx.now))
        self.world.renew_session(self.persons[person])
        self.people[person] = student_actor(self.world, self.persons[person])
        for seat in self.model.seats:
            seat.signed_out = seat.signed_out or seat.person == person

    @rule()
    def sweep(self) -> None:
        with self.world.db.write() as tx:
            assert actions.sweep(tx) == 0, "somebody used it today"
        for seat in self.model.lost(self.now):
            seat.is_open = False

    @rule(begins_another=st.booleans())
    def end(self, begins_another: bool) -> None:
        assert end(self.creator, self.model.key).status_code == 200
        self.model.ended = True
        for seat in self.model.open():
            seat.is_open = False
        if begins_another:
            self.model = Model(room(self.creator, max_participants=MOST))

    @invariant()
    def the_room_is_as_the_model_has_it(self) -> None:
        with self.world.db.read() as tx:
            of_room = select(Participant.peer, Participant.user_id, Participant.seat).join(Room).where(Room.key == self.model.key)
            stored = tx.all(of_room.where(Participant.left_at.is_(None)).order_by(Participant.id))
            shown = queries.room(tx, self.model.key)
        assert [row[0] for row in stored] == [seat.peer for seat in self.model.open()]
        assert len({row[1] for row in stored}) == len(stored), "a person is in a room once"
        assert len({row[2] for row in stored}) == len(stored) <= MOST
        assert all(1 <= row[2] <= MOST for row in stored)
        assert (shown.participants_count, shown.is_active) == (len(self.model.present(self.now)), not self.model.ended)


@pytest.mark.parametrize("examples", [15, pytest.param(500, marks=pytest.mark.soak)])
def test_the_life_of_a_room(sqlite_world: World, set_clock: SetClock, examples: int) -> None:
    lives = settings(repeatable, max_examples=examples, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(partial(LifeOfRoom, sqlite_world, set_clock), settings=lives)
