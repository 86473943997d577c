"""A learning centre in operation: groups that meet, attendance and scores of weeks, tuition of months, expenses, homework, an exam.

The past is inserted as rows; the present is made by the actions that the API uses. The random seed is fixed: every demo is the same.
"""

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from sqlalchemy import insert

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.billing import actions as billing
from bilim.billing.models import Expense, Payment, PaymentMonth
from bilim.db.engine import Tx
from bilim.demo.exams import load_exam
from bilim.groups import actions
from bilim.groups.inputs import GroupInput, SubjectInput
from bilim.groups.models import Membership
from bilim.groups.rules import DAYS, parse_time
from bilim.homework.actions import homework
from bilim.homework.inputs import HomeworkInput
from bilim.journal.models import Attendance, Score, WorkLog
from bilim.kit.actors import Actor, Role
from bilim.kit.money import to_tiyin

_SEED = 2026
_DAYS_BACK = 28
_MONTHS_BACK = 2
_STATUSES = ("keldi", "kechikdi", "kelmadi")
_STATUS_WEIGHTS = (85, 8, 7)


def load_centre(tx: Tx, owner: Actor, teacher: Actor, own_student_id: int, password_hash: str) -> None:
    """Fill the centre; the demo's own student is in its first group, the demo's teacher is the first of its employees.

    The first group has had its exam, but for the demo's own student.
    """
    content = tomllib.loads(files("bilim.demo").joinpath("centre.toml").read_text("utf8"))
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    subjects = {name: actions.create_subject(tx, owner, SubjectInput(name=name)) for name in content["subjects"]}
    others = [_make_employee(tx, number, employee, password_hash) for number, employee in enumerate(content["employees"], 2)]
    employees = [teacher, *others]
    worked: defaultdict[int, set[date]] = defaultdict(set)
    for place, group in enumerate(content["groups"], start=1):
        group_id, taught_by = _make_group(tx, owner, group, subjects[group["subject"]]), employees[group["employee"] - 1]
        students = [own_student_id] if place == 1 else []
        students += [_make_student(tx, place * 100 + number, name, password_hash) for number, name in enumerate(group["students"], 1)]
        _let_join(tx, group_id, students)
        lessons = list(_lessons(tx.local_now, group))
        if place == 1:
            load_exam(tx, taught_by, subjects[group["subject"]], students[1:])
        worked[taught_by.id] |= {begins.date() for begins in lessons}
        _hold_lessons(tx, chance, taught_by.id, group_id, students, lessons)
        _take_tuition(tx, chance, owner.id, group_id, students, to_tiyin(Decimal(group["monthly_price"])) or 0)
        for text in group["homework"]:
            homework.set_homework(tx, taught_by, HomeworkInput(group_id=group_id, text=text))
    for employee in others:  # employees without a group work on all days with lessons
        worked.setdefault(employee.id, set().union(*worked.values()))
    _log_work(tx, worked)
    salaries = dict(zip((employee.id for employee in employees), content["salaries"], strict=True))
    _record_expenses(tx, owner.id, salaries, content["expenses"])
    billing.recount_months(tx)


def _make_group(tx: Tx, owner: Actor, group: dict[str, Any], subject_id: int) -> int:
    fields = ("name", "description", "days", "start_time", "end_time")
    new = GroupInput(**{name: group[name] for name in fields}, subject_id=subject_id, monthly_price=Decimal(group["monthly_price"]))
    return actions.create_group(tx, owner, new)


def _make_employee(tx: Tx, number: int, employee: dict[str, str], password_hash: str) -> Actor:
    new = PersonInput(
        username=f"employee{number}",
        password="",
        first_name=employee["first_name"],
        last_name=employee["last_name"],
        phone=employee["phone"],
        role=Role.TEACHER,
    )
    return Actor(store_person(tx, new, password_hash, made_by_staff=True), Role.TEACHER, is_premium=False, session_id=0)


def _let_join(tx: Tx, group_id: int, students: list[int]) -> None:
    """Put students into a group; they joined before its first recorded lesson."""
    joined_at = tx.now - timedelta(days=_DAYS_BACK + 2)
    tx.execute(insert(Membership), [{"student_id": student_id, "group_id": group_id, "joined_at": joined_at} for student_id in students])


