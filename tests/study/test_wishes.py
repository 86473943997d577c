"""The wishlist: courses kept for later, and what those who keep them are told."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from at_once import at_once, statuses
from bilim.catalog.inputs import PriceFell
from bilim.catalog.models import PriceDrop, Purchase
from bilim.study.models import Wish
from conftest import NOON, SetClock
from notifications.school import choose, lesson_added, told
from world import Person, World

WISHES = "/api/wishlist/"


def wish(person: Person, course: dict[str, Any]) -> dict[str, Any]:
    made = person.post(WISHES, {"course": course["id"]})
    assert made.status_code == 201, made.text
    return made.json()


def wished(person: Person) -> list[int]:
    return [each["course"]["id"] for each in person.get(WISHES).json()]


def stored(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Wish))


def buy(world: World, person: Person, course: dict[str, Any]) -> None:
    with world.db.write() as tx:
        tx.execute(insert(Purchase).values(user_id=person.id, course_id=course["id"], created_at=NOON))


def refund(world: World, person: Person) -> None:
    with world.db.write() as tx:
        tx.execute(update(Purchase).where(Purchase.user_id == person.id).values(revoked_at=NOON))


def price(teacher: Person, course: dict[str, Any], amount: float, discount: float = 0) -> None:
    changed = teacher.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "price": amount, "discount_price": discount})
    assert changed.status_code == 200, changed.text


def test_a_course_is_kept_once_and_let_go(world: World) -> None:
    person, other = world.student(), world.student()
    course = world.course(world.teacher(), lessons=0, price=100000, discount_price=80000.5, thumbnail_url="/uploads/public/images/a.webp")
    made = wish(person, course)
    told_of = {"id": course["id"], "title": "Ingliz tili", "price": 100000, "discount_price": 80000.5}
    assert made["course"] == told_of | {"thumbnail": "https://school.example/uploads/public/images/a.webp"}
    again = person.post(WISHES, {"course": course["id"]})
    assert (again.status_code, again.json()) == (200, made)
    assert (person.get(WISHES).json(), wished(other)) == ([made], [])
    assert other.delete(f"{WISHES}{made['id']}/").status_code == 404
    assert person.delete(f"{WISHES}{made['id']}/").status_code == 204
    assert person.delete(f"{WISHES}{made['id']}/").status_code == 404
    assert (wished(person), stored(world)) == ([], 0)


def test_what_cannot_be_kept_is_refused(sqlite_world: World) -> None:
    teacher, person, admin = sqlite_world.teacher(), sqlite_world.student(), sqlite_world.admin()
    course, draft = sqlite_world.course(teacher, lessons=0), sqlite_world.course(teacher, lessons=0, is_published=False)
    for body in ({}, {"course": None}, {"course": "x"}, {"course": 0}, {"course": 10**30}, {"course": 10**9}, {"course": draft["id"]}):
        refused = person.post(WISHES, body)
        assert (refused.status_code, list(refused.json())) == (400, ["course"])
    assert admin.post(WISHES, {"course": draft["id"]}).status_code == 400
    assert teacher.post(WISHES, {"course": course["id"]}).status_code == 403
    assert sqlite_world.post(WISHES, json={"course": course["id"]}).status_code == 401
    person.post("/api/enrollments/", {"course": course["id"]})
    assert person.post(WISHES, {"course": course["id"]}).json() == {"detail": "You already have this course."}
    assert stored(sqlite_world) == 0


def test_a_wish_made_by_many_requests_at_once_is_one(world: World) -> None:
    person, course = world.student(), world.course(world.teacher(), lessons=0)
    answers = at_once([partial(person.post, WISHES, {"course": course["id"]})] * 20)
    assert statuses(answers) == {201: 1, 200: 19}
    assert stored(world) == 1


def test_bought_and_joined_courses_leave_the_list_and_withdrawn_ones_hide(world: World) -> None:
    teacher, person = world.teacher(), world.student()
    bought, joined, hidden, left = (world.course(teacher, lessons=0, price=amount) for amount in (100, 0, 100, 100))
    for course in (bought, joined, hidden, left):
        wish(person, course)
    buy(world, person, bought)
    assert person.post("/api/enrollments/", {"course": joined["id"]}).status_code == 201
    teacher.put(f"/api/courses/{hidden['id']}/", {"title": "Ingliz tili", "is_published": False})
    assert wished(person) == [left["id"]]
    assert person.post(WISHES, {"course": bought["id"]}).status_code == 409
    assert person.get(WISHES, params={"limit": 1}).headers["x-total-count"] == "1"
    refund(world, person)
    teacher.put(f"/api/courses/{hidden['id']}/", {"title": "Ingliz tili", "is_published": True})
    assert wished(person) == [bought["id"], hidden["id"], left["id"]]
    assert stored(world) == 3, "a joined course is wished for no longer"
    assert teacher.delete(f"/api/courses/{left['id']}/").status_code == 204
    assert stored(world) == 2, "a course without history goes with the wishes for it"


def test_a_price_that_falls_is_told_to_those_who_keep_the_course(world: World) -> None:
    teacher, person, silent, stranger, owner = world.teacher(), world.student(), world.student(), world.student(), world.student()
    course = world.course(teacher, lessons=0, price=100000)
    for each in (person, silent, owner):
        wish(each, course)
    buy(world, owner, course)
    choose(silent, kinds={"price_drop": False})
    price(teacher, course, 100000, 75000.5)
    wish(stranger, course)
    world.run_jobs()
    text = "Sevimlilaringizdagi “Ingliz tili” kursi arzonlashdi: 100000.00 emas, 75000.50 soʻm."
    assert told(person) == [("price_drop", text)]
    assert [told(each) for each in (silent, stranger, owner, teacher)] == [[], [], [], []]
    with world.db.write() as tx:
        tx.enqueue(PriceFell(tx.scalar(select(PriceDrop.id))))
    world.run_jobs()
    assert len(told(person)) == 1, "a job that runs twice tells once"


def test_a_price_that_goes_up_and_down_is_news_once_and_a_lower_one_anew(world: World) -> None:
    teacher, person = world.teacher(), world.student()
    course = world.course(teacher, lessons=0, price=1000)
    wish(person, course)
    seen = []
    for amount in (900, 1000, 900, 950, 901, 899, 899, 0):
        price(teacher, course, amount)
        world.run_jobs()
        seen.append(len(told(person)))
    assert seen == [1, 1, 1, 1, 1, 2, 2, 3]
    late = world.student()
    price(teacher, course, 1000)
    wish(late, course)
    price(teacher, course, 950)
    world.run_jobs()
    assert (len(told(person)), len(told(late))) == (3, 1), "who came later was never told of a lower price"


def test_a_price_that_rose_again_before_anybody_was_told_is_no_news(world: World) -> None:
    teacher, person = world.teacher(), world.student()
    course, draft = world.course(teacher, lessons=0, price=1000), world.course(teacher, lessons=0, price=1000)
    wish(person, course)
    wish(person, draft)
    price(teacher, course, 500)
    price(teacher, course, 1000)
    price(teacher, draft, 500)
    teacher.put(f"/api/courses/{draft['id']}/", {"title": "Ingliz tili", "is_published": False})
    world.run_jobs()
    assert told(person) == []
    with world.db.read() as tx:
        drops = tx.all(select(PriceDrop.earlier_price, PriceDrop.price).order_by(PriceDrop.id))
    assert [tuple(drop) for drop in drops] == [(100_000, 50_000)] * 2


@pytest.mark.parametrize(
    "change",
    [
        lambda teacher, course: price(teacher, course, 1000, 2000),
        lambda teacher, course: price(teacher, course, 1200, 1000),
        lambda teacher, course: teacher.put(f"/api/courses/{course['id']}/", {"title": "Boshqa nom"}),
    ],
    ids=["a discount above the price", "the same price by another way", "another title"],
)
def test_what_does_not_lower_the_price_is_no_drop(sqlite_world: World, change: Callable[[Person, dict[str, Any]], Any]) -> None:
    teacher = sqlite_world.teacher()
    change(teacher, sqlite_world.course(teacher, lessons=0, price=1000))
    with sqlite_world.db.read() as tx:
        assert tx.first(select(PriceDrop.id)) is None


def test_new_lessons_are_told_once_a_day_to_those_who_keep_the_course(world: World, set_clock: SetClock) -> None:
    teacher, person, student = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=0)
    wish(person, course)
    student.post("/api/enrollments/", {"course": course["id"]})
    first = world.lesson(teacher, course["id"], title="Bir")
    world.lesson(teacher, course["id"], title="Ikki")
    world.run_jobs()
    news = ("course_updated", "Sevimlilaringizdagi “Ingliz tili” kursi yangilandi.")
    assert told(person) == [news]
    assert [kind for kind, _ in told(student)] == ["new_lesson", "new_lesson"]
    lesson_added(world, first["id"])
    world.run_jobs()
    assert told(person) == [news]
    set_clock(NOON + timedelta(days=1))
    for each in (teacher, person):
        world.renew_session(each)
    world.lesson(teacher, course["id"], title="Uch")
    world.run_jobs()
    assert told(person) == [news, news]
