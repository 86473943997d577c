"""Recordings handed in as homework: graded in the background, left to the teacher where they cannot be, never twice and never for ever."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bilim.db.outbox_tables import JobRow
from bilim.homework.actions.submissions import grade_recording, leave_to_teacher
from bilim.homework.inputs import GradeRecording
from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from bilim.kit.errors import BadRequest, Unavailable
from bilim.speech import jobs
from conftest import NOON, SetClock
from homework_school import HOMEWORK, School, grade, speak
from speech.ears import ScriptedHearing
from world import World

TEXT = "The weather is very nice today"


class Oral:
    """A school with oral homework, and who listens to it."""

    def __init__(self, world: World, oral_assignment: Any = TEXT, **fields: Any) -> None:
        self.world, self.school, self.hearing = world, School(world), ScriptedHearing()
        self.homework = self.school.homework(homework_type="oral", oral_assignment=oral_assignment, **fields)
        self.handlers = Handlers(jobs.grading_handlers(world.db, self.hearing))

    def hand_in(self) -> dict[str, Any]:
        sent = speak(self.school.student, self.homework["id"])
        assert (sent.status_code, sent.json()["status"]) == (201, "pending")
        return sent.json()

    def listen(self) -> None:
        drain(self.world.db, self.handlers, "speech")

    def shown(self) -> dict[str, Any]:
        (one,) = self.school.student.get(f"{HOMEWORK}/submissions/me").json()
        return one

    def waiting(self) -> int:
        with self.world.db.read() as tx:
            return len(tx.all(select(JobRow.id).where(JobRow.kind == GradeRecording.kind)))


def test_a_text_that_was_read_gets_points_of_the_homework_and_feedback(world: World) -> None:
    oral = Oral(world, max_score=50)
    oral.hearing.scores = {"weather": 55}
    oral.hand_in()
    oral.listen()
    shown = oral.shown()
    assert (shown["status"], shown["score"], shown["graded_by"]) == ("graded", 46, None)  # 92.5 of 100
    assert shown["feedback"] == "Avtomatik baholandi: 100 dan 92, daqiqasiga 120 soʻz. Bu soʻzlarni mashq qiling: weather."
    assert (oral.hearing.asked[0][2], len(oral.hearing.asked), oral.waiting()) == (TEXT, 1, 0)
    assert oral.hearing.asked[0][1] in world.uploads()


@pytest.mark.parametrize("assignment", [{"text": TEXT}, {"reference_text": TEXT, "topic": "weather"}])
def test_the_text_may_stand_in_an_object(sqlite_world: World, assignment: dict[str, str]) -> None:
    oral = Oral(sqlite_world, assignment)
    oral.hand_in()
    oral.listen()
    assert (oral.hearing.asked[0][2], oral.shown()["score"]) == (TEXT, 100)


def test_a_topic_without_a_text_is_left_to_the_teacher_with_what_was_heard(world: World) -> None:
    oral = Oral(world, {"topic": "family"})
    oral.hand_in()
    oral.listen()
    shown = oral.shown()
    assert (shown["status"], shown["score"], shown["feedback"]) == ("submitted", None, "Avtomatik eshitildi: hello this is a test")
    graded = grade(oral.school.teacher, shown["id"], score=88, feedback="Yaxshi")
    assert (graded.status_code, oral.shown()["score"], oral.shown()["feedback"]) == (200, 88, "Yaxshi")


def test_a_low_score_is_never_given_automatically(sqlite_world: World) -> None:
    oral = Oral(sqlite_world)
    oral.hearing.scores = dict.fromkeys(TEXT.lower().split(), 39)
    oral.hand_in()
    oral.listen()
    assert (oral.shown()["status"], oral.shown()["score"]) == ("submitted", None)


def test_a_recogniser_of_every_language_grades_by_the_words_it_heard(sqlite_world: World) -> None:
    class AnyLanguage(ScriptedHearing):
        def assess_now(self, *_: Any) -> Any:
            raise BadRequest("off_text")

    oral = Oral(sqlite_world, "Bugun havo juda yaxshi", max_score=20)
    oral.hearing = AnyLanguage()
    oral.hearing.text = "bugun havo yaxshi"
    oral.handlers = Handlers(jobs.grading_handlers(sqlite_world.db, oral.hearing))
    oral.hand_in()
    oral.listen()
    assert (oral.shown()["status"], oral.shown()["score"]) == ("graded", 15)


@pytest.mark.parametrize("code", ["not_heard", "too_noisy", "recording_not_audio"])
def test_what_cannot_be_heard_is_left_to_the_teacher_and_says_why(sqlite_world: World, code: str) -> None:
    oral = Oral(sqlite_world)
    oral.hearing.failure = BadRequest(code)
    oral.hand_in()
    oral.listen()
    shown = oral.shown()
    assert (shown["status"], shown["score"], oral.waiting()) == ("submitted", None, 0)
    assert shown["feedback"].startswith("Bu yozuvni oʻqituvchingiz tinglaydi. ")
    assert len(shown["feedback"]) > len("Bu yozuvni oʻqituvchingiz tinglaydi. ")


def test_without_the_libraries_nothing_waits_for_them(sqlite_world: World) -> None:
    oral = Oral(sqlite_world)
    oral.hearing.failure = Unavailable("speech_not_installed", library="pocketsphinx")
    oral.hand_in()
    oral.listen()
    assert (oral.shown()["status"], oral.waiting()) == ("submitted", 0)


def test_busy_engines_are_asked_again_and_then_the_teacher_listens(world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    oral = Oral(world)
    oral.hearing.failure = Unavailable("busy", retry_after=2)
    oral.hand_in()
    oral.listen()
    assert (oral.shown()["status"], oral.waiting(), len(oral.hearing.asked)) == ("pending", 1, 1)
    moment = NOON
    for _ in range(10):
        moment += timedelta(minutes=30)
        set_clock(moment)
        oral.listen()
    assert (oral.shown()["status"], oral.shown()["score"], len(oral.hearing.asked)) == ("submitted", None, 6)


def test_an_engine_that_recovers_grades_after_all(sqlite_world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    oral = Oral(sqlite_world)
    oral.hearing.failure = Unavailable("speech_failed", retry_after=2)
    oral.hand_in()
    oral.listen()
    oral.hearing.failure = None
    set_clock(NOON + timedelta(minutes=30))
    oral.listen()
    assert (oral.shown()["status"], oral.shown()["score"]) == ("graded", 100)


def test_a_teacher_s_grade_wins_before_during_and_after(world: World) -> None:
    before, during, after = (Oral(world) for _ in range(3))
    sent = before.hand_in()
    grade(before.school.teacher, sent["id"], score=11, feedback="Men")
    before.listen()
    assert (before.shown()["score"], before.hearing.asked) == (11, [])

    sent = during.hand_in()
    found = during.hearing.assess_now

    def interrupted(*args: Any) -> Any:
        grade(during.school.teacher, sent["id"], score=12, feedback="Men")
        return found(*args)

    during.hearing.assess_now = interrupted  # type: ignore[method-assign]
    during.listen()
    assert (during.shown()["score"], during.shown()["feedback"], during.shown()["graded_by"]) == (12, "Men", during.school.teacher.id)

    sent = after.hand_in()
    after.listen()
    assert after.shown()["score"] == 100
    grade(after.school.teacher, sent["id"], score=13, feedback="Men")
    assert after.shown()["score"] == 13


def test_a_newer_recording_is_the_one_that_counts_and_none_is_graded_twice(world: World) -> None:
    oral = Oral(world)
    oral.hand_in()
    oral.hand_in()
    oral.listen()
    assert (len(oral.hearing.asked), oral.shown()["score"]) == (1, 100)
    with world.db.write() as tx:
        assert not grade_recording(tx, oral.shown()["id"], 1, 5, "old")
        assert not grade_recording(tx, oral.shown()["id"], 2, 5, "again")
        assert not leave_to_teacher(tx, oral.shown()["id"], 2, "again")
        tx.enqueue(GradeRecording(oral.shown()["id"], 2))
    oral.listen()
    assert (len(oral.hearing.asked), oral.shown()["score"], oral.waiting()) == (1, 100, 0)


def test_what_was_deleted_meanwhile_is_no_failure(sqlite_world: World) -> None:
    oral = Oral(sqlite_world)
    with sqlite_world.db.write() as tx:
        tx.enqueue(GradeRecording(10**9, 1))
    oral.listen()
    assert (oral.hearing.asked, oral.waiting()) == ([], 0)


def test_written_homework_is_not_listened_to(sqlite_world: World) -> None:
    oral = Oral(sqlite_world)
    oral.school.submitted(oral.homework)
    assert oral.waiting() == 0
