"""Lists of any length: sent whole, in order, with their figures, past what is held in memory and without it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, insert, select
from sqlalchemy.exc import DBAPIError

from bilim.accounts.models import User
from bilim.db.engine import Database
from bilim.db.prepared import ListQuery, watchers
from bilim.http import json_array
from bilim.http.json_array import FileBody, JsonArrayWriter
from bilim.kit.paging import Page
from world import World

PEOPLE = 4_500


def fill(db: Database, people: int = PEOPLE) -> None:
    with db.write() as tx:
        rows = [
            {
                "username": f"w{i}",
                "username_key": f"w{i}",
                "password_hash": "",
                "role": "teacher",
                "created_at": tx.now,
                "updated_at": tx.now,
            }
            for i in range(people)
        ]
        tx.execute(insert(User), rows)


def test_a_list_without_a_limit_is_whole_and_in_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 10_000)
    fill(world.db)
    answer = world.admin().get("/api/v1/workers/")
    names = [worker["username"] for worker in answer.json()]
    assert names == [f"w{i}" for i in range(PEOPLE)]
    assert answer.headers["x-total-count"] == str(PEOPLE)
    assert answer.headers["link"] == ""


@pytest.mark.parametrize(
    ("query", "first", "count"), [("?limit=2", 0, 2), ("?skip=4498", 4498, 2), ("?skip=9999", 0, 0), ("?limit=0", 0, 0)]
)
def test_a_part_of_it_says_how_much_there_is(world: World, query: str, first: int, count: int) -> None:
    fill(world.db)
    answer = world.admin().get(f"/api/v1/workers/{query}")
    assert [worker["username"] for worker in answer.json()] == [f"w{i}" for i in range(first, first + count)]
    assert answer.headers["x-total-count"] == str(PEOPLE)


TEACHERS = ListQuery(select(User.id).where(User.role == "teacher").order_by(User.id))


def test_batches_are_completed_one_by_one(db: Database) -> None:
    fill(db)
    sizes: list[int] = []
    with db.read() as tx:
        flow = tx.flow(TEACHERS, int, Page(limit=None), enrich=lambda batch: sizes.append(len(batch)))
        assert sum(len(batch) for batch in flow.batches) == PEOPLE
    assert sizes == [2_000, 2_000, 500]
    assert flow.total is None


@pytest.mark.parametrize(
    ("page", "statements"),
    [(Page(skip=0, limit=2), 2), (Page(skip=4_499, limit=2), 1), (Page(skip=5_000, limit=2), 2), (Page(limit=None), 1)],
)
def test_rows_are_counted_only_where_the_page_does_not_tell(db: Database, page: Page, statements: int) -> None:
    fill(db)
    sent: list[str] = []
    watchers.append(sent.append)
    try:
        with db.read() as tx:
            flow = tx.flow(TEACHERS, int, page)
            rows = sum(len(batch) for batch in flow.batches)
    finally:
        watchers.remove(sent.append)
    assert len(sent) == statements
    assert (rows if flow.total is None else flow.total) == PEOPLE


def test_what_completes_a_batch_may_ask_between_batches(db: Database) -> None:
    fill(db)
    counts: list[int] = []
    with db.read() as tx:
        flow = tx.flow(TEACHERS, int, Page(limit=None), enrich=lambda _batch: counts.append(tx.scalar(TEACHERS.count)))
        assert sum(len(batch) for batch in flow.batches) == PEOPLE
    assert counts == [PEOPLE] * 3


@pytest.mark.parametrize("page", [Page(limit=None), Page(limit=2)])
def test_a_list_that_cannot_be_read_fails_as_any_statement_does(db: Database, page: Page) -> None:
    nothing = ListQuery(select(column("nothing")).select_from(User))
    with db.read() as tx, pytest.raises(DBAPIError):
        list(tx.flow(nothing, int, page).batches)


@pytest.mark.parametrize("rows", [0, 1, 1_000])
@pytest.mark.parametrize("in_memory", [16, 10**6])
def test_a_spool_is_a_json_array(monkeypatch: pytest.MonkeyPatch, rows: int, in_memory: int) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", in_memory)
    spooled = JsonArrayWriter()
    spooled.write(iter([list(range(start, min(start + 300, rows))) for start in range(0, rows, 300)]))
    response = spooled.response(200, [])
    body = response.body
    if isinstance(response, FileBody):
        with response.file as file:
            file.seek(0)
            body = file.read()
    assert json.loads(body) == list(range(rows))
    assert dict(response.raw_headers)[b"content-length"] == b"%d" % len(body)
    assert spooled.rows == rows


def test_a_failing_query_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    spooled = JsonArrayWriter()

    def failing() -> Iterator[list[int]]:
        yield [1, 2, 3]
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        spooled.write(failing())
    assert spooled._file is not None
    assert spooled._file.closed