def _make_student(tx: Tx, number: int, name: list[str], password_hash: str) -> int:
    first_name, last_name = name
    new = PersonInput(
        username=f"student{number}",
        password="",
        first_name=first_name,
        last_name=last_name,
        phone=f"+99890100{number:04}",
        parent_phone=f"+99891200{number:04}",
    )
    return store_person(tx, new, password_hash, made_by_staff=True)


def _lessons(now: datetime, group: dict[str, Any]) -> Iterator[datetime]:
    """When a group's lessons of the last weeks began; none of today, which is left to the users of the demo."""
    days, begins = group["days"].split(","), parse_time(group["start_time"]) or time()
    for back in range(_DAYS_BACK, 0, -1):
        day = now - timedelta(days=back)
        if DAYS[day.weekday()] in days:
            yield datetime.combine(day.date(), begins, now.tzinfo)


def _hold_lessons(tx: Tx, chance: random.Random, teacher_id: int, group_id: int, students: list[int], lessons: list[datetime]) -> None:
    attendance: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for begins in lessons:
        marked, scored = begins + timedelta(minutes=5), begins + timedelta(minutes=60)
        for student_id in students:
            record = {"student_id": student_id, "group_id": group_id, "date": begins.date()}
            (status,) = chance.choices(_STATUSES, _STATUS_WEIGHTS)
            attendance.append({**record, "status": status, "marked_by": teacher_id, "created_at": marked, "updated_at": marked})
            if status != "kelmadi" and chance.random() < 0.4:
                points = chance.randint(55, 100)
                scores.append({**record, "score": points, "given_by": teacher_id, "created_at": scored, "updated_at": scored})
    tx.execute(insert(Attendance), attendance)
    tx.execute(insert(Score), scores)


def _take_tuition(tx: Tx, chance: random.Random, owner_id: int, group_id: int, students: list[int], price: int) -> None:
    """Each of the last months: most paid whole, some in two instalments, some not yet."""
    for back in range(_MONTHS_BACK, -1, -1):
        first = _first_of_month(tx.local_now, back)
        for student_id in students:
            paid_at = min(first + timedelta(days=chance.randint(0, 9), hours=10), tx.local_now)
            for amount in chance.choices(([price], [price // 2, price // 2], []), (75, 15, 10))[0]:
                payment_id = tx.insert(
                    Payment,
                    kind="tuition",
                    provider="cash",
                    status="captured",
                    payer_id=student_id,
                    group_id=group_id,
                    amount=amount,
                    received_by=owner_id,
                    created_at=paid_at,
                    updated_at=paid_at,
                )
                tx.insert(PaymentMonth, payment_id=payment_id, year=first.year, month=first.month)


def _log_work(tx: Tx, worked: dict[int, set[date]]) -> None:
    """The employees' days before today; today's are there where homework was set."""
    for day, employee_id in sorted((day, employee_id) for employee_id, days in worked.items() for day in days):
        begun = datetime.combine(day, time(9), tx.local_now.tzinfo)
        tx.insert(WorkLog, employee_id=employee_id, date=day, status=True, created_at=begun)


def _record_expenses(tx: Tx, owner_id: int, salaries: dict[int, int], expenses: list[dict[str, Any]]) -> None:
    """Each of the last months' expenses, and the employees' salaries."""
    for back in range(_MONTHS_BACK, -1, -1):
        spent_at = _first_of_month(tx.local_now, back) + timedelta(hours=9)
        made = {"created_by": owner_id, "created_at": spent_at, "updated_at": spent_at}
        for expense in expenses:
            tx.insert(Expense, recipient=expense["recipient"], reason=expense["reason"], amount=expense["amount"] * 100, **made)
        for employee_id, salary in salaries.items() if back else ():
            tx.insert(Expense, recipient="Maosh", recipient_user=employee_id, reason="Oylik maosh", amount=salary * 100, **made)


def _first_of_month(now: datetime, back: int) -> datetime:
    """Midnight of the first day of a month, `back` months ago."""
    months = now.year * 12 + now.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=now.tzinfo)
