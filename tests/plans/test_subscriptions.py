"""Subscriptions: one after the other, over on time, and changed by admins and payments alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from at_once import at_once
from bilim.accounts.models import AuditRecord, User
from bilim.accounts.queries import person
from bilim.kit.errors import Conflict, NotFound
from bilim.plans.actions.subscriptions import grant_subscription, revoke_subscription
from bilim.plans.inputs import Grant
from bilim.plans.models import Plan, Subscription
from conftest import NOON, SetClock
from plans.school import OWN, PLANS, STATUS, SUBSCRIPTIONS, grant, make_plan, moment, rows, spans, stored_plan, subscribe
from world import Person, World

DAY, HOUR, MICROSECOND = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
ME, PREMIUM_DATA = "/api/v1/users/me", "/api/v1/users/me/premium-data"


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Noon, until a test sets it otherwise: tokens are good for a day, hence the short plans."""


def is_premium(student: Person) -> bool:
    """What every place says about it: they must agree."""
    shown = student.get(ME).json()
    said = {
        shown["is_premium"],
        shown["role"] == "premium",
        shown["roles"] == ["premium"],
        student.get("/api/v1/profile/me").json()["is_premium"],
        student.get(PREMIUM_DATA).status_code == 200,
        student.get(STATUS).json()["is_premium"],
    }
    (agreed,) = said
    return agreed


def test_an_admin_gives_a_subscription(world: World) -> None:
    admin, student = world.admin(), world.student()
    plan = make_plan(admin)
    given = subscribe(admin, student.id, plan["id"])
    assert given.status_code == 201
    shown = given.json()
    assert (shown["user_id"], shown["plan_id"], shown["is_active"], shown["plan"]) == (student.id, plan["id"], True, plan)
    assert (moment(shown["start_date"]), moment(shown["end_date"])) == (NOON, NOON + 30 * DAY)
    assert student.get(OWN).json() == admin.get(f"{SUBSCRIPTIONS}users/{student.id}/subscriptions").json() == [shown]
    assert rows(world, AuditRecord, "actor_id", "kind", "object_id", "before", "after") == [
        (admin.id, "subscription", shown["id"], {}, {"user_id": student.id, "plan_id": plan["id"]})
    ]
    assert rows(world, Subscription, "source", "granted_by", "grant_key") == [("admin", admin.id, None)]


def test_premium_ends_at_its_moment_without_anything_having_run(world: World, set_clock: SetClock) -> None:
    student = world.student()
    assert not is_premium(student)
    grant(world, student.id, stored_plan(world, days=1))
    assert is_premium(student)
    set_clock(NOON + DAY - MICROSECOND)
    assert is_premium(student)
    assert student.get(OWN).json()[0]["is_active"] is True
    set_clock(NOON + DAY)
    later = renewed(world, student)
    assert not is_premium(later)
    (ended,) = later.get(OWN).json()
    assert ended["is_active"] is False


def renewed(world: World, student: Person) -> Person:
    """The same person with a session that began now."""
    signed_in = world.post("/api/v1/login", json={"username": student.username, "password": "Correct-horse-9"}).json()
    return Person(world.client, student.id, student.username, signed_in["access_token"], signed_in["refresh_token"])


def test_people_are_listed_as_premium_while_they_are(world: World, set_clock: SetClock) -> None:
    subscribed, granted, free = world.student(), world.student(is_premium=True), world.student()
    teacher = world.teacher()
    plan = stored_plan(world, days=1)
    for each in (subscribed, teacher):
        grant(world, each.id, plan)
    admin = world.admin()

    def listed(admin: Person, role: str) -> list[int]:
        answer = admin.get(f"/api/v1/admin/users?role={role}")
        assert {each["role"] for each in answer.json()} == {role}
        assert answer.headers["X-Total-Count"] == str(len(answer.json()))
        return [each["id"] for each in answer.json()]

    assert (listed(admin, "premium"), listed(admin, "free")) == ([subscribed.id, granted.id], [free.id])
    assert listed(admin, "teacher") == [teacher.id]
    assert [each["id"] for each in admin.get("/api/v1/users/").json() if each["is_premium"]] == [subscribed.id, granted.id, teacher.id]
    set_clock(NOON + DAY)
    admin = world.admin()
    assert (listed(admin, "premium"), listed(admin, "free")) == ([granted.id], [subscribed.id, free.id])


