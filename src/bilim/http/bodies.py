"""Reading bodies: JSON, forms and multipart alike, and every wrong field of one that does not fit."""

import re
import types
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import State, UploadFile
from litestar.exceptions import ClientException, HTTPException
from litestar.types import Empty
from msgspec import NODEFAULT, Struct, UnsetType
from msgspec.structs import FieldInfo

from bilim.kit.errors import FieldErrors
from bilim.kit.fields import Body

_NUL_ESCAPE = b"\\u0000"
_MAX_FORM_FIELDS = 1000

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."

_TYPE_MESSAGES = {
    "str": "Not a valid string.",
    "int": "A valid integer is required.",
    "float": "A valid number is required.",
    "decimal": "A valid number is required.",
    "bool": "Must be a valid boolean.",
    "array": "Expected a list of items.",
    "object": "Invalid data. Expected a dictionary.",
    "datetime": "Datetime has wrong format. Use ISO 8601.",
    "date": "Date has wrong format. Use YYYY-MM-DD.",
    "time": "Time has wrong format. Use HH:MM:SS.",
    "uuid": "Must be a valid UUID.",
}
_LENGTH = re.compile(r"of length (<=|>=) (\d+)")
_BOUND = re.compile(r"`(?:int|float)` (<=|>=|<|>) (-?[\d.]+)")
_EXPECTED = re.compile(r"Expected `([^`]+)`")
_KIND = re.compile(r"Invalid (\w+)")


class Malformed(ClientException):
    """A body that cannot be read at all: a 400."""


class UnsupportedMedia(HTTPException):
    """A body of a kind that no document shows."""

    status_code = 415


class ApiRequest(Request[Any, Any, State]):
    """A request whose body is read by its content type: front ends post JSON and forms to the same paths (CONTRACT section 2).

    A form becomes the object that JSON would have been; values stay strings until the field's type converts them.
    """

    __slots__ = ()

    async def body(self) -> bytes:
        """The raw body; an absent one counts as an empty object, so that the answer can name what is missing.

        A multipart body is never held whole: it is not read here but by `json`, from the stream, its files to disk.
        """
        if self._kind == "multipart/form-data":
            return b"multipart"
        return await super().body() or b"{}"

    @property
    def _kind(self) -> str:
        return self.headers.get("content-type", "application/json").partition(";")[0].strip().lower()

    async def json(self) -> Any:
        """The body as plain data, whatever its content type.

        Raises:
            Malformed: not readable, nested too deeply, or holding a NUL character.
            UnsupportedMedia: neither JSON nor a form.
        """
        if self._json is Empty:
            self._json = await self._read()
        return self._json

    async def _read(self) -> Any:
        kind, body = self._kind, await self.body()
        if kind == "application/json" or kind.endswith("+json") or not kind:
            return self._as_written(_decode_json(body))
        if kind == "application/x-www-form-urlencoded":
            return self._fit(_decode_form(body))
        if kind == "multipart/form-data":
            try:
                form = await self.form()
            except ValueError:  # the parser's errors are such, as are texts that are no UTF-8
                raise Malformed(detail="Form parse error") from None
            return self._fit(_gather(list(form.multi_items())))
        raise UnsupportedMedia(detail=f'Unsupported media type "{kind[:100]}" in request.')

    def _members(self) -> tuple[FieldInfo, ...]:
        """The fields of the route's body."""
        body = self.route_handler.parsed_fn_signature.parameters.get("data")
        kind = body.annotation if body else None
        return msgspec.structs.fields(kind) if isinstance(kind, type) and issubclass(kind, Struct) else ()

    def _as_written(self, data: Any) -> Any:
        """What front ends send back as they got it, as it is written.

        Addresses of files go, since a file is only ever uploaded; where an id is written and an object was shown (`"student": {"id": 10,
        "first_name": …}`), the object stands for its id.
        """
        if isinstance(data, dict):
            for member in self._members():
                value, kind = data.get(member.encode_name), _bare(member.type)
                if kind is UploadFile and not isinstance(value, UploadFile):
                    data.pop(member.encode_name, None)
                elif kind is int and isinstance(value, dict) and "id" in value:
                    data[member.encode_name] = value["id"]
        return data

    def _fit(self, form: dict[str, Any]) -> dict[str, Any]:
        """A form as its route's body: a single value of a list is a list of one, an empty value of what is no text is null."""
        self._as_written(form)
        for member in self._members():
            value, (inner, _) = form.get(member.encode_name), _unwrap(member.type)
            if isinstance(value, str) and get_origin(inner) is list:
                form[member.encode_name] = [value]
            elif value == "" and _bare(inner) is not str:
                form[member.encode_name] = None
        return form


def _decode_json(body: bytes) -> Any:
    try:
        data = msgspec.json.decode(body)
    except RecursionError:
        raise Malformed(detail="JSON parse error - nested too deeply") from None
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Malformed(detail=f"JSON parse error - {error}") from None
    if _NUL_ESCAPE in body and _holds_nul(data):
        raise Malformed(detail="JSON parse error - NUL characters are not allowed")
    return data


