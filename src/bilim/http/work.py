"""A route's work: one thread run_in_pool in which the actor is loaded, the function runs, and its answer is encoded.

    @post("/api/v1/attendance", opt=needs(Role.TEACHER))
    @work
    def mark_attendance(tx: Tx, actor: Actor, data: Mark) -> AttendanceOut: ...

`work` hides `tx`, `db` and `actor` from Litestar, which goes on binding path, query and body and describing them. A function that takes
`tx` gets one transaction around all it does. One that takes `db` opens units of its own, so that it can do slow things (hash a password)
between them; it runs on threads of its own and cannot hold up the others.
"""

import asyncio
import contextvars
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Struct

from bilim.db.engine import Database, Tx
from bilim.http.json_array import JsonArrayWriter
from bilim.http.responses import RawResponse, encode
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated
from bilim.kit.paging import Flow, Listed, Page

_SUPPLIED = frozenset({"tx", "db", "actor"})
_SLOW_THREADS = 2
_WRITE_THREADS = 1
_EVENT_LOOP = 1
_CLAIMS = "bilim.claims"

Claims = Any
ReadToken = Callable[[str], Claims]
"""A bearer token's claims; raises Unauthenticated where it is forged, expired or of another kind."""
LoadActor = Callable[[Tx, Claims], Actor]
"""The person behind claims as they are now; raises Unauthenticated where the session ended or the account closed."""


class Work:
    """What routes run on: the database, the threads, and how a token becomes an actor."""

    def __init__(self, db: Database, threads: int, read_token: ReadToken, load_actor: LoadActor) -> None:
        self.db = db
        self.read_token = read_token
        self.load_actor = load_actor
        self.quick = ThreadPoolExecutor(threads, thread_name_prefix="unit")
        # SQLite has one writer at a time, who may have to wait for another process: reads must not wait behind it.
        self.writes = ThreadPoolExecutor(1, thread_name_prefix="write") if db.is_sqlite else self.quick
        self.slow = ThreadPoolExecutor(_SLOW_THREADS, thread_name_prefix="slow")

    @staticmethod
    def connections(threads: int) -> int:
        """How many connections the threads can use at once."""
        return threads + _WRITE_THREADS + _SLOW_THREADS + _EVENT_LOOP

    def close(self) -> None:
        """Let running work end, then close the connections."""
        self.quick.shutdown()
        self.writes.shutdown()
        self.slow.shutdown()
        self.db.close()


def needs(role: Role) -> dict[str, Any]:
    """Route option: the actor must have this role or more."""
    return {"role": role}


PUBLIC: dict[str, Any] = {"public": True}
"""Route option: open to everyone. A valid token still gives an actor; without one `actor` is None."""

READ_ONLY: dict[str, Any] = {"reads": True}
"""Route option: this writes nothing though its method is not GET."""


async def require_token(connection: Request[Any, Any, Any]) -> None:
    """What every route asks before the body is read: a valid token, unless the route is PUBLIC.

    Litestar's hook before a request, not a guard: for a guard it copies the handler each time. Asynchronous though it awaits nothing:
    a plain function would take a thread run_in_pool of its own.
    """
    handler = connection.route_handler
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    public = handler.opt.get("public", False)
    if scheme.lower() != "bearer" or not token:
        if public or connection.scope.get("method") == "OPTIONS" or _is_signed(connection, handler):
            return
        raise Unauthenticated
    try:
        scope: Any = connection.scope
        scope[_CLAIMS] = connection.app.state.work.read_token(token.strip())
    except Unauthenticated:
        if not public:
            raise


SIGNED: dict[str, Any] = {"signed": True}
"""Route option: a signed address serves as well as a token; `actor` is None then."""


def _is_signed(connection: Request[Any, Any, Any], handler: BaseRouteHandler) -> bool:
    signed = bool(handler.opt.get("signed"))
    return signed and connection.app.state.signer.allows(connection.scope["path"], connection.query_params)


RUN_IN_LOOP: dict[str, Any] = {"instant": True}
"""Route option: reads one object by its key. With SQLite that takes some 50 µs, less than waking a thread costs, so it runs where it is;
with a database server it takes its run_in_pool as all else does."""


