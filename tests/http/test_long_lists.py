"""Lists of any length: sent whole, in order, with their figures, past what is held in memory and without it."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert

from bilim.accounts.models import User
from bilim.db.engine import Database
from bilim.http import json_array
from bilim.http.json_array import FileBody, JsonArrayWriter
from bilim.http.temporary_files import TemporaryFiles
from bilim.kit.errors import Unavailable
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
    writer = JsonArrayWriter(TemporaryFiles())
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
    writer = JsonArrayWriter(TemporaryFiles())

    def failing() -> Iterator[list[int]]:
        yield [1, 2, 3]
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        writer.write(failing())
    assert writer._file is not None
    assert writer._file.closed


def in_file(files: TemporaryFiles) -> FileBody:
    """A list that was written to a file, as an answer."""
    writer = JsonArrayWriter(files)
    writer.write(iter([[1, 2, 3]]))
    response = writer.response(200, [])
    assert isinstance(response, FileBody)
    return response


async def take(_message: Any) -> None:
    """A client that reads."""


def test_so_many_lists_at_once_may_wait_for_their_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    files = TemporaryFiles(2)
    first, second = in_file(files), in_file(files)
    with pytest.raises(Unavailable) as refused:
        in_file(files)
    assert (refused.value.code, refused.value.retry_after) == ("busy", 5)
    asyncio.run(first._send(None, None, take))
    third = in_file(files)
    for each in (second, third):
        each.file.close()


def test_a_list_that_is_never_sent_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    files = TemporaryFiles(1)
    with pytest.warns(ResourceWarning):
        in_file(files)
    in_file(files).file.close()


@pytest.mark.parametrize(
    ("total", "needed"),
    [(100 * 1024**3, 256 * 1024**2), (400 * 1024**2, 100 * 1024**2)],
    ids=["a volume like others", "a small volume"],
)
def test_long_lists_leave_space_on_the_volume(monkeypatch: pytest.MonkeyPatch, total: int, needed: int) -> None:
    volume = SimpleNamespace(total=total, free=needed)
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: volume)
    files = TemporaryFiles(1)
    in_file(files).file.close()
    volume.free -= 1
    with pytest.raises(Unavailable):
        in_file(files)
    volume.free += 1
    in_file(files).file.close()


def test_a_client_that_reads_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 1)
    monkeypatch.setattr(json_array, "_STALLED_SECONDS", 0.01)
    sent: list[str] = []

    async def take_the_headers_alone(message: Any) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    answer = in_file(TemporaryFiles())
    asyncio.run(answer._send(None, None, take_the_headers_alone))
    assert sent == ["http.response.start", "http.response.body"]
    assert answer.file.closed
    assert caplog.messages == ["a long answer was cut off: its client reads nothing"]


def test_a_list_for_which_there_is_no_room_is_a_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_IN_MEMORY", 10_000)
    world.use(temporary_files=TemporaryFiles(0))
    fill(world.db)
    admin = world.admin()
    refused = admin.get("/api/v1/workers/")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert world.db.connections_in_use == 0
    assert len(admin.get("/api/v1/workers/?limit=10").json()) == 10, "short ones are sent"
