"""A language model behind a fence: time limits, a limit of calls at once, and a rest after failures, whoever runs it.

The models themselves (`gemini`, `openai_compatible`) only translate between our prompts and an SDK. SDKs take a third of a second to
import, so that is done with the first call, on a thread.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any, Protocol, Self

from msgspec import Struct

from bilim.tutor import rules
from bilim.tutor.protocols import LlmError, LlmMalformed, LlmNotConfigured, LlmRateLimited, LlmUnavailable, Piece, Prompt, Reply

_log = logging.getLogger("bilim.tutor")

_RETRY_AFTER = 5
_LONGEST_REST = 300.0


class Terms(Struct, frozen=True, kw_only=True):
    """How patient the fence is. Times are seconds."""

    first_seconds: float = 25.0
    """Until a streamed answer begins."""
    pause_seconds: float = 15.0
    """Between two of its pieces."""
    whole_seconds: float = 60.0
    """For a whole answer."""
    calls: int = 100
    """At once in one process; further ones are refused at once."""
    failures: int = 5
    """So many in a row, and nobody asks for a while."""
    rest_seconds: float = 30.0


class Part(Struct):
    """What a model says: a piece of text, and what it tells of the whole. None where it does not tell."""

    text: str = ""
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    is_last: bool = False
    """Whether the model says that it has finished."""


class Model(Protocol):
    """A provider's SDK, and nothing more."""

    name: str

    def open(self) -> Any:
        """Import the SDK and make its client; it takes a while and runs on a thread."""
        ...

    async def close(self) -> None:
        """Close the connections, where there are any."""
        ...

    async def answer(self, client: Any, prompt: Prompt, /) -> Part:
        """A whole answer. May raise anything."""
        ...

    def parts(self, client: Any, prompt: Prompt, /) -> AsyncGenerator[Part]:
        """An answer in parts. May raise anything."""
        ...

    def error_of(self, error: Exception, /) -> LlmError:
        """What an exception of the SDK means."""
        ...


