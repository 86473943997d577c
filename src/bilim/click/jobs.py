"""Asking Click what became of payments in doubt."""

from datetime import timedelta
from typing import Any

from bilim.click import actions
from bilim.click.inputs import ConfirmDispute
from bilim.click.protocols import Merchant, NoAnswer, Said
from bilim.db.engine import Database
from bilim.jobs.handling import Handler, RetryLater, Try
from bilim.kit import clock

_REST = timedelta(minutes=5)


def handlers(db: Database, merchant: Merchant) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def confirm(job: ConfirmDispute, _try: Try) -> None:
        with db.read() as tx:
            paydoc_id = actions.disputed_payment(tx, job.transaction_id)
        if paydoc_id is None or not merchant.is_configured:  # settled meanwhile, or for the person who was alerted
            return
        try:
            said = merchant.payment(paydoc_id).said
        except NoAnswer as error:
            raise RetryLater(f"Click does not answer: {error}", clock.now() + _REST, counted=True) from None
        if said is Said.WAITING:
            raise RetryLater("Click has not decided", clock.now() + _REST, counted=True)
        with db.write() as tx:
            actions.settle_dispute(tx, job.transaction_id, said)

    return [Handler(ConfirmDispute, confirm)]
