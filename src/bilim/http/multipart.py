"""Reading multipart bodies from the stream: files go to the store as they arrive, all else is small and bounded."""

import secrets
from typing import IO, Any

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from bilim.files.claims import STAGING
from bilim.files.kinds import HEAD, MAX_FILE_BYTES, StagedFile, suffix
from bilim.files.store import Store
from bilim.http.pools import BoundedPool
from bilim.http.services import Http
from bilim.kit.errors import BadRequest, Unavailable


def upload_limit(files: int) -> int:
    """The largest body of a route that takes so many files: the files and their fields."""
    return files * MAX_FILE_BYTES + 1024 * 1024


UPLOAD_LIMIT = upload_limit(1)

_MAX_PARTS = 1000
_MAX_TEXT_BYTES = 2 * 1024 * 1024
"""The limit of all text parts together."""
_BLOCK = 1024 * 1024
_MAX_SUFFIX = 10
_RESERVED_BYTES = 1024 * 1024 * 1024
"""Space on the volume that uploads leave free for the database and the logs."""


class Discarded:
    """A file that the route does not take: it is not stored."""


class MultipartReader:
    """Reads one body. `staged` are the files that were stored for it, whether or not the request succeeds."""

    def __init__(self, store: Store, pool: BoundedPool, *, takes_files: bool) -> None:
        self._store = store
        self._pool = pool
        self._takes_files = takes_files
        self._text_bytes = 0
        self.staged: list[StagedFile] = []

    async def read(self, request: Http, boundary: str) -> list[tuple[str, Any]]:
        """All parts by name, in their order: texts, and staged files.

        Raises:
            BadRequest: not a multipart body, or too much text.
            Unavailable: the volume is full.
        """
        parts: list[tuple[str, Any]] = []
        part: _Part | None = None
        try:
            with PushMultipartParser(boundary, max_segment_count=_MAX_PARTS) as parser:
                async for chunk in request.stream():
                    for event in parser.parse(chunk) if chunk else ():
                        if isinstance(event, MultipartSegment):
                            part = await self._begin(event)
                        elif event is None and part is not None:
                            parts.append((part.name, await part.end()))
                            part = None
                        elif part is not None and event is not None:
                            await part.add(event)
        except (MultipartError, ParserLimitReached, LookupError, ValueError):
            raise BadRequest("form_parse") from None
        finally:
            if part is not None:
                await part.abandon()
        return parts

    async def _begin(self, segment: MultipartSegment) -> "_Part":
        field = segment.name or ""
        if segment.filename is None:
            return _TextPart(field, segment.charset or "utf-8", self)
        if not self._takes_files:
            return _DiscardedPart(field)
        if await self._pool.run(self._store.free_bytes) < _RESERVED_BYTES:
            raise Unavailable("storage_full")
        ending = suffix(segment.filename)[:_MAX_SUFFIX]
        ending = ending if ending[1:].isalnum() and ending.isascii() else ""
        # Hexadecimal: a folder such as `-3` would look like a number that no route takes.
        name = f"{STAGING}/{secrets.token_hex(1)}/{secrets.token_urlsafe(16)}{ending}"
        file = await self._pool.run(self._store.create, name)
        return _FilePart(field, name, segment.filename, file, self)

    def count_text(self, size: int) -> None:
        """Count bytes of text.

        Raises:
            BadRequest: more than the limit.
        """
        self._text_bytes += size
        if self._text_bytes > _MAX_TEXT_BYTES:
            raise BadRequest("form_too_large")

    async def write(self, file: IO[bytes], block: bytes) -> None:
        """Write off the event loop."""
        await self._pool.run(file.write, block)

    async def close(self, file: IO[bytes]) -> None:
        """Close off the event loop."""
        await self._pool.run(file.close)


class _Part:
    """A part that is being received."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def add(self, block: bytes | bytearray) -> None:
        """More of it."""

    async def end(self) -> Any:
        """Its value."""

    async def abandon(self) -> None:
        """It ended before it was complete."""


class _DiscardedPart(_Part):
    async def end(self) -> Any:
        return Discarded()


class _TextPart(_Part):
    def __init__(self, name: str, charset: str, reader: MultipartReader) -> None:
        super().__init__(name)
        self._charset = charset
        self._reader = reader
        self._content = bytearray()

    async def add(self, block: bytes | bytearray) -> None:
        self._reader.count_text(len(block))
        self._content += block

    async def end(self) -> Any:
        return self._content.decode(self._charset)


class _FilePart(_Part):
    """A file, written in blocks as it arrives."""

    def __init__(self, field: str, name: str, filename: str, file: IO[bytes], reader: MultipartReader) -> None:
        super().__init__(field)
        self._stored = name
        self._filename = filename
        self._file = file
        self._reader = reader
        self._block = bytearray()
        self._head = b""
        self._size = 0
        reader.staged.append(self._as_staged())

    def _as_staged(self) -> StagedFile:
        return StagedFile(self._stored, self._filename, self._size, self._head)

    async def add(self, block: bytes | bytearray) -> None:
        if len(self._head) < HEAD:
            self._head += bytes(block[: HEAD - len(self._head)])
        self._size += len(block)
        if self._size > MAX_FILE_BYTES:  # refused by its field's rule; until then it takes no more room
            return
        self._block += block
        if len(self._block) >= _BLOCK:
            full, self._block = bytes(self._block), bytearray()
            await self._reader.write(self._file, full)

    async def end(self) -> Any:
        if self._block:
            await self._reader.write(self._file, bytes(self._block))
        await self._reader.close(self._file)
        return self._as_staged()

    async def abandon(self) -> None:
        await self._reader.close(self._file)
