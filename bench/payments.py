"""What payments cost with a ledger of 200,000: lists, figures, and Payme's calls, each against the same SQL by the bare driver.

    python -m bench.payments

Prints CPU per request and the ratio, on SQLite. The product's side is the query or action with its encoding, in one unit of work; the floor
sends the statements that the product was seen to send, by `sqlite3` itself, in one transaction too.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

from bilim.accounts.models import User
from bilim.billing.actions import recount_months
from bilim.billing.models import Payment
from bilim.catalog.models import Course
from bilim.db.engine import Database
from bilim.db.migrate import upgrade
from bilim.http.responses import encode
from bilim.kit import clock
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.paging import Page
from bilim.payme import actions
from bilim.payme.rules import milliseconds
from bilim.payments.models import Checkout, Order, ProviderTransaction
from bilim.payments.queries import payments, stats
from bilim.settings import Settings

ROWS = 200_000
PEOPLE = 5_000
PAGE = 20
TIMES = 200
AMOUNT = 49_000_000


def fill(db: Database) -> None:
    """People, courses, and payments of which nine in ten were captured; the last thousand wait."""
    now, rows = datetime.now(UTC), range(1, ROWS + 1)
    times = {"created_at": now, "updated_at": now}
    with db.write() as tx:

        def put(table: Any, values: list[dict[str, Any]]) -> None:
            for start in range(0, len(values), 5_000):
                tx.execute(insert(table), values[start : start + 5_000])

        people = [
            {"id": n, "username": f"p{n}", "username_key": f"p{n}", "email": f"p{n}@example.com", "email_key": f"p{n}@example.com"}
            | {"password_hash": "", "role": "student", "first_name": "A", "last_name": "B", **times}
            for n in range(10, PEOPLE + 10)
        ]
        known = {column.name for column in User.__table__.columns}
        put(User, [{name: value for name, value in row.items() if name in known} for row in people])
        put(
            Course,
            [{"id": n, "title": f"Course {n}", "difficulty_level": "A1", "price": AMOUNT, **times} for n in range(1, ROWS // PEOPLE + 2)],
        )
        state = ["pending" if n > ROWS - 1_000 else "cancelled" if n % 10 == 0 else "captured" for n in rows]
        payer = [n % PEOPLE + 10 for n in rows]
        course = [(n - 1) // PEOPLE + 1 for n in rows]
        put(
            Payment,
            [
                {"id": n, "kind": "course", "provider": "payme", "status": state[n - 1], "payer_id": payer[n - 1], "amount": AMOUNT}
                | {"refunded": 0, "expires_at": now + timedelta(days=1), **times}
                | {"captured_at": now if state[n - 1] == "captured" else None}
                for n in rows
            ],
        )
        put(
            Order,
            [
                {"id": n, "user_id": payer[n - 1], "kind": "course", "item_key": f"course:{course[n - 1]}", "course_id": course[n - 1]}
                | {"title": "Course", "amount": AMOUNT, "created_at": now}
                | {"status": {"captured": "granted", "pending": "open"}.get(state[n - 1], "closed")}
                for n in rows
            ],
        )
        put(Checkout, [{"payment_id": n, "order_id": n, "number": new_code(16)} for n in rows])
        put(
            ProviderTransaction,
            [
                {"provider": "payme", "provider_txn_id": f"{n:024x}", "payment_id": n, "amount": AMOUNT, "state": "captured"}
                | {"provider_time": now, "created_at": now, "captured_at": now}
                for n in rows
                if state[n - 1] == "captured"
            ],
        )
        recount_months(tx)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


class Seen:
    """The statements that one call sends, with their parameters."""

    def __init__(self, db: Database) -> None:
        self.sent: list[tuple[str, Any]] = []
        event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        self.sent.append((sql, values))


def cpu(call: Callable[[int], object], times: int) -> float:
    """Microseconds of CPU that one of some calls took; the fastest of five turns."""
    best = float("inf")
    for turn in range(5):
        began = time.process_time()
        for place in range(times):
            call(turn * times + place)
        best = min(best, time.process_time() - began)
    return best / times * 1e6


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bench.db")
        settings = Settings(environment="test", database_url=f"sqlite:///{file}")
        upgrade(settings.database_url)
        db = Database(settings.database_url, settings.zone, 2)
        fill(db)
        plain = sqlite3.connect(file, isolation_level=None)
        plain.execute("PRAGMA synchronous=OFF")
        _reads(db, plain)
        _writes(db, settings)


def _reads(db: Database, plain: sqlite3.Connection) -> None:
    actor, admin = Actor(10, Role.STUDENT, is_premium=False, session_id=0), Actor(1, Role.ADMIN, is_premium=False, session_id=0)

    def own(_: int) -> bytes:
        with db.read() as tx:
            return encode(payments.own_payments(tx, actor, Page(limit=PAGE)).all())

    def figures(_: int) -> bytes:
        with db.read() as tx:
            return encode(stats.payment_stats(tx, admin))

    moment = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    asked = {"payer": 10, "limit": PAGE, "now": moment}
    for name, call, sent, times in (("own payments", own, _OWN, TIMES), ("payment-stats", figures, _STATS, 3)):

        def floor(_: int, sent: tuple[str, ...] = sent) -> bytes:
            plain.execute("BEGIN")
            rows = [plain.execute(sql, asked).fetchall() for sql in sent]
            plain.execute("COMMIT")
            return encode(rows)

        _print(name, cpu(call, times), cpu(floor, times))


_STATUS = """CASE WHEN p.status = 'captured' AND p.refunded = p.amount THEN 'refunded'
    WHEN p.status = 'pending' AND p.expires_at <= :now THEN 'cancelled' ELSE p.status END"""
_OWN = (
    f"""SELECT p.id, c.number, p.kind, o.title, p.provider, {_STATUS}, p.amount, p.refunded, o.course_id, o.plan_id, o.group_id, c.url,
        p.created_at, p.expires_at, p.captured_at
        FROM payments p JOIN checkouts c ON c.payment_id = p.id JOIN orders o ON o.id = c.order_id
        WHERE p.payer_id = :payer ORDER BY p.id DESC LIMIT :limit""",
    "SELECT count(*) FROM payments p JOIN checkouts c ON c.payment_id = p.id WHERE p.payer_id = :payer",
)
_STATS = (
    """SELECT kind, provider, sum(status = 'captured'), sum(status = 'pending' AND NOT expires_at <= :now),
        sum(CASE WHEN status = 'captured' THEN amount - refunded ELSE 0 END), sum(CASE WHEN status = 'captured' THEN refunded ELSE 0 END)
        FROM payments GROUP BY kind, provider""",
    "SELECT count(*) FROM subscriptions WHERE revoked_at IS NULL AND starts_at <= :now AND ends_at > :now",
    "SELECT month, income FROM month_sums ORDER BY month DESC LIMIT 12",
)


def _writes(db: Database, settings: Settings) -> None:
    """Create and Perform of payments that wait. Their floor is one committed transaction with the same number of plain statements."""
    with db.read() as tx:
        waiting = tx.scalars(
            select(Checkout.number).join(Payment, Payment.id == Checkout.payment_id).where(Payment.status == "pending").order_by(Payment.id)
        )
    now = milliseconds(clock.now())
    seen = Seen(db)

    def create(place: int) -> bytes:
        with db.write() as tx:
            account = {"order_id": waiting[place]}
            return encode(actions.write(tx, "CreateTransaction", {"id": f"new-{place}", "time": now, "amount": AMOUNT, "account": account}))

    def perform(place: int) -> bytes:
        with db.write() as tx:
            return encode(actions.write(tx, "PerformTransaction", {"id": f"new-{place}"}))

    plain = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
    for name, call in (("CreateTransaction", create), ("PerformTransaction", perform)):
        took = cpu(call, 100)
        seen.sent.clear()
        call(500)
        sent = list(seen.sent)

        def floor(_: int, sent: list[tuple[str, Any]] = sent) -> None:
            plain.execute("BEGIN IMMEDIATE")
            for sql, values in sent:
                if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                    try:
                        plain.execute(sql, values).fetchall()
                    except sqlite3.IntegrityError:
                        continue
            plain.execute("ROLLBACK")

        _print(f"{name} ({len(sent)} statements)", took, cpu(floor, 100))


def _print(name: str, product: float, floor: float) -> None:
    print(f"{name:<42} {product:>10,.0f} µs  floor {floor:>10,.0f} µs  {product / floor:.2f}×")


if __name__ == "__main__":
    main()
