"""Stored files: public ones for everyone, others by a signed, expiring address only (CONTRACT section 5)."""

from datetime import timedelta
from pathlib import Path

import pytest

from bilim.kit import clock
from world import World


@pytest.fixture
def files(sqlite_world: World) -> World:
    uploads: Path = sqlite_world.app.state.services.settings.uploads
    for name in ("public/logo.txt", "homework/answer.txt"):
        (uploads / name).parent.mkdir(parents=True, exist_ok=True)
        (uploads / name).write_text("0123456789")
    (uploads.parent / "secret.txt").write_text("outside")
    return sqlite_world


@pytest.mark.parametrize("mount", ["/uploads", "/media"])
def test_public_files_are_everyones_and_come_in_ranges(files: World, mount: str) -> None:
    assert files.get(f"{mount}/public/logo.txt").text == "0123456789"
    part = files.get(f"{mount}/public/logo.txt", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "234", "bytes 2-4/10")


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
