"""Multipart bodies: files go to the store as they arrive, all else is bounded, and nothing of a refused request stays."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bilim.files import claims, kinds
from bilim.files.store import LocalStore
from bilim.http import multipart
from world import Person, World

PDF = b"%PDF-1.7 mashq"
BOUNDARY = "chegara"
HEADERS = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(head: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"


MIB = 1024 * 1024
END = f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def group(sqlite_world: World) -> int:
    return sqlite_world.group()["id"]


@pytest.fixture
def teacher(sqlite_world: World) -> Person:
    return sqlite_world.teacher()


def stored(world: World) -> list[Path]:
    return [path for path in world.app.state.services.settings.uploads.rglob("*") if path.is_file()]


def test_a_file_lies_in_the_store_and_nowhere_else(sqlite_world: World, teacher: Person, group: int) -> None:
    answer = teacher.post("/api/v1/homework/", data={"group": str(group)}, files={"file": ("mashq.pdf", PDF)})
    assert answer.status_code == 201, answer.text
    assert [path.read_bytes() for path in stored(sqlite_world)] == [PDF]


@pytest.mark.parametrize(
    ("data", "file"),
    [
        ({"group": "999"}, ("x.pdf", PDF)),
        ({"group": "nonsense"}, ("x.pdf", PDF)),
        ({}, ("x.pdf", PDF)),
        ({"group": "{group}"}, ("x.exe", b"MZ\x90")),
        ({"group": "{group}"}, ("x.pdf", b"<html>")),
        ({"group": "{group}"}, ("x.pdf", b"")),
    ],
)
def test_a_refused_request_leaves_no_file(
    sqlite_world: World, teacher: Person, group: int, data: dict[str, str], file: tuple[str, bytes]
) -> None:
    fields = {name: value.format(group=group) for name, value in data.items()}
    assert teacher.post("/api/v1/homework/", data=fields, files={"file": file}).status_code == 400
    assert stored(sqlite_world) == []


def test_who_may_not_send_files_is_told_before_the_body_is_read(sqlite_world: World, group: int) -> None:
    sent: list[int] = []

    def body() -> Iterator[bytes]:
        for block in range(1000):
            sent.append(block)
            yield part('name="file"; filename="x.pdf"', b"%PDF-" + b"x" * 100_000) if block == 0 else b"x" * 100_000
        yield END

    student = sqlite_world.student()
    answer = student.call("POST", "/api/v1/homework/", content=body(), headers=HEADERS)
    assert answer.status_code == 403
    assert sqlite_world.client.post("/api/v1/homework/", content=body(), headers=HEADERS).status_code == 401
    assert stored(sqlite_world) == []


def test_a_part_without_a_file_name_is_bounded(sqlite_world: World, teacher: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "_MAX_TEXT_BYTES", 1000)
    body = part('name="text"', b"x" * 600) + part('name="more"', b"x" * 600) + END
    answer = teacher.call("POST", "/api/v1/homework/", content=body, headers=HEADERS)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Form parse error - a field that is no file is too large"})


@pytest.mark.parametrize(
    "body",
    [
        b"--other\r\n",
        part('name="text"', b"x"),
        part('name="text"; filename="x.pdf"', PDF),
        b"--"
        + BOUNDARY.encode()
        + b'\r\nContent-Disposition: form-data; name="text"\r\nContent-Type: text/plain; charset=bogus\r\n\r\nx\r\n'
        + END,
        part('name="text"', b"\xff\xfe") + END,
        b"".join(part(f'name="n{number}"', b"") for number in range(1001)) + END,
    ],
    ids=["no boundary", "cut short", "cut short in a file", "unknown charset", "no text", "too many parts"],
)
def test_a_body_that_cannot_be_read_is_a_400(sqlite_world: World, teacher: Person, body: bytes) -> None:
    answer = teacher.call("POST", "/api/v1/homework/", content=body, headers=HEADERS)
    assert answer.status_code == 400
    assert stored(sqlite_world) == []


def test_a_file_where_none_was_asked_for_is_kept_nowhere(sqlite_world: World) -> None:
    answer = sqlite_world.client.post("/api/v1/login", data={"password": "x" * 9}, files={"username": ("x.pdf", PDF)})
    assert (answer.status_code, answer.json()) == (400, {"username": ["Not a valid string."]})
    assert stored(sqlite_world) == []


def test_a_full_volume_is_a_503(sqlite_world: World, teacher: Person, group: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "_RESERVED_BYTES", 10**18)
    answer = teacher.post("/api/v1/homework/", data={"group": str(group)}, files={"file": ("mashq.pdf", PDF)})
    assert (answer.status_code, answer.json()) == (503, {"detail": "There is no room for files at the moment."})


def test_what_nothing_claims_is_swept(world: World) -> None:
    services = world.app.state.services
    for name in ("files/aa/kept.pdf", "files/aa/lost.pdf", "public/images/lost.webp", "certificates/0/1-CODE.pdf"):
        with services.store.create(name) as file:
            file.write(PDF)
    with world.db.write() as tx:
        tx.insert_row(claims.StoredFile, name="files/aa/kept.pdf", size=len(PDF), created_at=tx.now)
    assert claims.sweep(world.db, services.store) == 0
    assert claims.sweep(world.db, services.store, older_than=timedelta(seconds=-60)) == 2
    left = sorted(path.name for path in stored(world))
    assert left == ["1-CODE.pdf", "kept.pdf"]


def test_a_client_that_drops_in_the_middle_of_a_file_leaves_nothing(sqlite_world: World, teacher: Person) -> None:
    begun = part('name="reading[file]"; filename="a.pdf"', PDF) + part('name="writing[file]"; filename="b.pdf"', PDF * 200_000)[:-1000]
    waiting = [{"type": "http.request", "body": begun, "more_body": True}, {"type": "http.disconnect"}]
    seen: list[int] = []

    async def receive() -> dict[str, Any]:
        if len(waiting) == 1:
            seen.append(len(stored(sqlite_world)))
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        """Nobody listens."""

    headers = {**HEADERS, **teacher.headers, "content-length": str(len(begun) + 2000)}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/mock/tests/create",
        "raw_path": b"/api/v1/mock/tests/create",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 5),
        "http_version": "1.1",
        "root_path": "",
    }
    sqlite_world.client.portal.call(sqlite_world.client.app, scope, receive, send)  # type: ignore[union-attr]
    assert seen == [2], "both files were begun"
    assert stored(sqlite_world) == []


def test_what_comes_past_the_limit_of_a_file_takes_no_room(
    sqlite_world: World, teacher: Person, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "MAX_FILE_BYTES", 3 * MIB)
    monkeypatch.setattr(kinds, "MAX_FILE_BYTES", 3 * MIB)
    largest: list[int] = []
    forget = LocalStore.delete

    def note(store: LocalStore, name: str) -> None:
        largest.append(store.path(name).stat().st_size)
        forget(store, name)

    monkeypatch.setattr(LocalStore, "delete", note)
    refused = teacher.post("/api/v1/homework/", data={"group": str(group)}, files={"file": ("x.pdf", PDF + bytes(9 * MIB))})
    assert (refused.status_code, refused.json()) == (400, {"file": ["The file is larger than 300 MiB."]})
    assert len(largest) == 1
    assert largest[0] <= 3 * MIB
