"""Click's SHOP API, test by test as they are numbered: what it sends, what it is answered, and what is written."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bilim.billing.models import Payment
from bilim.click import actions
from bilim.click.models import ClickPayment
from bilim.payments.inputs import SweepPayments
from bilim.payments.models import BalanceEntry, OrderGrant, PaymentAlert, PaymentLog, ProviderTransaction
from bilim.study.models import Enrollment
from click_till import AMOUNT, CLICK, ROOT, buy, buy_course, open_till
from conftest import NOON, SetClock
from payments.shop import PRICE, change_course, count
from simulators.click import FAILED, Click
from world import Person, World

DEBIT_FAILED = str(FAILED)
NEEDED = ("click_trans_id", "service_id", "merchant_trans_id", "amount", "action", "error", "sign_time", "sign_string")


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Every test begins at noon of 20 November 2026."""


@pytest.fixture
def click(sqlite_world: World) -> Click:
    return open_till(sqlite_world)


@pytest.fixture
def student(sqlite_world: World) -> Person:
    return sqlite_world.student()


@pytest.fixture
def number(sqlite_world: World, click: Click, student: Person) -> str:
    """The number of a payment that waits: a course's."""
    return buy_course(sqlite_world, student)["number"]


def written(world: World) -> list[int]:
    return [count(world, table) for table in (ProviderTransaction, OrderGrant, PaymentLog, Enrollment)]


def states(world: World) -> list[tuple[str, str]]:
    with world.db.read() as tx:
        found = tx.all(select(ProviderTransaction.provider_txn_id, ProviderTransaction.state).order_by(ProviderTransaction.id))
    return [(each, state) for each, state in found]


def test_the_link_names_the_payment(click: Click, sqlite_world: World, student: Person) -> None:
    payment = buy_course(sqlite_world, student)
    assert payment["checkout_url"] == (
        f"https://my.click.uz/services/pay?service_id=24903&merchant_id=17&amount={AMOUNT}&transaction_param={payment['number']}"
        f"&return_url=https%3A%2F%2Fschool.example%2Fpay%2Freturn%2F{payment['number']}"
    )


def test_c01_to_c15_clicks_own_scenarios(sqlite_world: World, click: Click, student: Person, number: str) -> None:
    trans = click.new_trans()
    assert click.prepare(trans, number, AMOUNT, sign_string="0" * 32)["error"] == -1
    assert click.prepare(trans, "0" * 16, AMOUNT)["error"] == -5
    assert written(sqlite_world)[:2] == [0, 0]
    prepared = click.prepare(trans, number, AMOUNT)
    ours = prepared["merchant_prepare_id"]
    assert prepared == {
        "click_trans_id": int(trans),
        "merchant_trans_id": number,
        "merchant_prepare_id": ours,
        "error": 0,
        "error_note": "Success",
    }
    assert click.complete(trans, number, AMOUNT, ours, sign_string="f" * 32)["error"] == -1
    assert click.complete(trans, number, "300.00", ours)["error"] == -2
    assert written(sqlite_world)[1] == 0
    assert click.complete(trans, number, AMOUNT, ours) == {
        "click_trans_id": int(trans),
        "merchant_trans_id": number,
        "merchant_confirm_id": ours,
        "error": 0,
        "error_note": "Success",
    }
    assert click.complete(trans, number, AMOUNT, ours)["error"] == -4
    assert click.complete(trans, number, AMOUNT, ours, error=DEBIT_FAILED)["error"] == -9
    assert written(sqlite_world)[1] == 1, "what was completed stays granted until Click confirms"
    second, trans = buy_course(sqlite_world, student)["number"], click.new_trans()
    ours = click.prepare(trans, second, AMOUNT)["merchant_prepare_id"]
    assert click.complete(trans, second, AMOUNT, 999_999_999)["error"] == -6
    assert click.complete(trans, second, AMOUNT, ours)["error"] == 0
    third, trans = buy_course(sqlite_world, student)["number"], click.new_trans()
    ours = click.prepare(trans, third, AMOUNT)["merchant_prepare_id"]
    for error in (DEBIT_FAILED, DEBIT_FAILED, "0"):
        assert click.complete(trans, third, AMOUNT, ours, error=error)["error"] == -9
    assert written(sqlite_world)[1] == 2


