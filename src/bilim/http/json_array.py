"""Lists of any length as bodies: encoded in batches, past a megabyte to a temporary file, and sent after the transaction.

So 300,000 rows need a few megabytes of memory, and a slow client holds no connection to the database.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from bilim.http.responses import JSON, RawResponse, encode
from bilim.http.temporary_files import TemporaryFiles

_IN_MEMORY = 1024 * 1024
_CHUNK = 256 * 1024
_STALLED_SECONDS = 60
"""How long a client may take for a chunk: the file of one that reads nothing would stay for ever."""

_log = logging.getLogger("bilim.lists")


class FileBody(RawResponse):
    """A body in a file that stands at its end and is closed after it was sent; a temporary one is deleted by that."""

    def __init__(self, file: IO[bytes], status: int, headers: list[tuple[bytes, bytes]], media: bytes = JSON) -> None:
        super().__init__(b"", status, headers, media, length=file.tell())
        self.file = file

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - an ASGI application's signature
        with self.file as file:
            file.seek(0)
            try:
                for message in self._messages(file):
                    async with asyncio.timeout(_STALLED_SECONDS):
                        await send(message)
            except TimeoutError:  # the server closes the connection of an answer that ends too soon
                _log.warning("a long answer was cut off: its client reads nothing")

    def _messages(self, file: IO[bytes]) -> Iterator[dict[str, Any]]:
        yield {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        while chunk := file.read(_CHUNK):
            yield {"type": "http.response.body", "body": chunk, "more_body": True}
        yield {"type": "http.response.body", "body": b""}


class ListWriter(ABC):
    """A list as a body, written in batches: in memory while it is small, then to a file. Subclasses say how rows are written."""

    media = JSON

    def __init__(self, files: TemporaryFiles, before: bytes) -> None:
        self.rows = 0
        self._files = files
        self._memory = bytearray(before)
        self._file: IO[bytes] | None = None

    @abstractmethod
    def _encoded(self, batch: list[Any]) -> bytes | memoryview:
        """Rows, of which there is one at least, as they follow the `self.rows` written before."""

    def _end(self) -> bytes:
        """What follows the last row."""
        return b""

    def write(self, batches: Iterator[list[Any]], at_least: int | None = None) -> bool:
        """Add all batches, or stop once `at_least` rows are written; return whether all were added. An error deletes the file.

        Raises:
            Unavailable: there is no room for the file.
        """
        try:
            for batch in batches:
                self._add(batch)
                if at_least is not None and self.rows >= at_least:
                    return False
            self._memory += self._end()
            if self._file:
                self._file.write(self._memory)
        except BaseException:
            self.close()
            raise
        return True

    def close(self) -> None:
        """Delete what was written."""
        if self._file:
            with suppress(OSError):
                self._file.close()

    def _add(self, batch: list[Any]) -> None:
        if not batch:
            return
        self._memory += self._encoded(batch)
        self.rows += len(batch)
        if len(self._memory) > _IN_MEMORY:
            self._file = self._file or self._files.open()
            self._files.require_space()
            self._file.write(self._memory)
            self._memory.clear()

    def response(self, status: int, headers: list[tuple[bytes, bytes]]) -> RawResponse:
        """The answer with these rows."""
        if self._file:
            return FileBody(self._file, status, headers, self.media)
        return RawResponse(bytes(self._memory), status, headers, self.media)


class JsonArrayWriter(ListWriter):
    """A JSON array. `before` and `after` are what stands around it, where the answer is an object that holds it."""

    def __init__(self, files: TemporaryFiles, *, before: bytes = b"", after: bytes = b"") -> None:
        super().__init__(files, before + b"[")
        self._after = after

    def _encoded(self, batch: list[Any]) -> bytes | memoryview:
        if self.rows:
            self._memory += b","
        return memoryview(encode(batch))[1:-1]

    def _end(self) -> bytes:
        return b"]" + self._after
