"""The secret address of a calendar: told once, one a person, gone when it is revoked; nothing tells wrong addresses apart."""

import io
import json
import logging
import re
import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from at_once import at_once, statuses
from bilim.accounts.models import User
from bilim.calendar import actions, queries
from bilim.calendar.models import CalendarToken
from bilim.calendar.rules import WRONG_TOKENS
from bilim.http.logs import JsonLines
from bilim.kit.codes import digest_of
from bilim.kit.path_secrets import make_secret
from calendar_feeds import CALENDAR, TOKEN, fetch, subscribe
from conftest import NOON, SetClock
from guarded import require_guarded
from world import Person, World

NOT_FOUND = {"detail": "Not found."}


def stored(world: World) -> list[tuple[int, str]]:
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(CalendarToken.user_id, CalendarToken.digest).order_by(CalendarToken.user_id))]


def heard(world: World, path: str) -> tuple[int, object]:
    answer = world.client.get(path)
    return answer.status_code, answer.json()


def test_every_function_says_who_may_call_it() -> None:
    require_guarded(actions, queries)


def test_an_address_is_told_once_and_its_secret_is_not_stored(world: World, set_clock: SetClock) -> None:
    ali, lola = world.student(), world.student()
    assert ali.get(TOKEN).json() == {"is_active": False, "created_at": None}
    made = ali.post(TOKEN).json()
    assert re.fullmatch(rf"{CALENDAR}private-[A-Za-z0-9_-]{{43}}\.ics", made["path"]), "256 bits"
    assert made["url"] == f"https://school.example{made['path']}"
    secret = made["path"].removeprefix(CALENDAR).removesuffix(".ics")
    assert stored(world) == [(ali.id, digest_of(secret))]
    assert ali.get(TOKEN).json() == {"is_active": True, "created_at": made["created_at"]}
    assert made["created_at"] == "2026-11-20T17:00:00+05:00"
    assert lola.get(TOKEN).json()["is_active"] is False
    assert fetch(world, made["path"]).headers["content-type"] == "text/calendar; charset=utf-8"


def test_a_new_address_replaces_the_former_one_of_its_person_alone(world: World, set_clock: SetClock) -> None:
    ali, lola = world.student(), world.student()
    first, others = subscribe(ali), subscribe(lola)
    set_clock(NOON + timedelta(hours=1))
    second = subscribe(ali)
    assert first != second
    assert heard(world, first) == (404, NOT_FOUND)
    assert [fetch(world, path).status_code for path in (second, others)] == [200, 200]
    assert ali.get(TOKEN).json()["created_at"] == "2026-11-20T18:00:00+05:00"
    assert [user_id for user_id, _ in stored(world)] == [ali.id, lola.id]


def test_a_revoked_address_opens_nothing_and_revoking_again_is_no_error(world: World) -> None:
    ali, lola = world.student(), world.student()
    path, others = subscribe(ali), subscribe(lola)
    assert [ali.delete(TOKEN).status_code for _ in range(2)] == [204, 204]
    assert heard(world, path) == (404, NOT_FOUND)
    assert ali.get(TOKEN).json() == {"is_active": False, "created_at": None}
    assert fetch(world, others)


def test_a_closed_account_has_no_calendar_and_a_deleted_one_loses_its_address(world: World) -> None:
    admin, ali, lola = world.admin(), world.student(), world.student()
    closed, deleted = subscribe(ali), subscribe(lola)
    assert admin.put(f"/api/v1/users/{ali.id}", {"is_active": False}).status_code == 200
    assert admin.delete(f"/api/v1/users/{lola.id}").status_code == 200
    assert [heard(world, path) for path in (closed, deleted)] == [(404, NOT_FOUND)] * 2
    assert [user_id for user_id, _ in stored(world)] == [ali.id]
    assert admin.put(f"/api/v1/users/{ali.id}", {"is_active": True}).status_code == 200
    assert fetch(world, closed), "whoever is let in again finds their devices as they were"


def test_a_hidden_person_has_no_calendar(world: World) -> None:
    """Whoever has a history is hidden instead of deleted; their rows stay, and nothing of them is told."""
    admin, group = world.admin(), world.group()
    ali = world.member(group["id"])
    path = subscribe(ali)
    assert admin.delete(f"/api/v1/users/{ali.id}").status_code == 200
    with world.db.read() as tx:
        assert tx.scalar(select(User.deleted_at).where(User.id == ali.id)) is not None
    assert heard(world, path) == (404, NOT_FOUND)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"deleted_at": NOON}], ids=["closed", "deleted"])
def test_either_mark_of_a_closed_account_hides_its_calendar(world: World, closed: dict[str, object]) -> None:
    ali, lola = world.student(), world.student()
    path, others = subscribe(ali), subscribe(lola)
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == ali.id).values(**closed))
    assert heard(world, path) == (404, NOT_FOUND)
    assert fetch(world, others)


