"""The ledger of tokens: never more than a ceiling allows, given back once, and given back too where the process was killed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from bilim.kit.actors import Role
from bilim.kit.errors import DomainError, Forbidden, RateLimited, Unavailable
from bilim.plans.actions import quotas
from bilim.plans.models import AiReservation
from bilim.plans.rules import Quota
from bilim.tutor.actions import tokens
from bilim.tutor.actions.tokens import AT_ONCE, RESERVED_FOR, Reserved
from bilim.tutor.inputs import CeilingsInput, SweepTokens
from bilim.tutor.models import PersonTokens, SchoolTokens, TokenReservation
from bilim.tutor.rules import PERSON_TOKENS
from conftest import NOON, SetClock
from guarded import actor, require_guarded
from plans.school import rows
from tutor.school import ASK, TOKENS, counted, give_llm, left, student_of, used
from world import Person, World

CEILINGS = {"person_daily": 1000, "school_daily": 1500}


@pytest.fixture(autouse=True)
def _noon(set_clock: SetClock) -> None:
    """Noon of 20 November, until a test sets it otherwise."""


def reserve(world: World, person: Person, cost: int = 100) -> Reserved:
    with world.db.write() as tx:
        return tokens.reserve(tx, student_of(person), cost, None)


def settle(world: World, reserved: Reserved, tokens_in: int = 30, tokens_out: int = 20) -> None:
    with world.db.write() as tx:
        tokens.settle(tx, reserved, tokens_in, tokens_out)


def give_back(world: World, reserved: Reserved) -> None:
    with world.db.write() as tx:
        tokens.give_back(tx, reserved)


def sweep(world: World) -> int:
    with world.db.write() as tx:
        return tokens.sweep(tx)


def test_every_function_says_who_may_call_it() -> None:
    require_guarded(tokens)


def test_what_is_reserved_counts_until_it_is_settled_for_what_it_took(world: World) -> None:
    student = world.student()
    first, second = reserve(world, student, 100), reserve(world, student, 70)
    assert (used(world), used(world, SchoolTokens)) == ([(0, 0, 170, 0)], [(0, 0, 170, 0)])
    settle(world, first)
    assert used(world) == [(30, 20, 70, 1)]
    give_back(world, second)
    assert (counted(world), left(student)) == ((30, 20, 0, 1), 49)
    assert rows(world, AiReservation, "id") == []


def test_given_back_once(world: World) -> None:
    reserved = reserve(world, world.student())
    give_back(world, reserved)
    give_back(world, reserved)
    assert counted(world) == (0, 0, 0, 0)


def test_an_answer_may_take_more_than_was_reserved(world: World) -> None:
    reserved = reserve(world, world.student(), 10)
    settle(world, reserved, 500, 600)
    assert counted(world) == (500, 600, 0, 1)


def test_the_sweep_gives_back_what_killed_processes_left(world: World, set_clock: SetClock) -> None:
    """Nobody settles: the process is gone. The tokens come back by the sweep, the request by its own expiry."""
    students = [world.student() for _ in range(3)]
    lost = [reserve(world, student, 100) for student in students]
    set_clock(NOON + RESERVED_FOR - timedelta(microseconds=1))
    fresh = reserve(world, students[0], 7)
    assert sweep(world) == 0
    set_clock(NOON + RESERVED_FOR)
    with world.db.write() as tx:
        tx.enqueue(SweepTokens())
    world.run_jobs()
    assert sorted(used(world)) == [(0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 7, 0)]
    assert used(world, SchoolTokens) == [(0, 0, 7, 0)]
    with world.db.read() as tx:
        assert tx.scalars(select(TokenReservation.id)) == [fresh.tokens]
    settle(world, lost[1])
    assert used(world, SchoolTokens) == [(30, 20, 7, 1)], "an answer that came after all is counted"
    give_back(world, lost[2])
    assert used(world, SchoolTokens) == [(30, 20, 7, 1)]


def test_the_sweep_forgets_days_of_long_ago(world: World, set_clock: SetClock) -> None:
    settle(world, reserve(world, world.student()))
    set_clock(NOON + timedelta(days=100))
    sweep(world)
    assert len(used(world)) == 1
    set_clock(NOON + timedelta(days=101))
    sweep(world)
    assert (used(world), len(used(world, SchoolTokens))) == ([], 1)


def test_nobody_waits_for_more_answers_than_a_few(world: World, set_clock: SetClock) -> None:
    student, other = world.student(), world.student()
    held = [reserve(world, student) for _ in range(AT_ONCE)]
    with pytest.raises(RateLimited) as refused:
        reserve(world, student)
    assert refused.value.retry_after == 5
    reserve(world, other)
    settle(world, held[0])
    reserve(world, student)
    set_clock(NOON + RESERVED_FOR)
    reserve(world, student)


def test_ceilings_of_a_person_and_of_the_school(world: World, set_clock: SetClock) -> None:
    admin, student, other = world.admin(), world.student(), world.student()
    assert admin.put(TOKENS, CEILINGS).status_code == 200
    with pytest.raises(RateLimited):
        reserve(world, student, 1001)
    assert used(world) == []
    settle(world, reserve(world, student, 900), 400, 500)
    with pytest.raises(RateLimited) as refused:
        reserve(world, student, 101)
    assert refused.value.retry_after == 7 * 60 * 60, "until midnight in Tashkent"
    settle(world, reserve(world, student, 100), 50, 50)
    with pytest.raises(Unavailable) as full:
        reserve(world, other, 501)
    assert (full.value.code, full.value.retry_after) == ("ai_tokens_spent", 7 * 60 * 60)
    assert [left(student), left(other)] == [48, 50], "what is refused takes no request"
    reserve(world, other, 500)
    set_clock(NOON + timedelta(hours=7))
    reserve(world, student, 1000)
    assert len(used(world, SchoolTokens)) == 2


def test_ceilings_are_answered_over_http(world: World) -> None:
    llm, admin, student = give_llm(world), world.admin(), world.student()
    admin.put(TOKENS, {"person_daily": 5, "school_daily": None})
    answer = student.post(ASK, {"prompt": "x"})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    admin.put(TOKENS, {"person_daily": None, "school_daily": 5})
    answer = student.post(ASK, {"prompt": "x"})
    assert (answer.status_code, answer.json()) == (503, {"detail": "The school's tokens for today are spent. Try again tomorrow."})
    admin.put(TOKENS, {"person_daily": None, "school_daily": None})
    assert student.post(ASK, {"prompt": "x"}).status_code == 200
    assert (len(llm.prompts), left(student)) == (1, 49)


def test_admins_see_and_set_what_may_be_used(world: World) -> None:
    admin, student = world.admin(), world.student()
    shown = admin.get(TOKENS).json()
    nothing = {"tokens_in": 0, "tokens_out": 0, "reserved": 0, "replies": 0, "people": []}
    assert shown == {"person_daily": PERSON_TOKENS, "school_daily": None, "updated_at": None, "day": "2026-11-20", **nothing}
    settle(world, reserve(world, student))
    changed = admin.put(TOKENS, CEILINGS).json()
    assert changed == {
        **CEILINGS,
        "updated_at": "2026-11-20T17:00:00+05:00",
        "day": "2026-11-20",
        "tokens_in": 30,
        "tokens_out": 20,
        "reserved": 0,
        "replies": 1,
        "people": [{"user_id": student.id, "tokens_in": 30, "tokens_out": 20, "replies": 1}],
    }
    assert admin.put(TOKENS, CEILINGS | {"person_daily": 2}).json()["person_daily"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"person_daily": -1, "school_daily": 1},
        {"person_daily": 10**12 + 1, "school_daily": 1},
        {"person_daily": "x", "school_daily": 1},
    ],
)
def test_wrong_ceilings_are_named(sqlite_world: World, wrong: dict[str, object]) -> None:
    answer = sqlite_world.admin().put(TOKENS, wrong)
    assert (answer.status_code, "person_daily" in answer.json()) == (400, True)


def test_in_parallel_nobody_gets_more_than_there_is(world: World) -> None:
    """Thirty threads, two people, room for ten answers of the school: ten are reserved, and the books agree."""
    admin = actor(Role.ADMIN, world.admin().id)
    with world.db.write() as tx:
        tokens.set_ceilings(tx, admin, CeilingsInput(person_daily=None, school_daily=1000))
    people = [world.student() for _ in range(6)]
    ready = Barrier(30)

    def go(number: int) -> Reserved | type[DomainError]:
        ready.wait()
        try:
            return reserve(world, people[number % 6], 100)
        except DomainError as error:
            return type(error)

    with ThreadPoolExecutor(30) as threads:
        found = list(threads.map(go, range(30)))
    made = [each for each in found if isinstance(each, Reserved)]
    assert len(made) == 10
    assert {each for each in found if isinstance(each, type)} <= {Unavailable, RateLimited}
    assert used(world, SchoolTokens) == [(0, 0, 1000, 0)]
    assert sum(row[2] for row in used(world)) == 1000

    def end(number: int) -> None:
        (settle if number % 2 else give_back)(world, made[number])

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(end, range(10)))
        list(threads.map(end, range(10)))  # a second time changes only what was settled
    assert used(world, SchoolTokens)[0][2] == 0
    assert rows(world, TokenReservation, "id") == []


def test_the_last_request_is_given_to_one_of_many(world: World) -> None:
    """`gpt4o_requests` is exact under parallel calls, whatever becomes of them."""
    llm, student = give_llm(world), world.student()
    with world.db.write() as tx:
        quotas.settle(tx, quotas.take(tx, student.id, Quota.GPT4O_REQUESTS, 48))
    ready = Barrier(8)

    def go(_: int) -> int:
        ready.wait()
        return student.post(ASK, {"prompt": "x"}).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(go, range(8)))
    assert sorted(answers).count(200) == 2
    assert set(answers) <= {200, 403, 429}
    assert (left(student), len(llm.prompts), counted(world)[3]) == (0, 2, 2)
    with pytest.raises(Forbidden):
        reserve(world, student)


def test_people_s_days_go_with_them_and_the_school_s_stay(world: World) -> None:
    student, admin = world.student(), world.superadmin()
    settle(world, reserve(world, student))
    assert admin.delete(f"/api/v1/users/{student.id}").status_code == 200
    assert (used(world, PersonTokens), used(world, SchoolTokens)) == ([], [(30, 20, 0, 1)])
