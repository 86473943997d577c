"""Homework over HTTP from assignment to grade: of a group and of a course; a text, a file, and a recording."""

from datetime import timedelta
from typing import Any

from conftest import NOON, SetClock
from homework_school import PDF, WAV
from world import Person, World

HOUR = timedelta(hours=1)


def call(person: Person, method: str, path: str, status: int, **kw: Any) -> Any:
    answer = person.call(method, f"/api/v1/homework{path}", **kw)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def test_a_courses_homework_from_assignment_to_grade(world: World, set_clock: SetClock) -> None:
    teacher, ali, lola = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=1)
    ali.post("/api/enrollments/", {"course": course["id"]})

    # In the morning the teacher drafts an essay of the lesson with a handout, and assigns it to two; one is not of the course.
    handout = [("files", ("namuna.pdf", PDF, "application/pdf"))]
    essay = {
        "title": "Essay 1",
        "description": "Write 150 words",
        "course_id": str(course["id"]),
        "lesson_id": str(course["lessons"][0]["id"]),
    }
    draft = call(teacher, "POST", "/", 201, data=essay | {"due_date": (NOON + 2 * HOUR).isoformat()}, files=handout)
    path = f"/{draft['id']}"
    assigned = call(teacher, "POST", f"{path}/assign", 201, json={"user_ids": [ali.id, lola.id]})
    assert [row["status"] for row in assigned] == ["assigned", "assigned"]
    assert [call(who, "GET", "/", 200) for who in (ali, lola)] == [[], []]

    # It is published; both find it, and its handout.
    call(teacher, "PATCH", path, 200, json={"is_published": True})
    for who in (ali, lola):
        (found,) = call(who, "GET", "/user/me", 200)
        assert (found["homework"]["title"], found["status"]) == ("Essay 1", "assigned")
        (file,) = call(who, "GET", f"{path}?include_files=true", 200)["files"]
        assert who.get(file["download_url"].removeprefix("https://school.example")).content == PDF
    assert [row["id"] for row in call(ali, "GET", f"/lesson/{course['lessons'][0]['id']}?status=assigned&due_soon=1", 200)] == [draft["id"]]

    # Ali hands in a text in time and a better one with a file an hour later, Lola a file too late.
    call(ali, "POST", f"{path}/submit", 201, json={"submission": "My family."})
    set_clock(NOON + HOUR)
    alis = call(ali, "POST", f"{path}/submit", 201, data={"submission": "My big family."}, files=[("files", ("a.pdf", PDF, "x/y"))])
    set_clock(NOON + 3 * HOUR)
    lolas = call(lola, "POST", f"{path}/submit", 201, files=[("files", ("b.pdf", PDF, "x/y"))])
    assert [alis["id"], lolas["id"]] == [row["id"] for row in assigned], "assignment and submission are one"

    # The teacher reads both and grades them at either address; the students see their own grade, and change nothing any more.
    read = call(teacher, "GET", f"{path}?include_submissions=true", 200)
    assert [(row["content"], row["is_late"], len(row["files"])) for row in read["submissions"]] == [
        ("My big family.", False, 1),
        (None, True, 1),
    ]
    call(teacher, "POST", f"/submissions/{alis['id']}/grade", 200, json={"score": 95, "feedback": "Zoʻr!"})
    call(teacher, "POST", f"/grade/{lolas['id']}", 200, data={"score": "60", "feedback": "Kech, lekin yaxshi."})
    for who, score in ((ali, 95), (lola, 60)):
        (told,) = call(who, "GET", "/submissions/me", 200)
        assert (told["status"], told["score"], told["graded_by"]) == ("graded", score, teacher.id)
        call(who, "POST", f"{path}/submit", 409, json={"submission": "Yana"})

    # The homework is taken away; grades stay.
    call(teacher, "DELETE", path, 204)
    assert [call(who, "GET", "/user/me", 200)[0]["score"] for who in (ali, lola)] == [95, 60]


def test_a_groups_homework_is_written_and_spoken(world: World) -> None:
    teacher, substitute, group = world.teacher(), world.teacher(), world.group()["id"]
    ali, lola = world.member(group), world.member(group)
    written = call(teacher, "POST", "/", 201, json={"group": group, "text": "Listening section bo'yicha mashq qiling"})
    spoken = call(teacher, "POST", "/", 201, json={"group": group, "text": "Oilangiz haqida gapiring", "homework_type": "oral"})
    assert [row["id"] for row in call(ali, "GET", "/my-homework/", 200)] == [written["id"], spoken["id"]]
    text = call(ali, "POST", f"/{written['id']}/submit", 201, json={"submission": "1-A, 2-C, 3-B"})
    speech = call(lola, "POST", f"/{spoken['id']}/submit-oral", 201, files={"audio_file": ("nutq.wav", WAV, "audio/wav")})
    assert (text["status"], speech["status"]) == ("submitted", "pending")

    # A colleague who stands in listens to the recording and grades both.
    (waiting,) = call(substitute, "GET", f"/{spoken['id']}/submissions", 200)
    assert world.get(waiting["audio_url"]).content == WAV
    for submission, score in ((text, 100), (speech, 85)):
        call(substitute, "POST", f"/submissions/{submission['id']}/grade", 200, json={"score": score})
    assert call(lola, "GET", "/user/me", 200)[0]["score"] == 85
    assert call(ali, "GET", "/user/me", 200)[0]["score"] == 100
