"""Using coupons: prices, windows, caps, once a person; held, settled, released, expired; under many hands."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from at_once import at_once, statuses
from bilim.catalog.models import Purchase
from bilim.coupons.models import CouponUse
from bilim.coupons.rules import HELD_FOR
from bilim.kit.errors import Conflict, Invalid
from bilim.study.models import Enrollment
from conftest import NOON, SetClock
from coupons.school import COUPONS, HOUR, check, counts, coupon, hold, priced, redeem, release, settle, soon
from world import Person, World


def rows(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize(
    ("course", "made", "before", "after"),
    [
        ({"price": 100000}, {"percent": 20}, 100000, 80000),
        ({"price": 100000, "discount_price": 60000}, {"percent": 50}, 60000, 30000),
        ({"price": 100000, "discount_price": 160000}, {"percent": 1}, 100000, 99000),
        ({"price": 0.99}, {"percent": 50}, 0.99, 0.5),
        ({"price": 100000}, {"amount": 99999.99}, 100000, 0.01),
        ({"price": 100000}, {"amount": 150000}, 100000, 0),
        ({"price": 0.01}, {"percent": 100}, 0.01, 0),
        ({"price": 0.01}, {"percent": 99}, 0.01, 0.01),
        ({"price": 5000}, {"percent": 10, "min_price": 5000}, 5000, 4500),
    ],
)
def test_prices(sqlite_world: World, course: dict[str, Any], made: dict[str, Any], before: float, after: float) -> None:
    teacher = sqlite_world.teacher()
    sold = priced(sqlite_world, teacher, **course)
    code = coupon(teacher, code="Narx-2026", **made)["code"]
    told = check(sqlite_world.student(), " narx 2026", sold)
    assert told.status_code == 200, told.text
    assert told.json() == {"code": code, "course": sold["id"], "price_before": before, "price_after": after, "is_free": after == 0}
    assert rows(sqlite_world, CouponUse) == 0, "asking uses nothing"


def test_when_and_where_a_coupon_is_not_valid(sqlite_world: World, set_clock: SetClock) -> None:
    teacher, other, student = sqlite_world.teacher(), sqlite_world.teacher(), sqlite_world.student()
    mine, second, theirs = priced(sqlite_world, teacher), priced(sqlite_world, teacher), priced(sqlite_world, other)
    free, cheap = priced(sqlite_world, teacher, 0), priced(sqlite_world, teacher, 999.99)

    def refused(made: dict[str, Any], course: dict[str, Any]) -> Any:
        answer = check(student, made["code"], course)
        with pytest.raises((Invalid, Conflict)):
            hold(sqlite_world, student, made["code"], course)
        return answer.status_code, answer.json()

    def says(text: str) -> Any:
        return 400, {"code": [text]}

    assert refused(coupon(teacher, ends_at=soon(0)), mine) == says("This coupon is not valid any more.")
    assert refused(coupon(teacher, starts_at=soon(0.001)), mine) == says("This coupon is not valid yet.")
    assert refused(coupon(teacher, is_active=False), mine) == says("This coupon is not valid any more.")
    assert refused(coupon(teacher), theirs) == says("This coupon is not for this course.")
    assert refused(coupon(teacher, course=second["id"]), mine) == says("This coupon is not for this course.")
    assert refused(coupon(teacher), free) == says("This course is free.")
    assert refused(coupon(teacher, min_price=1000), cheap) == says("This coupon is for courses of a higher price.")
    assert refused({"code": "NOTHING"}, mine) == says("There is no such coupon.")
    assert rows(sqlite_world, CouponUse) == 0
    running = coupon(teacher, starts_at=soon(0), ends_at=soon(0.001))
    assert check(student, running["code"], mine).status_code == 200
    assert check(student, coupon(sqlite_world.admin())["code"], theirs).status_code == 200


def test_who_cannot_use_a_coupon_for_a_course(sqlite_world: World) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    course, draft = priced(sqlite_world, teacher), priced(sqlite_world, teacher, is_published=False)
    made = coupon(teacher, percent=100)
    assert check(teacher, made["code"], course).status_code == 403
    assert check(student, made["code"], draft).json() == {"course": [f'Invalid pk "{draft["id"]}" - object does not exist.']}
    assert check(student, made["code"], {"id": 10**9}).status_code == 400
    assert sqlite_world.post(f"{COUPONS}check/", json={"code": made["code"], "course": course["id"]}).status_code == 401
    assert redeem(student, made["code"], course).status_code == 201
    assert check(student, made["code"], course).json() == {"detail": "You already have this course."}


def test_a_person_uses_a_coupon_once_and_holds_it_for_one_course(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course, other = priced(world, teacher), priced(world, teacher)
    made = coupon(teacher)
    held = hold(world, student, made["code"], course)
    assert (held.price, held.charged, counts(world.db, made["id"])) == (10_000_000, 8_000_000, (1, 0, 1, 0))
    assert hold(world, student, made["code"], course) == held, "who begins to pay anew holds the same use"
    assert check(student, made["code"], course).status_code == 200
    with pytest.raises(Conflict):
        hold(world, student, made["code"], other)
    assert check(student, made["code"], other).json() == {"detail": "You have used this coupon."}
    assert (settle(world, held), settle(world, held), release(world, held)) == (True, True, False)
    assert counts(world.db, made["id"]) == (1, 1, 1, 1)
    with pytest.raises(Conflict):
        hold(world, student, made["code"], course)
    assert check(student, made["code"], course).status_code == 409


def test_a_use_that_is_given_back_can_be_held_anew(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = priced(world, teacher)
    made = coupon(teacher, max_uses=1)
    held = hold(world, student, made["code"], course)
    assert check(other, made["code"], course).json() == {"detail": "This coupon is used up."}
    with pytest.raises(Conflict):
        hold(world, other, made["code"], course)
    assert (release(world, held), release(world, held), settle(world, held)) == (True, False, False)
    assert counts(world.db, made["id"]) == (0, 0, 0, 0)
    again = hold(world, other, made["code"], course)
    assert settle(world, again)
    assert counts(world.db, made["id"]) == (1, 1, 1, 1)


def test_a_use_that_expired_is_free_and_who_pays_late_keeps_it_while_it_is(world: World, set_clock: SetClock) -> None:
    teacher, student, late, other = world.teacher(), world.student(), world.student(), world.student()
    course = priced(world, teacher)
    made = coupon(teacher, max_uses=2)
    first, second = hold(world, student, made["code"], course), hold(world, late, made["code"], course)
    set_clock(NOON + HELD_FOR - timedelta(microseconds=1))
    with pytest.raises(Conflict):
        hold(world, other, made["code"], course)
    set_clock(NOON + HELD_FOR)
    assert settle(world, second), "nobody took its place yet"
    taken = hold(world, other, made["code"], course)
    assert counts(world.db, made["id"]) == (2, 1, 2, 1)
    assert (settle(world, first), release(world, first)) == (False, False), "its place went to somebody else"
    with pytest.raises(Conflict):
        hold(world, student, made["code"], course)
    assert settle(world, taken)
    assert counts(world.db, made["id"]) == (2, 2, 2, 2)


def test_a_use_held_again_has_todays_price_and_lasts_as_long_as_a_new_one(world: World, set_clock: SetClock) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = priced(world, teacher)
    made = coupon(teacher, max_uses=1)
    first = hold(world, student, made["code"], course)
    set_clock(NOON + HELD_FOR - HOUR)
    for person in (teacher, student, other):
        world.renew_session(person)
    assert teacher.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "price": 50_000}).status_code == 200
    again = hold(world, student, made["code"], course)
    assert (again.use_id, again.price, again.charged) == (first.use_id, 5_000_000, 4_000_000)
    with world.db.read() as tx:
        kept = tx.first(select(CouponUse.price, CouponUse.charged, CouponUse.expires_at))
    assert tuple(kept) == (5_000_000, 4_000_000, NOON + HELD_FOR - HOUR + HELD_FOR)
    set_clock(NOON + HELD_FOR)
    assert check(other, made["code"], course).status_code == 409, "its time began anew"


def test_an_expired_use_may_be_held_for_another_course(world: World, set_clock: SetClock) -> None:
    teacher, student = world.teacher(), world.student()
    course, other = priced(world, teacher), priced(world, teacher, 500)
    made = coupon(teacher, max_uses=1)
    hold(world, student, made["code"], course)
    set_clock(NOON + HELD_FOR)
    assert hold(world, student, made["code"], other).price == 50_000
    assert counts(world.db, made["id"]) == (1, 0, 1, 0)


def test_a_course_that_costs_nothing_with_a_coupon_is_joined_without_a_payment(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = priced(world, teacher)
    half, all_of_it = coupon(teacher, percent=50), coupon(teacher, percent=100, max_uses=1)
    assert redeem(student, half["code"], course).json() == {"detail": "Something is left to pay for this course."}
    assert (counts(world.db, half["id"]), rows(world, Purchase), rows(world, Enrollment)) == ((0, 0, 0, 0), 0, 0)
    joined = redeem(student, all_of_it["code"], course)
    assert (joined.status_code, joined.json()["course"]["id"]) == (201, course["id"])
    assert [each["course"]["id"] for each in student.get("/api/enrollments/").json()] == [course["id"]]
    assert counts(world.db, all_of_it["id"]) == (1, 1, 1, 1)
    assert redeem(student, all_of_it["code"], course).status_code == 409
    assert redeem(world.student(), all_of_it["code"], course).json() == {"detail": "This coupon is used up."}
    assert rows(world, Purchase) == 1


def test_the_last_use_goes_to_one_of_a_hundred(world: World) -> None:
    teacher = world.teacher()
    course = priced(world, teacher)
    made = coupon(teacher, percent=100, max_uses=1)
    people = [world.student() for _ in range(100)]
    answers = at_once([partial(redeem, person, made["code"], course) for person in people])
    assert statuses(answers) == {201: 1, 409: 99}
    assert counts(world.db, made["id"]) == (1, 1, 1, 1)
    assert (rows(world, Purchase), rows(world, Enrollment)) == (1, 1)


def test_one_person_uses_a_coupon_once_under_many_requests(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course, other = priced(world, teacher), priced(world, teacher)
    made = coupon(teacher, percent=100)
    answers = at_once([partial(redeem, student, made["code"], (course, other)[number % 2]) for number in range(10)])
    assert statuses(answers)[201] == 1
    assert statuses(answers).keys() <= {201, 409, 429}
    assert counts(world.db, made["id"]) == (1, 1, 1, 1)


def guess(person: Person, course: dict[str, Any], times: int) -> list[int]:
    return [check(person, f"WRONG{number}", course).status_code for number in range(times)]


def test_wrong_codes_are_throttled_and_right_ones_are_not(world: World, set_clock: SetClock) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = priced(world, teacher)
    made = coupon(teacher, percent=100)
    assert [check(student, made["code"], course).status_code for _ in range(15)] == [200] * 15
    assert guess(student, course, 11) == [400] * 10 + [429]
    refused = check(student, made["code"], course)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert redeem(student, made["code"], course).status_code == 429
    assert check(other, made["code"], course).status_code == 200
    set_clock(NOON + timedelta(minutes=10))
    assert check(student, made["code"], course).status_code == 200
    assert [redeem(other, "WRONG", course).status_code for _ in range(11)] == [400] * 10 + [429]
