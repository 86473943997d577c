"""Storage of files behind a small protocol, with a local folder as its first implementation."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import IO, Protocol

from msgspec import Struct


class Found(Struct):
    """A stored file, as the sweep sees it."""

    name: str
    written_at: datetime
    size: int


class Store(Protocol):
    """A place for files. Names are paths with `/`, chosen by this program alone; a file never changes once it is written."""

    def create(self, name: str) -> IO[bytes]:
        """A new file to write to.

        Raises:
            FileExistsError: the name is taken.
        """
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write a whole file that is seen complete or not at all. Another one of the name is replaced.

        Raises:
            OSError: there is no room.
        """
        ...

    def path(self, name: str) -> Path:
        """Where the file can be read on this machine; a remote store fetches a copy first."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file, if it is still there."""
        ...

    def files_in(self, folder: str) -> Iterator[Found]:
        """All files below a folder."""
        ...

    def free_bytes(self) -> int:
        """How many bytes still fit."""
        ...


class LocalStore:
    """Files under a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str) -> IO[bytes]:
        """A new file to write to."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def put(self, name: str, content: bytes) -> None:
        """Write a whole file that is seen complete or not at all."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def path(self, name: str) -> Path:
        """The path of the file."""
        return self.root / name

    def delete(self, name: str) -> None:
        """Delete a file, if it is still there."""
        self.path(name).unlink(missing_ok=True)

    def files_in(self, folder: str) -> Iterator[Found]:
        """All files below a folder."""
        for path in (self.root / folder).rglob("*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                facts = path.lstat()
                if S_ISREG(facts.st_mode):
                    written = datetime.fromtimestamp(facts.st_mtime, UTC)
                    yield Found(path.relative_to(self.root).as_posix(), written, facts.st_size)

    def free_bytes(self) -> int:
        """How many bytes still fit on the volume."""
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free
