"""Homework of groups: a text, a file, or both; its students see it, its author changes it."""

from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest
from msgspec import structs
from sqlalchemy import select

from bilim.files.models import StoredFile
from bilim.files.store import LocalStore
from world import World

PDF = b"%PDF-1.7 homework"


def upload(person: Any, method: str, path: str, **fields: Any) -> Any:
    return person.call(method, path, data=fields, files={"file": ("task.pdf", PDF, "application/pdf")})


def test_homework_as_the_document_shows_it(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    made = teacher.post("/api/v1/homework/", {"group": group["id"], "text": "Listening section bo'yicha mashq qiling"})
    assert made.status_code == 201
    homework = made.json()
    documented = {name: homework[name] for name in ("id", "group", "text", "file", "created_at", "updated_at")}
    assert documented == {
        "id": homework["id"],
        "group": group["id"],
        "text": "Listening section bo'yicha mashq qiling",
        "file": None,
        "created_at": homework["created_at"],
        "updated_at": homework["created_at"],
    }
    assert (homework["homework_type"], homework["course_id"], homework["lesson"], homework["title"]) == ("written", None, None, None)
    assert teacher.get(f"/api/v1/homework/{homework['id']}/").json() == homework
    assert world.admin().get("/api/v1/homework/").json() == [homework]


def test_a_file_is_kept_private_and_served_by_a_signed_address(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    made = upload(teacher, "POST", "/api/v1/homework/", group=group["id"])
    assert made.status_code == 201
    address = made.json()["file"]
    assert address.startswith("https://school.example/media/files/")
    path = address.removeprefix("https://school.example")
    assert world.get(path).content == PDF
    assert world.get(path.partition("?")[0]).status_code == 404
    replaced = upload(teacher, "PATCH", f"/api/v1/homework/{made.json()['id']}/").json()["file"]
    assert replaced.partition("?")[0] != address.partition("?")[0]


def test_without_a_public_url_addresses_of_files_follow_the_request(sqlite_world: World) -> None:
    services = sqlite_world.app.state.services
    sqlite_world.use(settings=structs.replace(services.settings, public_url=""))
    teacher = sqlite_world.teacher()
    homework = upload(teacher, "POST", "/api/v1/homework/", group=sqlite_world.group()["id"]).json()
    assert homework["file"].startswith("http://testserver/media/files/")
    path = f"/api/v1/homework/{homework['id']}/"
    for read in (path, "/api/v1/homework/"):
        assert "http://school.test:8004/media/files/" in teacher.get(read, headers={"Host": "school.test:8004"}).text


def stored(world: World) -> set[Path]:
    return {path for path in (world.app.state.services.settings.uploads / "files").rglob("*") if path.is_file()}


def claimed(world: World) -> set[str]:
    with world.db.read() as tx:
        return set(tx.scalars(select(StoredFile.name)))


def test_a_file_goes_with_its_homework_after_the_commit(world: World) -> None:
    teacher = world.teacher()
    homework = upload(teacher, "POST", "/api/v1/homework/", group=world.group()["id"]).json()
    (first,) = stored(world)
    (first_name,) = claimed(world)
    assert first.as_posix().endswith(first_name)
    upload(teacher, "PATCH", f"/api/v1/homework/{homework['id']}/")
    assert first.exists()
    world.run_jobs()
    (second,) = stored(world)
    (second_name,) = claimed(world)
    assert (second != first, second.as_posix().endswith(second_name)) == (True, True)
    assert teacher.patch(f"/api/v1/homework/{homework['id']}/", {"text": "Va matn"}).json()["file"], "a change without a file keeps it"
    teacher.delete(f"/api/v1/homework/{homework['id']}/")
    world.run_jobs()
    assert (stored(world), claimed(world)) == (set(), set())


def test_refused_homework_leaves_no_file(world: World) -> None:
    teacher, group = world.teacher(), world.group()
    mine = upload(teacher, "POST", "/api/v1/homework/", group=group["id"]).json()
    before = stored(world), claimed(world)
    path = f"/api/v1/homework/{mine['id']}/"
    refused = [
        upload(teacher, "POST", "/api/v1/homework/", group=987654),
        upload(teacher, "POST", "/api/v1/homework/", group=group["id"], course_id=1),
        upload(teacher, "POST", "/api/v1/homework/"),
        upload(teacher, "PATCH", path, group=987654),
        upload(teacher, "PUT", path),
        upload(world.teacher(), "PATCH", path),
        upload(teacher, "PATCH", "/api/v1/homework/987654/"),
        upload(world.student(), "POST", "/api/v1/homework/", group=group["id"]),
        world.client.post("/api/v1/homework/", data={"group": group["id"]}, files={"file": ("task.pdf", PDF)}),
    ]
    assert [answer.status_code for answer in refused] == [400, 400, 400, 400, 400, 403, 404, 403, 401]
    world.run_jobs()
    assert (stored(world), claimed(world)) == before


def test_nothing_of_the_database_is_held_while_a_file_arrives(world: World) -> None:
    """A copy of 300 MiB inside the transaction would keep every other writer of an SQLite file waiting."""
    services = world.app.state.services
    held: list[int] = []

    class WatchedStore(LocalStore):
        def create(self, name: str) -> IO[bytes]:
            held.append(world.db.connections_in_use)
            file = super().create(name)
            write = file.write

            def watched(block: bytes) -> int:
                held.append(world.db.connections_in_use)
                return write(block)

            return SimpleNamespace(write=watched, close=file.close)  # type: ignore[return-value]

    world.use(store=WatchedStore(services.settings.uploads))
    teacher, group = world.teacher(), world.group()
    large = PDF + bytes(3 * 1024 * 1024)
    made = teacher.call("POST", "/api/v1/homework/", data={"group": group["id"]}, files={"file": ("task.pdf", large)})
    assert made.status_code == 201, made.text
    assert len(held) >= 2
    assert set(held) == {0}


@pytest.mark.parametrize("chance", ["-3abcdefghijklmnopqrstu", "_1abcdefghijklmnopqrstu", "12_34567890123456789012"])
def test_a_file_is_found_whatever_name_chance_gives_it(sqlite_world: World, monkeypatch: pytest.MonkeyPatch, chance: str) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda _bytes: chance)
    made = upload(sqlite_world.teacher(), "POST", "/api/v1/homework/", group=sqlite_world.group()["id"]).json()
    assert sqlite_world.get(made["file"].removeprefix("https://school.example")).content == PDF


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " \n"}, {"text": None}, {"file": "https://elsewhere.example/x.pdf"}])
def test_a_text_or_a_file_is_needed(sqlite_world: World, body: dict[str, Any]) -> None:
    refused = sqlite_world.teacher().post("/api/v1/homework/", {"group": sqlite_world.group()["id"]} | body)
    assert (refused.status_code, list(refused.json())) == (400, ["non_field_errors"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a"}, "group"),
        ({"text": "a", "group": 987654}, "group"),
        ({"text": "a", "group": "closed"}, "group"),
        ({"text": "a", "group": "open", "course_id": 1}, "non_field_errors"),
        ({"title": "a", "course_id": 987654}, "course_id"),
        ({"text": "a", "group": "open", "homework_type": "song"}, "homework_type"),
    ],
)
def test_wrong_homework_is_refused_by_field(sqlite_world: World, body: dict[str, Any], field: str) -> None:
    groups = {"open": sqlite_world.group()["id"], "closed": sqlite_world.group(is_active=False)["id"]}
    teacher = sqlite_world.teacher()
    sent = body | ({"group": groups.get(body["group"], body["group"])} if "group" in body else {})
    refused = teacher.post("/api/v1/homework/", sent)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert teacher.get("/api/v1/homework/").json() == []


