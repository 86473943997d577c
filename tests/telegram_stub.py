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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

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


class TelegramStub:
    """The service's state, and the server in front of it."""

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
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

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

    def serve(self) -> None:
        """Answer until the process ends."""
        self._server.serve_forever()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], stub: TelegramStub) -> None:
        super().__init__(address, _Handler)
        self.stub = stub

    def handle_error(self, *_: object) -> None:
        """Print nothing: clients are killed on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send(200, self.server.stub.report())

    def do_POST(self) -> None:
        stub, body = self.server.stub, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(stub.latency)
        prefix, _, method = self.path.rpartition("/")
        if prefix != f"/bot{TOKEN}":
            self._refuse(401, "Unauthorized")
        elif method == "setWebhook":
            stub.webhooks.append(body)
            self._send(200, {"ok": True, "result": True, "description": "Webhook was set"})
        elif method == "sendMessage":
            self._answer(stub.take(body["chat_id"], body["text"]))
        else:
            self._refuse(404, "Not Found")

    def _answer(self, outcome: str) -> None:
        stub = self.server.stub
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
            self._send(200, {"ok": True, "result": {"message_id": 1}} if outcome == "ok" else ["nonsense"])

    def _refuse(self, status: int, description: str, **more: Any) -> None:
        self._send(status, {"ok": False, "error_code": status, "description": description} | more)

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


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
    stub.serve()


if __name__ == "__main__":
    main()
