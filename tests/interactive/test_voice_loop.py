"""Talks by voice: heard, looked at, answered aloud; what is counted and what is given back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.files.kinds import StagedFile
from bilim.http.work import Units
from bilim.interactive import flows
from bilim.interactive.actions import talking
from bilim.interactive.flows import Partners
from bilim.interactive.inputs import VoiceInput
from bilim.interactive.rules import talking as rules
from bilim.interactive.rules.bounds import SPOKEN_CHARS, VOICE_LOOP
from bilim.kit.actors import Role
from bilim.kit.errors import BadRequest, Forbidden, Unavailable
from bilim.plans.actions import quotas
from bilim.plans.models import AiReservation
from bilim.plans.rules import RESERVED_FOR, Quota
from bilim.providers.built_in_tutor import BuiltInTutor
from bilim.tutor.models import TokenReservation
from bilim.tutor.protocols import LlmNotConfigured, LlmRefused, LlmUnavailable
from conftest import NOON, SetClock
from guarded import actor
from interactive.talks import FULL, LOOP, left, set_stage
from speech.ears import FILE
from world import Person, World


def talk(person: Person, **form: Any) -> Any:
    return person.call("POST", LOOP, data=form, files={"file": FILE})


def reservations(world: World) -> int:
    with world.db.read() as tx:
        return sum(tx.scalar(select(func.count()).select_from(table)) for table in (AiReservation, TokenReservation))


def recordings(world: World) -> list[Any]:
    return [each for each in world.uploads() if "tts" not in str(each)]


def test_what_was_said_is_heard_looked_at_and_answered_aloud(world: World) -> None:
    stage, student = set_stage(world), world.student()
    stage.hearing.text = "yesterday i go to the park"
    stage.llm.text = "Nice! What did you see there?"
    answer = talk(student, language="en", reference_text="Yesterday I went to the park.")
    found = answer.json()
    assert answer.status_code == 200
    assert (found["transcript"], found["ai_text"], found["model"]) == (stage.hearing.text, stage.llm.text, "scripted")
    assert world.get(found["audio_url"]).content == b"MP3 of Nice! What did you see there? in en"
    assert found["corrections"] == ["yesterday i go: The tense does not match the time."]
    assert found["advice"] == found["feedback"]["overall"]["next_steps"]
    assert found["feedback"]["audio_feedback_url"] == found["audio_url"]
    assert found["feedback"]["vocabulary"]["suggestions"] == ["went"]
    assert found["feedback"]["pronunciation"]["score"] is None
    assert (found["feedback"]["fluency"]["pace"], found["feedback"]["fluency"]["words_per_minute"]) == ("fast", 240.0)
    spent = (99, 49, 5_000 - len(stage.llm.text))
    assert tuple(found["quotas"].values()) == left(student) == spent
    assert (reservations(world), recordings(world)) == (0, [])
    prompt = stage.llm.asked[0]
    assert (prompt.language, prompt.turns[-1].text) == ("en", stage.hearing.text)
    advice = (found["feedback"]["overall"]["feedback"], *found["corrections"], *(f"{step}." for step in found["advice"]))
    assert prompt.material.remarks == (*advice, "A good answer would be: Yesterday I went to the park.")
    assert "free speech" in found["feedback"]["pronunciation"]["feedback"]


def test_uzbek_is_answered_where_no_language_is_named_and_any_is_heard(sqlite_world: World) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    assert talk(student).status_code == 200
    assert (stage.llm.asked[0].language, stage.voice.asked[0][1], stage.hearing.asked[0][2]) == ("uz", "uz", None)
    assert talk(student, language="ru-RU", spoken_language="en").status_code == 200
    assert (stage.llm.asked[1].language, stage.voice.asked[1][1], stage.hearing.asked[1][2]) == ("ru", "ru", "en")


def test_without_a_model_the_feedback_is_the_answer_in_the_language_asked_for(sqlite_world: World) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    sqlite_world.use(llm=BuiltInTutor())
    stage.hearing.text = "he go to school"
    found = talk(student).json()
    assert found["model"] == "built-in"
    assert found["ai_text"].startswith("Yaxshi harakat. Quyidagilar ustida ishlang. he go → he goes: Feʼl egaga moslashmagan.")
    assert stage.voice.asked == [(found["ai_text"], "uz")]


def test_a_long_answer_is_cut_where_a_sentence_ends(sqlite_world: World) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    stage.llm.text = "One sentence. " * 60
    found = talk(student).json()
    assert len(found["ai_text"]) <= SPOKEN_CHARS
    assert found["ai_text"].endswith("sentence.")
    assert found["quotas"]["tts_chars_left"] == 5_000 - len(found["ai_text"])


@pytest.mark.parametrize(
    ("part", "failure", "status"),
    [
        ("hearing", BadRequest("recording_not_audio"), 400),
        ("hearing", BadRequest("not_heard"), 400),
        ("hearing", Unavailable("speech_failed", retry_after=2), 503),
        ("llm", LlmUnavailable("ai_failed", retry_after=5), 503),
        ("llm", LlmRefused("ai_refused"), 400),
        ("llm", RuntimeError("a fault of ours"), 500),
    ],
)
def test_what_fails_gives_everything_back(world: World, part: str, failure: Exception, status: int) -> None:
    stage, student = set_stage(world), world.student()
    getattr(stage, part).failure = failure
    assert talk(student).status_code == status
    assert (left(student), reservations(world), recordings(world)) == (FULL, 0, [])
    assert stage.voice.asked == []


def test_without_a_voice_the_answer_is_written_and_nothing_is_charged_for_reading(world: World) -> None:
    stage, student = set_stage(world), world.student()
    stage.voice.failure = Unavailable("speech_failed")
    answer = talk(student)
    assert (answer.status_code, answer.json()["audio_url"]) == (200, None)
    assert answer.json()["audio_problem"] == "The speech service failed. Try again in a moment."
    assert (left(student), reservations(world)) == ((99, 49, 5_000), 0)


def test_without_a_model_nothing_is_heard(sqlite_world: World) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    stage.llm.missing = LlmNotConfigured("ai_not_configured")
    answer = talk(student)
    assert (answer.status_code, answer.json()) == (503, {"detail": "AI service is not configured"})
    assert (stage.hearing.asked, left(student), recordings(sqlite_world)) == ([], FULL, [])


@pytest.mark.parametrize(("quota", "most"), [(Quota.STT_REQUESTS, 100), (Quota.GPT4O_REQUESTS, 50), (Quota.TTS_CHARS, 5_000)])
def test_each_spent_quota_refuses_and_takes_nothing_of_the_others(world: World, quota: Quota, most: int) -> None:
    stage, student = set_stage(world), world.student()
    with world.db.write() as tx:
        quotas.settle(tx, quotas.take(tx, student.id, quota, most))
    before = left(student)
    answer = talk(student)
    assert (answer.status_code, answer.json()) == (403, {"detail": f"{quota.value} quota exceeded"})
    assert (left(student), reservations(world), stage.hearing.asked, recordings(world)) == (before, 0, [], [])


@pytest.mark.parametrize("few", [1, 40, 399])
def test_with_few_characters_left_the_answer_is_read_if_it_fits_and_written_in_any_case(world: World, few: int) -> None:
    stage, student = set_stage(world), world.student()
    with world.db.write() as tx:
        quotas.settle(tx, quotas.take(tx, student.id, Quota.TTS_CHARS, 5_000 - few))
    stage.llm.text = "a" * (few + 1)
    written = talk(student).json()
    assert (written["ai_text"], written["audio_url"]) == (stage.llm.text, None)
    assert (written["audio_problem"], written["feedback"]["audio_feedback_url"]) == ("tts_chars quota exceeded", None)
    assert (left(student), reservations(world), stage.voice.asked) == ((99, 49, few), 0, [])
    stage.llm.text = "b" * few
    spoken = talk(student).json()
    assert (spoken["audio_problem"], world.get(spoken["audio_url"]).status_code) == (None, 200)
    assert (left(student), reservations(world)) == ((98, 48, 0), 0)
    assert talk(student).status_code == 403


def test_two_talks_at_once_do_not_read_the_same_characters(world: World) -> None:
    student = world.student()
    with world.db.write() as tx:
        quotas.settle(tx, quotas.take(tx, student.id, Quota.TTS_CHARS, 4_500))
        assert [quotas.take_up_to(tx, student.id, Quota.TTS_CHARS, SPOKEN_CHARS)[1] for _ in range(2)] == [400, 100]
        with pytest.raises(Forbidden):
            quotas.take_up_to(tx, student.id, Quota.TTS_CHARS, SPOKEN_CHARS)
    assert left(student) == (100, 50, 0)


def test_twenty_a_minute(sqlite_world: World, set_clock: SetClock) -> None:
    set_stage(sqlite_world)
    student, other = sqlite_world.student(), sqlite_world.student()
    set_clock(NOON)
    for each in (student, other):
        sqlite_world.renew_session(each)
    for _ in range(VOICE_LOOP.places):
        with sqlite_world.db.write() as tx:
            talking.give_back(tx, talking.reserve_voice_loop(tx, actor(Role.STUDENT, student.id), 100))
    refused = talk(student)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert (left(student), talk(other).status_code) == (FULL, 200)
    set_clock(NOON + timedelta(minutes=1))
    assert talk(student).status_code == 200


@pytest.mark.parametrize(
    "form", [{"language": "klingon"}, {"language": "x" * 36}, {"reference_text": "x" * 10_001}, {"reference_text": "a\0"}]
)
def test_wrong_fields_are_refused_before_anything_is_counted(sqlite_world: World, form: dict[str, str]) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    assert talk(student, **form).status_code == 400
    assert (left(student), stage.hearing.asked, recordings(sqlite_world)) == (FULL, [], [])


def test_recordings_that_are_none_are_refused(sqlite_world: World) -> None:
    _, student = set_stage(sqlite_world), sqlite_world.student()
    for body in ({}, {"data": {"language": "en"}}, {"json": {}}, {"files": {"file": ("a.wav", b"", "audio/wav")}}):
        answer = student.call("POST", LOOP, **body)
        assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert left(student) == FULL
    assert sqlite_world.post(LOOP, files={"file": FILE}).status_code == 401


async def _cancelled(world: World, student: Person, name: str) -> None:
    """A talk whose client leaves while a part is at work."""
    services = world.app.state.services
    partners = Partners(services.listener, services.critic, services.llm, services.speaker)
    data = VoiceInput(file=_staged(world))
    task = asyncio.ensure_future(flows.voice_loop(Units(services), actor(Role.STUDENT, student.id), partners, data))
    waiting = {"llm": services.llm, "hearing": services.listener.hearing}[name]
    while not waiting.asked and not getattr(waiting, "entered", False):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def _staged(world: World) -> StagedFile:
    """A recording in the store, as an upload leaves it."""
    world.app.state.services.store.put("private/nutq.wav", FILE[1])
    return StagedFile(name="private/nutq.wav", filename="nutq.wav", size=len(FILE[1]), head=FILE[1])


class Gate:
    """Nobody gets through."""

    def __init__(self, part: Any) -> None:
        self.part = part

    async def wait(self) -> None:
        self.part.entered = True
        await asyncio.Event().wait()


@pytest.mark.parametrize(("name", "after"), [("hearing", FULL), ("llm", (99, 49, 5_000))])
def test_a_client_who_leaves_pays_for_what_was_asked_and_for_nothing_else(world: World, name: str, after: tuple[int, int, int]) -> None:
    stage, student = set_stage(world), world.student()
    part: Any = getattr(stage, name)
    part.gate = Gate(part)
    world.client.portal.call(_cancelled, world, student, name)  # type: ignore[union-attr]
    assert (left(student), reservations(world), recordings(world)) == (after, 0, [])


def test_what_a_killed_process_reserved_comes_back(world: World, set_clock: SetClock) -> None:
    student = world.student()
    set_clock(NOON)
    world.renew_session(student)
    with world.db.write() as tx:
        cost = rules.most_tokens(rules.voice_prompt("uz", "", None))
        talking.reserve_voice_loop(tx, actor(Role.STUDENT, student.id), cost)
    assert left(student) == (99, 49, 5_000 - SPOKEN_CHARS)
    set_clock(NOON + RESERVED_FOR)
    assert left(student) == FULL
