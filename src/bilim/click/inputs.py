"""Jobs that this slice enqueues."""

from typing import ClassVar

from bilim.kit.jobs import Job, Queue
from bilim.payments.inputs import QUEUE


class ConfirmDispute(Job):
    """Ask Click what became of a payment that it called failed after it was completed; what is cancelled there is taken back here."""

    kind: ClassVar[str] = "click.confirm-dispute"
    queue: ClassVar[Queue] = QUEUE
    runs_after_restore: ClassVar[bool] = True

    transaction_id: int


class SendReversal(Job):
    """Have a payment's money go back by Click, as an admin wants."""

    kind: ClassVar[str] = "click.refund"
    queue: ClassVar[Queue] = QUEUE

    request_id: int
