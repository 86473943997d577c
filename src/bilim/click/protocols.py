"""What this slice needs of Click's Merchant API."""

from datetime import date
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class NoAnswer(Exception):
    """Click does not answer, or says nothing that makes sense; asked again later it may."""


class Refused(Exception):
    """Click understood a call and will not do it; its number of the error, and its words."""


class Said(StrEnum):
    """What became of a payment, as Click says."""

    TAKEN = "taken"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Click knows no such payment."""


class PaymentSaid(Struct, frozen=True):
    """A payment as Click knows it."""

    said: Said
    paydoc_id: int | None = None


class Merchant(Protocol):
    """Click's Merchant API."""

    @property
    def is_configured(self) -> bool:
        """Whether there are credentials to call it with."""
        ...

    def payment(self, paydoc_id: int) -> PaymentSaid:
        """What became of a payment by Click's number.

        Raises:
            NoAnswer: Click does not answer.
        """
        ...

    def payment_of(self, number: str, day: date) -> PaymentSaid:
        """What became of a payment by our number, made on a day of Click's clock.

        Raises:
            NoAnswer: Click does not answer.
        """
        ...

    def reverse(self, paydoc_id: int) -> None:
        """Have a payment's money go back, all of it.

        Raises:
            Refused: Click will not, such as for a payment of an earlier month.
            NoAnswer: Click does not answer; whether the money goes back only `payment` tells.
        """
        ...
