"""The bodies of the learning centre's answers: the product's fields in the product's order."""

from datetime import date, datetime, time

from msgspec import Struct


class StudentRef(Struct, gc=False):
    """A student by name."""

    id: int
    first_name: str
    last_name: str
    username: str


class GroupRef(Struct, gc=False):
    """A group by name."""

    id: int
    name: str


class Attendance(Struct, gc=False):
    """Whether a student came."""

    id: int
    student: StudentRef
    group: GroupRef
    status: str
    date: date
    time: time
    created_at: datetime
    updated_at: datetime


class Student(Struct, gc=False):
    """A student."""

    id: int
    username: str
    first_name: str
    last_name: str
    phone: str | None
    parent_phone: str | None
    telegram_id: str | None
    role: str
    group: GroupRef | None
    all_score: int
    created_at: datetime


class RatedStudent(Struct, gc=False):
    """A student's place in a group."""

    id: int
    username: str
    first_name: str
    last_name: str
    total_score: int
    rank: int
    group_name: str


class RatedGroup(Struct, gc=False):
    """A group's place."""

    id: int
    name: str
    subject_name: str
    total_score: int
    rank: int
    students_count: int


class Finance(Struct, gc=False):
    """Money that came and went."""

    income: str
    expense: str
    profit: str


class Presence(Struct, gc=False):
    """Employees."""

    employees_present_today: int
    total_employees: int


class Dashboard(Struct, gc=False):
    """How the centre does."""

    finance: Finance
    attendance: Presence
