"""What one client can make uvicorn hold: exactly so much, and then the connection is dropped."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bilim.live.protocol import SOCKET_OPTIONS, BoundedSocket


class Transport:
    """A connection on which so many bytes wait to be read."""

    def __init__(self, unread: int = 0) -> None:
        self.unread = unread
        self.aborted = 0

    def get_write_buffer_size(self) -> int:
        return self.unread

    def abort(self) -> None:
        self.aborted += 1


def socket(monkeypatch: pytest.MonkeyPatch, handler: str, **state: Any) -> tuple[Any, list[str]]:
    """A protocol in some state, and what it passed on to uvicorn's own handler."""
    passed: list[str] = []
    monkeypatch.setattr(WebSocketsSansIOProtocol, handler, lambda *_: passed.append(handler))
    made = BoundedSocket.__new__(BoundedSocket)
    for name, value in state.items():
        setattr(made, name, value)
    return made, passed


@pytest.mark.parametrize(("unread", "is_dropped"), [(0, False), (262_144, False), (262_145, True)])
def test_pings_are_answered_while_the_answers_are_read(monkeypatch: pytest.MonkeyPatch, unread: int, is_dropped: bool) -> None:
    made, passed = socket(monkeypatch, "handle_ping", transport=Transport(unread))
    made.handle_ping()
    assert (made.transport.aborted, len(passed)) == ((1, 0) if is_dropped else (0, 1))


@pytest.mark.parametrize(("frames", "is_dropped"), [(1, False), (63, False), (64, True)])
def test_a_message_has_sixty_four_frames_at_most(monkeypatch: pytest.MonkeyPatch, frames: int, is_dropped: bool) -> None:
    made, passed = socket(monkeypatch, "handle_cont", transport=Transport(), frames=[b""] * frames)
    made.handle_cont(None)
    assert (made.transport.aborted, len(passed)) == ((1, 0) if is_dropped else (0, 1))


@pytest.mark.parametrize(("waiting", "is_dropped"), [(0, False), (1_023, False), (1_024, True)])
def test_a_thousand_messages_may_wait(monkeypatch: pytest.MonkeyPatch, waiting: int, is_dropped: bool) -> None:
    queue = SimpleNamespace(qsize=deque([None] * waiting).__len__)
    made, passed = socket(monkeypatch, "send_receive_event_to_app", transport=Transport(), queue=queue)
    made.send_receive_event_to_app()
    assert (made.transport.aborted, len(passed)) == ((1, 0) if is_dropped else (0, 1))


def test_who_answers_no_pings_is_dropped_after_the_farewell(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[tuple[float, Any]] = []
    loop = SimpleNamespace(call_later=lambda seconds, call: later.append((seconds, call)))
    made, passed = socket(monkeypatch, "keepalive_timeout", transport=Transport(), loop=loop, close_timeout=7.0)
    made.keepalive_timeout()
    ((seconds, drop),) = later
    assert (seconds, passed, made.transport.aborted) == (7.0, ["keepalive_timeout"], 0)
    drop()
    assert made.transport.aborted == 1


def test_the_bounds_that_uvicorn_is_told() -> None:
    assert SOCKET_OPTIONS == {
        "ws": "bilim.live.protocol:BoundedSocket",
        "ws_max_size": 65_536,
        "ws_per_message_deflate": False,
        "ws_ping_interval": 20.0,
        "ws_ping_timeout": 20.0,
    }
