"""Texts that are read and judged: what is answered, kept and summed up, for whom."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select

from at_once import at_once
from bilim.kit.errors import BadRequest, Unavailable
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.speech.models import Attempt, ContrastTotal, Phrase, WordTotal
from bilim.speech.protocols import ContrastFound
from conftest import NOON, SetClock
from speech.ears import FILE, ScriptedHearing, give_ears
from world import Person, World

AI = "/api/v1/ai/pronunciation"
ANALYZE = "/api/v1/pronunciation/analyze/"
PROFILE = "/api/v1/pronunciation/profile/"


def left(person: Person) -> int:
    return person.get("/api/v1/ai/usage").json()["pronunciation_analysis_left"]


def read(person: Person, text: str = "Three ships", **fields: Any) -> Any:
    return person.post(AI, files={"file": FILE}, data={"reference_text": text, **fields})


def phrase(person: Person, text: str = "A very wide window", **fields: Any) -> dict[str, Any]:
    made = person.post("/api/v1/pronunciation/phrases/", {"text": text, "level": "A1", **fields})
    assert made.status_code == 201, made.text
    return made.json()


def rows(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_a_text_that_was_read_is_judged_word_by_word_and_kept_without_the_recording(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    hearing, student = give_ears(world, ScriptedHearing(three=40, ships=60)), world.student()
    answer = read(student, "Three ships, please!", contrasts="th-s")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["accuracy_score"], found["reference_text"], found["transcribed_text"], found["error"]) == (
        66.7,
        "Three ships, please!",
        "ships please",
        None,
    )
    assert [(word["word"], word["score"], word["color"]) for word in found["words"]] == [
        ("three", 40, "red"),
        ("ships", 60, "amber"),
        ("please", 100, "green"),
    ]
    assert found["feedback"] == "Said differently: three. Say more clearly: ships."
    assert hearing.asked[0][2:] == ("Three ships, please!", ["th-s"])
    assert (left(student), world.uploads()) == (19, [])
    assert student.get(f"{AI}/history").json() == [found]


def test_feedback_names_five_words_and_no_more(sqlite_world: World) -> None:
    words: list[str] = ["one", "two", "three", "four", "five", "six", "seven"]
    give_ears(sqlite_world).scores = dict.fromkeys(words, 10)
    assert read(sqlite_world.student(), " ".join(words)).json()["feedback"] == "Said differently: one, two, three, four, five."


def test_sounds_that_were_replaced_are_told(sqlite_world: World) -> None:
    hearing = give_ears(sqlite_world)
    hearing.contrasts = [ContrastFound("w-v", 0, "west", "W", "V", "replaced"), ContrastFound("w-v", 1, "wind", "W", "V", "good")]
    found = read(sqlite_world.student(), "west wind").json()
    assert found["feedback"] == "Mind these sounds: west (W → V)."
    assert [each["outcome"] for each in found["contrasts"]] == ["replaced", "good"]


def test_a_lesson_gets_the_same_in_its_own_words(world: World) -> None:
    give_ears(world, ScriptedHearing(the=30))
    student = world.student()
    path = "/api/v1/interactive-lessons/assess-pronunciation"
    found = student.post(path, files={"audio_file": FILE}, data={"expected_text": "the cat the dog"}).json()
    assert (found["recognized_text"], found["pronunciation_score"]) == ("cat dog", 65.0)
    assert found["word_scores"] == {"the": 30, "cat": 100, "dog": 100}
    assert found["feedback"] == "Said differently: the."
    assert left(student) == 19
    missing = student.post(path, data={"expected_text": " "})
    assert (missing.status_code, sorted(missing.json())) in [(400, ["audio_file", "expected_text"]), (400, ["expected_text"])]


@pytest.mark.parametrize("failure", [BadRequest("off_text"), BadRequest("not_english"), Unavailable("speech_failed", retry_after=2)])
def test_what_cannot_be_judged_is_refused_given_back_and_not_kept(world: World, failure: Any) -> None:
    hearing, student = give_ears(world), world.student()
    hearing.failure = failure
    answer = read(student)
    assert answer.status_code == (400 if isinstance(failure, BadRequest) else 503)
    assert (left(student), rows(world, Attempt), rows(world, WordTotal), world.uploads()) == (20, 0, 0, [])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"reference_text": ""}, "reference_text"),
        ({"reference_text": "   "}, "reference_text"),
        ({"reference_text": "a" * 1001}, "reference_text"),
        ({"reference_text": "ship", "contrasts": "x-y"}, "contrasts"),
        ({"reference_text": "ship", "contrasts": ["w-v", "w-v"]}, "contrasts"),
    ],
)
def test_wrong_fields_are_named(sqlite_world: World, fields: dict[str, Any], named: str) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    answer = student.post(AI, files={"file": FILE}, data=fields)
    assert (answer.status_code, list(answer.json())) == (400, [named])
    assert (hearing.asked, left(student)) == ([], 20)


def test_a_spent_quota_is_a_403(sqlite_world: World) -> None:
    give_ears(sqlite_world)
    student = sqlite_world.student()
    for _ in range(20):
        assert read(student).status_code == 200
    answer = read(student)
    assert (answer.status_code, answer.json()) == (403, {"detail": "pronunciation_analysis quota exceeded"})
    assert rows(sqlite_world, Attempt) == 20


# --- phrases and sessions -------------------------------------------------------------------------------------------------------------


def test_a_phrase_is_analysed_by_its_own_text_and_sounds_in_a_session(world: World) -> None:
    hearing, teacher, student = give_ears(world, ScriptedHearing(wide=50)), world.teacher(), world.student()
    made = phrase(teacher, contrasts=["w-v"])
    session = student.post("/api/v1/pronunciation/sessions/", {}).json()
    assert (session["attempts"], session["average_score"], session["is_completed"]) == (0, None, False)
    answer = student.post(ANALYZE, files={"file": FILE}, data={"phrase_id": made["id"], "session_id": session["id"]})
    assert (answer.status_code, answer.json()["phrase_id"], answer.json()["session_id"]) == (200, made["id"], session["id"])
    assert hearing.asked[0][2:] == ("A very wide window", ["w-v"])
    path = f"/api/v1/pronunciation/sessions/{session['id']}"
    assert (student.get(path).json()["attempts"], student.get(path).json()["average_score"]) == (1, 87.5)
    done = student.patch(f"{path}/complete").json()
    assert done["is_completed"]
    assert student.patch(f"{path}/complete/").json()["completed_at"] == done["completed_at"]
    late = student.post(ANALYZE, files={"file": FILE}, data={"phrase_id": made["id"], "session_id": session["id"]})
    assert late.status_code == 409
    assert left(student) == 19


def test_another_s_session_and_private_phrase_do_not_exist(world: World) -> None:
    hearing, student, other = give_ears(world), world.student(), world.student()
    mine = phrase(student)
    session = student.post("/api/v1/pronunciation/sessions/", {}).json()["id"]
    for who in (other, world.teacher(), world.admin()):
        assert who.get(f"/api/v1/pronunciation/phrases/{mine['id']}").status_code == 404
        assert who.put(f"/api/v1/pronunciation/phrases/{mine['id']}", {"text": "stolen"}).status_code == 404
        assert who.delete(f"/api/v1/pronunciation/phrases/{mine['id']}").status_code == 404
        assert who.get(f"/api/v1/pronunciation/sessions/{session}").status_code == 404
        assert who.patch(f"/api/v1/pronunciation/sessions/{session}/complete").status_code == 404
        assert who.get("/api/v1/pronunciation/phrases/").json() == who.get("/api/v1/pronunciation/sessions/").json() == []
        refused = who.post(ANALYZE, files={"file": FILE}, data={"phrase_id": mine["id"]})
        assert (refused.status_code, list(refused.json())) == (400, ["phrase_id"])
        own = phrase(who)["id"]
        refused = who.post(ANALYZE, files={"file": FILE}, data={"phrase_id": own, "session_id": session})
        assert (refused.status_code, list(refused.json())) == (400, ["session_id"])
        who.delete(f"/api/v1/pronunciation/phrases/{own}")
    assert hearing.asked == []
    assert student.get(f"/api/v1/pronunciation/phrases/{mine['id']}").json() == mine


def test_staff_s_phrases_are_for_everyone_and_staff_change_them(world: World) -> None:
    teacher, colleague, student = world.teacher(), world.teacher(), world.student()
    public, private = phrase(teacher), phrase(student, "My own words", level="B1")
    assert (public["is_public"], private["is_public"]) == (True, False)
    assert [each["id"] for each in student.get("/api/v1/pronunciation/phrases/").json()] == [public["id"], private["id"]]
    assert [each["id"] for each in student.get("/api/v1/pronunciation/phrases/?level=B1").json()] == [private["id"]]
    assert student.get("/api/v1/pronunciation/phrases/?level=B1").headers["x-total-count"] == "1"
    assert [each["id"] for each in colleague.get("/api/v1/pronunciation/phrases/").json()] == [public["id"]]
    path = f"/api/v1/pronunciation/phrases/{public['id']}"
    assert student.put(path, {"text": "Mine now"}).status_code == 403
    assert student.delete(path).status_code == 403
    changed = colleague.put(path, {"text": "A wide window", "contrasts": ["w-v"]}).json()
    assert (changed["text"], changed["level"], changed["contrasts"], changed["created_by"]) == ("A wide window", "A1", ["w-v"], teacher.id)
    assert colleague.put(path, {"text": "A wide window", "level": None, "contrasts": None}).json()["level"] is None
    assert colleague.get(path).json()["contrasts"] == ["w-v"]
    assert colleague.put(path, {"level": "A1"}).status_code == 400
    deleted = teacher.delete(path)
    assert (deleted.status_code, deleted.json()["id"]) == (200, public["id"])
    assert student.get(path).status_code == 404


def test_attempts_outlive_their_phrase(world: World) -> None:
    give_ears(world)
    student = world.student()
    made = phrase(student)
    student.post(ANALYZE, files={"file": FILE}, data={"phrase_id": made["id"]})
    student.delete(f"/api/v1/pronunciation/phrases/{made['id']}")
    (attempt,) = student.get("/api/v1/pronunciation/history/").json()
    assert (attempt["phrase_id"], attempt["reference_text"]) == (None, "A very wide window")


@pytest.mark.parametrize("other", ["before", "after"])
def test_the_phrase_that_was_named_is_read_whatever_others_there_are(sqlite_world: World, other: str) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    phrases = [phrase(student, text) for text in ("First words", "Second words")]
    chosen = phrases[other == "before"]
    student.post(ANALYZE, files={"file": FILE}, data={"phrase_id": chosen["id"]})
    assert hearing.asked[0][2] == chosen["text"]


def test_an_attempt_at_a_phrase_that_is_deleted_meanwhile_is_kept_without_it(world: World) -> None:
    hearing, student = give_ears(world), world.student()
    phrase(student)
    doomed = phrase(student, "Soon gone")
    listen = hearing.assess_now

    def interrupted(*args: Any) -> Any:
        with world.db.write() as tx:
            tx.execute(delete(Phrase).where(Phrase.id == doomed["id"]))
        return listen(*args)

    hearing.assess_now = interrupted
    answer = student.post(ANALYZE, files={"file": FILE}, data={"phrase_id": doomed["id"]})
    assert (answer.status_code, answer.json()["phrase_id"], answer.json()["reference_text"]) == (200, None, "Soon gone")
    assert left(student) == 19


def test_one_letter_is_a_text(sqlite_world: World) -> None:
    give_ears(sqlite_world)
    student = sqlite_world.student()
    assert phrase(student, "A")["text"] == "A"
    assert read(student, "I").json()["transcribed_text"] == "i"


def test_means_have_one_decimal(sqlite_world: World) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    for score in (66, 67, 67):
        hearing.scores = {"three": score}
        read(student, "three")
    assert student.get(PROFILE).json()["average_score"] == 66.7


def test_analyze_needs_a_phrase_or_a_text(sqlite_world: World) -> None:
    give_ears(sqlite_world)
    student = sqlite_world.student()
    refused = student.post(ANALYZE, files={"file": FILE})
    assert (refused.status_code, list(refused.json())) == (400, ["phrase_id"])
    assert student.post(ANALYZE, files={"audio_file": FILE}, data={"reference_text": "hello"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": "\u200b" * 0 + " "}, "text"),
        ({"text": "a" * 1001}, "text"),
        ({"text": "ship", "level": ""}, "level"),
        ({"text": "ship", "contrasts": ["accent"]}, "contrasts"),
        ({"text": "ship", "contrasts": "w-v"}, "contrasts"),
    ],
)
def test_wrong_phrases_are_refused(sqlite_world: World, body: dict[str, Any], named: str) -> None:
    answer = sqlite_world.student().post("/api/v1/pronunciation/phrases/", body)
    assert (answer.status_code, list(answer.json())) == (400, [named])


# --- progress -------------------------------------------------------------------------------------------------------------------------


def test_the_profile_shows_progress_and_what_is_hardest(world: World) -> None:
    hearing, student, other = give_ears(world, ScriptedHearing(three=20, ships=70)), world.student(), world.student()
    empty = student.get(PROFILE).json()
    assert (empty["total_attempts"], empty["average_score"], empty["hardest_words"], empty["last_attempt_at"]) == (0, None, [], None)
    read(student, "three ships sail")
    hearing.scores = {"three": 60}
    hearing.contrasts = [
        ContrastFound("th-s", 0, "three", "TH", "S", "replaced"),
        ContrastFound("th-s", 1, "three", "TH", "S", "good"),
        ContrastFound("w-v", 2, "way", "W", "V", "unclear"),
    ]
    for _ in range(10):
        read(student, "three")
    read(other, "other words")
    found = student.get(PROFILE).json()
    assert (found["user_id"], found["total_attempts"], found["best_score"]) == (student.id, 11, 63.3)
    assert (found["recent_average"], found["earlier_average"], found["words_per_minute"]) == (60.0, 63.3, 120.0)
    assert found["hardest_words"] == [
        {"word": "three", "attempts": 11, "average_score": 56.4, "last_score": 60},
        {"word": "ships", "attempts": 1, "average_score": 70.0, "last_score": 70},
    ]
    assert found["contrasts"] == [
        {"contrast": "th-s", "attempts": 20, "kept": 10, "replaced": 10},
        {"contrast": "w-v", "attempts": 10, "kept": 0, "replaced": 0},
    ]
    assert student.get("/api/v1/ai/pronunciation/summary").json() == found
    assert other.get(PROFILE).json()["total_attempts"] == 1


def test_the_sound_that_is_replaced_most_comes_first(sqlite_world: World) -> None:
    hearing, student = give_ears(sqlite_world), sqlite_world.student()
    hearing.contrasts = [
        ContrastFound("th-s", 0, "three", "TH", "S", "good"),
        ContrastFound("w-v", 1, "way", "W", "V", "replaced"),
        ContrastFound("ng-n", 2, "sing", "NG", "N", "good"),
    ]
    read(student, "three way sing")
    assert [each["contrast"] for each in student.get(PROFILE).json()["contrasts"]] == ["w-v", "ng-n", "th-s"]


def test_history_is_one_s_own_newest_first_and_paged(world: World) -> None:
    give_ears(world)
    student, other = world.student(), world.student()
    for text in ("one", "two", "three"):
        read(student, text)
    read(other, "four")
    for path in (f"{AI}/history", "/api/v1/pronunciation/history/"):
        page = student.get(f"{path}?limit=2")
        assert [each["reference_text"] for each in page.json()] == ["three", "two"]
        assert page.headers["x-total-count"] == "3"
        assert [each["reference_text"] for each in student.get(f"{path}?skip=2").json()] == ["one"]


def test_a_word_that_stands_twice_is_summed_once_and_a_long_one_is_cut(world: World) -> None:
    give_ears(world)
    student = world.student()
    assert read(student, f"go go {'a' * 100}").status_code == 200
    with world.db.read() as tx:
        found = tx.all(select(WordTotal.word, WordTotal.attempts, WordTotal.score_sum).order_by(WordTotal.word))
    assert [tuple(row) for row in found] == [("a" * 64, 1, 100), ("go", 2, 200)]
    assert rows(world, ContrastTotal) == 0


def test_sessions_are_listed_newest_first(world: World) -> None:
    student = world.student()
    made = [student.post("/api/v1/pronunciation/sessions/", {}).json()["id"] for _ in range(2)]
    assert [each["id"] for each in student.get("/api/v1/pronunciation/sessions/").json()] == made[::-1]
    assert world.student().get("/api/v1/pronunciation/sessions/").json() == []


def test_readings_at_the_same_time_are_all_summed_up(world: World) -> None:
    give_ears(world, ScriptedHearing(three=50))
    student = world.student()
    answers = at_once([lambda: read(student, "three ships three")] * 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    with world.db.read() as tx:
        found = tx.all(select(WordTotal.word, WordTotal.attempts, WordTotal.score_sum).order_by(WordTotal.word))
    assert [tuple(row) for row in found] == [("ships", 6, 600), ("three", 12, 600)]
    assert (left(student), rows(world, Attempt)) == (14, 6)


def test_the_last_analysis_of_a_quota_is_given_to_one_of_many(world: World) -> None:
    give_ears(world)
    student = world.student()
    with world.db.write() as tx:
        quotas.settle(tx, quotas.take(tx, student.id, Quota.PRONUNCIATION_ANALYSIS, 19))
    answers = at_once([lambda: read(student, "three")] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    assert (left(student), rows(world, Attempt)) == (0, 1)
