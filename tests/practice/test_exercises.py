"""Exercises over HTTP: of what is open to whoever asks, the same for a seed, and never with an answer."""

import json
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import update

from bilim.catalog.models import Lesson
from bilim.practice.rules.exercises import MAX_EXERCISES, MAX_LESSONS
from practice.material import EXERCISES, FAMILY, SENTENCES, TEXT, add_word, check, listed, right_answer, taught
from world import World


def lessons_of(exercises: list[dict[str, Any]]) -> set[int]:
    return {each["lesson_id"] for each in exercises}


def test_exercises_of_all_kinds_are_for_anyone(world: World) -> None:
    taught(world)
    shown = listed(world.client, "seed=7")
    assert {each["kind"] for each in shown} == {"choose", "spell", "match", "order"}
    assert all(each.keys() == {"id", "kind", "lesson_id", "prompt", "items", "options"} for each in shown)
    assert shown == listed(world.student(), "seed=7")


def test_a_seed_gives_the_same_bytes_on_either_database(world: World) -> None:
    """Compared with what was written down once: so also in another process, on another day."""
    taught(world)
    shown = listed(world.client, "seed=7&kind=choose&limit=2")
    assert [(each["prompt"], each["options"]) for each in shown] == [
        ("sister", ["ota", "opa", "bola", "ona"]),
        ("child", ["ota", "ona", "aka", "bola"]),
    ]
    assert sha256(world.get(f"{EXERCISES}?seed=7").content).hexdigest()[:16] == "f3a3d796a4f78d94"
    assert world.get(f"{EXERCISES}?seed=7").content == world.get(f"{EXERCISES}?seed=7").content != world.get(f"{EXERCISES}?seed=8").content


def test_without_a_seed_it_is_the_days(sqlite_world: World) -> None:
    taught(sqlite_world)
    assert listed(sqlite_world.client) == listed(sqlite_world.client)


def test_no_exercise_holds_its_answer(world: World) -> None:
    """Planted words are looked for in all that is answered, whatever field they might be in."""
    course = taught(world)
    add_word(course["teacher"], course["lesson"], "kuchukcha", "puppy")
    for seed in range(10):
        for exercise in listed(world.student(), f"seed={seed}"):
            sent = json.dumps(exercise, ensure_ascii=False)
            if exercise["kind"] == "spell":
                assert "kuchukcha" not in sent
                assert not any(word in sent for word, _ in FAMILY)
            if exercise["kind"] == "order":
                assert exercise["options"] not in SENTENCES
                assert not any(" ".join(sentence) in sent for sentence in SENTENCES)


def test_every_exercise_can_be_solved(world: World) -> None:
    taught(world)
    student = world.student()
    for exercise in listed(student, "seed=3"):
        assert check(student, exercise, right_answer(exercise)).json()["is_correct"] is True, exercise


@pytest.mark.parametrize("kind", ["choose", "spell", "match", "order"])
def test_one_kind_can_be_asked_for(sqlite_world: World, kind: str) -> None:
    taught(sqlite_world)
    assert {each["kind"] for each in listed(sqlite_world.client, f"seed=1&kind={kind}")} == {kind}


def test_one_lesson_can_be_asked_for(world: World) -> None:
    teacher = world.teacher()
    first, second = taught(world, teacher), taught(world, teacher)
    assert lessons_of(listed(world.client, f"seed=1&lesson_id={second['lesson']}")) == {second["lesson"]}
    assert lessons_of(listed(world.client, "seed=1")) >= {first["lesson"]}
    empty = first["lessons"][1]["id"]
    assert listed(world.client, f"seed=1&lesson_id={empty}") == []


def test_pages_are_parts_of_one_list(world: World) -> None:
    taught(world)
    whole = listed(world.client, "seed=5")
    answer = world.get(f"{EXERCISES}?seed=5&skip=2&limit=3")
    assert answer.json() == whole[2:5]
    assert answer.headers["x-total-count"] == str(len(whole))
    assert 'rel="next"' in answer.headers["link"]
    assert "seed=5" in answer.headers["link"]
    assert listed(world.client, "seed=5&skip=1000") == listed(world.client, "seed=5&limit=0") == []


def test_a_seed_gives_at_most_forty(sqlite_world: World) -> None:
    course = taught(sqlite_world)
    for number in range(60):
        add_word(course["teacher"], course["lesson"], f"word{'abcdefghij'[number % 10]}{number}", f"soʻz {number}")
    assert len(listed(sqlite_world.client, "seed=1&kind=spell")) == MAX_EXERCISES


