"""Click's Merchant API against a server on this machine that answers well, badly, and not at all."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bilim.click.protocols import NoAnswer, PaymentSaid, Refused, Said
from bilim.providers import click
from bilim.providers.click import ClickMerchant
from loopback import Handler, Loopback


class Stub(Loopback):
    """A server whose next answer a test writes."""

    def __init__(self) -> None:
        super().__init__(Asked)
        self.status, self.body = 200, b"{}"
        self.seen: list[tuple[str, str, str]] = []


class Asked(Handler):
    server: Stub

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, self.headers["Auth"]))
        self.send(self.server.status, self.server.body)

    def do_DELETE(self) -> None:
        self.do_GET()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def merchant(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClickMerchant]:
    monkeypatch.setattr(click.time, "time", lambda: 1519051543.9)
    made = ClickMerchant(f"{stub.url}/v2/merchant/", "7", "3", "SECRET")
    yield made
    made.close()


AUTH = "3:c094893e07700c6cbdc7c74b6745596fb1750183:1519051543"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error_code": 0, "payment_id": 9, "payment_status": 2}, PaymentSaid(Said.TAKEN, 9)),
        ({"error_code": 0, "payment_id": 9, "payment_status": 1}, PaymentSaid(Said.WAITING, 9)),
        ({"error_code": 0, "payment_id": 9, "payment_status": 0}, PaymentSaid(Said.WAITING, 9)),
        ({"error_code": -5017, "payment_id": 9, "payment_status": -1}, PaymentSaid(Said.CANCELLED, 9)),
        ({"error_code": -16, "error_note": "not found"}, PaymentSaid(Said.UNKNOWN)),
    ],
)
def test_what_click_says_of_a_payment(stub: Stub, merchant: ClickMerchant, answer: dict[str, Any], said: PaymentSaid) -> None:
    stub.body = json.dumps(answer).encode()
    assert merchant.payment(91) == said
    assert merchant.payment_of("0123456789ABCDEF", date(2026, 11, 20)) == said
    assert stub.seen == [
        ("GET", "/v2/merchant/payment/status/7/91", AUTH),
        ("GET", "/v2/merchant/payment/status_by_mti/7/0123456789ABCDEF/2026-11-20", AUTH),
    ]


def test_a_reversal_is_done_or_refused(stub: Stub, merchant: ClickMerchant) -> None:
    stub.body = b'{"error_code": 0}'
    merchant.reverse(91)
    stub.body = b'{"error_code": -1, "error_note": "an earlier month"}'
    with pytest.raises(Refused, match="-1 an earlier month"):
        merchant.reverse(91)
    stub.body = b'{"error_note": "no number"}'
    with pytest.raises(NoAnswer):
        merchant.reverse(91)
    assert stub.seen[0] == ("DELETE", "/v2/merchant/payment/reversal/7/91", AUTH)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"{}"), (502, b"<html>"), (200, b"<html>"), (200, b""), (200, b"[]"), (200, b"{}"), (200, b'{"x": "' + b"y" * 70_000 + b'"}')],
)
def test_an_answer_that_makes_no_sense_is_none(stub: Stub, merchant: ClickMerchant, status: int, body: bytes) -> None:
    stub.status, stub.body = status, body
    with pytest.raises(NoAnswer) as caught:
        merchant.payment(91)
    assert "SECRET" not in str(caught.value)


def test_nobody_there_is_no_answer(stub: Stub, merchant: ClickMerchant) -> None:
    gone = ClickMerchant("http://127.0.0.1:9/", "7", "3", "SECRET")
    with pytest.raises(NoAnswer):
        gone.payment(91)
    gone.close()


@pytest.mark.parametrize("missing", [("", "3", "S"), ("7", "", "S"), ("7", "3", "")])
def test_it_needs_all_credentials(missing: tuple[str, str, str]) -> None:
    assert not ClickMerchant("https://api.click.uz/", *missing).is_configured
