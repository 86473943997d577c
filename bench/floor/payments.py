"""The floor's answers about payments: of payers, of an admin, and to the services that call. A call is checked as the product checks it."""

import secrets
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from hmac import compare_digest, digest
from os import environ
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import msgspec
from msgspec import Struct

from bench.floor import payments_sql as sql
from bench.floor.unit import actor, db, dialect, encode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HALF_DAY = timedelta(hours=12)
_MILLISECOND = timedelta(milliseconds=1)
_SITE = "http://localhost:8004"


class Payment(Struct, gc=False):
    """A payment by a service."""

    id: int
    number: str
    kind: str
    title: str
    provider: str
    amount: int | Decimal
    currency: str
    status: str
    refunded: int | Decimal
    course: int | None
    plan: int | None
    group: int | None
    checkout_url: str | None
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None


class Share(Struct, gc=False):
    """The payments of a kind by a service."""

    kind: str
    provider: str
    captured: int
    pending: int
    revenue: int | Decimal
    refunded: int | Decimal


class Month(Struct, gc=False):
    """What came in in a month."""

    year: int
    month: int
    revenue: int | Decimal


class Figures(Struct, gc=False):
    """Figures of all payments."""

    total_revenue: int | Decimal
    total_refunded: int | Decimal
    captured_payments: int
    pending_payments: int
    active_subscriptions: int
    currency: str
    shares: list[Share]
    months: list[Month]


class PaymeCall(Struct):
    """A call of Payme's."""

    method: str
    params: dict[str, Any]
    id: int


def _run(text: str, named: dict[str, Any]) -> Any:
    return db.execute(dialect(text), named | sql.CONSTANTS)


def _uzs(tiyin: Any) -> int | Decimal:
    tiyin = int(tiyin)
    return tiyin // 100 if tiyin % 100 == 0 else Decimal(tiyin).scaleb(-2)


def _shown(moment: Any) -> datetime | None:
    return moment and db.shown(moment)


def _payment(row: Any) -> Payment:
    id_, number, kind, title, provider, status, amount, refunded, course, plan, group, url, created, expires, captured = row
    waits = url if status == "pending" else None
    money = (_uzs(amount), "UZS", status, _uzs(refunded))
    return Payment(id_, number, kind, title, provider, *money, course, plan, group, waits, *map(_shown, (created, expires, captured)))


