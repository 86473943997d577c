"""Whatever path is asked for, in whatever spelling, nothing is served that is not public or signed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kit.repeatable import repeatable
from world import World

PUBLIC = b"everyone's"
SECRET = b"SECRET"
PLACES = ("public/logo.txt", "public/images/x.webp", "tts/a.mp3")
HIDDEN = ("homework/answer.txt", "files/a1/x.pdf", "public/.env", "top.txt", "publicity/x.txt", "..a/x.txt")
OUTSIDE = ("secret.txt", "bilim.db", "uploads-old/x.txt")


@pytest.fixture
def files(sqlite_world: World) -> World:
    uploads: Path = sqlite_world.app.state.services.settings.uploads
    for names, root, content in ((PLACES, uploads, PUBLIC), (HIDDEN, uploads, SECRET), (OUTSIDE, uploads.parent, SECRET)):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
    (uploads / "public" / "out").symlink_to(uploads.parent)
    (uploads / "public" / "in").symlink_to(uploads / "homework")
    return sqlite_world


def asked(client: TestClient, raw: str, query: bytes = b"") -> tuple[int, bytes]:
    """What a server answers to a path as it stands in the request: no client tidies it before."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode("utf-8", "surrogatepass"),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"testserver")],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body


DOTS = (
    "..",
    ".",
    "...",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "．．",
    "․․",
    "%c0%ae%c0%ae",
    "..;",
    "..%00",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "~",
    "",
)
SLASHES = ("/", "//", "\\", "%2f", "%5c", "%252f", "/./", "∕", "／", "%c0%af", "\0")
NAMES = (
    *(part for name in (*PLACES, *HIDDEN, *OUTSIDE) for part in name.split("/")),
    "out",
    "in",
    "etc",
    "passwd",
    "proc",
    "self",
    "C:",
    "PUBLIC",
    "Public",
    "avatars",
    "emma.svg",
    "app.py",
    "static",
    "uploads",
)
paths = st.lists(st.sampled_from(DOTS) | st.sampled_from(NAMES) | st.text(max_size=4), min_size=1, max_size=7).flatmap(
    lambda parts: st.lists(st.sampled_from(SLASHES), min_size=len(parts), max_size=len(parts)).map(
        lambda slashes: "".join(part + slash for part, slash in zip(parts, slashes, strict=True))
    )
)


@settings(repeatable, max_examples=300, suppress_health_check=list(HealthCheck))
@given(mount=st.sampled_from(["/uploads/", "/media/", "/static/"]), path=paths)
@example("/uploads/", "../secret.txt")
@example("/uploads/", "public/../homework/answer.txt")
@example("/uploads/", "public/%2e%2e/%2e%2e/secret.txt")
@example("/uploads/", "public%2f..%2f..%2fsecret.txt")
@example("/uploads/", "public/..%5c..%5csecret.txt")
@example("/uploads/", "public/%252e%252e%252fhomework/answer.txt")
@example("/uploads/", "%2e%2e%2fsecret.txt%00.webp")
@example("/uploads/", "//etc/passwd")
@example("/uploads/", "public/out/secret.txt")
@example("/uploads/", "public/in/answer.txt")
@example("/uploads/", "publicity/x.txt")
@example("/static/", "../app.py")
@example("/static/", "avatars/../../app.py")
def test_nothing_but_what_is_everyones_is_ever_served(files: World, mount: str, path: str) -> None:
    status, body = asked(files.client, mount + path)
    assert SECRET not in body
    assert b"root:" not in body
    if status == 200:
        assert body == PUBLIC or (mount == "/static/" and body.startswith(b"<svg"))
    else:
        assert status == 404, body


def spellings(name: str) -> Iterator[str]:
    """Other ways to write a public file's name that a lax server might take."""
    yield name.replace("/", "//", 1)
    yield "./" + name
    yield name.replace("/", "/./")
    yield name.replace("/", "/x/../")
    yield name.replace("/", "\\")
    yield name + "%00"
    yield name + "/.."
    yield name.upper()


@pytest.mark.parametrize("name", PLACES)
def test_a_file_has_one_name(files: World, name: str) -> None:
    assert asked(files.client, f"/uploads/{name}") == (200, PUBLIC)
    assert asked(files.client, f"/uploads/{name}/") == (200, PUBLIC), "and that with its slash"
    answers = {spelt: asked(files.client, f"/uploads/{spelt}")[0] for spelt in spellings(name)}
    assert {spelt: status for spelt, status in answers.items() if status == 200}.keys() <= {name.replace("/", "//", 1)}


@pytest.mark.parametrize("name", ["homework/answer.txt", "files/a1/x.pdf", "top.txt"])
@pytest.mark.parametrize("prefix", ["", "public/../", "./", "%2e/"])
def test_a_signature_opens_one_path(files: World, name: str, prefix: str) -> None:
    address, _, query = files.app.state.services.signer.sign(f"/uploads/{name}").partition("?")
    status, _ = asked(files.client, address.replace(name, prefix + name), query.encode())
    assert (status == 200) is (prefix == "")


def test_even_a_signed_address_leads_nowhere_else(files: World) -> None:
    """The program signs no such path; if it did, the file would not be there."""
    for name in ("../secret.txt", "public/../../secret.txt", "public/out/secret.txt", "public/in/answer.txt", ".env"):
        address, _, query = files.app.state.services.signer.sign(f"/uploads/{name}").partition("?")
        assert asked(files.client, address, query.encode())[0] == 404
