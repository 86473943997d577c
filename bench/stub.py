"""An outside service of the bench's own that takes connections and never answers."""

import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

_BACKLOG = 1024


class SilentService:
    """Listens on a port of 127.0.0.1 from the start. Callers wait while it hangs; at other times their connections are closed at once."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self._hangs = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        Thread(target=self._accept, daemon=True).start()

    def waiting(self) -> int:
        """How many connections were taken since it hangs. A caller that gave up meanwhile is counted too."""
        with self._lock:
            return len(self._held)

    @contextmanager
    def hanging(self) -> Generator[None]:
        """Let callers wait until the block is left: then all their connections break."""
        with self._lock:
            self._hangs = True
        try:
            yield
        finally:
            with self._lock:
                self._hangs = False
                for connection in self._held:
                    connection.close()
                self._held.clear()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._hangs:
                    self._held.append(connection)
                else:
                    connection.close()
