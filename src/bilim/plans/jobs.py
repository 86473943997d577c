"""Forgetting what people used of their quotas long ago."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.handling import Handler, Try
from bilim.plans.actions import quotas
from bilim.plans.inputs import SweepUsage


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def sweep(_job: SweepUsage, _try: Try) -> None:
        swept = quotas.SWEPT
        while swept == quotas.SWEPT:
            with db.write() as tx:
                swept = quotas.sweep(tx)

    return [Handler(SweepUsage, sweep)]
