"""Click's Merchant API, as much of it as disputes, reversals and reconciliation need. Called by jobs and commands, never by requests."""

import hashlib
import time
from datetime import date
from functools import cached_property
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from bilim.click.protocols import NoAnswer, PaymentSaid, Refused, Said

_TIMEOUT = httpx.Timeout(15, connect=3)
_LIMITS = httpx.Limits(max_connections=4, keepalive_expiry=30)
_MAX_ANSWER = 64 * 1024
_PAID = 2
"""Click's state of a payment that was made; below 0 it was cancelled, and from 0 to 1 it is under way."""


class _Answer(Struct):
    """Every answer's envelope, and what statuses add."""

    error_code: int | None = None
    error_note: str = ""
    payment_id: int | None = None
    payment_status: int | None = None


class _Signed(httpx.Auth):
    """Puts the digest of the secret and the time into the header; the secret itself never leaves."""

    def __init__(self, user_id: str, secret: str) -> None:
        self._user_id = user_id
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Auth"] = auth_header(self._user_id, self._secret, int(time.time()))
        yield request


def auth_header(user_id: str, secret: str, now: int) -> str:
    """Who calls, at which second.

    >>> auth_header("1", "SECRET", 1519051543)
    '1:c094893e07700c6cbdc7c74b6745596fb1750183:1519051543'
    """
    digest = hashlib.sha1(f"{now}{secret}".encode(), usedforsecurity=False).hexdigest()
    return f"{user_id}:{digest}:{now}"


class ClickMerchant:
    """Click's Merchant API. Threads may share it; connections stay open between calls."""

    def __init__(self, base: str, service_id: str, user_id: str, secret: str) -> None:
        self._base = base
        self._service_id = service_id
        self._user_id = user_id
        self._secret = secret

    @property
    def is_configured(self) -> bool:
        """Whether there are credentials to call it with."""
        return bool(self._service_id and self._user_id and self._secret)

    def payment(self, paydoc_id: int) -> PaymentSaid:
        """What became of a payment by Click's number."""
        return _said(self._call("GET", f"payment/status/{self._service_id}/{paydoc_id}"))

    def payment_of(self, number: str, day: date) -> PaymentSaid:
        """What became of a payment by our number, made on a day of Click's clock."""
        return _said(self._call("GET", f"payment/status_by_mti/{self._service_id}/{number}/{day.isoformat()}"))

    def reverse(self, paydoc_id: int) -> None:
        """Have a payment's money go back, all of it."""
        answer = self._call("DELETE", f"payment/reversal/{self._service_id}/{paydoc_id}")
        if answer.error_code is None:
            raise NoAnswer("the answer does not say whether it is done")
        if answer.error_code != 0:
            raise Refused(f"{answer.error_code} {answer.error_note}".strip())

    def close(self) -> None:
        """Close the connections, where there are any."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when first needed: loading the certificates of all authorities is slow."""
        auth, headers = _Signed(self._user_id, self._secret), {"Accept": "application/json", "Content-Type": "application/json"}
        return httpx.Client(base_url=self._base, timeout=_TIMEOUT, limits=_LIMITS, auth=auth, headers=headers)

    def _call(self, method: str, path: str) -> _Answer:
        try:
            with self._client.stream(method, path) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _MAX_ANSWER:
                        raise NoAnswer("the answer is far too long")
            if response.status_code >= 500:
                raise NoAnswer(str(response.status_code))
            return msgspec.json.decode(bytes(body), type=_Answer)
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        except msgspec.MsgspecError:
            raise NoAnswer("the answer makes no sense") from None


def _said(answer: _Answer) -> PaymentSaid:
    if answer.error_code and answer.payment_status is None:
        return PaymentSaid(Said.UNKNOWN)
    if answer.payment_status is None:
        raise NoAnswer("the answer has no status")
    if answer.payment_status < 0:
        return PaymentSaid(Said.CANCELLED, answer.payment_id)
    return PaymentSaid(Said.TAKEN if answer.payment_status == _PAID else Said.WAITING, answer.payment_id)
