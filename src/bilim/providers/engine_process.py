"""One engine's process, seen from the server: started, asked, killed."""

import os
import select
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import bilim
from bilim.kit.frames import HEADER, Reply, decode, length

_ENDING_SECONDS = 1.0
"""How long a process may take to end by itself once its pipe is closed."""
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
"""Of the server's environment; its secrets are none of an engine's business."""


class Lost(Exception):
    """The process died, or answered what is no reply."""


class Late(Exception):
    """The process took too long."""


class Process:
    """A running engine."""

    def __init__(self, command: Sequence[str]) -> None:
        self._popen = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(), cwd="/", bufsize=0, start_new_session=True
        )
        assert self._popen.stdin  # noqa: S101 - it was asked for
        assert self._popen.stdout  # noqa: S101 - it was asked for
        self._requests = self._popen.stdin.fileno()
        self.replies = self._popen.stdout.fileno()
        os.set_blocking(self._requests, False)
        os.set_blocking(self.replies, False)
        self.calls = 0

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    def is_idle(self) -> bool:
        """Whether it runs and says nothing of its own accord."""
        return self._popen.poll() is None and not _is_ready(self.replies, select.POLLIN, 0)

    def answer(self, message: bytes, deadline: float) -> Reply:
        """Have an encoded request answered before a moment of `time.monotonic`.

        Raises:
            Late: it takes longer.
            Lost, OSError, BadFrame: it died, or answers what is no reply.
        """
        self.calls += 1
        unsent = memoryview(message)
        while unsent:
            self._wait(self._requests, select.POLLOUT, deadline)
            unsent = unsent[os.write(self._requests, unsent[:65536]) :]
        return decode(self._read(length(self._read(HEADER, deadline)), deadline), Reply)

    def kill(self) -> None:
        """Kill it, without waiting for its end."""
        self._popen.kill()

    def end(self, *, at_once: bool) -> None:
        """End it, by closing its pipe and at the latest by force, and wait until it has ended."""
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        if not at_once:
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(_ENDING_SECONDS)
        self._popen.kill()
        self._popen.wait()

    def _read(self, size: int, deadline: float) -> bytes:
        read = bytearray()
        while len(read) < size:
            self._wait(self.replies, select.POLLIN, deadline)
            piece = os.read(self.replies, min(size - len(read), 1 << 20))
            if not piece:
                raise Lost
            read += piece
        return bytes(read)

    @staticmethod
    def _wait(pipe: int, event: int, deadline: float) -> None:
        if not _is_ready(pipe, event, deadline - monotonic()):
            raise Late


def _is_ready(pipe: int, event: int, seconds: float) -> bool:
    """Whether a pipe can be read or written, or was closed, within some time."""
    poll = select.poll()
    poll.register(pipe, event)
    return bool(poll.poll(max(seconds, 0) * 1000))


def _environment() -> dict[str, str]:
    """What an engine sees of the environment: where Python and bilim are, and one thread for each numeric library."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    package = str(Path(bilim.__path__[0]).parent)
    return {**kept, "PYTHONPATH": package, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
