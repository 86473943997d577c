"""What the ledger needs of a service that takes money. Each service's slice implements it, and the composition root lists them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.errors import Unavailable
from bilim.kit.jobs import Job


class PaymentToPay(Struct, frozen=True, kw_only=True):
    """A pending payment, as the service is told of it."""

    payment_id: int
    number: str
    kind: str
    title: str
    amount: int
    """Tiyin."""
    payer_id: int
    expires_at: datetime
    plan_price_id: str | None = None
    """The id under which the service itself knows the plan, where an admin gave one."""


class Refundable(Struct, frozen=True):
    """A captured payment, some of which may go back. Amounts are tiyin."""

    provider_txn_id: str
    amount: int
    left: int
    """What did not go back yet."""


class Refunds(Protocol):
    """How a service is asked to send money back."""

    def money_of(self, tx: Tx, payment: Refundable, amount: int) -> int:
        """What is asked of the service for an amount of tiyin, in hundredths of its currency. Decided once, when the refund is wanted.

        Raises:
            Conflict, Invalid: it does not send that back.
            Unavailable: its settings for it are not made.
        """
        ...

    def job(self, request_id: int) -> Job:
        """The job that asks it for a refund, and writes down what it answers."""
        ...


class Checkout(Protocol):
    """A service by which people pay."""

    @property
    def name(self) -> str:
        """`payme`, `click` or `stripe`: in bodies, and in every row about its payments."""
        ...

    @property
    def settings(self) -> Mapping[str, bool]:
        """The environment variables that it needs, and whether each is set. Without all of them nobody can pay by it."""
        ...

    @property
    def refunds(self) -> Refunds | None:
        """How it sends money back when an admin wants it; None where that is done in its own cabinet."""
        ...

    async def link(self, payment: PaymentToPay, return_url: str) -> str:
        """Where a payment is paid. Asked again for the same payment it must not make another one at the service.

        Args:
            return_url: where the payer comes back to, without a query.

        Raises:
            Unavailable: the service does not answer.
        """
        ...


class StatementLine(Struct, frozen=True):
    """What a service says of one transaction: its state in our words, its amount in tiyin."""

    provider_txn_id: str
    number: str | None
    """Ours of the payment; None where the service does not tell it."""
    amount: int
    state: str


class StatementSource(Protocol):
    """A service's own list of its transactions."""

    @property
    def name(self) -> str:
        """The service."""
        ...

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:
        """The transactions that it began from one moment until just before another, by its clock.

        Raises:
            Unavailable: it does not answer.
        """
        ...


class Checkouts:
    """The services that this program knows, by name."""

    def __init__(self, services: Iterable[Checkout]) -> None:
        self._by_name = {each.name: each for each in services}

    def __iter__(self) -> Iterator[Checkout]:
        return iter(self._by_name.values())

    @property
    def names(self) -> list[str]:
        """Every service, configured or not."""
        return list(self._by_name)

    def is_configured(self, name: str) -> bool:
        """Whether people can pay by a service."""
        service = self._by_name.get(name)
        return service is not None and all(service.settings.values())

    def refunds_of(self, name: str) -> Refunds | None:
        """How a service sends money back; None where it does not from here, or there is no such service."""
        service = self._by_name.get(name)
        return None if service is None else service.refunds

    def get(self, name: str) -> Checkout:
        """A service by which people can pay.

        Raises:
            KeyError: there is no such service.
            Unavailable: its settings are not made.
        """
        service = self._by_name[name]
        if not all(service.settings.values()):
            raise Unavailable("provider_not_configured", provider=name)
        return service
