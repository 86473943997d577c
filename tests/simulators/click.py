"""Click as the merchant sees it: signed forms to prepare and complete payments, sent again where no answer came.

`Click` is the other side of the SHOP API with a ledger of its own: `paid` holds what it was told is delivered. `Network` of the other
simulator stands between where a test wants a bad one.
"""

import itertools
import json
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlencode

from httpx import Response

from bilim.click.protocols import NoAnswer, PaymentSaid, Refused, Said
from bilim.click.rules import COMPLETE, PREPARE, signature
from simulators.payme import Lost

Send = Callable[[bytes, dict[str, str]], Response]
T = TypeVar("T")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FAILED = -5017
"""What Click says of a payment that its processing refused."""


class MerchantApi:
    """Click's Merchant API: what it says of payments by Click's number, and the reversals that it made.

    `faults` are used up one a call: `lost` does nothing and says nothing, `mute` does it and says nothing.
    """

    is_configured = True

    def __init__(self, said: dict[int, Said] | None = None) -> None:
        self.said = {} if said is None else said
        self.faults: deque[str] = deque()
        self.calls: list[tuple[str, int]] = []
        self.reversed: list[int] = []
        self.refuses: str | None = None
        """Why it makes no reversal, where it does not."""

    def payment(self, paydoc_id: int) -> PaymentSaid:
        return self._call("status", paydoc_id, lambda: PaymentSaid(self.said.get(paydoc_id, Said.UNKNOWN), paydoc_id))

    def reverse(self, paydoc_id: int) -> None:
        self._call("reversal", paydoc_id, lambda: self._reverse(paydoc_id))

    def _reverse(self, paydoc_id: int) -> None:
        if self.refuses is not None or self.said[paydoc_id] is not Said.TAKEN:
            raise Refused(self.refuses or "-1 not to be cancelled")
        self.said[paydoc_id] = Said.CANCELLED
        self.reversed.append(paydoc_id)

    def _call(self, what: str, paydoc_id: int, do: Callable[[], T]) -> T:
        self.calls.append((what, paydoc_id))
        fault = self.faults.popleft() if self.faults else ""
        if fault == "lost":
            raise NoAnswer("ConnectTimeout")
        answer = do()
        if fault == "mute":
            raise NoAnswer("ReadTimeout")
        return answer


class MerchantServer(ThreadingHTTPServer):
    """The same over HTTP, as much of it as tells what became of a payment, for a server in a process of its own."""

    daemon_threads = True
    block_on_close = False
    _statuses: ClassVar[dict[Said, int]] = {Said.TAKEN: 2, Said.WAITING: 1, Said.CANCELLED: -1}

    def __init__(self, said: dict[int, Said]) -> None:
        super().__init__(("127.0.0.1", 0), _MerchantHandler)
        self.said = said
        self.url = f"http://127.0.0.1:{self.server_port}/"

    def answer(self, paydoc_id: int) -> dict[str, Any]:
        """What it says of a payment."""
        said = self.said.get(paydoc_id, Said.UNKNOWN)
        known = {"error_code": 0, "payment_id": paydoc_id, "payment_status": self._statuses.get(said)}
        return {"error_code": -16, "error_note": "not found"} if said is Said.UNKNOWN else known

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Print nothing: whoever asks may be killed."""


class _MerchantHandler(BaseHTTPRequestHandler):
    server: MerchantServer

    def do_GET(self) -> None:
        body = json.dumps(self.server.answer(int(self.path.rpartition("/")[2]))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Click:
    """Click with a service's number and key. `prepares` and `completes` are where its calls go."""

    def __init__(self, prepares: Send, completes: Send, service_id: str, secret: str) -> None:
        self._sends = {PREPARE: prepares, COMPLETE: completes}
        self.service_id = service_id
        self.secret = secret
        self.paid: dict[str, int] = {}
        """Our number of each payment of which Click was told that it is delivered, and how often it debited it."""
        self.tries = 1
        self._ids = itertools.count(14_716_110)

    def new_trans(self) -> str:
        """The number of another attempt to pay."""
        return str(next(self._ids))

    def fields(self, action: str, trans: str, number: str, amount: str, **changed: str) -> dict[str, str]:
        """A signed form; what is `changed` is signed too."""
        values = {
            "click_trans_id": trans,
            "service_id": self.service_id,
            "click_paydoc_id": "9" + trans,
            "merchant_trans_id": number,
            "amount": amount,
            "action": action,
            "error": "0",
            "error_note": "Success",
            "sign_time": "2026-11-20 17:00:00",
        } | changed
        return values | {"sign_string": changed.get("sign_string") or signature(values, action, self.secret)}

    def send(self, action: str, fields: dict[str, str], **headers: str) -> dict[str, Any]:
        """What a form is answered; sent again, up to `tries` times, where nothing comes.

        Raises:
            Lost: no answer came.
        """
        for left in reversed(range(self.tries)):
            try:
                answer = self._sends[action](urlencode(fields).encode(), FORM | headers)
            except Lost:
                if not left:
                    raise
            else:
                assert answer.status_code == 200, answer.text
                return answer.json()
        raise Lost

    def prepare(self, trans: str, number: str, amount: str, **changed: str) -> dict[str, Any]:
        return self.send(PREPARE, self.fields(PREPARE, trans, number, amount, **changed))

    def complete(self, trans: str, number: str, amount: str, prepared: Any, **changed: str) -> dict[str, Any]:
        fields = self.fields(COMPLETE, trans, number, amount, merchant_prepare_id=str(prepared), **changed)
        return self.send(COMPLETE, fields)

    def pay(self, number: str, amount: str) -> int:
        """A payer pays: prepared, debited, completed until an answer comes. The last answer's error."""
        trans = self.new_trans()
        prepared = self.prepare(trans, number, amount)
        if prepared["error"]:
            return prepared["error"]
        error = self.complete(trans, number, amount, prepared["merchant_prepare_id"])["error"]
        if error in (0, -4):
            self.paid[number] = self.paid.get(number, 0) + 1
        return error
