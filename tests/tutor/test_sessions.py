"""Conversations: begun, changed, talked in, reset, deleted; nobody else's; one message at a time."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import msgspec
import pytest

from bilim.kit.errors import BadRequest, Conflict
from bilim.tutor.actions import sessions as actions
from bilim.tutor.flows import talking
from bilim.tutor.queries import material
from bilim.tutor.queries import sessions as reads
from bilim.tutor.rules import RECENT_TURNS
from bilim.writing.shapes import FeedbackOut
from conftest import NOON, SetClock
from guarded import require_guarded
from speech.ears import FILE, give_ears
from speech.voices import give_voice
from tutor.school import (
    ASK,
    EVENTS,
    SESSIONS,
    UNAVAILABLE,
    Caller,
    claims,
    counted,
    events,
    give_llm,
    left,
    messages,
    parsed,
    say,
    start,
    student_of,
    until,
    used,
)
from world import World

NOBODY_S = "0" * 32


def path(session_id: str, rest: str = "") -> str:
    return f"{SESSIONS}/{session_id}{rest}"


def test_every_function_says_who_may_call_it() -> None:
    require_guarded(actions, reads, material)


def test_a_session_is_made_as_documented(world: World, set_clock: SetClock) -> None:
    student = world.student()
    made = student.post(SESSIONS)
    shown = made.json()
    assert made.status_code == 201
    assert re.fullmatch("[0-9a-f]{32}", shown["id"])
    assert shown == {
        "id": shown["id"],
        "user_id": student.id,
        "title": "AI Session",
        "status": "idle",
        "lesson_id": None,
        "message_count": 0,
        "created_at": "2026-11-20T17:00:00+05:00",
        "messages": [],
    }
    assert student.post(f"{SESSIONS}/", params={"title": "  Fe’llar "}).json()["title"] == "Fe’llar"
    assert student.post(SESSIONS, params={"title": "   "}).json()["title"] == "AI Session"
    assert student.get(path(shown["id"])).json() == shown


def test_newest_first_with_the_last_messages(world: World, set_clock: SetClock) -> None:
    give_llm(world)
    student, other = world.student(), world.student()
    start(other, title="Boshqaning")
    ids = []
    for number in range(3):
        set_clock(NOON + timedelta(minutes=number))
        ids.append(start(student, title=f"{number}"))
    for text in ("Bir", "Ikki"):
        assert say(student, ids[1], text).status_code == 200
    listed = student.get(SESSIONS)
    assert (listed.json()["count"], listed.headers["x-total-count"]) == (3, "3")
    assert [each["id"] for each in listed.json()["sessions"]] == ids[::-1]
    shown = [[message["text"] for message in each["messages"]] for each in listed.json()["sessions"]]
    assert shown == [[], ["Ikki", "Salom, men repetitorman."], []]
    assert [each["message_count"] for each in listed.json()["sessions"]] == [0, 4, 0]
    second = student.get(SESSIONS, params={"skip": 1, "limit": 1})
    assert [each["id"] for each in second.json()["sessions"]] == [ids[1]]
    assert (second.json()["count"], second.headers["x-total-count"]) == (3, "3")
    assert second.headers["link"].count("rel=") == 2
    assert student.get(SESSIONS, params={"limit": 0}).json() == {"sessions": [], "count": 3}


def test_title_and_status_change_and_nothing_else(world: World) -> None:
    student = world.student()
    session_id = start(student)
    changed = student.call("PATCH", path(session_id), data={"title": "Yangi", "status": "active", "user_id": "7", "id": "x"})
    assert (changed.status_code, changed.json()["title"], changed.json()["status"]) == (200, "Yangi", "active")
    assert (changed.json()["user_id"], changed.json()["id"]) == (student.id, session_id)
    for nothing in ({}, {"title": None}, {"title": "  ", "status": ""}):
        assert student.patch(path(session_id), nothing).json() == changed.json()
    assert student.patch(path(session_id), {"title": "a" * 256, "status": "b" * 51}).json().keys() == {"title", "status"}


def test_a_message_and_its_answer_are_kept_and_shown(world: World) -> None:
    llm, student = give_llm(world), world.student()
    session_id = start(student)
    answer = student.call(
        "POST",
        path(session_id, "/messages"),
        data={"text": "i went to the the park yesterday", "language": "en", "speak": "false", "reference_text": "I went home"},
    )
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown.keys() == {"session", "assistant", "user_analysis"}
    asked, said = shown["session"]["messages"]
    assert (asked["role"], asked["text"], asked["audio_url"], asked["analysis"]) == (
        "user",
        "i went to the the park yesterday",
        None,
        shown["user_analysis"],
    )
    assert (said["role"], said["text"], said["audio_url"], said["analysis"]) == ("assistant", "Salom, men repetitorman.", None, None)
    assert shown["assistant"] == {"text": "Salom, men repetitorman.", "audio_url": None}
    feedback = msgspec.convert(shown["user_analysis"], FeedbackOut)
    assert (feedback.metadata.user_token_count, feedback.metadata.ref_token_count, feedback.metadata.language) == (7, 3, "en")
    assert feedback.grammar is not None
    assert [(flag.type, flag.text) for flag in feedback.grammar.flags] == [
        ("capital", "i"),
        ("repetition", "the the"),
        ("punctuation", "yesterday"),
    ]
    assert llm.prompts[0].material.remarks == tuple(feedback.grammar.corrections)
    assert (shown["session"]["status"], shown["session"]["message_count"]) == ("idle", 2)
    assert student.get(path(session_id)).json() == shown["session"]
    assert (left(student), counted(world), claims(world)) == (49, (100, 20, 0, 1), [None])
    assert llm.prompts[0].language == "en"


@pytest.mark.parametrize(
    ("text", "language", "found", "basis", "said"),
    [
        ("She go to school every day.", "uz", "en", "english", "Feʼl egaga moslashmagan."),
        ("She go to school every day.", "ru", "en", "english", "Глагол не согласован с подлежащим."),
        ("She go to school every day.", "de", "en", "english", "The verb does not agree with its subject."),
        ("Men bugun maktabga bordim", "uz", "uz", "other_language", None),
        ("Men bugun maktabga bordim", "en", "en", "not_english", None),
    ],
)
def test_english_is_judged_as_english_and_told_in_the_language_of_the_answer(
    sqlite_world: World, text: str, language: str, found: str, basis: str, said: str | None
) -> None:
    llm, student = give_llm(sqlite_world), sqlite_world.student()
    shown = say(student, start(student), text, language=language).json()["user_analysis"]
    assert (shown["metadata"]["language"], shown["metadata"]["basis"]) == (found, basis)
    assert [flag["message"] for flag in shown["grammar"]["flags"]] == ([said] if said else [])
    assert llm.prompts[0].material.remarks == ((f"She go → She goes: {said}",) if said else ())


def test_of_a_message_full_of_errors_some_flags_are_kept_and_all_are_counted(sqlite_world: World) -> None:
    llm, student = give_llm(sqlite_world), sqlite_world.student()
    shown = say(student, start(student), "She go home. " * 100, language="en").json()["user_analysis"]["grammar"]
    assert (len(shown["flags"]), len(shown["corrections"]), shown["error_types"]) == (30, 30, {"agreement": 100})
    assert len(llm.prompts[0].material.remarks) == 5


def test_an_answer_comes_where_too_many_wait_for_feedback(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.state.services.pools.analysing, "_most", 0)
    give_llm(world)
    student = world.student()
    shown = say(student, start(student), "She go to school every day.").json()
    assert (shown["assistant"]["text"], shown["user_analysis"]) == ("Salom, men repetitorman.", None)
    assert shown["session"]["messages"][0]["analysis"] is None
    assert student.post(ASK, {"prompt": "She go to school every day."}).status_code == 200


def test_what_was_said_before_goes_along_and_only_the_last_of_it(world: World, set_clock: SetClock) -> None:
    llm, student = give_llm(world, "Javob"), world.student()
    session_id = start(student)
    for number in range(10):
        set_clock(NOON + timedelta(minutes=number))
        assert say(student, session_id, f"Savol {number}").status_code == 200
    assert [(turn.role, turn.text) for turn in llm.prompts[1].turns] == [("user", "Savol 0"), ("assistant", "Javob"), ("user", "Savol 1")]
    last = llm.prompts[-1].turns
    assert len(last) == RECENT_TURNS + 1
    assert (last[0].text, last[-1].text) == ("Savol 3", "Savol 9")
    assert [text for _, _, text in messages(world)][::2] == [f"Savol {number}" for number in range(10)]


def test_a_session_about_a_lesson_knows_it(world: World) -> None:
    llm, teacher, student = give_llm(world), world.teacher(), world.student()
    course = world.course(teacher, lessons=0)
    lesson = world.lesson(teacher, course["id"], title="Artikllar", content="A stands before consonants.")
    session_id = start(student, lesson_id=lesson["id"])
    say(student, session_id, "Tushuntiring")
    assert (llm.prompts[0].material.lesson, llm.prompts[0].material.passages[0].text) == ("Artikllar", "A stands before consonants.")
    hidden = world.course(teacher, lessons=1, is_published=False)["lessons"][0]["id"]
    for unknown in (hidden, 99_999):
        refused = student.post(SESSIONS, params={"lesson_id": unknown})
        assert (refused.status_code, list(refused.json())) == (400, ["lesson_id"])
    withdrawn = {"title": "Ingliz tili", "difficulty_level": "A1", "is_published": False}
    assert teacher.put(f"/api/v1/courses/{course['id']}", withdrawn).status_code == 200
    answer = say(student, session_id, "Davom eting")
    assert answer.status_code == 200, "a lesson that was withdrawn ends no conversation"
    assert llm.prompts[1].material.lesson is None


@pytest.mark.parametrize("whose", ["another's", "an admin's", "nobody's"])
def test_others_sessions_are_not_there(world: World, whose: str) -> None:
    give_llm(world)
    owner, caller = world.student(), world.admin() if whose == "an admin's" else world.student()
    session_id = NOBODY_S if whose == "nobody's" else start(owner)
    answers = [
        caller.get(path(session_id)),
        caller.patch(path(session_id), {"title": "Meniki"}),
        caller.post(path(session_id, "/reset")),
        say(caller, session_id),
        caller.post(path(session_id, "/messages"), {"text": "x"}, headers=EVENTS),
        caller.delete(path(session_id)),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, {"detail": "Not found."})] * 6
    assert caller.get(SESSIONS).json() == {"sessions": [], "count": 0}
    assert (used(world), messages(world)) == ([], [])


@pytest.mark.parametrize("malformed", ["7", "x" * 32, "0" * 31, "0" * 33, "A" * 32, f"{'0' * 32}%0A", "%00"])
def test_malformed_ids_are_404(sqlite_world: World, malformed: str) -> None:
    student = sqlite_world.student()
    for answer in (student.get(path(malformed)), student.delete(path(malformed)), say(student, malformed)):
        assert answer.status_code == 404


def test_reset_forgets_and_delete_deletes(world: World) -> None:
    give_llm(world)
    student = world.student()
    session_id, other = start(student, title="Suhbat"), start(student)
    say(student, other, "Boshqa")
    kept = student.get(path(other)).json()
    say(student, session_id)
    student.patch(path(session_id), {"status": "active"})
    reset = student.post(path(session_id, "/reset"))
    assert (reset.status_code, reset.json()["messages"], reset.json()["status"], reset.json()["title"]) == (200, [], "idle", "Suhbat")
    say(student, session_id)
    deleted = student.delete(path(session_id))
    assert (deleted.status_code, deleted.json()) == (200, {"status": "deleted", "id": session_id})
    assert student.get(path(session_id)).status_code == 404
    assert ([text for _, _, text in messages(world)], student.get(path(other)).json()) == (["Boshqa", "Salom, men repetitorman."], kept)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " \n"}, {"text": None}])
def test_nothing_said_is_named(sqlite_world: World, body: dict[str, Any]) -> None:
    give_llm(sqlite_world)
    student = sqlite_world.student()
    answer = student.post(path(start(student), "/messages"), body)
    assert (answer.status_code, answer.json()) == (400, {"text": ["Send a text or a recording."]})
    assert used(sqlite_world) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "a" * 4001), ("language", "tlh"), ("reference_text", "a" * 1001), ("speak", "maybe")],
)
def test_what_cannot_be_said_is_named(sqlite_world: World, field: str, value: str) -> None:
    give_llm(sqlite_world)
    student = sqlite_world.student()
    answer = student.call("POST", path(start(student), "/messages"), data={"text": "Salom", field: value})
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_recording_is_heard_and_not_kept(world: World) -> None:
    llm, hearing, student = give_llm(world), give_ears(world), world.student()
    session_id = start(student)
    answer = student.post(path(session_id, "/messages"), files={"audio_file": FILE}, data={"language": "en"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["session"]["messages"][0]["text"] == "hello this is a test"
    assert llm.prompts[0].turns[-1].text == "hello this is a test"
    assert hearing.asked[0][2] == "en"
    usage = student.get("/api/v1/ai/usage").json()
    assert (usage["stt_requests_left"], usage["gpt4o_requests_left"], world.uploads()) == (99, 49, [])
    fluency = answer.json()["user_analysis"]["fluency"]
    assert (fluency["words_per_minute"] > 0, fluency["pace"] in {"slow", "just right", "fast"}) == (True, True)


def test_beside_a_text_a_recording_is_not_heard_and_not_kept(world: World) -> None:
    llm, hearing, student = give_llm(world), give_ears(world), world.student()
    answer = student.post(path(start(student), "/messages"), files={"audio_file": FILE}, data={"text": "Salom"})
    assert (answer.status_code, llm.prompts[0].turns[-1].text, hearing.asked, world.uploads()) == (200, "Salom", [], [])


def test_a_recording_that_is_not_understood_asks_nobody(world: World) -> None:
    llm, hearing, student = give_llm(world), give_ears(world), world.student()
    hearing.failure = BadRequest("not_heard")
    session_id = start(student)
    answer = student.post(path(session_id, "/messages"), files={"audio_file": FILE})
    assert (answer.status_code, llm.prompts, used(world), claims(world), world.uploads()) == (400, [], [], [None], [])
    usage = student.get("/api/v1/ai/usage").json()
    assert (usage["stt_requests_left"], usage["gpt4o_requests_left"]) == (100, 50)


def test_the_answer_is_read_aloud_and_its_address_kept(world: World) -> None:
    give_llm(world)
    voice, student = give_voice(world), world.student()
    session_id = start(student)
    shown = student.call("POST", path(session_id, "/messages"), data={"text": "Salom", "speak": "true"}).json()
    assert shown["assistant"]["audio_url"].startswith("/uploads/tts/")
    assert shown["session"]["messages"][1]["audio_url"] == shown["assistant"]["audio_url"]
    assert voice.asked == [("Salom, men repetitorman.", "uz")]


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["whole", "events"])
def test_a_model_that_fails_leaves_no_message(world: World, headers: dict[str, str]) -> None:
    llm, student = give_llm(world), world.student()
    llm.failure = UNAVAILABLE
    session_id = start(student)
    assert student.post(path(session_id, "/messages"), {"text": "Salom"}, headers=headers).status_code == 503
    assert (messages(world), claims(world), left(student), counted(world)) == ([], [None], 50, (0, 0, 0, 0))
    llm.failure = None
    assert say(student, session_id).status_code == 200


def test_pieces_come_and_the_whole_is_kept(world: World) -> None:
    give_llm(world, "Bir, ", "ikki.")
    student = world.student()
    session_id = start(student)
    *pieces, (name, reply) = events(student.post(path(session_id, "/messages"), {"text": "Sanang"}, headers=EVENTS))
    assert [data["text"] for _, data in pieces] == ["Bir, ", "ikki."]
    assert (name, reply["assistant"]["text"], len(reply["session"]["messages"])) == ("reply", "Bir, ikki.", 2)
    assert messages(world) == [(0, "user", "Sanang"), (1, "assistant", "Bir, ikki.")]


@pytest.mark.parametrize("how", ["fails", "is left"])
def test_of_a_stream_that_stops_in_the_middle_what_came_is_kept(world: World, how: str) -> None:
    llm, student = give_llm(world, "Bir, ", "ikki."), world.student()
    session_id = start(student)

    async def leave() -> None:
        llm.gate = asyncio.Event()
        caller = Caller(world, student, path(session_id, "/messages"), {"text": "Sanang"}, EVENTS)
        async with caller.calling():
            await until(lambda: llm.waiting)
            caller.leave()
        assert parsed(caller.text) == [("piece", {"text": "Bir, "})]

    if how == "fails":
        llm.failure, llm.fails_after = UNAVAILABLE, 1
        found = events(student.post(path(session_id, "/messages"), {"text": "Sanang"}, headers=EVENTS))
        assert [name for name, _ in found] == ["piece", "error"]
    else:
        asyncio.run(leave())
    assert messages(world) == [(0, "user", "Sanang"), (1, "assistant", "Bir, ")]
    assert (claims(world), left(student), counted(world)[1:]) == ([None], 49, (2, 0, 1))


def test_who_leaves_before_the_answer_leaves_nothing_but_the_bill(world: World) -> None:
    llm, student = give_llm(world), world.student()
    session_id = start(student)

    async def leave() -> None:
        llm.gate = asyncio.Event()
        caller = Caller(world, student, path(session_id, "/messages"), {"text": "Salom"})
        async with caller.calling():
            await until(lambda: llm.waiting)
            caller.leave()
        assert (caller.status, llm.waiting) == (499, 0)

    asyncio.run(leave())
    assert (messages(world), claims(world), left(student), counted(world)[1:]) == ([], [None], 49, (0, 0, 1))


def test_parallel_messages_are_answered_one_after_the_other(world: World) -> None:
    """Each answer stands behind its message, and every message but the first is answered in the light of those before."""
    llm, student = give_llm(world, "Javob"), world.student()
    session_id = start(student)
    ready = Barrier(4)

    def go(number: int) -> int:
        ready.wait()
        return say(student, session_id, f"Savol {number}").status_code

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(go, range(4))) == [200] * 4
    kept = messages(world)
    assert [position for position, _, _ in kept] == list(range(8))
    assert [role for _, role, _ in kept] == ["user", "assistant"] * 4
    assert sorted(len(prompt.turns) for prompt in llm.prompts) == [1, 3, 5, 7]
    longest = max(llm.prompts, key=lambda prompt: len(prompt.turns))
    assert [turn.text for turn in longest.turns] == [text for _, _, text in kept][:7]


def test_a_second_message_waits_and_is_refused_in_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "WAITING_SECONDS", 0.0)
    give_llm(world)
    student = world.student()
    session_id = start(student)
    with world.db.write() as tx:
        claim = actions.claim_session(tx, student_of(student), session_id)
    answer = say(student, session_id)
    assert (answer.status_code, answer.json()) == (409, {"detail": "The tutor still answers the message before. Try again in a moment."})
    assert claim is not None
    with world.db.write() as tx:
        actions.release_session(tx, claim)
    assert say(student, session_id).status_code == 200


def test_a_claim_that_a_killed_process_left_ends_by_itself(world: World, set_clock: SetClock) -> None:
    student = world.student()
    session_id = start(student)

    def claim() -> actions.Claim | None:
        with world.db.write() as tx:
            return actions.claim_session(tx, student_of(student), session_id)

    first = claim()
    set_clock(NOON + actions.ANSWERED_WITHIN - timedelta(microseconds=1))
    assert claim() is None
    set_clock(NOON + actions.ANSWERED_WITHIN)
    second = claim()
    assert second is not None
    assert first is not None
    said = actions.Said(text="a", analysis=None, answer="b", audio_url=None)
    with world.db.write() as tx:
        assert not actions.write_answer(tx, first, said), "it came too late"
        actions.release_session(tx, first)
    assert claims(world) == [second.key]
    with world.db.write() as tx:
        assert actions.write_answer(tx, second, said)
    assert messages(world) == [(0, "user", "a"), (1, "assistant", "b")]


@pytest.mark.parametrize("what", ["reset", "delete"])
def test_an_answer_for_a_session_that_is_gone_is_paid_but_not_kept(world: World, what: str) -> None:
    llm, student = give_llm(world), world.student()
    session_id = start(student)

    async def story() -> None:
        llm.gate = asyncio.Event()
        caller = Caller(world, student, path(session_id, "/messages"), {"text": "Salom"})
        async with caller.calling():
            await until(lambda: llm.waiting)
            with world.db.write() as tx:
                (actions.reset_session if what == "reset" else actions.delete_session)(tx, student_of(student), session_id)
            llm.gate.set()
        assert caller.status == 409

    asyncio.run(story())
    assert (messages(world), left(student), counted(world)) == ([], 49, (100, 20, 0, 1))


def test_a_session_and_their_number_have_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_MESSAGES", 2)
    monkeypatch.setattr(actions, "MAX_SESSIONS", 2)
    llm, student = give_llm(world), world.student()
    session_id = start(student)
    assert say(student, session_id).status_code == 200
    assert (say(student, session_id).status_code, len(llm.prompts), claims(world)) == (409, 1, [None])
    with world.db.write() as tx, pytest.raises(Conflict):
        actions.claim_session(tx, student_of(student), session_id)  # as the second of two messages that were counted at once
    start(student)
    assert student.post(SESSIONS).status_code == 409
    assert student.get(SESSIONS).json()["count"] == 2


def test_messages_and_questions_share_thirty_a_minute(world: World, set_clock: SetClock) -> None:
    llm, student = give_llm(world), world.student()
    session_id = start(student)
    for _ in range(15):
        assert say(student, session_id).status_code == 200
        assert student.post("/api/v1/ai/ask", {"prompt": "x"}).status_code == 200
    assert (say(student, session_id).status_code, len(llm.prompts)) == (429, 30)
