"""Stripe as the merchant sees it: an HTTP server for the real SDK, with a ledger of its own, and signed events that meet a bad network.

`StripeSim` answers Checkout sessions, refunds, subscriptions and lists, one object an idempotency key. `pay`, `renew`, `refund` and their
like are what payers, time and the dashboard do; each adds the events that Stripe would send. `faults` are met by the next calls in turn:
`500`, `429`, `drop` (done, but no answer), `hang` (done, but too late).
"""

import hmac
import itertools
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from loopback import Handler, Loopback

KEY = "sk_test_simulator"
SECRET = "whsec_of_the_simulator"
VERSION = "2026-10-28.endive"
MONTH = 30 * 86_400
RETRY_AFTER = 7
_numbers = itertools.count(1)
"""Of all objects: no two simulators name two things alike."""


def sign(body: bytes, at: int, secret: str = SECRET) -> str:
    """A header of Stripe's for a body."""
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + body, sha256).hexdigest()}"


class StripeSim(Loopback):
    """Stripe. Amounts are hundredths; `clock` tells seconds since 1970."""

    def __init__(self, clock: Callable[[], int], *, prices: dict[str, int] | None = None, currency: str = "uzs") -> None:
        super().__init__(_Handler)
        self.clock, self.currency, self.prices = clock, currency, prices or {}
        self.faults: deque[str] = deque()
        self.keys: dict[str, tuple[Any, Any]] = {}
        self.calls: list[tuple[str, str, dict[str, Any], str | None]] = []
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.paid_by: dict[str, str] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.hang = 0.0
        self._lock = threading.Lock()

    # What payers, time and the dashboard do

    def pay(self, session_id: str, status: str = "paid") -> dict[str, Any]:
        """A payer completes a session; the session."""
        session = self.sessions[session_id]
        session["payment_status"] = status
        if session["mode"] == "subscription":
            return self._subscribe(session)
        intent = self._intent(session["amount_total"], session["metadata"], "succeeded" if status == "paid" else "processing")
        session["payment_intent"] = intent["id"]
        self.tell("checkout.session.completed", session)
        return session

    def settle_async(self, session_id: str, *, succeeds: bool) -> None:
        """A slow way of paying comes to its end."""
        session = self.sessions[session_id]
        session["payment_status"] = "paid" if succeeds else "unpaid"
        self.intents[session["payment_intent"]]["status"] = "succeeded" if succeeds else "requires_payment_method"
        self.tell(f"checkout.session.async_payment_{'succeeded' if succeeds else 'failed'}", session)

    def expire(self, session_id: str) -> None:
        self.tell("checkout.session.expired", self.sessions[session_id] | {"status": "expired"})

    def _subscribe(self, session: dict[str, Any]) -> dict[str, Any]:
        subscription = {
            "id": self._id("sub"),
            "object": "subscription",
            "status": "active",
            "cancel_at_period_end": False,
            "cancel_at": None,
            "ended_at": None,
            "metadata": session["metadata"],
            "amount": session["amount_total"],
            "items": {"data": [{"current_period_start": self.clock(), "current_period_end": self.clock() + MONTH}]},
        }
        self.subscriptions[subscription["id"]] = subscription
        session["subscription"] = subscription["id"]
        self._invoice(subscription, "subscription_create", is_paid=True)
        self.tell("checkout.session.completed", session)
        return session

    def renew(self, subscription_id: str, *, is_paid: bool = True) -> dict[str, Any]:
        """The next period begins; the invoice. Where it is not paid, Stripe tries again: see `retry`."""
        subscription = self.subscriptions[subscription_id]
        period = subscription["items"]["data"][0]
        start = period["current_period_end"]
        subscription["items"]["data"][0] = {"current_period_start": start, "current_period_end": start + MONTH}
        subscription["status"] = "active" if is_paid else "past_due"
        invoice = self._invoice(subscription, "subscription_cycle", is_paid=is_paid)
        self.tell("customer.subscription.updated", subscription)
        return invoice

    def retry(self, invoice_id: str) -> None:
        """A renewal is paid after all."""
        invoice = self.invoices[invoice_id]
        subscription = self.subscriptions[invoice["parent"]["subscription_details"]["subscription"]]
        subscription["status"] = "active"
        self._take(invoice)
        self.tell("customer.subscription.updated", subscription)

    def end(self, subscription_id: str) -> None:
        """A subscription ends now."""
        subscription = self.subscriptions[subscription_id]
        subscription |= {"status": "canceled", "ended_at": self.clock()}
        self.tell("customer.subscription.deleted", subscription)

    def refund(self, payment_intent: str, amount: int | None = None) -> dict[str, Any]:
        """Money goes back; the refund."""
        charge = self.intents[payment_intent]["latest_charge"]
        left = charge["amount"] - charge["amount_refunded"]
        amount = left if amount is None else amount
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.tell("charge.refunded", charge)
        return {"id": self._id("re"), "object": "refund", "status": "succeeded", "amount": amount, "charge": charge}

    def dispute(self, payment_intent: str, status: str = "needs_response") -> dict[str, Any]:
        """A payer's bank doubts a payment."""
        charge = self.intents[payment_intent]["latest_charge"]
        dispute = {"id": self._id("du"), "object": "dispute", "charge": charge["id"], "payment_intent": payment_intent}
        dispute |= {"amount": charge["amount"], "status": status, "reason": "fraudulent", "currency": self.currency}
        self.tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: dict[str, Any], status: str) -> None:
        self.tell("charge.dispute.closed", dispute | {"status": status})

    def intent_of(self, invoice_id: str) -> str:
        return self.paid_by[invoice_id]

    # Events

    def tell(self, kind: str, told: dict[str, Any]) -> dict[str, Any]:
        """Add an event about an object as it is now."""
        event = {"id": self._id("evt"), "object": "event", "type": kind, "created": self.clock(), "livemode": False}
        event |= {"api_version": VERSION, "data": {"object": json.loads(json.dumps(told))}}
        self.events.append(event)
        return event

    def shuffled(self, seed: int, *, twice: float = 0) -> list[dict[str, Any]]:
        """All events in some order, some of them twice."""
        chance = random.Random(seed)  # noqa: S311 - repeatable
        events = [*self.events, *(each for each in self.events if chance.random() < twice)]
        chance.shuffle(events)
        return events

    # Objects

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(_numbers):08}"

    def _intent(self, amount: int, metadata: dict[str, Any], status: str) -> dict[str, Any]:
        intent_id = self._id("pi")
        charge = {"id": self._id("ch"), "object": "charge", "payment_intent": intent_id, "amount": amount, "amount_refunded": 0}
        charge |= {"refunded": False, "currency": self.currency}
        intent = {"id": intent_id, "object": "payment_intent", "amount": amount, "status": status, "created": self.clock()}
        self.intents[intent_id] = intent | {"metadata": metadata, "latest_charge": charge}
        return self.intents[intent_id]

    def _invoice(self, subscription: dict[str, Any], reason: str, *, is_paid: bool) -> dict[str, Any]:
        period = subscription["items"]["data"][0]
        details = {"subscription": subscription["id"], "metadata": subscription["metadata"]}
        line = {"period": {"start": period["current_period_start"], "end": period["current_period_end"]}}
        invoice: dict[str, Any] = {
            "id": self._id("in"),
            "object": "invoice",
            "created": self.clock(),
            "currency": self.currency,
            "billing_reason": reason,
            "amount_due": subscription["amount"],
            "amount_paid": 0,
            "parent": {"type": "subscription_details", "subscription_details": details},
            "lines": {"data": [line]},
        }
        self.invoices[invoice["id"]] = invoice
        if is_paid:
            self._take(invoice)
        else:
            self.tell("invoice.payment_failed", invoice)
        return invoice

    def _take(self, invoice: dict[str, Any]) -> None:
        invoice["amount_paid"] = invoice["amount_due"]
        self.paid_by[invoice["id"]] = self._intent(invoice["amount_due"], {}, "succeeded")["id"]
        self.tell("invoice.paid", invoice)

    # The API

    def answer(self, method: str, path: str, params: dict[str, Any], key: str | None) -> tuple[int, Any]:
        """Do what a call asks, once a key."""
        with self._lock:
            self.calls.append((method, path, params, key))
            if key is not None and key in self.keys:
                asked, answered = self.keys[key]
                return (200, answered) if asked == (path, params) else (400, _error("idempotency_error", "other parameters"))
            status, made = self._do(method, path, params)
            if key is not None and status == 200:
                self.keys[key] = ((path, params), made)
            return status, made

    def _do(self, method: str, path: str, params: dict[str, Any]) -> tuple[int, Any]:
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            return self._open(params)
        if (method, path) == ("POST", "/v1/refunds"):
            charge = self.intents[params["payment_intent"]]["latest_charge"]
            if charge["refunded"]:
                return 400, _error("invalid_request_error", "already refunded", "charge_already_refunded")
            return 200, self.refund(params["payment_intent"], int(params["amount"]))
        if method == "POST" and path.startswith("/v1/subscriptions/"):
            subscription = self.subscriptions[path.rpartition("/")[2]]
            subscription["cancel_at_period_end"] = params["cancel_at_period_end"] == "true"
            self.tell("customer.subscription.updated", subscription)
            return 200, subscription
        if method == "GET" and path in ("/v1/invoice_payments", "/v1/payment_intents", "/v1/invoices"):
            return 200, self._list(path, params)
        return 404, _error("invalid_request_error", f"no {path}")

    def _open(self, params: dict[str, Any]) -> tuple[int, Any]:
        line = params["line_items"]["0"]
        if "price" in line and line["price"] not in self.prices:
            return 400, _error("invalid_request_error", "no such price", "resource_missing")
        amount = self.prices[line["price"]] if "price" in line else int(line["price_data"]["unit_amount"])
        session_id = self._id("cs_test")
        made = {"id": session_id, "object": "checkout.session", "mode": params["mode"], "payment_status": "unpaid", "status": "open"}
        made |= {"url": f"https://checkout.stripe.example/c/pay/{session_id}", "client_reference_id": params["client_reference_id"]}
        made |= {"amount_total": amount, "currency": self.currency, "metadata": params["metadata"], "payment_intent": None}
        made |= {"subscription": None, "success_url": params["success_url"], "expires_at": int(params["expires_at"])}
        self.sessions[session_id] = made
        return 200, made

    def _list(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        if path == "/v1/invoice_payments":
            found = [self._invoice_payment(invoice, intent) for invoice, intent in self.paid_by.items()]
            wanted = params.get("payment", {}).get("payment_intent"), params.get("invoice")
            rows = [each for each in found if each["payment"]["payment_intent"] == wanted[0] or each["invoice"] == wanted[1]]
        else:
            table = self.intents if path == "/v1/payment_intents" else self.invoices
            since, until = int(params["created"]["gte"]), int(params["created"]["lt"])
            rows = [each for each in reversed(table.values()) if since <= each["created"] < until and _matches(each, params)]
        if "starting_after" in params:
            rows = rows[1 + [each["id"] for each in rows].index(params["starting_after"]) :]
        size = int(params.get("limit", 10))
        return {"object": "list", "data": rows[:size], "has_more": len(rows) > size, "url": path}

    def _invoice_payment(self, invoice: str, intent: str) -> dict[str, Any]:
        paid = {"type": "payment_intent", "payment_intent": intent}
        return {"id": f"inpay_{invoice}", "object": "invoice_payment", "invoice": invoice, "payment": paid}


def _matches(each: dict[str, Any], params: dict[str, Any]) -> bool:
    return params.get("status") != "paid" or bool(each.get("amount_paid"))


def _error(kind: str, words: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": words, "code": code}}


def nested(form: str) -> dict[str, Any]:
    """A form as Stripe writes it: `a[b][0]=c`."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *outer, last = name.replace("]", "").split("[")
        place = found
        for each in outer:
            place = place.setdefault(each, {})
        place[last] = value
    return found


class _Handler(Handler):
    server: StripeSim

    def do_GET(self) -> None:
        self._answer("GET", nested(urlsplit(self.path).query))

    def do_POST(self) -> None:
        self._answer("POST", nested(self.body().decode()))

    def _answer(self, method: str, params: dict[str, Any]) -> None:
        sim = self.server
        fault = sim.faults.popleft() if sim.faults else ""
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self.send(401, _error("invalid_request_error", "Invalid API Key"))
        elif fault in ("500", "429"):
            self.send(int(fault), _error("api_error", "try again"), {"Retry-After": str(RETRY_AFTER)} if fault == "429" else {})
        else:
            answer = sim.answer(method, urlsplit(self.path).path, params, self.headers.get("Idempotency-Key"))
            if fault == "hang":
                time.sleep(sim.hang)
            if fault in ("drop", "hang"):
                self.close_connection = True
                return
            self.send(*answer)
