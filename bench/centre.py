"""The learning centre's part of the data: its students are the first of all students, each in one group."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete

from bench.rows import EPOCH, WORDS, advance_sequences, fill, moment
from bilim.billing.actions import recount_months
from bilim.billing.models import Expense, Payment, PaymentMonth
from bilim.db.engine import Tx
from bilim.groups.models import Group, Membership, Subject
from bilim.journal.models import Attendance, Score, WorkLog

CLASS = 30
_CLASSES = (CLASS, 20)
"""How many students groups have, in turn."""
_TODAY = datetime.now(ZoneInfo("Asia/Tashkent")).date()
_HISTORY_ENDS = (EPOCH + timedelta(days=366)).date()
_STATUSES = ("keldi", "keldi", "keldi", "kechikdi", "kelmadi")


class CentreScale(Struct, frozen=True):
    """How much of everything the centre has."""

    students: int
    groups: int
    attendance: int
    scores: int
    payments: int
    expenses: int

    def tenth(self) -> "CentreScale":
        """A tenth of everything."""
        return CentreScale(*(getattr(self, name) // 10 for name in self.__struct_fields__))


CENTRE = CentreScale(students=5_000, groups=200, attendance=300_000, scores=300_000, payments=50_000, expenses=5_000)


class Staff(Struct, frozen=True):
    """Who records and who takes money."""

    admin: int
    teachers: range


def classes(scale: CentreScale) -> list[int]:
    """The ids of the groups with a class of 30."""
    return list(range(1, scale.groups + 1, len(_CLASSES)))


def fill_centre(connection: Connection, rng: random.Random, scale: CentreScale, staff: Staff, students: range) -> None:
    """Fill the centre's tables.

    Args:
        students: as many as the scale says.
    """
    begun = {"created_at": EPOCH, "updated_at": EPOCH}
    places = cycle(_CLASSES)
    of_group = [group_id for group_id in range(1, scale.groups + 1) for _ in range(next(places))]
    groups = dict(zip(students, of_group, strict=True))
    fill(connection, Subject, ({"id": i, "name": rng.choice(WORDS).title(), "created_at": EPOCH} for i in range(1, 9)))
    fill(connection, Group, (_group(rng, group_id) | begun for group_id in range(1, scale.groups + 1)))
    fill(connection, Membership, ({"student_id": s, "group_id": g, "joined_at": EPOCH} for s, g in groups.items()))
    marked = ({"status": rng.choice(_STATUSES), "marked_by": rng.choice(staff.teachers)} for _ in range(scale.attendance))
    scored = ({"score": rng.randint(0, 100), "given_by": rng.choice(staff.teachers)} for _ in range(scale.scores))
    fill(connection, Attendance, (row | of for row, of in zip(_lessons(groups, scale.attendance), marked, strict=True)))
    fill(connection, Score, (row | of for row, of in zip(_lessons(groups, scale.scores), scored, strict=True)))
    present = staff.teachers[: len(staff.teachers) // 2]
    fill(connection, WorkLog, ({"employee_id": teacher, "date": _TODAY, "created_at": EPOCH} for teacher in present))
    _fill_money(connection, rng, scale, staff, groups)
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Subject, Group, Payment)


def _group(rng: random.Random, group_id: int) -> dict[str, Any]:
    return {"id": group_id, "name": f"{rng.choice(WORDS)} {group_id}".title(), "subject_id": 1 + group_id % 8, "days": "Mon,Wed,Fri"}


def _lessons(groups: dict[int, int], rows: int) -> Iterator[dict[str, Any]]:
    """Student, group and day of so many rows: everyone's first lesson, then everyone's second, and so on."""
    pairs = cycle(groups.items())
    for row in range(rows):
        student_id, group_id = next(pairs)
        then: datetime = EPOCH + timedelta(days=row // len(groups), hours=9, microseconds=row)
        yield {"student_id": student_id, "group_id": group_id, "date": then.date(), "created_at": then, "updated_at": then}


def _fill_money(connection: Connection, rng: random.Random, scale: CentreScale, staff: Staff, groups: dict[int, int]) -> None:
    paid = cycle(groups.items())
    payments = (_payment(rng, payment_id, *next(paid), staff.admin) for payment_id in range(1, scale.payments + 1))
    months = ({"payment_id": i, "year": 2025, "month": 1 + i % 12} for i in range(1, scale.payments + 1))
    spent = (
        {"amount": rng.randint(1, 900) * 100_000, "reason": rng.choice(WORDS), "created_by": staff.admin} for _ in range(scale.expenses)
    )
    fill(connection, Payment, payments)
    fill(connection, PaymentMonth, months)
    fill(connection, Expense, (row | {"created_at": (m := moment(rng)), "updated_at": m} for row in spent))
    recount_months(Tx(connection, EPOCH, {}))


def _payment(rng: random.Random, payment_id: int, student_id: int, group_id: int, admin: int) -> dict[str, Any]:
    then = moment(rng)
    return {
        "id": payment_id,
        "kind": "tuition",
        "provider": "cash",
        "status": "captured",
        "payer_id": student_id,
        "group_id": group_id,
        "amount": rng.randint(100, 900) * 100_000,
        "refunded": 0,
        "received_by": admin,
        "created_at": then,
        "updated_at": then,
    }


def unmark(engine: Engine) -> None:
    """Forget today's attendance, so that classes can be marked anew."""
    with engine.begin() as connection:
        connection.execute(delete(Attendance).where(Attendance.date >= _HISTORY_ENDS))
