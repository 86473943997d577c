"""Lessons to practise, for tests: a course whose first lesson teaches words and has sentences."""

from typing import Any

from sqlalchemy import select

from bilim.practice.models import WordAnswer, WordReview, WordReviewRecord
from world import Person, World

EXERCISES = "/api/v1/exercises/"
CHECK = "/api/v1/exercises/check"
REVIEW = "/api/v1/words/review"
FAMILY = (("mother", "ona"), ("father", "ota"), ("brother", "aka"), ("sister", "opa"), ("child", "bola"))
TEXT = "Bu mening katta oilam. Men har kuni maktabga boraman! Yoʻq."
SENTENCES = [["Bu", "mening", "katta", "oilam"], ["Men", "har", "kuni", "maktabga", "boraman"]]


def taught(world: World, teacher: Person | None = None, **course: Any) -> dict[str, Any]:
    """A course of two lessons, the first of which teaches `FAMILY`; with the words' ids by word, under `words`."""
    teacher = teacher or world.teacher()
    made = world.course(teacher, **course)
    lesson = made["lessons"][0]["id"]
    teacher.put(f"/api/v1/lessons/{lesson}", {"title": "Oila", "content": TEXT, "course_id": made["id"], "order": 0})
    ids = {word: add_word(teacher, lesson, word, translation) for word, translation in FAMILY}
    return made | {"teacher": teacher, "lesson": lesson, "words": ids}


def add_word(teacher: Person, lesson: int, word: str, translation: str) -> int:
    made = teacher.post("/api/v1/words/", {"word": word, "translation": translation, "lesson_id": lesson})
    assert made.status_code == 201, made.text
    return made.json()["id"]


def listed(person: Any, query: str = "") -> list[dict[str, Any]]:
    """Exercises, to a person, or to the client of nobody."""
    answer = person.get(f"{EXERCISES}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def right_answer(exercise: dict[str, Any]) -> Any:
    """What a learner answers who knows `FAMILY` and `TEXT`."""
    known = dict(FAMILY)
    match exercise["kind"]:
        case "choose":
            return known[exercise["prompt"]]
        case "spell":
            return {translation: word for word, translation in FAMILY}[exercise["prompt"]]
        case "match":
            return {item: known[item] for item in exercise["items"]}
        case _:
            return next(sentence for sentence in SENTENCES if sorted(sentence) == sorted(exercise["options"]))


def check(person: Any, exercise: dict[str, Any], answer: Any) -> Any:
    return person.post(CHECK, json={"id": exercise["id"], "answer": answer})


def review(person: Person, word_id: int, rating: Any = "good") -> Any:
    return person.post(f"/api/v1/words/{word_id}/review", {"rating": rating})


def waiting(person: Person, query: str = "") -> list[str]:
    """The words that wait for somebody, in their order."""
    return [each["word"] for each in person.get(f"{REVIEW}?{query}").json()]


def answers_of(world: World) -> list[tuple[int, int, int, int]]:
    """(user, word, answers, wrong) of all that was counted."""
    with world.db.read() as tx:
        columns = (WordAnswer.user_id, WordAnswer.word_id, WordAnswer.answers, WordAnswer.wrong)
        return [tuple(row) for row in tx.all(select(*columns).order_by(*columns))]


def records_of(world: World) -> list[tuple[int, int, int, int]]:
    """(user, word, which review, rating) of all reviews."""
    with world.db.read() as tx:
        columns = (WordReviewRecord.user_id, WordReviewRecord.word_id, WordReviewRecord.rep, WordReviewRecord.rating)
        return [tuple(row) for row in tx.all(select(*columns).order_by(*columns))]


def reviewed_words(world: World) -> list[tuple[int, int, int]]:
    """(user, word, reviews) of all that is remembered."""
    with world.db.read() as tx:
        columns = (WordReview.user_id, WordReview.word_id, WordReview.reps)
        return [tuple(row) for row in tx.all(select(*columns).order_by(*columns))]
