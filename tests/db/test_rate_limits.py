"""Slots of one key are apart, however many processes ask for one."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select

from bilim.db import rate_limits
from bilim.db.engine import Database
from bilim.db.outbox_tables import RateLimit
from bilim.kit import clock
from conftest import NOON, SetClock


def test_reserved_slots_are_apart_however_many_ask(db: Database) -> None:
    interval = timedelta(milliseconds=34)
    began = clock.now()

    def reserve(_number: int) -> datetime:
        with db.write() as tx:
            return rate_limits.reserve_slot(tx, "bot", interval)

    with ThreadPoolExecutor(8) as threads:
        moments = sorted(threads.map(reserve, range(80)))
    assert moments[0] >= began
    assert all(later - earlier >= interval for earlier, later in itertools.pairwise(moments))


def test_a_slot_is_never_in_the_past_and_each_key_has_its_own(db: Database, set_clock: SetClock) -> None:
    second = timedelta(seconds=1)
    with db.write() as tx:
        assert [rate_limits.reserve_slot(tx, "bot", second) for _ in range(2)] == [NOON, NOON + second]
        assert rate_limits.reserve_slot(tx, "chat:1", second) == NOON
    set_clock(NOON + timedelta(hours=1))
    with db.write() as tx:
        assert rate_limits.reserve_slot(tx, "bot", second) == NOON + timedelta(hours=1)


def test_a_pause_holds_what_comes_after_and_shortens_no_longer_one(db: Database, set_clock: SetClock) -> None:
    second = timedelta(seconds=1)
    with db.write() as tx:
        rate_limits.pause(tx, "bot", NOON + 30 * second)
        rate_limits.pause(tx, "bot", NOON + 10 * second)
        assert rate_limits.reserve_slot(tx, "bot", second) == NOON + 30 * second
        assert rate_limits.reserve_slot(tx, "bot", second) == NOON + 31 * second


def test_rows_whose_moment_is_past_are_forgotten(db: Database, set_clock: SetClock) -> None:
    with db.write() as tx:
        rate_limits.reserve_slot(tx, "chat:1", timedelta(seconds=1))
        rate_limits.pause(tx, "chat:2", NOON + timedelta(seconds=30))
    set_clock(NOON + timedelta(seconds=10))
    with db.write() as tx:
        rate_limits.forget_past(tx)
        assert tx.scalars(select(RateLimit.key)) == ["chat:2"]
