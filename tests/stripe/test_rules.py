"""Signatures, compared with the SDK's; money in other currencies; events as they are read."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stripe
from bilim.payments.rules import is_number
from bilim.stripe import rules
from kit.repeatable import repeatable
from simulators.stripe import SECRET, sign

BODY = b'{"id":"evt_1"}'
AT = 1_700_000_000
NOW = datetime.fromtimestamp(AT, UTC)


def is_signed(header: str, body: bytes = BODY, secret: str = SECRET, now: datetime = NOW) -> bool:
    return rules.is_signed(body, header, secret, now)


def test_what_stripes_sdk_signs_is_signed() -> None:
    header = stripe.WebhookSignature.generate_signature_header(BODY.decode(), SECRET, AT)
    assert header == sign(BODY, AT)
    assert is_signed(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "nonsense",
        f"t={AT}",
        f"t={AT},v1=",
        f"v1={sign(BODY, AT).rpartition('=')[2]}",
        sign(BODY, AT).replace("v1=", "v0="),
        sign(BODY, AT, "whsec_other"),
        sign(BODY + b" ", AT),
        sign(BODY, AT).replace(f"t={AT}", f"t={AT + 1}"),
        f"t={AT},{sign(BODY, AT)}",
        sign(BODY, AT).replace(f"t={AT}", f"t=+{AT}"),
        sign(BODY, AT).upper(),
        "t=٣,v1=ы",
        "t=" + "9" * 30 + ",v1=aa",
        sign(BODY, AT) + "," + "v0=x," * 2_000,
    ],
)
def test_other_headers_are_refused(header: str) -> None:
    assert not is_signed(header)


def test_any_of_several_signatures_will_do_and_an_empty_secret_signs_nothing() -> None:
    assert is_signed(sign(BODY, AT).replace("v1=", "v1=" + "0" * 64 + ",v1="))
    assert not is_signed(sign(BODY, AT, ""), secret="")


@pytest.mark.parametrize(("late", "taken"), [(-300, True), (300, True), (-301, False), (301, False), (86_400, False)])
def test_a_signature_is_of_about_now(late: int, taken: bool) -> None:
    assert is_signed(sign(BODY, AT + late)) is taken


@repeatable
@given(body=st.text(max_size=50), parts=st.lists(st.sampled_from(["t", "v1", "v1!", "v0", "junk"]), max_size=5), late=st.integers(-400, 0))
def test_it_agrees_with_the_sdk_where_that_is_not_laxer(body: str, parts: list[str], late: int) -> None:
    now = int(time.time())
    at, right = now + late, sign(body.encode(), now + late).rpartition("=")[2]
    words = {"t": f"t={at}", "v1": f"v1={right}", "v1!": "v1=" + "0" * 64, "v0": f"v0={right}", "junk": "a=b"}
    header = ",".join(words[each] for each in parts)
    try:
        theirs = bool(stripe.WebhookSignature.verify_header(body, header, SECRET))
    except stripe.SignatureVerificationError:
        theirs = False
    ours = rules.is_signed(body.encode(), header, SECRET, datetime.fromtimestamp(now, UTC))
    assert ours is (theirs and late >= -300 and parts.count("t") == 1)


@pytest.mark.parametrize(
    ("tiyin", "rate", "hundredths"),
    [(49_000_000, "1", 49_000_000), (1, "12650.5", 1), (1_265_050, "12650.5", 100), (1_265_051, "12650.5", 101)],
)
def test_amounts_are_charged_in_the_currencys_hundredths_rounded_up(tiyin: int, rate: str, hundredths: int) -> None:
    assert rules.charged(tiyin, Decimal(rate)) == hundredths


@repeatable
@given(money=st.integers(1, 10**10), rate=st.decimals(1, 20_000, places=2))
def test_what_came_back_into_tiyin_is_charged_as_it_was(money: int, rate: Decimal) -> None:
    assert rules.charged(rules.in_tiyin(money, rate), rate) == money


def test_invoices_of_earlier_versions_are_read() -> None:
    old = {"id": "in_1", "created": 1, "currency": "uzs", "lines": {"data": []}, "subscription": "sub_1"}
    read = msgspec.convert(old | {"subscription_details": {"metadata": {"number": "A"}}}, rules.Invoice)
    assert (read.subscription_id, read.number, read.period) == ("sub_1", "A", None)
    assert msgspec.convert({"id": "sub_1", "status": "active", "current_period_start": 5}, rules.Subscription).period_starts_at is not None


def test_the_latest_period_of_an_invoice_counts() -> None:
    lines = {"data": [{"period": {"start": 5, "end": 5}}, {"period": {"start": 1, "end": 9}}, {"period": {"start": 2, "end": 4}}]}
    invoice = msgspec.convert({"id": "in_1", "created": 1, "currency": "uzs", "lines": lines}, rules.Invoice)
    assert invoice.period == (rules.moment(1), rules.moment(9))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[" * 2_000, b'{"id": 1}', b'{"id":"a\\u0000b"}', b"\xff"])
def test_what_is_no_event_is_none(body: bytes) -> None:
    assert rules.read_event(body) is None


@pytest.mark.parametrize(
    ("written", "is_one"), [("0123456789ABCDEF", True), (None, False), ("", False), ("x" * 16, False), ("0" * 16 + "\n", False)]
)
def test_numbers_are_of_one_shape(written: str | None, is_one: bool) -> None:
    assert is_number(written) is is_one


@pytest.mark.parametrize(
    ("named", "read"), [("pi_1", "pi_1"), ("", None), (None, None), (7, None), ("p" * 256, None), ("pi\0", None), ("pй", None)]
)
def test_a_payment_intent_is_a_plain_text_or_none(named: object, read: str | None) -> None:
    paid = {"id": "inpay_1", "invoice": "in_1", "payment": {"type": "payment_intent", "payment_intent": named}}
    assert msgspec.convert(paid, rules.InvoicePayment).payment_intent == read


def test_nothing_is_an_amount_too_and_the_first_invoice_says_so() -> None:
    invoice = {"id": "in_1", "created": 0, "currency": "uzs", "lines": {"data": []}, "amount_paid": 0}
    firsts = [
        msgspec.convert(invoice | {"billing_reason": each}, rules.Invoice).is_first for each in ("subscription_create", "manual", None)
    ]
    assert firsts == [True, False, False]
