"""Asking Click what became of payments in doubt, and having money go back that an admin wants to return."""

from datetime import timedelta
from typing import Any

from bilim.click import actions
from bilim.click.inputs import ConfirmDispute, SendReversal
from bilim.click.protocols import Merchant, NoAnswer, Refused, Said
from bilim.db.engine import Database, Tx
from bilim.jobs.handling import Handler, RetryLater, Try
from bilim.kit import clock
from bilim.payments.actions import refunding

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
            raise _later(f"Click does not answer: {error}") from None
        if said is Said.WAITING:
            raise _later("Click has not decided")
        with db.write() as tx:
            actions.settle_dispute(tx, job.transaction_id, said)

    def send_back(job: SendReversal, _try: Try) -> None:
        with db.read() as tx:
            found = actions.wanted_reversal(tx, job.request_id)
        if found is None:
            return
        wanted, paydoc_id = found
        try:
            reverse(merchant, paydoc_id)
        except NoAnswer as error:
            raise _later(f"Click does not answer: {error}") from None
        except Refused as refused:
            with db.write() as tx:
                refunding.refuse_refund(tx, job.request_id, f"Click: {refused}")
            return
        with db.write() as tx:
            actions.settle_reversal(tx, wanted)

    def give_up(tx: Tx, job: SendReversal, error: str) -> None:
        refunding.refuse_refund(tx, job.request_id, f"{error}; it may have been made all the same, which asking again finds out")

    return [Handler(ConfirmDispute, confirm), Handler(SendReversal, send_back, give_up)]


def reverse(merchant: Merchant, paydoc_id: int) -> None:
    """Have a payment's money go back, once however often it is asked for: Click has no key for that, so its state is asked first.

    Raises:
        NoAnswer: Click does not answer; the money may go back all the same.
        Refused: Click will not.
        RetryLater: Click has not decided what becomes of the payment.
    """
    if not merchant.is_configured:
        raise Refused("the credentials of its Merchant API are not set")
    said = merchant.payment(paydoc_id).said
    if said is Said.CANCELLED:
        return
    if said is Said.UNKNOWN:
        raise Refused(f"it does not know the payment {paydoc_id}")
    if said is Said.WAITING:
        raise _later("Click has not decided")
    try:
        merchant.reverse(paydoc_id)
    except Refused:
        if merchant.payment(paydoc_id).said is not Said.CANCELLED:  # as it is where another runner was faster
            raise


def _later(reason: str) -> RetryLater:
    return RetryLater(reason, clock.now() + _REST, counted=True)
