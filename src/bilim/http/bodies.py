"""Reading bodies: JSON, forms and multipart alike."""

import re
from collections.abc import AsyncGenerator
from math import inf
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Empty
from msgspec import Struct
from msgspec.structs import FieldInfo
from multipart import parse_options_header

from bilim.files.kinds import StagedFile
from bilim.http.access import TAKES_FILES
from bilim.http.errors import Malformed
from bilim.http.multipart import MultipartReader
from bilim.http.services import CoreServices
from bilim.kit.errors import BadRequest
from bilim.kit.validation import bare_type, unwrap
from bilim.texts import text

_NUL_ESCAPE = b"\\u0000"
_MAX_FORM_FIELDS = 1000
_MAX_KIND = 100
_NESTED_NAME = re.compile(r"([^\[\]]+)\[([^\[\]]+)\]")
_STAGED, _PARTS = "bilim.staged", "bilim.parts"


class UnsupportedMedia(HTTPException):
    """A body that is neither JSON nor a form."""

    status_code = 415


class ApiRequest(Request[Any, Any, State]):
    """A request whose body is read by its content type: front ends post JSON and forms to the same paths (CONTRACT section 2).

    A form becomes the object that JSON would have been; values stay strings until the field's type converts them.
    """

    __slots__ = ()

    async def body(self) -> bytes:
        """The raw body; an absent one counts as an empty object, so that the answer can name what is missing.

        A multipart body is never held in memory: `json` reads it from the stream and writes its files to the store.
        """
        if self._kind == "multipart/form-data":
            return b"multipart"
        return await super().body() or b"{}"

    async def stream(self) -> AsyncGenerator[bytes]:
        """The body in chunks. Routes that take files allow large bodies, but only multipart ones, which are not held in memory.

        Raises:
            RequestEntityTooLarge: larger than the route, or for what is no multipart body the settings, allow.
        """
        is_held = TAKES_FILES in self.route_handler.opt and self._kind != "multipart/form-data"
        left = self.app.state.services.settings.max_body_bytes if is_held else inf
        async for chunk in super().stream():
            left -= len(chunk)
            if left < 0:
                raise RequestEntityTooLarge
            yield chunk

    async def raw_body(self) -> bytes:
        """The body as it arrived, for signatures over it; not of a multipart body."""
        return await super().body()

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
            return self._as_written(decode_json(body))
        if kind == "application/x-www-form-urlencoded":
            return self._fit(_decode_form(body))
        if kind == "multipart/form-data":
            return self._fit(_gather(await self._parts()))
        raise UnsupportedMedia(detail=text("unsupported_media", {"media": kind[:_MAX_KIND]}))

    async def _parts(self) -> list[tuple[str, Any]]:
        """The parts of a multipart body; its files are staged, and listed in the scope so that a refusal deletes them."""
        scope: Any = self.scope
        if _PARTS in scope:  # read before, by another object for the same request
            return scope[_PARTS]
        services: CoreServices = self.app.state.services
        takes_files = TAKES_FILES in self.route_handler.opt
        reader = MultipartReader(services.store, services.pools.files, takes_files=takes_files)
        scope[_STAGED] = reader.staged
        _, options = parse_options_header(self.headers.get("content-type", ""))
        try:
            scope[_PARTS] = await reader.read(self, options.get("boundary", ""))
        except BadRequest as error:
            raise Malformed(error.code) from None
        return scope[_PARTS]

    def _members(self) -> tuple[FieldInfo, ...]:
        """The fields of the route's body."""
        body = self.route_handler.parsed_fn_signature.parameters.get("data")
        return _members_of(body.annotation) if body else ()

    def _as_written(self, data: Any) -> Any:
        """Convert values that front ends send back as they were shown.

        Addresses of files are dropped, since files are only uploaded. An object that was shown for an id (`"student": {"id": 10,
        "first_name": …}`) is replaced by its id.
        """
        if isinstance(data, dict):
            _put_back(data, self._members())
        return data

    def _fit(self, form: dict[str, Any]) -> dict[str, Any]:
        """A form as its route's body: a single value of a list field becomes a list, an empty value of a field that is no text null."""
        members = self._members()
        _put_back(form, members)
        _convert_form(form, members)
        return form


