"""Errors of every kind as answers: a status here, a shape by the route's renderer, words from the text catalogue (CONTRACT section 3).

Only this module gives errors a status. A route chooses its renderer by an option, which applies to every error of the route.
"""

import logging
from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.exceptions import NotFoundException as RouteNotFound
from litestar.params import QueryParameter
from msgspec import Struct
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bilim.http.access import admit
from bilim.http.pools import ClientGone
from bilim.http.responses import RawResponse, encode
from bilim.http.services import CoreServices, Http
from bilim.kit.errors import (
    BadRequest,
    Conflict,
    DomainError,
    FieldProblems,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from bilim.kit.path_secrets import without_secrets
from bilim.kit.validation import wrong_fields
from bilim.texts import text

_log = logging.getLogger("bilim.errors")

_RENDERER = "errors"
_CLIENT_GONE = 499

_STATUSES: dict[type[DomainError], tuple[int, str]] = {
    Unauthenticated: (401, "unauthenticated"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    Conflict: (409, "conflict"),
    BadRequest: (400, "bad_request"),
    Unavailable: (503, "busy"),
    RateLimited: (429, "rate_limited"),
    Invalid: (400, "invalid"),
}
_HTTP_CODES = {400: "bad_request", 404: "not_found", 413: "body_too_large"}

Headers = list[tuple[bytes, bytes]]


class Failure(Struct):
    """An error of a request, before it is rendered."""

    status: int
    problem: Problem
    fields: FieldProblems | None = None
    """The wrong fields by the body's own names, where fields are wrong."""
    headers: Headers = []
    is_of_domain: bool = False
    """Whether the domain refused it, rather than the parsing of the request."""


Renderer = Callable[[Failure], RawResponse]


def as_json(failure: Failure) -> RawResponse:
    """`{"field": ["message", …]}` for wrong fields, `{"detail": "…"}` for all else."""
    if failure.fields is not None:
        return RawResponse(encode(in_words(failure.fields)), failure.status, failure.headers)
    return RawResponse(encode({"detail": text(failure.problem.code, failure.problem.params)}), failure.status, failure.headers)


def as_error_key(failure: Failure) -> RawResponse:
    """The same, but `{"error": "…"}` where the domain refuses a well-formed request, as two routes of the centre's document show."""
    if failure.status == 400 and failure.fields is None and failure.is_of_domain:
        return RawResponse(encode({"error": text(failure.problem.code, failure.problem.params)}), 400, failure.headers)
    return as_json(failure)


ERROR_KEY: dict[str, Any] = {_RENDERER: as_error_key}
"""Route option: refusals as `{"error": "…"}`."""


def render_with(renderer: Renderer) -> dict[str, Any]:
    """Route option: how this route's errors look."""
    return {_RENDERER: renderer}


def in_words(problems: Any) -> Any:
    """Problems as texts, nested as they are."""
    if isinstance(problems, Problem):
        return text(problems.code, problems.params)
    if isinstance(problems, dict):
        return {name: in_words(each) for name, each in problems.items()}
    if isinstance(problems, list):
        return [in_words(each) for each in problems]
    return problems


def rendered(request: Http, failure: Failure) -> RawResponse:
    """A failure as the request's route shows it."""
    handler: Any = request.scope.get("route_handler")  # none where no route matched
    renderer: Renderer = handler.opt.get(_RENDERER, as_json) if handler else as_json
    return renderer(failure)


def failure_of(request: Http, error: Exception) -> Failure:
    """An error as a failure of its request. Unexpected errors are logged here."""
    match error:
        case DomainError():
            return _of_domain(request, error)
        case MethodNotAllowedException():
            allowed = (error.headers or {}).get("allow", "")
            method = {"method": str(request.scope["method"])}
            return Failure(405, Problem("method_not_allowed", method), headers=[(b"allow", allowed.encode())])
        case HTTPException():
            return Failure(error.status_code, Problem(_HTTP_CODES.get(error.status_code, error.detail)))
        case ClientGone():
            return Failure(_CLIENT_GONE, Problem("busy"))
        case _:
            return _of_fault(request, error)


def _of_domain(request: Http, error: DomainError) -> Failure:
    status, code = next(_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    problem = Problem(error.code or code, error.params)
    if isinstance(error, Invalid):
        return Failure(status, problem, _named_as_sent(request, error.fields), is_of_domain=True)
    return Failure(status, problem, headers=_headers_of(error), is_of_domain=True)


def _headers_of(error: DomainError) -> Headers:
    if isinstance(error, Unauthenticated):
        return [(b"www-authenticate", b"Bearer")]
    if isinstance(error, RateLimited | Unavailable) and error.retry_after is not None:
        return [(b"retry-after", b"%d" % error.retry_after)]
    return []


def _named_as_sent(request: Http, fields: FieldProblems) -> FieldProblems:
    """Wrong fields by the names under which the route's body has them."""
    handler = request.scope.get("route_handler")
    signature = getattr(handler, "parsed_fn_signature", None)
    body = signature.parameters.get("data") if signature else None
    kind: Any = body.annotation if body else None
    if not (isinstance(kind, type) and issubclass(kind, Struct)):
        return fields
    names = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return {names.get(name, name): each for name, each in fields.items()}


def _of_fault(request: Http, error: Exception) -> Failure:
    """Errors of the database and defects of this program.

    A constraint that no action expects is treated as a race (409), such as a course deleted while a lesson was being added. A value that
    its column cannot hold is a 400, and logged as an error.
    """
    asked = f"{request.scope['method']} {without_secrets(request.scope['path'])}"
    match error:
        case IntegrityError():
            _log.warning("constraint refused %s: %s", asked, error.orig)
            return Failure(409, Problem("conflict"))
        case DataError():
            _log.error("value refused in %s: %s", asked, error.orig)
            return Failure(400, Problem("bad_request"))
        case OperationalError() | InterfaceError() | NoConnection():
            _log.error("database refused %s: %s", asked, getattr(error, "orig", error))
            return Failure(503, Problem("busy"), headers=[(b"retry-after", b"1")])
        case _:
            _log.error("defect in %s", asked, exc_info=error)
            return Failure(500, Problem("internal"))


def on_error(request: Http, error: Exception) -> Response[Any]:
    """Any error as the route's answer."""
    if isinstance(error, ValidationException):
        return Checked(request)
    if isinstance(error, Malformed):
        return Checked(request, Failure(400, error.problem))
    return rendered(request, failure_of(request, error))


class Malformed(HTTPException):
    """A body that cannot be parsed: a 400, for callers with the right to call the route."""

    status_code = 400

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(detail=code)
        self.problem = Problem(code, params)


class Checked(RawResponse):
    """The refusal of a request that does not match its route's signature, shown only to callers with the right to call it.

    Litestar reads the body before the actor's role is checked. A caller without the role must get a 401 or 403 and nothing about the
    body, so the role is checked here before the problems are shown.
    """

    def __init__(self, request: Http, failure: Failure | None = None) -> None:
        super().__init__(b"", 400)
        self.request = request
        self.failure = failure

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        services: CoreServices = self.request.app.state.services
        try:
            await services.pools.reads.run(_check, services, self.request)
            failure = self.failure or await _explain(services, self.request)
        except Exception as error:  # noqa: BLE001 - any error here is answered as everywhere
            failure = Failure(400, error.problem) if isinstance(error, Malformed) else failure_of(self.request, error)
        response = rendered(self.request, failure)
        await response.to_asgi_response(None, self.request)(scope, receive, send)


def _check(services: CoreServices, request: Http) -> None:
    with services.db.read() as tx:
        admit(services, request, tx)


async def _explain(services: CoreServices, request: Http) -> Failure:
    """What is wrong with a request's path, query and body; on a thread, since a body may have very many wrong values."""
    kinds = request.route_handler.signature_model.__annotations__
    parameters = request.route_handler.parsed_fn_signature.parameters
    body = await request.json() if "data" in parameters else None
    return await services.pools.explaining.run(_problems_of, request, kinds, parameters, body)


def _problems_of(request: Http, kinds: dict[str, Any], parameters: Any, body: Any) -> Failure:
    if any(wrong_fields(value, kinds[name]) for name, value in request.path_params.items()):
        return Failure(404, Problem("not_found"))
    wrong: FieldProblems = {}
    for name, parameter in parameters.items():
        called = getattr(parameter.kwarg_definition, "name", None) or name
        if called in request.query_params and (found := wrong_fields(request.query_params[called], kinds[name])):
            wrong[called] = found
        elif isinstance(parameter.kwarg_definition, QueryParameter) and parameter.is_required and called not in request.query_params:
            wrong[called] = [Problem("required")]
    if "data" in parameters:
        found = wrong_fields(body, parameters["data"].annotation)
        wrong |= found if isinstance(found, dict) else {"non_field_errors": found} if found else {}
    return Failure(400, Problem("bad_request"), wrong or None)


EXCEPTION_HANDLERS: Any = {
    RouteNotFound: on_error,
    HTTPException: on_error,
    Exception: on_error,
}
