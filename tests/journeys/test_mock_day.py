"""Two mock tests, whole: one from the upload to band 7.5 with a reload in the middle, and one that nobody ends."""

from datetime import timedelta
from typing import Any

from bilim.mock.inputs import CloseMockSessions
from conftest import NOON, SetClock
from mock_school import make_test, save, send, start
from world import World

MINUTE = timedelta(minutes=1)


def test_from_the_papers_to_band_seven_and_a_half(world: World, set_clock: SetClock) -> None:
    teacher, student = world.teacher(first_name="Bobur", last_name="Toshmatov"), world.student()
    test = make_test(teacher)
    right = {str(number): f"word {number}" for number in range(1, 41)}
    key = {section: {"answers": right} for section in ("reading", "listening")}
    assert teacher.put(f"/api/v1/mock/tests/{test['id']}/key/", key).status_code == 200

    (listed,) = student.get("/api/v1/mock/tests/").json()
    assert listed["code"] is None, "the teacher tells it in class"
    session = start(student, {"id": listed["id"], "code": test["code"].lower()})
    recording = session["listening"]["audio_file"].removeprefix("https://school.example")
    assert world.get(recording, headers={"Range": "bytes=0-3"}).content == b"RIFF"
    set_clock(NOON + 29 * MINUTE)
    save(student, session, 1, listening={str(number): f"Word {number}." for number in range(1, 32)})
    assert send(student, session, "listening", {str(number): f"WORD {number}" for number in range(1, 33)}).status_code == 201
    save(student, session, 2, reading={"1": "Word 1", "2": "wrod 2"})

    set_clock(NOON + 60 * MINUTE)  # the browser is reloaded
    restored = student.get(f"/api/v1/mock/session/{session['id']}/").json()
    assert (restored["seconds_left"], restored["sequence"]) == (90 * 60, 2)
    assert restored["submitted"] == {"reading": False, "listening": True, "writing": []}
    answers: dict[str, Any] = restored["drafts"]["reading"] | {str(number): f"word  {number}" for number in range(2, 36)}
    assert save(student, session, restored["sequence"] + 1, reading=answers, writing={"1": "The chart"}).json()["sequence"] == 3
    paper = student.get(f"/api/v1/mock/session/writing/{session['id']}/").json()["file"]
    assert world.get(paper.removeprefix("https://school.example")).status_code == 200
    written = {"session": session["id"], "task_number": 2, "text": "In my opinion"}
    assert student.post("/api/v1/mock/answers/writing/", written).status_code == 201
    set_clock(NOON + 140 * MINUTE)
    assert student.post(f"/api/v1/mock/session/{session['id']}/finish/").json()["is_finished"] is False

    (answered,) = teacher.get("/api/v1/mock/session/answers/").json()
    reading, listening = answered["reading_answer"], answered["listening_answer"]
    assert (reading["raw_score"], reading["proposed_band"]) == (35, 8.0)
    assert (listening["raw_score"], listening["proposed_band"]) == (32, 7.5)
    assert [text["text"] for text in answered["writing_answers"]] == ["The chart", "In my opinion"]
    comment = {"teacher_comment": "Yaxshi, lekin xulosa yoʻq"}
    teacher.patch(f"/api/v1/mock/answers/writing/{answered['writing_answers'][0]['id']}/", comment)
    bands = {"listening": listening["proposed_band"], "reading": reading["proposed_band"], "writing": 7.0, "speaking": 6.5}
    scored = teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | bands)
    assert (scored.status_code, scored.json()["score"]) == (201, 7.5)

    (own,) = student.get("/api/v1/mock/session/me/").json()
    assert (own["is_finished"], own["score"]["score"], own["score"]["created_by"]["first_name"]) == (True, 7.5, "Bobur")
    told = student.get(f"/api/v1/mock/session/{session['id']}/").json()["writing_answers"]
    assert [text["teacher_comment"] for text in told] == ["Yaxshi, lekin xulosa yoʻq", None]


def test_a_session_left_alone_ends_on_time_with_its_drafts(world: World, set_clock: SetClock) -> None:
    teacher, student = world.teacher(), world.student()
    session = start(student, make_test(teacher))
    save(student, session, 1, reading={"1": "A"}, writing={"1": "Half a text"})
    set_clock(NOON + 100 * MINUTE)
    save(student, session, 2, reading={"2": "B"})
    set_clock(NOON + 151 * MINUTE)
    with world.db.write() as tx:
        tx.enqueue(CloseMockSessions())
    world.run_jobs()
    (answered,) = teacher.get("/api/v1/mock/session/answers/").json()
    assert (answered["session"]["is_completed"], answered["session"]["ended_at"]) == (True, "2026-11-20T19:30:00+05:00")
    assert answered["reading_answer"]["answers"] == {"1": "A", "2": "B"}
    assert [text["text"] for text in answered["writing_answers"]] == ["Half a text"]
    assert student.post(f"/api/v1/mock/session/{session['id']}/finish/").json() == {"detail": "Bu session allaqachon yakunlangan."}