@pytest.mark.parametrize(
    "file",
    [
        "private-" + "A" * 43 + ".ics",
        "private-.ics",
        ".ics",
        "a",
        "x" * 10_000 + ".ics",
        "private-" + "%00" * 3 + ".ics",
        "%ED%A0%80.ics",
        "private-%2e%2e%2fusers.ics",
        "' OR 1=1 --.ics",
        "ǆ.ics",
        "7.ics",
    ],
)
def test_what_is_no_address_is_a_404_like_any_other(sqlite_world: World, file: str) -> None:
    assert heard(sqlite_world, CALENDAR + file) == (404, NOT_FOUND)


def test_only_the_whole_address_opens_a_calendar(sqlite_world: World) -> None:
    path = subscribe(sqlite_world.student())
    digest = digest_of(path.removeprefix(CALENDAR).removesuffix(".ics"))
    cut, longer, other_case = path[:-5] + ".ics", path + ".ics", path.replace(".ics", ".ICS")
    wrong = [path.removesuffix(".ics"), cut, longer, other_case, path.upper(), f"{CALENDAR}{digest}.ics"]
    assert [heard(sqlite_world, each) for each in wrong] == [(404, NOT_FOUND)] * len(wrong)


def test_wrong_addresses_of_a_network_are_counted_and_right_ones_go_on(world: World, set_clock: SetClock) -> None:
    path, stranger = subscribe(world.student()), world.at("203.0.113.7")
    wrong = [stranger.get(f"{CALENDAR}{make_secret()}.ics") for _ in range(61)]
    assert statuses(wrong) == {404: 60, 429: 1}
    assert wrong[-1].headers["retry-after"] == "600"
    assert stranger.get(path).status_code == 200, "a network that guesses still reads what it has the address of"
    assert world.at("203.0.113.8").get(f"{CALENDAR}x.ics").status_code == 404
    set_clock(NOON + WRONG_TOKENS.window)
    assert stranger.get(f"{CALENDAR}x.ics").status_code == 404


def test_of_parallel_new_addresses_exactly_one_works(world: World) -> None:
    ali = world.student()
    made = at_once([partial(ali.post, TOKEN) for _ in range(10)])
    assert statuses(made) == {201: 10}
    paths = [answer.json()["path"] for answer in made]
    assert len(set(paths)) == 10
    assert sorted(world.client.get(path).status_code for path in paths) == [200] + [404] * 9
    assert [user_id for user_id, _ in stored(world)] == [ali.id]


def test_a_calendar_that_is_revoked_while_it_is_read_is_whole_or_not_there(world: World) -> None:
    group = world.group(days="Mon", start_time="09:00", end_time="10:00")
    ali = world.member(group["id"])
    for _ in range(5):
        path = subscribe(ali)
        whole = fetch(world, path).content
        *reads, revoked = at_once([*(partial(world.client.get, path) for _ in range(4)), partial(ali.delete, TOKEN)])
        assert revoked.status_code == 204
        assert {read.content for read in reads if read.status_code == 200} <= {whole}
        assert statuses(reads).keys() <= {200, 404}
        assert heard(world, path)[0] == 404


def _logged(world: World, person: Person, path: str) -> str:
    """All that is logged of reads that succeed, fail, and break."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger("bilim")
    root.addHandler(handler)
    root.setLevel("DEBUG")
    try:
        client = world.client
        for each in (path, path + "/", path + "?x=1", "/" + path, path.replace("/api", "/API"), path.replace("calendar", "calendars")):
            client.get(each)
        client.head(path)
        client.post(path)
        client.get(path.replace("/private", "/7/private"))
        person.delete(TOKEN)
        client.get(path)
    finally:
        root.removeHandler(handler)
        root.setLevel("NOTSET")
    return stream.getvalue()


def test_no_log_has_the_secret(sqlite_world: World) -> None:
    ali = sqlite_world.student()
    path = subscribe(ali)
    secret = path.removeprefix(CALENDAR).removesuffix(".ics")
    logged = _logged(sqlite_world, ali, path)
    assert secret.removeprefix("private-") not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    assert (lines[0]["path"], lines[0]["status"]) == (f"{CALENDAR}private-***.ics", 200)
    assert len(lines) == 11


@pytest.mark.parametrize("broken", [OperationalError("SELECT", {}, Exception("gone")), ZeroDivisionError()])
def test_an_error_is_logged_without_the_secret(
    sqlite_world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    path = subscribe(sqlite_world.student())

    def fail(*_: object) -> bytes:
        raise broken

    monkeypatch.setattr("bilim.calendar.flows.document_of", fail)
    assert sqlite_world.client.get(path).status_code in {500, 503}
    assert "private-***.ics" in caplog.text
    assert path.removeprefix(f"{CALENDAR}private-").removesuffix(".ics") not in caplog.text


def test_the_routes_are_loaded_without_the_library() -> None:
    """It takes a sixth of a second to import; only reads of calendars need it."""
    tried = "import sys, bilim.calendar.api_learning; sys.exit('icalendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", tried], check=False, timeout=60).returncode == 0