def test_students_see_the_homework_of_the_group_they_are_in(world: World) -> None:
    here, there, teacher = world.group(), world.group(), world.teacher()
    student = world.member(here["id"])
    mine, other = (teacher.post("/api/v1/homework/", {"group": group["id"], "text": "1"}).json() for group in (here, there))
    for path in ("/api/v1/homework/", "/api/v1/homework/my-homework/"):
        assert [row["id"] for row in student.get(path).json()] == [mine["id"]]
    assert student.get(f"/api/v1/homework/{other['id']}/").status_code == 404
    world.admin().patch(f"/api/v1/students/{student.id}/", {"group": there["id"]})
    assert [row["id"] for row in student.get("/api/v1/homework/my-homework/").json()] == [other["id"]]
    assert world.student().get("/api/v1/homework/my-homework/").json() == []


def test_whoever_is_no_student_has_no_homework_of_their_own(world: World) -> None:
    refused = world.teacher().get("/api/v1/homework/my-homework/")
    assert (refused.status_code, refused.json()) == (403, {"detail": "Not a student"})


def test_its_author_and_admins_change_and_delete_homework(world: World) -> None:
    group, author, other, admin = world.group(), world.teacher(), world.teacher(), world.admin()
    homework, kept = (author.post("/api/v1/homework/", {"group": group["id"], "text": text}).json() for text in ("1", "9"))
    path = f"/api/v1/homework/{homework['id']}/"
    assert other.patch(path, {"text": "2"}).status_code == 403
    assert other.delete(path).status_code == 403
    changed = author.patch(path, {"text": "2"}).json()
    assert (changed["text"], changed["created_by"]) == ("2", author.id)
    assert changed["updated_at"] > homework["updated_at"]
    assert author.put(path, {"text": "3"}).json() == {"group": ["This field is required."]}
    assert admin.put(path, {"group": group["id"], "text": "3"}).json()["text"] == "3"
    assert author.patch(path, {"text": ""}).status_code == 400, "neither text nor file would be left"
    assert author.patch(path, {"group": None}).json() == {"group": ["This field may not be null."]}
    assert author.patch(path, {"homework_type": "quiz"}).json()["homework_type"] == "quiz"
    assert author.patch(path, {"homework_type": None}).json()["homework_type"] == "quiz"
    assert author.delete(path).status_code == 204
    assert author.get(path).status_code == 404
    assert author.get("/api/v1/homework/").json() == [kept]


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("task.txt", "1-mashq: oʻqing".encode(), "text/plain"),
        ("words.csv", b"salom,hello\n", "text/csv"),
        ("listening.mp3", b"ID3\x04 and the rest", "audio/mpeg"),
        ("listening.mp3", b"\xff\xfb\x90 and the rest", "audio/mpeg"),
        ("task.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and the rest", "application/msword"),
        ("task.zip", b"PK\x03\x04 and the rest", "application/"),
    ],
)
def test_what_teachers_hand_out_is_taken(sqlite_world: World, name: str, content: bytes, media: str) -> None:
    teacher, group = sqlite_world.teacher(), sqlite_world.group()
    made = teacher.call("POST", "/api/v1/homework/", data={"group": group["id"]}, files={"file": (name, content, "x/y")})
    assert made.status_code == 201, made.text
    served = sqlite_world.get(made.json()["file"].removeprefix("https://school.example"))
    assert (served.content, served.headers["x-content-type-options"]) == (content, "nosniff")
    assert served.headers["content-type"].startswith(media)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.html", b"<script>"),
        ("x.svg", b"<svg/>"),
        ("x.txt", b"MZ\x00\x90"),
        ("x.txt", b"\xff\xfe\x00"),
        ("x.pdf", b"<html>"),
        ("x.mp3", b"PK"),
        ("x", b"%PDF-1.7"),
        ("x.pdf", b""),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(sqlite_world: World, name: str, content: bytes) -> None:
    teacher, group = sqlite_world.teacher(), sqlite_world.group()
    refused = teacher.call("POST", "/api/v1/homework/", data={"group": group["id"]}, files={"file": (name, content, "application/pdf")})
    assert (refused.status_code, list(refused.json())) == (400, ["file"])


