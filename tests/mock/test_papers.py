"""Making and deleting mock tests: three sections in one form, four files that must be what they are called."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.files import kinds
from bilim.files.models import StoredFile
from bilim.http import multipart
from bilim.mock.models import MockSection, MockTest
from mock_school import FIELDS, FILES, PDF, WAV, finish, make_test, save, start, upload
from world import World

ROOT = "https://school.example"


def nothing_is_written(world: World) -> bool:
    """No test, no section, no claim, and no file."""
    with world.db.read() as tx:
        rows = [tx.scalar(select(func.count()).select_from(table)) for table in (MockTest, MockSection, StoredFile)]
    return (rows, world.uploads()) == ([0, 0, 0], [])


def test_a_test_is_made_as_documented(world: World) -> None:
    teacher = world.teacher(first_name="Bobur", last_name="Toshmatov")
    made = make_test(teacher)
    assert set(made) == {"id", "title", "code", "created_by", "reading", "writing", "listening", "created_at", "updated_at"}
    assert (made["title"], len(made["code"]), made["created_by"]) == (
        "IELTS Mock Test #1",
        6,
        {"first_name": "Bobur", "last_name": "Toshmatov"},
    )
    paper = {"id", "file", "duration", "question_count", "created_at", "updated_at"}
    assert set(made["reading"]) == set(made["writing"]) == paper
    assert set(made["listening"]) == paper - {"file"} | {"audio_file", "question_file"}
    counts = [(made[section]["duration"], made[section]["question_count"]) for section in ("reading", "writing", "listening")]
    assert counts == [(60, 40), (60, 2), (30, 40)]
    assert teacher.get(f"/api/v1/mock/tests/{made['id']}/").json()["reading"]["id"] == made["reading"]["id"]
    assert len(world.uploads()) == 4


def test_each_file_is_served_where_it_belongs_and_audio_can_be_sought(world: World) -> None:
    made = make_test(world.teacher())
    files = {
        "reading[file]": made["reading"]["file"],
        "writing[file]": made["writing"]["file"],
        "listening[question_file]": made["listening"]["question_file"],
        "listening[audio_file]": made["listening"]["audio_file"],
    }
    for name, address in files.items():
        path = address.removeprefix(ROOT)
        assert path.startswith("/media/")
        assert world.get(path).content == FILES[name][1]
        assert world.get(path.partition("?")[0]).status_code == 404, "without its signature"
    part = world.get(files["listening[audio_file]"].removeprefix(ROOT), headers={"Range": "bytes=8-11"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, WAV[8:12], f"bytes 8-11/{len(WAV)}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mp3", b"ID3\x04 and the rest"),
        ("a.MP3", b"\xff\xfb\x90"),
        ("a.m4a", b"\0\0\0\x20ftypM4A "),
        ("a.ogg", b"OggS\0"),
        ("a.wav", WAV),
    ],
)
def test_recordings_of_every_usual_kind_are_taken(sqlite_world: World, name: str, content: bytes) -> None:
    assert upload(sqlite_world.teacher(), {"listening[audio_file]": (name, content)}).status_code == 201


@pytest.mark.parametrize(
    ("field", "file"),
    [
        ("reading[file]", ("reading.pdf", b"<html>")),
        ("reading[file]", ("reading.docx", b"PK\x03\x04")),
        ("reading[file]", ("reading.pdf", b"")),
        ("writing[file]", ("writing.png", b"\x89PNG\r\n\x1a\n")),
        ("listening[question_file]", ("q.mp3", b"ID3")),
        ("listening[audio_file]", ("audio.mp3", b"PK\x03\x04")),
        ("listening[audio_file]", ("audio.pdf", PDF)),
        ("listening[audio_file]", ("audio.mp4", b"\0\0\0\x20ftypisom")),
        ("listening[audio_file]", None),
        ("writing[file]", None),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_by_its_name(sqlite_world: World, field: str, file: Any) -> None:
    refused = upload(sqlite_world.teacher(), {field: file})
    section, _, name = field.rstrip("]").partition("[")
    assert (refused.status_code, {key: list(inner) for key, inner in refused.json().items()}) == (400, {section: [name]})
    assert nothing_is_written(sqlite_world)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, {"title": ["This field may not be blank."]}),
        ({"title": None}, {"title": ["This field is required."]}),
        ({"reading__duration": "0"}, {"reading": {"duration": ["Ensure this value is greater than or equal to 1."]}}),
        ({"reading__duration": "601"}, {"reading": {"duration": ["Ensure this value is less than or equal to 600."]}}),
        ({"writing__question_count": "x"}, {"writing": {"question_count": ["A valid integer is required."]}}),
        ({"listening__question_count": "201"}, {"listening": {"question_count": ["Ensure this value is less than or equal to 200."]}}),
        ({"listening__question_count": None}, {"listening": {"question_count": ["This field is required."]}}),
        ({"writing": "text"}, {"detail": "Form parse error"}),
    ],
)
def test_wrong_fields_are_named_inside_their_section(sqlite_world: World, fields: dict[str, Any], wrong: Any) -> None:
    refused = upload(sqlite_world.teacher(), None, **fields)
    assert (refused.status_code, refused.json()) == (400, wrong)
    assert nothing_is_written(sqlite_world)


def test_json_without_real_files_is_told_where_they_are_missing(sqlite_world: World) -> None:
    paper = {"file": "<binary>", "duration": 60, "question_count": 40}
    listening = {"audio_file": "<binary>", "question_file": "<binary>", "duration": 30, "question_count": 40}
    body = {"title": "IELTS Mock Test #1", "reading": paper, "writing": paper, "listening": listening}
    refused = sqlite_world.teacher().post("/api/v1/mock/tests/create/", body)
    missing = ["This field is required."]
    assert (refused.status_code, refused.json()) == (
        400,
        {"reading": {"file": missing}, "writing": {"file": missing}, "listening": {"audio_file": missing, "question_file": missing}},
    )


def test_a_file_one_byte_over_the_limit_is_refused_and_leaves_nothing(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (kinds, multipart):
        monkeypatch.setattr(module, "MAX_FILE_BYTES", 2_000_000)
    teacher, largest = sqlite_world.teacher(), b"ID3" + bytes(2_000_000 - 3)
    refused = upload(teacher, {"listening[audio_file]": ("a.mp3", largest + b"!")})
    assert (refused.status_code, refused.json()) == (400, {"listening": {"audio_file": ["The file is larger than 300 MiB."]}})
    assert nothing_is_written(sqlite_world)
    assert upload(teacher, {"listening[audio_file]": ("a.mp3", largest)}).status_code == 201


def test_whoever_may_not_make_tests_leaves_no_file(sqlite_world: World) -> None:
    assert upload(sqlite_world.student()).status_code == 403
    assert sqlite_world.client.post("/api/v1/mock/tests/create/", data=FIELDS, files=FILES).status_code == 401
    assert nothing_is_written(sqlite_world)


def test_a_code_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["AAAAAA", "AAAAAA", "AAAAAA", "BBBBBB"])
    monkeypatch.setattr("bilim.mock.actions.tests.new_code", lambda length: next(drawn)[:length])
    teacher = world.teacher()
    assert [make_test(teacher)["code"] for _ in range(2)] == ["AAAAAA", "BBBBBB"]


def test_everybody_lists_tests_and_only_staff_see_codes_and_files(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    first, second = make_test(teacher), make_test(teacher, title="IELTS Mock Test #2")
    seen = student.get("/api/v1/mock/tests/")
    assert [row["id"] for row in seen.json()] == [first["id"], second["id"]]
    assert first["code"] not in seen.text
    assert "/media/" not in seen.text
    (row, _) = seen.json()
    assert (row["code"], row["reading"]["file"], row["listening"]["audio_file"], row["listening"]["question_file"]) == (None,) * 4
    assert (row["reading"]["question_count"], row["title"]) == (40, "IELTS Mock Test #1")
    (_, by_staff) = world.teacher().get("/api/v1/mock/tests/").json()
    assert by_staff["code"] == second["code"]
    assert all(by_staff[section][name] for section, name in (("reading", "file"), ("writing", "file"), ("listening", "audio_file")))
    paged = student.get("/api/v1/mock/tests/?skip=1&limit=1")
    assert ([row["id"] for row in paged.json()], paged.headers["x-total-count"]) == ([second["id"]], "2")


def test_a_test_that_nobody_sat_is_gone_with_its_files(world: World) -> None:
    teacher, other = world.teacher(), world.teacher()
    kept, gone = make_test(teacher), make_test(teacher)
    path = f"/api/v1/mock/tests/{gone['id']}/"
    before = world.uploads()
    assert other.delete(path).status_code == 403
    assert teacher.delete(path).status_code == 204
    assert world.uploads() == before, "files go after the commit"
    world.run_jobs()
    assert len(world.uploads()) == 4
    with world.db.read() as tx:
        assert sorted(tx.scalars(select(StoredFile.name))) == world.uploads()
        assert tx.scalar(select(func.count()).select_from(MockSection)) == 3
    assert teacher.get(path).status_code == 404
    assert [row["id"] for row in teacher.get("/api/v1/mock/tests/").json()] == [kept["id"]]
    assert world.admin().delete(f"/api/v1/mock/tests/{kept['id']}/").status_code == 204


def test_a_test_that_somebody_sits_is_hidden_and_their_session_goes_on(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    session = start(student, test)
    assert teacher.delete(f"/api/v1/mock/tests/{test['id']}/").status_code == 204
    assert teacher.get("/api/v1/mock/tests/").json() == []
    assert teacher.delete(f"/api/v1/mock/tests/{test['id']}/").status_code == 404
    assert teacher.get(f"/api/v1/mock/tests/{test['id']}/key/").status_code == 404
    refused = world.student().post("/api/v1/mock/session/start/", {"test": test["id"], "code": test["code"]})
    assert (refused.status_code, list(refused.json())) == (400, ["test"])
    assert save(student, session, 1, reading={"1": "A"}).status_code == 200
    assert finish(student, session).json()["test"]["title"] == "IELTS Mock Test #1"
    world.run_jobs()
    assert len(world.uploads()) == 4


@pytest.mark.parametrize("place", ["tests/nonsense", "tests/550e8400-e29b-41d4-a716-44665544000", "session/nonsense", "session/reading/1"])
def test_what_is_no_uuid_is_not_found(sqlite_world: World, place: str) -> None:
    assert sqlite_world.teacher().get(f"/api/v1/mock/{place}/").status_code == 404
