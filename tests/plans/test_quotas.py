"""Quotas: never more than there are, given back once, refilled when a period ends without anybody's doing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from bilim.accounts.models import AuditRecord
from bilim.kit.errors import BadRequest, Forbidden
from bilim.plans.actions import quotas
from bilim.plans.inputs import SweepUsage
from bilim.plans.models import AiReservation, AiUsage
from bilim.plans.rules import FREE, KEPT_FOR, PREMIUM, RESERVED_FOR, Limits, Quota
from bilim.texts import en
from conftest import NOON, SetClock
from plans.school import RESET, SUBSCRIPTIONS, USAGE, grant, left, moment, rows, stored_plan
from world import Person, World

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
GPT, STT, TTS, PRONUNCIATION = Quota
MIDNIGHT = datetime(2026, 11, 30, 19, tzinfo=UTC)
"""The beginning of December in Tashkent."""
PLAN = {"gpt4o_requests": 3, "stt_requests": 2, "tts_chars": 100, "pronunciation_analysis": 1}
"""As `school.QUOTAS`."""


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Noon of 20 November, until a test sets it otherwise."""


def numbers(limits: Limits) -> dict[str, int]:
    return {quota.value: limits.of(quota) for quota in Quota}


def take(world: World, user_id: int, quota: Quota, amount: int = 1) -> int:
    with world.db.write() as tx:
        return quotas.take(tx, user_id, quota, amount)


def give_back(world: World, reservation: int) -> bool:
    with world.db.write() as tx:
        return quotas.give_back(tx, reservation)


def settle(world: World, reservation: int) -> None:
    with world.db.write() as tx:
        quotas.settle(tx, reservation)


def use(world: World, user_id: int, quota: Quota, amount: int = 1) -> None:
    settle(world, take(world, user_id, quota, amount))


def sweep(world: World) -> None:
    with world.db.write() as tx:
        tx.enqueue(SweepUsage())
    world.run_jobs()


def is_refused(world: World, user_id: int, quota: Quota, amount: int = 1) -> bool:
    before = rows(world, AiUsage, *AiUsage.__table__.columns.keys()), rows(world, AiReservation, "id")
    with pytest.raises(Forbidden) as refused:
        take(world, user_id, quota, amount)
    assert (refused.value.code, refused.value.params) == ("quota_exceeded", {"quota": quota.value})
    assert (rows(world, AiUsage, *AiUsage.__table__.columns.keys()), rows(world, AiReservation, "id")) == before
    return True


def test_who_has_how_much(world: World) -> None:
    free, granted, subscribed, teacher = world.student(), world.student(is_premium=True), world.student(), world.teacher()
    grant(world, subscribed.id, stored_plan(world))
    assert left(free) == left(teacher) == numbers(FREE) == dict(zip(PLAN, (50, 100, 5_000, 20), strict=True))
    assert left(granted) == numbers(PREMIUM) == dict(zip(PLAN, (500, 2_000, 100_000, 400), strict=True))
    assert left(subscribed) == PLAN
    assert rows(world, AiUsage, "user_id") == [], "asking writes nothing"


def test_what_is_taken_is_not_left(world: World) -> None:
    student, other = world.student(), world.student()
    for number, quota in enumerate(Quota, 1):
        settle(world, take(world, student.id, quota, number))
        take(world, student.id, quota, number)
    assert left(student) == {"gpt4o_requests": 48, "stt_requests": 96, "tts_chars": 4994, "pronunciation_analysis": 12}
    assert left(other) == numbers(FREE)


def test_the_record_says_since_when_and_until_when(sqlite_world: World) -> None:
    student, subscribed = sqlite_world.student(), sqlite_world.student()
    grant(sqlite_world, subscribed.id, stored_plan(sqlite_world, days=30))
    shown = student.get(USAGE).json()
    assert (shown["id"], shown["user_id"]) == (student.id, student.id)
    assert (moment(shown["usage_date"]), moment(shown["resets_at"])) == (datetime(2026, 10, 31, 19, tzinfo=UTC), MIDNIGHT)
    shown = subscribed.get(USAGE).json()
    assert (moment(shown["usage_date"]), moment(shown["resets_at"])) == (NOON, NOON + 30 * DAY)
    take(sqlite_world, subscribed.id, GPT)
    assert subscribed.get(USAGE).json() == shown | {"gpt4o_requests_left": 2}


