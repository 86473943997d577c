"""Makes route handlers of plain functions that take domain types.

A plain function that takes `tx` runs on a thread, in one transaction in which its actor was loaded and checked:

    @post("/api/v1/attendance", opt=may(actions.mark_attendance))
    @work
    def mark_attendance(tx: Tx, actor: Actor, data: MarkBody) -> AttendanceOut: ...

A coroutine that takes `units` opens short transactions where it needs them, and holds no connection and no thread while it waits for
something else:

    @post("/api/v1/ai/ask", opt=may(actions.reserve_question))
    @work
    async def ask(units: Units, actor: Actor, llm: Llm, data: AskBody) -> AskOut:
        reserved = await units.write(actions.reserve_question, actor, data)
        reply = await llm.reply(reserved.prompt)
        return await units.write(actions.settle_question, actor, reserved, reply)

Path, query, header and body are Litestar's to bind; all other parameters are supplied by their annotation: `Tx`, `Units`, `Actor`,
`Client`, `Urls`, `Request`, and every field of the application's `Services`.
"""

import inspect
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import UnionType
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from litestar import Litestar, Request, patch, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody, KwargDefinition
from msgspec import Struct
from sqlalchemy.exc import OperationalError

from bilim.db.engine import Database, Tx
from bilim.http.access import admit, handlers_of
from bilim.http.answers import WithStatus, WithTotal, answer, listed
from bilim.http.client import Client, client_of
from bilim.http.long_lists import LongList
from bilim.http.pools import unless_client_leaves
from bilim.http.responses import RawResponse
from bilim.http.services import CoreServices, Http
from bilim.http.tables import table_format, writer_of
from bilim.http.urls import Urls, root_of
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream

P = ParamSpec("P")
R = TypeVar("R")

READ_ONLY: dict[str, Any] = {"reads": True}
"""Route option: this writes nothing though its method is not GET."""

RUN_IN_LOOP: dict[str, Any] = {"in_loop": True}
"""Route option: reads one object or a short list, most often small ones. With SQLite that takes less time than waking a thread costs, so it
runs on the event loop, and starts over on a thread where it takes longer than a moment or more rows were asked for than a short list has.
With a database server it runs on a thread like all others."""
_LOOP_SECONDS = 0.002
"""The moment: for so long no other request is served."""
_LOOP_ROWS = 100
"""The most rows of a short list."""

READS_LONG: dict[str, Any] = {"reads_long": True}
"""Route option: may read for a second or more, such as figures over all results. It runs on the threads for long lists."""

_SETTLES = "settles"


class Settling(Struct, frozen=True):
    """What is due by the clock and must have happened before a route reads, such as closing what ran out of time."""

    is_due: Callable[[Tx], bool]
    settle: Callable[[Tx], object]
    """Does some of what is due; called until nothing is. Not on behalf of the caller, who is not checked yet."""


def after(settling: Settling) -> dict[str, Any]:
    """Route option of a GET: what is due is done first, in transactions of its own."""
    return {_SETTLES: settling}


_QUICK_ROWS = 1000
"""The rest of a longer list is read on the threads for long lists, so that short reads do not wait for it."""


