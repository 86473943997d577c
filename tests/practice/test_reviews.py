"""Reviewing words: which wait, in which order, for whom; and that each review counts once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from at_once import at_once, statuses
from bilim.catalog.models import Lesson
from bilim.practice.rules.schedule import RATINGS, Memory, reviewed
from conftest import NOON, SetClock
from practice.material import FAMILY, REVIEW, add_word, records_of, review, reviewed_words, taught, waiting
from world import Person, World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WORDS = [word for word, _ in FAMILY]


def learner(world: World, course: dict[str, Any], **values: Any) -> Person:
    """Somebody who finished the lesson that teaches the words."""
    student = world.student(**values)
    assert world.complete(student, course["lesson"]).status_code == 200
    return student


def test_words_of_finished_lessons_wait_as_new_ones(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student = world.student()
    assert waiting(student) == [], "nothing is studied yet"
    world.complete(student, course["lesson"])
    answer = student.get(f"{REVIEW}?limit=1")
    assert answer.json() == [
        {
            "id": course["words"]["mother"],
            "lesson_id": course["lesson"],
            "word": "mother",
            "translation": "ona",
            "ipa_pronunciation": None,
            "state": "new",
            "due": None,
            "last_review": None,
            "stability": None,
            "difficulty": None,
            "reps": 0,
            "lapses": 0,
        }
    ]
    assert answer.headers["x-total-count"] == "5"
    assert waiting(student) == WORDS
    assert waiting(student, "skip=1&limit=2") == WORDS[1:3]
    assert waiting(world.student()) == [], "another's lessons are not one's own"


@pytest.mark.parametrize("rating", [*RATINGS, *RATINGS.values()])
def test_a_review_answers_when_the_word_comes_back(world: World, set_clock: SetClock, rating: Any) -> None:
    course = taught(world)
    student = learner(world, course)
    answer = review(student, course["words"]["mother"], rating)
    assert answer.status_code == 200, answer.text
    shown, expected = answer.json(), reviewed(None, RATINGS.get(rating, rating), NOON)
    assert datetime.fromisoformat(shown["due"]) == expected.due
    assert shown["due"].endswith("+05:00")
    assert datetime.fromisoformat(shown["last_review"]) == NOON
    assert (shown["state"], shown["reps"], shown["lapses"]) == (expected.state, 1, 0)
    assert (shown["stability"], shown["difficulty"]) == (expected.stability, expected.difficulty)
    assert (shown["word"], shown["translation"]) == ("mother", "ona")
    assert records_of(world) == [(student.id, course["words"]["mother"], 1, RATINGS.get(rating, rating))]
    assert waiting(student) == WORDS[1:]


def test_what_is_stored_is_what_the_library_computed(world: World, set_clock: SetClock) -> None:
    """Over many reviews, each of which begins with what the database gave back of the one before."""
    course = taught(world)
    student, word_id = learner(world, course), course["words"]["mother"]
    now, memory = NOON, None
    for number, rating in enumerate([3, 3, 4, 1, 2, 3, 1, 1, 3, 3, 4, 2]):
        set_clock(now)
        world.renew_session(student)
        shown = review(student, word_id, rating).json()
        memory = reviewed(memory, rating, now)
        assert datetime.fromisoformat(shown["due"]) == memory.due
        assert (shown["stability"], shown["difficulty"]) == (memory.stability, memory.difficulty)
        assert (shown["state"], shown["reps"], shown["lapses"]) == (memory.state, number + 1, memory.lapses)
        now = memory.due + number * timedelta(hours=7)
    assert memory is not None
    assert memory.lapses == 2
    assert [rating for *_, rating in records_of(world)] == [3, 3, 4, 1, 2, 3, 1, 1, 3, 3, 4, 2]


def test_due_words_come_before_new_ones_and_the_longest_due_first(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student = learner(world, course)
    for word, rating in (("sister", "good"), ("father", "again"), ("child", "hard"), ("brother", "easy")):
        review(student, course["words"][word], rating)
    assert waiting(student) == ["mother"]
    set_clock(NOON + MINUTE)
    assert waiting(student) == ["father", "mother"]
    set_clock(NOON + 10 * MINUTE)
    assert waiting(student) == ["father", "child", "sister", "mother"]
    assert waiting(student, "limit=2") == ["father", "child"]
    assert waiting(student, "skip=2&limit=2") == ["sister", "mother"]
    assert student.get(f"{REVIEW}?limit=2").headers["x-total-count"] == "4"


def test_a_word_is_due_at_its_moment_and_not_before(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student, word_id = learner(world, course), course["words"]["mother"]
    review(student, word_id, "again")
    set_clock(NOON + MINUTE - timedelta(microseconds=1))
    early = review(student, word_id)
    assert early.status_code == 409
    assert early.json() == {"detail": "This word is not due before 2026-11-20T17:01:00+05:00."}
    assert "mother" not in waiting(student)
    set_clock(NOON + MINUTE)
    assert waiting(student)[0] == "mother"
    assert review(student, word_id).status_code == 200
    assert records_of(world) == [(student.id, word_id, 1, 1), (student.id, word_id, 2, 3)]


def test_a_new_word_may_be_reviewed_before_its_lesson_is_finished(world: World, set_clock: SetClock) -> None:
    course, student = taught(world), world.student()
    assert review(student, course["words"]["father"], "again").status_code == 200
    set_clock(NOON + MINUTE)
    assert waiting(student) == ["father"]


def test_each_has_their_own_memory(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    one, other = learner(world, course), learner(world, course)
    review(one, course["words"]["mother"], "easy")
    assert "mother" not in waiting(one)
    assert waiting(other) == WORDS
    assert review(other, course["words"]["mother"], "again").json()["reps"] == 1
    assert reviewed_words(world) == [(one.id, course["words"]["mother"], 1), (other.id, course["words"]["mother"], 1)]


def test_of_fifty_reviews_at_once_one_counts(world: World) -> None:
    """Two tabs, a double click, a request sent again: the word is not due any more."""
    course = taught(world)
    student, word_id = learner(world, course), course["words"]["mother"]
    assert statuses(at_once([lambda: review(student, word_id, "good")] * 50)) == {200: 1, 409: 49}
    assert reviewed_words(world) == [(student.id, word_id, 1)]
    assert records_of(world) == [(student.id, word_id, 1, 3)]


def test_of_fifty_reviews_at_once_of_a_known_word_one_counts(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student, word_id = learner(world, course), course["words"]["mother"]
    review(student, word_id, "again")
    set_clock(NOON + MINUTE)
    answers = at_once([lambda rating=rating: review(student, word_id, rating) for rating in ["again", "easy"] * 25])
    assert statuses(answers) == {200: 1, 409: 49}
    (counted,) = [answer.json() for answer in answers if answer.status_code == 200]
    rating = 1 if counted["state"] == "learning" else 4
    assert records_of(world) == [(student.id, word_id, 1, 1), (student.id, word_id, 2, rating)]
    first = reviewed(None, 1, NOON)
    expected: Memory = reviewed(first, rating, NOON + MINUTE)
    assert (counted["stability"], counted["reps"]) == (expected.stability, 2)


def test_words_of_closed_lessons_neither_wait_nor_are_reviewed(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student, premium = learner(world, course), learner(world, course, is_premium=True)
    for person in (student, premium):
        review(person, course["words"]["mother"], "again")
    with world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == course["lesson"]).values(premium_only=True))
    set_clock(NOON + MINUTE)
    assert (waiting(student), waiting(premium)) == ([], WORDS)
    refused = review(student, course["words"]["mother"])
    assert (refused.status_code, refused.json()) == (403, {"detail": "This lesson is for premium members."})
    assert review(student, course["words"]["father"]).status_code == 403
    assert review(premium, course["words"]["mother"]).status_code == 200
    assert [(user, rep) for user, _, rep, _ in records_of(world)] == [(student.id, 1), (premium.id, 1), (premium.id, 2)]


def test_words_of_a_priced_course_have_to_be_bought(world: World) -> None:
    course, student = taught(world, price=100), world.student(is_premium=True)
    refused = review(student, course["words"]["mother"])
    assert (refused.status_code, refused.json()) == (403, {"detail": "This course has to be bought first."})
    assert reviewed_words(world) == records_of(world) == []


def test_words_of_a_draft_are_unknown_to_all_but_its_author(world: World, set_clock: SetClock) -> None:
    course, student = taught(world, is_published=False), world.student()
    assert review(student, course["words"]["mother"]).status_code == 404
    assert review(world.teacher(), course["words"]["mother"]).status_code == 404
    assert reviewed_words(world) == []
    assert review(course["teacher"], course["words"]["mother"]).status_code == 200


def test_words_of_a_withdrawn_course_wait_no_more(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student = learner(world, course)
    review(student, course["words"]["mother"], "again")
    course["teacher"].put(f"/api/v1/courses/{course['id']}", {"title": "Kurs", "difficulty_level": "A1", "is_published": False})
    set_clock(NOON + MINUTE)
    assert waiting(student) == []
    assert review(student, course["words"]["mother"]).status_code == 404


def test_words_of_a_deleted_lesson_wait_no_more(world: World, set_clock: SetClock) -> None:
    course = taught(world)
    student = learner(world, course)
    review(student, course["words"]["mother"], "again")
    course["teacher"].delete(f"/api/v1/lessons/{course['lesson']}")
    set_clock(NOON + MINUTE)
    assert waiting(student) == []
    assert review(student, course["words"]["mother"]).status_code == 404


def test_what_is_remembered_goes_with_the_word(world: World) -> None:
    course = taught(world)
    student = learner(world, course)
    review(student, course["words"]["mother"])
    review(student, course["words"]["father"])
    course["teacher"].delete(f"/api/v1/words/{course['words']['mother']}")
    assert reviewed_words(world) == [(student.id, course["words"]["father"], 1)]
    assert len(records_of(world)) == 1


def test_what_is_remembered_is_no_history_that_keeps_a_person(world: World) -> None:
    course, student = taught(world), world.student()
    review(student, course["words"]["mother"])
    assert world.superadmin().delete(f"/api/v1/users/{student.id}").status_code == 200
    assert reviewed_words(world) == records_of(world) == []


@pytest.mark.parametrize("rating", [0, 5, -1, 2**70, 2.5, True, None, "", "best", "AGAIN", [3], {"a": 3}, 10**400])
def test_a_wrong_rating_is_refused(sqlite_world: World, rating: Any) -> None:
    course = taught(sqlite_world)
    student = learner(sqlite_world, course)
    answer = review(student, course["words"]["mother"], rating)
    assert answer.status_code == 400
    assert list(answer.json()) in (["rating"], ["detail"])
    assert reviewed_words(sqlite_world) == records_of(sqlite_world) == []


def test_a_rating_is_required(sqlite_world: World) -> None:
    course = taught(sqlite_world)
    student = learner(sqlite_world, course)
    path = f"/api/v1/words/{course['words']['mother']}/review"
    assert student.post(path, {}).json() == {"rating": ["This field is required."]}
    assert student.call("POST", path, data={"rating": "4"}).json()["state"] == "review", "a form may rate too"


@pytest.mark.parametrize("word_id", ["0", "999", str(2**63), "x", "-1", "٣"])
def test_an_unknown_word_is_not_found(sqlite_world: World, word_id: str) -> None:
    answer = sqlite_world.student().post(f"/api/v1/words/{word_id}/review", {"rating": 3})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_new_words_come_in_the_order_in_which_lessons_were_finished(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    first, second = taught(world, teacher), taught(world, teacher)
    add_word(teacher, first["lessons"][1]["id"], "aunt", "xola")
    student = world.student()
    world.complete(student, second["lesson"])
    set_clock(NOON + MINUTE)
    world.complete(student, first["lessons"][1]["id"])
    world.complete(student, first["lesson"])
    shown = student.get(REVIEW).json()
    assert [each["lesson_id"] for each in shown][:5] == [second["lesson"]] * 5
    assert {each["lesson_id"] for each in shown[5:]} == {first["lesson"], first["lessons"][1]["id"]}
    assert len(shown) == 11
