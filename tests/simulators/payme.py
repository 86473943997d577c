"""Payme as the merchant sees it: it asks and tells by JSON-RPC, sends what changes something twice, and meets a bad network.

`Payme` is the other side of the protocol with a ledger of its own: what it was answered is what it believes. `play_unpaid` and `play_paid`
are the two runs of its sandbox. `Network` stands between: by a seed it delays, repeats, reorders and loses calls and answers.
"""

import json
import random
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from httpx import Response

ID = "5305e3bab097f420a62ced{:02x}"
Send = Callable[[bytes, dict[str, str]], Response]


class Lost(Exception):
    """No answer came: the call may have arrived or not."""


class Network:
    """What happens to calls on their way.

    `faults` says how likely each is: `drop` and `delay` before it arrives, `duplicate`, `lose` and `fail` (a 500) after it was done.
    """

    def __init__(self, send: Send, seed: int = 0, **faults: float) -> None:
        self._send = send
        self._random = random.Random(seed)  # noqa: S311 - repeatable
        self._faults = faults
        self._late: list[tuple[bytes, dict[str, str]]] = []

    def __call__(self, body: bytes, headers: dict[str, str]) -> Response:
        """Deliver a call, some time, perhaps.

        Raises:
            Lost: the caller hears nothing.
        """
        if self._happens("drop"):
            raise Lost
        if self._happens("delay"):  # it arrives after later ones
            self._late.append((body, headers))
            raise Lost
        if self._happens("duplicate"):
            self._send(body, headers)
        answer = self._send(body, headers)
        if self._happens("lose") or self._happens("fail"):
            raise Lost
        return answer

    def deliver_late(self) -> None:
        """Let what was delayed arrive, in no order."""
        self._random.shuffle(self._late)
        while self._late:
            self._send(*self._late.pop())

    def _happens(self, fault: str) -> bool:
        return self._random.random() < self._faults.get(fault, 0)


class Payme:
    """Payme with a cash desk's key; `now` is its clock, in milliseconds."""

    def __init__(self, send: Send, key: str, now: Callable[[], int]) -> None:
        self.send = send
        self.now = now
        self.headers = {"Authorization": basic(f"Paycom:{key}"), "Content-Type": "text/json; charset=UTF-8"}
        self.tries = 1

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """What a call is answered; sent again, up to `tries` times, where nothing comes.

        Raises:
            Lost: no answer came.
        """
        body = json.dumps({"method": method, "params": params, "id": 17}).encode()
        for left in reversed(range(self.tries)):
            try:
                answer = self.send(body, self.headers)
            except Lost:
                if not left:
                    raise
            else:
                assert answer.status_code == 200, answer.text
                read = answer.json()
                assert len({"result", "error"} & read.keys()) == 1, read
                return read
        raise Lost

    def twice(self, method: str, between: Callable[[], object] = lambda: None, **params: Any) -> dict[str, Any]:
        """A call that is sent twice, as the sandbox does; both answers are the same."""
        first = self.call(method, **params)
        between()
        assert self.call(method, **params) == first
        return first

    def check(self, number: Any, amount: Any) -> dict[str, Any]:
        return self.call("CheckPerformTransaction", amount=amount, account={"order_id": number})

    def create(self, txn: str, number: Any, amount: Any, time: int | None = None) -> dict[str, Any]:
        moment = self.now() if time is None else time
        return self.call("CreateTransaction", id=txn, time=moment, amount=amount, account={"order_id": number})

    def perform(self, txn: str) -> dict[str, Any]:
        return self.call("PerformTransaction", id=txn)

    def cancel(self, txn: str, reason: int = 5) -> dict[str, Any]:
        return self.call("CancelTransaction", id=txn, reason=reason)

    def state(self, txn: str) -> dict[str, Any]:
        return self.call("CheckTransaction", id=txn)

    def statement(self, since: int, until: int) -> list[dict[str, Any]]:
        return self.call("GetStatement", **{"from": since, "to": until})["result"]["transactions"]

    def _create_twice(self, txn: str, number: str, amount: int, between: Callable[[], object]) -> dict[str, Any]:
        params = {"id": txn, "time": self.now(), "amount": amount, "account": {"order_id": number}}
        return self.twice("CreateTransaction", between, **params)

    def play_unpaid(self, number: str, amount: int, between: Callable[[], object] = lambda: None) -> None:
        """The sandbox's first run: bad credentials, wrong input, and a payment that is cancelled before it is confirmed."""
        self._play_refusals(number, amount)
        self._play_created(number, amount, ID.format(1), between)
        cancelled = self.twice("CancelTransaction", between, id=ID.format(1), reason=3)["result"]
        assert cancelled["state"] == -1
        assert self.state(ID.format(1))["result"] | {"state": -1, "reason": 3} == self.state(ID.format(1))["result"]

    def play_paid(self, number: str, amount: int, between: Callable[[], object] = lambda: None) -> None:
        """The sandbox's second run: a payment that is confirmed, and cancelled afterwards."""
        txn = ID.format(3)
        self._play_created(number, amount, txn, between)
        performed = self.twice("PerformTransaction", between, id=txn)["result"]
        assert performed["state"] == 2
        assert self.state(txn)["result"] | {"state": 2, "cancel_time": 0, "reason": None} == self.state(txn)["result"]
        cancelled = self.twice("CancelTransaction", between, id=txn, reason=5)["result"]
        assert cancelled["state"] == -2
        assert self.state(txn)["result"]["perform_time"] == performed["perform_time"]

    def _play_refusals(self, number: str, amount: int) -> None:
        right = self.headers["Authorization"]
        self.headers["Authorization"] = basic("Uzcard:wrong")
        for method in ("CheckPerformTransaction", "CreateTransaction", "PerformTransaction", "CancelTransaction", "CheckTransaction"):
            assert code(self.call(method, id=ID.format(1))) == -32504
        self.headers["Authorization"] = right
        assert [code(self.check(number, amount + 1)), code(self.create(ID.format(1), number, amount + 1))] == [-31001] * 2
        assert [-31099 <= code(each) <= -31050 for each in (self.check("nobody", 1), self.create(ID.format(1), "nobody", 1))] == [True] * 2

    def _play_created(self, number: str, amount: int, txn: str, between: Callable[[], object]) -> None:
        assert self.check(number, amount)["result"]["allow"] is True
        created = self._create_twice(txn, number, amount, between)["result"]
        assert created["state"] == 1
        assert self.state(txn)["result"]["create_time"] == created["create_time"]
        assert code(self.create(txn[:-2] + "ff", number, amount)) == -31008


def basic(credentials: str) -> str:
    return f"Basic {b64encode(credentials.encode()).decode()}"


def code(answer: dict[str, Any]) -> int:
    """The number of an error."""
    return answer["error"]["code"]
