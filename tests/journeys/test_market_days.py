"""Days on the marketplace: a course is kept until it costs less, bought with a coupon, reviewed and answered, and accounted for."""

from datetime import timedelta

from bilim.coupons.rules import HELD_FOR
from bilim.settings import Settings
from conftest import NOON, SetClock
from coupons.school import check, coupon, hold, priced, redeem, release, settle, soon
from notifications.school import told
from sales.school import STATEMENT, SUMS, pay, record, refund
from world import World


def test_from_a_wish_to_a_review_and_the_instructors_statement(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    settings: Settings = world.app.state.services.settings
    teacher, aziza, bekzod, vali = world.teacher(first_name="Bobur"), *(world.student() for _ in range(3))
    course = priced(world, teacher, 400_000)
    for person in (aziza, bekzod, vali):
        assert person.post("/api/wishlist/", {"course": course["id"]}).status_code == 201
    teacher.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "discount_price": 300_000})
    world.lesson(teacher, course["id"])
    world.run_jobs()
    assert [kind for kind, _ in told(aziza)] == ["course_updated", "price_drop"]

    sale = coupon(teacher, code="QISH-2026", percent=25, max_uses=1, ends_at=soon(24))
    assert check(aziza, "qish2026", course).json()["price_after"] == 225_000
    held = hold(world, aziza, "qish2026", course)
    assert check(bekzod, "qish2026", course).json() == {"detail": "This coupon is used up."}
    payment = pay(world, aziza, held.charged)
    assert settle(world, held)
    assert record(world, payment, course, settings.instructor_share_percent)
    gift = coupon(world.admin(), code="GIFT-2026", percent=100, max_uses=2)
    assert redeem(bekzod, "gift 2026", course).status_code == 201
    assert bekzod.get("/api/wishlist/").json() == [], "what one has is wished for no longer"
    assert [each["course"]["id"] for each in vali.get("/api/wishlist/").json()] == [course["id"]]

    mine = bekzod.post("/api/reviews/", {"course": course["id"], "rating": 3, "comment": "Qisqa"}).json()
    assert vali.post("/api/reviews/", {"course": course["id"], "rating": 1}).status_code == 403
    assert teacher.post(f"/api/reviews/{mine['id']}/reply/", {"text": "Yangi darslar keladi"}).status_code == 201
    assert bekzod.put(f"/api/reviews/{mine['id']}/", {"rating": 4}).json()["reply"]["text"] == "Yangi darslar keladi"
    seen = world.get(f"/api/courses/{course['id']}/").json()
    assert (seen["rating_average"], seen["rating_distribution"]["4"], seen["rating_distribution"]["3"]) == (4.0, 1, 0)
    world.run_jobs()
    assert told(bekzod)[0][0] == "review_reply"

    set_clock(NOON + timedelta(days=1))
    for person in (teacher, vali):
        world.renew_session(person)
    assert refund(world, payment, 22_500_000)
    assert check(vali, sale["code"], course).json() == {"code": ["This coupon is not valid any more."]}
    abandoned = hold(world, vali, gift["code"], course)
    assert release(world, abandoned)
    lines = [(line["kind"], line["amount"], line["share"], line["balance"]) for line in teacher.get(STATEMENT).json()]
    assert lines == [("sale", 225_000, 157_500, 157_500), ("refund", -225_000, -157_500, 0)]
    today = teacher.get(SUMS, params={"from": "2026-11-21"}).json()
    assert (today["refunded"], today["net"], today["balance_before"], today["balance_after"]) == (225_000, -225_000, 157_500, 0)
    hold(world, vali, gift["code"], course)
    set_clock(NOON + timedelta(days=1) + HELD_FOR)
    world.renew_session(vali)
    assert redeem(vali, gift["code"], course).status_code == 201, "a use that expired is held anew"
