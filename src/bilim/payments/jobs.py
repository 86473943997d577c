"""Writing down what expired, and deleting what is old. Both work in batches, and again without harm."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bilim.db.engine import Database, Tx
from bilim.jobs.handling import Handler, Try
from bilim.payments.actions import keeping
from bilim.payments.inputs import SweepPayments


def handlers(db: Database, keep: timedelta) -> list[Handler[Any]]:
    """How this slice's jobs are run; `keep` is how long what services sent is kept."""

    def sweep(_job: SweepPayments, _try: Try) -> None:
        for write in (keeping.expire_transactions, keeping.expire_payments, lambda tx: keeping.forget_old(tx, keep)):
            _while_more(db, write)

    return [Handler(SweepPayments, sweep)]


def _while_more(db: Database, write: Callable[[Tx], int]) -> None:
    written = keeping.BATCH
    while written >= keeping.BATCH:
        with db.write() as tx:
            written = write(tx)
