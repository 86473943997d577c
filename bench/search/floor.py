"""The floor of a search: the statements that the product ran for each request, run again by the bare driver behind a bare ASGI function.

`python -m bench.search.floor PORT`, with DATABASE_URL and RECORDED, a file of `Recorded`.
"""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import uvicorn
from msgspec import Struct


class Recorded(Struct):
    """A request: its path with its query, the statements with their values, and the decoded answer."""

    path: str
    statements: list[tuple[str, Any]]
    answer: Any


def main() -> None:
    """Serve until the process is ended."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA cache_size=-4000")
    else:
        connection = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
    requests = msgspec.json.decode(Path(os.environ["RECORDED"]).read_bytes(), type=list[Recorded])
    by_path = {request.path.encode(): request for request in requests}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            return
        request = by_path.get(scope["raw_path"] + b"?" + scope["query_string"])
        body = b"{}"
        if request is not None:
            for text, values in request.statements:
                connection.execute(text, values).fetchall()
            body = msgspec.json.encode(request.answer)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
