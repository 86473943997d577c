"""Temporary files of long answers: no more at once than a process may have, and none on a volume that is nearly full."""

import shutil
from tempfile import TemporaryFile, gettempdir
from threading import Lock
from typing import IO
from weakref import WeakSet

from bilim.kit.errors import Unavailable

_MOST = 32
"""Eight lists are being read or wait, see `pools`; the others are being sent."""
_RESERVED_BYTES = 256 * 1024 * 1024
"""Space that long answers leave free, since the database may be on the same volume; of a small volume a quarter."""
_RETRY_AFTER = 5


class TemporaryFiles:
    """Opens temporary files, from any thread. One counts as long as it is open: code that forgets one takes its place only for a while."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._opened: WeakSet[IO[bytes]] = WeakSet()

    def open(self) -> IO[bytes]:
        """A new file, deleted when it is closed.

        Raises:
            Unavailable: too many are open.
        """
        with self._lock:
            self._opened = WeakSet(file for file in self._opened if not file.closed)
            if len(self._opened) >= self._most:
                raise Unavailable("busy", retry_after=_RETRY_AFTER)
            file = TemporaryFile()  # noqa: SIM115 - it lives until the answer is sent
            self._opened.add(file)
        return file

    def require_space(self) -> None:
        """Check that the volume takes more.

        Raises:
            Unavailable: it is nearly full.
        """
        volume = shutil.disk_usage(gettempdir())
        if volume.free < min(_RESERVED_BYTES, volume.total // 4):
            raise Unavailable("busy", retry_after=_RETRY_AFTER)
