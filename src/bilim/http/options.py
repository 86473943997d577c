"""OPTIONS of a route names every method that it answers; Litestar's own names those of the first handler alone."""

from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from bilim.http.responses import RawResponse


def describe_options(app: Litestar) -> None:
    """Replace what answers OPTIONS on every route."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            handler, _ = route.route_handler_map["OPTIONS"]
            handler._fn = _answering(", ".join(sorted(route.methods)))  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def _answering(methods: str) -> Any:
    def answer(**_: Any) -> RawResponse:
        return RawResponse(b"", 204, [(b"allow", methods.encode())])

    return answer