@pytest.mark.parametrize("path", ["prepare", "complete"])
@pytest.mark.parametrize(
    ("method", "content", "kind"),
    [
        ("POST", b"", "application/x-www-form-urlencoded"),
        ("POST", b'{"action": 0}', "application/json"),
        ("POST", b"[" * 10_000, "application/json"),
        ("POST", b"a=b", ""),
        ("POST", b"click_trans_id=\xff\xfe", "application/x-www-form-urlencoded"),
        ("POST", b"click_trans_id=%ff%fe", "application/x-www-form-urlencoded"),
        ("POST", b"&".join(b"a%d=1" % n for n in range(1000)), "application/x-www-form-urlencoded"),
        ("POST", b"a=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        ("GET", b"", ""),
        ("DELETE", b"", ""),
    ],
)
def test_c16_what_is_no_call(click: Click, sqlite_world: World, path: str, method: str, content: bytes, kind: str) -> None:
    answer = sqlite_world.client.request(method, f"{ROOT}/{path}/", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["error"]) == (200, -8)


@pytest.mark.parametrize(
    "name", ["click_trans_id", "service_id", "merchant_trans_id", "amount", "action", "error", "sign_time", "sign_string"]
)
@pytest.mark.parametrize("value", [None, "", "x" * 101, "a\0b"])
def test_c16_each_field_is_needed(click: Click, sqlite_world: World, number: str, name: str, value: str | None) -> None:
    fields = click.fields("0", "1", number, AMOUNT) | ({} if value is None else {name: value})
    if value is None:
        del fields[name]
    assert click.send("0", fields)["error"] == -8
    assert written(sqlite_world)[0] == 0


@pytest.mark.parametrize("name", ["click_trans_id", "click_paydoc_id", "error"])
@pytest.mark.parametrize("value", ["one", "1.5", "9" * 19, "١", "1e3", " 1"])
def test_c16_numbers_are_whole(click: Click, sqlite_world: World, number: str, name: str, value: str) -> None:
    assert click.send("0", click.fields("0", "1", number, AMOUNT, **{name: value}))["error"] == -8


def test_c16_another_service_or_action(click: Click, sqlite_world: World, number: str) -> None:
    assert click.prepare("1", number, AMOUNT, service_id="24904")["error"] == -8
    assert click.send("0", click.fields("2", "1", number, AMOUNT))["error"] == -3
    assert click.prepare("1", number, AMOUNT, error="1")["error"] == -8, "no error of the protocol"
    assert written(sqlite_world)[0] == 0


@pytest.mark.parametrize("secret", ["", "secret", "SECRET2"])
def test_only_our_key_signs(click: Click, sqlite_world: World, number: str, secret: str) -> None:
    click.secret = secret
    assert click.prepare("1", number, AMOUNT)["error"] == -1
    assert written(sqlite_world) == [0, 0, 0, 0]


def test_without_a_key_of_ours_nobody_is_let_in(sqlite_world: World, click: Click, number: str) -> None:
    services = sqlite_world.app.state.services
    sqlite_world.use(settings=replace(services.settings, click_secret_key=""))
    click.secret = ""
    assert click.prepare("1", number, AMOUNT)["error"] == -1


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (str(PRICE), 0),
        (f"{PRICE}.0", 0),
        (f"{PRICE}.00", 0),
        ("4.9e5", -2),
        ("NaN", -2),
        (f"{PRICE}.001", -2),
        (f" {PRICE} ", -2),
        (f"-{PRICE}", -2),
        (f"{PRICE}.01", -2),
        (str(PRICE - 1), -2),
        ("9" * 100, -2),
    ],
)
def test_c17_amounts_are_exact(click: Click, number: str, amount: str, error: int) -> None:
    assert click.prepare("1", number, amount)["error"] == error


def test_c20_completing_what_was_not_prepared(click: Click, sqlite_world: World, number: str) -> None:
    for prepared in ("0", "1", "-1", "x", "9" * 30):
        assert click.complete("1", number, AMOUNT, prepared)["error"] == -6
    assert written(sqlite_world)[:2] == [0, 0]


def test_c21_the_preparation_of_another_payment(click: Click, sqlite_world: World, student: Person, number: str) -> None:
    other = buy_course(sqlite_world, student)["number"]
    mine, theirs = click.prepare("1", number, AMOUNT), click.prepare("2", other, AMOUNT)
    assert click.complete("1", number, AMOUNT, theirs["merchant_prepare_id"])["error"] == -6
    assert click.complete("2", number, AMOUNT, theirs["merchant_prepare_id"])["error"] == -6
    assert click.prepare("1", other, AMOUNT)["error"] == -6, "one Click transaction is of one payment"
    assert click.complete("1", number, AMOUNT, mine["merchant_prepare_id"])["error"] == 0
    assert states(sqlite_world) == [("1", "captured"), ("2", "created")]


def test_c22_a_call_played_again_with_another_error_grants_nothing(click: Click, sqlite_world: World, number: str) -> None:
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    fields = click.fields("1", "1", number, AMOUNT, merchant_prepare_id=str(ours), error=DEBIT_FAILED)
    assert click.send("1", fields)["error"] == -9
    assert click.send("1", fields | {"error": "0"})["error"] == -9, "`error` is not signed"
    assert written(sqlite_world)[1] == 0


