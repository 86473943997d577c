"""Paying by Click over a bad network: a course opens once, and what Click takes back closes it again."""

from bilim.click import jobs
from bilim.click.protocols import PaymentSaid, Said
from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from click_till import AMOUNT, buy, open_till
from conftest import SetClock
from payments.shop import PRICE
from simulators.click import FAILED
from simulators.payme import Network
from world import World


class CancelledThere:
    """Click's Merchant API, by which every payment was cancelled."""

    is_configured = True

    def payment(self, _paydoc_id: int) -> PaymentSaid:
        return PaymentSaid(Said.CANCELLED)


def test_a_course_bought_by_click(world: World, set_clock: SetClock) -> None:
    click, student = open_till(world), world.student()
    course = world.course(world.teacher(), price=PRICE)["id"]
    payment = buy(student, course=course)
    assert payment["checkout_url"].startswith("https://my.click.uz/services/pay?service_id=24903")
    click.tries = 50
    for action, send in click._sends.items():
        click._sends[action] = Network(send, seed=5, drop=0.2, duplicate=0.3, lose=0.3)
    ours = click.prepare("1", payment["number"], AMOUNT)["merchant_prepare_id"]
    assert click.complete("1", payment["number"], AMOUNT, ours)["error"] in (0, -4)
    assert student.get(f"/api/payments/{payment['id']}/").json()["status"] == "captured"
    assert [each["course"]["id"] for each in student.get("/api/enrollments/my/").json()] == [course]
    assert student.get(f"/api/v1/courses/{course}").json()["lessons"][0]["content"] == "Hello!"
    assert world.admin().get("/api/v1/dashboard/").json()["finance"]["income"] == f"{PRICE}.00"

    assert click.complete("1", payment["number"], AMOUNT, ours, error=str(FAILED))["error"] == -9
    assert [each["kind"] for each in world.admin().get("/api/payments/alerts/").json()] == ["dispute"]
    drain(world.db, Handlers(jobs.handlers(world.db, CancelledThere())), "money")
    assert student.get(f"/api/payments/{payment['id']}/").json()["status"] == "refunded"
    assert student.get("/api/enrollments/my/").json() == []
    assert student.get(f"/api/v1/courses/{course}").json()["lessons"][0]["content"] is None
    assert world.admin().get("/api/v1/dashboard/").json()["finance"]["income"] == "0.00"


def test_a_payment_that_fails_opens_nothing(world: World, set_clock: SetClock) -> None:
    click, student = open_till(world), world.student()
    payment = buy(student, course=world.course(world.teacher(), price=PRICE)["id"])
    ours = click.prepare("1", payment["number"], AMOUNT)["merchant_prepare_id"]
    assert click.complete("1", payment["number"], AMOUNT, ours, error=str(FAILED))["error"] == -9
    assert student.get(f"/api/payments/{payment['id']}/").json()["status"] == "pending"
    assert student.get("/api/enrollments/my/").json() == []
