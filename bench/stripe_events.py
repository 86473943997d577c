"""What an event of Stripe costs beside the bare statements, with 200,000 payments in the ledger: `python -m bench.stripe_events`.

One process, an SQLite file, no HTTP: a signed event of a paid course is checked, read and taken, in turns with a floor that writes the
same rows by `sqlite3` alone. CPU time, so that other programs do not count; the median of some hundred of each. Without HTTP, which costs
both the same, the ratio is much higher than over HTTP: it shows what SQLAlchemy's statements cost, not what Stripe waits for.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hmac import digest
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bench.rows import EPOCH, fill
from bilim.accounts.models import User
from bilim.billing.models import Payment
from bilim.catalog.models import Course
from bilim.db import migrate
from bilim.db.engine import Database
from bilim.payments.models import Checkout, Order
from bilim.prepare import first_superuser
from bilim.settings import Settings
from bilim.stripe import rules
from bilim.stripe.actions.events import take_event
from bilim.stripe.rules import Terms

PAYMENTS, SALES = 200_000, 400
_PRICE, _SECRET = 49_000_000, "whsec_bench"
_TERMS = Terms("uzs", Decimal(1), is_live=False, grace=timedelta(days=3))


def main() -> None:
    """Measure and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        url = f"sqlite:///{file}"
        migrate.upgrade(url)
        first_superuser(Settings(environment="test", bilim_home=Path(folder), database_url=url))
        db = Database(url, ZoneInfo("Asia/Tashkent"), 2)
        _fill(db)
        with closing(sqlite3.connect(file, isolation_level=None)) as bare:
            bare.executescript("PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;")
            product, floor = _measure(lambda n: _take(db, n), lambda n: _bare(bare, n))
        db.close()
    ratio = median(product) / median(floor)
    print(f"product {median(product) * 1e6:.0f} us, floor {median(floor) * 1e6:.0f} us, ratio {ratio:.2f}")


def _fill(db: Database) -> None:
    """A ledger of tuition that was paid, and courses that wait for their money."""
    now = datetime.now(UTC)
    times = {"created_at": EPOCH, "updated_at": EPOCH}
    with db.write() as tx:
        columns = {each.name for each in User.__table__.columns} - {"id"}
        (one,) = tx.execute(User.__table__.select()).mappings().all()
        person = {name: one[name] for name in columns}
        people = ({**person, "id": n + 10, **_names(n)} for n in range(SALES))
        fill(tx.connection, User, people)
        lists = {"tags": [], "requirements": [], "learning_outcomes": []}
        course = {"title": "Kurs", "difficulty_level": "A1", "is_published": True, "is_featured": False, "estimated_duration": 0}
        fill(tx.connection, Course, iter([{"id": 1, **course, **lists, "price": _PRICE, "discount_price": 0, **times}]))
        paid = {"kind": "plan", "provider": "payme", "status": "captured", "payer_id": 10, "amount": 100, "refunded": 0, **times}
        fill(tx.connection, Payment, ({**paid, "id": n + 1} for n in range(PAYMENTS)))
        fill(tx.connection, Payment, (_sale(n, times, now) for n in range(SALES)))
        fill(tx.connection, Order, (_order(n) for n in range(SALES)))
        fill(tx.connection, Checkout, ({"payment_id": PAYMENTS + 1 + n, "order_id": n + 1, "number": f"{n:016}"} for n in range(SALES)))


def _names(n: int) -> dict[str, str]:
    email = f"u{n}@example.com"
    return {"username": f"u{n}", "username_key": f"u{n}", "email": email, "email_key": email}


def _sale(n: int, times: dict[str, Any], now: datetime) -> dict[str, Any]:
    what = {"kind": "course", "provider": "stripe", "status": "pending", "payer_id": n + 10, "amount": _PRICE, "refunded": 0}
    return {"id": PAYMENTS + 1 + n, **what, "expires_at": now + timedelta(days=1), **times}


def _order(n: int) -> dict[str, Any]:
    what = {"kind": "course", "item_key": "course:1", "course_id": 1, "title": "Kurs", "amount": _PRICE, "status": "open"}
    return {"id": n + 1, "user_id": n + 10, **what, "created_at": EPOCH}