def test_when_it_is_spent_it_is_spent(world: World) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    take(world, student.id, GPT, 2)
    assert is_refused(world, student.id, GPT, 2)
    take(world, student.id, GPT)
    assert is_refused(world, student.id, GPT)
    assert left(student) == PLAN | {"gpt4o_requests": 0}
    take(world, student.id, STT, 2)
    assert left(student)["stt_requests"] == 0, "each kind for itself"


@pytest.mark.parametrize("amount", [101, 2**31, 2**63, 2**400])
def test_more_than_there_is_at_all(world: World, amount: int) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    assert is_refused(world, student.id, TTS, amount)
    take(world, student.id, TTS, 100)
    assert is_refused(world, student.id, TTS, amount)


def test_the_greatest_quota_there_can_be(world: World) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world, tts_chars_quota=2**31 - 1))
    take(world, student.id, TTS, 2**31 - 1)
    assert is_refused(world, student.id, TTS, 2**31 - 1)


@pytest.mark.parametrize("amount", [0, -1, -(2**63)])
def test_nothing_and_less_cannot_be_taken(sqlite_world: World, amount: int) -> None:
    student = sqlite_world.student()
    with pytest.raises(BadRequest, match="no_units"):
        take(sqlite_world, student.id, TTS, amount)
    assert rows(sqlite_world, AiUsage, "user_id") == rows(sqlite_world, AiReservation, "id") == []


def test_a_refusal_reads_as_documented(sqlite_world: World) -> None:
    assert en.TEXTS["quota_exceeded"].format(quota=GPT.value) == "gpt4o_requests quota exceeded"


def test_it_is_given_back_once(world: World) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    reserved, used = take(world, student.id, TTS, 40), take(world, student.id, TTS, 10)
    assert give_back(world, reserved) is True
    assert left(student) == PLAN | {"tts_chars": 90}
    assert give_back(world, reserved) is False
    settle(world, used)
    assert give_back(world, used) is False, "what was settled is used"
    assert give_back(world, 999) is False
    settle(world, 999)
    assert left(student) == PLAN | {"tts_chars": 90}
    assert rows(world, AiReservation, "id") == []


def test_a_unit_that_nobody_settled_comes_back(world: World, set_clock: SetClock) -> None:
    student, other = world.student(), world.student()
    plan = stored_plan(world)
    for person in (student, other):
        grant(world, person.id, plan)
        take(world, person.id, GPT, 3)
    set_clock(NOON + RESERVED_FOR - MICROSECOND)
    assert is_refused(world, student.id, GPT)
    assert left(student)["gpt4o_requests"] == 0
    set_clock(NOON + RESERVED_FOR)
    assert left(student)["gpt4o_requests"] == 3, "at once, without anything having run"
    late = take(world, student.id, GPT, 2)
    assert left(student)["gpt4o_requests"] == 1
    assert left(other)["gpt4o_requests"] == 3
    assert len(rows(world, AiReservation, "id")) == 2, "another person's row is left to them"
    settle(world, late)
    assert is_refused(world, student.id, GPT, 2)


def test_what_expired_and_was_given_back_is_not_given_back_again(world: World, set_clock: SetClock) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    forgotten = take(world, student.id, GPT, 3)
    set_clock(NOON + RESERVED_FOR)
    take(world, student.id, GPT, 3)
    assert give_back(world, forgotten) is False
    settle(world, forgotten)
    assert left(student)["gpt4o_requests"] == 0


