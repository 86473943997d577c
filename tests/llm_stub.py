"""A local language model under two interfaces: Gemini's and OpenAI's chat completions. It misbehaves when told to.

In a thread: `with LlmStub() as stub:` then `GEMINI_API_BASE=stub.url` or `LLM_BASE_URL=stub.url + "/v1"`. As a process:
`python tests/llm_stub.py --port 8090 --always hang`.
"""

import argparse
import gzip
import json
import threading
import time
from collections import deque
from socket import MSG_DONTWAIT, MSG_PEEK
from typing import Any

from loopback import Handler, Loopback

KEY = "a-key-of-the-tests"
MODEL = "stub-1"
FAULTS = (
    "400", "429", "500", "compressed", "control", "drop", "empty", "half", "hang", "html", "huge", "long", "nonsense", "redirect",
    "refused", "stall", "untold",
)  # fmt: skip
"""`half` ends a stream in its middle, `stall` says no more there; `untold` tells no tokens; `long` answers more than is kept."""
PIECES = ("Salom! ", "Although ", "garchi ", "demakdir.")
WHOLE = "".join(PIECES)
TOKENS_IN, TOKENS_OUT = 120, 12
RETRY_AFTER = 7


class Asked:
    """A call that came."""

    def __init__(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.path, self.headers, self.body = path, headers, body

    @property
    def is_gemini(self) -> bool:
        return ":" in self.path.rpartition("/")[2]

    @property
    def streams(self) -> bool:
        return "streamGenerateContent" in self.path or bool(self.body.get("stream"))

    @property
    def system(self) -> str:
        """What the system says."""
        if self.is_gemini:
            return "".join(part["text"] for part in self.body["systemInstruction"]["parts"])
        return "".join(each["content"] for each in self.body["messages"] if each["role"] == "system")

    @property
    def turns(self) -> list[tuple[str, str]]:
        """The conversation: who, and what."""
        if self.is_gemini:
            roles = {"user": "user", "model": "assistant"}
            return [(roles[each["role"]], each["parts"][0]["text"]) for each in self.body["contents"]]
        return [(each["role"], each["content"]) for each in self.body["messages"] if each["role"] != "system"]


class LlmStub(Loopback):
    """The model, as a server."""

    def __init__(self, *, always: str = "ok", pause: float = 0.0, port: int = 0) -> None:
        super().__init__(_Handler, port)
        self.always, self.pause = always, pause
        self.asked: list[Asked] = []
        self.left = 0
        """Clients that left while they were kept waiting."""
        self._script: deque[str] = deque()
        self.stopping = threading.Event()

    def will(self, *faults: str) -> None:
        """Let the next calls meet these faults, then go on as usual."""
        assert set(faults) <= {*FAULTS, "ok"}
        self._script.extend(faults)

    def next_fault(self) -> str:
        return self._script.popleft() if self._script else self.always

    def settings(self, kind: str) -> dict[str, str]:
        """The settings by which the application asks it."""
        if kind == "gemini":
            return {"google_api_key": KEY, "gemini_api_base": self.url}
        return {"llm_base_url": f"{self.url}/v1", "llm_model": MODEL, "llm_api_key": KEY}

    def __exit__(self, *ended: object) -> None:
        self.stopping.set()
        super().__exit__(*ended)


class _Handler(Handler):
    server: LlmStub

    def do_GET(self) -> None:
        self.send(200, {"asked": len(self.server.asked), "left": self.server.left})

    def do_POST(self) -> None:
        body = json.loads(self.body())
        asked = Asked(self.path.partition("?")[0], {name.lower(): value for name, value in self.headers.items()}, body)
        stub = self.server
        stub.asked.append(asked)
        if asked.headers.get("x-goog-api-key", asked.headers.get("authorization", "").removeprefix("Bearer ")) != KEY:
            self.send(401, {"error": {"code": 401, "message": "who are you?", "status": "UNAUTHENTICATED"}})
            return
        fault = stub.next_fault()
        time.sleep(stub.pause)
        if not self._refused(fault):
            (self._stream if asked.streams else self._answer)(asked, fault)

    def _refused(self, fault: str) -> bool:
        """Whether the fault is one of the connection or the status, which is then sent."""
        match fault:
            case "400" | "500":
                self.send(int(fault), {"error": {"code": int(fault), "message": "no", "status": "BAD"}})
            case "429":
                self.send(
                    429, {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}, {"Retry-After": f"{RETRY_AFTER}"}
                )
            case "html":
                self.send(200, b"<html><body>Sign in to the hotel's network</body></html>", {"Content-Type": "text/html"})
            case "nonsense":
                self.send(200, b'{"choices": 7, "candidates": "x", ')
            case "huge":
                self.send(200, b'{"text": "' + b"a" * 10_000_000 + b'"}')
            case "compressed":
                self.send(200, gzip.compress(b"a" * 50_000_000), {"Content-Encoding": "gzip"})
            case "redirect":
                self.send(307, {}, {"Location": f"{self.server.url}/elsewhere"})
            case "drop":
                self.close_connection = True
            case "hang":
                self._wait()
            case _:
                return False
        return True

    def _wait(self) -> None:
        """Say nothing until the client leaves."""
        while not self.server.stopping.wait(0.01):
            try:
                if not self.connection.recv(1, MSG_PEEK | MSG_DONTWAIT):
                    self.server.left += 1
                    break
            except BlockingIOError:
                continue
        self.close_connection = True

    def _text_of(self, fault: str) -> str:
        return {"empty": "", "control": "Sa\u202elom\x00!\x1b[2J", "long": "uzun " * 5000}.get(fault, WHOLE)

    def _answer(self, asked: Asked, fault: str) -> None:
        self.send(200, _gemini(self._text_of(fault), fault) if asked.is_gemini else _openai(self._text_of(fault), fault))

    def _stream(self, asked: Asked, fault: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        pieces = PIECES if self._text_of(fault) == WHOLE else (self._text_of(fault),)
        for at, piece in enumerate(pieces):
            if at == 2 and fault == "half":
                return
            if at == 2 and fault == "stall":
                self._wait()
                return
            make = _gemini if asked.is_gemini else _openai_chunk
            self._event(make(piece, fault, is_last=at == len(pieces) - 1))
            time.sleep(self.server.pause)
        if not asked.is_gemini:
            if fault != "untold":
                self._event(_openai_chunk(None, fault) | {"usage": _USAGE})
            self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, data: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        self.wfile.flush()


_USAGE = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": TOKENS_IN + TOKENS_OUT}


def _gemini(text: str, fault: str, *, is_last: bool = True) -> dict[str, Any]:
    if fault == "refused":
        return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": TOKENS_IN}, "modelVersion": MODEL}
    usage = {} if fault == "untold" else {"usageMetadata": {"promptTokenCount": TOKENS_IN, "candidatesTokenCount": TOKENS_OUT}}
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, **({"finishReason": "STOP"} if is_last else {})}],
        "modelVersion": MODEL,
        **usage,
    }


def _openai(text: str, fault: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": "I will not" if fault == "refused" else None}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    usage = {} if fault == "untold" else {"usage": _USAGE}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], **usage}


def _openai_chunk(text: str | None, fault: str, *, is_last: bool = False) -> dict[str, Any]:
    reason = "content_filter" if fault == "refused" else "stop" if is_last else None
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    choices = [] if text is None else [choice]
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices}


def main() -> None:
    """Serve as a process of its own."""
    parser = argparse.ArgumentParser(description="A local language model")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--always", default="ok", choices=["ok", *FAULTS])
    parser.add_argument("--pause", type=float, default=0.02, help="seconds before and between pieces")
    given = parser.parse_args()
    stub = LlmStub(always=given.always, pause=given.pause, port=given.port)
    print(f"{stub.url}, key {KEY}", flush=True)  # noqa: T201 - its one word
    stub.serve_forever()


if __name__ == "__main__":
    main()
