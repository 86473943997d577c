"""Servers as processes of their own, which share a database and a Redis; and sockets to them."""

import json
import os
import socket as sockets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from bilim.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which a process that was to do something counts as stuck."""
_SERVE = """
import sys, uvicorn
from bilim.live.protocol import SOCKET_OPTIONS
from bilim.rooms import rules
rules.BEAT_SECONDS = float(sys.argv[2])
quick = {"ws_ping_interval": float(sys.argv[3]), "ws_ping_timeout": float(sys.argv[3])}
uvicorn.run("bilim.app:make_server", factory=True, port=int(sys.argv[1]), log_config=None, access_log=False, **(SOCKET_OPTIONS | quick))
"""


class Server:
    """A process that serves."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.log = log

    def call(self, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
        return httpx.request(method, self.url + path, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)

    def memory(self) -> float:
        """What the process has taken, in MiB."""
        (size,) = (line.split()[1] for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if "RssAnon" in line)
        return int(size) / 1024

    def enter(self, room_id: str, token: str) -> "Caller":
        """Get a ticket here and open the socket here."""
        given = self.call("POST", f"/api/v1/webrtc/rooms/{room_id}/ticket", token)
        assert given.status_code == 201, given.text
        return Caller(self, room_id, given.json()["protocols"])


class Caller:
    """A socket of a room."""

    def __init__(self, server: Server, room_id: str, protocols: list[str]) -> None:
        url = f"ws://127.0.0.1:{server.port}/api/v1/webrtc/rooms/{room_id}/ws"
        connecting = connect(url, subprotocols=protocols, compression=None, open_timeout=PATIENCE)  # type: ignore[arg-type]
        self.socket: ClientConnection = connecting.__enter__()

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; others are passed over."""
        while True:
            message = json.loads(self.socket.recv(PATIENCE))
            if message["type"] == kind:
                return message

    def code(self) -> int | None:
        """The code with which the server ends the socket."""
        try:
            while True:
                self.socket.recv(PATIENCE)
        except Exception:  # noqa: BLE001 - whatever the library says
            self.socket.close()
            return self.socket.close_code


@contextmanager
def serving(settings: Settings, count: int = 1, redis_url: str = "", *, beat: float = 20, ping: float = 20) -> Iterator[list[Server]]:
    """Servers on the settings' database, started together, that answer until the block is left."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_started(settings, redis_url, beat, ping)) for _ in range(count)]
        for server in servers:
            _wait_until_healthy(server)
        yield servers


@contextmanager
def _started(settings: Settings, redis_url: str, beat: float, ping: float) -> Iterator[Server]:
    with sockets.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = os.environ | {
        "BILIM_HOME": str(settings.bilim_home),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "REDIS_URL": redis_url,
        "RUN_JOBS": "false",
        "PYTHONPATH": str(ROOT / "src"),
    }
    log = settings.bilim_home / f"server-{port}.log"
    with log.open("wb") as said:
        run = [sys.executable, "-c", _SERVE, str(port), str(beat), str(ping)]
        process = subprocess.Popen(run, cwd=settings.bilim_home, env=values, stdout=said, stderr=said)
    try:
        yield Server(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(server: Server) -> None:
    for _ in range(PATIENCE * 20):
        assert server.process.poll() is None, server.log.read_text()
        try:
            if httpx.get(f"{server.url}/health", timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(server.log.read_text())
