"""Payme's Merchant API, test by test as they are numbered: what it sends, what it is answered, and what is written."""

import json
import logging
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bilim.billing.models import Payment
from bilim.kit import clock
from bilim.payme import rules
from bilim.payme.rules import milliseconds
from bilim.payments.actions import ledger
from bilim.payments.inputs import SweepPayments
from bilim.payments.models import FiscalReceipt, Order, OrderGrant, PaymentLog, ProviderTransaction
from bilim.study.models import Enrollment
from conftest import NOON, SetClock
from payme.till import ERRORS, OTHER, PATH, TIYIN, TXN, open_till, payme_of
from payments.shop import PAYME, PRICE, bought, change_course, count, open_shop
from simulators.payme import Payme, basic, code
from world import Person, World

METHODS = (
    "CheckPerformTransaction",
    "CreateTransaction",
    "PerformTransaction",
    "CancelTransaction",
    "CheckTransaction",
    "GetStatement",
    "SetFiscalData",
)
SECOND = timedelta(seconds=1)
NOVEMBER = {"year": 2026, "month": 11}


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Every test begins at noon of 20 November 2026."""


@pytest.fixture
def till(sqlite_world: World) -> Payme:
    return open_till(sqlite_world)


@pytest.fixture
def student(sqlite_world: World) -> Person:
    return sqlite_world.student()


@pytest.fixture
def number(sqlite_world: World, till: Payme, student: Person) -> str:
    """The number of a payment that waits: a course's."""
    return bought(student, course=sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"])["number"]


def raw(world: World, content: bytes, **headers: str) -> dict[str, Any]:
    """What a body is answered that Payme's own programs would not send."""
    shown = {"Authorization": basic(f"Paycom:{PAYME['payme_key']}")} | headers
    answer = world.client.post(PATH, content=content, headers=shown)
    assert answer.status_code == 200
    return answer.json()


def written(world: World) -> list[int]:
    return [count(world, table) for table in (ProviderTransaction, OrderGrant, PaymentLog, Enrollment)]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_p01_other_methods_of_http(sqlite_world: World, method: str) -> None:
    answer = sqlite_world.client.request(method, PATH, content=b"{}")
    assert (answer.status_code, code(answer.json())) == (200, -32300)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer abc",
        basic("paycom:" + PAYME["payme_key"]),
        basic("Paycom:wrong"),
        basic("Paycom:" + PAYME["payme_key"] + "x"),
        basic("Paycom:" + PAYME["payme_key"][:-1]),
        basic("Paycom:"),
        basic("Paycom"),
        "Basic !!!",
        basic("Paycom:" + PAYME["payme_key"]).replace("Basic ", "Basic !"),
        "Basic",
        "Basic " + "A" * 10_000,
        PAYME["payme_key"],
    ],
)
def test_p02_wrong_credentials(sqlite_world: World, till: Payme, number: str, shown: str) -> None:
    till.headers["Authorization"] = shown
    for method in METHODS:
        refused = till.call(method, id=TXN, time=till.now(), amount=TIYIN, account={"order_id": number})
        assert (code(refused), refused["id"]) == (-32504, None)
    assert written(sqlite_world) == [0, 0, 0, 0]


def test_p02_without_a_key_of_ours_nobody_is_let_in(sqlite_world: World) -> None:
    for key in ("", PAYME["payme_key"]):
        assert code(payme_of(sqlite_world, key).state(TXN)) == -32504


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32600),
        (b"[" * 5_000, -32700),
        (b"[]", -32600),
        (b"null", -32600),
        (b'{"method": 1, "params": {}, "id": 1}', -32600),
        (b'{"params": {}, "id": 1}', -32600),
        (b'{"method": "CheckTransaction", "id": 1}', -32600),
        (b'{"method": "CheckTransaction", "params": [], "id": 1}', -32600),
        (b'{"method": "CheckTransaction", "params": {}, "id": "1"}', -32600),
        (b'{"method": "CheckTransaction", "params": {}, "id": 1}', -32600),
        (b'{"method": "CheckTransaction", "params": {"id": "a\\u0000b"}, "id": 1}', -32600),
        (b'{"method": "CheckTransaction", "params": {"id": "\xd1\x8b"}, "id": 1}', -32600),
        (b'{"method": "GetStatement", "params": {"from": 1}, "id": 1}', -32600),
        (b'{"method": "GetStatement", "params": {"from": -1, "to": 1e300}, "id": 1}', -32600),
        (b'{"method": "CancelTransaction", "params": {"id": "a", "reason": "5"}, "id": 1}', -32600),
    ],
)
def test_p03_what_is_no_call(sqlite_world: World, till: Payme, body: bytes, expected: int) -> None:
    assert code(raw(sqlite_world, body)) == expected