def mark_file_routes(app: Litestar) -> None:
    """Set the option of routes whose bodies may hold files."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            body = handler.parsed_fn_signature.parameters.get("data")
            if body and _takes_files(body.annotation):
                handler.opt[TAKES_FILES] = True


def _takes_files(kind: Any) -> bool:
    """Whether a body has a field for a file, itself or in an object inside."""
    return any(
        bare_type(member.type) is StagedFile or _is_list_of_files(bare_type(member.type)) or _takes_files(bare_type(member.type))
        for member in _members_of(kind)
    )


def _is_list_of_files(kind: Any) -> bool:
    return get_origin(kind) is list and bare_type(get_args(kind)[0]) is StagedFile


def _put_back(data: dict[str, Any], members: tuple[FieldInfo, ...]) -> None:
    """Drop texts in fields of files, and replace objects by their ids, in objects inside too."""
    for member in members:
        value, kind = data.get(member.encode_name), bare_type(member.type)
        if kind is StagedFile and not isinstance(value, StagedFile):
            data.pop(member.encode_name, None)
        elif _is_list_of_files(kind):
            _put_back_files(data, member.encode_name)
        elif isinstance(value, dict) and "id" in value and _takes_id(kind):
            data[member.encode_name] = value["id"]
        elif isinstance(value, dict):
            _put_back(value, _members_of(kind))


def _put_back_files(data: dict[str, Any], name: str) -> None:
    """Of a field of several files keep those that were uploaded: neither what was shown, nor what a form sends where none was chosen."""
    value = data.pop(name, None)
    sent = value if isinstance(value, list) else [value]
    files = [each for each in sent if isinstance(each, StagedFile) and (each.filename or each.size)]
    if files:
        data[name] = files


def _convert_form(form: dict[str, Any], members: tuple[FieldInfo, ...]) -> None:
    """Convert what a form can only write as a text, in objects inside too."""
    for member in members:
        value, (inner, _) = form.get(member.encode_name), unwrap(member.type)
        if isinstance(value, str) and get_origin(bare_type(inner)) is list:
            form[member.encode_name] = [value]
        elif isinstance(value, dict):
            _convert_form(value, _members_of(bare_type(inner)))
        elif isinstance(value, str) and value.lstrip().startswith("{") and _takes_objects(inner):
            form[member.encode_name] = _object_of(value)
        elif value == "" and bare_type(inner) is not str:
            form[member.encode_name] = None


def _takes_objects(kind: Any) -> bool:
    """Whether a field takes an object of any members, alone or beside something else."""
    bare = bare_type(kind)
    kinds = get_args(bare) if get_origin(bare) in (Union, UnionType) else (bare,)
    return any(get_origin(bare_type(each)) is dict for each in kinds)


def _object_of(written: str) -> Any:
    """The object that a form writes as JSON; the text itself where it is none, for the field to refuse.

    Raises:
        Malformed: it holds a NUL character.
    """
    try:
        data = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError):
        return written
    if _holds_nul(data):
        raise Malformed("form_nul")
    return data


def _takes_id(kind: Any) -> bool:
    """Whether a field takes an id, alone or beside something else."""
    return kind is int or any(bare_type(each) is int for each in get_args(kind))


def _members_of(kind: Any) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(kind) if isinstance(kind, type) and issubclass(kind, Struct) else ()


def decode_json(body: bytes) -> Any:
    """JSON as plain data.

    Raises:
        Malformed: not readable, nested too deeply, or holding a NUL character.
    """
    try:
        data = msgspec.json.decode(body)
    except RecursionError:
        raise Malformed("json_parse", reason="nested too deeply") from None
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Malformed("json_parse", reason=str(error)) from None
    if _NUL_ESCAPE in body and _holds_nul(data):
        raise Malformed("json_parse", reason="NUL characters are not allowed")
    return data


def _decode_form(body: bytes) -> dict[str, Any]:
    if body == b"{}":
        return {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS, errors="strict")
    except ValueError:
        raise Malformed("form_parse") from None
    return _gather(list(pairs))


def _gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A form's values by name. `reading[file]` is the field `file` of the object `reading`; objects nest no deeper in forms."""
    gathered: dict[str, Any] = {}
    for name, value in pairs:
        if isinstance(value, str) and "\0" in value:
            raise Malformed("form_nul")
        if nested := _NESTED_NAME.fullmatch(name):
            inside = gathered.setdefault(nested[1], {})
            if not isinstance(inside, dict):
                raise Malformed("form_parse")
            _add_value(inside, nested[2], value)
        else:
            _add_value(gathered, name, value)
    return gathered


def _add_value(values: dict[str, Any], name: str, value: Any) -> None:
    """Add a form's value; several of one name become a list.

    Raises:
        Malformed: the name is an object's.
    """
    earlier = values.get(name)
    if isinstance(earlier, dict):
        raise Malformed("form_parse")
    if name in values:
        value = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    values[name] = value


def _holds_nul(data: Any) -> bool:
    """Whether a text anywhere in the data holds NUL. Without recursion: data may be nested as deeply as the parser allows."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if "\0" in each:
                return True
        elif isinstance(each, dict):
            waiting.extend(each.keys())
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False
