"""A local Bot API: it keeps Telegram's limits, misbehaves when told to or by chance, and remembers what it delivered.

In a thread: `with TelegramStub(...) as stub: Telegram(TOKEN, stub.url)`. As a process: `python tests/telegram_stub.py --port 8081 --rate 30
--chance blocked=0.01`; `GET /report` tells what happened.
"""

import argparse
import json
import math
import random
import threading
import time
from collections import Counter, defaultdict, deque
from typing import Any

from loopback import Handler, Loopback

TOKEN = "123456:a-token-of-the-tests"
FORBIDDEN = {
    "blocked": "Forbidden: bot was blocked by the user",
    "deactivated": "Forbidden: user is deactivated",
    "not started": "Forbidden: bot can't initiate conversation with a user",
}
BAD_REQUESTS = {"no such chat": "Bad Request: chat not found", "bad request": "Bad Request: message text is empty"}
HANGS = ("lost", "late")
"""No answer comes: `lost` did not deliver, `late` did."""
FAULTS = (*FORBIDDEN, *BAD_REQUESTS, *HANGS, "429", "500", "nonsense", "unauthorized")


class TelegramStub(Loopback):
    """The service, as a server."""

    def __init__(
        self,
        *,
        latency: float = 0.02,
        rate: int = 30,
        chat_interval: float = 1.0,
        retry_after: int = 1,
        hang: float = 0.05,
        chances: dict[str, float] | None = None,
        seed: int = 1,
        port: int = 0,
    ) -> None:
        super().__init__(_Handler, port)
        self.latency, self.rate, self.chat_interval, self.retry_after, self.hang = latency, rate, chat_interval, retry_after, hang
        self.chances = chances or {}
        self.delivered: list[tuple[str, str]] = []
        """Chat and text of every delivery, in order."""
        self.answers: Counter[str] = Counter()
        """How often a call was delivered (`ok`) or met a fault."""
        self.violations: Counter[str] = Counter()
        """Calls beyond the service's limits: `rate`, `chat`, or `wait` for one during a silence it had asked for."""
        self.webhooks: list[dict[str, Any]] = []
        self._chance = random.Random(seed)  # noqa: S311 - faults to repeat, not secrets
        self._script: defaultdict[str, deque[str]] = defaultdict(deque)
        self._recent: deque[float] = deque()
        self._chats: dict[str, float] = {}
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def will(self, chat_id: str, *faults: str) -> None:
        """Let the next calls for a chat meet these faults, then go on as usual."""
        assert set(faults) <= {*FAULTS, "ok"}
        self._script[chat_id].extend(faults)

    def forget(self) -> None:
        """Count calls anew: whoever waited out a limit may go on at once."""
        self._silent_until = 0.0
        self._recent.clear()
        self._chats.clear()

    @property
    def repeats(self) -> dict[tuple[str, str], int]:
        """Deliveries of the same text to the same chat beyond the first."""
        return {delivery: times - 1 for delivery, times in Counter(self.delivered).items() if times > 1}

    @property
    def calls(self) -> int:
        """How often somebody tried to send."""
        return sum(self.answers.values())

    def take(self, chat_id: str, text: str) -> str:
        """Decide on a call: `ok`, or the fault it meets."""
        with self._lock:
            outcome = self._limited(chat_id) or self._fault(chat_id)
            self.answers[outcome] += 1
            if outcome in ("ok", "late"):
                self.delivered.append((chat_id, text))
                self._recent.append(time.monotonic())
                self._chats[chat_id] = time.monotonic()
            elif outcome == "429":
                self._silent_until = time.monotonic() + self.retry_after
            return outcome

    def _limited(self, chat_id: str) -> str:
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        broken = {
            "wait": now < self._silent_until,
            "rate": len(self._recent) >= self.rate,
            "chat": now < self._chats.get(chat_id, -math.inf) + self.chat_interval,
        }
        self.violations.update(name for name, is_broken in broken.items() if is_broken)
        return "limit" if any(broken.values()) else ""

    def _fault(self, chat_id: str) -> str:
        if self._script[chat_id]:
            return self._script[chat_id].popleft()
        roll = self._chance.random()
        for fault, chance in self.chances.items():
            roll -= chance
            if roll < 0:
                return fault
        return "ok"

    def report(self) -> dict[str, Any]:
        """What happened so far."""
        with self._lock:
            repeats = [{"chat": chat, "text": text, "times": times} for (chat, text), times in self.repeats.items()]
            answers, violations = dict(self.answers), dict(self.violations)
            return {"delivered": len(self.delivered), "answers": answers, "violations": violations, "repeats": repeats}


class _Handler(Handler):
    server: TelegramStub

    def do_GET(self) -> None:
        self.send(200, self.server.report())

    def do_POST(self) -> None:
        stub, body = self.server, json.loads(self.body())
        time.sleep(stub.latency)
        prefix, _, method = self.path.rpartition("/")
        if prefix != f"/bot{TOKEN}":
            self._refuse(401, "Unauthorized")
        elif method == "setWebhook":
            stub.webhooks.append(body)
            self.send(200, {"ok": True, "result": True, "description": "Webhook was set"})
        elif method == "sendMessage":
            self._answer(stub.take(body["chat_id"], body["text"]))
        else:
            self._refuse(404, "Not Found")

    def _answer(self, outcome: str) -> None:
        stub = self.server
        if outcome in ("limit", "429"):
            self._refuse(429, f"Too Many Requests: retry after {stub.retry_after}", parameters={"retry_after": stub.retry_after})
        elif outcome in FORBIDDEN:
            self._refuse(403, FORBIDDEN[outcome])
        elif outcome in BAD_REQUESTS:
            self._refuse(400, BAD_REQUESTS[outcome])
        elif outcome == "unauthorized":
            self._refuse(401, "Unauthorized")
        elif outcome == "500":
            self._refuse(500, "Internal Server Error")
        elif outcome in HANGS:
            time.sleep(stub.hang)
            self.close_connection = True
        else:
            self.send(200, {"ok": True, "result": {"message_id": 1}} if outcome == "ok" else ["nonsense"])

    def _refuse(self, status: int, description: str, **more: Any) -> None:
        self.send(status, {"ok": False, "error_code": status, "description": description} | more)


def main() -> None:
    """Serve as a process of its own."""
    parser = argparse.ArgumentParser(description="A local Telegram Bot API")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--latency", type=float, default=0.02, help="seconds")
    parser.add_argument("--rate", type=int, default=30, help="messages a second over all chats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chance", action="append", default=[], metavar="FAULT=P", help=f"one of {', '.join(FAULTS)}")
    given = parser.parse_args()
    chances = {fault: float(chance) for fault, _, chance in (each.partition("=") for each in given.chance)}
    stub = TelegramStub(latency=given.latency, rate=given.rate, seed=given.seed, port=given.port, chances=chances)
    print(f"{stub.url}, token {TOKEN}", flush=True)  # noqa: T201 - its one word
    stub.serve_forever()


if __name__ == "__main__":
    main()
