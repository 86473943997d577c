"""What Click says of the payments that the ledger knows: it hands out no list, but answers for each."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from bilim.click import rules
from bilim.click.models import ClickPayment
from bilim.click.protocols import Merchant, NoAnswer, Said
from bilim.db.engine import Database
from bilim.kit.errors import Unavailable
from bilim.payments.models import ProviderTransaction
from bilim.payments.protocols import StatementLine


class ClickStatement:
    """Click's Merchant API as a source of transactions: one call each, never from a request."""

    name = rules.NAME

    def __init__(self, db: Database, merchant: Merchant) -> None:
        self._db = db
        self._merchant = merchant

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:
        """The transactions of the ledger that Click knows too; what it holds, gave back or gave up.

        Raises:
            Unavailable: it does not answer.
        """
        columns = (ProviderTransaction.provider_txn_id, ProviderTransaction.amount, ProviderTransaction.state, ClickPayment.paydoc_id)
        ours = select(*columns).join(ClickPayment, ClickPayment.transaction_id == ProviderTransaction.id)
        in_time = (ProviderTransaction.provider_time >= since, ProviderTransaction.provider_time < until)
        with self._db.read() as tx:
            rows = tx.all(ours.where(ProviderTransaction.provider == rules.NAME, *in_time).order_by(ProviderTransaction.id))
        for txn, amount, state, paydoc_id in rows:
            said = self._state(paydoc_id, was_captured=state in ("captured", "refunded"))
            if said is not None:
                yield StatementLine(txn, None, amount, said)

    def _state(self, paydoc_id: int, *, was_captured: bool) -> str | None:
        """A payment's state in the ledger's words; None where Click does not know it."""
        try:
            said = self._merchant.payment(paydoc_id).said
        except NoAnswer as error:
            raise Unavailable("busy", retry_after=60) from error
        return {
            Said.TAKEN: "captured",
            Said.WAITING: "created",
            Said.CANCELLED: "refunded" if was_captured else "cancelled",
            Said.UNKNOWN: None,
        }[said]