def test_taking_the_grant_away_leaves_what_was_subscribed(sqlite_world: World) -> None:
    admin, student = sqlite_world.admin(), sqlite_world.student(is_premium=True)
    grant(sqlite_world, student.id, stored_plan(sqlite_world))
    assert student.get(STATUS).json()["premium_until"] is None, "granted without an end"
    assert admin.patch(f"/api/v1/admin/users/{student.id}/role", {"role": "free"}).json()["role"] == "premium"
    assert is_premium(student)
    assert moment(student.get(STATUS).json()["premium_until"]) == NOON + 30 * DAY


def test_one_begins_when_the_last_one_ends(world: World, set_clock: SetClock) -> None:
    student = world.student()
    week, month = stored_plan(world, days=7), stored_plan(world, days=30)
    grant(world, student.id, week)
    set_clock(NOON + HOUR)
    grant(world, student.id, month)
    grant(world, student.id, week)
    assert spans(student) == [(NOON, NOON + 7 * DAY), (NOON + 7 * DAY, NOON + 37 * DAY), (NOON + 37 * DAY, NOON + 44 * DAY)]
    assert [each["is_active"] for each in student.get(OWN).json()] == [True, False, False]
    assert moment(student.get(STATUS).json()["premium_until"]) == NOON + 44 * DAY


def test_after_an_end_the_next_begins_when_it_is_given(sqlite_world: World, set_clock: SetClock) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world, days=1)
    grant(sqlite_world, student.id, plan)
    set_clock(NOON + DAY)
    grant(sqlite_world, student.id, plan)
    assert spans(renewed(sqlite_world, student)) == [(NOON, NOON + DAY), (NOON + DAY, NOON + 2 * DAY)]


def test_removing_one_lets_later_ones_move_up(world: World, set_clock: SetClock) -> None:
    admin, student, other = world.admin(), world.student(), world.student()
    week, month = stored_plan(world, days=7), stored_plan(world, days=30)
    first, second, third = (grant(world, student.id, plan) for plan in (week, month, week))
    grant(world, other.id, week)
    set_clock(NOON + HOUR)
    gone = admin.delete(f"{SUBSCRIPTIONS}{second}")
    assert (gone.status_code, gone.json()["id"], gone.json()["is_active"]) == (200, second, False)
    assert spans(student) == [(NOON, NOON + 7 * DAY), (NOON + 7 * DAY, NOON + 14 * DAY)], "a later one: what runs stays"
    assert admin.delete(f"{SUBSCRIPTIONS}{first}").json()["is_active"] is True
    assert spans(student) == [(NOON + HOUR, NOON + HOUR + 7 * DAY)], "what runs: the next begins at once"
    assert is_premium(student)
    assert admin.delete(f"{SUBSCRIPTIONS}{third}").status_code == 200
    assert not is_premium(student)
    assert student.get(OWN).json() == []
    assert spans(other) == [(NOON, NOON + 7 * DAY)], "another person's stay"
    assert admin.delete(f"{SUBSCRIPTIONS}{third}").status_code == 404, "once"
    audited = rows(world, AuditRecord, "id", "kind", "object_id", "before", "after")
    named = {"user_id": student.id, "plan_id": month}
    assert audited[0][1:] == ("subscription", second, named, {"deleted": True})
    assert [row[2] for row in audited] == [second, first, third]


def test_removing_one_that_ended_moves_nothing(sqlite_world: World, set_clock: SetClock) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world, days=1)
    ended = grant(sqlite_world, student.id, plan)
    set_clock(NOON + DAY)
    running = grant(sqlite_world, student.id, plan)
    set_clock(NOON + DAY + HOUR)
    assert sqlite_world.admin().delete(f"{SUBSCRIPTIONS}{ended}").status_code == 200
    assert rows(sqlite_world, Subscription, "id", "revoked_at")[1] == (running, None)
    assert spans(renewed(sqlite_world, student)) == [(NOON + DAY, NOON + 2 * DAY)]


def test_one_that_moves_up_keeps_the_length_that_was_bought(sqlite_world: World) -> None:
    admin, student = sqlite_world.admin(), sqlite_world.student()
    week, month = stored_plan(sqlite_world, days=7), stored_plan(sqlite_world, days=30)
    first = grant(sqlite_world, student.id, week)
    grant(sqlite_world, student.id, month)
    admin.put(f"{PLANS}{month}", {"duration_days": 365})
    assert spans(student)[1] == (NOON + 7 * DAY, NOON + 37 * DAY)
    admin.delete(f"{SUBSCRIPTIONS}{first}")
    assert spans(student) == [(NOON, NOON + 30 * DAY)]


