"""Recordings written down: what is answered, counted, given back; what is refused; that nothing is kept."""

import pytest

from bilim.files.kinds import StagedFile
from bilim.kit.errors import BadRequest, Unavailable
from bilim.speech.rules import MAX_RECORDING_BYTES, TRANSCRIBING, recording_problem
from conftest import NOON, SetClock
from speech.ears import FILE, ScriptedHearing, give_ears
from world import Person, World

PATH = "/api/v1/ai/stt"


def left(person: Person) -> int:
    return person.get("/api/v1/ai/usage").json()["stt_requests_left"]


def test_a_recording_is_written_down_counted_and_not_kept(world: World) -> None:
    hearing, student = give_ears(world), world.student()
    answer = student.post(PATH, files={"file": FILE})
    assert (answer.status_code, answer.json()) == (
        200,
        {"text": "hello this is a test", "language": "en", "engine": "basic", "seconds": 1.5},
    )
    assert left(student) == 99
    assert world.uploads() == []
    assert hearing.asked[0][2] is None


@pytest.mark.parametrize("field", ["file", "audio_file"])
def test_either_name_of_the_field_works_and_the_language_is_passed_on(sqlite_world: World, field: str) -> None:
    hearing = give_ears(sqlite_world)
    assert sqlite_world.student().post(PATH, files={field: ("blob", b"x", "audio/webm")}, data={"language": "uz"}).status_code == 200
    assert hearing.asked[0][2] == "uz"


def test_without_a_recording_the_documented_field_is_named(sqlite_world: World) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    for body in ({"json": {}}, {"data": {"file": ""}}, {"json": {"file": "nutq.wav"}}):
        answer = student.call("POST", PATH, **body)
        assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert hearing.asked == []
    assert left(student) == 100


def test_empty_and_too_large_recordings_are_refused_before_anything_is_counted(sqlite_world: World) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    for content in (b"", b"\0" * (MAX_RECORDING_BYTES + 1)):
        answer = student.post(PATH, files={"file": ("a.wav", content, "audio/wav")})
        assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert (hearing.asked, left(student), sqlite_world.uploads()) == ([], 100, [])


def test_a_recording_may_be_as_large_as_the_bound_says() -> None:
    sizes = (0, 1, MAX_RECORDING_BYTES, MAX_RECORDING_BYTES + 1)
    problems = [recording_problem(StagedFile("a", "nutq.wav", size, b"")) for size in sizes]
    assert [problem and problem.code for problem in problems] == ["file_empty", None, None, "recording_too_large"]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (BadRequest("not_heard"), 400),
        (BadRequest("too_noisy"), 400),
        (BadRequest("not_understood"), 400),
        (BadRequest("recording_not_audio"), 400),
        (BadRequest("recording_too_long", seconds=120), 400),
        (Unavailable("speech_failed", retry_after=2), 503),
        (Unavailable("speech_not_installed", library="pocketsphinx"), 503),
    ],
)
def test_what_fails_gives_the_request_back_and_says_why(world: World, failure: Exception, status: int) -> None:
    hearing, student = give_ears(world), world.student()
    hearing.failure = failure
    answer = student.post(PATH, files={"file": FILE})
    assert (answer.status_code, list(answer.json())) == (status, ["detail"])
    assert "{" not in answer.json()["detail"]
    assert (left(student), world.uploads()) == (100, [])
    hearing.failure = None
    assert student.post(PATH, files={"file": FILE}).status_code == 200
    assert left(student) == 99


def test_a_spent_quota_is_a_403_and_another_s_is_untouched(world: World) -> None:
    hearing, student, other = give_ears(world), world.student(), world.student()
    with world.db.write() as tx:
        from bilim.plans.actions import quotas
        from bilim.plans.rules import Quota

        quotas.settle(tx, quotas.take(tx, student.id, Quota.STT_REQUESTS, 100))
    answer = student.post(PATH, files={"file": FILE})
    assert (answer.status_code, answer.json()) == (403, {"detail": "stt_requests quota exceeded"})
    assert (hearing.asked, world.uploads()) == ([], [])
    assert other.post(PATH, files={"file": FILE}).status_code == 200


def test_more_than_sixty_a_minute_are_refused_and_the_next_minute_is_free(sqlite_world: World, set_clock: SetClock) -> None:
    give_ears(sqlite_world)
    set_clock(NOON)
    student, other = sqlite_world.student(), sqlite_world.student()
    for _ in range(TRANSCRIBING.places):
        assert student.post(PATH, files={"file": FILE}).status_code == 200
    answer = student.post(PATH, files={"file": FILE})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert left(student) == 40
    assert other.post(PATH, files={"file": FILE}).status_code == 200
    set_clock(NOON + TRANSCRIBING.window)
    assert student.post(PATH, files={"file": FILE}).status_code == 200


def test_nobody_listens_for_strangers(sqlite_world: World) -> None:
    hearing = give_ears(sqlite_world)
    assert sqlite_world.post(PATH, files={"file": FILE}).status_code == 401
    assert (hearing.asked, sqlite_world.uploads()) == ([], [])


def test_the_languages_are_public_and_paged(sqlite_world: World) -> None:
    give_ears(sqlite_world, ScriptedHearing())
    answer = sqlite_world.get("/api/v1/ai/stt/languages?limit=2")
    assert answer.json() == [
        {"language": "en", "name": "English", "engine": "basic"},
        {"language": "ru", "name": "Russian", "engine": None},
    ]
    assert answer.headers["x-total-count"] == "3"
