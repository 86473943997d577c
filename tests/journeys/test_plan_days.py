"""A learner's days with a plan: it opens tests, raises quotas, and ends to the second; teachers' grades are told meanwhile."""

from datetime import datetime, timedelta

import quiz_school
from conftest import NOON, SetClock
from homework_school import School, grade
from notifications.school import told
from plans.school import QUOTAS, STATUS, left, make_plan, moment, subscribe
from world import Person, World

FREE = {"gpt4o_requests": 50, "stt_requests": 100, "tts_chars": 5_000, "pronunciation_analysis": 20}
BOUGHT = {name.removesuffix("_quota"): units * 100 for name, units in QUOTAS.items()}


def come_back(world: World, person: Person, set_clock: SetClock, then: datetime) -> None:
    """Sign in anew at a later time."""
    set_clock(then)
    world.renew_session(person)


def test_a_granted_plan_opens_raises_and_runs_out_on_its_day(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    school, admin = School(world), world.admin()
    learner = school.student
    test = quiz_school.full_test(admin, ("numeric",))
    assert (left(learner), learner.get("/api/v1/users/me").json()["role"]) == (FREE, "free")
    assert learner.post(f"/api/v1/tests/{test['id']}/start").status_code == 403

    plan = make_plan(admin, duration_days=7, **{name: units * 100 for name, units in QUOTAS.items()})
    ends = moment(subscribe(admin, learner.id, plan["id"]).json()["end_date"])
    assert ends == NOON + timedelta(days=7)
    assert (left(learner), learner.get("/api/v1/users/me").json()["role"]) == (BOUGHT, "premium")
    attempt = quiz_school.start(learner, test)

    come_back(world, learner, set_clock, ends - timedelta(seconds=1))
    assert learner.get(STATUS).json()["is_active"] is True
    assert left(learner) == BOUGHT
    come_back(world, learner, set_clock, ends)
    assert learner.get(STATUS).json()["is_active"] is False
    assert (left(learner), learner.get("/api/v1/users/me").json()["is_premium"]) == (FREE, False)
    assert learner.post(f"/api/v1/tests/{test['id']}/start").status_code == 403
    assert learner.get(f"/api/v1/tests/attempts/{attempt['id']}").json()["is_completed"] is True, "what was begun stays"


def test_homework_is_told_when_it_is_set_and_when_it_is_graded(world: World) -> None:
    school = School(world)
    stranger = world.student()
    homework = school.homework(title="Mening oilam")
    world.run_jobs()
    submission = school.submitted(homework, text="My family is big.")
    assert grade(school.teacher, submission["id"], 95, feedback="Zoʻr!").status_code == 200
    world.run_jobs()
    assert told(school.student) == [
        ("homework_graded", "“Mening oilam” uy vazifangiz baholandi: 95"),
        ("homework_assigned", "Yangi uy vazifasi: Mening oilam"),
    ]
    assert told(stranger) == []
