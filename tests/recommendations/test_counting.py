"""What is counted at night: what was finished next, by enough people, and where most begin."""

from typing import Any

import pytest
from sqlalchemy import select

from bilim.db.outbox_tables import JobRow
from bilim.recommendations import actions
from bilim.recommendations.inputs import CountNextLessons
from bilim.recommendations.models import NextLessonCount, PopularLesson
from world import Person, World


def count(world: World) -> None:
    """Run the job, as its schedule would."""
    with world.db.write() as tx:
        tx.enqueue(CountNextLessons())
    world.run_jobs()
    with world.db.read() as tx:
        assert tx.scalars(select(JobRow.kind)) == []


def counts(world: World) -> list[tuple[int, int, int, int]]:
    """(lesson, next lesson, learners, of so many)."""
    with world.db.read() as tx:
        columns = (NextLessonCount.lesson_id, NextLessonCount.next_lesson_id, NextLessonCount.learners, NextLessonCount.sampled)
        return [tuple(row) for row in tx.all(select(*columns).order_by(*columns))]


def popular(world: World, level: str = "") -> list[tuple[int, int]]:
    """(lesson, learners) of a level, in the order of their places."""
    with world.db.read() as tx:
        rows = tx.all(
            select(PopularLesson.place, PopularLesson.lesson_id, PopularLesson.learners)
            .where(PopularLesson.level_key == level)
            .order_by(PopularLesson.place)
        )
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    return [tuple(row[1:]) for row in rows]


def study(world: World, *lessons: int) -> Person:
    """Somebody who finishes lessons in an order."""
    student = world.student()
    for lesson in lessons:
        assert world.complete(student, lesson).status_code == 200
    return student


@pytest.fixture
def lessons(world: World) -> list[int]:
    """Three lessons of one course and three of another."""
    teacher = world.teacher()
    return [each["id"] for _ in range(2) for each in world.course(teacher, lessons=3)["lessons"]]


def test_what_was_finished_right_after_is_counted(world: World, lessons: list[int]) -> None:
    a, b, c, d, *_ = lessons
    for _ in range(3):
        study(world, a, b, d)
    for _ in range(2):
        study(world, a, c)
    study(world, b, c)
    count(world)
    assert counts(world) == [(a, b, 3, 5), (a, c, 2, 5), (b, d, 3, 4)]


def test_what_one_person_did_tells_nothing(world: World, lessons: list[int]) -> None:
    study(world, *lessons)
    count(world)
    assert counts(world) == []


def test_counting_again_gives_the_same(world: World, lessons: list[int]) -> None:
    for _ in range(2):
        study(world, *lessons[:3])
    count(world)
    first = counts(world)
    count(world)
    assert counts(world) == first != []
    study(world, *lessons[:3])
    count(world)
    assert [row[2] for row in counts(world)] == [3, 3]


def test_lessons_are_counted_in_batches(world: World, lessons: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        study(world, *lessons)
    last, ends = 0, []
    monkeypatch.setattr(actions, "_FINISHED", actions.Prepared(actions._FINISHED.statement.limit(4)))  # type: ignore[attr-defined]
    while last is not None:
        with world.db.write() as tx:
            last = actions.count_next_lessons(tx, last)
        ends.append(last)
    assert ends == [lessons[3], lessons[5], None]
    assert len(counts(world)) == 5


def test_only_the_most_frequent_ones_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = [each["id"] for each in world.course(world.teacher(), lessons=5)["lessons"]]
    for times, lesson in zip((2, 4, 3, 2), others, strict=True):
        for _ in range(times):
            study(world, first, lesson)
    monkeypatch.setattr(actions, "KEPT", 3)
    monkeypatch.setattr(actions, "_COUNT", actions._counting())
    count(world)
    assert [row[1:] for row in counts(world)] == [(others[0], 2, 11), (others[1], 4, 11), (others[2], 3, 11)]


def test_only_those_who_finished_it_last_are_counted(world: World, lessons: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c, *_ = lessons
    for _ in range(3):
        study(world, a, b)
    for _ in range(2):
        study(world, a, c)
    monkeypatch.setattr(actions, "SAMPLED", 2)
    monkeypatch.setattr(actions, "_COUNT", actions._counting())
    count(world)
    assert counts(world) == [(a, c, 2, 2)]


def course(world: World, teacher: Person, level: str, learners: int, **fields: Any) -> int:
    """A course that so many joined; the id of its first lesson."""
    made = world.course(teacher, difficulty_level=level, **fields)
    for _ in range(learners):
        world.student().post("/api/enrollments/", {"course": made["id"]})
    return made["lessons"][0]["id"] if made["lessons"] else 0


def test_where_most_begin_is_found_for_each_level_and_for_all(world: World) -> None:
    teacher = world.teacher()
    few, many, none, other = (course(world, teacher, *each) for each in (("A1", 1), ("Beginner", 3), ("a1", 0), ("B1", 2)))
    course(world, teacher, "A1", 0, is_published=False)
    course(world, teacher, "A1", 0, lessons=0)
    count(world)
    assert popular(world, "a1") == [(many, 3), (few, 1), (none, 0)]
    assert popular(world, "b1") == [(other, 2)]
    assert popular(world) == [(many, 3), (other, 2), (few, 1), (none, 0)]


def test_featured_courses_come_before_others_that_as_many_joined(world: World) -> None:
    teacher, admin = world.teacher(), world.admin()
    plain = course(world, teacher, "A1", 1)
    featured = world.course(admin, is_featured=True)["lessons"][0]["id"]
    chosen = world.course(admin)["lessons"][0]["id"]
    count(world)
    assert popular(world) == [(plain, 1), (featured, 0), (chosen, 0)]


def test_a_course_that_was_withdrawn_or_deleted_is_forgotten_the_next_night(world: World) -> None:
    teacher = world.teacher()
    lesson = course(world, teacher, "A1", 1)
    count(world)
    assert popular(world) == [(lesson, 1)]
    teacher.delete(f"/api/v1/courses/{teacher.get(f'/api/v1/lessons/{lesson}').json()['course_id']}")
    count(world)
    assert popular(world) == popular(world, "a1") == []


def test_no_more_than_thirty_of_a_level_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_MOST_POPULAR", 2)
    teacher = world.teacher()
    for _ in range(3):
        course(world, teacher, "A1", 0)
    count(world)
    assert len(popular(world)) == len(popular(world, "a1")) == 2


def test_a_lesson_that_was_deleted_since_it_was_found_is_left_out(world: World) -> None:
    teacher = world.teacher()
    kept, gone = course(world, teacher, "A1", 0), course(world, teacher, "A1", 0)
    with world.db.read() as tx:
        found = actions.find_popular_lessons(tx)
    teacher.delete(f"/api/v1/lessons/{gone}")
    with world.db.write() as tx:
        actions.store_popular_lessons(tx, found)
    with world.db.read() as tx:
        assert set(tx.scalars(select(PopularLesson.lesson_id))) == {kept}
