"""The product with one more route, which waits for an outside service: `python -m bench.waiting PORT`, served as the product is served.

No route of the product waits for an outside service in a coroutine yet, and `bilim.http.work` takes none. Until it does there is nothing to
measure: `ROUTES` is empty and the mixed load leaves that neighbour out. Then `ROUTES` gets a handler of this kind:

    @get(PATH, opt=PUBLIC)
    @work
    async def wait(units: Units) -> Waited:
        await client.get(os.environ[ADDRESS])

with one `httpx.AsyncClient(timeout=TIMEOUT, limits=httpx.Limits())` for all calls, as a provider has: to make one takes 15 ms of CPU.
"""

import sys
from typing import Any

import uvicorn

from bilim import app
from bilim.http.outer import OuterMiddleware

PATH = "/bench/wait"
ADDRESS = "BENCH_WAITING_URL"
"""The environment variable that names the outside service."""
TIMEOUT = 120
"""Seconds: longer than the mixed load lets calls wait."""

ROUTES: list[Any] = []


def make_server() -> OuterMiddleware:
    """What a server runs."""
    app.ROUTES.extend(ROUTES)
    return app.make_server()


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
