"""Handing homework in: a text, files, a recording; who may, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from bilim.homework.models import Assignment, HomeworkFile
from conftest import NOON, SetClock
from homework_school import HOMEWORK, PDF, PNG, WAV, School, grade, speak, submit
from world import Person, World


def test_a_text_with_files_as_the_reference_hands_it_in(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)  # the addresses of files tell when they expire
    school = School(world)
    homework = school.homework()
    answer = submit(school.student, homework["id"], "  Javobim\n", ("insho.pdf", PDF), ("rasm.png", PNG))
    assert answer.status_code == 201, answer.text
    handed_in = answer.json()
    assert (handed_in["status"], handed_in["content"], handed_in["submission"]["text"]) == ("submitted", "Javobim", "Javobim")
    assert [file["filename"] for file in handed_in["submission"]["files"]] == ["insho.pdf", "rasm.png"]
    assert (handed_in["user_id"], handed_in["homework_id"], handed_in["score"]) == (school.student.id, homework["id"], None)
    assert handed_in["file_url"].startswith("/media/files/")
    assert world.get(handed_in["file_url"]).content == PDF
    assert school.student.get(f"{HOMEWORK}/user/me").json() == [handed_in]
    (flat,) = school.student.get(f"{HOMEWORK}/submissions/me").json()
    assert flat.items() <= handed_in.items()
    assert "homework" not in flat


def test_a_recording_as_the_reference_hands_it_in(world: World) -> None:
    school = School(world)
    homework = school.homework(homework_type="oral", oral_assignment="Oilangiz")
    answer = speak(school.student, homework["id"])
    assert answer.status_code == 201, answer.text
    spoken = answer.json()
    shown = {name: spoken[name] for name in ("content", "file_url", "status", "score", "feedback", "graded_at", "graded_by", "student_id")}
    assert shown == {
        "content": None,
        "file_url": None,
        "status": "pending",
        "score": None,
        "feedback": None,
        "graded_at": None,
        "graded_by": None,
        "student_id": school.student.id,
    }
    assert (spoken["homework"]["id"], spoken["student"]["id"]) == (homework["id"], school.student.id)
    assert spoken["audio_url"].startswith("/media/files/")
    assert world.get(spoken["audio_url"]).content == WAV
    assert world.get(spoken["audio_url"].partition("?")[0]).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("nutq.webm", b"\x1a\x45\xdf\xa3 opus"), ("nutq.mp4", b"\0\0\0\x18ftypmp42"), ("nutq.mp3", b"ID3 nutq"), ("nutq.OGG", b"OggS nutq")],
)
def test_what_browsers_record_is_taken(sqlite_world: World, name: str, content: bytes) -> None:
    school = School(sqlite_world)
    assert speak(school.student, school.homework()["id"], name, content).status_code == 201


@pytest.mark.parametrize(("name", "content"), [("nutq.wav", PNG), ("rasm.png", PNG), ("nutq.wav", b""), ("nutq.pdf", PDF), ("nutq", WAV)])
def test_what_is_no_recording_is_refused(sqlite_world: World, name: str, content: bytes) -> None:
    school = School(sqlite_world)
    refused = speak(school.student, school.homework()["id"], name, content)
    assert (refused.status_code, list(refused.json())) == (400, ["audio_file"])
    assert (school.counted(Assignment), sqlite_world.uploads()) == ([0], [])


def test_a_recording_is_needed(sqlite_world: World) -> None:
    school = School(sqlite_world)
    path = f"{HOMEWORK}/{school.homework()['id']}/submit-oral"
    for sent in ({}, {"audio_file": None}, {"audio_file": "https://elsewhere.example/nutq.wav"}):
        refused = school.student.post(path, sent)
        assert (refused.status_code, list(refused.json())) == (400, ["audio_file"])


@pytest.mark.parametrize(
    "body", [{}, {"submission": ""}, {"submission": " \n "}, {"submission": None}, {"submission": 5}, {"files": []}, []]
)
def test_an_empty_submission_is_refused(sqlite_world: World, body: Any) -> None:
    school = School(sqlite_world)
    refused = school.student.post(f"{HOMEWORK}/{school.homework()['id']}/submit", body)
    assert refused.status_code == 400
    assert school.counted(Assignment) == [0]


def test_a_text_of_a_megabyte_is_refused(sqlite_world: World) -> None:
    school = School(sqlite_world)
    homework_id = school.homework()["id"]
    text = "a" * 1_000_000
    assert list(submit(school.student, homework_id, text).json()) == ["submission"]
    assert list(school.student.post(f"{HOMEWORK}/{homework_id}/submit", {"submission": text}).json()) == ["submission"]
    large = school.student.post(f"{HOMEWORK}/{homework_id}/submit", {"submission": "a" * 10_000_000})
    assert large.status_code == 413, "a route that takes files takes large bodies, but no large JSON"
    assert school.student.post(f"{HOMEWORK}/{homework_id}/submit", {"submission": "a\0"}).status_code == 400
    assert school.counted(Assignment) == [0]


def test_files_alone_are_a_submission(sqlite_world: World) -> None:
    school = School(sqlite_world)
    handed_in = submit(school.student, school.homework()["id"], None, ("insho.pdf", PDF)).json()
    assert (handed_in["status"], handed_in["content"], len(handed_in["files"])) == ("submitted", None, 1)


def test_a_file_field_left_empty_in_a_browser_is_no_file(sqlite_world: World) -> None:
    school = School(sqlite_world)
    handed_in = submit(school.student, school.homework()["id"], "Javobim", ("", b""))
    assert (handed_in.status_code, handed_in.json()["files"]) == (201, [])


def test_wrong_files_leave_nothing(world: World) -> None:
    school = School(world)
    homework_id = school.homework()["id"]
    for files in ([("x.exe", b"MZ")], [("a.pdf", PDF), ("b.pdf", b"<html>")], [("a.pdf", PDF)] * 11, [("a.pdf", b"")]):
        refused = submit(school.student, homework_id, "Javobim", *files)
        assert (refused.status_code, list(refused.json())) == (400, ["files"]), refused.text
    assert (school.counted(Assignment, HomeworkFile), school.claimed(), world.uploads()) == ([0, 0], set(), [])


def test_handing_in_again_takes_the_place_of_what_was_there(world: World) -> None:
    school = School(world)
    homework = school.homework()
    first = submit(school.student, homework["id"], "Birinchi", ("a.pdf", PDF), ("b.pdf", PDF)).json()
    other = submit(school.learner(), homework["id"], "Oʻzganiki", ("c.pdf", PDF)).json()
    spoken = speak(school.student, homework["id"]).json()
    assert (spoken["id"], spoken["status"], spoken["content"], len(spoken["files"])) == (first["id"], "pending", None, 1)
    again = submit(school.student, homework["id"], "Ikkinchi").json()
    assert (again["id"], again["status"], again["content"], again["files"], again["audio_url"]) == (
        first["id"],
        "submitted",
        "Ikkinchi",
        [],
        None,
    )
    world.run_jobs()
    assert len(school.claimed()) == len(world.uploads()) == 1
    rows = {row["id"]: row for row in school.teacher.get(f"{HOMEWORK}/{homework['id']}/submissions").json()}
    assert [file["filename"] for file in rows[other["id"]]["files"]] == ["c.pdf"]


def test_what_is_late_is_marked_by_the_due_date_as_it_stands(world: World, set_clock: SetClock) -> None:
    school = School(world)
    due = NOON + timedelta(hours=1)
    homework = school.homework(due_date=due.isoformat())
    set_clock(due)
    assert submit(school.student, homework["id"]).json()["is_late"] is False
    set_clock(due + timedelta(seconds=1))
    assert submit(school.student, homework["id"]).json()["is_late"] is True
    school.teacher.patch(f"{HOMEWORK}/{homework['id']}", {"due_date": (due + timedelta(days=1)).isoformat()})
    assert [row["is_late"] for row in school.student.get(f"{HOMEWORK}/submissions/me").json()] == [False]
    school.teacher.post(f"{HOMEWORK}/{homework['id']}/assign/{school.learner().id}")
    assert [row["is_late"] for row in school.teacher.get(f"{HOMEWORK}/{homework['id']}/submissions").json()] == [False, None]


def test_a_groups_students_hand_in_its_homework(world: World) -> None:
    teacher, here, there = world.teacher(), world.group()["id"], world.group()["id"]
    student, stranger, left = world.member(here), world.member(there), world.member(here)
    homework = teacher.post(HOMEWORK, {"group": here, "text": "1-mashq"}).json()
    done = submit(left, homework["id"]).json()
    world.admin().patch(f"/api/v1/students/{left.id}/", {"group": there})
    assert [submit(who, homework["id"]).status_code for who in (student, stranger, world.student())] == [201, 404, 404]
    assert submit(left, homework["id"]).status_code == 201, "begun while they were in the group"
    assert left.get(f"{HOMEWORK}/user/me").json()[0]["id"] == done["id"]


def test_staff_hand_in_only_what_is_theirs_to_do(world: World) -> None:
    school, colleague = School(world), world.teacher()
    homework = school.homework()
    assert submit(colleague, homework["id"]).status_code == 403
    assert submit(colleague, school.homework(is_published=False)["id"]).status_code == 403
    assert submit(colleague, 987654).status_code == 404
    assert school.counted(Assignment) == [0]
    colleague.post("/api/enrollments/", {"course": school.course["id"]})
    assert submit(colleague, homework["id"]).status_code == 201, "a teacher may study with another"


def test_what_was_refused_leaves_no_file(world: World) -> None:
    school = School(world)
    homework, draft = school.homework(), school.homework(is_published=False)
    graded = school.submitted(homework)
    grade(school.teacher, graded["id"])
    for who, homework_id, status in (
        (school.student, homework["id"], 409),
        (school.student, draft["id"], 404),
        (world.student(), homework["id"], 404),
        (school.student, 987654, 404),
    ):
        for refused in (submit(who, homework_id, "Yana", ("a.pdf", PDF)), speak(who, homework_id)):
            assert refused.status_code == status, refused.text
    assert world.client.post(f"{HOMEWORK}/{homework['id']}/submit", data={"submission": "x"}).status_code == 401
    assert (school.counted(Assignment, HomeworkFile), school.claimed(), world.uploads()) == ([1, 0], set(), [])
    assert school.student.get(f"{HOMEWORK}/submissions/me").json()[0]["content"] == "Javobim"


def test_files_are_for_those_whom_they_concern(world: World) -> None:
    school = School(world)
    form = {"title": "Insho", "course_id": str(school.course["id"]), "is_published": "true"}
    homework = school.teacher.call("POST", HOMEWORK, data=form, files=[("files", ("vazifa.pdf", PDF, "application/pdf"))]).json()
    classmate, stranger, colleague, admin = school.learner(), world.student(), world.teacher(), world.admin()
    handed_in = submit(school.student, homework["id"], "Javobim", ("inshó “1”.pdf", PDF)).json()

    def statuses(file: dict[str, Any]) -> list[int]:
        people: list[Person] = [school.teacher, admin, school.student, classmate, colleague, stranger]
        return [who.get(f"{HOMEWORK}/files/{file['id']}/download").status_code for who in people]

    assert statuses(homework["files"][0]) == [200, 200, 200, 200, 200, 404]
    assert statuses(handed_in["files"][0]) == [200, 200, 200, 404, 404, 404]
    served = school.teacher.get(f"{HOMEWORK}/files/{handed_in['files'][0]['id']}/download")
    assert (served.content, served.headers["content-disposition"][:10]) == (PDF, "attachment")
    assert "insh%C3%B3" in served.headers["content-disposition"]
    assert school.teacher.get(f"{HOMEWORK}/files/{handed_in['files'][0]['id']}/download", headers={"Range": "bytes=0-3"}).content == PDF[:4]
    assert world.get(f"{HOMEWORK}/files/{handed_in['files'][0]['id']}/download").status_code == 401
    assert school.teacher.get(f"{HOMEWORK}/files/987654/download").status_code == 404
    assert school.teacher.get(f"{HOMEWORK}/files/x/download").status_code == 404
    school.teacher.patch(f"{HOMEWORK}/{homework['id']}", {"is_published": False})
    assert statuses(homework["files"][0]) == [200, 200, 404, 404, 200, 404]
    assert statuses(handed_in["files"][0])[2] == 200, "one's own stays"
    assert school.teacher.delete(f"{HOMEWORK}/{homework['id']}").status_code == 204
    assert statuses(handed_in["files"][0]) == [404, 404, 200, 404, 404, 404], "hidden homework is hidden from those who graded it too"


def test_a_file_that_the_store_lost_is_not_found(sqlite_world: World) -> None:
    school = School(sqlite_world)
    handed_in = submit(school.student, school.homework()["id"], "Javobim", ("a.pdf", PDF)).json()
    (name,) = school.claimed()
    sqlite_world.app.state.services.store.delete(name)
    assert school.student.get(f"{HOMEWORK}/files/{handed_in['files'][0]['id']}/download").status_code == 404


def test_a_student_sees_nobody_elses_submission(world: World) -> None:
    school = School(world)
    homework = school.homework()
    mine, classmate = school.submitted(homework), school.learner()
    theirs = school.submitted(homework, classmate, "Oʻzganiki")
    grade(school.teacher, theirs["id"], 100, feedback="Zoʻr")
    for path in (f"{HOMEWORK}/user/me", f"{HOMEWORK}/submissions/me"):
        assert [row["id"] for row in school.student.get(path).json()] == [mine["id"]]
        assert [row["id"] for row in classmate.get(path).json()] == [theirs["id"]]
    for path in (HOMEWORK, f"{HOMEWORK}/{homework['id']}?include_submissions=true&include_files=true"):
        assert "ʻzganiki" not in school.student.get(path).text
    shown = school.student.get(f"{HOMEWORK}/{homework['id']}?include_submissions=true").json()
    assert (shown["submissions"], shown["submissions_count"]) == (None, None)
    assert school.student.get(f"{HOMEWORK}/{homework['id']}/submissions").status_code == 403


def test_whoever_grades_it_reads_what_was_handed_in(world: World) -> None:
    school, colleague = School(world), world.teacher()
    homework = school.homework()
    one, two = school.submitted(homework), school.submitted(homework, school.learner())
    school.teacher.post(f"{HOMEWORK}/{homework['id']}/assign/{school.learner().id}")
    school.submitted(school.homework(), school.student)
    path = f"{HOMEWORK}/{homework['id']}"
    for who in (school.teacher, world.admin()):
        shown = who.get(f"{path}?include_submissions=true").json()
        assert ([row["id"] for row in shown["submissions"]], shown["submissions_count"]) == ([one["id"], two["id"]], 2)
        part = who.get(f"{path}/submissions?skip=1&limit=1")
        assert ([row["id"] for row in part.json()], part.headers["x-total-count"]) == ([two["id"]], "3")
        assert [row["status"] for row in who.get(f"{path}/submissions").json()] == ["submitted", "submitted", "assigned"]
    assert colleague.get(f"{path}?include_submissions=true").json()["submissions"] is None
    assert colleague.get(f"{path}/submissions").status_code == 403
    assert colleague.get(f"{HOMEWORK}/987654/submissions").status_code == 404
