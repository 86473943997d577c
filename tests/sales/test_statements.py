"""Instructors' statements: what is theirs of each sale and refund, to the tiyin, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bilim.sales.models import SaleLine
from bilim.sales.rules import share_of
from conftest import NOON, SetClock
from kit.repeatable import repeatable
from sales.school import STATEMENT, SUMS, pay, record, refund, sell
from world import Person, World


def read(person: Person, path: str = STATEMENT, **query: Any) -> Any:
    answer = person.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json(parse_float=Decimal)


def shown(person: Person, **query: Any) -> list[list[Any]]:
    names = ("kind", "payment", "amount", "share", "balance")
    return [[line[name] for name in names] for line in read(person, **query)]


def test_a_sale_and_its_refunds_line_by_line(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    first, second = sell(world, course, 9_999), sell(world, course, 100_000)
    assert refund(world, first, 3_333)
    assert refund(world, first, 6_666)
    assert not refund(world, first, 0)
    d = Decimal
    assert shown(teacher) == [
        ["sale", first, d("99.99"), d("69.99"), d("69.99")],
        ["sale", second, 1000, 700, d("769.99")],
        ["refund", first, d("-33.33"), d("-23.33"), d("746.66")],
        ["refund", first, d("-66.66"), d("-46.66"), 700],
    ]
    line = read(teacher)[0]
    assert (line["course"], line["share_percent"]) == ({"id": course["id"], "title": "Ingliz tili"}, 70)
    assert read(teacher, SUMS) == {
        "instructor": teacher.id,
        "sales": 2,
        "refunds": 2,
        "sold": d("1099.99"),
        "refunded": d("99.99"),
        "net": 1000,
        "share": 700,
        "balance_before": 0,
        "balance_after": 700,
    }
    page = teacher.get(STATEMENT, params={"skip": 1, "limit": 2})
    assert ([each["payment"] for each in page.json()], page.headers["x-total-count"]) == ([second, first], "4")


def test_a_payment_is_a_sale_once_and_only_where_it_is_one(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=0)
    payment = sell(world, course, 1_000)
    assert not record(world, payment, course)
    assert not record(world, pay(world, student, 500, status="pending"), course)
    assert not record(world, pay(world, student, 500, kind="plan"), course)
    assert not record(world, 10**9, course)
    assert not record(world, pay(world, student, 500), {"id": 10**9})
    assert not refund(world, pay(world, student, 500), 100), "of what was never sold nothing goes back"
    assert len(read(teacher)) == 1


def test_a_share_stays_what_it_was_when_the_course_was_sold(world: World) -> None:
    teacher, other = world.teacher(), world.teacher()
    course = world.course(teacher, lessons=0)
    payment = sell(world, course, 10_000, percent=50)
    body = {"title": "Ingliz tili", "difficulty_level": "A1", "instructor_id": other.id}
    assert world.admin().put(f"/api/v1/admin/courses/{course['id']}", body).status_code == 200
    sell(world, course, 10_000, percent=0)
    refund(world, payment, 5_000)
    assert [row[3:] for row in shown(teacher)] == [[50, 50], [-25, 25]]
    assert [row[3:] for row in shown(other)] == [[0, 0]]


def test_periods_are_days_of_the_schools_clock(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    for hours in (0, 6.9, 7, 31):  # noon in UTC is 17:00 in Tashkent, so the day ends seven hours later
        set_clock(NOON + timedelta(hours=hours))
        sell(world, course, 10_000)
    set_clock(NOON)
    whole = [70, 140, 210, 280]

    def balances(**query: Any) -> list[Any]:
        return [line["balance"] for line in read(teacher, **query)]

    assert balances() == balances(**{"from": "2026-11-20", "to": "2026-11-22"}) == whole
    assert balances(to="2026-11-20") == whole[:2]
    assert balances(**{"from": "2026-11-21"}) == whole[2:]
    assert balances(**{"from": "2026-11-21", "to": "2026-11-21"}) == whole[2:3]
    assert balances(to="2026-11-19") == []
    assert balances(**{"from": "0001-01-01", "to": "9999-12-31"}) == whole
    assert balances(to="0001-01-01") == balances(**{"from": "9999-12-31"}) == []
    sums = read(teacher, SUMS, **{"from": "2026-11-21", "to": "2026-11-21"})
    assert [sums[name] for name in ("sales", "sold", "share", "balance_before", "balance_after")] == [1, 100, 70, 140, 210]
    empty = read(teacher, SUMS, **{"from": "2026-12-01"})
    assert [empty[name] for name in ("sales", "share", "balance_before", "balance_after")] == [0, 0, 280, 280]


@pytest.mark.parametrize("path", [STATEMENT, SUMS])
def test_nobody_sees_another_instructors_statement_but_admins(sqlite_world: World, path: str) -> None:
    teacher, other, admin = sqlite_world.teacher(), sqlite_world.teacher(), sqlite_world.admin()
    sell(sqlite_world, sqlite_world.course(teacher, lessons=0), 10_000)
    assert other.get(path, params={"instructor": teacher.id}).json() == {"detail": "You may see your own statement only."}
    assert sqlite_world.student().get(path).status_code == 403
    assert sqlite_world.get(path).status_code == 401
    assert read(other) == read(admin) == []
    assert len(read(admin, instructor=teacher.id)) == len(read(teacher, instructor=teacher.id)) == 1
    assert read(admin, SUMS, instructor=teacher.id) == read(teacher, SUMS)
    for wrong in ({"from": "x"}, {"to": "2026-13-01"}, {"instructor": 0}, {"from": "2026-11-21", "to": "2026-11-20"}):
        assert teacher.get(path, params=wrong).status_code == 400


def test_sales_of_one_instructor_at_once_add_up(world: World) -> None:
    teacher = world.teacher()
    courses = [world.course(teacher, lessons=0) for _ in range(2)]
    payments = [pay(world, world.student(), 1_001 + number) for number in range(24)]
    calls = [partial(record, world, payment, courses[number % 2]) for number, payment in enumerate(payments)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda call: call(), [*calls, *calls]))
    assert sum(told) == 24
    with world.db.read() as tx:
        lines = tx.all(select(SaleLine.share, SaleLine.balance).order_by(SaleLine.created_at, SaleLine.id))
        total = tx.scalar(select(func.sum(SaleLine.share)))
    running = 0
    for share, balance in lines:
        running += share
        assert balance == running
    assert running == total == sum(share_of(1_001 + number, 70) for number in range(24))


@repeatable
@given(amount=st.integers(1, 10**12), percent=st.integers(0, 100), parts=st.lists(st.integers(0, 10**12), max_size=5))
def test_the_shares_of_a_payment_add_up_to_the_share_of_what_is_left(amount: int, percent: int, parts: list[int]) -> None:
    left, shares = amount, [share_of(amount, percent)]
    for part in parts:
        gone = min(part, left)
        shares.append(share_of(left - gone, percent) - share_of(left, percent))
        assert -gone <= shares[-1] <= 0
        left -= gone
    assert sum(shares) == share_of(left, percent) <= left
    assert sum(shares) * 100 <= left * percent < (sum(shares) + 1) * 100
