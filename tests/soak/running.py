"""The real server in a process of its own: started, killed and started again, with clients that keep calling it meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bilim.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
_ANSWER_SECONDS = 30
_START_SECONDS = 60
_STOP_SECONDS = 20
_UVICORN = "from uvicorn.main import main; main()"


class Server:
    """uvicorn with `main:app` on a free port. It is a process group of its own, so that nothing of it outlives the test.

    `prelude` is Python that runs before it, such as to shorten what a test would have to wait for; `environment` is more of its variables.
    """

    def __init__(self, settings: Settings, *, workers: int = 1, prelude: str = "", environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.log = settings.bilim_home / f"server-{self.port}.log"
        self._workers = workers
        self._program = ["-c", f"{prelude}\n{_UVICORN}"] if prelude else ["-m", "uvicorn"]
        self._environ = environment_of(settings) | dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start, and wait until it answers."""
        self.launch()
        self.wait_until(self._answers)
        return self

    @property
    def pid(self) -> int:
        """The running server's id."""
        assert self._process is not None
        return self._process.pid

    def launch(self) -> None:
        """Start, without waiting for anything."""
        arguments = ["--host", HOST, "--port", str(self.port), "--workers", str(self._workers)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program, "main:app", *arguments],
                cwd=CHECKOUT,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait for something that the started server brings about."""
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while not reached():
            assert self._process.poll() is None, f"the server ended by itself:\n{self.told()}"
            assert time.monotonic() < deadline, f"the server does not get that far:\n{self.told()}"
            time.sleep(0.005)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, nothing is cleaned up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and make sure that it did."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, how)
            process.wait(_STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def told(self) -> str:
        """The end of what it wrote to its log."""
        return self.log.read_text("utf8", "replace")[-4000:]

    def _answers(self) -> bool:
        try:
            with closing(Client(self.port)) as client:
                return client.call("GET", "/health") == 200
        except (OSError, HTTPException):
            return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class Client:
    """One keep-alive connection, opened anew where it broke. For one thread."""

    def __init__(self, port: int, token: str = "", *, keep_alive: bool = True) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        if not keep_alive:
            self._headers["Connection"] = "close"

    def call(self, method: str, path: str, body: Any = None) -> int:
        """Send a request, with a body as JSON if there is one, and return the status of its answer, read to the end.

        Raises:
            OSError, HTTPException: there was no whole answer; whether the server did what was asked, nobody knows.
        """
        try:
            described = {} if body is None else {"Content-Type": "application/json"}
            self._connection.request(method, path, None if body is None else json.dumps(body), self._headers | described)
            response = self._connection.getresponse()
            response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        return response.status

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def environment_of(settings: Settings) -> dict[str, str]:
    """These settings as a process reads them, and nothing of the tests' own environment that could change them."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    return kept | {
        "BILIM_HOME": str(settings.bilim_home),
        "DATABASE_URL": settings.database_url,
        "ENVIRONMENT": settings.environment,
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "PYTHONPATH": str(CHECKOUT / "src"),
        "PYTHONUNBUFFERED": "1",
    }
