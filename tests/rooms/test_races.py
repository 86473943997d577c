"""Many come at the same moment: no room is fuller than it may be, and nobody is in it twice."""

from collections import Counter
from functools import partial

from sqlalchemy import select

from at_once import at_once
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict
from bilim.rooms.models import Participant
from rooms.callers import end, join, room, stored, student_actor
from world import World

MANY = 50


def outcome(world: World, actor: Actor, key: str) -> str:
    """`joined`, or the code of the refusal."""
    try:
        join(world, actor, key)
    except Conflict as refused:
        return refused.code
    return "joined"


def test_of_many_who_come_for_the_last_seat_one_gets_it(world: World) -> None:
    first, *others = (student_actor(world, world.student()) for _ in range(MANY + 1))
    key = room(world.teacher(), max_participants=2)
    join(world, first, key)
    heard = at_once([partial(outcome, world, actor, key) for actor in others])
    assert Counter(heard) == {"joined": 1, "room_full": MANY - 1}
    assert stored(world)["in"] == [first.id, others[heard.index("joined")].id]


def test_all_who_come_at_once_get_a_seat_of_their_own_while_there_are_some(world: World) -> None:
    actors = [student_actor(world, world.student()) for _ in range(MANY)]
    key = room(world.teacher(), max_participants=30)
    heard = at_once([partial(outcome, world, actor, key) for actor in actors])
    assert Counter(heard) == {"joined": 30, "room_full": 20}
    with world.db.read() as tx:
        seats = tx.scalars(select(Participant.seat).where(Participant.left_at.is_(None)))
    assert sorted(seats) == list(range(1, 31))


def test_somebody_who_comes_with_many_devices_at_once_has_one_seat(world: World) -> None:
    """Each takes the place of the one before it, also where the room is full."""
    person, other = (student_actor(world, world.student()) for _ in range(2))
    key = room(world.teacher(), max_participants=2)
    join(world, other, key)
    joined = at_once([partial(join, world, person, key)] * MANY)
    assert sorted(stored(world)["in"]) == sorted([person.id, other.id])
    replaced = [each.replaced for each in joined if each.replaced]
    assert len(set(replaced)) == len(replaced) == MANY - 1, "each connection but the last was told of once"


def test_nobody_is_left_in_a_room_that_ends_while_they_come(world: World) -> None:
    creator, *others = (world.student() for _ in range(21))
    key = room(creator, max_participants=50)
    calls = [partial(outcome, world, student_actor(world, person), key) for person in others]
    heard = at_once([*calls[:10], lambda: str(end(creator, key).status_code), *calls[10:]])
    assert heard.count("200") == 1
    assert set(heard) <= {"200", "joined", "room_ended"}
    assert (stored(world)["ended"], stored(world)["in"], stored(world)["rows"]) == (True, [], heard.count("joined"))
