"""Figures: who sees which, and that each counts what it says."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

import mock_school
from bilim.billing.models import Payment
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.statistics import queries
from bilim.statistics.rules import minutes_of
from bilim.study import totals
from bilim.study.models import Completion, LearnerTotal
from bilim.study.rules import streak_on, total_of
from conftest import NOON, SetClock
from guarded import require_guarded
from kit.repeatable import repeatable
from plans.school import grant, stored_plan
from world import Person, World

DAY = timedelta(days=1)
PLATFORM, TOP, ADMIN, OWN = "/api/v1/statistics/", "/api/v1/statistics/top-users", "/api/v1/admin/statistics", "/api/v1/profile/stats"


def word(teacher: Person, lesson_id: int) -> None:
    assert teacher.post("/api/v1/words/", {"word": "pen", "translation": "ruchka", "lesson_id": lesson_id}).status_code == 201


def studied(world: World, teacher: Person, *students: Person, **fields: Any) -> dict[str, Any]:
    """A course of three lessons with a word each; the first student finished three of them, the second two, and so on."""
    course = world.course(teacher, lessons=3, estimated_duration=90, **fields)
    for lesson in course["lessons"]:
        word(teacher, lesson["id"])
    for place, student in enumerate(students):
        for lesson in course["lessons"][: 3 - place]:
            assert world.complete(student, lesson["id"]).status_code == 200
    return course


def test_the_platform_counts_what_everybody_may_see(world: World) -> None:
    teacher, student, second = world.teacher(), world.student(), world.student()
    studied(world, teacher, student, second)
    draft = world.course(teacher, lessons=4, is_published=False)
    word(teacher, draft["lessons"][0]["id"])
    gone = world.course(teacher, lessons=1)
    teacher.delete(f"/api/v1/courses/{gone['id']}")
    expected = {"total_courses": 1, "total_lessons": 3, "total_words": 3, "total_learners": 2, "completed_lessons": 5, "certificates": 1}
    for person in (student, teacher, world.admin()):
        assert person.get(PLATFORM).json() == expected
    assert world.get(PLATFORM).status_code == 401


def test_an_empty_school(world: World) -> None:
    admin = world.admin()
    assert set(admin.get(PLATFORM).json().values()) == {0}
    assert set(admin.get(OWN).json().values()) == {0}
    assert admin.get(TOP).json() == []
    shown = admin.get(ADMIN).json()
    nothing = {"gpt4o_requests": 0, "stt_requests": 0, "tts_characters": 0, "pronunciation_analysis": 0}
    assert shown == {
        **dict.fromkeys(("premium_users", "total_courses", "total_lessons", "total_words", "active_subscriptions"), 0),
        "total_users": 2,
        "total_revenue": 0,
        "pending_payments": 0,
        "ai_usage_stats": nothing,
        "top_learners": [],
        "top_courses": [],
    }


def test_the_admins_dashboard(world: World) -> None:
    admin, teacher, first, second = world.admin(), world.teacher(), world.student(first_name="Ali", last_name="Valiyev"), world.student()
    studied(world, teacher, second, first, title="Ingliz tili")
    studied(world, teacher, first, title="Oʻzbek tili")
    world.course(teacher, lessons=1, is_published=False, title="Qoralama")
    world.student(is_premium=True)
    plan = stored_plan(world, days=1)
    for user_id in (first.id, first.id, teacher.id):
        grant(world, user_id, plan)
    for user_id, quota, amount in ((first.id, Quota.TTS_CHARS, 60), (second.id, Quota.TTS_CHARS, 5), (second.id, Quota.GPT4O_REQUESTS, 2)):
        with world.db.write() as tx:
            quotas.settle(tx, quotas.take(tx, user_id, quota, amount))
    pay(world, first.id, "captured", 500_050)
    pay(world, first.id, "pending", 900)
    pay(world, first.id, "cancelled", 900)
    group = world.group()
    paid = {"student": world.member(group["id"]).id, "group": group["id"], "amount": "250.50"}
    assert admin.post("/api/v1/payments/", paid).status_code == 201
    gone = world.student()
    admin.delete(f"/api/v1/users/{gone.id}")
    shown = admin.get(ADMIN).json()
    assert shown == {
        "total_users": 8,
        "premium_users": 2,
        "total_courses": 3,
        "total_lessons": 7,
        "total_words": 6,
        "active_subscriptions": 2,
        "total_revenue": 250.5,
        "pending_payments": 1,
        "ai_usage_stats": {"gpt4o_requests": 2, "stt_requests": 0, "tts_characters": 65, "pronunciation_analysis": 0},
        "top_learners": [{"full_name": "Ali Valiyev", "completed_lessons": 5}, {"full_name": "", "completed_lessons": 3}],
        "top_courses": [{"title": "Ingliz tili", "enrolled_users": 2}, {"title": "Oʻzbek tili", "enrolled_users": 1}],
    }
    for person in (first, teacher):
        assert person.get(ADMIN).status_code == 403


def pay(world: World, payer_id: int, status: str, amount: int) -> None:
    """A payment as a provider's would be stored; the ledger's sums are not its matter here."""
    values = {"kind": "plan", "provider": "payme", "status": status, "payer_id": payer_id, "amount": amount, "refunded": 0}
    with world.db.write() as tx:
        tx.execute(insert(Payment).values(**values, created_at=tx.now, updated_at=tx.now))


def test_what_ended_is_not_counted_any_more(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    student = world.student()
    grant(world, student.id, stored_plan(world, days=1))
    with world.db.write() as tx:
        quotas.take(tx, student.id, Quota.TTS_CHARS, 60)
    for at, running in ((NOON + DAY - timedelta(microseconds=1), 1), (NOON + DAY, 0)):
        set_clock(at)
        shown = world.admin().get(ADMIN).json()
        assert (shown["active_subscriptions"], shown["premium_users"]) == (running, running)
        assert shown["ai_usage_stats"]["tts_characters"] == 60 * running


def test_at_most_five_of_the_best(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    students = [sqlite_world.student(first_name=f"Nomi{number}") for number in range(7)]
    courses = [sqlite_world.course(teacher, lessons=1, title=f"Kurs {number}") for number in range(7)]
    for course in courses:
        for student in students:
            sqlite_world.complete(student, course["lessons"][0]["id"])
    teacher.delete(f"/api/v1/courses/{courses[1]['id']}")
    shown = sqlite_world.admin().get(ADMIN).json()
    assert [each["full_name"] for each in shown["top_learners"]] == [f"Nomi{number}" for number in range(5)]
    assert [each["title"] for each in shown["top_courses"]] == [f"Kurs {number}" for number in (0, 2, 3, 4, 5)]


def test_top_users_are_admins_to_see(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    few, many, closed, idle = world.student(), world.student(is_premium=True), world.student(), world.student()
    studied(world, teacher, many, few, closed)
    studied(world, teacher, many)
    admin.patch(f"/api/v1/admin/users/{closed.id}", {"role": "free", "is_active": False})
    gone = world.student()
    world.complete(gone, studied(world, teacher)["lessons"][0]["id"])
    admin.delete(f"/api/v1/users/{gone.id}")
    listed = admin.get(TOP)
    shown = [(each["id"], each["lesson_count"], each["role"], each["is_active"]) for each in listed.json()]
    assert shown == [(many.id, 6, "premium", True), (few.id, 2, "free", True), (closed.id, 1, "free", False)]
    assert listed.headers["X-Total-Count"] == "3"
    assert idle.id not in {each["id"] for each in listed.json()}
    user = admin.get(f"/api/v1/users/{many.id}").json()
    assert {name: listed.json()[0][name] for name in user} == user
    part = admin.get(f"{TOP}?skip=1&limit=1")
    assert ([each["id"] for each in part.json()], part.headers["X-Total-Count"]) == ([few.id], "3")
    for person in (many, teacher):
        refused = person.get(TOP)
        assert refused.status_code == 403
        assert "@" not in refused.text
    assert admin.get(f"{TOP}?skip=-1").status_code == 400


def test_equal_learners_come_by_id(sqlite_world: World) -> None:
    teacher, students = sqlite_world.teacher(), [sqlite_world.student() for _ in range(4)]
    course = sqlite_world.course(teacher, lessons=1)
    for student in reversed(students):
        sqlite_world.complete(student, course["lessons"][0]["id"])
    assert [each["id"] for each in sqlite_world.admin().get(TOP).json()] == [student.id for student in students]


def test_ones_own_figures(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    studied(world, teacher, student, other)
    studied(world, teacher, other, student)
    shown = student.get(OWN).json()
    assert shown == {
        "completed_lessons": 5,
        "learned_words": 5,
        "enrolled_courses": 2,
        "certificates": 1,
        "streak_days": 1,
        "longest_streak": 1,
        "studied_minutes": 150,
        "exams_taken": 0,
        "mock_tests_taken": 0,
    }
    assert set(teacher.get(OWN).json().values()) == {0}


def test_tests_that_were_taken_count(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    exam = {"subject": world.group()["subject"], "title": "Grammatika", "is_published": True}
    exam_id = teacher.post("/api/v1/exams/", exam | {"questions": [{"text": "Nima?", "type": "written"}]}).json()
    student.post("/api/v1/exams/enter-code/", {"code": exam_id["code"]})
    assert student.post(f"/api/v1/exams/{exam_id['id']}/submit/", {"answers": []}).status_code == 201
    test = mock_school.make_test(teacher)
    session = mock_school.start(student, test)
    shown = student.get(OWN).json()
    assert (shown["exams_taken"], shown["mock_tests_taken"]) == (1, 0), "one that runs is not taken yet"
    mock_school.finish(student, session)
    assert student.get(OWN).json()["mock_tests_taken"] == 1
    assert other.get(OWN).json()["exams_taken"] == other.get(OWN).json()["mock_tests_taken"] == 0


def test_days_in_a_row(world: World, set_clock: SetClock) -> None:
    """19:00 UTC is midnight in Tashkent."""
    teacher, student = world.teacher(), world.student()
    lessons = world.course(teacher, lessons=8)["lessons"]
    midnight = NOON.replace(hour=19)

    def finish(place: int, at: Any) -> tuple[int, int]:
        set_clock(at)
        assert world.complete(student, lessons[place]["id"]).status_code == 200
        return figures()

    def figures() -> tuple[int, int]:
        shown = student.get(OWN).json()
        return shown["streak_days"], shown["longest_streak"]

    assert finish(0, midnight - timedelta(seconds=1)) == (1, 1)
    assert finish(1, midnight) == (2, 2), "a second later it is the next day"
    assert finish(1, midnight + timedelta(hours=1)) == (2, 2), "again: no new lesson"
    assert finish(2, midnight + timedelta(hours=1)) == (2, 2), "the same day"
    assert student.get(OWN).json()["completed_lessons"] == 3
    with world.db.read() as tx:
        stored = tx.first(select(LearnerTotal.completed_lessons, LearnerTotal.streak_days, LearnerTotal.longest_streak))
    assert tuple(stored) == (3, 2, 2)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
@repeatable
def test_streaks_are_runs_of_days(numbers: list[int]) -> None:
    days = sorted(date(2028, 2, 25) + number * DAY for number in numbers)
    total = total_of(days)
    known = set(days)
    runs = {day: next(length for length in range(1, 99) if day - length * DAY not in known) for day in known}
    assert total.completed_lessons == len(days)
    assert (total.last_day, total.streak_days, total.longest_streak) == (days[-1], runs[days[-1]], max(runs.values()))
    assert [streak_on(days[-1] + after * DAY, total.streak_days, total.last_day) for after in range(3)] == [runs[days[-1]]] * 2 + [0]


@pytest.mark.parametrize("numbers", [[0, 0, 1, 2, 5, 6], [3], [0, 2, 4], [0, 1, 1, 0, 2]])
def test_counting_one_by_one_is_counting_all(world: World, numbers: list[int]) -> None:
    """The statement that counts one lesson says what `recount` finds; a late request of yesterday breaks no streak."""
    teacher, student = world.teacher(), world.student()
    lessons = world.course(teacher, lessons=len(numbers))["lessons"]
    columns = (
        LearnerTotal.user_id,
        LearnerTotal.completed_lessons,
        LearnerTotal.streak_days,
        LearnerTotal.longest_streak,
        LearnerTotal.last_day,
    )
    with world.db.write() as tx:
        for lesson, number in zip(lessons, numbers, strict=True):
            then = NOON + number * DAY
            noted = {"user_id": student.id, "lesson_id": lesson["id"], "completed_at": then, "updated_at": then}
            tx.execute(insert(Completion).values(**noted))
            totals.count_lesson(tx, student.id, then.date())
        counted = [tuple(row) for row in tx.all(select(*columns))]
        totals.recount(tx)
        recounted = [tuple(row) for row in tx.all(select(*columns))]
        tx.execute(update(LearnerTotal).values(completed_lessons=99))
        totals.recount(tx)
        assert [tuple(row) for row in tx.all(select(*columns))] == recounted == counted


def test_recounting_when_there_is_nothing(sqlite_world: World) -> None:
    with sqlite_world.db.write() as tx:
        totals.recount(tx)
        assert tx.all(select(LearnerTotal.user_id)) == []


@given(st.integers(0, 10_000), st.integers(0, 50), st.integers(0, 50))
@repeatable
def test_minutes_are_a_part_of_the_whole(estimated: int, finished: int, lessons: int) -> None:
    minutes = minutes_of(estimated, finished, lessons)
    assert 0 <= minutes <= estimated
    if finished >= lessons:
        assert minutes == estimated


def test_functions_say_who_may_call_them() -> None:
    require_guarded(queries)
