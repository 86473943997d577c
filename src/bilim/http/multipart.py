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

UPLOAD_LIMIT = MAX_FILE_BYTES + 1024 * 1024
"""The largest body of a route that takes a file: the file and its fields."""

_MAX_PARTS = 1000
_MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Of all parts that are no files together."""
_BLOCK = 1024 * 1024
_MAX_SUFFIX = 10
_RESERVED_BYTES = 1024 * 1024 * 1024
"""Room on the volume that uploads leave for the database and the logs."""


class Discarded:
    """A file where none was asked for: not kept anywhere."""


class MultipartReader:
    """Reads one body. `staged` are the files that were stored for it, whatever becomes of the request."""

    def __init__(self, store: Store, pool: BoundedPool, *, takes_files: bool) -> None:
        self._store = store
        self._pool = pool
        self._takes_files = takes_files
        self._text_bytes = 0
        self.staged: list[StagedFile] = []

    async def read(self, request: Http, boundary: str) -> list[tuple[str, Any]]:
        """All parts by name, in their order: texts, and staged files.

        Raises:
            BadRequest: no multipart body, or more text than any form has.
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
            BadRequest: more than any form has.
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
        """It will never be whole."""


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