def test_material_is_found_from_any_point_on(sqlite_world: World) -> None:
    """Ids that a seed begins behind: the rest is taken from the beginning."""
    taught(sqlite_world)
    teacher = sqlite_world.teacher()
    for _ in range(MAX_LESSONS):
        sqlite_world.course(teacher, lessons=1)
    for seed in range(20):
        assert len([each for each in listed(sqlite_world.client, f"seed={seed}") if each["kind"] == "spell"]) == len(FAMILY)


@pytest.mark.parametrize("seed", range(3))
def test_closed_lessons_are_not_asked_about(world: World, seed: int) -> None:
    course = taught(world)
    with world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == course["lesson"]).values(premium_only=True))
    for person in (world.client, world.student()):
        assert listed(person, f"seed={seed}") == []
        assert listed(person, f"seed={seed}&lesson_id={course['lesson']}") == []
    assert lessons_of(listed(world.student(is_premium=True), f"seed={seed}")) == {course["lesson"]}
    assert lessons_of(listed(course["teacher"], f"seed={seed}")) == {course["lesson"]}


def test_lessons_of_a_priced_course_are_asked_about_after_its_purchase_only(world: World) -> None:
    course = taught(world, price=100)
    assert listed(world.student(is_premium=True), "seed=1") == []
    assert listed(course["teacher"], "seed=1") != []


def test_drafts_are_asked_about_to_their_author_alone_and_only_by_name(world: World) -> None:
    course = taught(world, is_published=False)
    by_name = f"seed=1&lesson_id={course['lesson']}"
    for person in (world.client, world.student(), world.teacher()):
        assert listed(person, "seed=1") == []
        assert person.get(f"{EXERCISES}?{by_name}").status_code == 404
    assert listed(course["teacher"], "seed=1") == listed(world.admin(), "seed=1") == []
    for person in (course["teacher"], world.admin()):
        assert lessons_of(listed(person, by_name)) == {course["lesson"]}


def test_a_deleted_lesson_is_gone(world: World) -> None:
    course = taught(world)
    world.complete(world.student(), course["lesson"])
    course["teacher"].delete(f"/api/v1/lessons/{course['lesson']}")
    assert listed(world.client, "seed=1") == []
    assert world.get(f"{EXERCISES}?lesson_id={course['lesson']}").status_code == 404


def test_there_may_be_nothing_to_ask(world: World) -> None:
    answer = world.get(f"{EXERCISES}?seed=1")
    assert (answer.status_code, answer.json(), answer.headers["x-total-count"]) == (200, [], "0")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"seed={2**70}", "seed"),
        (f"seed={2**63}", "seed"),
        ("seed=-1", "seed"),
        ("seed=abc", "seed"),
        ("seed=1.5", "seed"),
        ("kind=guess", "kind"),
        ("kind=", "kind"),
        ("kind=CHOOSE", "kind"),
        ("lesson_id=0", "lesson_id"),
        (f"lesson_id={2**63}", "lesson_id"),
        ("lesson_id=x", "lesson_id"),
        ("limit=-1", "limit"),
        ("skip=-1", "skip"),
    ],
)
def test_wrong_parameters_are_named(sqlite_world: World, query: str, field: str) -> None:
    answer = sqlite_world.get(f"{EXERCISES}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_several_wrong_parameters_are_all_named(sqlite_world: World) -> None:
    assert sqlite_world.get(f"{EXERCISES}?seed={2**70}&kind=guess&lesson_id=0").json().keys() == {"seed", "kind", "lesson_id"}


def test_the_greatest_seed_and_an_unknown_lesson(sqlite_world: World) -> None:
    assert sqlite_world.get(f"{EXERCISES}?seed={2**63 - 1}").status_code == 200
    assert sqlite_world.get(f"{EXERCISES}?lesson_id={2**63 - 1}").status_code == 404


def test_a_text_without_plain_sentences_has_no_sentences_to_order(sqlite_world: World) -> None:
    course = taught(sqlite_world)
    with sqlite_world.db.write() as tx:
        tx.execute(update(Lesson).where(Lesson.id == course["lesson"]).values(content=f"<p>{TEXT.replace('.', '').replace('!', '')}</p>"))
    assert listed(sqlite_world.client, "seed=1&kind=order") == []
