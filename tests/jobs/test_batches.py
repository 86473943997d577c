"""Work in batches: each committed by itself, until there is less than a whole one."""

import pytest

from bilim.db import rate_limits
from bilim.db.engine import Database, Tx
from bilim.db.outbox_tables import RateLimit
from bilim.jobs.batches import write_batches


@pytest.mark.parametrize("found", [[0], [2], [3, 0], [3, 3, 1], [5, 4, 2]], ids=["none", "few", "one", "three", "too many"])
def test_batches_follow_each_other_until_one_is_not_whole(db: Database, found: list[int]) -> None:
    done: list[int] = []

    def write(_tx: Tx) -> int:
        done.append(found[len(done)])
        return done[-1]

    write_batches(db, 3, write)
    assert done == found


def test_what_was_committed_stays_where_a_later_batch_fails(db: Database) -> None:
    keys = iter(["first", "second"])

    def write(tx: Tx) -> int:
        key = next(keys)
        rate_limits.pause(tx, key, tx.now)
        if key == "second":
            raise OSError
        return 3

    with pytest.raises(OSError):
        write_batches(db, 3, write)
    with db.read() as tx:
        assert tx.scalars(RateLimit.__table__.select()) == ["first"]
