"""Lists as tables for the staff: `?format=csv`, `?format=xlsx`, or `Accept` of their media types, on every list of plain objects.

Columns are the fields of the JSON, so nobody sees more than there; an object inside a row becomes columns named `group.name`. What a
spreadsheet would run as a formula is kept from being one.
"""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryDirectory
from types import UnionType
from typing import IO, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from bilim.http.json_array import FileBody, JsonArrayWriter, ListWriter
from bilim.http.responses import RawResponse, encode
from bilim.http.services import Http
from bilim.http.temporary_files import TemporaryFiles
from bilim.kit.access import require
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest
from bilim.kit.paging import RowStream

CSV = b"text/csv; charset=utf-8"
XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_XLSX_ROWS = 50_000
"""A file of so many rows takes seconds; longer lists are for CSV."""

_BY_MEDIA = {"text/csv": "csv", XLSX.decode(): "xlsx"}
_MAX_DEPTH = 3
_MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet takes."""
_EXACT_BELOW = 10**15
"""Spreadsheets keep fifteen digits; longer numbers are text."""
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NAME = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)

Read = Callable[[Any], Any]
"""The value of a column of a row."""


def table_format(request: Http) -> str | None:
    """`csv` or `xlsx`, or whatever else the request names as its format; None for JSON."""
    wanted: str | None = request.query_params.get("format")
    if wanted is None:
        wanted = _BY_MEDIA.get(request.headers.get("accept", "").partition(";")[0].strip().lower())
    return None if wanted in (None, "json") else wanted


def writer_of(request: Http, files: TemporaryFiles, actor: Actor | None, returned: Any) -> ListWriter:
    """What writes a list in the form that was asked for.

    Args:
        returned: the handler's return annotation, which says what the rows are.

    Raises:
        Unauthenticated, Forbidden: a table, for somebody who is not of the staff.
        BadRequest: an unknown format, or a list whose rows are not plain objects.
        Unavailable: there is no room for the file.
    """
    wanted = table_format(request) if request.scope["method"] == "GET" else None
    if wanted is None:
        return JsonArrayWriter(files)
    require(actor, Role.TEACHER)
    if wanted not in ("csv", "xlsx"):
        raise BadRequest("unknown_format")
    kind = _struct_in(next(iter(get_args(returned)), None)) if get_origin(returned) is RowStream else None
    if kind is None:
        raise BadRequest("not_a_table")
    last = request.scope["path"].rstrip("/").rpartition("/")[2]
    name = last if _NAME.fullmatch(last) else "list"
    return (CsvWriter if wanted == "csv" else XlsxWriter)(files, columns_of(kind), name)


def columns_of(kind: type[Struct], depth: int = 1) -> dict[str, Read]:
    """The columns of rows of a Struct: how each is read, by its name in the JSON."""
    columns = dict[str, Read]()
    for member in msgspec.structs.fields(kind):
        read = _reader(member.name)
        inner = _struct_in(member.type)
        if inner is None or depth == _MAX_DEPTH:
            columns[member.encode_name] = read
        else:
            below = columns_of(inner, depth + 1)
            columns |= {f"{member.encode_name}.{name}": _inside(read, each) for name, each in below.items()}
    return columns


def _reader(name: str) -> Read:
    return lambda row: getattr(row, name)


def _inside(outer: Read, inner: Read) -> Read:
    def read(row: Any) -> Any:
        value = outer(row)
        return None if value is None else inner(value)

    return read


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _struct_in(hint: Any) -> type[Struct] | None:
    """The Struct that a field holds, or may hold beside null."""
    members = [each for each in get_args(hint) if each is not type(None)] if get_origin(hint) in (Union, UnionType) else [hint]
    return members[0] if len(members) == 1 and _is_struct(members[0]) else None


def _plain(value: Any) -> str | int | float | bool | Decimal | None:
    """A value as one cell: numbers stay numbers, lists of words are joined, other lists and objects are JSON."""
    if value is None or isinstance(value, str | bool | int | float | Decimal):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple) and all(isinstance(each, str | int) for each in value):
        return "; ".join(map(str, value))
    return encode(value).decode().strip('"')


def _headers(headers: list[tuple[bytes, bytes]], name: str) -> list[tuple[bytes, bytes]]:
    return [*headers, (b"content-disposition", f'attachment; filename="{name}"'.encode()), (b"vary", b"Accept")]


class CsvWriter(ListWriter):
    """A table as CSV in UTF-8, with the mark by which Excel knows it."""

    media = CSV

    def __init__(self, files: TemporaryFiles, columns: dict[str, Read], name: str) -> None:
        super().__init__(files, b"\xef\xbb\xbf" + self._lines([list(columns)]))
        self._columns = list(columns.values())
        self._name = f"{name}.csv"

    def _encoded(self, batch: list[Any]) -> bytes:
        return self._lines([[self._cell(_plain(read(row))) for read in self._columns] for row in batch])

    @staticmethod
    def _cell(value: Any) -> Any:
        """A cell; an apostrophe keeps text from being run as a formula."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    @staticmethod
    def _lines(rows: list[list[Any]]) -> bytes:
        text = StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("utf8", "replace")

    def response(self, status: int, headers: list[tuple[bytes, bytes]]) -> RawResponse:
        """The answer with these rows, to be kept as a file."""
        return super().response(status, _headers(headers, self._name))


