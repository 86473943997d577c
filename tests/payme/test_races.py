"""Payme's calls that meet, and a server that dies between its commit and its answer."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from at_once import at_once
from bilim.db.outbox_tables import JobRow
from bilim.payments.models import BalanceEntry, OrderGrant, ProviderTransaction
from bilim.study.models import Enrollment
from payme.till import PATH, TIYIN, TXN, open_till
from payments.shop import PRICE, bought, count
from simulators.payme import ID, Payme, code
from world import World

ROOT = Path(__file__).parents[2]
DYING = """
import os, signal, sys
from bilim.app.services import open_database
from bilim.payme.actions import write
from bilim.settings import load

db = open_database(load())
with db.write() as tx:
    write(tx, "PerformTransaction", {"id": sys.argv[1]})
    if sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def till(world: World) -> Payme:
    return open_till(world)


@pytest.fixture
def number(world: World, till: Payme) -> str:
    return bought(world.student(), course=world.course(world.teacher(), price=PRICE)["id"])["number"]


def sent(till: Payme, method: str, **params: Any) -> Any:
    """A call to be made at once with others."""
    import json

    body = json.dumps({"method": method, "params": params, "id": 1})
    return lambda: till.send(body.encode(), till.headers)


def test_p15_of_fifty_performs_at_once_one_grants(world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    answers = at_once([sent(till, "PerformTransaction", id=TXN)] * 50)
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["result"]["state"] == 2
    taken = count(world, JobRow, JobRow.kind == "billing.payment-taken")
    assert [taken, *(count(world, table) for table in (OrderGrant, Enrollment, BalanceEntry))] == [1, 1, 1, 0]


def test_p16_of_fifty_creates_at_once_one_begins(world: World, till: Payme, number: str) -> None:
    account = {"order_id": number}
    creates = [sent(till, "CreateTransaction", id=ID.format(place), time=till.now(), amount=TIYIN, account=account) for place in range(50)]
    answers = [answer.json() for answer in at_once(creates)]
    begun = [answer for answer in answers if "result" in answer]
    assert len(begun) == 1
    assert {code(answer) for answer in answers if "error" in answer} == {-31008}
    assert count(world, ProviderTransaction) == 1


def test_one_create_sent_many_times_at_once_begins_once(world: World, till: Payme, number: str) -> None:
    create = sent(till, "CreateTransaction", id=TXN, time=till.now(), amount=TIYIN, account={"order_id": number})
    assert len({answer.text for answer in at_once([create] * 20)}) == 1
    assert count(world, ProviderTransaction) == 1


def test_perform_and_cancel_at_once_leave_one_truth(world: World, till: Payme, number: str) -> None:
    till.create(TXN, number, TIYIN)
    at_once([sent(till, "PerformTransaction", id=TXN), sent(till, "CancelTransaction", id=TXN, reason=3)] * 10)
    assert till.state(TXN)["result"]["state"] < 0
    assert (count(world, OrderGrant, OrderGrant.revoked_at.is_(None)), count(world, Enrollment)) == (0, 0)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p17_a_server_that_dies_around_its_commit_grants_once(world: World, till: Payme, number: str, moment: str, tmp_path: Path) -> None:
    till.create(TXN, number, TIYIN)
    settings = world.app.state.services.settings
    environment = os.environ | {"DATABASE_URL": settings.database_url, "BILIM_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    dead = subprocess.run([sys.executable, "-c", DYING, TXN, moment], env=environment, capture_output=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    deadline = time.monotonic() + 10
    while moment == "before" and count(world, OrderGrant) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert count(world, OrderGrant) == (moment == "after")
    with world.db.read() as tx:
        kept = tx.scalar(select(ProviderTransaction.captured_at))
    first = till.perform(TXN)
    assert (first["result"]["state"], till.perform(TXN)) == (2, first)
    assert (count(world, OrderGrant), count(world, Enrollment)) == (1, 1)
    if kept is not None:
        with world.db.read() as tx:
            assert tx.scalar(select(ProviderTransaction.captured_at)) == kept
    assert world.get(PATH).status_code == 200
