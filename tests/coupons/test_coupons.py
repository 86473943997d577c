"""Coupons: who makes which, and what is refused."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.coupons.models import Coupon
from conftest import SetClock
from coupons.school import COUPONS, check, coupon, hold, priced, soon
from world import World


def stored(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Coupon))


def test_an_instructor_makes_changes_and_deletes_a_coupon(world: World) -> None:
    teacher = world.teacher(first_name="Bobur")
    course = priced(world, teacher)
    made = coupon(teacher, code="Yangi-2026", percent=15, course=course["id"], max_uses=5, min_price=1000.5, ends_at="2030-01-01T00:00:00Z")
    path = f"{COUPONS}{made['id']}/"
    assert made == made | {
        "code": "YANGI-2026",
        "percent": 15,
        "amount": None,
        "course": {"id": course["id"], "title": "Ingliz tili"},
        "instructor": {"id": teacher.id, "full_name": "Bobur"},
        "min_price": 1000.5,
        "max_uses": 5,
        "used": 0,
        "taken": 0,
        "starts_at": None,
        "ends_at": "2030-01-01T05:00:00+05:00",
        "is_active": True,
    }
    changed = teacher.patch(path, {"amount": 2500.25, "max_uses": None, "code": "OTHER", "course": 5}).json()
    assert [changed[name] for name in ("percent", "amount", "max_uses", "code", "course")] == [
        None,
        2500.25,
        None,
        "YANGI-2026",
        made["course"],
    ]
    replaced = teacher.put(path, {"percent": 100, "is_active": False, "ends_at": None}).json()
    assert [replaced[name] for name in ("percent", "amount", "is_active", "ends_at", "min_price")] == [100, None, False, None, 1000.5]
    assert teacher.put(path, {"is_active": True}).json() == {"non_field_errors": ["Give either percent or amount."]}
    assert teacher.patch(path, {}).json()["percent"] == 100
    assert (teacher.get(path).json()["id"], [each["id"] for each in teacher.get(COUPONS).json()]) == (made["id"], [made["id"]])
    for call in (teacher.delete, teacher.get):
        assert call(f"{COUPONS}{10**9}/").status_code == 404
    assert coupon(teacher, code="BARCHA-2026")["min_price"] == 0
    assert teacher.delete(f"{COUPONS}{teacher.get(COUPONS).json()[-1]['id']}/").status_code == 204
    assert teacher.patch(f"{COUPONS}{10**9}/", {"percent": 5}).status_code == 404
    assert (teacher.get(path).json()["percent"], stored(world)) == (100, 1)
    assert [teacher.delete(path).status_code for _ in range(2)] == [204, 404]
    assert stored(world) == 0


def test_a_coupon_without_a_code_gets_one_of_sixty_random_bits(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    codes = {coupon(teacher)["code"] for _ in range(5)}
    assert len(codes) == 5
    assert {len(code) for code in codes} == {12}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "non_field_errors"),
        ({"percent": 10, "amount": 5}, "non_field_errors"),
        ({"percent": 0}, "percent"),
        ({"percent": 101}, "percent"),
        ({"percent": -5}, "percent"),
        ({"percent": 12.5}, "percent"),
        ({"percent": "ten"}, "percent"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 0.001}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"percent": 5, "min_price": -1}, "min_price"),
        ({"percent": 5, "max_uses": 0}, "max_uses"),
        ({"percent": 5, "max_uses": -1}, "max_uses"),
        ({"percent": 5, "max_uses": 2**31}, "max_uses"),
        ({"percent": 5, "code": "abc"}, "code"),
        ({"percent": 5, "code": "-----a"}, "code"),
        ({"percent": 5, "code": "salom dunyo"}, "code"),
        ({"percent": 5, "code": "ёлка"}, "code"),
        ({"percent": 5, "code": "A" * 10_000}, "code"),
        ({"percent": 5, "code": 5.5}, "code"),
        ({"percent": 5, "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}, "ends_at"),
        ({"percent": 5, "starts_at": "2026-01-02T00:00:00"}, "starts_at"),
        ({"percent": 5, "ends_at": "9999-12-31T23:59:59Z"}, "ends_at"),
        ({"percent": 5, "ends_at": "tomorrow"}, "ends_at"),
        ({"percent": 5, "course": 10**9}, "course"),
        ({"percent": 5, "course": "x"}, "course"),
    ],
)
def test_what_is_no_coupon_is_refused(sqlite_world: World, body: dict[str, Any], wrong: str) -> None:
    refused = sqlite_world.teacher().post(COUPONS, body)
    assert (refused.status_code, list(refused.json())) == (400, [wrong]), refused.text
    assert stored(sqlite_world) == 0


def test_a_nul_in_a_code_is_refused(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = priced(sqlite_world)
    for path, body in ((COUPONS, {"percent": 5, "code": "ABCD\0EF"}), (f"{COUPONS}check/", {"code": "ABCD\0", "course": course["id"]})):
        assert teacher.post(path, body).status_code == 400
    assert teacher.post(f"{COUPONS}check/", {"code": "A" * 10_000, "course": course["id"]}).status_code == 400
    assert stored(sqlite_world) == 0


def test_codes_are_one_whatever_their_case_and_hyphens(world: World) -> None:
    teacher = world.teacher()
    coupon(teacher, code="Salom-2026")
    for code in ("SALOM2026", "salom-2026", "sa-lom-2O26", "5alom2026"):
        again = teacher.post(COUPONS, {"percent": 5, "code": code})
        assert again.status_code == (201 if code[0] == "5" else 409), code
    assert stored(world) == 2


def test_an_instructors_coupons_are_for_their_own_courses_and_their_own_eyes(sqlite_world: World) -> None:
    teacher, other, admin = sqlite_world.teacher(), sqlite_world.teacher(), sqlite_world.admin()
    mine, theirs = priced(sqlite_world, teacher), priced(sqlite_world, other)
    draft = priced(sqlite_world, other, is_published=False)
    made = coupon(teacher, instructor=other.id)
    assert made["instructor"]["id"] == teacher.id, "an instructor speaks for nobody else"
    assert teacher.post(COUPONS, {"percent": 5, "course": theirs["id"]}).status_code == 403
    assert teacher.post(COUPONS, {"percent": 5, "course": draft["id"]}).status_code == 400
    path = f"{COUPONS}{made['id']}/"
    for call in (other.get(path), other.patch(path, {"percent": 90}), other.put(path, {"percent": 90}), other.delete(path)):
        assert call.status_code == 404
    assert other.get(COUPONS).json() == []
    everywhere, given = coupon(admin), coupon(admin, instructor=other.id, course=theirs["id"])
    assert (everywhere["instructor"], everywhere["course"], given["instructor"]["id"]) == (None, None, other.id)
    assert [each["id"] for each in admin.get(COUPONS).json()] == [made["id"], everywhere["id"], given["id"]]
    assert [each["id"] for each in other.get(COUPONS).json()] == [given["id"]]
    student = sqlite_world.student()
    assert admin.post(COUPONS, {"percent": 5, "instructor": student.id}).json() == {
        "instructor": [f'Invalid pk "{student.id}" - object does not exist.']
    }
    for call in (student.get(COUPONS), student.post(COUPONS, {"percent": 5}), student.get(path)):
        assert call.status_code == 403
    assert sqlite_world.get(COUPONS).status_code == 401
    assert check(student, made["code"], mine).status_code == 200
    assert check(student, made["code"], theirs).json() == {"code": ["This coupon is not for this course."]}


def test_a_course_that_another_teaches_by_now_is_not_lowered_by_the_earlier_instructors_coupon(sqlite_world: World) -> None:
    teacher, other, student = sqlite_world.teacher(), sqlite_world.teacher(), sqlite_world.student()
    course = priced(sqlite_world, teacher)
    made = coupon(teacher, course=course["id"])
    changes = {"title": "Ingliz tili", "difficulty_level": "A1", "instructor_id": other.id}
    moved = sqlite_world.admin().put(f"/api/v1/courses/{course['id']}", changes)
    assert moved.status_code == 200
    assert check(student, made["code"], course).status_code == 400


def test_bounds_that_would_break_what_is_taken_are_refused(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    course = priced(world, teacher)
    made = coupon(teacher, max_uses=3, starts_at=soon(-1), ends_at=soon(5))
    path = f"{COUPONS}{made['id']}/"
    for _ in range(2):
        hold(world, world.student(), made["code"], course)
    assert teacher.patch(path, {"max_uses": 1}).json() == {"max_uses": ["2 uses are taken already."]}
    assert teacher.patch(path, {"max_uses": 2}).json()["max_uses"] == 2
    assert teacher.patch(path, {"ends_at": soon(-2)}).json() == {"ends_at": ["The end must be after the beginning."]}
    assert teacher.patch(path, {"starts_at": soon(5)}).status_code == 400
    assert teacher.patch(path, {"starts_at": None}).json()["starts_at"] is None
    assert teacher.patch(path, {"ends_at": soon(-2)}).status_code == 200
    assert teacher.get(path).json()["taken"] == 2


def test_a_coupon_that_somebody_uses_is_hidden_and_keeps_its_code(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = priced(world, teacher)
    made = coupon(teacher, code="QISHKI")
    hold(world, student, made["code"], course)
    assert teacher.delete(f"{COUPONS}{made['id']}/").status_code == 204
    assert (teacher.get(COUPONS).json(), teacher.get(f"{COUPONS}{made['id']}/").status_code) == ([], 404)
    assert check(student, "QISHKI", course).json() == {"code": ["There is no such coupon."]}
    assert teacher.post(COUPONS, {"percent": 5, "code": "qishki"}).status_code == 409
