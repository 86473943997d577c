"""Recommendations over HTTP: each list with its reasons; never what is finished, closed or unpublished; of nobody else's doings."""

from typing import Any

import pytest
from sqlalchemy import update

from bilim.catalog.models import Lesson
from bilim.recommendations.rules import MOST
from practice.material import FAMILY, check, listed, taught
from recommendations.test_counting import count, study
from world import Person, World

LISTS = ["recommendations/next-lessons", "recommendations/personalized", "recommendations/for-you", "ai/lessons/suggested"]
SUGGEST = "/api/v1/ai/suggest-lesson"


def recommended(person: Person, which: str = "recommendations/for-you", query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/api/v1/{which}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def reasons(person: Person, which: str = "recommendations/for-you") -> list[tuple[int, str]]:
    return [(each["id"], each["reason_code"]) for each in recommended(person, which)]


def ids(course: dict[str, Any]) -> list[int]:
    return [each["id"] for each in course["lessons"]]


@pytest.mark.parametrize("which", LISTS)
def test_somebody_new_gets_lessons_to_begin_with(world: World, which: str) -> None:
    teacher, admin, student = world.teacher(), world.admin(), world.student()
    plain, featured = world.course(teacher), world.course(admin, is_featured=True)
    assert reasons(student, which) == [(ids(featured)[0], "to_begin_with"), (ids(plain)[0], "to_begin_with")]


def test_where_nothing_is_left_nothing_is_recommended(world: World) -> None:
    student = world.student()
    for which in LISTS:
        answer = student.get(f"/api/v1/{which}")
        assert (answer.status_code, answer.json(), answer.headers["x-total-count"]) == (200, [], "0")
    assert student.post(SUGGEST).status_code == 404


def test_a_level_and_what_is_popular_count_for_somebody_new(world: World) -> None:
    teacher = world.teacher()
    other, own, best = (world.course(teacher, difficulty_level=level) for level in ("B1", "Beginner", "B1"))
    for course, learners in ((other, 1), (best, 2)):
        for _ in range(learners):
            world.student().post("/api/enrollments/", {"course": course["id"]})
    count(world)
    beginner, nobody = world.student(current_level="A1"), world.student()
    assert reasons(beginner)[0] == (ids(own)[0], "your_level")
    assert {reason for _, reason in reasons(beginner)[1:]} == {"popular"}
    assert [lesson for lesson, _ in reasons(nobody)] == [ids(best)[0], ids(other)[0], ids(own)[0]]
    assert reasons(beginner, "ai/lessons/suggested") == [(ids(own)[0], "your_level")]


def test_the_courses_studied_last_go_on(world: World) -> None:
    teacher = world.teacher()
    first, second = world.course(teacher, lessons=3), world.course(teacher, lessons=3)
    student = study(world, ids(first)[0], ids(second)[1])
    shown = recommended(student, "recommendations/next-lessons")
    assert [each["id"] for each in shown][:2] == [ids(second)[0], ids(first)[1]]
    assert {each["reason_code"] for each in shown} == {"next_in_course"}
    assert shown[0]["reason"] == "The next lesson of “Ingliz tili”."
    assert [each["reason"] for each in recommended(student, "recommendations/next-lessons", "language=uz&limit=1")] == [
        "“Ingliz tili” kursining keyingi darsi."
    ]
    assert "Следующий урок" in recommended(student, "recommendations/next-lessons", "language=ru&limit=1")[0]["reason"]


def test_finished_courses_give_way_to_older_ones(world: World) -> None:
    """Three courses are gone on with, of the six studied last; what is finished counts for none of the three."""
    teacher = world.teacher()
    left = [world.course(teacher, lessons=2) for _ in range(4)]
    done = [world.course(teacher, lessons=1) for _ in range(2)]
    student = study(world, *(ids(course)[0] for course in [*left, *done]))
    going_on = [lesson for lesson, reason in reasons(student, "recommendations/next-lessons") if reason == "next_in_course"]
    assert going_on == [ids(course)[1] for course in left[:0:-1]]


def test_a_courses_lessons_go_on_in_their_order(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    late = world.lesson(teacher, course["id"], order=9)["id"]
    early = world.lesson(teacher, course["id"], order=1)["id"]
    done = world.lesson(teacher, course["id"], order=5)["id"]
    assert [lesson for lesson, _ in reasons(study(world, done), "recommendations/next-lessons")] == [early, late]


def test_what_similar_learners_did_next_is_recommended(world: World) -> None:
    teacher = world.teacher()
    one, other, third = (world.course(teacher, lessons=3) for _ in range(3))
    for _ in range(3):
        study(world, ids(one)[0], ids(other)[2])
    student, stranger = study(world, ids(one)[0]), study(world, ids(third)[0])
    assert (ids(other)[2], "learners_went_on") not in reasons(student), "nothing is counted yet"
    count(world)
    assert reasons(student, "recommendations/personalized")[0] == (ids(other)[2], "learners_went_on")
    assert ids(other)[2] not in [lesson for lesson, _ in reasons(stranger)]
    assert "Learners who finished the same lessons" in recommended(student, "recommendations/personalized")[0]["reason"]


def test_lessons_of_ones_mistakes_are_recommended(world: World) -> None:
    teacher = world.teacher()
    hard, easy = taught(world, teacher), taught(world, teacher)
    student, other = world.student(), world.student()
    for exercise in listed(student, f"seed=1&kind=spell&lesson_id={hard['lesson']}"):
        check(student, exercise, "wrong")
    for exercise in listed(student, f"seed=1&kind=choose&lesson_id={easy['lesson']}"):
        check(student, exercise, dict(FAMILY)[exercise["prompt"]])
    assert reasons(student, "recommendations/personalized")[0] == (hard["lesson"], "weak_words")
    assert (easy["lesson"], "weak_words") not in reasons(student, "recommendations/personalized")
    assert "weak_words" not in {reason for _, reason in reasons(other, "recommendations/personalized")}
    world.complete(student, hard["lesson"])
    assert hard["lesson"] not in [lesson for lesson, _ in reasons(student, "recommendations/personalized")], "it is finished"


def test_words_that_one_mostly_knows_are_no_mistakes(world: World) -> None:
    course, student = taught(world), world.student()
    (exercise, *_) = listed(student, f"seed=1&kind=spell&lesson_id={course['lesson']}")
    word = next(word for word, translation in FAMILY if translation == exercise["prompt"])
    for answer in ("wrong", word, word):
        check(student, exercise, answer)
    assert "weak_words" not in {reason for _, reason in reasons(student, "recommendations/personalized")}
    check(student, exercise, "wrong")
    assert reasons(student, "recommendations/personalized")[0] == (course["lesson"], "weak_words")


def _set_lesson(world: World, lesson: int, **values: Any) -> None:
    with world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == lesson).values(**values))


