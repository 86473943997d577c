"""What people keep of a course, whatever is done to it: what they paid for, what they finished, their certificates, their price."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from bilim.catalog.models import Purchase
from payments.shop import buy as order
from payments.shop import open_shop
from world import Person, World


def buy(world: World, person: Person, course: dict[str, Any]) -> None:
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=person.id, course_id=course["id"], created_at=tx.now)
    assert person.post("/api/enrollments/", {"course": course["id"]}).status_code == 201


def sold(world: World, teacher: Person) -> tuple[dict[str, Any], Person]:
    """A priced course of two lessons and its buyer, who finished the first."""
    course, buyer = world.course(teacher, price=100_000), world.student()
    buy(world, buyer, course)
    world.complete(buyer, course["lessons"][0]["id"])
    return course, buyer


def change(teacher: Person, course: dict[str, Any], **fields: Any) -> None:
    assert teacher.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili"} | fields).status_code == 200


def withdraw(teacher: Person, course: dict[str, Any]) -> None:
    assert teacher.post(f"/api/courses/{course['id']}/withdraw/").status_code == 200


def delete(teacher: Person, course: dict[str, Any]) -> None:
    assert teacher.delete(f"/api/courses/{course['id']}/").status_code == 204


def pages(course: dict[str, Any]) -> list[str]:
    """Where a course, a lesson of it and one's progress are read."""
    here = course["id"]
    read = [f"/api/v1/courses/{here}", f"/api/courses/{here}/", f"/api/v1/lessons/{course['lessons'][1]['id']}"]
    return [*read, f"/api/enrollments/progress/{here}/"]


@pytest.mark.parametrize("away", [withdraw, delete])
def test_who_bought_a_course_reads_and_finishes_it_after_it_was_taken_away(world: World, away: Any) -> None:
    teacher, admin = world.teacher(), world.admin()
    course, buyer = sold(world, teacher)
    learner, stranger, colleague = world.student(), world.student(), world.teacher()
    assert [buyer.get(page).status_code for page in pages(course)] == [200] * 4
    away(teacher, course)
    assert [buyer.get(page).status_code for page in pages(course)] == [200] * 4
    for other in (learner, stranger, colleague, world):
        assert {other.get(page).status_code for page in pages(course)} <= {401, 404}
    last = course["lessons"][1]["id"]
    assert buyer.get(f"/api/v1/lessons/{last}").json()["content"] == "Hello!"
    assert [each["id"] for each in buyer.get(f"/api/lessons/?course={course['id']}").json()] == [each["id"] for each in course["lessons"]]
    assert buyer.get("/api/v1/users/me/next-lesson").json()["id"] == last
    assert len(buyer.get(f"/api/enrollments/progress/{course['id']}/").json()["lessons"]) == 2
    assert world.complete(buyer, last).is_success
    (certificate,) = buyer.get("/api/v1/certificates/my-certificates").json()
    assert certificate["course_name"] == "Ingliz tili"
    assert buyer.post(f"/api/v1/users/courses/{course['id']}/complete").json()["id"] == certificate["id"]
    assert admin.get(f"/api/courses/{course['id']}/").status_code == (200 if away is withdraw else 404)


def test_money_that_went_back_takes_a_withdrawn_course_away(world: World) -> None:
    teacher = world.teacher()
    course, buyer = sold(world, teacher)
    withdraw(teacher, course)
    with world.db.write() as tx:
        tx.execute(update(Purchase).values(revoked_at=tx.now))
    assert {buyer.get(page).status_code for page in pages(course)[:-1]} == {404}
    assert buyer.get(pages(course)[-1]).json()["lessons"] == []


