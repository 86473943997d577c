"""Whatever learners, teachers and the night do: nothing finished, closed or unpublished is ever recommended."""

from itertools import cycle
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import update

from bilim.catalog.models import Course, Lesson, Purchase
from bilim.jobs.handling import Try
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page
from bilim.recommendations import jobs
from bilim.recommendations.inputs import CountNextLessons
from bilim.recommendations.queries import recommended_lessons
from bilim.recommendations.rules import _WEIGHTS, MOST
from bilim.study.actions import complete_lesson
from bilim.study.models import Completion, Enrollment
from kit.repeatable import repeatable
from practice.material import taught
from world import World

COURSES, LEARNERS = 4, 3


class RandomHistories(RuleBasedStateMachine):
    """A few courses whose lessons are closed, priced, withdrawn and opened again while three people study them."""

    def __init__(self, world: World, courses: list[dict[str, Any]], people: list[int]) -> None:
        super().__init__()
        self.world, self.people = world, people
        self.courses = [course["id"] for course in courses]
        self.lessons = {lesson["id"]: course["id"] for course in courses for lesson in course["lessons"]}
        self.finished: dict[int, set[int]] = {person: set() for person in people}
        self.bought: set[tuple[int, int]] = set()
        self.premium_lessons: set[int] = set()
        self.previews: set[int] = set()
        self.priced: set[int] = set()
        self.withdrawn: set[int] = set()
        self.mixes = cycle(_WEIGHTS)
        self._reset()

    def _reset(self) -> None:
        with self.world.db.write() as tx:
            for table in (Completion, Enrollment, Purchase):
                tx.execute(table.__table__.delete())  # type: ignore[attr-defined]
            tx.execute(update(Lesson).values(premium_only=False, is_preview=False))
            tx.execute(update(Course).values(price=0, is_published=True))

    def actor(self, person: int) -> Actor:
        return Actor(self.people[person], Role.STUDENT, is_premium=person == 0, session_id=0)

    def is_open(self, person: int, lesson: int) -> bool:
        course = self.lessons[lesson]
        if course in self.withdrawn:
            return False
        if lesson in self.previews or (self.people[person], course) in self.bought:
            return True
        return course not in self.priced and (person == 0 or lesson not in self.premium_lessons)

    @rule(person=st.integers(0, LEARNERS - 1), number=st.integers(0, 7))
    def finish(self, person: int, number: int) -> None:
        lesson = list(self.lessons)[number]
        course = self.lessons[lesson]
        may_study = course not in self.priced or (self.people[person], course) in self.bought
        if self.is_open(person, lesson) and may_study:
            with self.world.db.write() as tx:
                complete_lesson(tx, self.actor(person), lesson)
            self.finished[self.people[person]].add(lesson)

    @rule(number=st.integers(0, 7), is_premium=st.booleans(), is_preview=st.booleans())
    def change_lesson(self, number: int, is_premium: bool, is_preview: bool) -> None:
        lesson = list(self.lessons)[number]
        with self.world.db.write() as tx:
            tx.execute(update(Lesson).where(Lesson.id == lesson).values(premium_only=is_premium, is_preview=is_preview))
        self.premium_lessons = self.premium_lessons - {lesson} | ({lesson} if is_premium else set())
        self.previews = self.previews - {lesson} | ({lesson} if is_preview else set())

    @rule(number=st.integers(0, COURSES - 1), price=st.sampled_from([0, 0, 1000]), is_published=st.booleans())
    def change_course(self, number: int, price: int, is_published: bool) -> None:
        course = self.courses[number]
        with self.world.db.write() as tx:
            tx.execute(update(Course).where(Course.id == course).values(price=price, is_published=is_published))
        self.priced = self.priced - {course} | ({course} if price else set())
        self.withdrawn = self.withdrawn - {course} | (set() if is_published else {course})

    @rule(person=st.integers(0, LEARNERS - 1), number=st.integers(0, COURSES - 1))
    def buy(self, person: int, number: int) -> None:
        bought = (self.people[person], self.courses[number])
        if bought not in self.bought:
            with self.world.db.write() as tx:
                tx.insert(Purchase, user_id=bought[0], course_id=bought[1], created_at=tx.now)
            self.bought.add(bought)

    @rule()
    def night(self) -> None:
        for handler in jobs.handlers(self.world.db):
            handler.run(CountNextLessons(), Try(1, is_last=True))

    @invariant()
    def nothing_wrong_is_recommended(self) -> None:
        mix = next(self.mixes)
        with self.world.db.read() as tx:
            for person in range(LEARNERS):
                worth = {each for each in self.lessons if self.is_open(person, each)} - self.finished[self.people[person]]
                found = recommended_lessons(tx, self.actor(person), mix, Page()).all()
                shown = [each.lesson.id for each in found]
                assert len(shown) == len(set(shown)) <= MOST
                assert set(shown) <= worth
                assert all(each.lesson.is_open for each in found)


def test_nothing_finished_closed_or_unpublished_is_ever_recommended(sqlite_world: World) -> None:
    play(sqlite_world, 30)


def test_nor_on_either_database(world: World) -> None:
    play(world, 5)


def play(world: World, runs: int) -> None:
    teacher = world.teacher()
    courses = [taught(world, teacher) for _ in range(COURSES)]
    people = [world.student(current_level="A1").id for _ in range(LEARNERS)]
    calm = settings(repeatable, max_examples=runs, stateful_step_count=10, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: RandomHistories(world, courses, people), settings=calm)
