"""The product with one more route, which waits for an outside service: `python -m bench.waiting PORT`, served as the product is served."""

import os
import sys
from typing import Any

import httpx
import uvicorn
from litestar import get
from msgspec import Struct

from bilim.app import make_server as make_product
from bilim.app import routes
from bilim.http.access import PUBLIC
from bilim.http.outer import OuterMiddleware
from bilim.http.work import Units, work

PATH = "/bench/wait"
ADDRESS = "BENCH_WAITING_URL"
"""The environment variable that names the outside service."""
TIMEOUT = 120
"""Seconds: longer than the mixed load lets calls wait."""

_client = httpx.AsyncClient(timeout=TIMEOUT, limits=httpx.Limits())
"""One for all calls, as a provider has: to make one takes 15 ms of CPU."""


class Waited(Struct):
    """That the service answered."""

    status: int


@get(PATH, opt=PUBLIC)
@work
async def wait(units: Units) -> Waited:  # noqa: ARG001 - asked for as a handler that writes afterwards would
    """Wait for the outside service."""
    return Waited((await _client.get(os.environ[ADDRESS])).status_code)


ROUTES: list[Any] = [wait]


def make_server() -> OuterMiddleware:
    """What a server runs."""
    routes.ROUTES.extend(ROUTES)
    return make_product()


def main() -> None:
    """Serve on a port of 127.0.0.1 until ended, with the options of `bilim serve`."""
    uvicorn.run(
        "bench.waiting:make_server",
        factory=True,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_config=None,
        server_header=False,
    )


if __name__ == "__main__":
    main()
