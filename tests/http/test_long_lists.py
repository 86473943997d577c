"""Lists of any length: sent whole, in order, with their figures, past what is held in memory and without it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bilim.accounts.models import User
from bilim.db.engine import Database
from bilim.http import json_array
from bilim.http.json_array import FileBody, JsonArrayWriter
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


@pytest.mark.parametrize("rows", [0, 1, 1_000])
@pytest.mark.parametrize("in_memory", [16, 10**6])
def test_what_is_written_is_a_json_array(monkeypatch: pytest.MonkeyPatch, rows: int, in_memory: int) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", in_memory)
    writer = JsonArrayWriter()
    writer.write(iter([list(range(start, min(start + 300, rows))) for start in range(0, rows, 300)]))
    response = writer.response(200, [])
    body = response.body
    if isinstance(response, FileBody):
        with response.file as file:
            file.seek(0)
            body = file.read()
    assert json.loads(body) == list(range(rows))
    assert dict(response.raw_headers)[b"content-length"] == b"%d" % len(body)
    assert writer.rows == rows


def test_a_failing_query_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    writer = JsonArrayWriter()

    def failing() -> Iterator[list[int]]:
        yield [1, 2, 3]
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        writer.write(failing())
    assert writer._file is not None
    assert writer._file.closed
