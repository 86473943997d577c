"""A course from its draft to its second version, over all three surfaces; and one that is looked for in every way people type."""

from typing import Any
from urllib.parse import urlencode

from bilim.catalog.models import Purchase
from bilim.catalog.rules import CourseTerms
from conftest import SetClock
from notifications.school import told
from payme.till import TXN, open_till
from payments.shop import bought, buy
from sales.school import STATEMENT
from world import Person, World


def found_by(caller: World | Person, query: str) -> list[tuple[str, int]]:
    """What somebody finds, the best first."""
    return [(each["kind"], each["id"]) for each in caller.get(f"/api/search/?{urlencode({'q': query})}").json()["results"]]


def submit_until_it_is_approved(world: World, author: Person, admin: Person, course: dict[str, Any]) -> None:
    """A draft is submitted, handed back with the reason, mended and approved; each is told."""
    here, first = f"/api/courses/{course['id']}/", course["lessons"][0]["id"]
    assert author.post(f"{here}submit/").json()["state"] == "review"
    world.run_jobs()
    assert [kind for kind, _ in told(admin)] == ["course_submitted"]
    assert world.get(here).status_code == 404
    admin.post(f"{here}reject/", {"reason": "Birinchi dars ochiq boʻlsin"})
    world.run_jobs()
    assert told(author) == [("course_rejected", "“Ingliz tili A1” kursingiz tasdiqlanmadi: Birinchi dars ochiq boʻlsin")]
    author.put(f"/api/v1/lessons/{first}", {"is_preview": True})
    author.post(f"{here}submit/")
    assert admin.post(f"{here}approve/").json()["version"] == 1
    world.run_jobs()
    assert told(author)[0] == ("course_approved", "“Ingliz tili A1” kursingiz tasdiqlandi.")


def review_and_think_better_of_it(world: World, aziza: Person, bekzod: Person, course: dict[str, Any]) -> None:
    """Two learners review a course, one of them changes it; the figures follow."""
    body = {"course": course["id"]}
    assert list(aziza.post("/api/reviews/", body | {"rating": 6}).json()) == ["rating"]
    mine = aziza.post("/api/reviews/", body | {"rating": 5}).json()
    assert bekzod.post("/api/reviews/", body | {"rating": 2}).status_code == 201
    assert aziza.post("/api/reviews/", body | {"rating": 4}).status_code == 409, "a second review is a change of the first"
    assert aziza.put(f"/api/reviews/{mine['id']}/", {"rating": 3}).status_code == 200
    shown = world.get(f"/api/courses/{course['id']}/").json()
    assert (shown["rating_average"], shown["reviews_count"], shown["rating_distribution"]["3"]) == (2.5, 2, 1)


