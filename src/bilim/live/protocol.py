"""How uvicorn serves sockets: with bounds on what one client can make it hold, and a way to drop a client who reads nothing.

uvicorn.run(..., **SOCKET_OPTIONS)
"""

import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bilim.live.rules import MAX_MESSAGE
from bilim.live.sockets import ABORT

_MAX_FRAGMENTS = 64
"""Frames of one message: empty ones count nothing towards its size."""
_MAX_UNREAD = 256 * 1024
"""Bytes of answers to pings that may wait for a client."""
_MAX_WAITING = 1024
"""Messages that arrived together and wait to be handled."""

_log = logging.getLogger("bilim.live.protocol")
_log.setLevel(logging.WARNING)  # uvicorn logs each opening with its address and query
_log.addFilter(lambda record: "UTF-8" not in record.msg)  # what a client sends is no error of ours; its socket ends with 1007


class BoundedSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which ends a connection where its client exceeds a bound."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _log

    def handle_connect(self, event: Any) -> None:
        """Open, and let the application drop the connection."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][ABORT] = self.transport.abort  # type: ignore[index, typeddict-unknown-key]

    def handle_cont(self, event: Any) -> None:
        """Take a further frame of a message."""
        if len(self.frames) >= _MAX_FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Hand a message over. Reading pauses with the first, but many can stand in what was read at once."""
        if self.queue.qsize() >= _MAX_WAITING:
            self.transport.abort()
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer a ping, unless the client does not read the answers."""
        if self.transport.get_write_buffer_size() > _MAX_UNREAD:
            self.transport.abort()
            return
        super().handle_ping()

    def keepalive_timeout(self) -> None:
        """Drop a client who answers no pings: it may never read a farewell."""
        super().keepalive_timeout()
        self.loop.call_later(self.close_timeout, self.transport.abort)


SOCKET_OPTIONS: dict[str, Any] = {
    "ws": "bilim.live.protocol:BoundedSocket",
    "ws_max_size": MAX_MESSAGE,
    "ws_per_message_deflate": False,  # a few bytes would become a large message, and each socket would hold two windows
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
}
"""What `uvicorn.run` is told about sockets."""
