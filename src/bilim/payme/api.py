"""Where Payme calls: one address, JSON-RPC 2.0, and HTTP 200 whatever happens; another status Payme takes for a failure of the system."""

from typing import Any

from litestar import post, route
from litestar.connection import ASGIConnection
from msgspec import UNSET, Struct, UnsetType

from bilim.db.engine import Database
from bilim.http.access import PUBLIC, credential
from bilim.http.errors import Failure, render_with
from bilim.http.json_array import JsonArrayWriter
from bilim.http.pools import Pools
from bilim.http.responses import RawResponse, encode
from bilim.http.services import Http
from bilim.http.temporary_files import TemporaryFiles
from bilim.http.work import Units, work
from bilim.kit.errors import Unauthenticated
from bilim.payme import actions, queries, rules
from bilim.payme.rules import Call, Fault, Fiscal, Refused
from bilim.payments.rules import read_fiscal_code
from bilim.settings import Settings
from bilim.texts import text

PATH = "/api/payments/payme"
MAX_BODY = 64 * 1024
_LANGUAGES = ("ru", "uz", "en")
_BY_STATUS = {401: rules.UNAUTHORISED, 405: rules.NOT_POST, 400: rules.WRONG_CALL, 413: rules.WRONG_CALL}


class RpcErrorOut(Struct):
    """Why a call was refused: Payme's number of it, the words for payers by language, and what is meant."""

    code: int
    message: dict[str, str]
    data: str | None


class RpcOut(Struct):
    """The answer to a call: `result` or `error`."""

    id: int | None
    result: dict[str, Any] | UnsetType = UNSET
    error: RpcErrorOut | UnsetType = UNSET


def _answer(result: Any, call_id: int | None) -> RawResponse:
    """A result or a fault under the number of its call; a fault's text in three languages, since payers are shown it."""
    if not isinstance(result, Fault):
        return RawResponse(encode({"result": result, "id": call_id}), 200)
    message = {language: text(result.text, {}, language) for language in _LANGUAGES}
    return RawResponse(encode(RpcOut(call_id, error=RpcErrorOut(result.code, message, result.data))), 200)


def as_rpc(failure: Failure) -> RawResponse:
    """Whatever fails outside the methods, such as the database, in the protocol's shape."""
    return _answer(_BY_STATUS.get(failure.status, rules.SYSTEM), None)


def shows_key(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Check the cash desk's key, before the body is read.

    Raises:
        Unauthenticated: another key, none, or none is set here.
    """
    if not rules.shows_key(connection.headers.get("authorization", ""), connection.app.state.services.settings.payme_key):
        raise Unauthenticated
    return True


@post(PATH, status_code=200, opt=credential(shows_key) | render_with(as_rpc), request_max_body_size=MAX_BODY, tags=["payments"])
@work
async def take_payme_call(
    request: Http, units: Units, db: Database, pools: Pools, files: TemporaryFiles, settings: Settings
) -> RpcOut | RawResponse:
    """A call of Payme's Merchant API: `{"method", "params", "id"}`, answered by `{"result", "id"}` or `{"error", "id"}`."""
    try:
        call = rules.read_call(await request.raw_body())  # type: ignore[attr-defined] - an ApiRequest
    except Refused as refused:
        return _answer(refused.fault, None)
    try:
        if call.method == "GetStatement":
            asked = rules.read_params(call.params, rules.StatementParams)
            return await pools.long_lists.run(_statement, db, files, asked, call.id)
        return _answer(await _do(units, call, fiscal_of(settings)), call.id)
    except Refused as refused:
        return _answer(refused.fault, call.id)


async def _do(units: Units, call: Call, fiscal: Fiscal) -> Struct:
    if call.method in actions.WRITING:
        return await units.write(actions.write, call.method, call.params)
    if call.method in queries.READING:
        return await units.read(queries.READING[call.method], call.params, fiscal)
    return rules.no_such_method(call.method)


def _statement(db: Database, files: TemporaryFiles, asked: rules.StatementParams, call_id: int) -> RawResponse:
    """A statement of any length, in batches."""
    writer = JsonArrayWriter(files, before=b'{"result":{"transactions":', after=b'},"id":%d}' % call_id)
    with db.read() as tx:
        writer.write(queries.statement(tx, asked))
    return writer.response(200, [])


def fiscal_of(settings: Settings) -> Fiscal:
    """How each kind of goods is taxed."""
    written = {"course": settings.fiscal_course, "plan": settings.fiscal_plan, "tuition": settings.fiscal_tuition}
    return {kind: read_fiscal_code(setting) for kind, setting in written.items()}


@route(PATH, http_method=["GET", "PUT", "PATCH", "DELETE"], status_code=200, opt=PUBLIC, sync_to_thread=False, include_in_schema=False)
def refuse_method() -> RawResponse:
    """Every other method is answered in the protocol's shape too."""
    return _answer(rules.NOT_POST, None)


ROUTES = [take_payme_call, refuse_method]
