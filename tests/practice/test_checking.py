"""Answers are checked on the server, counted for the words that they are about, and for nobody else's."""

from typing import Any

import pytest
from sqlalchemy import update

from at_once import at_once, statuses
from bilim.catalog.models import Lesson
from practice.material import CHECK, FAMILY, SENTENCES, TEXT, answers_of, check, listed, right_answer, taught
from world import World


def of_kind(person: Any, kind: str, query: str = "seed=1") -> dict[str, Any]:
    """The first exercise of a kind."""
    return listed(person, f"{query}&kind={kind}")[0]


def about(person: Any, kind: str, word: str) -> dict[str, Any]:
    """The exercise that asks about a word."""
    prompt = word if kind == "choose" else dict(FAMILY)[word]
    return next(each for each in listed(person, f"seed=1&kind={kind}") if each["prompt"] == prompt)


def test_a_right_and_a_wrong_answer_are_told_apart_and_counted(world: World) -> None:
    course, student = taught(world), world.student()
    exercise, word_id = about(student, "spell", "mother"), course["words"]["mother"]
    right = check(student, exercise, "Mother")
    assert right.status_code == 200
    assert right.json() == {
        "id": exercise["id"],
        "kind": "spell",
        "is_correct": True,
        "correct_answer": "mother",
        "words": [{"word_id": word_id, "is_correct": True}],
    }
    wrong = check(student, exercise, "muther").json()
    assert (wrong["is_correct"], wrong["correct_answer"]) == (False, "mother")
    assert answers_of(world) == [(student.id, word_id, 2, 1)]


def test_each_word_of_a_match_is_counted_by_itself(world: World) -> None:
    course, student = taught(world), world.student()
    exercise = of_kind(student, "match")
    right = right_answer(exercise)
    first, second, *rest = exercise["items"]
    swapped = right | {first: right[second], second: right[first]}
    told = check(student, exercise, swapped).json()
    assert (told["is_correct"], told["correct_answer"]) == (False, right)
    expected = [(student.id, course["words"][word], 1, int(word in (first, second))) for word in (first, second, *rest)]
    assert answers_of(world) == sorted(expected)


def test_a_sentence_is_about_no_word(world: World) -> None:
    taught(world)
    student = world.student()
    exercise = of_kind(student, "order")
    assert check(student, exercise, exercise["options"]).json()["correct_answer"] in SENTENCES
    assert check(student, exercise, right_answer(exercise)).json() | {"correct_answer": None} == {
        "id": exercise["id"],
        "kind": "order",
        "is_correct": True,
        "correct_answer": None,
        "words": [],
    }
    assert answers_of(world) == []


def test_nobodys_answers_are_checked_and_not_counted(world: World) -> None:
    taught(world)
    exercise = about(world.client, "choose", "father")
    assert check(world.client, exercise, "ota").json()["is_correct"] is True
    assert answers_of(world) == []


def test_a_form_may_answer(sqlite_world: World) -> None:
    taught(sqlite_world)
    student = sqlite_world.student()
    exercise = about(student, "spell", "mother")
    assert student.call("POST", CHECK, data={"id": exercise["id"], "answer": "mother"}).json()["is_correct"] is True


def test_answers_at_once_are_all_counted(world: World) -> None:
    """Of overlapping words too, whichever exercise names them first: nothing is lost and nobody waits for ever."""
    course, student = taught(world), world.student()
    matches = [of_kind(student, "match", f"seed={seed}") for seed in range(10)]
    answers = at_once([lambda exercise=exercise: check(student, exercise, {}) for exercise in matches * 2])
    assert statuses(answers) == {200: 20}
    counted = {word_id: (total, wrong) for _, word_id, total, wrong in answers_of(world)}
    asked = [word for exercise in matches * 2 for word in exercise["items"]]
    assert counted == {course["words"][word]: (asked.count(word), asked.count(word)) for word in set(asked)}


UNKNOWN = {"id": ["There is no such exercise, or it has changed. Load exercises anew."]}


