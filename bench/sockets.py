"""What idle sockets cost: memory of a serving process with and without them.

    python -m bench.sockets [COUNT] [LIMIT_MIB]

Each is a participant of a room, as a call is after everybody has connected. Ends with 1 where they take more than the limit.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from websockets.asyncio.client import connect

from bench.servers import PRODUCT, Server, serving

_COUNT = 1000
_LIMIT_MIB = 100.0
_OF_USER = 10
"""Sockets that one person may have open."""
_PASSWORD = "Correct-horse-9"
_ROOMS = "/api/v1/webrtc/rooms"


async def _answer(client: httpx.AsyncClient, path: str, body: Any = None, token: str = "") -> Any:
    answer = await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"} if token else {})
    answer.raise_for_status()
    return answer.json()


async def _person(client: httpx.AsyncClient, number: int) -> str:
    """Somebody's token."""
    name = f"idle{number:04}"
    await _answer(client, "/api/v1/users/", {"username": name, "email": f"{name}@example.com", "password": _PASSWORD})
    return (await _answer(client, "/api/v1/login", {"username": name, "password": _PASSWORD}))["access_token"]


@asynccontextmanager
async def _idle(client: httpx.AsyncClient, port: int, people: range, count: int) -> AsyncIterator[None]:
    """So many participants, ten of them one person's, each in a room of their own."""
    async with AsyncExitStack() as stack:
        for number in people:
            token = await _person(client, number)
            for _ in range(min(_OF_USER, count - (number - people.start) * _OF_USER)):
                room = (await _answer(client, f"{_ROOMS}/create", {}, token))["room_id"]
                protocols = (await _answer(client, f"{_ROOMS}/{room}/ticket", None, token))["protocols"]
                url = f"ws://127.0.0.1:{port}{_ROOMS}/{room}/ws"
                socket = await stack.enter_async_context(connect(url, subprotocols=protocols, compression=None))
                await socket.recv()
        yield


async def _measure(server: Server, count: int) -> tuple[float, float]:
    """Its own MiB before, and with the sockets open; a few came and went before, so that only the sockets are the difference."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        async with _idle(client, server.port, range(1), 1):
            pass
        before = server.memory().own
        async with _idle(client, server.port, range(1, 1 + -(-count // _OF_USER)), count):
            await asyncio.sleep(1)
            return before, server.memory().own


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _COUNT
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else _LIMIT_MIB
    with TemporaryDirectory() as home:
        environment = {"BILIM_HOME": home, "SOCKET_LIMIT": str(count + 10)}
        with serving(PRODUCT, environment, Path(home) / "log") as server:
            before, after = asyncio.run(_measure(server, count))
    print(f"without sockets  {before:7.1f} MiB")
    print(f"with {count:5} idle {after:7.1f} MiB   {(after - before) * 1024 / count:.1f} KiB each, {after - before:.1f} MiB in all")
    if after - before > limit:
        raise SystemExit(f"more than {limit:.0f} MiB")


if __name__ == "__main__":
    main()