class XlsxWriter(ListWriter):
    """A table as a spreadsheet: a row at a time goes to a temporary file. Text is text, whatever it begins with."""

    media = XLSX

    def __init__(self, files: TemporaryFiles, columns: dict[str, Read], name: str) -> None:
        from xlsxwriter import Workbook  # of no use to other requests

        super().__init__(files, b"")
        self._columns = list(columns.values())
        self._name = f"{name}.xlsx"
        self._target: IO[bytes] = files.open()
        self._folder = TemporaryDirectory(prefix="bilim-table-")
        self._book: Any = Workbook(self._target, {"constant_memory": True, "tmpdir": self._folder.name})
        self._sheet: Any = self._book.add_worksheet()
        for place, title in enumerate(columns):
            self._sheet.write_string(0, place, title)

    def write(self, batches: Iterator[list[Any]], at_least: int | None = None) -> bool:
        """Add batches; see `ListWriter.write`. The file is complete where this returns True."""
        is_whole = super().write(batches, at_least)
        if is_whole:
            try:
                self._book.close()
                self._target.seek(0, 2)
            except BaseException:
                self.close()
                raise
            finally:
                self._folder.cleanup()
        return is_whole

    def _encoded(self, batch: list[Any]) -> bytes:
        if self.rows + len(batch) > MAX_XLSX_ROWS:
            raise BadRequest("table_too_long", bound=MAX_XLSX_ROWS)
        self._files.require_space()
        for number, row in enumerate(batch, self.rows + 1):
            for place, read in enumerate(self._columns):
                self._write(number, place, _plain(read(row)))
        return b""

    def _write(self, number: int, place: int, value: Any) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(number, place, value)
        elif isinstance(value, int | float | Decimal) and abs(value) < _EXACT_BELOW:
            self._sheet.write_number(number, place, value)
        elif value is not None:
            self._sheet.write_string(number, place, str(value)[:_MAX_CELL])

    def close(self) -> None:
        """Delete what was written."""
        self._book.fileclosed = True  # or the book would complete itself when it is collected
        if self._sheet.row_data_fh is not None:
            self._sheet.row_data_fh.close()
        with suppress(OSError):
            self._target.close()
        self._folder.cleanup()

    def response(self, status: int, headers: list[tuple[bytes, bytes]]) -> RawResponse:
        """The answer with these rows, to be kept as a file."""
        return FileBody(self._target, status, _headers(headers, self._name), XLSX)
