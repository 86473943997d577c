"""Writing down what expired, deleting what is old, and comparing the ledger. All may run again without harm."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bilim.db.engine import Database
from bilim.jobs.batches import write_batches
from bilim.jobs.handling import Handler, Try
from bilim.kit import clock
from bilim.payments.actions import keeping, reconciling, selling
from bilim.payments.actions.reconciling import Difference
from bilim.payments.inputs import Reconcile, SweepPayments, WriteSale
from bilim.payments.protocols import StatementSource

_EARLIER = timedelta(days=1)
"""How much earlier than the ledger a service may say that a payment began: it may tell of it only when it was captured."""
_LOOK_BACK = timedelta(days=3)
"""So far back the ledger is compared with itself every day: some runs may have been missed."""


def handlers(db: Database, keep: timedelta, sources: Iterable[StatementSource], zone: tzinfo, share_percent: int) -> list[Handler[Any]]:
    """How this slice's jobs are run.

    Args:
        keep: how long what services sent is kept.
        sources: the services that hand out statements.
        zone: the school's, by whose midnights a day is meant.
        share_percent: what instructors get of their courses' sales from now on.
    """

    def sweep(_job: SweepPayments, _try: Try) -> None:
        for write in (keeping.expire_transactions, keeping.expire_payments, lambda tx: keeping.forget_old(tx, keep)):
            write_batches(db, keeping.BATCH, write)

    def compare(_job: Reconcile, _try: Try) -> None:
        today = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for source in sources:
            reconcile(db, source, today - timedelta(days=1), today)
        check_ledger(db)

    def write_sale(job: WriteSale, _try: Try) -> None:
        with db.write() as tx:
            selling.write_sale(tx, job.payment_id, share_percent)

    return [Handler(SweepPayments, sweep), Handler(Reconcile, compare), Handler(WriteSale, write_sale)]


def reconcile(db: Database, source: StatementSource, since: datetime, until: datetime) -> list[Difference]:
    """Compare what a service says of some time with the ledger; differences are alerted, each once. Nothing is corrected.

    Raises:
        Unavailable: the service does not answer.
    """
    said = list(source.lines(since - _EARLIER, until))  # asked before a transaction begins
    with db.write() as tx:
        found = reconciling.differences(tx, source.name, since, until, said)
        reconciling.report(tx, found)
    return found


def check_ledger(db: Database) -> list[Difference]:
    """Compare the ledger with itself; what does not fit is alerted, each once. Nothing is corrected."""
    with db.write() as tx:
        found = reconciling.inconsistencies(tx, tx.now - _LOOK_BACK)
        reconciling.report(tx, found)
    return found
