"""Work that is too much for one transaction: done in batches, a transaction each."""

from collections.abc import Callable

from bilim.db.engine import Database, Tx


def write_batches(db: Database, size: int, write: Callable[[Tx], int]) -> None:
    """Call a write again, each time in a transaction of its own, until it finds less than a whole batch to do.

    What was committed stays where a later batch fails. The write itself must find only what is not done yet.

    Args:
        size: how much makes a whole batch.
        write: does at most a batch, and returns how much it did.
    """
    while True:
        with db.write() as tx:
            done = write(tx)
        if done < size:
            return