def test_a_deleted_course_is_in_no_list_and_nobody_may_change_it(world: World) -> None:
    teacher = world.teacher()
    course, buyer = sold(world, teacher)
    colleague = world.teacher()
    buy(world, colleague, course)
    delete(teacher, course)
    for person in (teacher, colleague, buyer):
        for path in ("/api/courses/", "/api/v1/courses/", "/api/courses/?category=&search=ingliz"):
            answer = person.get(path)
            assert (answer.json(), answer.headers["x-total-count"]) == ([], "0"), path
    assert colleague.put(f"/api/courses/{course['id']}/", {"title": "Meniki"}).status_code == 404
    assert teacher.post("/api/v1/lessons/", {"title": "Dars", "course_id": course["id"]}).status_code == 400
    assert teacher.get(f"/api/v1/courses/{course['id']}").status_code == 404


def test_a_withdrawn_course_is_found_by_its_buyers_alone_and_sold_to_nobody(world: World) -> None:
    open_shop(world)
    teacher = world.teacher()
    course, buyer = sold(world, teacher)
    stranger = world.student()
    withdraw(teacher, course)
    for path in ("/api/courses/", "/api/v1/courses/"):
        assert [[each["id"] for each in person.get(path).json()] for person in (buyer, stranger)] == [[course["id"]], []]
    assert order(stranger, course=course["id"]).status_code == 400
    assert stranger.post("/api/wishlist/", {"course": course["id"]}).status_code == 400
    assert stranger.post("/api/enrollments/", {"course": course["id"]}).status_code == 400


def test_the_files_of_a_course_that_was_bought_outlive_it(world: World) -> None:
    teacher, buyer = world.teacher(), world.student()
    made = teacher.call("POST", "/api/courses/", data={"title": "Kurs", "price": "1000", "is_published": "true"}).json()
    section = teacher.post("/api/sections/", {"course": made["id"], "title": "Bob"}).json()["id"]
    pdf = {"file": ("a.pdf", b"%PDF-1.4 matn", "application/pdf")}
    lesson = teacher.call("POST", "/api/lessons/", data={"section": str(section), "title": "Dars"}, files=pdf).json()
    buy(world, buyer, made)
    delete(teacher, made)
    world.run_jobs()
    (shown,) = buyer.get(f"/api/lessons/?course={made['id']}").json()
    address = shown["file"]
    assert shown["id"] == lesson["id"]
    assert world.get(address).content == b"%PDF-1.4 matn"
    assert len(world.uploads()) == 1


def test_a_certificate_outlives_all_that_is_done_to_its_course(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=3)
    first, second, third = (each["id"] for each in course["lessons"])
    for lesson_id in (first, second, third):
        assert world.complete(student, lesson_id).is_success
    (certificate,) = student.get("/api/v1/certificates/my-certificates").json()
    added = world.lesson(teacher, course["id"], title="Yangi", order=9)["id"]
    assert student.get("/api/enrollments/").json()[0]["completed_lessons"] == 3
    assert teacher.put(f"/api/v1/lessons/{first}", {"title": "Boshqacha", "order": 50, "premium_only": True}).status_code == 200
    assert teacher.delete(f"/api/v1/lessons/{second}").status_code == 200
    assert world.complete(student, added).is_success
    change(teacher, course, price=500_000)
    withdraw(teacher, course)
    assert teacher.delete(f"/api/courses/{course['id']}/").status_code == 204
    assert {each["lesson_id"] for each in student.get("/api/v1/user-progress/").json()} == {first, second, third, added}
    assert student.get("/api/v1/certificates/my-certificates").json() == [certificate]
    code = certificate["verification_code"]
    assert world.get(f"/verify/{code}", headers={"Accept": "application/json"}).json()["course_name"] == "Ingliz tili"


def test_a_price_that_rises_or_falls_asks_nobody_to_pay_again(world: World) -> None:
    open_shop(world)
    teacher = world.teacher()
    course, buyer = sold(world, teacher)
    for price, refusal in ((900_000, 409), (50_000, 409), (0, 400), (70_000, 409)):
        change(teacher, course, price=price)
        assert order(buyer, course=course["id"]).status_code == refusal
        assert buyer.get(f"/api/v1/lessons/{course['lessons'][1]['id']}").json()["content"] == "Hello!"
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Purchase)) == 1
