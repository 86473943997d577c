"""Stored files: public ones for everyone, others by a signed, expiring address only (CONTRACT section 5)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bilim.http import files as module
from bilim.http.files import _is_range
from bilim.kit import clock
from conftest import NOON
from world import World

UPLOADED = (
    *("public/logo.txt", "public/x.svg", "tts/voice_loop_1.mp3", "homework/answer.txt"),
    *("files/a1/page.html", "files/a1/scan.PDF", "files/a1/task.doc", "files/a1/words.csv"),
)


@pytest.fixture
def files(sqlite_world: World) -> World:
    uploads: Path = sqlite_world.app.state.services.settings.uploads
    for name in UPLOADED:
        (uploads / name).parent.mkdir(parents=True, exist_ok=True)
        (uploads / name).write_text("0123456789")
    (uploads.parent / "secret.txt").write_text("outside")
    return sqlite_world


@pytest.mark.parametrize("mount", ["/uploads", "/media"])
def test_public_files_are_everyones_and_come_in_ranges(files: World, mount: str) -> None:
    assert files.get(f"{mount}/public/logo.txt").text == "0123456789"
    part = files.get(f"{mount}/public/logo.txt", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "234", "bytes 2-4/10")


def test_speech_made_of_text_is_everyones(files: World) -> None:
    answer = files.get("/uploads/tts/voice_loop_1.mp3")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")


@pytest.mark.parametrize(
    ("header", "status", "text"),
    [
        ("bytes=0-0", 206, "0"),
        ("bytes=7-", 206, "789"),
        ("bytes=-2", 206, "89"),
        ("bytes=8-99", 206, "89"),
        ("bytes=10-", 416, ""),
        ("bytes=5-2", 200, "0123456789"),
        ("bytes=", 200, "0123456789"),
        ("bytes=-", 200, "0123456789"),
        ("bytes=x-y", 200, "0123456789"),
        ("lines=0-1", 200, "0123456789"),
        ("bytes=" + ",".join(["0-1"] * 9), 200, "0123456789"),
        ("bytes=" + "9" * 5000 + "-", 200, "0123456789"),
        ("x" * 5000, 200, "0123456789"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_parts_of_files(files: World, header: str, status: int, text: str) -> None:
    answer = files.get("/uploads/public/logo.txt", headers={"Range": header})
    assert (answer.status_code, answer.text) == (status, text)


def test_several_parts_at_once(files: World) -> None:
    answer = files.get("/uploads/public/logo.txt", headers={"Range": "bytes=0-1, 8-9"})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (206, "multipart/byteranges")


def test_a_part_of_another_version_is_not_sent(files: World) -> None:
    whole = files.get("/uploads/public/logo.txt")
    asked = {"Range": "bytes=0-1", "If-Range": whole.headers["etag"]}
    assert files.get("/uploads/public/logo.txt", headers=asked).status_code == 206
    assert files.get("/uploads/public/logo.txt", headers=asked | {"If-Range": '"other"'}).status_code == 200


def test_only_the_headers_of_a_file(files: World) -> None:
    answer = files.client.head("/uploads/public/logo.txt")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "10", b"")


@pytest.mark.parametrize(
    ("name", "content_type", "is_saved", "is_sandboxed"),
    [
        ("public/logo.txt", "text/plain; charset=utf-8", False, True),
        ("public/x.svg", "application/octet-stream", True, True),
        ("files/a1/page.html", "application/octet-stream", True, True),
        ("files/a1/scan.PDF", "application/pdf", False, False),
        ("files/a1/task.doc", "application/msword", True, True),
        ("files/a1/words.csv", "text/csv; charset=utf-8", False, True),
    ],
)
def test_nothing_of_users_runs(files: World, name: str, content_type: str, *, is_saved: bool, is_sandboxed: bool) -> None:
    answer = files.get(files.app.state.services.signer.sign(f"/uploads/{name}"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert (answer.headers.get("content-disposition") == "attachment") is is_saved
    assert ("sandbox" in answer.headers.get("content-security-policy", "")) is is_sandboxed
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_may_be_kept_and_for_how_long(files: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public file never changes; a private one may be kept as long as its address works, and by nobody in between."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    assert files.get("/uploads/public/logo.txt").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert files.get("/static/avatars/emma.svg").headers["cache-control"] == "public, max-age=86400"
    private = files.get(files.app.state.services.signer.sign("/uploads/homework/answer.txt"))
    assert private.headers["cache-control"] == "private, max-age=3600"


@pytest.mark.parametrize("path", ["/uploads/public/logo.txt", "/static/avatars/emma.svg"])
def test_a_copy_that_is_good_still_is_not_sent_again(files: World, path: str) -> None:
    whole = files.get(path)
    again = files.get(path, headers={"If-None-Match": f'"x", {whole.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", whole.headers["etag"])
    assert again.headers["cache-control"] == whole.headers["cache-control"]
    assert files.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_copy_of_a_private_file_needs_its_signature_too(files: World) -> None:
    signed = files.app.state.services.signer.sign("/uploads/homework/answer.txt")
    etag = files.get(signed).headers["etag"]
    assert files.get("/uploads/homework/answer.txt", headers={"If-None-Match": etag}).status_code == 404


def test_our_own_files_and_no_others(files: World) -> None:
    picture = files.get("/static/avatars/emma.svg")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "sandbox" in picture.headers["content-security-policy"]
    assert files.get("/static/avatars/emma.svg/").status_code == 200
    for name in (
        "avatars",
        "avatars/",
        "avatars/x.svg",
        "../app.py",
        "..%2fapp.py",
        "avatars/..%2f..%2fsettings.py",
        "",
        "%2fetc%2fpasswd",
    ):
        assert files.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_files_are_only_read(files: World, method: str) -> None:
    for path in ("/uploads/public/logo.txt", "/static/avatars/emma.svg"):
        assert files.client.request(method, path).status_code == 405


def test_an_empty_file(files: World) -> None:
    uploads: Path = files.app.state.services.settings.uploads
    (uploads / "public" / "empty.txt").write_bytes(b"")
    assert files.get("/uploads/public/empty.txt").content == b""


def test_ranges_in_other_digits_are_none() -> None:
    assert not _is_range("bytes=٠-٣")
    assert module._SHOWN.keys().isdisjoint({".html", ".htm", ".svg", ".xml", ".xhtml", ".js", ".css", ".json", ""})


def test_other_files_need_their_signature(files: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/uploads/homework/answer.txt"
    signed = files.app.state.services.signer.sign(path)
    assert files.get(signed).text == "0123456789"
    for address in (
        path,
        signed.replace("answer", "other"),
        signed[:-1] + ("0" if signed[-1] != "0" else "1"),
        signed.replace("expires=", "expires=1"),
        path + "?expires=x&signature=y",
        path + "?expires=9999999999&signature=",
    ):
        assert files.get(address).status_code == 404
    moment = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert files.get(signed).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "public/../../secret.txt",
        "..%2fsecret.txt",
        "public/%2e%2e/%2e%2e/secret.txt",
        "%2fetc%2fpasswd",
        "public",
        "public/x%00",
    ],
)
def test_nothing_outside_the_folder_is_reached(files: World, path: str) -> None:
    assert files.get(f"/uploads/{path}").status_code == 404


def test_a_link_that_leads_out_is_not_followed(files: World) -> None:
    uploads: Path = files.app.state.services.settings.uploads
    (uploads / "public" / "link.txt").symlink_to(uploads.parent / "secret.txt")
    assert files.get("/uploads/public/link.txt").status_code == 404


@pytest.mark.parametrize("link", ["public/answer.txt", "public/inside/answer.txt"])
def test_a_link_from_public_to_private_files_is_not_followed(files: World, link: str) -> None:
    uploads: Path = files.app.state.services.settings.uploads
    if link.count("/") > 1:
        (uploads / "public" / "inside").symlink_to(uploads / "homework")
    else:
        (uploads / link).symlink_to(uploads / "homework" / "answer.txt")
    assert files.get(f"/uploads/{link}").status_code == 404


def test_what_is_no_file_is_a_404(files: World) -> None:
    uploads: Path = files.app.state.services.settings.uploads
    os.mkfifo(uploads / "public" / "pipe")
    (uploads / "public" / ".hidden").write_text("hidden")
    for name in ("pipe", ".hidden", ""):
        assert files.get(f"/uploads/public/{name}").status_code == 404


def test_a_name_longer_than_any_files_is_a_404(sqlite_world: World) -> None:
    assert sqlite_world.get("/uploads/" + "x" * 300).status_code == 404


def test_spoken_texts_are_everyones(sqlite_world: World) -> None:
    store = sqlite_world.app.state.services.store
    store.put("tts/a.mp3", b"MP3")
    store.put("tts-private/a.mp3", b"MP3")
    answer = sqlite_world.get("/uploads/tts/a.mp3")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "audio/mpeg", b"MP3")
    assert sqlite_world.get("/uploads/tts-private/a.mp3").status_code == 404
    assert sqlite_world.get("/uploads/tts").status_code == 404
