"""Places of a limit: nobody takes more than there are, however many try at once; what is given back is free again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bilim.db.engine import Database
from bilim.kit.errors import RateLimited
from bilim.limits import windows
from bilim.limits.models import Window
from bilim.limits.rules import Limit, doubling
from bilim.limits.windows import Place
from conftest import NOON, SetClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
QUESTIONS = Limit("questions", 3, MINUTE)
GUESSES = Limit("guesses", 3, 60 * MINUTE, doubling(15 * SECOND, MINUTE))
MANY = 100


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Noon, until a test sets it otherwise."""


@pytest.fixture
def other(db: Database) -> Iterator[Database]:
    """The same database, as another process sees it."""
    database = Database(db.engine.url.render_as_string(hide_password=False), NOON.tzinfo, 8)  # type: ignore[arg-type]
    yield database
    database.close()


def take(db: Database, limit: Limit, key: str = "Ali") -> Place:
    with db.write() as tx:
        return windows.take(tx, limit, key)


def wait(db: Database, limit: Limit, key: str = "Ali") -> int:
    """How many seconds somebody who finds no place is told to wait."""
    with pytest.raises(RateLimited) as refused:
        take(db, limit, key)
    return refused.value.retry_after


def give_back(db: Database, place: Place) -> None:
    with db.write() as tx:
        windows.give_back(tx, place)


def taken(db: Database) -> dict[str, int]:
    with db.read() as tx:
        return dict(tx.all(select(Window.key, Window.taken)))


def test_a_window_has_so_many_places_until_it_ends(db: Database, set_clock: SetClock) -> None:
    assert [take(db, QUESTIONS).taken for _ in range(3)] == [1, 2, 3]
    assert wait(db, QUESTIONS) == 60
    set_clock(NOON + timedelta(seconds=59.5))
    assert wait(db, QUESTIONS) == 1
    assert taken(db) == {"questions:Ali": 3}, "a refused try takes nothing"
    set_clock(NOON + MINUTE)
    assert take(db, QUESTIONS).taken == 1


def test_a_window_begins_with_its_first_place(db: Database, set_clock: SetClock) -> None:
    take(db, QUESTIONS)
    set_clock(NOON + 50 * SECOND)
    take(db, QUESTIONS)
    take(db, QUESTIONS)
    assert wait(db, QUESTIONS) == 10


def test_keys_and_limits_are_counted_apart(db: Database) -> None:
    for _ in range(3):
        take(db, QUESTIONS)
    assert take(db, QUESTIONS, "Vali").taken == 1
    assert take(db, GUESSES).taken == 1
    assert take(db, QUESTIONS, "A" * 1000).taken == take(db, QUESTIONS, "A" * 999 + "B").taken == 1, "long keys are not cut short"


def test_a_limit_with_one_place_is_closed_by_the_first(db: Database, set_clock: SetClock) -> None:
    once, slow = Limit("once", 1, MINUTE), Limit("slow", 1, MINUTE, (5 * SECOND,))
    take(db, once)
    take(db, slow)
    assert (wait(db, once), wait(db, slow)) == (60, 5)
    set_clock(NOON + 5 * SECOND)
    assert take(db, slow).taken == 2
    assert (wait(db, once), wait(db, slow)) == (55, 5)


def test_places_after_the_last_free_one_must_be_waited_for_longer_and_longer(db: Database, set_clock: SetClock) -> None:
    now = NOON
    for _ in range(2):
        take(db, GUESSES)
    for expected in (15, 30, 60, 60):
        take(db, GUESSES)
        assert wait(db, GUESSES) == expected
        now += (expected - 1) * SECOND
        set_clock(now)
        assert wait(db, GUESSES) == 1, "asking again does not make the wait longer"
        now += SECOND
        set_clock(now)
    set_clock(NOON + 60 * MINUTE)
    assert [take(db, GUESSES).taken for _ in range(3)] == [1, 2, 3], "the window is over, whatever was counted in it"


def test_a_wait_ends_with_the_window(db: Database, set_clock: SetClock) -> None:
    for _ in range(3):
        take(db, GUESSES)
    set_clock(NOON + timedelta(minutes=59, seconds=55))
    take(db, GUESSES)
    assert wait(db, GUESSES) == 5


def test_what_is_given_back_can_be_taken_again(db: Database) -> None:
    places = [take(db, QUESTIONS) for _ in range(3)]
    give_back(db, places[0])
    assert take(db, QUESTIONS).taken == 3
    assert wait(db, QUESTIONS) == 60