def test_a_file_of_another_kind_is_refused_before_anything_is_written(sqlite_world: World) -> None:
    group, teacher = sqlite_world.group(), sqlite_world.teacher()
    refused = teacher.call("POST", "/api/v1/homework/", data={"group": group["id"]}, files={"file": ("x.exe", b"MZ", "application/pdf")})
    assert (refused.status_code, list(refused.json())) == (400, ["file"])
    assert teacher.get("/api/v1/homework/").json() == []


def test_homework_of_a_group_closed_since_may_be_sent_back_but_not_moved_there(world: World) -> None:
    author, closed, other, admin = world.teacher(), world.group(), world.group(), world.admin()
    homework, moved = (author.post("/api/v1/homework/", {"group": group["id"], "text": "1"}).json() for group in (closed, other))
    admin.patch(f"/api/v1/groups/{closed['id']}/", {"is_active": False})
    sent_back = author.put(f"/api/v1/homework/{homework['id']}/", homework | {"text": "2"})
    assert (sent_back.status_code, sent_back.json()["text"]) == (200, "2")
    refused = author.patch(f"/api/v1/homework/{moved['id']}/", {"group": closed["id"]})
    assert (refused.status_code, list(refused.json())) == (400, ["group"])
    third = world.group()
    assert author.patch(f"/api/v1/homework/{moved['id']}/", {"group": third["id"]}).json()["group"] == third["id"]


def test_a_file_may_take_the_place_of_a_text(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    homework = teacher.post("/api/v1/homework/", {"group": sqlite_world.group()["id"], "text": "1"}).json()
    replaced = upload(teacher, "PATCH", f"/api/v1/homework/{homework['id']}/", text="").json()
    assert (replaced["text"], bool(replaced["file"])) == (None, True)
