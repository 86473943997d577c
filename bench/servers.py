"""Servers as processes of their own: started, waited for, read from /proc, and ended whatever happens."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

CHECKOUT = Path(__file__).resolve().parents[1]

_START_SECONDS = 60
_POLL_SECONDS = 0.005
_TICKS = os.sysconf("SC_CLK_TCK")


class Server(Struct):
    """A running server on a port of 127.0.0.1."""

    pid: int
    port: int
    started_in: float
    """Seconds from the start of the process to its first answer to GET /health."""

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, with all its threads; the kernel counts in ticks of 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> "Memory":
        """What the process holds in memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE)}
        return Memory(resident=sizes["VmRSS"], own=sizes["RssAnon"])


class Memory(Struct):
    """Memory of a process in MiB."""

    resident: float
    """All resident pages: also those of libraries and of a mapped SQLite file, which other processes share."""
    own: float
    """Pages of no file: what the process itself has taken."""


PRODUCT = ("-m", "bilim.cli", "serve", "--host", "127.0.0.1", "--port")
"""The product as it is served; the port follows."""
TWO_WORKERS = ("-m", "bilim.cli", "serve", "--workers", "2", "--host", "127.0.0.1", "--port")
FLOOR = ("-m", "bench.floor")
WAITING = ("-m", "bench.waiting")
"""The product with a route of the bench's."""
DOCUMENTED = ("-m", "uvicorn", "main:app", "--host", "127.0.0.1", "--port")
"""The documented way to start the product by hand."""


@contextmanager
def serving(command: tuple[str, ...], environment: dict[str, str], log: Path) -> Generator[Server]:
    """A server that answers, until the block is left.

    Args:
        command: arguments of Python; the port is added.
        environment: all variables it gets besides PATH and the place of this checkout's code, so that the caller's settings do not
            change what is measured.
        log: where its output goes, as a service's goes to its journal: the product's access log is part of its cost.

    Raises:
        SystemExit: it ended, or did not answer in a minute; with the end of its log.
    """
    port = _free_port()
    own = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONPATH": str(CHECKOUT / "src")}
    variables = own | environment
    with log.open("wb") as output:
        begun = time.perf_counter()
        process = subprocess.Popen([sys.executable, *command, str(port)], cwd=CHECKOUT, env=variables, stdout=output, stderr=output)
        try:
            _wait(process, port, begun, log)
            yield Server(process.pid, port, time.perf_counter() - begun)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, begun: float, log: Path) -> None:
    while not _is_healthy(port):
        if process.poll() is not None or time.perf_counter() - begun > _START_SECONDS:
            raise SystemExit(f"bench: {' '.join(map(str, process.args))} does not answer:\n{log.read_text()[-2000:]}")
        time.sleep(_POLL_SECONDS)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