def test_a_place_of_a_window_that_is_over_is_not_given_back_to_the_next(db: Database, set_clock: SetClock) -> None:
    place = take(db, QUESTIONS)
    set_clock(NOON + MINUTE)
    take(db, QUESTIONS)
    give_back(db, place)
    assert taken(db) == {"questions:Ali": 1}


def test_a_wait_ends_when_the_place_that_began_it_is_given_back(db: Database, set_clock: SetClock) -> None:
    for _ in range(3):
        take(db, GUESSES)
    set_clock(NOON + 15 * SECOND)
    place = take(db, GUESSES)
    assert wait(db, GUESSES) == 30
    give_back(db, place)
    assert taken(db) == {"guesses:Ali": 3}
    assert take(db, GUESSES).taken == 4, "found open, as before"
    assert wait(db, GUESSES) == 30


def test_a_wait_that_a_later_place_began_goes_on_when_an_earlier_one_is_given_back(db: Database, set_clock: SetClock) -> None:
    for _ in range(3):
        take(db, GUESSES)
    set_clock(NOON + 15 * SECOND)
    slow = take(db, GUESSES)
    set_clock(NOON + 45 * SECOND)
    take(db, GUESSES)
    give_back(db, slow)
    assert taken(db) == {"guesses:Ali": 4}
    assert wait(db, GUESSES) == 60


def test_nothing_is_given_back_of_a_window_from_which_nothing_is_taken(db: Database) -> None:
    place = take(db, QUESTIONS)
    give_back(db, place)
    give_back(db, place)
    assert taken(db) == {"questions:Ali": 0}


def test_a_key_can_be_cleared(db: Database) -> None:
    for _ in range(3):
        take(db, QUESTIONS)
        take(db, QUESTIONS, "Vali")
    with db.write() as tx:
        windows.clear(tx, QUESTIONS, "Ali")
    assert take(db, QUESTIONS).taken == 1
    assert wait(db, QUESTIONS, "Vali") == 60


def test_a_transaction_that_began_earlier_and_comes_later_finds_the_free_places(db: Database, set_clock: SetClock) -> None:
    """Transactions wait for each other, and servers' clocks differ a little."""
    for limit in (QUESTIONS, GUESSES):
        set_clock(NOON + SECOND)
        place = take(db, limit)
        set_clock(NOON)
        take(db, limit)
        set_clock(NOON + SECOND)
        give_back(db, place)
        set_clock(NOON)
        assert take(db, limit).taken == 2


def test_a_place_of_every_limit_or_none(db: Database) -> None:
    for _ in range(3):
        take(db, GUESSES)
        take(db, QUESTIONS, "Vali")
    wanted = [(QUESTIONS, "Ali"), (GUESSES, "Ali"), (QUESTIONS, "Vali")]
    with pytest.raises(RateLimited) as refused, db.write() as tx:
        windows.take_all(tx, wanted)
    assert refused.value.retry_after == 60, "when all of them are open"
    assert taken(db) == {"guesses:Ali": 3, "questions:Vali": 3}
    with db.write() as tx:
        places = windows.take_all(tx, [(QUESTIONS, "Ali"), (GUESSES, "Vali")])
    assert [(place.limit.name, place.key, place.taken) for place in places] == [("questions", "Ali", 1), ("guesses", "Vali", 1)]


def test_windows_that_are_over_are_deleted_and_no_others(db: Database, set_clock: SetClock) -> None:
    take(db, QUESTIONS)
    take(db, GUESSES)
    set_clock(NOON + 30 * SECOND)
    take(db, QUESTIONS, "Vali")
    set_clock(NOON + MINUTE)
    with db.write() as tx:
        windows.forget(tx)
    assert taken(db) == {"guesses:Ali": 1, "questions:Vali": 1}


def test_of_many_who_want_the_last_place_one_has_it(db: Database, other: Database) -> None:
    for _ in range(2):
        take(db, QUESTIONS)
    ready = threading.Barrier(MANY)

    def try_to_take(number: int) -> Place | int:
        ready.wait()
        try:
            return take((db, other)[number % 2], QUESTIONS)
        except RateLimited as refused:
            return refused.retry_after

    with ThreadPoolExecutor(MANY) as threads:
        got = list(threads.map(try_to_take, range(MANY)))
    assert [place.taken for place in got if isinstance(place, Place)] == [3]
    assert [seconds for seconds in got if isinstance(seconds, int)] == [60] * (MANY - 1)
    assert taken(db) == {"questions:Ali": 3}