def test_a_month_ends_at_midnight_in_the_schools_zone(world: World, set_clock: SetClock) -> None:
    user_id = world.student().id
    use(world, user_id, GPT, 50)
    set_clock(MIDNIGHT - MICROSECOND)
    assert is_refused(world, user_id, GPT)
    set_clock(MIDNIGHT)
    use(world, user_id, GPT, 50)
    assert [row[1:] for row in rows(world, AiUsage, "period", "user_id", "gpt4o_requests")] == [(user_id, 50)] * 2
    assert [row[0] for row in rows(world, AiUsage, "period")] == ["2026-11", "2026-12"]


def test_a_request_of_the_last_moment_counts_for_the_month_in_which_it_began(world: World, set_clock: SetClock) -> None:
    """It does not undo what another took of the new month meanwhile."""
    user_id = world.student().id
    set_clock(MIDNIGHT)
    use(world, user_id, GPT, 50)
    set_clock(MIDNIGHT - MICROSECOND)
    use(world, user_id, GPT)
    set_clock(MIDNIGHT)
    assert is_refused(world, user_id, GPT)


def test_each_subscription_is_a_period_of_its_own(world: World, set_clock: SetClock) -> None:
    user_id, plan = world.student().id, stored_plan(world, days=2)
    use(world, user_id, GPT, 40)
    for _ in range(2):
        grant(world, user_id, plan)
    use(world, user_id, GPT, 3)
    assert is_refused(world, user_id, GPT)
    set_clock(NOON + 2 * DAY)
    use(world, user_id, GPT, 3)
    assert is_refused(world, user_id, GPT)
    set_clock(NOON + 4 * DAY)
    use(world, user_id, GPT, 10)
    assert is_refused(world, user_id, GPT), "what was used of the free month stays used"


def test_a_removed_subscription_takes_its_quotas_with_it(sqlite_world: World) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    granted = grant(sqlite_world, student.id, stored_plan(sqlite_world))
    take(sqlite_world, student.id, GPT, 2)
    admin.delete(f"{SUBSCRIPTIONS}{granted}")
    assert left(student) == numbers(FREE)


def test_a_smaller_plan_leaves_nothing_but_never_less(sqlite_world: World) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    plan = stored_plan(sqlite_world)
    grant(sqlite_world, student.id, plan)
    take(sqlite_world, student.id, TTS, 60)
    admin.put(f"/api/v1/subscription-plans/{plan}", {"tts_chars_quota": 50})
    assert left(student)["tts_chars"] == 0
    assert is_refused(sqlite_world, student.id, TTS)


def test_of_a_hundred_who_want_the_last_unit_one_gets_it(world: World) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    take(world, student.id, STT)
    ready = Barrier(20)

    def go(number: int) -> bool:
        if number < 20:
            ready.wait()
        try:
            take(world, student.id, STT)
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        got = list(threads.map(go, range(100)))
    assert sum(got) == 1
    assert left(student)["stt_requests"] == 0


def test_however_many_give_it_back_it_comes_back_once(world: World) -> None:
    student = world.student()
    grant(world, student.id, stored_plan(world))
    reserved = take(world, student.id, TTS, 30)
    take(world, student.id, TTS, 30)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: give_back(world, reserved), range(24)))
    assert sum(given) == 1
    assert left(student)["tts_chars"] == 70


def reset(admin: Person, user_id: object) -> dict[str, int]:
    answer = admin.post(f"{RESET}?user_id={user_id}")
    assert answer.status_code == 200, answer.text
    return {name.removesuffix("_left"): value for name, value in answer.json().items() if name.endswith("_left")}


def test_an_admin_refills(world: World, set_clock: SetClock) -> None:
    admin, student, other = world.admin(), world.student(), world.student()
    plan = stored_plan(world)
    for person in (student, other):
        grant(world, person.id, plan)
        take(world, person.id, TTS, 60)
        take(world, person.id, GPT, 3)
    set_clock(NOON + timedelta(minutes=1))
    assert reset(admin, student.id) == left(student) == PLAN
    assert left(other) == PLAN | {"tts_chars": 40, "gpt4o_requests": 0}
    assert moment(student.get(USAGE).json()["usage_date"]) == NOON + timedelta(minutes=1)
    assert rows(world, AuditRecord, "actor_id", "kind", "object_id") == [(admin.id, "ai_usage", student.id)]
    ((_, before, after),) = rows(world, AuditRecord, "id", "before", "after")
    assert (before["tts_chars_left"], before["gpt4o_requests_left"], after["tts_chars_left"]) == (40, 0, 100)
    assert reset(admin, student.id) == PLAN


