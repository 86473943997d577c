"""Who may call a route: every route declares it, and the start refuses one that does not.

Most routes name the action or query that they call, which states its callers itself:

    @post("/api/v1/attendance", opt=may(actions.mark_attendance))
"""

from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import ASGIRouteHandler, BaseRouteHandler, HTTPRouteHandler, WebsocketRouteHandler
from litestar.routes import HTTPRoute

from bilim.db.engine import Tx
from bilim.http.services import CoreServices, Http
from bilim.kit.access import PUBLIC as EVERYONE
from bilim.kit.access import AccessRule, rule_of
from bilim.kit.actors import Actor
from bilim.kit.errors import Unauthenticated

_ACCESS = "access"
_CREDENTIAL = "credential"
_NO_TOKEN = "no_token"  # noqa: S105 - an option's name
TAKES_FILES = "takes_files"
"""Route option, set where the body has fields for files: the actor's role is checked before the body is read."""
_CLAIMS = "bilim.claims"
_ADMITTED = "bilim.admitted"

Credential = Callable[[Any], bool]
"""Whether a connection has a credential that is accepted in place of a token; may raise a domain error of its own."""


class UndeclaredRoute(Exception):
    """A route that does not declare its callers."""


def may(*functions: Callable[..., Any]) -> dict[str, Any]:
    """Route option: callers must meet the rules of all these actions and queries.

    Raises:
        UndeclaredRoute: one of them states no rule, or is internal.
    """
    rules: list[AccessRule] = []
    for function in functions:
        rule = rule_of(function)
        if rule is None or rule.is_internal:
            raise UndeclaredRoute(f"{function.__module__}.{function.__qualname__} does not say who may call it")
        rules.append(rule)
    return {_ACCESS: _strictest(rules)}


def _strictest(rules: list[AccessRule]) -> AccessRule:
    roles = [rule.role for rule in rules if rule.role is not None]
    return AccessRule(
        role=max(roles, key=lambda role: role.rank, default=None),
        is_public=all(rule.is_public for rule in rules),
    )


PUBLIC: dict[str, Any] = {_ACCESS: EVERYONE}
"""Route option: open to everyone. A valid token still gives an actor; without one `actor` is None."""

SIGNED_IN: dict[str, Any] = {_ACCESS: AccessRule()}
"""Route option: for everyone who is signed in."""


def _is_signed(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    services: CoreServices = connection.app.state.services
    return services.signer.allows(connection.scope["path"], connection.query_params)


SIGNED: dict[str, Any] = {_CREDENTIAL: _is_signed}
"""Route option: a signed address is accepted in place of a token; `actor` is None then."""


def credential(check: Credential, *, or_token: bool = False) -> dict[str, Any]:
    """Route option: a check in place of the token. Where the check fails the route answers 401.

    Args:
        or_token: whether a token that is sent nevertheless must be valid; otherwise it is ignored.
    """
    return {_ACCESS: AccessRule(), _CREDENTIAL: check, **({} if or_token else {_NO_TOKEN: True})}


def rule_for(handler: BaseRouteHandler) -> AccessRule:
    """Who may call a route."""
    return handler.opt[_ACCESS]


def needs_token(handler: BaseRouteHandler) -> bool:
    """Whether a route asks for a token, and not for nothing or for something else instead of one."""
    return _NO_TOKEN not in handler.opt and not rule_for(handler).is_public


async def authenticate(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Check the token of every request before its body is read, unless its route admits requests without one.

    Litestar's hook before a request, not a guard: for a guard it copies the handler each time. A coroutine, since Litestar
    runs plain functions in a thread hop of their own.

    Raises:
        Unauthenticated: no token, or an invalid one.
    """
    handler: Any = connection.route_handler
    scope: Any = connection.scope
    if scope.get("method") == "OPTIONS":
        return
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    is_public = rule_for(handler).is_public
    check: Credential | None = handler.opt.get(_CREDENTIAL)
    if scheme.lower() != "bearer" or not token or _NO_TOKEN in handler.opt:
        if is_public or (check is not None and check(connection)):
            scope[_ADMITTED] = True
            return
        raise Unauthenticated
    services: CoreServices = connection.app.state.services
    try:
        scope[_CLAIMS] = services.read_token(token.strip())
    except Unauthenticated:
        if not is_public:
            raise
        scope[_ADMITTED] = True
    if TAKES_FILES in handler.opt and _may_hold_files(connection):  # without the right to send files the body is not received
        await services.pools.reads.run(_check_role, services, connection)


def _may_hold_files(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a body may be large: JSON and plain forms are small on every route, and are checked with their transaction."""
    return connection.headers.get("content-type", "").lstrip().lower().startswith("multipart/")


def _check_role(services: CoreServices, connection: Any) -> None:
    with services.db.read() as tx:
        admit(services, connection, tx)


async def authenticate_socket(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """The same for sockets, as a guard: Litestar runs no request hook for them."""
    await authenticate(connection)


def claims_of(scope: Any) -> Any:
    """The claims of a connection's token, or None."""
    return scope.get(_CLAIMS)


def admit(services: CoreServices, request: Http, tx: Tx, kind: type[Actor] = Actor) -> Actor | None:
    """The actor of a request, checked against what its route declares; None where it was admitted without a token.

    Raises:
        Unauthenticated: the request was not admitted, or the session ended or the account was closed since the token was made.
        Forbidden: the route needs another role.
    """
    scope: Any = request.scope
    rule = rule_for(request.route_handler)
    claims = scope.get(_CLAIMS)
    if claims is None:
        if not scope.get(_ADMITTED):
            raise Unauthenticated
        return None
    try:
        actor = services.load_actor[kind](tx, claims)
    except Unauthenticated:
        if rule.is_public:
            return None
        raise
    rule.check(actor)
    return actor


def require_declared(app: Litestar) -> None:
    """Refuse an application with a route that does not declare its callers, or whose declaration would not be checked.

    Raises:
        UndeclaredRoute: naming all such routes.
    """
    problems = [f"{route.path}: {problem}" for route in app.routes for problem in _problems(route)]
    if problems:
        raise UndeclaredRoute("\n".join(sorted(set(problems))))


def handlers_of(route: Any) -> list[Any]:
    """The handlers of a route; a socket's has one."""
    return list(route.route_handlers) if isinstance(route, HTTPRoute) else [route.route_handler]


def _problems(route: Any) -> list[str]:
    return [problem for handler in handlers_of(route) if (problem := _problem(handler))]


def _problem(handler: BaseRouteHandler) -> str | None:
    if isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}:
        return None
    if isinstance(handler, ASGIRouteHandler):
        return "an ASGI application is not asked who calls it"
    rule = handler.opt.get(_ACCESS)
    if not isinstance(rule, AccessRule):
        return "does not say who may call it"
    if isinstance(handler, WebsocketRouteHandler):
        if authenticate_socket not in handler.resolve_guards():
            return "a socket without the guard that asks who calls it"
        return None if rule.is_public or getattr(handler.fn, "__by_ticket__", False) else "a socket whose actor is never loaded"
    if getattr(handler, "resolve_before_request", lambda: None)() is not authenticate:
        return "replaces the hook that asks who calls it"
    made_by_work = getattr(handler.fn, "__by_work__", False)
    return None if rule.is_public or made_by_work else "no function of `work`, so its actor is never loaded"