def test_a_payment_grants_once(world: World) -> None:
    student, plan = world.student(), stored_plan(world)
    granted = grant(world, student.id, plan, "payment:17")
    assert grant(world, student.id, plan, "payment:17") == granted
    assert len(spans(student)) == 1
    with world.db.write() as tx:
        assert revoke_subscription(tx, granted) is True
        assert revoke_subscription(tx, granted) is False
    assert not is_premium(student)
    assert grant(world, student.id, plan, "payment:17") == granted, "the same event again, after the money went back"
    assert not is_premium(student)
    assert grant(world, student.id, plan, "payment:18") != granted
    assert is_premium(student)


def test_a_payment_for_a_hidden_plan_or_person_still_counts(sqlite_world: World) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world)
    with sqlite_world.db.write() as tx:
        tx.execute(update(Plan).values(deleted_at=tx.now))
        tx.execute(update(User).where(User.id == student.id).values(deleted_at=tx.now))
    grant(sqlite_world, student.id, plan, "payment:1")
    assert len(rows(sqlite_world, Subscription, "id")) == 1


def test_a_payment_needs_a_person_and_a_plan(sqlite_world: World) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world)
    for user_id, plan_id in ((student.id, plan + 1), (student.id + 1, plan)):
        with pytest.raises(NotFound):
            grant(sqlite_world, user_id, plan_id, "payment:1")
    with sqlite_world.db.write() as tx:
        assert revoke_subscription(tx, 99) is False
    assert rows(sqlite_world, Subscription, "id") == []


def test_nobody_subscribes_for_ever(sqlite_world: World) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world, days=3660)
    grant(sqlite_world, student.id, plan)
    grant(sqlite_world, student.id, plan)
    with pytest.raises(Conflict):
        grant(sqlite_world, student.id, plan)
    refused = subscribe(sqlite_world.admin(), student.id, plan)
    assert (refused.status_code, refused.json()) == (409, {"detail": "This person has subscriptions for years ahead."})
    assert len(spans(student)) == 2


def test_only_known_people_and_plans(sqlite_world: World) -> None:
    admin, student, gone = sqlite_world.admin(), sqlite_world.student(), sqlite_world.student()
    plan = make_plan(admin)
    grant(sqlite_world, gone.id, plan["id"])
    admin.delete(f"/api/v1/users/{gone.id}")
    written = rows(sqlite_world, Subscription, "id")
    for user_id in (999, gone.id):
        assert subscribe(admin, user_id, plan["id"]).status_code == 404
        assert admin.get(f"{SUBSCRIPTIONS}users/{user_id}/subscriptions").status_code == 404
    path = f"{SUBSCRIPTIONS}users/{student.id}/subscriptions"
    missing = admin.post(path)
    assert (missing.status_code, missing.json()) == (400, {"plan_id": ["This field is required."]})
    for plan_id in ("0", "-1", "abc", str(2**63), "999"):
        assert admin.post(f"{path}?plan_id={plan_id}").status_code == 400
    for user_id in ("0", "abc", str(2**63)):
        assert admin.post(f"{SUBSCRIPTIONS}users/{user_id}/subscriptions?plan_id={plan['id']}").status_code == 404
    assert admin.delete(f"{SUBSCRIPTIONS}999").status_code == 404
    assert rows(sqlite_world, Subscription, "id") == written, "nothing was written, and the history of the deleted person is kept"


def test_everyone_sees_their_own_admins_all(world: World) -> None:
    admin, ali, vali = world.admin(), world.student(), world.student()
    plan = stored_plan(world)
    mine, theirs, second = grant(world, ali.id, plan), grant(world, vali.id, plan), grant(world, ali.id, plan)
    assert [each["id"] for each in ali.get(OWN).json()] == [mine, second]
    assert [each["id"] for each in ali.get(f"{OWN}?skip=1").json()] == [second]
    assert [each["id"] for each in admin.get(f"{SUBSCRIPTIONS}users/{vali.id}/subscriptions").json()] == [theirs]
    listed = admin.get(f"{SUBSCRIPTIONS}?skip=1&limit=1")
    assert [each["id"] for each in listed.json()] == [theirs]
    assert listed.headers["X-Total-Count"] == "3"
    for path in (SUBSCRIPTIONS, f"{SUBSCRIPTIONS}users/{ali.id}/subscriptions"):
        assert ali.get(path).status_code == world.teacher().get(path).status_code == 403
    assert ali.delete(f"{SUBSCRIPTIONS}{theirs}").status_code == ali.delete(f"{SUBSCRIPTIONS}{mine}").status_code == 403
    assert subscribe(ali, ali.id, plan).status_code == 403
    assert len(rows(world, Subscription, "id")) == 3


