"""Guessing passwords is slow, and keeps nobody else from signing in; signing up without end is not possible (CONTRACT section 6)."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import httpx
import pytest
from httpx import Response
from sqlalchemy import func, insert, select, update

from bilim.accounts import passwords, rules
from bilim.accounts.models import KnownNetwork, User
from bilim.accounts.passwords import Hashing
from bilim.http.outer import OuterMiddleware
from bilim.kit import clock
from bilim.kit.errors import Invalid, Problem, Unavailable
from bilim.limits.models import Window
from world import ADMIN_LOGIN, PASSWORD, World

HOME, SCHOOL, STRANGER = "203.0.113.1", "203.0.113.2", "198.51.100.9"
TOO_OFTEN = "Juda ko‘p so‘rov. Birozdan keyin qayta urinib ko‘ring."
DOORS = ("/api/v1/login", "/api/v1/login/access-token", "/api/auth/login/")
SIGN_UPS = ("/api/v1/users/", "/api/auth/register/")


def login(world: World, name: str, password: str = PASSWORD, at: str = HOME, door: str = DOORS[0]) -> Response:
    return world.at(at).post(door, json={"username": name, "password": password})


def guess(world: World, name: str, at: Iterable[str]) -> list[int]:
    """The answers to one wrong password from each address in turn."""
    return [login(world, name, "a wrong guess", each).status_code for each in at]


def strangers(count: int) -> list[str]:
    """So many addresses that nobody knows."""
    return [f"192.0.2.{number}" for number in range(1, count + 1)]


def sign_up(world: World, name: str, at: str = SCHOOL, door: str = SIGN_UPS[0], **kw: object) -> Response:
    return world.at(at).post(door, json={"username": name, "email": f"{name}@example.com", "password": PASSWORD}, **kw)  # type: ignore[arg-type]


def fill(world: World, limit: rules.Limit, key: str, taken: int) -> None:
    """Let a key have taken so many places in turn, as if by calls that ended before now."""
    now = int(clock.now().timestamp() * 1_000_000)
    ends_at = now + 3600 * 1_000_000
    opens_at = 0 if limit.waits or taken < limit.places else ends_at
    with world.db.write() as tx:
        tx.execute(insert(Window).values(key=f"{limit.name}:{key}", began_at=now - 1, taken=taken, opens_at=opens_at, ends_at=ends_at))


def taken(world: World, limit: rules.Limit, key: str) -> int | None:
    with world.db.read() as tx:
        return tx.scalar(select(Window.taken).where(Window.key == f"{limit.name}:{key}"))


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_sixth_guess_waits_at_every_door_and_the_wait_passes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = world.student()
    assert guess(world, student.username, [HOME] * 5) == [401] * 5
    for door in DOORS:
        for name in (student.username, f"{student.username}@example.com"):
            answer = login(world, name, door=door)
            assert (answer.status_code, answer.json()) == (429, {"detail": TOO_OFTEN})
            assert 0 < int(answer.headers["retry-after"]) <= 15
    later(monkeypatch, timedelta(seconds=16))
    assert login(world, student.username).status_code == 200, "nobody is locked out for good"
    assert guess(world, student.username, [HOME] * 6) == [401] * 5 + [429], "a right password forgets the wrong ones"


def test_a_wait_that_was_not_enough_doubles_up_to_a_quarter_of_an_hour(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = sqlite_world.student()
    guess(sqlite_world, student.username, [HOME] * 4)
    for seconds in (15, 30, 60, 120, 240, 480, 900, 900):
        later(monkeypatch, timedelta(0))
        assert guess(sqlite_world, student.username, [HOME]) == [401]
        assert int(login(sqlite_world, student.username).headers["retry-after"]) == seconds
        later(monkeypatch, timedelta(seconds=seconds))


def test_guesses_from_elsewhere_do_not_keep_anybody_from_their_exam(world: World) -> None:
    student = world.student()
    assert login(world, student.username, at=HOME).status_code == 200
    guess(world, student.username, [STRANGER] * 5)
    assert login(world, student.username, at=STRANGER).status_code == 429
    assert login(world, student.username, at=HOME).status_code == 200, "at home"
    assert login(world, student.username, at=SCHOOL).status_code == 200, "and at school, where they never signed in before"


def test_guesses_spread_over_many_addresses_are_slowed_but_not_where_the_account_is_known(world: World) -> None:
    student, free = world.student(), rules.GUESSES_AT_ACCOUNT_FROM_STRANGERS.places
    assert login(world, student.username, at=HOME).status_code == 200
    assert guess(world, student.username, strangers(free + 3)) == [401] * free + [429] * 3
    assert login(world, student.username, at=SCHOOL).status_code == 429, "whoever it is"
    assert guess(world, student.username, [HOME]) == [401]
    assert login(world, student.username, at=HOME).status_code == 200
    assert guess(world, student.username, [STRANGER]) == [429], "their own sign-in does not excuse the strangers"


def test_guesses_spread_over_the_addresses_of_one_ipv6_customer_come_from_one_network(sqlite_world: World) -> None:
    student = sqlite_world.student()
    assert guess(sqlite_world, student.username, [f"2001:db8:1:2::{number}" for number in range(1, 7)]) == [401] * 5 + [429]
    assert guess(sqlite_world, student.username, ["2001:db8:1:3::1"]) == [401]


def test_where_somebody_signed_in_last_they_are_known(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, other = sqlite_world.student(), sqlite_world.student()
    addresses = strangers(rules.KNOWN_NETWORKS + 1)
    for person, address in [(student, each) for each in [*addresses[1:], addresses[1]]] + [(other, HOME), (student, addresses[0])]:
        later(monkeypatch, timedelta(seconds=1))
        assert login(sqlite_world, person.username, at=address).status_code == 200
    with sqlite_world.db.read() as tx:
        kept = tx.all(select(KnownNetwork.user_id, KnownNetwork.network))
    assert sorted(kept) == sorted([(student.id, address) for address in addresses if address != addresses[2]] + [(other.id, HOME)])


def test_a_name_that_nobody_has_is_known_nowhere(sqlite_world: World) -> None:
    sqlite_world.at(HOME).post(DOORS[0], json=ADMIN_LOGIN)
    guess(sqlite_world, "nobody", [HOME])
    assert taken(sqlite_world, rules.GUESSES_AT_ACCOUNT_FROM_STRANGERS, "name:nobody") == 1


def test_a_wrong_password_makes_no_network_known(sqlite_world: World) -> None:
    student = sqlite_world.student()
    guess(sqlite_world, student.username, [HOME])
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(KnownNetwork)) == 0


def test_a_network_that_guesses_at_many_accounts_waits_a_minute_at_most(world: World) -> None:
    student, limit = world.student(), rules.GUESSES_FROM_NETWORK
    fill(world, limit, SCHOOL, 199)
    assert guess(world, "one-more", [SCHOOL]) == [401]
    answer = login(world, student.username, at=SCHOOL)
    assert (answer.status_code, 0 < int(answer.headers["retry-after"]) <= 15) == (429, True)
    assert login(world, student.username, at=HOME).status_code == 200, "others are not concerned"
    fill(world, limit, STRANGER, 10_000)
    assert guess(world, "one-more", [STRANGER]) == [401]
    assert 50 < int(login(world, "another", at=STRANGER).headers["retry-after"]) <= 60


def test_every_wrong_password_counts_for_the_network_whatever_the_name(sqlite_world: World) -> None:
    student = sqlite_world.student()
    for name in (student.username, "nobody", "somebody"):
        guess(sqlite_world, name, [SCHOOL])
    assert taken(sqlite_world, rules.GUESSES_FROM_NETWORK, SCHOOL) == 3


def test_a_right_password_does_not_excuse_what_the_network_guessed(world: World) -> None:
    student, limit = world.student(), rules.GUESSES_FROM_NETWORK
    fill(world, limit, SCHOOL, 198)
    assert guess(world, "nobody", [SCHOOL]) == [401]
    assert [login(world, student.username, at=SCHOOL).status_code for _ in range(3)] == [200] * 3, "nor is it counted itself"
    assert taken(world, limit, SCHOOL) == 199
    assert guess(world, "nobody", [SCHOOL] * 2) == [401, 429]


def test_a_class_signs_in_while_its_network_must_wait_between_guesses(world: World) -> None:
    """A right password ends the wait that its own place began."""
    fill(world, rules.GUESSES_FROM_NETWORK, SCHOOL, 500)
    students = [world.student() for _ in range(3)]
    assert [login(world, student.username, at=SCHOOL).status_code for student in students] == [200] * 3


def test_names_that_nobody_has_are_answered_like_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, checked = world.student(), list[str | None]()
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == closed.id).values(is_active=False))
    verify = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda known, typed: (checked.append(known), verify(known, typed))[1])
    seen = []
    for name in (world.student().username, closed.username, "nobody"):
        answers = [login(world, name, "a wrong guess") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        seen.append([answer.content for answer in answers])
    assert seen[0] == seen[1] == seen[2]
    assert [known is None for known in checked] == [False] * 5 + [True] * 10, "each was checked against some hash"


def test_a_name_made_of_digits_is_not_somebodys_id(sqlite_world: World) -> None:
    student = sqlite_world.student()
    for name in (str(student.id), f"id:{student.id}"):
        guess(sqlite_world, name, [HOME] * 5)
    assert login(sqlite_world, student.username, at=HOME).status_code == 200


def test_guesses_are_forgotten_and_fill_no_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = world.student()
    for number in range(4):
        guess(world, student.username, [HOME])
        guess(world, f"name{number}", [HOME])
    later(monkeypatch, timedelta(hours=2, minutes=1))
    assert guess(world, student.username, [HOME] * 5) == [401] * 5, "counted anew"
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Window)) == 3


@pytest.mark.parametrize("door", SIGN_UPS)
def test_two_hundred_people_an_hour_sign_up_from_one_network(world: World, monkeypatch: pytest.MonkeyPatch, door: str) -> None:
    fill(world, rules.SIGN_UPS_FROM_NETWORK, SCHOOL, 199)
    assert sign_up(world, "the-last", door=door).status_code == 201
    for either in SIGN_UPS:
        answer = sign_up(world, "too-many", door=either)
        assert (answer.status_code, answer.json()) == (429, {"detail": TOO_OFTEN})
        assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert sign_up(world, "elsewhere", at=HOME, door=door).status_code == 201
    later(monkeypatch, timedelta(minutes=61))
    assert sign_up(world, "too-many", door=door).status_code == 201
    with world.db.read() as tx:
        names = tx.scalars(select(User.username).where(User.username != "admin").order_by(User.id))
    assert names == ["the-last", "elsewhere", "too-many"]


def test_accounts_that_admins_make_are_not_counted(sqlite_world: World) -> None:
    fill(sqlite_world, rules.SIGN_UPS_FROM_NETWORK, SCHOOL, 200)
    admin, student = sqlite_world.admin(), sqlite_world.student()
    assert sign_up(sqlite_world, "by-admin", headers=admin.headers).status_code == 201
    assert sign_up(sqlite_world, "by-student", headers=student.headers).status_code == 429
    assert sign_up(sqlite_world, "by-nobody").status_code == 429


class Captcha:
    """Lets one token pass, and does not answer about another."""

    async def check(self, token: str | None) -> None:
        if token == "silence":
            raise Unavailable
        if token != "good":
            raise Invalid({"g-recaptcha-response": [Problem("required")]})


@pytest.mark.parametrize("door", SIGN_UPS)
def test_the_captcha_is_asked_at_every_door(sqlite_world: World, door: str) -> None:
    sqlite_world.use(captcha=Captcha())
    limit = rules.SIGN_UPS_FROM_NETWORK
    assert sign_up(sqlite_world, "program", door=door).json() == {"g-recaptcha-response": ["This field is required."]}
    assert taken(sqlite_world, limit, SCHOOL) == 1, "each try costs a call to the captcha, so each counts"
    assert sign_up(sqlite_world, "person", door=door, headers={"g-recaptcha-response": "silence"}).status_code == 503
    assert taken(sqlite_world, limit, SCHOOL) == 1, "whose fault it is not need not wait for it"
    assert sign_up(sqlite_world, "person", door=door, headers={"g-recaptcha-response": "good"}).status_code == 201
    assert login(sqlite_world, "program").status_code == 401
    assert login(sqlite_world, "person").status_code == 200


class FullPool:
    """Hashes nothing: too many passwords wait already."""

    async def run(self, *_: object) -> None:
        raise Unavailable("busy", retry_after=1)


def test_whoever_finds_no_place_to_be_hashed_comes_again_and_is_not_counted(sqlite_world: World) -> None:
    student = sqlite_world.student()
    usual = sqlite_world.app.state.services.hashing
    sqlite_world.use(hashing=Hashing(FullPool()))  # type: ignore[arg-type]
    for answer in [login(sqlite_world, student.username) for _ in range(6)] + [sign_up(sqlite_world, "newcomer")]:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert taken(sqlite_world, rules.GUESSES_FROM_NETWORK, HOME) == 0
    assert taken(sqlite_world, rules.SIGN_UPS_FROM_NETWORK, SCHOOL) == 0
    sqlite_world.use(hashing=usual)
    assert login(sqlite_world, student.username).status_code == 200
    assert sign_up(sqlite_world, "newcomer").status_code == 201


def test_sign_ups_that_wait_for_the_captcha_hold_up_nobody(sqlite_world: World) -> None:
    student, answered = sqlite_world.student(), asyncio.Event()

    class Hanging:
        async def check(self, _token: str | None) -> None:
            await answered.wait()

    sqlite_world.use(captcha=Hanging())

    async def story() -> None:
        transport = httpx.ASGITransport(OuterMiddleware(sqlite_world.app))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            bodies = [{"username": f"waiting{n}", "email": f"waiting{n}@example.com", "password": PASSWORD} for n in range(40)]
            waiting = [asyncio.create_task(client.post(SIGN_UPS[n % 2], json=body)) for n, body in enumerate(bodies)]
            signed_in = await client.post(DOORS[0], json={"username": student.username, "password": PASSWORD})
            assert (signed_in.status_code, [each.done() for each in waiting]) == (200, [False] * 40)
            assert sqlite_world.db.connections_in_use == 0
            answered.set()
            assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {201}

    asyncio.run(story())
