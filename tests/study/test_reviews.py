"""Reviews: who may write them, what they come to, how they are found, and what the instructor answers (CONTRACT section 8)."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from at_once import at_once, statuses
from bilim.kit.actors import Role
from bilim.study.actions.reviews import recount_ratings
from bilim.study.models import Enrollment, Review, ReviewReply
from bilim.study.rules import STARS, average_of, distribution_of
from conftest import NOON
from notifications.school import told
from world import Person, World

REVIEWS = "/api/reviews/"
NO_STARS = {str(stars): 0 for stars in STARS}


def learner(world: World, course: dict[str, Any], **values: Any) -> Person:
    person = world.student(**values)
    assert person.post("/api/enrollments/", {"course": course["id"]}).status_code == 201
    return person


def review(person: Person, course: dict[str, Any], rating: Any = 5, **fields: Any) -> dict[str, Any]:
    made = person.post(REVIEWS, {"course": course["id"], "rating": rating, **fields})
    assert made.status_code == 201, made.text
    return made.json()


def figures(world: World, course: dict[str, Any]) -> tuple[float | None, int, dict[str, int]]:
    """The average, the count and the distribution that everybody sees."""
    seen = world.get(f"/api/courses/{course['id']}/").json()
    return seen["rating_average"], seen["reviews_count"], seen["rating_distribution"]


def counted(world: World, course: dict[str, Any]) -> tuple[float | None, int, dict[str, int]]:
    """The same, counted from the reviews themselves."""
    with world.db.read() as tx:
        ratings = tx.scalars(select(Review.rating).where(Review.course_id == course["id"]))
    counts = [ratings.count(stars) for stars in STARS]
    return average_of(*counts), len(ratings), distribution_of(*counts)


def test_the_figures_of_a_course_follow_every_review(world: World) -> None:
    course = world.course(world.teacher(), lessons=0)
    assert figures(world, course) == (None, 0, NO_STARS)
    ali, vali, admin = learner(world, course), learner(world, course), world.admin()
    first = review(ali, course, 5, comment="Zoʻr!")
    second = review(vali, course, 2)
    assert figures(world, course) == (3.5, 2, NO_STARS | {"5": 1, "2": 1})
    assert ali.put(f"{REVIEWS}{first['id']}/", {"rating": 4}).json()["comment"] == "Zoʻr!"
    assert ali.put(f"{REVIEWS}{first['id']}/", {"rating": 4, "comment": "Yaxshi"}).json()["comment"] == "Yaxshi"
    assert figures(world, course) == (3.0, 2, NO_STARS | {"4": 1, "2": 1})
    assert admin.delete(f"{REVIEWS}{second['id']}/").status_code == 204
    assert admin.delete(f"{REVIEWS}{second['id']}/").status_code == 404
    assert figures(world, course) == (4.0, 1, NO_STARS | {"4": 1})
    assert ali.delete(f"{REVIEWS}{first['id']}/").status_code == 204
    assert figures(world, course) == (None, 0, NO_STARS)
    review(ali, course, 1)
    assert figures(world, course) == (1.0, 1, NO_STARS | {"1": 1})


@pytest.mark.parametrize("rating", [0, 6, -1, 4.5, "five", "", None, True, [5], 10**30])
def test_what_is_no_number_of_stars_is_refused(sqlite_world: World, rating: Any) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), lessons=0)
    person = learner(sqlite_world, course)
    refused = person.post(REVIEWS, {"course": course["id"], "rating": rating})
    assert (refused.status_code, list(refused.json())) == (400, ["rating"])
    mine = review(person, course, 3)
    assert person.put(f"{REVIEWS}{mine['id']}/", {"rating": rating}).status_code == 400
    assert person.put(f"{REVIEWS}{mine['id']}/", {"comment": "x"}).json() == {"rating": ["This field is required."]}
    assert figures(sqlite_world, course) == (3.0, 1, NO_STARS | {"3": 1})


def test_a_digit_in_text_is_a_number_of_stars_since_forms_know_only_text(sqlite_world: World) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), lessons=0)
    assert review(learner(sqlite_world, course), course, "5")["rating"] == 5
    sent = learner(sqlite_world, course).call("POST", REVIEWS, data={"course": course["id"], "rating": "4"})
    assert (sent.status_code, sent.json()["rating"]) == (201, 4)


def test_only_those_who_joined_review_once_and_never_their_own_course(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = sqlite_world.course(teacher, lessons=0)
    stranger, person = sqlite_world.student(), learner(sqlite_world, course)
    body = {"course": course["id"], "rating": 5}
    assert sqlite_world.post(REVIEWS, json=body).status_code == 401
    assert stranger.post(REVIEWS, body).json() == {"detail": "You are not enrolled in this course."}
    teacher.post("/api/enrollments/", {"course": course["id"]})
    assert teacher.post(REVIEWS, body).json() == {"detail": "You teach this course."}
    mine = review(person, course)
    assert person.post(REVIEWS, body).status_code == 409
    assert stranger.put(f"{REVIEWS}{mine['id']}/", {"rating": 1}).status_code == 403
    assert stranger.delete(f"{REVIEWS}{mine['id']}/").status_code == 403
    assert teacher.delete(f"{REVIEWS}{mine['id']}/").status_code == 403, "an instructor deletes no bad review"
    assert person.post(REVIEWS, {"course": 10**9, "rating": 5}).json() == {"course": ['Invalid pk "1000000000" - object does not exist.']}
    assert figures(sqlite_world, course) == (5.0, 1, NO_STARS | {"5": 1})


def test_reviews_are_found_by_course_and_stars_in_the_order_asked_for(world: World) -> None:
    teacher = world.teacher()
    course, other, draft = (world.course(teacher, lessons=0) for _ in range(3))
    for of, stars in ((course, (3, 5, 3, 1)), (other, (3,)), (draft, (3,))):
        for rating in stars:
            review(learner(world, of), of, rating)
    teacher.put(f"/api/courses/{draft['id']}/", {"title": "Ingliz tili", "is_published": False})

    def found(**query: Any) -> tuple[list[int], int]:
        answer = world.get(REVIEWS, params=query)
        assert answer.status_code == 200, answer.text
        return [each["rating"] for each in answer.json()], int(answer.headers["x-total-count"])

    of_course = course["id"]
    assert found() == ([3, 5, 3, 1, 3], 5), "those of a withdrawn course are hidden"
    assert found(limit=2) == ([3, 5], 5)
    assert found(course=of_course, limit=1, skip=1) == ([5], 4)
    assert found(course=of_course, ordering="-created_at") == ([1, 3, 5, 3], 4)
    assert found(course=of_course, ordering="rating") == ([1, 3, 3, 5], 4)
    assert found(course=of_course, ordering="-rating", limit=2) == ([5, 3], 4)
    assert found(course=of_course, ordering="-rating", limit=1) == ([5], 4)
    assert found(course=of_course, ordering="rating", limit=1) == ([1], 4)
    assert found(course=of_course, ordering="-created_at", limit=1) == ([1], 4)
    assert found(course=of_course, rating=3, limit=1) == ([3], 2)
    assert found(rating=3, ordering="-created_at", limit=1) == ([3], 3)
    assert found(rating=2, limit=1) == ([], 0)
    assert found(course=10**9, limit=1) == ([], 0)
    assert found(course=draft["id"], limit=1) == ([], 0)
    for wrong in ({"rating": 6}, {"rating": "x"}, {"ordering": "author"}, {"course": 0}):
        assert world.get(REVIEWS, params=wrong).status_code == 400


def test_the_instructor_answers_a_review_and_its_author_is_told_once(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    person, other = learner(world, course), world.teacher()
    mine = review(person, course, 2)
    path = f"{REVIEWS}{mine['id']}/reply/"
    assert mine["reply"] is None
    for someone in (person, other, world.admin()):
        assert someone.post(path, {"text": "Men emas"}).status_code == 403
    answered = teacher.post(path, {"text": "Rahmat, tuzatamiz"})
    assert (answered.status_code, answered.json()["reply"]["text"]) == (201, "Rahmat, tuzatamiz")
    assert teacher.post(path, {"text": "Tuzatdik"}).status_code == 200
    assert world.get(REVIEWS).json()[0]["reply"]["text"] == "Tuzatdik"
    assert person.put(f"{REVIEWS}{mine['id']}/", {"rating": 4}).json()["reply"]["text"] == "Tuzatdik"
    world.run_jobs()
    assert told(person) == [("review_reply", "“Ingliz tili” kursiga yozgan sharhingizga javob keldi.")]
    assert [answer.status_code for answer in (other.delete(path), person.delete(path), teacher.delete(path))] == [403, 403, 204]
    assert teacher.delete(path).status_code == 404
    assert world.get(REVIEWS).json()[0]["reply"] is None
    teacher.post(path, {"text": "Yana"})
    assert world.admin().delete(path).status_code == 204
    teacher.post(path, {"text": "Yana bir"})
    world.run_jobs()
    assert len(told(person)) == 1
    assert person.delete(f"{REVIEWS}{mine['id']}/").status_code == 204
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(ReviewReply)) == 0, "an answer goes with its review"


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": ""}, {"text": "  "}, {"text": "x" * 2001}, {"text": 5}])
def test_an_answer_says_something(sqlite_world: World, body: dict[str, Any]) -> None:
    teacher = sqlite_world.teacher()
    course = sqlite_world.course(teacher, lessons=0)
    mine = review(learner(sqlite_world, course), course)
    refused = teacher.post(f"{REVIEWS}{mine['id']}/reply/", body)
    assert (refused.status_code, list(refused.json())) == (400, ["text"])
    assert sqlite_world.get(REVIEWS).json()[0]["reply"] is None


def test_reviews_that_nobody_may_know_of_are_not_answered(sqlite_world: World) -> None:
    teacher, other = sqlite_world.teacher(), sqlite_world.teacher()
    course = sqlite_world.course(teacher, lessons=0)
    mine = review(learner(sqlite_world, course), course)
    teacher.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "is_published": False})
    assert other.post(f"{REVIEWS}{mine['id']}/reply/", {"text": "x"}).status_code == 404
    assert teacher.post(f"{REVIEWS}{mine['id']}/reply/", {"text": "x"}).status_code == 201
    assert teacher.post(f"{REVIEWS}{10**9}/reply/", {"text": "x"}).status_code == 404


def crowd(world: World, course: dict[str, Any], count: int) -> list[Person]:
    """People who joined a course."""
    people = [world.person(Role.STUDENT) for _ in range(count)]
    with world.db.write() as tx:
        rows = [{"user_id": each.id, "course_id": course["id"], "created_at": NOON, "studied_at": NOON} for each in people]
        tx.execute(insert(Enrollment), rows)
    return people


def test_a_hundred_reviews_at_once_are_all_counted_and_so_are_changes_and_deletions(world: World) -> None:
    course = world.course(world.teacher(), lessons=0)
    people = crowd(world, course, 100)
    body = {"course": course["id"]}
    answers = at_once([partial(each.post, REVIEWS, body | {"rating": number % 5 + 1}) for number, each in enumerate(people)])
    assert statuses(answers) == {201: 100}
    assert figures(world, course) == counted(world, course) == (3.0, 100, dict.fromkeys(NO_STARS, 20))
    paths = [f"{REVIEWS}{answer.json()['id']}/" for answer in answers]
    calls = [
        partial(person.delete, path) if number % 3 == 0 else partial(person.put, path, {"rating": number * 7 % 5 + 1})
        for number, (person, path) in enumerate(zip(people, paths, strict=True))
    ]
    assert statuses(at_once(calls)) == {204: 34, 200: 66}
    assert figures(world, course) == counted(world, course)
    assert figures(world, course)[1] == 66


def test_one_review_changed_and_deleted_at_once_is_counted_as_what_is_left(world: World) -> None:
    course = world.course(world.teacher(), lessons=0)
    person = learner(world, course)
    path = f"{REVIEWS}{review(person, course, 5)['id']}/"
    calls = [partial(person.put, path, {"rating": number % 5 + 1}) for number in range(20)]
    answers = at_once([*calls, *[partial(person.delete, path)] * 5])
    assert statuses(answers[20:])[204] == 1
    assert statuses(answers).keys() <= {200, 204, 404}
    assert figures(world, course) == counted(world, course) == (None, 0, NO_STARS)


def test_sums_are_recounted_from_the_reviews(world: World) -> None:
    course, other = (world.course(world.teacher(), lessons=0) for _ in range(2))
    review(learner(world, course), course, 2)
    people = crowd(world, other, 3)
    with world.db.write() as tx:
        told = {"course_id": other["id"], "comment": "", "created_at": NOON, "updated_at": NOON}
        tx.execute(insert(Review), [told | {"user_id": each.id, "rating": stars} for each, stars in zip(people, (1, 5, 5), strict=True)])
        recount_ratings(tx)
        recount_ratings(tx)
    assert figures(world, course) == (2.0, 1, NO_STARS | {"2": 1})
    assert figures(world, other) == (3.67, 3, NO_STARS | {"1": 1, "5": 2})
