"""A model that says what tests want, people who ask it, and what that cost them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from httpx import Response
from sqlalchemy import select

from bilim.http.outer import OuterMiddleware
from bilim.kit.actors import Role
from bilim.tutor.models import AiMessage, AiSession, PersonTokens, SchoolTokens, TokenReservation
from bilim.tutor.protocols import LlmUnavailable, Piece, Prompt, Reply
from guarded import actor
from world import Person, World

ASK, SESSIONS, TOKENS = "/api/v1/ai/ask", "/api/v1/ai-sessions/sessions", "/api/v1/admin/ai/tokens"
EVENTS = {"Accept": "text/event-stream"}
UNAVAILABLE = LlmUnavailable("ai_failed", retry_after=5)


class ScriptedLlm:
    """Says its pieces; waits at its gate, and fails, where it is told to."""

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces or ("Salom, ", "men repetitorman.")
        self.failure: Exception | None = None
        self.fails_after: int | None = None
        """So many pieces come before the failure; it comes at once where this is None."""
        self.gate: asyncio.Event | None = None
        self.prompts: list[Prompt] = []
        self.waiting = 0
        self.closed = 0
        """Streams that were closed, to their end or before."""

    def require(self) -> None:
        pass

    async def reply(self, prompt: Prompt, /) -> Reply:
        self.prompts.append(prompt)
        await self._wait()
        if self.failure:
            raise self.failure
        return self.whole()

    async def stream(self, prompt: Prompt, /) -> AsyncGenerator[Piece]:
        self.prompts.append(prompt)
        try:
            for at, piece in enumerate(self.pieces):
                if self.failure and at >= (self.fails_after or 0):
                    raise self.failure
                yield Piece(piece)
                await self._wait()
            yield Piece("", self.whole())
        finally:
            self.closed += 1

    async def _wait(self) -> None:
        if self.gate:
            self.waiting += 1
            try:
                await self.gate.wait()
            finally:
                self.waiting -= 1

    def whole(self) -> Reply:
        return Reply(text="".join(self.pieces), model="scripted", tokens_in=100, tokens_out=20)


def give_llm(world: World, *pieces: str) -> ScriptedLlm:
    """Let an application ask a scripted model."""
    llm = ScriptedLlm(*pieces)
    world.use(llm=llm)
    return llm


def start(person: Person, **query: Any) -> str:
    """A new session's id."""
    made = person.post(SESSIONS, params=query)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def say(person: Person, session_id: str, text: str = "Salom!", **fields: Any) -> Response:
    return person.post(f"{SESSIONS}/{session_id}/messages", {"text": text, **fields})


def left(person: Person) -> int:
    """Requests that somebody has left."""
    return person.get("/api/v1/ai/usage").json()["gpt4o_requests_left"]


def used(world: World, table: Any = PersonTokens) -> list[tuple[int, int, int, int]]:
    """Tokens in, out and reserved, and replies, of each row."""
    with world.db.read() as tx:
        return [tuple(row) for row in tx.execute(select(table.tokens_in, table.tokens_out, table.reserved, table.replies))]


def counted(world: World) -> tuple[int, int, int, int]:
    """The same of the only person who asked, which is then the school's too."""
    mine, school = used(world), used(world, SchoolTokens)
    assert mine == school
    with world.db.read() as tx:
        assert tx.all(select(TokenReservation.id)) == []
    return mine[0] if mine else (0, 0, 0, 0)


def messages(world: World) -> list[tuple[int, str, str]]:
    """Position, role and text of all messages."""
    with world.db.read() as tx:
        shown = select(AiMessage.position, AiMessage.role, AiMessage.text).order_by(AiMessage.session_id, AiMessage.position)
        return [tuple(row) for row in tx.execute(shown)]


def claims(world: World) -> list[str | None]:
    """By which answers the sessions are claimed."""
    with world.db.read() as tx:
        return tx.scalars(select(AiSession.answering))


def events(answer: Response) -> list[tuple[str, Any]]:
    """The events of an answer, by their names."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    return parsed(answer.text)


def parsed(text: str) -> list[tuple[str, Any]]:
    found = [block.split("\n") for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in found]


def student_of(person: Person) -> Any:
    """Somebody as an actor."""
    return actor(Role.STUDENT, person.id)


class Caller:
    """One request whose client can leave: the application runs in the event loop of the test."""

    def __init__(self, world: World, person: Person, path: str, body: Any, headers: dict[str, str] | None = None) -> None:
        self._content = json.dumps(body).encode()
        all_headers = {**person.headers, "content-type": "application/json", **(headers or {})}
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in all_headers.items()],
        }
        self._app = OuterMiddleware(world.app)
        self._left = asyncio.Event()
        self._sent = False
        self.messages: list[dict[str, Any]] = []

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._content, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    def leave(self) -> None:
        self._left.set()

    @property
    def status(self) -> int | None:
        return self.messages[0]["status"] if self.messages else None

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages).decode()

    @asynccontextmanager
    async def calling(self) -> AsyncGenerator[None]:
        """The request runs beside the block, and has ended after it."""
        task = asyncio.ensure_future(self._app(self.scope, self._receive, self._send))
        try:
            yield
        finally:
            async with asyncio.timeout(10):
                await task


async def until(condition: Any) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