def test_a_tampered_id_is_refused_and_nothing_counted(world: World) -> None:
    course, student = taught(world), world.student()
    exercise = about(student, "spell", "mother")
    kind, refs, signature = exercise["id"].split(".")
    other = about(student, "spell", "father")["id"].split(".")
    for tampered in (
        f"choose.{refs}.{signature}",
        f"match.{refs}.{signature}",
        f"order.{refs}.{signature}",
        f"guess.{refs}.{signature}",
        f"{kind}.{other[1]}.{signature}",
        f"{kind}.{refs}.{other[2]}",
        f"{kind}.{refs}-{other[1]}.{signature}",
        f"{kind}.{refs}.{signature[:-1]}",
        f"{kind}.{refs}.{signature}x",
        f"{kind}.0{refs}.{signature}",
        f"{kind}.{2**63 - 1}.{signature}",
        f"{kind}.{2**70}.{signature}",
        f"order.{course['lesson']}-{2**63 - 1}.{signature}",
        "nothing",
    ):
        answer = check(student, {"id": tampered}, "mother")
        assert (answer.status_code, list(answer.json())) == (400, ["id"]), tampered
    assert answers_of(world) == []


def test_an_exercise_of_what_is_closed_to_one_is_refused(world: World) -> None:
    course, premium, student = taught(world), world.student(is_premium=True), world.student()
    with world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == course["lesson"]).values(premium_only=True))
    for kind in ("spell", "choose", "match", "order"):
        exercise = of_kind(premium, kind)
        for person in (student, world.client):
            answer = check(person, exercise, right_answer(exercise))
            assert (answer.status_code, answer.json()) == (400, UNKNOWN)
    assert answers_of(world) == []


def test_an_exercise_of_a_course_that_was_withdrawn_is_refused(world: World) -> None:
    course, student = taught(world), world.student()
    exercise = about(student, "spell", "mother")
    course["teacher"].put(f"/api/v1/courses/{course['id']}", {"title": "Ingliz tili", "difficulty_level": "A1", "is_published": False})
    assert check(student, exercise, "mother").json() == UNKNOWN
    assert answers_of(world) == []


def test_an_exercise_whose_word_was_changed_or_deleted_is_refused(world: World) -> None:
    course, student = taught(world), world.student()
    exercises = [about(student, "spell", "mother"), about(student, "choose", "mother"), about(student, "spell", "father")]
    course["teacher"].put(f"/api/v1/words/{course['words']['mother']}", {"word": "mum", "translation": "ona"})
    course["teacher"].delete(f"/api/v1/words/{course['words']['father']}")
    assert [check(student, exercise, "mother").status_code for exercise in exercises] == [400, 400, 400]
    assert check(student, about(student, "spell", "sister"), "sister").status_code == 200


def test_an_exercise_whose_sentence_was_changed_is_refused(world: World) -> None:
    course, student = taught(world), world.student()
    exercise = of_kind(student, "order")
    body = {"title": "Oila", "content": TEXT.replace("katta", "kichik").replace("har", "hech"), "course_id": course["id"], "order": 0}
    course["teacher"].put(f"/api/v1/lessons/{course['lesson']}", body)
    assert check(student, exercise, right_answer(exercise)).json() == UNKNOWN


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [("spell", ["mother"]), ("spell", {"a": "b"}), ("choose", []), ("match", "mother"), ("match", ["mother"]), ("order", {"a": "b"})],
)
def test_an_answer_of_another_shape_is_refused_and_not_counted(world: World, kind: str, wrong: Any) -> None:
    taught(world)
    student = world.student()
    answer = check(student, of_kind(student, kind), wrong)
    assert answer.status_code == 400
    assert list(answer.json()) == ["answer"]
    assert answers_of(world) == []


@pytest.mark.parametrize(
    "wrong", [None, 5, 1.5, True, [1], [None], {"a": 1}, {"a": None}, [["a"]], "a" * 1001, ["a"] * 101, "a" * 1_000_000]
)
def test_what_is_no_answer_at_all_is_refused(sqlite_world: World, wrong: Any) -> None:
    taught(sqlite_world)
    student = sqlite_world.student()
    answer = check(student, of_kind(student, "spell"), wrong)
    assert answer.status_code == 400
    assert list(answer.json()) == ["answer"]
    assert answers_of(sqlite_world) == []


def test_every_wrong_field_is_named(sqlite_world: World) -> None:
    assert sqlite_world.post(CHECK, json={}).json().keys() == {"id", "answer"}
    assert sqlite_world.post(CHECK, json={"id": "", "answer": 5}).json().keys() == {"id", "answer"}
    assert sqlite_world.post(CHECK, json={"id": "a" * 256, "answer": "a"}).json().keys() == {"id"}