def test_a_course_is_reviewed_sold_studied_and_grows(sqlite_world: World, set_clock: SetClock) -> None:
    world, payme = sqlite_world, open_till(sqlite_world)
    world.use(course_terms=CourseTerms(needs_review=True))
    author, admin = world.teacher(first_name="Nodira"), world.admin()
    aziza, bekzod, stranger = (world.student(first_name=name) for name in ("Aziza", "Bekzod", "Vali"))
    course = world.course(author, lessons=3, is_published=False, title="Ingliz tili A1", price=490_000)
    here = f"/api/courses/{course['id']}/"
    first, second, third = (lesson["id"] for lesson in course["lessons"])

    submit_until_it_is_approved(world, author, admin, course)
    # Previewed for nothing, kept for later, bought with a coupon by a payment service.
    assert [world.get(f"/api/v1/lessons/{lesson}").json()["content"] for lesson in (first, second)] == ["Hello!", None]
    for person in (aziza, bekzod):
        assert person.post("/api/wishlist/", {"course": course["id"]}).status_code == 201
    refused = stranger.post("/api/reviews/", {"course": course["id"], "rating": 1})
    assert (refused.status_code, refused.json()) == (403, {"detail": "You are not enrolled in this course."})
    code = author.post("/api/coupons/", {"code": "YOZ-2026", "course": course["id"], "percent": 50, "max_uses": 1}).json()["code"]
    payment = bought(aziza, course=course["id"], coupon=code)
    assert payment["amount"] == 245_000
    assert buy(bekzod, course=course["id"], coupon=code).status_code == 409, "its only use is held"
    assert payme.create(TXN, payment["number"], 24_500_000)["result"]["state"] == 1
    assert payme.perform(TXN)["result"]["state"] == 2
    world.run_jobs("money")
    assert buy(aziza, course=course["id"]).status_code == 409, "nobody pays twice"
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == "245000.00"
    assert [each["amount"] for each in aziza.get("/api/v1/payments/my-payments/").json()] == ["245000.00"]
    assert aziza.get("/api/wishlist/").json() == []

    # Studied, reviewed.
    for lesson in (first, second):
        assert world.complete(aziza, lesson).is_success
    admin.post("/api/coupons/", {"code": "SOVGA-2026", "percent": 100})
    assert bekzod.post("/api/coupons/redeem/", {"code": "sovga 2026", "course": course["id"]}).status_code == 201
    review_and_think_better_of_it(world, aziza, bekzod, course)

    # A new version: learners are told, and keep what they did.
    author.delete(f"/api/v1/lessons/{first}")
    added = world.lesson(author, course["id"], title="Yangi dars", order=9)["id"]
    assert author.post(f"{here}submit/").json()["is_published"]
    assert admin.post(f"{here}approve/").json()["version"] == 2
    world.run_jobs()
    assert told(aziza)[0] == ("course_version", "“Ingliz tili A1” kursining yangi versiyasi chiqdi. Tugatgan darslaringiz hisobda qoladi.")
    assert (told(bekzod)[0], "course_version" in dict(told(stranger))) == (told(aziza)[0], False)
    progress = aziza.get(f"/api/enrollments/progress/{course['id']}/").json()
    assert (progress["completed_lessons"], progress["total_lessons"]) == (2, 4)
    for lesson in (third, added):
        assert world.complete(aziza, lesson).is_success
    assert [each["course_name"] for each in aziza.get("/api/v1/certificates/my-certificates").json()] == ["Ingliz tili A1"]

    # Withdrawn it is there for its author alone, published again for all. Money that goes back closes it, and is in the statement.
    assert author.post(f"{here}withdraw/").json()["state"] == "draft"
    assert [person.get(f"/api/v1/lessons/{second}").status_code for person in (aziza, bekzod, stranger)] == [404, 404, 404]
    assert [each["course"]["title"] for each in aziza.get("/api/enrollments/my/").json()] == ["Ingliz tili A1"], "it is in her history"
    assert admin.post(f"{here}submit/").json()["state"] == "published"
    assert [person.get(f"/api/v1/lessons/{second}").json()["is_open"] for person in (aziza, bekzod, stranger)] == [True, True, False]
    assert payme.cancel(TXN, 5)["result"]["state"] == -2
    world.run_jobs("money")
    certificates = aziza.get("/api/v1/certificates/my-certificates").json()
    assert (aziza.get(f"/api/v1/lessons/{second}").json()["content"], len(certificates)) == (None, 1)
    lines = [(line["kind"], line["amount"], line["share"], line["balance"]) for line in author.get(STATEMENT).json()]
    assert lines == [("sale", 245_000, 171_500, 171_500), ("refund", -245_000, -171_500, 0)]
    assert admin.get("/api/v1/dashboard/").json()["finance"]["income"] == "0.00"


def test_a_course_is_found_in_every_way_its_name_is_typed(world: World) -> None:
    teacher, stranger, buyer = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=0, title="O‘zbek tili: so‘zlashuv", description="Учебник узбекского языка", price=100_000)
    world.course(teacher, lessons=0, title="Matematika asoslari")
    closed = world.lesson(teacher, course["id"], title="Bozorda", content="Bugun choyxonada koʻrishamiz")
    here = ("course", course["id"])

    latin = ["O‘zbek tili", "O'zbek tili", "Oʻzbek tili", "O’zbek tili", "O`zbek tili", "Oʼzbek tili", "Ozbek tili"]
    cyrillic = ["ўзбек тили", "УЗБЕКСКИЙ ЯЗЫК", "Ўзбек тили сўзлашув"]
    foreign = ["Uzbek tili", "uzbek tili"]
    slips = ["ozbke tili", "sozlashvu", "so'zlshuv"]
    for query in [*latin, *cyrillic, *foreign, *slips, "so'zla", "sozlashuv tili ozbek"]:
        assert found_by(stranger, query)[:1] == [here], query

    lesson = ("lesson", closed["id"])
    assert found_by(stranger, "choyxonada") == []
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=buyer.id, course_id=course["id"], created_at=tx.now)
    assert found_by(buyer, "choyxonada") == [lesson]
    assert found_by(teacher, "чойхонада") == [lesson]

    assert teacher.post(f"/api/courses/{course['id']}/withdraw/").status_code == 200
    assert [found_by(person, "ozbek tili") for person in (world, stranger, buyer)] == [[], [], []]
    assert (found_by(buyer, "choyxonada"), found_by(teacher, "choyxonada")) == ([], [lesson])
    assert teacher.delete(f"/api/courses/{course['id']}/").status_code == 204
    assert [found_by(person, "ozbek tili") for person in (buyer, teacher)] == [[], []]
