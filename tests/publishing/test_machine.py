"""The life of courses, whatever happens to them, against a model of a few lines: over HTTP, with and without review."""

from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bilim.catalog.models import Purchase
from bilim.catalog.rules import CourseTerms
from kit.repeatable import repeatable
from world import Person, World


@dataclass
class Written:
    """A course as the model has it."""

    id: int
    lessons: list[int] = field(default_factory=list[int])
    is_published: bool = False
    is_sold: bool = False
    submitted: list[int] | None = None
    """The lessons that were submitted, while that is not decided."""
    versions: list[list[int]] = field(default_factory=list[list[int]])

    def publish(self) -> None:
        self.is_published, self.submitted = True, None
        if not self.versions or self.versions[-1] != self.lessons:
            self.versions.append(list(self.lessons))


class LifeOfCourses(RuleBasedStateMachine):
    """Two courses of one author, an admin, a visitor who looks, and a learner who buys what is published."""

    courses = Bundle("courses")

    def __init__(self, world: World, author: Person, admin: Person, buyer: Person) -> None:
        super().__init__()
        self.world, self.author, self.admin, self.buyer = world, author, admin, buyer
        self.needs_review = False
        self.written = list[Written]()

    @initialize(needs_review=st.booleans())
    def begin(self, *, needs_review: bool) -> None:
        self.needs_review = needs_review
        self.world.use(course_terms=CourseTerms(needs_review=needs_review))

    @rule(target=courses)
    def write(self) -> Written:
        made = self.author.post("/api/courses/", {"title": "Kurs", "price": 1000}).json()
        self.written.append(Written(made["id"]))
        return self.written[-1]

    @rule(course=courses)
    def add_lesson(self, course: Written) -> None:
        course.lessons.append(self.world.lesson(self.author, course.id)["id"])

    @rule(course=courses)
    def remove_lesson(self, course: Written) -> None:
        if course.lessons:
            assert self.author.delete(f"/api/v1/lessons/{course.lessons.pop(0)}").status_code == 200

    def _move(self, person: Person, course: Written, verb: str) -> int:
        return person.post(f"/api/courses/{course.id}/{verb}/", {"reason": "Qisqa"}).status_code

    @rule(course=courses, by_admin=st.booleans())
    def submit(self, course: Written, *, by_admin: bool) -> None:
        is_same = course.is_published and bool(course.versions) and course.versions[-1] == course.lessons
        refused = course.submitted is not None or not course.lessons or is_same
        assert self._move(self.admin if by_admin else self.author, course, "submit") == (409 if refused else 200)
        if not refused:
            if by_admin or not self.needs_review:
                course.publish()
            else:
                course.submitted = list(course.lessons)

    @rule(course=courses)
    def approve(self, course: Written) -> None:
        allowed = course.submitted is not None and course.submitted == course.lessons
        assert self._move(self.admin, course, "approve") == (200 if allowed else 409)
        if allowed:
            course.publish()

    @rule(course=courses)
    def reject(self, course: Written) -> None:
        assert self._move(self.admin, course, "reject") == (409 if course.submitted is None else 200)
        course.submitted = None

    @rule(course=courses)
    def withdraw(self, course: Written) -> None:
        is_draft = course.submitted is None and not course.is_published
        assert self._move(self.author, course, "withdraw") == (409 if is_draft else 200)
        if course.submitted is None:
            course.is_published = False
        course.submitted = None

    @rule(course=courses)
    def buy(self, course: Written) -> None:
        if course.is_published and not course.is_sold:
            with self.world.db.write() as tx:
                tx.insert(Purchase, user_id=self.buyer.id, course_id=course.id, created_at=tx.now)
            course.is_sold = True

    @rule(course=courses, is_published=st.booleans())
    def set_is_published(self, course: Written, *, is_published: bool) -> None:
        assert self.author.put(f"/api/courses/{course.id}/", {"title": "Kurs", "is_published": is_published}).status_code == 200
        if not is_published:
            course.is_published, course.submitted = False, None
        elif not course.is_published:
            if not self.needs_review:
                course.publish()
            elif course.submitted is None:
                course.submitted = list(course.lessons)

    @invariant()
    def learners_see_what_is_published(self) -> None:
        for course in self.written:
            assert self.world.get(f"/api/courses/{course.id}/").status_code == (200 if course.is_published else 404)

    @invariant()
    def who_paid_reads_what_is_published(self) -> None:
        for course in self.written:
            shown = self.buyer.get(f"/api/v1/courses/{course.id}")
            assert shown.status_code == (200 if course.is_published else 404)
            if course.is_sold and course.is_published:
                assert sorted((each["id"], each["content"]) for each in shown.json()["lessons"]) == [
                    (each, "Hello!") for each in course.lessons
                ]

    @invariant()
    def the_author_sees_the_state_and_all_versions(self) -> None:
        for course in self.written:
            shown = self.author.get(f"/api/courses/{course.id}/state/").json()
            expected = "review" if course.submitted is not None else "published" if course.is_published else "draft"
            assert (shown["state"], shown["version"] or 0) == (expected, len(course.versions))
            for number, lessons in enumerate(course.versions, 1):
                version = self.author.get(f"/api/courses/{course.id}/versions/{number}/").json()
                assert [lesson["id"] for section in version["sections"] for lesson in section["lessons"]] == lessons

    @invariant()
    def admins_see_what_waits(self) -> None:
        waiting = {each["course"]["id"] for each in self.admin.get("/api/courses/submissions/").json()} & {each.id for each in self.written}
        assert waiting == {course.id for course in self.written if course.submitted is not None}


@pytest.mark.parametrize("examples", [4, pytest.param(200, marks=pytest.mark.soak)])
def test_the_life_of_courses(sqlite_world: World, examples: int) -> None:
    people = (sqlite_world, sqlite_world.teacher(), sqlite_world.admin(), sqlite_world.student())
    long = settings(repeatable, max_examples=examples, stateful_step_count=15, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(partial(LifeOfCourses, *people), settings=long)
