"""Errors of every kind in the documented shapes and words (CONTRACT section 3); nothing else gives an error a status."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.exceptions import NotFoundException as RouteNotFound
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from bilim.http.bodies import Malformed, wrong_fields
from bilim.http.responses import RawResponse, encode
from bilim.http.work import Work, admit, run_in_pool
from bilim.kit.errors import (
    BadRequest,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Stated,
    Unauthenticated,
    Unavailable,
)

_log = logging.getLogger("bilim.errors")

NO_CREDENTIALS = "Authentication credentials were not provided."
FORBIDDEN = "You do not have permission to perform this action."
NOT_FOUND = "Not found."
TOO_OFTEN = "Juda ko‘p so‘rov. Birozdan keyin qayta urinib ko‘ring."
CONFLICT = "The state changed meanwhile. Load it again and retry."
BROKEN = "Internal server error."
BUSY = "The service is busy. Try again in a moment."

_DOMAIN: dict[type[DomainError], tuple[int, str]] = {
    Unauthenticated: (401, NO_CREDENTIALS),
    Forbidden: (403, FORBIDDEN),
    NotFound: (404, NOT_FOUND),
    Conflict: (409, CONFLICT),
    BadRequest: (400, "Bad request."),
    Unavailable: (503, BUSY),
}

_HTTP_WORDS = {404: NOT_FOUND, 413: "Request body too large.", 400: "Bad request."}


def detail(status: int, message: str, headers: list[tuple[bytes, bytes]] | None = None) -> RawResponse:
    """`{"detail": message}` with a status."""
    return RawResponse(encode({"detail": message}), status, headers)


def on_domain_error(_request: Request[Any, Any, Any], error: DomainError) -> Response[Any]:
    """A refusal of the domain."""
    if isinstance(error, Invalid):
        return RawResponse(encode(error.fields), 400)
    if isinstance(error, Stated):
        return RawResponse(encode({"error": error.message}), 400)
    if isinstance(error, RateLimited):
        return detail(429, TOO_OFTEN, [(b"retry-after", b"%d" % error.retry_after)])
    status, words = _DOMAIN[type(error)]
    if isinstance(error, Unauthenticated):
        return detail(status, error.message or words, [(b"www-authenticate", b"Bearer")])
    return detail(status, error.message or words)


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A refusal of the framework: no such route, no such method, a body that is too large or of no known kind."""
    if isinstance(error, ValidationException):
        return Checked(request)
    if isinstance(error, MethodNotAllowedException):
        allowed = (error.headers or {}).get("allow", "")
        return detail(405, f'Method "{request.scope["method"]}" not allowed.', [(b"allow", allowed.encode())])
    if isinstance(error, Malformed):
        return Checked(request, detail(400, error.detail))
    return detail(error.status_code, _HTTP_WORDS.get(error.status_code, error.detail))


def on_integrity_error(request: Request[Any, Any, Any], error: IntegrityError) -> Response[Any]:
    """A constraint refused what no action foresaw: a race, such as a course deleted while a lesson was being added."""
    _log.warning("constraint refused %s %s: %s", request.scope["method"], request.scope["path"], error.orig)
    return detail(409, CONFLICT)


def on_data_error(request: Request[Any, Any, Any], error: DataError) -> Response[Any]:
    """A value that its column cannot hold and no bound of ours refused: the caller's 400, and our log's error."""
    _log.error("value refused in %s %s: %s", request.scope["method"], request.scope["path"], error.orig)
    return detail(400, _HTTP_WORDS[400])


def on_operational_error(request: Request[Any, Any, Any], error: OperationalError) -> Response[Any]:
    """The database does not answer, or a lock was not had in time."""
    _log.error("database refused %s %s: %s", request.scope["method"], request.scope["path"], error.orig)
    return detail(503, BUSY, [(b"retry-after", b"1")])


def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A defect of ours: logged whole, told in two words."""
    _log.error("defect in %s %s", request.scope["method"], request.scope["path"], exc_info=error)
    return detail(500, BROKEN)


class Checked(RawResponse):
    """The refusal of a request that does not fit its route, sent only to callers whom the route would have served.

    Litestar reads the body before the actor is known to have the route's role; whoever lacks it must hear 401 or 403, not how the body
    should look. So the role is checked here, when the body was already found wrong.
    """

    def __init__(self, request: Request[Any, Any, Any], refusal: RawResponse | None = None) -> None:
        super().__init__(b"", 400)
        self.request = request
        self.refusal = refusal

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        routes: Work = self.request.app.state.work

        def check() -> None:
            with routes.db.read() as tx:
                admit(routes, self.request, tx)

        try:
            await run_in_pool(routes.quick, check)
            response = self.refusal or await _explain(self.request)
        except DomainError as error:
            response = on_domain_error(self.request, error)
        except HTTPException as error:
            response = detail(error.status_code, error.detail)
        await response.to_asgi_response(None, self.request)(scope, receive, send)


async def _explain(request: Request[Any, Any, Any]) -> RawResponse:
    """What is wrong with a request's path, query and body."""
    kinds = request.route_handler.signature_model.__annotations__
    if any(wrong_fields(value, kinds[name]) for name, value in request.path_params.items()):
        return detail(404, NOT_FOUND)
    wrong: dict[str, Any] = {}
    parameters = request.route_handler.parsed_fn_signature.parameters
    for name, parameter in parameters.items():
        called = getattr(parameter.kwarg_definition, "name", None) or name
        if called in request.query_params and (found := wrong_fields(request.query_params[called], kinds[name])):
            wrong[called] = found
    if body := parameters.get("data"):
        found = wrong_fields(await request.json(), body.annotation)
        wrong.update(found if isinstance(found, dict) else {"non_field_errors": found} if found else {})
    return RawResponse(encode(wrong or {"detail": "Bad request."}), 400)


EXCEPTION_HANDLERS: Any = {
    DomainError: on_domain_error,
    RouteNotFound: on_http_error,
    HTTPException: on_http_error,
    IntegrityError: on_integrity_error,
    DataError: on_data_error,
    OperationalError: on_operational_error,
    Exception: on_defect,
}
