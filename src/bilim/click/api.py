"""Where Click calls: a form in, JSON out, and HTTP 200 whatever happens."""

from functools import partial
from typing import Any

from litestar import post, route
from msgspec import Struct

from bilim.click import actions, rules
from bilim.click.actions import Answer
from bilim.click.rules import Error
from bilim.http.access import PUBLIC
from bilim.http.errors import Failure, render_with
from bilim.http.responses import RawResponse, encode
from bilim.http.services import Http
from bilim.http.work import Units, work
from bilim.settings import Settings

ROOT = "/api/payments/click"
MAX_BODY = 16 * 1024
_FORM = "application/x-www-form-urlencoded"


class PreparedOut(Struct):
    """The answer to a preparation. Click's numbers stand as they came; `error` is 0 or a number of the protocol below 0."""

    click_trans_id: int | str | None
    merchant_trans_id: str | None
    merchant_prepare_id: int | None
    error: int
    error_note: str


class CompletedOut(Struct):
    """The answer to a completion; see `PreparedOut`."""

    click_trans_id: int | str | None
    merchant_trans_id: str | None
    merchant_confirm_id: int | None
    error: int
    error_note: str


_SHAPES: dict[str, type[PreparedOut | CompletedOut]] = {rules.PREPARE: PreparedOut, rules.COMPLETE: CompletedOut}


def _answer(action: str, fields: dict[str, str] | None, answer: Answer) -> RawResponse:
    """An answer in the protocol's shape; ids as numbers, as they came where they are none."""
    sent = fields or {}
    trans, number = _number_or_text(sent.get("click_trans_id")), _short(sent.get("merchant_trans_id"))
    return RawResponse(encode(_SHAPES[action](trans, number, answer.transaction_id, int(answer.error), rules.NOTES[answer.error])), 200)


def _number_or_text(written: str | None) -> int | str | None:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) <= _DIGITS else _short(written)


def _short(written: str | None) -> str | None:
    return written[:_MAX_ECHO] if written else None


_DIGITS, _MAX_ECHO = 18, 64


def as_click(action: str, failure: Failure) -> RawResponse:
    """Whatever fails outside the calls, such as the database, in the protocol's shape."""
    is_ours = failure.status >= 500
    return _answer(action, None, Answer(Error.FAILED if is_ours else Error.BAD_CALL))


async def _take(request: Http, units: Units, settings: Settings, action: str) -> RawResponse:
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    fields = rules.read_form(await request.raw_body()) if is_form else None  # type: ignore[attr-defined] - an ApiRequest
    call = rules.read_call(fields, action, settings.click_service_id, settings.click_secret_key)
    if isinstance(call, Error):
        return _answer(action, fields, Answer(call))
    return _answer(action, fields, await units.write(actions.take_call, action, call, fields or {}))


def _options(action: str) -> dict[str, Any]:
    """Public, since what shows that a call is Click's is the signature in its body."""
    return PUBLIC | render_with(partial(as_click, action))


@post(f"{ROOT}/prepare", status_code=200, opt=_options(rules.PREPARE), request_max_body_size=MAX_BODY, tags=["payments"])
@work
async def prepare_click_payment(request: Http, units: Units, settings: Settings) -> PreparedOut | RawResponse:
    """Click asks whether a payment may be made: a signed form, see Click's SHOP API."""
    return await _take(request, units, settings, rules.PREPARE)


@post(f"{ROOT}/complete", status_code=200, opt=_options(rules.COMPLETE), request_max_body_size=MAX_BODY, tags=["payments"])
@work
async def complete_click_payment(request: Http, units: Units, settings: Settings) -> CompletedOut | RawResponse:
    """Click tells what became of a prepared payment: a signed form, see Click's SHOP API."""
    return await _take(request, units, settings, rules.COMPLETE)


_OTHERS: dict[str, Any] = {"status_code": 200, "opt": PUBLIC, "sync_to_thread": False, "include_in_schema": False}


@route([f"{ROOT}/prepare", f"{ROOT}/complete"], http_method=["GET", "PUT", "PATCH", "DELETE"], **_OTHERS)
def refuse_click_method() -> RawResponse:
    """Every other method is answered in the protocol's shape too."""
    return _answer(rules.PREPARE, None, Answer(Error.BAD_CALL))


ROUTES = [prepare_click_payment, complete_click_payment, refuse_click_method]
