"""Paying online, from the price to the lesson and back, and tuition from the group to the school's books."""

from datetime import timedelta

from bilim.kit import clock
from conftest import NOON, SetClock
from payme.till import TIYIN, TXN, open_till
from payments.shop import PRICE, bought
from simulators.payme import Network, code
from world import World

BASKET = "/api/payments/"


def test_a_course_bought_by_payme(world: World, set_clock: SetClock) -> None:
    payme = open_till(world)
    student, course = world.student(first_name="Jasur"), world.course(world.teacher(), price=PRICE)
    refused = student.post("/api/enrollments/", {"course": course["id"]})
    assert refused.status_code == 403
    payment = bought(student, course=course["id"])
    assert payment["checkout_url"].startswith("https://checkout.paycom.uz/")

    payme.tries = 50
    payme.send = Network(payme.send, seed=7, drop=0.2, duplicate=0.3, lose=0.3)
    assert payme.check(payment["number"], TIYIN)["result"]["allow"] is True
    assert payme.create(TXN, payment["number"], TIYIN)["result"]["state"] == 1
    set_clock(NOON + timedelta(minutes=2))
    assert payme.perform(TXN)["result"]["state"] == 2

    assert student.get(f"{BASKET}{payment['id']}/").json()["status"] == "captured"
    assert [each["course"]["id"] for each in student.get("/api/enrollments/my/").json()] == [course["id"]]
    lesson = student.get(f"/api/v1/courses/{course['id']}").json()["lessons"][0]
    assert lesson["content"] is not None
    world.run_jobs()
    assert [each["notification_type"] for each in student.get("/api/v1/notifications/").json()] == ["payment"]

    assert payme.cancel(TXN, 5)["result"]["state"] == -2
    assert student.get("/api/enrollments/my/").json() == []
    assert student.get(f"/api/v1/courses/{course['id']}").json()["lessons"][0]["content"] is None
    assert student.post("/api/enrollments/", {"course": course["id"]}).status_code == 403
    assert world.admin().get("/api/v1/dashboard/").json()["finance"]["income"] == "0.00"


def test_tuition_paid_by_payme_is_in_the_schools_books(world: World, set_clock: SetClock) -> None:
    payme = open_till(world)
    group = world.group(monthly_price="300000.00")
    student, teacher, admin = world.member(group["id"]), world.teacher(), world.admin()
    months = [{"year": 2026, "month": 11}, {"year": 2026, "month": 12}]
    payment = bought(student, group=group["id"], months=months)
    assert payme.create(TXN, payment["number"], 60_000_000)["result"]["state"] == 1
    assert teacher.get("/api/v1/payments/").json()[0]["status"] == "pending"
    assert payme.perform(TXN)["result"]["state"] == 2
    (booked,) = teacher.get("/api/v1/payments/").json()
    shown = (booked["student"]["id"], booked["group"], booked["amount"], booked["provider"], booked["months_paid"])
    assert shown == (student.id, group["id"], "600000.00", "payme", 2)
    assert [month["month_name"] for month in booked["months"]] == ["Noyabr", "Dekabr"]
    assert student.get("/api/v1/payments/my-payments/").json() == [booked]
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == "600000.00"
    assert clock.now() == NOON
    set_clock(NOON.replace(month=12, day=2))
    assert code(payme.cancel(TXN)) == -31007
