"""What payment services send: calls of Payme and Click, and an event of Stripe, each of a payment that waits for it."""

import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5
from hmac import digest
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from bench.load import Headers
from bench.payments import AMOUNT, KEYS, number_of, payme_id
from bilim.stripe.rules import API_VERSION

Sent = tuple[str, str, str, Headers]
"""A path, no token, a body, and headers."""

_SOM = f"{AMOUNT // 100}.00"
_SIGNED_AT = "2026-01-15 10:00:00"
_PAYME = ("authorization", "Basic " + b64encode(f"Paycom:{KEYS['PAYME_KEY']}".encode()).decode())


class Service(Struct, frozen=True):
    """A kind of call."""

    kind: str
    """Which payments wait for it: see `bench.payments`."""
    call: Callable[[int], Sent]
    """The call about a payment."""
    writes: bool = True
    again: Callable[[bytes], str] | None = None
    """As of a `Scenario`."""


def _payme(method: str, params: dict[str, object]) -> Sent:
    body = msgspec.json.encode({"method": method, "params": params, "id": 1}).decode()
    return "/api/payments/payme/", "", body, (_PAYME, ("content-type", "text/json"))


def _named(payment_id: int) -> dict[str, object]:
    return {"amount": AMOUNT, "account": {"order_id": number_of(payment_id)}}


def _check(payment_id: int) -> Sent:
    return _payme("CheckPerformTransaction", _named(payment_id))


def _create(payment_id: int) -> Sent:
    return _payme("CreateTransaction", {"id": payme_id(payment_id), "time": int(time.time() * 1000), **_named(payment_id)})


def _perform(payment_id: int) -> Sent:
    return _payme("PerformTransaction", {"id": payme_id(payment_id)})


def _click(action: str, payment_id: int, prepared: str = "") -> Sent:
    trans, number, service = str(payment_id), number_of(payment_id), KEYS["CLICK_SERVICE_ID"]
    joined = f"{trans}{service}{KEYS['CLICK_SECRET_KEY']}{number}{prepared}{_SOM}{action}{_SIGNED_AT}"
    fields = {"click_trans_id": trans, "service_id": service, "click_paydoc_id": trans, "merchant_trans_id": number, "amount": _SOM}
    fields |= {"action": action, "error": "0", "error_note": "Success", "sign_time": _SIGNED_AT}
    fields |= {"sign_string": md5(joined.encode(), usedforsecurity=False).hexdigest()} | (
        {"merchant_prepare_id": prepared} if prepared else {}
    )
    path = f"/api/payments/click/{'complete' if prepared else 'prepare'}/"
    return path, "", urlencode(fields), (("content-type", "application/x-www-form-urlencoded"),)


def _prepare(payment_id: int) -> Sent:
    return _click("0", payment_id)


def _complete(payment_id: int) -> Sent:
    """What was prepared has its payment's id: see `bench.payments`."""
    return _click("1", payment_id, str(payment_id))


def _event(payment_id: int) -> Sent:
    number, at = number_of(payment_id), int(time.time())
    session = {"id": f"cs_{payment_id}", "mode": "payment", "payment_status": "paid", "client_reference_id": number}
    session |= {"amount_total": AMOUNT, "currency": "uzs", "payment_intent": f"pi_{payment_id}", "metadata": {"number": number}}
    event = {"id": f"evt_{payment_id}", "type": "checkout.session.completed", "created": at, "livemode": False}
    body = msgspec.json.encode(event | {"api_version": API_VERSION, "data": {"object": session}})
    signed = digest(KEYS["STRIPE_WEBHOOK_SECRET"].encode(), b"%d." % at + body, "sha256").hex()
    headers = (("stripe-signature", f"t={at},v1={signed}"), ("content-type", "application/json"))
    return "/api/v1/payments/webhook/stripe", "", body.decode(), headers


def _return_path(answer: bytes) -> str:
    """Where whoever knows a payment's number sees what became of it: Click's own second call would be told that it is paid."""
    return f"/pay/return/{msgspec.json.decode(answer)['merchant_trans_id']}"


SERVICES = {
    "Payme's check": Service("check", _check, writes=False),
    "Payme's Create": Service("create", _create),
    "Payme's Perform": Service("perform", _perform),
    "Click's Prepare": Service("prepare", _prepare),
    "Click's Complete": Service("complete", _complete, again=_return_path),
    "Stripe's event": Service("event", _event),
}
"""By the scenario's name."""