def _withdraw(teacher: Person, course: dict[str, Any]) -> None:
    teacher.put(f"/api/v1/courses/{course['id']}", {"title": "Kurs", "difficulty_level": "A1", "is_published": False})


@pytest.mark.parametrize("which", LISTS)
def test_closed_and_withdrawn_lessons_are_left_out_whatever_speaks_for_them(world: World, which: str) -> None:
    """Each signal points at a lesson; then the lesson is closed, deleted, or its course withdrawn or priced."""
    teacher = world.teacher()
    courses = [taught(world, teacher) for _ in range(5)]
    begun, closed, deleted, withdrawn, priced = courses
    targets = [course["lesson"] for course in courses[1:]]
    for target in targets:
        for _ in range(2):
            study(world, begun["lesson"], target)
    count(world)
    student = study(world, begun["lesson"])
    for target in targets:
        for exercise in listed(student, f"seed=1&kind=spell&lesson_id={target}"):
            check(student, exercise, "wrong")
    assert set(targets) <= {lesson for lesson, _ in reasons(student, which)}
    _set_lesson(world, closed["lesson"], premium_only=True)
    assert teacher.delete(f"/api/v1/lessons/{deleted['lesson']}").status_code == 200
    _withdraw(teacher, withdrawn)
    assert teacher.put(f"/api/courses/{priced['id']}/", {"title": "Kurs", "price": 1000}).status_code == 200
    assert set(targets).isdisjoint({lesson for lesson, _ in reasons(student, which)})
    premium = world.student(is_premium=True)
    world.complete(premium, begun["lesson"])
    assert set(targets) & {lesson for lesson, _ in reasons(premium, which)} == {closed["lesson"]}