@pytest.mark.parametrize("amount", ["500", 500.0, True, -1, 0, 2**63, 10**400, None, [], {}])
def test_p03_what_is_no_amount(sqlite_world: World, till: Payme, number: str, amount: Any) -> None:
    assert {code(till.check(number, amount)), code(till.create(TXN, number, amount))} <= {-32600, -31001}
    assert written(sqlite_world)[0] == 0


@pytest.mark.parametrize("kind", ["text/json; charset=UTF-8", "application/json", "", "application/x-www-form-urlencoded", "nonsense"])
def test_p04_any_content_type(sqlite_world: World, till: Payme, number: str, kind: str) -> None:
    till.headers["Content-Type"] = kind
    assert till.check(number, TIYIN)["result"] == {"allow": True}


def test_p05_an_unknown_method_is_named(till: Payme) -> None:
    answer = till.call("ChangePassword", password="new")
    assert (code(answer), answer["error"]["data"], answer["id"]) == (-32601, "ChangePassword", 17)


def test_p06_every_error_speaks_three_languages(sqlite_world: World, till: Payme, number: str) -> None:
    till.headers["Authorization"] = ""
    refused = [till.state(TXN)]
    till.headers["Authorization"] = basic(f"Paycom:{PAYME['payme_key']}")
    refused += [
        sqlite_world.get(PATH).json(),
        till.call("Nothing"),
        till.check("x", 1),
        till.check(number, 1),
        till.perform(TXN),
        till.cancel(TXN),
        till.call("SetFiscalData", id=TXN, type="PERFORM", fiscal_data={}),
        raw(sqlite_world, b"{"),
    ]
    for each in refused:
        message = each["error"]["message"]
        assert message.keys() == {"ru", "uz", "en"}
        assert len(set(message.values())) == 3
        assert not any(words.startswith("payme_") for words in message.values())


@pytest.mark.parametrize(
    "account",
    [{}, {"order_id": None}, [], {"order_id": "x" * 10_240}, {"order_id": "1 OR 1=1"}, {"order_id": 197}, {"id": "1"}, None, "0" * 16],
)
def test_p07_a_wrong_account(sqlite_world: World, till: Payme, number: str, account: Any) -> None:
    for method in ("CheckPerformTransaction", "CreateTransaction"):
        refused = till.call(method, id=TXN, time=till.now(), amount=TIYIN, account=account)
        assert (code(refused), refused["error"]["data"]) == (-31050, "order_id")
    assert written(sqlite_world)[0] == 0


def test_p07_the_payment_of_another_service(sqlite_world: World, till: Payme, number: str) -> None:
    with sqlite_world.db.write() as tx:
        tx.execute(update(Payment).values(provider="click"))
    assert code(till.check(number, TIYIN)) == -31050


def test_p08_the_first_run_of_the_sandbox(sqlite_world: World, till: Payme, number: str, set_clock: SetClock) -> None:
    till.play_unpaid(number, TIYIN, between=lambda: set_clock(clock.now() + 5 * SECOND))
    assert written(sqlite_world)[1] == 0


def test_p09_the_second_run_of_the_sandbox(sqlite_world: World, till: Payme, number: str, set_clock: SetClock) -> None:
    till.play_paid(number, TIYIN, between=lambda: set_clock(clock.now() + 5 * SECOND))
    assert (written(sqlite_world)[1], count(sqlite_world, OrderGrant, OrderGrant.revoked_at.is_not(None))) == (1, 1)