def test_status_says_where_one_stands(sqlite_world: World, set_clock: SetClock) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    nothing = {"plan": None, "start_date": None, "end_date": None, "premium_until": None, "days_left": 0}
    assert student.get(STATUS).json() == {"is_active": False, "is_premium": False, **nothing}
    assert sqlite_world.student(is_premium=True).get(STATUS).json() == {"is_active": False, "is_premium": True, **nothing}
    plan = make_plan(admin)
    subscribe(admin, student.id, plan["id"])
    subscribe(admin, student.id, plan["id"])
    set_clock(NOON + HOUR)
    shown = student.get(STATUS).json()
    assert (shown["is_active"], shown["is_premium"], shown["plan"], shown["days_left"]) == (True, True, plan, 30)
    ends = [moment(shown[name]) for name in ("start_date", "end_date", "premium_until")]
    assert ends == [NOON, NOON + 30 * DAY, NOON + 60 * DAY]


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        (datetime(2028, 2, 28, 19, tzinfo=UTC), 1, datetime(2028, 2, 29, 19, tzinfo=UTC)),  # midnight before 29 February to midnight after
        (datetime(2028, 1, 30, 19, tzinfo=UTC), 30, datetime(2028, 2, 29, 19, tzinfo=UTC)),  # 31 January to 1 March of a leap year
        (datetime(2027, 1, 30, 19, tzinfo=UTC), 30, datetime(2027, 3, 1, 19, tzinfo=UTC)),  # to 2 March of another
        (datetime(2028, 2, 29, 7, tzinfo=UTC), 365, datetime(2029, 2, 28, 7, tzinfo=UTC)),
    ],
)
def test_ends_at_midnight_and_in_february(world: World, set_clock: SetClock, begins: datetime, days: int, ends: datetime) -> None:
    set_clock(begins)
    user_id = world.student().id
    grant(world, user_id, stored_plan(world, days=days))
    for at, is_premium_then in ((begins, True), (ends - MICROSECOND, True), (ends, False)):
        set_clock(at)
        with world.db.read() as tx:
            assert person(tx, user_id).is_premium is is_premium_then


def test_a_request_sees_the_moment_at_which_it_began(sqlite_world: World, set_clock: SetClock) -> None:
    user_id = sqlite_world.student().id
    grant(sqlite_world, user_id, stored_plan(sqlite_world, days=1))
    set_clock(NOON + DAY - MICROSECOND)
    with sqlite_world.db.read() as tx:
        set_clock(NOON + DAY)
        assert person(tx, user_id).is_premium is True
    with sqlite_world.db.read() as tx:
        assert person(tx, user_id).is_premium is False


def test_premium_opens_lessons_and_closes_them_on_time(sqlite_world: World, set_clock: SetClock) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    course = sqlite_world.course(teacher, lessons=0)
    lesson = sqlite_world.lesson(teacher, course["id"], premium_only=True)
    path = f"/api/v1/lessons/{lesson['id']}"
    assert student.get(path).json()["content"] is None
    grant(sqlite_world, student.id, stored_plan(sqlite_world, days=1))
    assert student.get(path).json()["content"] == "Hello!"
    set_clock(NOON + DAY)
    assert renewed(sqlite_world, student).get(path).json()["content"] is None


def test_subscriptions_given_at_once_follow_each_other(world: World) -> None:
    admin, student, plan = world.admin(), world.student(), stored_plan(world, days=1)
    answers = at_once([lambda: subscribe(admin, student.id, plan)] * 8)
    assert [answer.status_code for answer in answers] == [201] * 8
    found = sorted(spans(student))
    assert all(earlier[1] == later[0] for earlier, later in pairwise(found))
    (until,) = {row[1] for row in rows(world, User, "id", "premium_until") if row[0] == student.id}
    assert until.astimezone(UTC) == found[-1][1]


def test_a_payment_that_arrives_twice_at_once_grants_once(world: World) -> None:
    student, plan = world.student(), stored_plan(world)
    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(lambda _: grant(world, student.id, plan, "payment:5"), range(24)))
    assert len(set(granted)) == 1
    assert len(spans(student)) == 1


def test_the_database_refuses_a_payment_without_its_key(sqlite_world: World) -> None:
    student, plan = sqlite_world.student(), stored_plan(sqlite_world)
    with pytest.raises(IntegrityError), sqlite_world.db.write() as tx:
        grant_subscription(tx, student.id, Grant(plan_id=plan, source="payment"))
