"""The address of one's calendar, and what programs read there."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated

from litestar import delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter
from msgspec import Struct

from bilim.calendar import actions, flows, queries
from bilim.calendar.documents import REFRESH
from bilim.calendar.queries import TokenView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.client import Client
from bilim.http.pools import Pools
from bilim.http.responses import RawResponse
from bilim.http.urls import Urls
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.settings import Settings

File = Annotated[str, PathParameter(description="The secret of a calendar's address, with `.ics`.")]
KnownCopy = Annotated[str, HeaderParameter(name="if-none-match", description="The `ETag` of the copy at hand.")]

_SUFFIX = ".ics"
_MEDIA = b"text/calendar; charset=utf-8"


class CalendarTokenOut(Struct):
    """The address of one's calendar, told this once: whoever has it can read the calendar. `path` is the same from the server's root."""

    url: str
    path: str
    created_at: datetime


@post("/api/v1/calendar/token", opt=may(actions.make_token), tags=["calendar"])
@work
def make_token(tx: Tx, actor: Actor, urls: Urls) -> CalendarTokenOut:
    """Give one's calendar a new secret address, to subscribe to; the former address stops working."""
    path = f"/api/v1/calendar/{actions.make_token(tx, actor)}{_SUFFIX}"
    return CalendarTokenOut(urls.absolute(path) or path, path, tx.local_now)


@get("/api/v1/calendar/token", opt=may(queries.own_token), tags=["calendar"])
@work
def read_token(tx: Tx, actor: Actor) -> TokenView:
    """Whether one's calendar has an address, and since when; the address itself is not stored."""
    return queries.own_token(tx, actor)


@delete("/api/v1/calendar/token", opt=may(actions.revoke_token), tags=["calendar"])
@work
def revoke_token(tx: Tx, actor: Actor) -> None:
    """Let nobody read one's calendar any more."""
    actions.revoke_token(tx, actor)


@get(
    "/api/v1/calendar/{file:str}",
    opt=may(queries.feed),
    media_type="text/calendar",
    responses={304: ResponseSpec(None, description="The copy at hand is good still.")},
    tags=["calendar"],
)
@work
async def read_calendar(units: Units, pools: Pools, settings: Settings, client: Client, file: File, known: KnownCopy = "") -> RawResponse:
    """Somebody's lessons, homework and exams as iCalendar, for whoever has the address."""
    secret = file.removesuffix(_SUFFIX) if file.endswith(_SUFFIX) else ""
    document = await flows.read_feed(units, pools, secret, settings.time_zone, client.address)
    etag = f'"{sha256(document).hexdigest()[:32]}"'
    headers = [(b"etag", etag.encode()), (b"cache-control", b"private, max-age=%d" % (REFRESH.total_seconds() // 4))]
    if etag in known or known.strip() == "*":
        return RawResponse(b"", 304, headers)
    return RawResponse(document, 200, [*headers, (b"content-disposition", b'inline; filename="bilim.ics"')], _MEDIA)


ROUTES = [make_token, read_token, revoke_token, read_calendar]