def list_payments(scope: Any) -> tuple[bytes, int]:
    """GET /api/payments/, all on the first page; the body, and the number of rows."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    now = datetime.now(UTC)
    wanted = {"viewer_id": actor(scope, now), "now": db.bound(now), "limit": int(asked[b"limit"][0]), "skip": 0}
    rows = _run(sql.OWN, wanted).fetchall()
    db.commit()
    return encode([_payment(row) for row in rows]), len(rows)


def read_figures(scope: Any) -> bytes:
    """GET /api/v1/statistics/payment-stats."""
    db.begin(writes=False)
    now = datetime.now(UTC)
    actor(scope, now, "admin")
    named = {"now": db.bound(now)}
    shares = [Share(*row[:2], int(row[2]), int(row[3]), _uzs(row[4]), _uzs(row[5])) for row in _run(sql.SHARES, named).fetchall()]
    (active,) = _run(sql.ACTIVE, named).fetchone()
    months = [Month(day.year, day.month, _uzs(income)) for day, income in ((db.date(m), i) for m, i in _run(sql.MONTHS, {}).fetchall())]
    db.commit()
    totals = (sum(each.revenue for each in shares), sum(each.refunded for each in shares))
    counts = (sum(each.captured for each in shares), sum(each.pending for each in shares))
    return encode(Figures(*totals, *counts, active, "UZS", shares, months))


def order_plan(scope: Any, body: bytes) -> bytes:
    """POST /api/payments/ of a plan by Payme: begun, looked at, its link made and written down, looked at again."""
    wanted = msgspec.json.decode(body)
    now = datetime.now(UTC)
    db.begin(writes=True)
    named = {"viewer_id": actor(scope, now), "plan_id": wanted["plan"], "item_key": f"plan:{wanted['plan']}", "now": db.bound(now)}
    title, amount, days = _run(sql.PLAN, named).fetchone()
    assert _run(sql.OPEN_ORDER, named).fetchone() is None
    named |= {"title": title, "amount": amount, "days": days, "until": db.bound(now + timedelta(days=1))}
    named["order_id"] = _run(sql.NEW_ORDER, named).fetchone()[0]
    assert _run(sql.WAITING, named).fetchone() is None
    named["payment_id"] = _run(sql.NEW_PAYMENT, named).fetchone()[0]
    named["number"] = number = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    _run(sql.NEW_CHECKOUT, named)
    db.commit()
    for text in (sql.ONE, sql.TO_PAY):
        db.begin(writes=False)
        assert _run(text, named).fetchone()[1] == number
        db.commit()
    values = f"m={environ['PAYME_MERCHANT_ID']};ac.order_id={number};a={amount};c={_SITE}/pay/return/{number}"
    db.begin(writes=True)
    _run(sql.NOTE_LINK, named | {"url": f"https://checkout.paycom.uz/{b64encode(values.encode()).decode()}"})
    db.commit()
    db.begin(writes=False)
    row = _run(sql.ONE, named).fetchone()
    db.commit()
    return encode(_payment(row))


def _capture(named: dict[str, Any], held: Any, now: datetime) -> None:
    """Write captured money down, and grant what was ordered."""
    assert held[4] == "pending"
    assert held[12] == "open"
    named |= {"payment_id": held[0], "order_id": held[11], "amount": held[7]}
    assert _run(sql.TAKE, named).rowcount == 1
    _run(sql.PAY, named)
    _, user_id, item_key, _, course_id, *_ = _run(sql.HELD_ORDER, named).fetchone()
    named |= {"user_id": user_id, "course_id": course_id, "item_key": item_key}
    for text in (sql.BUY, sql.JOIN, sql.GRANT):
        assert _run(text, named).fetchone() is not None
    _run(sql.GRANTED, named)
    assert not _run(sql.OTHERS, named).fetchall()
    payload = encode({"payment_id": held[0]}).decode()
    jobs = (("default", "billing.payment-taken"), ("money", "payments.write-sale"))
    db.execute_many(
        dialect(sql.ENQUEUE),
        [{"queue": queue, "kind": kind, "payload": payload, "now": named["now"], **sql.CONSTANTS} for queue, kind in jobs],
    )
    _run(sql.ADD, named | {"month": db.month(now)})


def _log(named: dict[str, Any], kind: str, outcome: str, body: Any) -> None:
    _run(sql.LOG, named | {"kind": kind, "outcome": outcome, "body": encode(body).decode()})


def _header(scope: Any, wanted: bytes) -> str:
    return next(value for name, value in scope["headers"] if name == wanted).decode()


def take_payme_call(scope: Any, body: bytes) -> bytes:
    """POST /api/payments/payme/."""
    shown = b64decode(_header(scope, b"authorization").removeprefix("Basic "))
    assert compare_digest(shown, f"Paycom:{environ['PAYME_KEY']}".encode())
    call = msgspec.json.decode(body, type=PaymeCall)
    return encode({"result": _PAYME[call.method](call.params), "id": call.id})


def _named(provider: str, now: datetime, **more: Any) -> dict[str, Any]:
    return {"provider": provider, "now": db.bound(now), **more}


def _check(params: dict[str, Any]) -> dict[str, Any]:
    db.begin(writes=False)
    held = _run(sql.FIND, {"provider": "payme", "number": params["account"]["order_id"]}).fetchone()
    db.commit()
    assert (held[4], held[7]) == ("pending", params["amount"])
    return {"allow": True}


def _create(params: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    began = datetime.fromtimestamp(params["time"] / 1000, UTC)
    named = _named("payme", now, provider_txn_id=params["id"], number=params["account"]["order_id"])
    db.begin(writes=True)
    assert _run(sql.TRANSACTION, named).fetchone() is None
    held = _run(sql.LOCK, named).fetchone()
    assert _run(sql.TRANSACTION, named).fetchone() is None
    assert (held[4], held[7]) == ("pending", params["amount"])
    named |= {"payment_id": held[0], "amount": held[7], "said_at": db.bound(began), "until": db.bound(began + _HALF_DAY + _MILLISECOND)}
    assert _run(sql.UNDER_WAY, named).fetchone() is None
    assert _run(sql.BEGIN, named).fetchone() is not None
    begun = _run(sql.TRANSACTION, named).fetchone()
    _log(named, "CreateTransaction", "done", params)
    db.commit()
    return {"create_time": _milliseconds(now), "transaction": str(begun[0]), "state": 1, "receivers": None}


def _perform(params: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    named = _named("payme", now, provider_txn_id=params["id"])
    db.begin(writes=True)
    named["number"] = _run(sql.TRANSACTION, named).fetchone()[4]
    held = _run(sql.LOCK, named).fetchone()
    named["transaction_id"] = transaction_id = _run(sql.TRANSACTION, named).fetchone()[0]
    _capture(named, held, now)
    _log(named, "PerformTransaction", "done", params)
    db.commit()
    return {"transaction": str(transaction_id), "perform_time": _milliseconds(now), "state": 2}


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND


_PAYME = {"CheckPerformTransaction": _check, "CreateTransaction": _create, "PerformTransaction": _perform}


def _click_fields(body: bytes) -> dict[str, str]:
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    first = fields["click_trans_id"] + fields["service_id"] + environ["CLICK_SECRET_KEY"] + fields["merchant_trans_id"]
    joined = first + fields.get("merchant_prepare_id", "") + fields["amount"] + fields["action"] + fields["sign_time"]
    assert compare_digest(md5(joined.encode(), usedforsecurity=False).hexdigest(), fields["sign_string"])
    return fields


def _amount(fields: dict[str, str]) -> int:
    return int(Decimal(fields["amount"]) * 100)


def prepare_click(_scope: Any, body: bytes) -> bytes:
    """POST /api/payments/click/prepare/."""
    fields, now = _click_fields(body), datetime.now(UTC)
    named = _named("click", now, number=fields["merchant_trans_id"], provider_txn_id=fields["click_trans_id"])
    db.begin(writes=True)
    held = _run(sql.LOCK, named).fetchone()
    assert _run(sql.TRANSACTION, named).fetchone() is None
    assert (held[4], held[7]) == ("pending", _amount(fields))
    named |= {"payment_id": held[0], "amount": held[7], "said_at": named["now"], "until": db.bound(now + _HALF_DAY)}
    assert _run(sql.UNDER_WAY, named).fetchone() is None
    assert _run(sql.BEGIN, named).fetchone() is not None
    named["transaction_id"] = begun = _run(sql.TRANSACTION, named).fetchone()[0]
    _run(sql.CLICK_PAYMENT, named | {"paydoc_id": int(fields["click_paydoc_id"])})
    _log(named, "Prepare", "0", fields)
    db.commit()
    return _click_answer(fields, "merchant_prepare_id", begun)


def complete_click(_scope: Any, body: bytes) -> bytes:
    """POST /api/payments/click/complete/."""
    fields, now = _click_fields(body), datetime.now(UTC)
    named = _named("click", now, number=fields["merchant_trans_id"], provider_txn_id=fields["click_trans_id"])
    db.begin(writes=True)
    held = _run(sql.LOCK, named).fetchone()
    named["transaction_id"] = begun = _run(sql.TRANSACTION, named).fetchone()[0]
    assert (begun, held[7]) == (int(fields["merchant_prepare_id"]), _amount(fields))
    _capture(named, held, now)
    _log(named, "Complete", "0", fields)
    db.commit()
    return _click_answer(fields, "merchant_confirm_id", begun)


def _click_answer(fields: dict[str, str], name: str, ours: int) -> bytes:
    said = {"click_trans_id": int(fields["click_trans_id"]), "merchant_trans_id": fields["merchant_trans_id"]}
    return encode(said | {name: ours, "error": 0, "error_note": "Success"})


def take_stripe_event(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/payments/webhook/stripe: a Checkout that was paid."""
    signed = dict(part.split("=") for part in _header(scope, b"stripe-signature").split(","))
    expected = digest(environ["STRIPE_WEBHOOK_SECRET"].encode(), f"{signed['t']}.".encode() + body, "sha256").hex()
    assert compare_digest(expected, signed["v1"])
    assert abs(time.time() - int(signed["t"])) < 300
    event, now = msgspec.json.decode(body), datetime.now(UTC)
    session = event["data"]["object"]
    began = datetime.fromtimestamp(event["created"], UTC)
    named = _named("stripe", now, number=session["client_reference_id"], provider_txn_id=session["payment_intent"])
    db.begin(writes=True)
    assert _run(sql.EVENT, named | {"event_id": event["id"], "kind": event["type"]}).fetchone() is not None
    assert _run(sql.CHARGE, named).fetchone() is not None
    held = _run(sql.LOCK, named).fetchone()
    assert held[7] == session["amount_total"]
    assert _run(sql.TRANSACTION, named).fetchone() is None
    named |= {"payment_id": held[0], "amount": held[7], "said_at": db.bound(began), "until": None}
    assert _run(sql.BEGIN, named).fetchone() is not None
    named["transaction_id"] = _run(sql.TRANSACTION, named).fetchone()[0]
    _capture(named, held, now)
    _log(named, event["type"], "granted", {"id": event["id"], "created": event["created"], "object": session})
    db.commit()
    return b'{"received":true}'


WRITES = {
    "/api/payments/": (201, order_plan),
    "/api/payments/payme/": (200, take_payme_call),
    "/api/payments/click/prepare/": (200, prepare_click),
    "/api/payments/click/complete/": (200, complete_click),
    "/api/v1/payments/webhook/stripe": (200, take_stripe_event),
}
"""By their whole path."""