def _decode_form(body: bytes) -> dict[str, Any]:
    if body == b"{}":
        return {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS, errors="strict")
    except ValueError:
        raise Malformed(detail="Form parse error") from None
    return _gather(list(pairs))


def _gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    for name, value in pairs:
        if isinstance(value, str) and "\0" in value:
            raise Malformed(detail="Form parse error - NUL characters are not allowed")
        if name in gathered:
            earlier = gathered[name]
            gathered[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            gathered[name] = value
    return gathered


def _holds_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\0" in data
    if isinstance(data, dict):
        return any(_holds_nul(key) or _holds_nul(value) for key, value in data.items())
    return isinstance(data, list) and any(_holds_nul(item) for item in data)


def wrong_fields(data: Any, kind: Any) -> Any:
    """Every wrong field of `data` as a `kind`, or None where nothing is wrong.

    msgspec stops at the first wrong field; this runs only after it has refused, to name them all. The answer nests like the body:
    a dict for an object, a list with `{}` for good items where items are objects, else a list of messages.
    """
    kind, nullable = _unwrap(kind)
    if data is None and nullable:
        return None
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _wrong_members(data, kind)
    if data is None:
        return [NULL]
    item_kind = get_args(kind)[0] if get_origin(kind) is list else None
    if item_kind is not None and isinstance(data, list):
        wrong = [wrong_fields(item, item_kind) for item in data]
        if any(isinstance(each, dict) for each in wrong):
            return [each or {} for each in wrong]
        first = next((each for each in wrong if each), None)
        return first or _refusal(data, kind)
    return _refusal(data, kind)


def _wrong_members(data: Any, kind: type[Struct]) -> FieldErrors | None:
    if not isinstance(data, dict):
        return {"non_field_errors": [_TYPE_MESSAGES["object"]]}
    wrong: FieldErrors = {}
    for member in msgspec.structs.fields(kind):
        if member.encode_name not in data:
            if _is_required(member):
                wrong[member.encode_name] = [REQUIRED]
        elif found := wrong_fields(data[member.encode_name], member.type):
            wrong[member.encode_name] = found
        elif problem := _broken_rule(data[member.encode_name], member, kind):
            wrong[member.encode_name] = [problem]
    return wrong or None


def keep_file(kind: Any, value: Any) -> Any:
    """How msgspec takes what is no plain data: an uploaded file."""
    if isinstance(kind, type) and isinstance(value, kind):
        return value
    raise ValueError("no file")


def _broken_rule(data: Any, member: FieldInfo, kind: type[Struct]) -> str | None:
    check = kind.checks.get(member.name) if issubclass(kind, Body) else None
    return check(msgspec.convert(data, member.type, strict=False, dec_hook=keep_file)) if check and data is not None else None


def _is_required(member: FieldInfo) -> bool:
    return member.default is NODEFAULT and member.default_factory is NODEFAULT


def _refusal(data: Any, kind: Any) -> list[str] | None:
    try:
        msgspec.convert(data, kind, strict=False, dec_hook=keep_file)
    except msgspec.ValidationError as error:
        return [_message(str(error), data)]
    return None


def _unwrap(kind: Any) -> tuple[Any, bool]:
    """The type without null and UNSET, and whether null is allowed."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind, False
    members = [member for member in get_args(kind) if member is not UnsetType]
    nullable = type(None) in members
    rest = [member for member in members if member is not type(None)]
    return (rest[0] if len(rest) == 1 else Union[tuple(rest)]), nullable  # noqa: UP007 - made at run time


def _bare(kind: Any) -> Any:
    """The type without null, UNSET and bounds."""
    inner, _ = _unwrap(kind)
    return get_args(inner)[0] if get_origin(inner) is Annotated else inner


def _message(text: str, data: Any) -> str:
    """Msgspec's words in the words of the documents' errors."""
    if found := _LENGTH.search(text):
        if found[1] == ">=" and found[2] == "1" and isinstance(data, str):
            return BLANK
        what = "characters" if isinstance(data, str) else "items"
        return f"Ensure this field has {'no more than' if found[1] == '<=' else 'at least'} {found[2]} {what}."
    if found := _BOUND.search(text):
        return f"Ensure this value is {'less' if found[1][0] == '<' else 'greater'} than or equal to {found[2]}."
    if "matching regex" in text:
        return BLANK
    if text.startswith("no file"):
        return "The submitted data was not a file."
    if "Invalid enum value" in text:
        return f'"{str(data)[:100]}" is not a valid choice.'
    kind = _EXPECTED.search(text) or _KIND.search(text)
    name = kind[1].partition(" ")[0].lower() if kind else ""
    return _TYPE_MESSAGES.get(name, "Not a valid value.")