class Units:
    """Short transactions for a handler that awaits something between them."""

    def __init__(self, services: CoreServices) -> None:
        self._services = services

    async def read(self, query: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in a unit that only reads; return its result."""
        return await self._services.pools.reads.run(_in_read, self._services.db, query, *args, **kwargs)

    async def write(self, action: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an action in a transaction of its own, committed when this returns; return its result."""
        return await self._services.pools.writes.run(_in_write, self._services.db, action, *args, **kwargs)


def _in_read(db: Database, query: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    with db.read() as tx:
        return query(tx, *args, **kwargs)


def _in_write(db: Database, action: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    with db.write() as tx:
        return action(tx, *args, **kwargs)


def services_of(request: Http) -> CoreServices:
    """The services of the application that serves a request."""
    return request.app.state.services


def _urls(request: Http) -> Urls:
    services = services_of(request)
    return Urls(root_of(request, services.settings.public_url), services.signer)


def _units(request: Http) -> Units:
    return Units(services_of(request))


def _request(request: Http) -> Http:
    return request


_BY_REQUEST: dict[Any, Callable[[Http], Any]] = {Units: _units, Urls: _urls, Client: client_of, Request: _request}
"""Supplied values that are made for each request."""


def work(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a route's handler; see the module's docstring."""
    return _Work(function, {}).handler()


def require_supplied(app: Litestar) -> None:
    """Refuse an application with a handler whose annotation names no service.

    Raises:
        TypeError: naming the routes and the annotations.
    """
    known = app.state.supplies.keys()
    problems = [
        f"{route.path} asks for {kind}"
        for route in app.routes
        for handler in handlers_of(route)
        for kind in getattr(handler.fn, "__supplied__", ())
        if kind not in known
    ]
    if problems:
        raise TypeError("; ".join(sorted(problems)))


def change(path: str | list[str], *, whole: type[Struct], opt: dict[str, Any], **options: Any) -> Callable[..., list[HTTPRouteHandler]]:
    """PUT and PATCH of one thing by one function, whose `data` is what a PATCH sends; a PUT must send what `whole` requires.

    Args:
        whole: a subclass of the function's `data` in which the fields that a POST requires are required.
    """

    def decorate(function: Callable[..., Any]) -> list[HTTPRouteHandler]:
        as_put = _Work(function, {"data": whole}).handler()
        as_put.__name__ = f"replace_{function.__name__.partition('_')[2]}"
        return [put(path, opt=opt, **options)(as_put), patch(path, opt=opt, **options)(_Work(function, {}).handler())]

    return decorate


class _Work:
    """One function, and how each of its parameters is supplied."""

    def __init__(self, function: Callable[..., Any], annotations: dict[str, Any]) -> None:
        self.function = function
        self.signature = inspect.signature(function)
        self.hints = get_type_hints(function, include_extras=True) | annotations
        self.is_async = inspect.iscoroutinefunction(function)
        supplied = {name: _plain(self.hints[name]) for name in self.signature.parameters if not _is_bound(name, self.hints[name])}
        self.tx = next((name for name, hint in supplied.items() if hint is Tx), None)
        self.actor = next((name for name, hint in supplied.items() if isinstance(hint, type) and issubclass(hint, Actor)), None)
        self.actor_kind: type[Actor] = supplied[self.actor] if self.actor else Actor
        self.by_request = [(name, _BY_REQUEST[hint]) for name, hint in supplied.items() if hint in _BY_REQUEST]
        known = {self.tx, self.actor, *(name for name, _ in self.by_request)}
        self.by_service = [(name, hint) for name, hint in supplied.items() if name not in known]
        self.supplied = supplied.keys()
        self.is_list = get_origin(self.hints["return"]) is RowStream

    def handler(self) -> Callable[..., Any]:
        """The function that Litestar calls."""
        run = self._run_async if self.is_async else self._run

        async def handler(request: Http, **bound: Any) -> Any:
            supplies: dict[Any, Any] = request.app.state.supplies
            for name, make in self.by_request:
                bound[name] = make(request)
            for name, kind in self.by_service:
                bound[name] = supplies[kind]
            return await run(request, bound)

        self._describe(handler)
        return handler

    def _describe(self, handler: Any) -> None:
        """Show Litestar the parameters that it binds."""
        hints = dict(self.hints)
        if "data" in hints:
            hints["data"] = JSONBody[hints["data"]]  # how Litestar knows the body; `http.bodies` reads forms too
        visible = [
            parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in self.signature.parameters.items()
            if name not in self.supplied
        ]
        returned = hints["return"]
        if get_origin(returned) in (WithStatus, WithTotal):
            (returned,) = get_args(returned)
        if get_origin(returned) is RowStream:  # its rows are sent as one array
            returned = list[get_args(returned)]
        returned = _without_raw(returned)
        own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        handler.__signature__ = self.signature.replace(parameters=[own, *visible], return_annotation=returned)
        handler.__annotations__ = {"request": Request, **{p.name: p.annotation for p in visible}, "return": returned}
        function = self.function
        handler.__name__, handler.__doc__, handler.__module__ = function.__name__, function.__doc__, function.__module__
        handler.__qualname__ = function.__qualname__
        handler.__by_work__ = True
        handler.__supplied__ = {kind for _, kind in self.by_service}

    async def _run(self, request: Http, bound: dict[str, Any]) -> Any:
        """In one transaction on one thread."""
        services = services_of(request)
        reads = _only_reads(request)
        if settling := request.route_handler.opt.get(_SETTLES):
            await _settle(Units(services), settling)
        if services.db.is_sqlite and request.route_handler.opt.get("in_loop") and self._is_short(request, bound):
            with suppress(OperationalError):  # it took too long
                return self._in_one_unit(services, request, bound, reads=reads, seconds=_LOOP_SECONDS)
        pool = services.pools.reads if reads else services.pools.writes
        if request.route_handler.opt.get("reads_long"):
            pool = services.pools.long_lists
        loaded = pool.is_loaded
        running = pool.submit(self._in_one_unit, services, request, bound, reads=reads)
        answered = await (unless_client_leaves(running, request.receive) if loaded else running)
        if isinstance(answered, LongList):
            return await answered.finish(services, request)
        return answered

    def _is_short(self, request: Http, bound: dict[str, Any]) -> bool:
        """Whether one object or a short list was asked for, not as a file."""
        limit = bound.get("limit", 1)
        return limit is not None and limit <= _LOOP_ROWS and not (self.is_list and table_format(request))

    def _in_one_unit(
        self, services: CoreServices, request: Http, bound: dict[str, Any], *, reads: bool, seconds: float | None = None
    ) -> Any:
        with ExitStack() as stack:
            tx = stack.enter_context(services.db.read(seconds) if reads else services.db.write())
            actor = admit(services, request, tx, self.actor_kind)
            if self.actor:
                bound[self.actor] = actor
            if self.tx:
                bound[self.tx] = tx
            value = self.function(**bound)
            if not isinstance(value, RowStream):
                return answer(request, value)
            writer = writer_of(request, services.temporary_files, actor, self.hints["return"])
            if writer.write(value.batches, _QUICK_ROWS if value.page.limit is None else None):
                return listed(request, writer, value)
            return LongList(writer, value, tx, stack.pop_all())

    async def _run_async(self, request: Http, bound: dict[str, Any]) -> Any:
        """As a coroutine, after its actor was loaded in a unit of its own."""
        actor = await self._actor(request)
        if self.actor:
            bound[self.actor] = actor
        value = await self.function(**bound)
        if isinstance(value, RowStream):  # of a list in memory: its transactions are over
            writer = writer_of(request, services_of(request).temporary_files, actor, self.hints["return"])
            writer.write(value.batches)
            return listed(request, writer, value)
        return answer(request, value)

    async def _actor(self, request: Http) -> Actor | None:
        services = services_of(request)
        if "bilim.claims" not in request.scope:
            return admit(services, request, None, self.actor_kind)  # type: ignore[arg-type] - nobody to load
        if services.db.is_sqlite:  # one row by its key: less than waking a thread
            return _load(services, request, self.actor_kind)
        return await services.pools.reads.run(_load, services, request, self.actor_kind)


async def _settle(units: Units, settling: Settling) -> None:
    while await units.read(settling.is_due):
        await units.write(settling.settle)


def _without_raw(returned: Any) -> Any:
    """What a route answers, without answers that are bytes already, such as a page beside the JSON."""
    if returned is RawResponse:
        return bytes
    if get_origin(returned) is not UnionType:
        return returned
    shown = tuple(each for each in get_args(returned) if each is not RawResponse)
    return Union[shown]  # noqa: UP007 - made at run time


def _load(services: CoreServices, request: Http, kind: type[Actor]) -> Actor | None:
    with services.db.read() as tx:
        return admit(services, request, tx, kind)


def _is_bound(name: str, hint: Any) -> bool:
    """Whether a parameter comes from the path, the query, a header or the body."""
    return name == "data" or (get_origin(hint) is Annotated and any(isinstance(extra, KwargDefinition) for extra in get_args(hint)[1:]))


def _plain(hint: Any) -> Any:
    """An annotation without `| None` and without type arguments: `Actor | None` is an Actor, `Request[…]` a Request."""
    members = [member for member in get_args(hint) if member is not type(None)]
    if type(None) in get_args(hint) and len(members) == 1:
        hint = members[0]
    return get_origin(hint) if get_origin(hint) is Request else hint


def _only_reads(request: Http) -> bool:
    return request.scope["method"] == "GET" or request.route_handler.opt.get("reads", False)
