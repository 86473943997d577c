"""A learner's weeks: exercises show what is hard, words come back when they are about to be forgotten, and the next lesson is at hand."""

from datetime import datetime, timedelta
from typing import Any

from bilim.recommendations.inputs import CountNextLessons
from conftest import NOON, SetClock
from practice.material import check, listed, review, right_answer, taught, waiting
from world import Person, World


def come_back(world: World, student: Person, set_clock: SetClock, moment: datetime) -> None:
    """Sign in anew at a later time."""
    set_clock(moment)
    world.renew_session(student)


def due_of(answer: Any) -> datetime:
    assert answer.status_code == 200, answer.text
    return datetime.fromisoformat(answer.json()["due"])


def test_words_come_back_when_fsrs_says(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    first, second = taught(world, teacher), taught(world, teacher, title="Ikkinchi kurs")
    student = world.student(current_level="A1")

    suggested = student.post("/api/v1/ai/suggest-lesson").json()
    assert suggested["id"] == first["lesson"], "the first lesson there is"
    assert world.complete(student, suggested["id"]).status_code == 200

    exercises = listed(student, f"seed=1&lesson_id={first['lesson']}")
    for exercise in exercises:
        told = check(student, exercise, right_answer(exercise) if exercise["kind"] != "spell" else "?").json()
        assert told["is_correct"] is (exercise["kind"] != "spell")

    assert waiting(student) == ["mother", "father", "brother", "sister", "child"], "new, in the order of the lesson"
    soon = due_of(review(student, first["words"]["mother"], "again"))
    later = due_of(review(student, first["words"]["father"], "good"))
    much_later = due_of(review(student, first["words"]["brother"], "easy"))
    assert (soon - NOON, later - NOON, much_later - NOON) == (timedelta(minutes=1), timedelta(minutes=10), timedelta(days=8))
    assert waiting(student) == ["sister", "child"]

    for moment, words in (
        (soon - timedelta(seconds=1), ["sister", "child"]),
        (soon, ["mother", "sister", "child"]),
        (later, ["mother", "father", "sister", "child"]),
        (much_later, ["mother", "father", "brother", "sister", "child"]),
    ):
        come_back(world, student, set_clock, moment)
        assert waiting(student) == words

    wait = timedelta(0)
    moment = much_later
    for _ in range(5):
        come_back(world, student, set_clock, moment)
        due = due_of(review(student, first["words"]["brother"], "good"))
        assert due - moment > wait, "each time it is remembered longer"
        assert review(student, first["words"]["brother"], "good").status_code == 409, "and it is not asked again before"
        wait, moment = due - moment, due
    assert wait > timedelta(days=365)

    for _ in range(2):
        other = world.student()
        world.complete(other, first["lesson"])
        world.complete(other, second["lesson"])
    with world.db.write() as tx:
        tx.enqueue(CountNextLessons())
    world.run_jobs()
    come_back(world, student, set_clock, moment)
    shown = student.get("/api/v1/recommendations/for-you?language=uz").json()
    assert [(each["id"], each["reason_code"]) for each in shown[:2]] == [
        (second["lesson"], "learners_went_on"),
        (first["lessons"][1]["id"], "next_in_course"),
    ]
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == first["lessons"][1]["id"]
    assert first["lesson"] not in [each["id"] for each in shown], "it is finished"
