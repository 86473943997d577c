"""What a handler answers, as an HTTP answer; lists with their `X-Total-Count` and `Link`."""

from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from litestar import Response
from msgspec import Struct

from bilim.http.json_array import ListWriter
from bilim.http.responses import RawResponse, encode
from bilim.http.services import Http
from bilim.kit.paging import Page, RowStream

R = TypeVar("R")


class WithStatus(Struct, Generic[R]):
    """A route's answer with a status of its own, such as 200 where a POST found what it would have made."""

    value: R
    status: int


class WithTotal(Struct, Generic[R]):
    """An answer that is a page of a list with something beside it: it gets the headers of a list."""

    value: R
    total: int
    page: Page


def answer(request: Http, value: Any) -> Response[Any]:
    """A function's value as the route's answer; a list gets its `X-Total-Count` and `Link`."""
    if isinstance(value, Response):
        return value
    status: int = request.route_handler.status_code  # pyright: ignore[reportAttributeAccessIssue] - HTTP handlers have one
    if isinstance(value, WithStatus):
        value, status = value.value, value.status
    if isinstance(value, WithTotal):
        return RawResponse(encode(value.value), status, _listing_headers(request, value.total, value.page))
    if status == 204:
        return RawResponse(b"", status)
    return RawResponse(encode(value), status)


def listed(request: Http, writer: ListWriter, stream: RowStream[Any]) -> RawResponse:
    """A fully read list as the route's answer."""
    status: int = request.route_handler.status_code  # pyright: ignore[reportAttributeAccessIssue] - HTTP handlers have one
    return writer.response(status, _listing_headers(request, writer.rows if stream.total is None else stream.total, stream.page))


def _listing_headers(request: Http, total: int, page: Page) -> list[tuple[bytes, bytes]]:
    """`X-Total-Count`, and `Link` with the next and previous page where there are such (CONTRACT section 4)."""
    links = list[str]()
    if page.limit:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("skip", "limit")]

        def link(skip: int, relation: str) -> str:
            query = urlencode([*kept, ("skip", skip), ("limit", page.limit)])
            return f'<{request.scope["path"]}?{query}>; rel="{relation}"'

        if page.skip + page.limit < total:
            links.append(link(page.skip + page.limit, "next"))
        if page.skip > 0:
            links.append(link(max(0, page.skip - page.limit), "prev"))
    return [(b"x-total-count", b"%d" % total), (b"link", ", ".join(links).encode("latin-1", "replace"))]