@pytest.mark.parametrize("which", LISTS)
def test_drafts_are_recommended_to_nobody_not_even_their_author(world: World, which: str) -> None:
    teacher = world.teacher()
    world.course(teacher, is_published=False)
    assert [reasons(person, which) for person in (teacher, world.admin(), world.student())] == [[], [], []]


def test_a_list_has_at_most_twenty_and_pages(world: World) -> None:
    teacher = world.teacher()
    courses = [world.course(teacher, lessons=6) for _ in range(8)]
    count(world)
    student = study(world, *(ids(course)[0] for course in courses))
    for course in courses:
        for _ in range(2):
            study(world, ids(course)[0], *ids(course)[3:6])
    count(world)
    whole = recommended(student, query="limit=1000")
    answer = student.get("/api/v1/recommendations/for-you?skip=3&limit=4")
    assert len(whole) <= MOST
    assert answer.json() == whole[3:7]
    assert answer.headers["x-total-count"] == str(len(whole))
    assert 'rel="next"' in answer.headers["link"]
    assert recommended(student, query="skip=20") == recommended(student, query="limit=0") == []


def test_a_recommended_lesson_is_a_lesson_with_its_reason(world: World) -> None:
    course, student = taught(world), world.student()
    (shown, *_) = recommended(student)
    lesson = student.get(f"/api/v1/lessons/{course['lesson']}").json()
    assert shown == lesson | {"reason": "A good place to begin.", "reason_code": "to_begin_with"}
    assert len(shown["words"]) == 5


def test_the_suggested_lesson_has_the_shape_of_an_interactive_one(world: World) -> None:
    course = taught(world, tags=["oila"], short_description="Oila haqida")
    answer = world.student().post(f"{SUGGEST}?language=uz")
    assert answer.status_code == 200
    shown = answer.json()
    assert shown.pop("content")["text"].startswith("Bu mening katta oilam.")
    assert shown == {
        "title": "Oila",
        "order": 0,
        "description": "Oila haqida",
        "video_url": None,
        "difficulty": "A1",
        "is_premium": False,
        "is_active": True,
        "tags": ["oila"],
        "estimated_duration": 0,
        "id": course["lesson"],
        "course_id": course["id"],
        "avatar_id": None,
        "reason": "Boshlash uchun yaxshi dars.",
        "reason_code": "to_begin_with",
    }


@pytest.mark.parametrize(("query", "field"), [("language=xx", "language"), ("limit=-1", "limit"), ("skip=x", "skip")])
@pytest.mark.parametrize("which", LISTS)
def test_wrong_parameters_are_named(sqlite_world: World, which: str, query: str, field: str) -> None:
    answer = sqlite_world.student().get(f"/api/v1/{which}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_ones_next_lesson_keeps_its_contract(world: World) -> None:
    """The course studied last, whatever recommendations say (CONTRACT section 8)."""
    teacher = world.teacher()
    one, other = world.course(teacher, lessons=3), world.course(teacher, lessons=3)
    for _ in range(3):
        study(world, ids(one)[0], ids(other)[2])
    count(world)
    student = study(world, ids(one)[0])
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == ids(one)[1]