def _measure(product: Callable[[int], None], floor: Callable[[int], None]) -> tuple[list[float], list[float]]:
    """Seconds of each, by turns; the first quarter warms up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(SALES):
        began = time.process_time()
        (product, floor)[n % 2](n)
        taken[n % 2].append(time.process_time() - began)
    return tuple(each[SALES // 8 :] for each in taken)  # type: ignore[return-value]


def _event(n: int) -> tuple[bytes, str]:
    number, at = f"{n:016}", int(time.time())
    session = {"id": f"cs_{n}", "mode": "payment", "payment_status": "paid", "client_reference_id": number, "amount_total": _PRICE}
    session |= {"currency": "uzs", "payment_intent": f"pi_{n}", "metadata": {"number": number}}
    event = {"id": f"evt_{n}", "type": "checkout.session.completed", "created": at, "livemode": False, "api_version": rules.API_VERSION}
    body = json.dumps(event | {"data": {"object": session}}).encode()
    return body, f"t={at},v1={digest(_SECRET.encode(), b'%d.' % at + body, 'sha256').hex()}"


def _take(db: Database, n: int) -> None:
    body, header = _event(n)
    assert rules.is_signed(body, header, _SECRET, datetime.now(UTC))
    event = rules.read_event(body)
    assert event is not None
    with db.write() as tx:
        assert take_event(tx, event, _TERMS) == "granted"


def _bare(connection: sqlite3.Connection, n: int) -> None:
    """The same rows, and the reads without which they cannot be right."""
    body, header = _event(n)
    assert rules.is_signed(body, header, _SECRET, datetime.now(UTC))
    told = json.loads(body)
    session, now = told["data"]["object"], datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in _statements(connection, told, session, now):
        connection.execute(statement, values)
    connection.execute("COMMIT")


def _statements(connection: sqlite3.Connection, told: Any, session: Any, now: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    intent, log = session["payment_intent"], json.dumps(session)
    new_event = "INSERT INTO webhook_events (provider, event_id, kind, created_at) VALUES ('stripe', ?, ?, ?) ON CONFLICT DO NOTHING"
    yield new_event, (told["id"], told["type"], now)
    yield "INSERT INTO stripe_charges (payment_intent, refunded, created_at) VALUES (?, 0, ?) ON CONFLICT DO NOTHING", (intent, now)
    found = (
        "SELECT p.id, p.amount, p.status, p.payer_id, o.id, o.course_id, o.status FROM payments p JOIN checkouts c ON c.payment_id = p.id"
        " JOIN orders o ON o.id = c.order_id WHERE c.number = ? AND p.provider = 'stripe'"
    )
    payment, amount, _, payer, order, course, _ = connection.execute(found, (session["client_reference_id"],)).fetchone()
    connection.execute("SELECT id FROM provider_transactions WHERE provider = 'stripe' AND provider_txn_id = ?", (intent,)).fetchone()
    columns = "provider, provider_txn_id, payment_id, amount, state, provider_time, created_at, captured_at"
    yield (
        f"INSERT INTO provider_transactions ({columns}) VALUES ('stripe', ?, ?, ?, 'captured', ?, ?, ?)",
        (intent, payment, amount, *[now] * 3),
    )
    yield "UPDATE payments SET status = 'captured', captured_at = ?, updated_at = ? WHERE id = ?", (now, now, payment)
    yield "INSERT INTO purchases (user_id, course_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (payer, course, now)
    yield (
        "INSERT INTO enrollments (user_id, course_id, created_at, studied_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (payer, course, now, now),
    )
    yield "INSERT INTO order_grants (order_id, payment_id, made_enrollment, created_at) VALUES (?, ?, 1, ?)", (order, payment, now)
    yield "UPDATE orders SET status = 'granted' WHERE id = ?", (order,)
    connection.execute("SELECT id FROM orders WHERE user_id = ? AND item_key = 'course:1' AND id <> ?", (payer, order)).fetchall()
    job = "INSERT INTO jobs (queue, kind, payload, state, due_at, attempts, created_at) VALUES ('default', 'bench', ?, 'waiting', ?, 0, ?)"
    yield job, (json.dumps({"payment_id": payment}), now, now)
    month = "INSERT INTO month_sums VALUES (?, ?, 0) ON CONFLICT (month) DO UPDATE SET income = income + excluded.income"
    yield month, (now[:8] + "01", amount)
    yield (
        "INSERT INTO payment_log (provider, kind, outcome, body, created_at) VALUES ('stripe', ?, 'granted', ?, ?)",
        (told["type"], log, now),
    )


if __name__ == "__main__":
    main()