def admit(work: Work, request: Request[Any, Any, Any], tx: Tx) -> Actor | None:
    """The actor of a request, checked against what its route needs; None on a public route without a valid token.

    Raises:
        Unauthenticated: the session ended or the account was closed since the token was made.
        Forbidden: the route needs another role.
    """
    opt = request.route_handler.opt
    claims = request.scope.get(_CLAIMS)
    if claims is None:
        return None
    try:
        actor = work.load_actor(tx, claims)
    except Unauthenticated:
        if opt.get("public"):
            return None
        raise
    role: Role | None = opt.get("role")
    if role is not None and not actor.role.includes(role):
        raise Forbidden
    return actor


class WithStatus(Struct):
    """A route's answer with a status of its own, such as 200 where a POST found what it would have made."""

    value: Any
    status: int


async def run_in_pool(pool: ThreadPoolExecutor, run: Callable[[], Any]) -> Any:
    """Run on a thread of the pool, with this task's context (the request's id, for logs)."""
    return await asyncio.get_running_loop().run_in_executor(pool, contextvars.copy_context().run, run)


def work(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a plain function a route's handler; see the module's words."""
    signature = inspect.signature(function)
    hints = get_type_hints(function, include_extras=True)
    supplied = _SUPPLIED & signature.parameters.keys()
    takes_request = "request" in signature.parameters
    run = _in_own_units if "db" in supplied else _in_one_unit

    async def handler(request: Request[Any, Any, Any], **bound: Any) -> Any:
        routes: Work = request.app.state.work
        if takes_request:
            bound["request"] = request
        whole = partial(run, routes, request, function, supplied, bound)
        if routes.db.is_sqlite and request.route_handler.opt.get("instant"):
            return whole()
        if run is _in_own_units:
            return await run_in_pool(routes.slow, whole)
        return await run_in_pool(routes.quick if _only_reads(request) else routes.writes, whole)

    if "data" in hints:
        hints["data"] = JSONBody[hints["data"]]  # how Litestar knows the body; `http.bodies` reads forms too
    visible = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in signature.parameters.items()
        if name not in supplied and name != "request"
    ]
    returned = hints["return"]
    returned = list[get_args(returned)] if get_origin(returned) is Flow else returned  # what comes in batches is sent as one array
    own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    handler.__signature__ = signature.replace(parameters=[own, *visible], return_annotation=returned)  # type: ignore[attr-defined]
    handler.__annotations__ = {"request": Request, **{p.name: p.annotation for p in visible}, "return": returned}
    handler.__name__, handler.__doc__, handler.__module__ = function.__name__, function.__doc__, function.__module__
    handler.__qualname__ = function.__qualname__
    return handler


def _only_reads(request: Request[Any, Any, Any]) -> bool:
    return request.scope["method"] == "GET" or request.route_handler.opt.get("reads", False)


def _in_one_unit(
    routes: Work, request: Request[Any, Any, Any], function: Callable[..., Any], supplied: frozenset[str], bound: dict[str, Any]
) -> Any:
    with routes.db.read() if _only_reads(request) else routes.db.write() as tx:
        actor = admit(routes, request, tx)
        if "actor" in supplied:
            bound["actor"] = actor
        return answer(request, function(tx=tx, **bound))


def _in_own_units(
    routes: Work, request: Request[Any, Any, Any], function: Callable[..., Any], supplied: frozenset[str], bound: dict[str, Any]
) -> Any:
    if request.scope.get(_CLAIMS) is not None:
        with routes.db.read() as tx:
            actor = admit(routes, request, tx)
    else:
        actor = None
    if "actor" in supplied:
        bound["actor"] = actor
    return answer(request, function(db=routes.db, **bound))


def answer(request: Request[Any, Any, Any], value: Any) -> Response[Any]:
    """A function's value as the route's answer; a list gets its `X-Total-Count` and `Link`."""
    if isinstance(value, Response):
        return value
    status: int = request.route_handler.status_code  # pyright: ignore[reportAttributeAccessIssue] - HTTP handlers have one
    if isinstance(value, WithStatus):
        value, status = value.value, value.status
    if status == 204:
        return RawResponse(b"", status)
    if isinstance(value, Flow):
        spool = JsonArrayWriter()
        spool.write(value.batches)
        return spool.response(status, _listing_headers(request, spool.rows if value.total is None else value.total, value.page))
    headers = _listing_headers(request, value.total, value.page) if isinstance(value, Listed) else None
    return RawResponse(encode(value), status, headers)


def _listing_headers(request: Request[Any, Any, Any], total: int, page: Page) -> list[tuple[bytes, bytes]]:
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