def test_c23_a_field_that_comes_twice(click: Click, sqlite_world: World, number: str) -> None:
    body = urlencode(click.fields("0", "1", number, AMOUNT)) + "&amount=1.00"
    answer = sqlite_world.client.post(f"{ROOT}/prepare/", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.json()["error"] == -8


def test_c24_signatures_are_lower_case(click: Click, number: str) -> None:
    fields = click.fields("0", "1", number, AMOUNT)
    assert click.send("0", fields | {"sign_string": fields["sign_string"].upper()})["error"] == -1
    assert click.send("0", fields)["error"] == 0


def test_c25_a_repeated_answer_grants_once(click: Click, sqlite_world: World, student: Person, number: str) -> None:
    ours = click.prepare("1", number, AMOUNT)
    assert click.prepare("1", number, AMOUNT) == ours
    answers = [click.complete("1", number, AMOUNT, ours["merchant_prepare_id"])["error"] for _ in range(3)]
    assert answers == [0, -4, -4]
    assert click.prepare("1", number, AMOUNT)["error"] == -4
    assert written(sqlite_world)[:2] == [1, 1]
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(ClickPayment.paydoc_id)) == 91
        assert tx.scalar(select(Enrollment.user_id)) == student.id


def test_c26_the_price_is_the_one_of_the_link(click: Click, sqlite_world: World, student: Person) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    number = buy(student, course=course)["number"]
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    change_course(sqlite_world, course, price=100, is_published=False)
    assert click.complete("1", number, AMOUNT, ours)["error"] == 0
    assert written(sqlite_world)[1] == 1


def test_another_attempt_takes_the_place_of_one_that_waits(click: Click, sqlite_world: World, number: str) -> None:
    first = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    second = click.prepare("2", number, AMOUNT)["merchant_prepare_id"]
    assert states(sqlite_world) == [("1", "cancelled"), ("2", "created")]
    assert click.complete("1", number, AMOUNT, first)["error"] == -9
    assert click.complete("2", number, AMOUNT, second)["error"] == 0
    assert click.prepare("3", number, AMOUNT)["error"] == -4


def test_a_failed_attempt_lets_the_payer_try_again(click: Click, sqlite_world: World, number: str) -> None:
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    click.complete("1", number, AMOUNT, ours, error=DEBIT_FAILED)
    assert click.prepare("1", number, AMOUNT)["error"] == -9
    assert click.pay(number, AMOUNT) == 0


def test_what_was_prepared_long_ago_is_over(click: Click, sqlite_world: World, number: str, set_clock: SetClock) -> None:
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    set_clock(NOON + timedelta(hours=12))
    assert click.complete("1", number, AMOUNT, ours)["error"] == -9
    assert click.pay(number, AMOUNT) == 0, "the link still lives"


def test_a_link_that_is_over_is_not_paid(click: Click, sqlite_world: World, number: str, set_clock: SetClock) -> None:
    set_clock(NOON + timedelta(days=1))
    assert click.prepare("1", number, AMOUNT)["error"] == -9
    with sqlite_world.db.write() as tx:
        tx.enqueue(SweepPayments())
    sqlite_world.run_jobs("money")
    assert click.prepare("1", number, AMOUNT)["error"] == -9
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(Payment.status)) == "cancelled"


def test_money_that_comes_a_second_time_is_the_payers_balance(click: Click, sqlite_world: World, student: Person) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), price=PRICE)["id"]
    number = buy(student, course=course)["number"]
    ours = click.prepare("1", number, AMOUNT)["merchant_prepare_id"]
    change_course(sqlite_world, course, price=100 * (PRICE + 1))
    other = buy(student, course=course)["number"]
    assert click.pay(other, f"{PRICE + 1}.00") == 0
    assert click.complete("1", number, AMOUNT, ours)["error"] == 0
    with sqlite_world.db.read() as tx:
        assert tx.scalars(select(BalanceEntry.amount)) == [PRICE * 100]
        assert tx.scalars(select(PaymentAlert.kind)) == ["paid_twice"]
    assert written(sqlite_world)[1] == 1


def test_payments_of_others_are_not_clicks(click: Click, sqlite_world: World, student: Person, number: str) -> None:
    with sqlite_world.db.write() as tx:
        tx.execute(update(Payment).values(provider="payme"))
    assert click.prepare("1", number, AMOUNT)["error"] == -5


def test_a_defect_or_a_lost_database_is_answered_in_the_protocols_shape(
    click: Click, sqlite_world: World, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setitem(actions._ACTIONS, "0", fail)
    assert click.prepare("1", number, AMOUNT)["error"] == -7


def test_the_key_is_in_no_log(click: Click, sqlite_world: World, number: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    click.pay(number, AMOUNT)
    with sqlite_world.db.read() as tx:
        bodies = tx.scalars(select(PaymentLog.body))
    assert len(bodies) == 2
    assert all("sign" not in body.replace('"sign_string":"***"', "").replace('"sign_time":"***"', "") for body in bodies)
    assert CLICK["click_secret_key"] not in caplog.text + "".join(bodies)


def test_the_same_preparation_long_afterwards_is_over(click: Click, sqlite_world: World, number: str, set_clock: SetClock) -> None:
    click.prepare("1", number, AMOUNT)
    set_clock(NOON + timedelta(hours=12))
    assert click.prepare("1", number, AMOUNT)["error"] == -9
    assert states(sqlite_world) == [("1", "cancelled")]


@pytest.mark.parametrize("trans", ["1", "9" * 18])
def test_clicks_numbers_stay_numbers(click: Click, number: str, trans: str) -> None:
    assert click.prepare(trans, number, AMOUNT)["click_trans_id"] == int(trans)