def test_p10_nothing_is_performed_after_it_was_cancelled(sqlite_world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    till.cancel(TXN, 3)
    assert code(till.perform(TXN)) == -31008
    assert code(till.create(TXN, number, TIYIN)) == -31008
    assert written(sqlite_world)[1] == 0


def test_p11_what_is_paid_is_not_paid_again(sqlite_world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    till.perform(TXN)
    assert [code(till.check(number, TIYIN)), code(till.create(OTHER, number, TIYIN))] == [-31051, -31051]
    assert written(sqlite_world)[:2] == [1, 1]


def test_p12_what_was_given_up_can_be_paid_anew(till: Payme, number: str, student: Person) -> None:
    till.create(TXN, number, TIYIN)
    till.cancel(TXN, 3)
    assert till.create(OTHER, number, TIYIN)["result"]["state"] == 1
    assert till.perform(OTHER)["result"]["state"] == 2


def test_p13_twelve_hours_by_paymes_clock(sqlite_world: World, till: Payme, number: str) -> None:
    now = till.now()
    assert code(till.create(OTHER, number, TIYIN, now - 43_200_001)) == -31008
    assert written(sqlite_world)[0] == 0
    assert till.create(TXN, number, TIYIN, now - 43_199_000)["result"]["state"] == 1


@pytest.mark.parametrize("is_swept", [False, True])
def test_p14_what_was_not_ended_in_time_is_over(
    sqlite_world: World, till: Payme, number: str, set_clock: SetClock, *, is_swept: bool
) -> None:
    created = till.create(TXN, number, TIYIN)["result"]["create_time"]
    set_clock(NOON + timedelta(hours=12))
    assert till.state(TXN)["result"]["state"] == 1
    set_clock(NOON + timedelta(hours=12, milliseconds=1))
    if is_swept:
        with sqlite_world.db.write() as tx:
            tx.enqueue(SweepPayments())
        sqlite_world.run_jobs("money")
        assert count(sqlite_world, ProviderTransaction, ProviderTransaction.state == "cancelled") == 1
    else:
        before = till.state(TXN)
        assert code(till.perform(TXN)) == -31008
        assert till.state(TXN) == before
    over = till.state(TXN)["result"]
    assert (over["state"], over["reason"], over["cancel_time"]) == (-1, 4, created + 43_200_001)
    assert till.cancel(TXN, 3)["result"]["cancel_time"] == over["cancel_time"]
    assert till.create(OTHER, number, TIYIN)["result"]["state"] == 1
    assert written(sqlite_world)[1] == 0


def test_p14_giving_up_what_is_over_changes_nothing_of_it(till: Payme, number: str, set_clock: SetClock) -> None:
    created = till.create(TXN, number, TIYIN)["result"]["create_time"]
    set_clock(NOON + timedelta(hours=13))
    assert till.cancel(TXN, 3)["result"]["cancel_time"] == created + 43_200_001
    assert till.state(TXN)["result"]["reason"] == 4


def test_p14_another_transaction_takes_the_place_of_one_that_is_over(till: Payme, number: str, set_clock: SetClock) -> None:
    till.create(TXN, number, TIYIN)
    set_clock(NOON + timedelta(hours=13))
    assert till.create(OTHER, number, TIYIN)["result"]["state"] == 1
    assert (till.state(TXN)["result"]["reason"], code(till.create(TXN, number, TIYIN))) == (4, -31008)


@pytest.mark.parametrize("hours", [-11, 11, 24])
def test_p14_clocks_that_differ(till: Payme, number: str, set_clock: SetClock, hours: int) -> None:
    """However far Payme's clock runs ahead, a transaction is over twelve hours after it began here."""
    assert till.create(TXN, number, TIYIN, till.now() + hours * 3_600_000)["result"]["state"] == 1
    set_clock(NOON + timedelta(hours=12 + min(hours, 0)))
    assert till.state(TXN)["result"]["state"] == 1
    set_clock(NOON + timedelta(hours=12 + min(hours, 0), milliseconds=1))
    assert till.state(TXN)["result"]["state"] == -1


def test_p14_what_began_while_the_link_lived_may_end_after_it(till: Payme, number: str, set_clock: SetClock) -> None:
    set_clock(NOON + timedelta(hours=23))
    assert till.create(TXN, number, TIYIN)["result"]["state"] == 1
    set_clock(NOON + timedelta(hours=30))
    assert till.perform(TXN)["result"]["state"] == 2


def test_a_link_that_is_over_cannot_be_paid(till: Payme, number: str, set_clock: SetClock) -> None:
    set_clock(NOON + timedelta(hours=24))
    assert [code(till.check(number, TIYIN)), code(till.create(TXN, number, TIYIN))] == [-31052, -31052]


def test_p18_a_statement_is_by_paymes_clock(till: Payme, sqlite_world: World, student: Person, set_clock: SetClock) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    numbers = [bought(sqlite_world.student(), course=course)["number"] for _ in range(4)]
    now = till.now()
    moments = [now - 3_000, now - 1_000, now - 2_000]
    for txn, (each, moment) in enumerate(zip(numbers, moments, strict=False)):
        till.create(f"{txn:024x}", each, TIYIN, moment)
    till.create("f" * 24, numbers[3], 1)
    till.perform(f"{0:024x}")
    till.cancel(f"{1:024x}", 3)
    lines = till.statement(now - 3_000, now - 1_000)
    assert [(line["time"], line["state"]) for line in lines] == [(moments[0], 2), (moments[2], 1), (moments[1], -1)]
    assert lines[0] | {"account": {"order_id": numbers[0]}, "amount": TIYIN, "create_time": now, "id": "0" * 24} == lines[0]
    assert [line["time"] for line in till.statement(now - 2_999, now - 1_001)] == [moments[2]]
    assert (till.statement(now - 2_000, now - 2_001), till.statement(0, 0)) == ([], [])


def test_p19_money_that_goes_back_takes_access_back_and_the_first_reason_stays(
    sqlite_world: World, till: Payme, number: str, student: Person, set_clock: SetClock
) -> None:
    till.create(TXN, number, TIYIN)
    till.perform(TXN)
    assert count(sqlite_world, Enrollment) == 1
    first = till.cancel(TXN, 5)
    set_clock(NOON + 9 * SECOND)
    assert till.cancel(TXN, 3) == first
    assert (till.state(TXN)["result"]["reason"], count(sqlite_world, Enrollment)) == (5, 0)
    assert code(till.check(number, TIYIN)) == -31051


def test_p20_tuition_of_a_month_that_is_over_stays_paid(sqlite_world: World, till: Payme, set_clock: SetClock) -> None:
    group = sqlite_world.group(monthly_price="300000.00")
    number = bought(sqlite_world.member(group["id"]), group=group["id"], months=[NOVEMBER])["number"]
    till.create(TXN, number, 30_000_000)
    till.perform(TXN)
    set_clock(NOON.replace(month=12, day=1))
    assert code(till.cancel(TXN)) == -31007
    assert till.state(TXN)["result"]["state"] == 2


def test_p21_without_a_database_it_is_a_failure_of_the_system(sqlite_world: World, till: Payme, number: str) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("no connection"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_world.db, "write", broken)
        patch.setattr(sqlite_world.db, "read", broken)
        assert [code(till.check(number, TIYIN)), code(till.create(TXN, number, TIYIN)), code(till.state(TXN))] == [-32400] * 3
    assert till.check(number, TIYIN)["result"]["allow"] is True


def test_p22_receipts_of_payment_and_cancellation_are_kept_apart(sqlite_world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    for kind, receipt in (("PERFORM", 1), ("CANCEL", 2), ("PERFORM", 3), ("PERFORM", 3)):
        assert till.call("SetFiscalData", id=TXN, type=kind, fiscal_data={"receipt_id": receipt})["result"] == {"success": True}
    with sqlite_world.db.read() as tx:
        kept = tx.all(select(FiscalReceipt.type, FiscalReceipt.data).order_by(FiscalReceipt.type))
    assert [(kind, json.loads(data)) for kind, data in kept] == [("CANCEL", {"receipt_id": 2}), ("PERFORM", {"receipt_id": 3})]
    assert code(till.call("SetFiscalData", id=OTHER, type="PERFORM", fiscal_data={})) == -32001
    assert code(till.call("SetFiscalData", id=TXN, type="REFUND", fiscal_data={})) == -32602
    assert code(till.call("SetFiscalData", id=TXN, type="PERFORM", fiscal_data={"x": "y" * 9_000})) == -32602


def test_p22_a_receipt_says_how_goods_are_taxed(sqlite_world: World, till: Payme, number: str) -> None:
    taxed = msgspec.structs.replace(sqlite_world.app.state.services.settings, fiscal_course="10305008003000000/1505823/12")
    sqlite_world.use(settings=taxed)
    detail = till.check(number, TIYIN)["result"]["detail"]
    item = {"title": "Ingliz tili", "price": TIYIN, "count": 1, "code": "10305008003000000", "package_code": "1505823", "vat_percent": 12}
    assert detail == {"receipt_type": 0, "items": [item]}


def test_p23_no_secret_is_logged_or_kept(sqlite_world: World, till: Payme, number: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    till.create(TXN, number, TIYIN)
    till.call("CreateTransaction", id=OTHER, time=1, amount=1, account={"order_id": number, "phone": "901234567"}, card="8600")
    till.headers["Authorization"] = basic("Paycom:wrong-key")
    till.state(TXN)
    with sqlite_world.db.read() as tx:
        kept = " ".join(tx.scalars(select(PaymentLog.body)))
    for secret in (PAYME["payme_key"], "wrong-key", basic(f"Paycom:{PAYME['payme_key']}"), "901234567", "8600"):
        assert secret not in caplog.text
        assert secret not in kept
    assert number in kept


def test_p24_the_links_amount_counts_whatever_the_price_is(sqlite_world: World, till: Payme, student: Person) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    number = bought(student, course=course)["number"]
    change_course(sqlite_world, course, price=1)
    assert till.check(number, TIYIN)["result"]["allow"] is True
    assert code(till.check(number, 1)) == -31001
    till.create(TXN, number, TIYIN)
    change_course(sqlite_world, course, price=2)
    assert till.create(TXN, number, TIYIN)["result"]["state"] == 1
    assert till.perform(TXN)["result"]["state"] == 2


def test_a_repeated_create_must_be_the_same(till: Payme, sqlite_world: World, number: str) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    other = bought(sqlite_world.student(), course=course)["number"]
    till.create(TXN, number, TIYIN)
    assert [code(till.create(TXN, number, TIYIN + 1)), code(till.create(TXN, other, TIYIN))] == [-31008, -31008]
    assert till.create(TXN, number, TIYIN)["result"]["state"] == 1


def test_an_id_that_another_payment_took_at_the_same_moment_is_refused(
    till: Payme, sqlite_world: World, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    other = bought(sqlite_world.student(), course=course)["number"]
    till.create(TXN, other, TIYIN)
    monkeypatch.setattr(ledger, "find_transaction", lambda *_: None)  # as long as the other one is not committed
    assert code(till.create(TXN, number, TIYIN)) == -31008
    assert written(sqlite_world)[0] == 1


def test_a_number_is_known_as_people_type_it(till: Payme, number: str) -> None:
    typed = f"{number[:4]}-{number[4:8]} {number[8:]}".lower()
    assert till.check(typed, TIYIN)["result"]["allow"] is True


def test_a_large_body_is_refused_unread(sqlite_world: World, till: Payme) -> None:
    assert code(raw(sqlite_world, b'{"x":"' + b"y" * 100_000 + b'"}')) == -32600


def test_unknown_transactions(till: Payme) -> None:
    assert [code(each) for each in (till.state(TXN), till.perform(TXN), till.cancel(TXN))] == [-31003] * 3


def test_paid_by_another_service_meanwhile_it_is_not_captured(sqlite_world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    with sqlite_world.db.write() as tx:
        tx.execute(update(Order).values(status="granted"))
    assert code(till.perform(TXN)) == -31008
    assert till.cancel(TXN, 3)["result"]["state"] == -1


def test_the_clock_of_the_protocol_is_exact() -> None:
    for sent in (0, 1, 1_795_176_000_123, 4_102_444_800_000):
        assert milliseconds(rules.moment_of(sent)) == sent


def test_without_a_shop_numbers_are_unknown(sqlite_world: World) -> None:
    assert code(open_till(sqlite_world).check("0" * 16, 1)) in ERRORS
    open_shop(sqlite_world)
