"""Credentials of TURN as coturn computes them, and the bounds of a process's silence."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bilim.rooms import rules
from bilim.rooms.actions import rooms
from bilim.rooms.inputs import Incoming
from bilim.rooms.models import Participant, Room
from bilim.rooms.rules import IceTerms, free_seat, ice_servers
from conftest import NOON, SetClock
from kit.repeatable import repeatable
from rooms.callers import ROOMS, entered, join, room, stored, student_actor
from world import World


def test_a_turn_servers_password_is_signed_and_ends() -> None:
    terms = IceTerms(("stun:s.example",), ("turn:t.example", "turns:t.example"), "hush", timedelta(hours=1))
    stun, turn = ice_servers(terms, 7, datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert msgspec.to_builtins(stun) == {"urls": ["stun:s.example"]}
    assert turn.urls == ["turn:t.example", "turns:t.example"]
    assert turn.username == "1795179600:7"
    signed = hmac.new(b"hush", b"1795179600:7", hashlib.sha1).digest()
    assert turn.credential == base64.b64encode(signed).decode()


def test_without_servers_there_are_none() -> None:
    assert ice_servers(IceTerms(), 7, NOON) == []


def test_a_ticket_brings_the_servers_and_the_address(sqlite_world: World) -> None:
    sqlite_world.use(ice=IceTerms(turn=("turn:t.example",), secret="hush"))
    student = sqlite_world.student()
    key = room(student)
    shown = student.post(f"{ROOMS}/{key}/ticket").json()
    assert shown["url"] == f"wss://school.example{ROOMS}/{key}/ws"
    assert shown["protocols"] == ["bilim", f"ticket.{shown['ticket']}"]
    (turn,) = shown["ice_servers"]
    assert turn["username"].endswith(f":{student.id}")
    assert "hush" not in str(shown)


@repeatable
@given(st.sets(st.integers(1, 12)), st.integers(2, 12))
def test_a_seat_is_free_and_the_lowest(taken: set[int], seats: int) -> None:
    seat = free_seat(taken, seats)
    if seat is None:
        assert set(range(1, seats + 1)) <= taken
    else:
        assert seat not in taken
        assert seat <= seats
        assert set(range(1, seat)) <= taken


def test_whose_process_is_silent_for_a_minute_is_gone(world: World, set_clock: SetClock) -> None:
    person, other = world.student(), world.student()
    key = room(person, max_participants=2)
    with entered(world, person, key), entered(world, other, key):
        set_clock(NOON + rules.LOST_AFTER)
        assert person.get(f"{ROOMS}/{key}/users").json() == [], "whether or not that was noted"
        third = world.student()
        with entered(world, third, key) as peer:
            assert peer.welcome["participants"] == []
            assert stored(world)["in"] == [third.id]
    with world.db.read() as tx:
        assert {left - NOON for left in tx.scalars(select(Participant.left_at).order_by(Participant.id).limit(2))} == {timedelta(0)}, (
            "when they were last seen"
        )


def test_the_sweep_lets_go_ends_and_forgets(world: World, set_clock: SetClock) -> None:
    person = world.student()
    key = room(person)
    with entered(world, person, key):
        set_clock(NOON + rules.LOST_AFTER)
        with world.db.write() as tx:
            assert rooms.sweep(tx) == 0
        assert stored(world)["in"] == []
    set_clock(NOON + rules.IDLE_AFTER)
    with world.db.write() as tx:
        assert (rooms.sweep(tx), rooms.sweep(tx)) == (1, 0)
    assert stored(world)["ended"]
    set_clock(NOON + rules.IDLE_AFTER + rules.KEPT_FOR)
    with world.db.write() as tx:
        rooms.sweep(tx)
        assert tx.scalar(select(func.count()).select_from(Room)) == 0
        assert tx.scalar(select(func.count()).select_from(Participant)) == 0


def test_a_room_with_somebody_in_it_is_not_idle(world: World, set_clock: SetClock) -> None:
    person = world.student()
    key = room(person)
    with entered(world, person, key):
        set_clock(NOON + rules.IDLE_AFTER)
        with world.db.write() as tx:
            tx.execute(update(Participant).values(seen_at=tx.now))
            assert rooms.sweep(tx) == 0
    assert stored(world)["ended"] is False


def test_a_room_is_idle_from_when_somebody_last_came(sqlite_world: World, set_clock: SetClock) -> None:
    person = student_actor(sqlite_world, sqlite_world.student())
    key = room(sqlite_world.teacher())
    came = NOON + timedelta(hours=20)
    set_clock(came)
    join(sqlite_world, person, key)
    for moment, ended in ((NOON + rules.IDLE_AFTER, 0), (came + rules.IDLE_AFTER, 1)):
        set_clock(moment)
        with sqlite_world.db.write() as tx:
            assert rooms.sweep(tx) == ended


@pytest.mark.parametrize(("field", "shortest", "longest"), [("to", 1, 16), ("sdp", 1, 60_000)])
def test_fields_of_an_offer_are_as_long_as_documented(field: str, shortest: int, longest: int) -> None:
    for length in (shortest - 1, shortest, longest, longest + 1):
        offer = {"type": "offer", "to": "peer", "sdp": "v=0"} | {field: "x" * length}
        if shortest <= length <= longest:
            assert getattr(msgspec.convert(offer, Incoming), field) == "x" * length
        else:
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert(offer, Incoming)
