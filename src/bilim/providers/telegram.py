"""The Telegram Bot API, as much of it as sending needs. Why no library: ADR 14."""

from functools import cached_property
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from bilim.notify.protocols import BadToken, ChatRefused, NoAnswer, NotSent, Refusal, TooManyRequests

_TIMEOUT = httpx.Timeout(10, connect=3)
_LIMITS = httpx.Limits(max_connections=10, keepalive_expiry=60)
_DEFAULT_WAIT = 5
_LONGEST_WAIT = 24 * 60 * 60
_UPDATES = ["message"]
"""The kinds of updates that the webhook reads."""


class _Parameters(Struct):
    retry_after: int = _DEFAULT_WAIT


class _Answer(Struct):
    """Every answer's envelope."""

    ok: bool
    description: str = ""
    parameters: _Parameters | None = None


class _TokenInPath(httpx.BaseTransport):
    """Puts the token into the path below the client, whose log lines and errors so never see it."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._inner = httpx.HTTPTransport(limits=_LIMITS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")
        url = request.url.copy_with(path=f"{method[0]}/bot{self._token}/{method[2]}")
        sent = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions)
        return self._inner.handle_request(sent)

    def close(self) -> None:
        self._inner.close()


class Telegram:
    """A bot. Threads may share it; connections stay open between calls."""

    def __init__(self, token: str, base: str) -> None:
        self._token = token
        self._base = base

    @property
    def is_configured(self) -> bool:
        """Whether there is a token to send with."""
        return bool(self._token)

    def send(self, chat_id: str, text: str) -> None:
        """Send a plain text to a chat.

        Raises:
            NotSent: one of its kinds.
        """
        self._call("sendMessage", chat_id=chat_id, text=text)

    def set_webhook(self, url: str, secret: str) -> str:
        """Have updates sent to an address, each with the secret in a header; return Telegram's description.

        Raises:
            NotSent: one of its kinds.
        """
        return self._call("setWebhook", url=url, secret_token=secret, allowed_updates=_UPDATES)

    def close(self) -> None:
        """Close the connections, where there are any."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when first needed: loading the certificates of all authorities is slow."""
        return httpx.Client(base_url=self._base, timeout=_TIMEOUT, transport=_TokenInPath(self._token))

    def _call(self, method: str, **values: Any) -> str:
        """Call a method; return the answer's description."""
        try:
            response = self._client.post(method, json=values)
            answer = msgspec.json.decode(response.content, type=_Answer)
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        except ValueError:
            raise NoAnswer("the answer makes no sense") from None
        if not answer.ok:
            raise _fact(response.status_code, answer)
        return answer.description


def _fact(status: int, answer: _Answer) -> NotSent:
    """A refusal as an exception."""
    words = answer.description
    match status:
        case 429:
            wait = answer.parameters.retry_after if answer.parameters else _DEFAULT_WAIT
            return TooManyRequests(min(max(wait, 1), _LONGEST_WAIT))
        case 401 | 404:
            return BadToken(words)
        case 403:
            return ChatRefused(_forbidden(words), words)
        case _ if 400 <= status < 500:
            return ChatRefused(Refusal.NO_SUCH_CHAT if "chat not found" in words else Refusal.BAD_REQUEST, words)
        case _:
            return NoAnswer(f"{status} {words}")


def _forbidden(words: str) -> Refusal:
    """Telegram's refusals differ only in their description."""
    if "deactivated" in words:
        return Refusal.DEACTIVATED
    return Refusal.NOT_STARTED if "initiate" in words else Refusal.BLOCKED