class Breaker:
    """Lets nobody call what keeps failing: after some failures in a row it rests, then one call tries whether it is well again."""

    def __init__(self, failures: int, rest_seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._most = failures
        self._rest = rest_seconds
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0
        self._is_trying = False

    def enter(self) -> bool:
        """Begin a call; return whether it is the one that tries.

        Raises:
            LlmUnavailable: it rests, or somebody else tries.
        """
        wait = self._rests_until - self._clock()
        if wait > 0 or self._is_trying:
            raise LlmUnavailable("ai_failed", retry_after=max(1, round(wait)))
        self._is_trying = self._failures >= self._most
        return self._is_trying

    def succeed(self) -> None:
        """An answer came."""
        self._failures = 0

    def fail(self) -> None:
        """None came."""
        self._failures += 1
        if self._failures >= self._most:
            self._rests_until = self._clock() + self._rest

    def rest(self, seconds: float) -> None:
        """The provider itself asks for a rest."""
        self._rests_until = max(self._rests_until, self._clock() + min(seconds, _LONGEST_REST))

    def leave(self, *, tried: bool) -> None:
        """End a call, however it ended."""
        if tried:
            self._is_trying = False


class FencedLlm:
    """A model that cannot hang, flood or be flooded; see `tutor.protocols.Llm`."""

    def __init__(self, model: Model, terms: Terms | None = None) -> None:
        self._model = model
        self._terms = terms or Terms()
        self._breaker = Breaker(self._terms.failures, self._terms.rest_seconds)
        self._calls = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Future[Any] | None = None

    def require(self) -> None:
        """There is a model."""

    async def reply(self, prompt: Prompt, /) -> Reply:
        """Answer at once; see `Llm.reply`."""
        async with _Call(self) as call, asyncio.timeout(self._terms.whole_seconds):
            part = await self._model.answer(await self._client(), prompt)
            return call.whole(prompt, [part])

    async def stream(self, prompt: Prompt, /) -> AsyncGenerator[Piece]:
        """Answer in pieces; see `Llm.stream`."""
        terms, heard, size = self._terms, list[Part](), 0
        async with _Call(self) as call:
            ends = monotonic() + terms.whole_seconds
            async with asyncio.timeout(terms.first_seconds):
                client = await self._client()
            async with aclosing(self._model.parts(client, prompt)) as parts:
                while size < rules.MAX_REPLY:
                    patience = terms.pause_seconds if size else terms.first_seconds
                    async with asyncio.timeout(min(patience, ends - monotonic())):
                        part = await anext(parts, None)
                    if part is None:
                        break
                    heard.append(part)
                    if text := rules.clean(part.text, rules.MAX_REPLY - size):
                        size += len(text)
                        yield Piece(text)
            if size < rules.MAX_REPLY and not any(part.is_last for part in heard):
                raise LlmMalformed("ai_malformed", retry_after=_RETRY_AFTER)
            reply = call.whole(prompt, heard)
        yield Piece("", reply)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._opening = None
        await self._model.close()

    async def _client(self) -> Any:
        """The SDK's client, made once for an event loop; whoever comes meanwhile waits for the same."""
        loop = asyncio.get_running_loop()
        opening = self._opening
        if opening is None or self._loop is not loop or (opening.done() and not opening.cancelled() and opening.exception()):
            opening = self._opening = asyncio.ensure_future(asyncio.to_thread(self._model.open))
            self._loop = loop
        return await asyncio.shield(opening)

    def enter(self) -> bool:
        """Begin a call; return whether it is the one that tries.

        Raises:
            LlmUnavailable: it rests, or too many calls wait.
        """
        if self._calls >= self._terms.calls:
            raise LlmUnavailable("ai_failed", retry_after=_RETRY_AFTER)
        tried = self._breaker.enter()
        self._calls += 1
        return tried

    def leave(self, error: BaseException | None, *, tried: bool) -> LlmError | None:
        """End a call; return what its error means, or None where it is not one of the model's."""
        self._calls -= 1
        self._breaker.leave(tried=tried)
        if error is None:
            self._breaker.succeed()
            return None
        if not isinstance(error, Exception):
            return None  # cancelled: whoever asked has left, and the model did nothing wrong
        found = self._meaning(error)
        match found:
            case LlmRateLimited():
                self._breaker.rest(found.retry_after or _RETRY_AFTER)
            case LlmUnavailable() | LlmMalformed() if _is_fault(error):
                self._breaker.fail()
            case _:
                pass
        _log.warning("%s did not answer: %s (%s)", self._model.name, type(found).__name__, type(error).__name__)
        return found

    def _meaning(self, error: Exception) -> LlmError:
        if isinstance(error, LlmError):
            return error
        if isinstance(error, TimeoutError):
            return LlmUnavailable("ai_failed", retry_after=_RETRY_AFTER)
        return self._model.error_of(error)


def _is_fault(error: Exception) -> bool:
    """Whether an error says that the provider is not well; empty answers and refused requests may be any learner's doing."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    return not isinstance(error, LlmError) and not (isinstance(status, int) and 400 <= status < 500)


class _Call:
    """One call of a fenced model."""

    def __init__(self, llm: FencedLlm) -> None:
        self._llm = llm
        self._tried = False

    async def __aenter__(self) -> Self:
        self._tried = self._llm.enter()
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        meaning = self._llm.leave(error, tried=self._tried)
        if meaning is not None and meaning is not error:
            raise meaning from None

    def whole(self, prompt: Prompt, heard: list[Part]) -> Reply:
        """The whole answer.

        Raises:
            LlmMalformed: there is nothing in it.
        """
        text = rules.clean("".join(part.text for part in heard)).strip()
        if not text:
            raise LlmMalformed("ai_malformed", retry_after=_RETRY_AFTER)
        told = {name: value for part in heard for name in ("model", "tokens_in", "tokens_out") if (value := _told(part, name)) is not None}
        is_estimated = "tokens_in" not in told or "tokens_out" not in told
        return Reply(
            text=text,
            model=told.get("model") or self._llm._model.name,  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            tokens_in=told.get("tokens_in", rules.prompt_tokens(prompt)),
            tokens_out=told.get("tokens_out", rules.tokens_of(text)),
            is_estimated=is_estimated,
        )


_MOST_TOKENS = 10_000_000


def _told(part: Part, name: str) -> Any:
    """What a provider says, where it makes sense: it may say anything."""
    value = getattr(part, name)
    if name == "model":
        return rules.clean(value, 100).strip() if isinstance(value, str) else None
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


class NoLlm:
    """No model: the documented 503."""

    def require(self) -> None:
        """There is none.

        Raises:
            LlmNotConfigured: always.
        """
        raise LlmNotConfigured("ai_not_configured")

    async def reply(self, prompt: Prompt, /) -> Reply:  # noqa: ARG002 - see `Llm`
        """See `require`."""
        raise LlmNotConfigured("ai_not_configured")

    async def stream(self, prompt: Prompt, /) -> AsyncGenerator[Piece]:  # noqa: ARG002 - see `Llm`
        """See `require`."""
        raise LlmNotConfigured("ai_not_configured")
        yield Piece("")
