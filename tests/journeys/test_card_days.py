"""A learner's days with a card: a course bought once, a subscription that starts, renews, lapses, and money that goes back."""

from datetime import timedelta

from conftest import NOON, SetClock
from payments.shop import payments_of
from simulators.stripe import MONTH
from stripe_till import PLAN_PRICE, PRICE, open_till
from world import World

PERIOD = timedelta(seconds=MONTH)


def test_a_course_is_paid_by_card_and_goes_back(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    with open_till(world) as till:
        learner, admin = world.student(), world.admin()
        course = world.course(world.teacher(), price=PRICE)
        lesson = f"/api/v1/courses/{course['id']}"
        assert learner.get(lesson).json()["lessons"][0]["content"] is None
        assert learner.post("/api/enrollments/", {"course": course["id"]}).status_code == 403

        payment = till.buy(learner, course=course["id"])
        page = {"accept": "text/html"}
        assert "Waiting for the payment" in world.client.get(f"/pay/return/{payment['number']}", headers=page).text
        till.sim.pay(till.session_of(payment))
        till.deliver([*till.sim.events, *till.sim.events])
        assert "Payment received" in world.client.get(f"/pay/return/{payment['number']}", headers=page).text
        assert learner.get(lesson).json()["lessons"][0]["content"] is not None
        assert len(learner.get("/api/enrollments/").json()) == 1
        assert learner.post("/api/payments/", {"provider": "stripe", "course": course["id"]}).status_code == 409

        assert admin.post(f"/api/payments/{payment['id']}/refunds", {}).status_code == 201
        world.run_jobs("money")
        till.deliver()
        assert learner.get(f"/api/payments/{payment['id']}").json()["status"] == "refunded"
        assert (learner.get(lesson).json()["lessons"][0]["content"], learner.get("/api/enrollments/").json()) == (None, [])


def test_a_subscription_starts_renews_lapses_and_goes_back(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    with open_till(world) as till:
        learner = world.student()
        subscription = till.subscribe(learner, till.plan())
        assert not till.status(learner)["is_premium"]
        till.deliver()
        assert till.status(learner)["days_left"] == 30

        set_clock(NOON + PERIOD)
        renewal = till.sim.renew(subscription)
        till.deliver()
        assert (till.status(learner)["is_active"], till.status(learner)["days_left"]) == (True, 30)

        set_clock(NOON + 2 * PERIOD)
        till.sim.renew(subscription, is_paid=False)
        till.deliver()
        assert till.status(learner)["days_left"] == 3
        set_clock(NOON + 2 * PERIOD + timedelta(days=3))
        assert not till.status(learner)["is_premium"]
        till.sim.end(subscription)
        till.deliver()
        assert not till.status(learner)["is_active"]

        till.sim.refund(till.sim.intent_of(renewal["id"]))
        till.deliver()
        price = PLAN_PRICE * 100
        assert payments_of(world) == [("captured", price, 0), ("captured", price, price)]
        assert till.status(learner)["premium_until"] is None