def test_what_was_reserved_before_a_refill_is_not_given_back_after_it(world: World) -> None:
    admin, student = world.admin(), world.student()
    grant(world, student.id, stored_plan(world))
    reserved = take(world, student.id, TTS, 60)
    reset(admin, student.id)
    take(world, student.id, TTS, 100)
    assert give_back(world, reserved) is False
    assert left(student)["tts_chars"] == 0


def test_periods_are_kept_apart(world: World, set_clock: SetClock) -> None:
    """What was reserved of the free month is neither given back to a subscription nor emptied by its refill."""
    admin, student = world.admin(), world.student()
    forgotten = take(world, student.id, GPT, 10)
    granted = grant(world, student.id, stored_plan(world))
    use(world, student.id, GPT, 3)
    set_clock(NOON + RESERVED_FOR)
    assert is_refused(world, student.id, GPT)
    reset(admin, student.id)
    admin.delete(f"{SUBSCRIPTIONS}{granted}")
    assert give_back(world, forgotten) is True
    assert left(student) == numbers(FREE)


def test_of_somebody_unknown_the_record_is_answered_unchanged(world: World) -> None:
    """Reference, `ai/usage/reset`: no error."""
    admin, gone = world.admin(), world.student()
    take(world, gone.id, GPT, 7)
    grant(world, world.student().id, stored_plan(world))
    grant(world, gone.id, 1)
    take(world, gone.id, GPT, 2)
    admin.delete(f"/api/v1/users/{gone.id}")
    written = rows(world, AiUsage, *AiUsage.__table__.columns.keys()), len(rows(world, AuditRecord, "id"))
    assert reset(admin, 999_999) == numbers(FREE)
    assert reset(admin, 2**63 - 1) == numbers(FREE)
    assert reset(admin, gone.id) == PLAN | {"gpt4o_requests": 1}
    assert (rows(world, AiUsage, *AiUsage.__table__.columns.keys()), len(rows(world, AuditRecord, "id"))) == written


def test_nobody_else_refills(sqlite_world: World) -> None:
    student, teacher = sqlite_world.student(), sqlite_world.teacher()
    take(sqlite_world, student.id, GPT, 50)
    for person in (student, teacher):
        assert person.post(f"{RESET}?user_id={student.id}").status_code == 403
    assert sqlite_world.post(f"{RESET}?user_id={student.id}").status_code == 401
    assert left(student)["gpt4o_requests"] == 0
    admin = sqlite_world.admin()
    for bad in ("", "?user_id=0", "?user_id=-1", "?user_id=abc", f"?user_id={2**63}"):
        refused = admin.post(f"{RESET}{bad}")
        assert (refused.status_code, set(refused.json())) == (400, {"user_id"})


def test_what_was_used_long_ago_is_swept_with_what_nobody_settled_of_it(
    world: World, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "SWEPT", 2)
    people = [world.student() for _ in range(3)]
    for each in people:
        take(world, each.id, GPT)
    subscribed = world.student()
    subscription = grant(world, subscribed.id, stored_plan(world, days=3_000))
    take(world, subscribed.id, GPT)
    set_clock(MIDNIGHT + KEPT_FOR)
    sweep(world)
    assert len(rows(world, AiUsage, "period")) == len(rows(world, AiReservation, "period")) == 4, "the last moment of the last day"
    set_clock(MIDNIGHT + KEPT_FOR + MICROSECOND)
    use(world, people[0].id, STT)
    sweep(world)
    kept = {(people[0].id, "2028-01"), (subscribed.id, f"s{subscription}")}
    assert set(rows(world, AiUsage, "user_id", "period")) == kept
    assert set(rows(world, AiReservation, "user_id", "period")) == {(subscribed.id, f"s{subscription}")}, "it can still be given back"
