"""Lists as CSV and XLSX: the same rows and columns as the JSON, for the staff alone, and nothing that a spreadsheet runs."""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from msgspec import Struct
from openpyxl import load_workbook

from bilim.http import json_array, tables
from bilim.http.tables import XLSX, CsvWriter, XlsxWriter, columns_of
from bilim.http.temporary_files import TemporaryFiles
from bilim.kit.errors import BadRequest
from world import World

STUDENTS = "/api/v1/students/"


def from_csv(answer: Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def from_xlsx(answer: Response) -> list[dict[Any, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX.decode()
    head, *rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_list_comes_as_csv_and_xlsx_with_the_columns_of_the_json(world: World) -> None:
    group, admin = world.group(), world.admin()
    world.member(group["id"], first_name="Oʻktam", last_name="Ғофуров")
    shown = admin.get(STUDENTS).json()[0]
    (row,) = from_csv(admin.get(STUDENTS, params={"format": "csv"}))
    assert (row["id"], row["first_name"], row["last_name"]) == (str(shown["id"]), "Oʻktam", "Ғофуров")
    assert {name.partition(".")[0] for name in row} == set(shown)
    assert row["group.id"] == str(group["id"])
    answer = admin.get(STUDENTS, params={"format": "xlsx"})
    assert answer.headers["content-disposition"] == 'attachment; filename="students.xlsx"'
    (cells,) = from_xlsx(answer)
    assert (cells["id"], cells["first_name"], cells["group.id"]) == (shown["id"], "Oʻktam", group["id"])


def test_a_client_may_ask_by_accept(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    sqlite_world.member(sqlite_world.group()["id"])
    assert len(from_csv(admin.get(STUDENTS, headers={"Accept": "text/csv"}))) == 1
    assert len(from_xlsx(admin.get(STUDENTS, headers={"Accept": XLSX.decode()}))) == 1
    for accept in ("*/*", "text/html, text/csv", "application/json"):
        assert admin.get(STUDENTS, headers={"Accept": accept}).headers["content-type"] == "application/json"


def test_an_empty_list_has_its_columns(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    answer = admin.get(STUDENTS, params={"format": "csv"})
    assert from_csv(answer) == []
    assert b"first_name" in answer.content
    assert from_xlsx(admin.get(STUDENTS, params={"format": "xlsx"})) == []


def test_tables_are_for_the_staff(sqlite_world: World) -> None:
    student = sqlite_world.student()
    sqlite_world.course(sqlite_world.teacher())
    for form in ("csv", "xlsx"):
        assert sqlite_world.get("/api/courses/", params={"format": form}).status_code == 401
        assert student.get("/api/courses/", params={"format": form}).status_code == 403
        assert sqlite_world.teacher().get("/api/courses/", params={"format": form}).status_code == 200
        assert student.get(STUDENTS, params={"format": form}).status_code == 403
    assert student.get("/api/courses/", params={"format": "json"}).headers["content-type"] == "application/json"


def test_an_unknown_format_is_refused(sqlite_world: World) -> None:
    for form in ("pdf", "CSV", "", "csv\x00", "x" * 5000):
        assert sqlite_world.admin().get(STUDENTS, params={"format": form}).status_code == 400


LISTS = (
    "/api/v1/students/",
    "/api/v1/payments/",
    "/api/v1/attendance/",
    "/api/v1/scores/",
    "/api/v1/exam-results/",
    "/api/v1/expenses/",
    "/api/v1/users/",
    "/api/reviews/",
    "/api/coupons/",
    "/api/instructor/statement/",
    "/api/courses/submissions/",
    "/api/enrollments/",
)


@pytest.mark.parametrize("path", LISTS)
def test_lists_of_the_staff_come_as_tables(sqlite_world: World, path: str) -> None:
    superadmin = sqlite_world.superadmin()
    shown = superadmin.get(path)
    assert shown.status_code == 200, shown.text
    assert len(from_csv(superadmin.get(path, params={"format": "csv"}))) == len(shown.json())
    assert len(from_xlsx(superadmin.get(path, params={"format": "xlsx"}))) == len(shown.json())


def test_a_page_of_a_table_has_the_headers_of_a_list(sqlite_world: World) -> None:
    group, admin = sqlite_world.group(), sqlite_world.admin()
    for _ in range(3):
        sqlite_world.member(group["id"])
    answer = admin.get(STUDENTS, params={"format": "csv", "limit": 2})
    assert len(from_csv(answer)) == 2
    assert answer.headers["x-total-count"] == "3"
    assert "format=csv" in answer.headers["link"]


class Part(Struct):
    """An object in a row."""

    name: str


class Line(Struct, rename={"number": "order"}):
    """A row of each kind of value."""

    number: int
    text: str
    part: Part | None
    words: list[str]
    is_big: bool


DANGEROUS = ["=1+1", "+998901234567", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def drained(writer: CsvWriter | XlsxWriter, batches: Iterator[list[Any]]) -> bytes:
    assert writer.write(batches)
    response = writer.response(200, [])
    body = response.body
    if isinstance(response, json_array.FileBody):
        with response.file as file:
            file.seek(0)
            body = file.read()
    assert dict(response.raw_headers)[b"content-length"] == b"%d" % len(body)
    return body


@pytest.mark.parametrize("text", [*DANGEROUS, 'odd "quotes", commas\nand lines', "1-1", "Ғайрат", "\x01"])
def test_text_stays_text(text: str) -> None:
    rows = [Line(1, text, Part(text), [text, "b"], is_big=True)]
    body = drained(CsvWriter(TemporaryFiles(), columns_of(Line), "list"), iter([rows]))
    head, cells = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    safe = f"'{text}" if text in DANGEROUS else text
    assert head == ["order", "text", "part.name", "words", "is_big"]
    assert cells == ["1", safe, safe, f"'{text}; b" if text in DANGEROUS else f"{text}; b", "true"]
    body = drained(XlsxWriter(TemporaryFiles(), columns_of(Line), "list"), iter([rows]))
    row = next(iter(load_workbook(io.BytesIO(body)).active.iter_rows(min_row=2)))
    assert row[1].data_type == "s", "never a formula"
    assert row[4].value is True


def test_numbers_stay_numbers_and_long_ones_whole() -> None:
    rows = [Line(7, "a", None, [], is_big=False), Line(2**62 + 1, "b", None, [], is_big=False)]
    body = drained(XlsxWriter(TemporaryFiles(), columns_of(Line), "list"), iter([rows]))
    shown = list(load_workbook(io.BytesIO(body)).active.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in shown] == [7, str(2**62 + 1)]
    assert shown[0][2] is None


def test_a_long_table_goes_to_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 100)
    batches = ([Line(number, "matn", None, [], is_big=False)] * 10 for number in range(50))
    writer = CsvWriter(TemporaryFiles(), columns_of(Line), "list")
    assert len(drained(writer, batches).splitlines()) == 501
    assert writer._file is not None


def test_a_spreadsheet_that_is_too_long_or_broken_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tables, "MAX_XLSX_ROWS", 5)
    rows = [Line(1, "matn", None, [], is_big=False)] * 3
    writer = XlsxWriter(TemporaryFiles(), columns_of(Line), "list")
    with pytest.raises(BadRequest):
        writer.write(iter([rows, rows]))
    assert writer._target.closed

    def failing() -> Iterator[list[Any]]:
        yield rows
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        XlsxWriter(TemporaryFiles(), columns_of(Line), "list").write(failing())
    drained(XlsxWriter(TemporaryFiles(), columns_of(Line), "list"), iter([rows]))
    assert list(tmp_path.iterdir()) == []
