"""The same orders over the same bad networks, by a real server with its jobs, which is killed and started anew meanwhile."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bilim.db.outbox_tables import JobRow
from bilim.kit import clock
from click_till import CLICK
from payments.shop import PAYME, count
from simulators.click import MerchantServer
from simulators.payme import Lost
from simulators.stripe import sign
from soak.running import HOST, Server
from soak.test_money import Market
from stripe_till import PAYMENTS_HOOK, STRIPE, Till, open_till, seconds
from world import Person, World

AT_A_TIME = 4
"""Orders."""
TRIES = 3_000
"""Of each call: while the server is away, some twenty a second are lost."""


class KilledMarket(Market):
    """A market whose server is a process that others kill."""

    def __init__(self, world: World, till: Till, client: httpx.Client, seed: int) -> None:
        self.client = client
        super().__init__(world, till, seed)
        self.payme.tries = self.click.tries = TRIES

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """What a call is answered.

        Raises:
            Lost: the server is away, or went before it answered.
        """
        try:
            answer = self.client.post(path, content=body, headers=headers)
        except httpx.HTTPError:
            time.sleep(0.05)
            raise Lost from None
        if answer.status_code >= 500:
            raise Lost
        return answer

    def begin(self, person: Person, wanted: dict[str, Any]) -> dict[str, Any]:
        """A payment that somebody began, who presses again until they are answered."""
        headers = {**person.headers, "Content-Type": "application/json"}
        begun = self._insist("/api/payments/", json.dumps(wanted).encode(), headers)
        assert begun.status_code == 201, begun.text
        return begun.json()

    def tell_of_cards(self) -> None:
        """Stripe's events arrive, in no order and some twice; each is sent until the server takes it."""
        for event in self.till.sim.shuffled(self.chance.randrange(1000), twice=0.3):
            body = json.dumps(event).encode()
            assert self._insist(PAYMENTS_HOOK, body, {"stripe-signature": sign(body, seconds())}).status_code == 200

    def _insist(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        for _ in range(TRIES):
            try:
                return self.send(path, body, headers)
            except Lost:
                continue
        raise Lost


class Killer:
    """Kills the server so often, at moments spread over the orders, and starts it anew."""

    def __init__(self, server: Server, market: KilledMarket, orders: int, kills: int) -> None:
        self.server, self.market, self.left = server, market, kills
        self._moments = [(place + 1) * orders // (kills + 1) for place in range(kills)]

    def run(self, ended: threading.Event) -> None:
        for moment in self._moments:
            while len(self.market.said.stories) < moment and not ended.is_set():
                time.sleep(0.002)
            time.sleep(self.market.chance.uniform(0, 0.05))
            self.server.kill()
            self.server.start()
            self.left -= 1


@contextmanager
def killing(killer: Killer) -> Iterator[None]:
    ended = threading.Event()
    thread = threading.Thread(target=killer.run, args=(ended,))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def play(world: World, monkeypatch: pytest.MonkeyPatch, orders: int, kills: int, seed: int) -> None:
    keys = {name.upper(): value for name, value in (PAYME | CLICK | STRIPE).items()}
    with open_till(world) as till, MerchantServer({}) as merchant:
        own = {"STRIPE_API_BASE": till.sim.url, "CLICK_API_BASE": merchant.url, "CLICK_MERCHANT_USER_ID": "3", "ENVIRONMENT": "development"}
        server = Server(world.app.state.services.settings, environment=keys | own)
        with httpx.Client(base_url=f"http://{HOST}:{server.port}", timeout=30) as client, server:
            market = KilledMarket(world, till, client, seed)
            merchant.said = market.said.click
            killer = Killer(server, market, orders, kills)
            with killing(killer), ThreadPoolExecutor(AT_A_TIME) as payers:
                for ordered in [payers.submit(market.order) for _ in range(orders)]:
                    ordered.result()
            assert killer.left == 0
            for network in market.networks:
                network.deliver_late()
            market.tell_of_cards()
        later = clock.now() + timedelta(minutes=30)  # what the killed process had claimed is another's by then
        monkeypatch.setattr(clock, "now", lambda: later)
        world.run_jobs("money")
        assert count(world, JobRow, JobRow.queue == "money", JobRow.state != "dead") == 0
        market.check()


def test_orders_outlive_a_server_that_is_killed(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    play(sqlite_world, monkeypatch, orders=24, kills=1, seed=3)


@pytest.mark.soak
def test_a_thousand_orders_outlive_a_server_that_is_killed_again_and_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    play(world, monkeypatch, orders=1_000, kills=20, seed=5)
