"""The index of what can be found equals one that is built anew, after any history of writes; races leave it whole."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bilim.catalog.inputs import IndexCourses
from bilim.catalog.jobs import index_everything
from bilim.catalog.models import Course
from bilim.db import prepared
from bilim.db.engine import Database
from bilim.db.prepared import Plan
from bilim.search.models import IndexedDocument, Neighbour, Posting, Term
from bilim.search.rules import neighbour_keys, tokens
from bilim.study.actions.reviews import column_of, recount_ratings
from bilim.study.models import CourseRating
from bilim.study.rules import STARS
from world import Person, World

TITLES = ("Oʻzbek tili", "Ўзбек тили", "Python", "Русский язык", "Ingliz tili asoslari", "!!!")


def contents(db: Database) -> set[tuple[Any, ...]]:
    """The whole index, without the ids that it gives."""
    with db.read() as tx:
        rows = (
            select(Term.term, IndexedDocument.kind, IndexedDocument.object_id, IndexedDocument.group_id, IndexedDocument.parent_id)
            .add_columns(Posting.kind, Posting.weight, Posting.open_weight)
            .join(Posting, Posting.term_id == Term.id)
            .join(IndexedDocument, IndexedDocument.id == Posting.document_id)
        )
        return {tuple(row) for row in tx.all(rows)}


def neighbours(db: Database) -> dict[str, set[int]]:
    with db.read() as tx:
        found: dict[str, set[int]] = {term: set() for term in tx.scalars(select(Term.term))}
        for term, key in tx.all(select(Term.term, Neighbour.key).join(Neighbour, Neighbour.term_id == Term.id)):
            found[term].add(key)
        return found


def ratings(db: Database) -> dict[int, tuple[int, ...]]:
    with db.read() as tx:
        counts = [getattr(CourseRating, column_of(stars)) for stars in STARS]
        return {course_id: tuple(found) for course_id, *found in tx.all(select(CourseRating.course_id, *counts)) if any(found)}


def forget_index(db: Database) -> None:
    with db.write() as tx:
        for table in (Posting, IndexedDocument, Neighbour, Term):
            tx.execute(delete(table))


class School:
    """A teacher's and a student's writes, chosen by numbers."""

    def __init__(self, world: World) -> None:
        self.teacher, self.student = world.teacher(), world.student()
        self.courses: list[int] = []
        self.lessons: list[int] = []
        self.words: list[int] = []
        self.reviews: list[int] = []

    def do(self, action: int, first: int, second: int) -> None:
        self.writes[action](first, second)

    @property
    def writes(self) -> list[Callable[[int, int], None]]:
        return [
            *(self.add_course, self.add_lesson, self.add_word, self.add_section, self.rate, self.finish),
            *(self.bring, self.change, self.publish_or_withdraw, self.remove),
        ]

    def add_course(self, first: int, second: int) -> None:
        body = {"title": TITLES[first % 6], "description": f"tavsif{second}", "tags": [f"teg{second}"], "is_published": second % 4 > 0}
        self.courses.append(made(self.teacher, "/api/courses/", body))

    def add_lesson(self, first: int, second: int) -> None:
        if self.courses:
            body = {"course_id": one(self.courses, first), "title": TITLES[second % 6], "content": f"dars {second}", "order": second}
            self.lessons.append(made(self.teacher, "/api/v1/lessons/", body))

    def add_word(self, first: int, second: int) -> None:
        if self.lessons:
            body = {"lesson_id": one(self.lessons, first), "word": f"soz{second}", "translation": TITLES[second % 6]}
            self.words.append(made(self.teacher, "/api/v1/words/", body))

    def add_section(self, first: int, second: int) -> None:
        if self.courses:
            made(self.teacher, "/api/sections/", {"course": one(self.courses, first), "title": f"bob{second}"})

    def rate(self, first: int, second: int) -> None:
        rating = second % 5 + 1
        if self.reviews and first % 2:
            self.student.put(f"/api/reviews/{one(self.reviews, first)}/", {"rating": rating})
        elif self.courses:
            course_id = one(self.courses, first)
            self.student.post("/api/enrollments/", {"course": course_id})
            answer = self.student.post("/api/reviews/", {"course": course_id, "rating": rating})
            if answer.status_code == 201:
                self.reviews.append(answer.json()["id"])

    def finish(self, first: int, second: int) -> None:  # noqa: ARG002 - as the others
        """A lesson that somebody finished is hidden when it is deleted, and so is a course that somebody joined."""
        if self.lessons:
            self.student.post(f"/api/v1/user-progress/lessons/{one(self.lessons, first)}/complete")

    def publish_or_withdraw(self, first: int, second: int) -> None:
        if self.courses:
            answer = self.teacher.post(f"/api/courses/{one(self.courses, first)}/{('submit', 'withdraw')[second % 2]}/", {})
            assert answer.status_code in {200, 404, 409}, answer.text

    def bring(self, first: int, second: int) -> None:
        """An import makes a course or changes the one of its key."""
        words = [{"word": f"w{second}", "translation": "tarjima"}]
        lessons = [{"title": f"dars{place}", "content": f"matn{second}", "words": words} for place in range(first % 3)]
        course = {"title": f"kurs{second}", "key": f"k{first % 3}", "sections": [{"title": f"bob{second}", "lessons": lessons}]}
        answer = self.teacher.post("/api/v1/content/lessons/import", {"courses": [course], "dry_run": second % 4 == 0})
        assert answer.status_code in {200, 201}, answer.text

    def change(self, first: int, second: int) -> None:
        if self.words and first % 3 == 0:
            self.teacher.put(f"/api/v1/words/{one(self.words, first)}", {"word": f"yangi{second}", "translation": "t", "lesson_id": 1})
        elif self.lessons and first % 3 == 1:
            self.teacher.put(f"/api/v1/lessons/{one(self.lessons, first)}", {"title": f"L{second}", "content": "", "is_preview": True})
        elif self.courses:
            category = f"toifa{second}" if second % 3 else None
            self.teacher.put(f"/api/courses/{one(self.courses, first)}/", {"title": TITLES[second % 6], "category": category})

    def remove(self, first: int, second: int) -> None:
        kind, gone = (("words", self.words), ("lessons", self.lessons), ("reviews", self.reviews), ("courses", self.courses))[second % 4]
        if gone:
            row_id = gone.pop(first % len(gone))
            if kind == "reviews":
                self.student.delete(f"/api/reviews/{row_id}/")
            else:
                self.teacher.delete(f"/api/courses/{row_id}/" if kind == "courses" else f"/api/v1/{kind}/{row_id}")


def one(ids: list[int], number: int) -> int:
    return ids[number % len(ids)]


def made(person: Person, path: str, body: dict[str, Any]) -> int:
    answer = person.post(path, body)
    if answer.status_code == 404 or (answer.status_code == 400 and "object does not exist" in answer.text):
        return -1  # it was deleted with what it belonged to
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def shown(db: Database, word: str) -> set[int]:
    """The courses whose titles have a word, of those that everybody may see."""
    with db.read() as tx:
        rows = tx.all(select(Course.id, Course.title).where(Course.is_published, Course.deleted_at.is_(None)))
    return {course_id for course_id, title in rows if word in {token.term for token in tokens(title)}}


STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 11), st.integers(0, 11)), min_size=5, max_size=30)


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_writes_the_index_is_what_building_it_anew_makes(world: World, steps: list[tuple[int, int, int]]) -> None:
    school = School(world)
    for step in steps:
        school.do(*step)
    written, rated = contents(world.db), ratings(world.db)
    for word in ("ozbek", "python", "russkiy"):
        assert {course["id"] for course in world.get(f"/api/courses/?search={word}&limit=1000").json()} == shown(world.db, word)
    index_everything(world.db)
    assert contents(world.db) == written, "building it beside what is there changes nothing"
    forget_index(world.db)
    index_everything(world.db)
    assert contents(world.db) == written
    assert neighbours(world.db) == {term: neighbour_keys(term) for term in neighbours(world.db)}
    with world.db.write() as tx:
        recount_ratings(tx)
    assert ratings(world.db) == rated


def test_building_anew_mends_an_index_and_forgets_what_is_no_more(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=1, title="Python")
    gone = world.course(teacher, lessons=1, title="Yoqoladi")
    sound = contents(world.db)
    with world.db.write() as tx:
        tx.execute(delete(Course).where(Course.id == gone["id"]))  # behind the index's back
        tx.execute(Course.__table__.update().where(Course.id == course["id"]).values(title="Java"))  # type: ignore[attr-defined]
        tx.insert(Term, term="ortiqcha")
    assert index_everything(world.db) == 1
    mended = contents(world.db)
    assert {row[0] for row in mended} == {row[0] for row in sound} - {"python", "yoqoladi"} | {"java"}
    with world.db.read() as tx:
        assert set(tx.scalars(select(Term.term))) == {row[0] for row in mended}


def test_a_job_builds_the_index_and_may_run_twice(world: World) -> None:
    world.course(world.teacher(), lessons=2)
    sound = contents(world.db)
    forget_index(world.db)
    for _ in range(2):
        with world.db.write() as tx:
            tx.enqueue(IndexCourses())
        world.run_jobs()
        assert contents(world.db) == sound


def test_writers_of_the_same_new_words_wait_for_each_other_and_lose_nothing(world: World) -> None:
    teacher = world.teacher()
    courses = [world.course(teacher, lessons=0, title=f"Kurs{number}") for number in range(4)]
    words = [f"yangigap{chr(97 + number)}" for number in range(20)]

    def write(number: int) -> int:
        mixed = words[number:] + words[:number]
        body = {"course_id": courses[number % 4]["id"], "title": " ".join(mixed), "content": " ".join(reversed(mixed)), "order": 0}
        return teacher.post("/api/v1/lessons/", body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(write, range(12))) == {201}
    written = contents(world.db)
    assert len({row[0] for row in written if row[0].startswith("yangigap")}) == 20
    forget_index(world.db)
    index_everything(world.db)
    assert contents(world.db) == written


TABLES = ("courses", "lessons", "search_postings", "search_terms", "search_documents", "search_neighbours", "course_ratings", "categories")
QUERIES = ("python", "pyhton", "python darslari", "pyton zzzzzzz", "p", "py", "%", "_", "' OR 1=1 --", '"py* AND', "a" * 200)


@pytest.mark.parametrize("query", QUERIES)
def test_no_search_reads_a_table_from_end_to_end(world: World, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    teacher = world.teacher()
    world.course(teacher, lessons=2, title="Python darslari", category="Dasturlash")
    ran: list[tuple[str, Any]] = []
    bind = Plan._bind

    def noting(plan: Plan, values: dict[str, Any]) -> tuple[str, Any]:
        ran.append(bind(plan, values))
        return ran[-1]

    monkeypatch.setattr(Plan, "_bind", noting)
    for path in ("/api/search/?q=", "/api/courses/?category=dasturlash&max_price=5&search="):
        assert world.get(path + quote(query, safe="")).status_code == 200
    monkeypatch.undo()
    assert ran
    assert whole_tables_read(world.db, ran) == []


def whole_tables_read(db: Database, ran: list[tuple[str, Any]]) -> list[str]:
    """The steps of statements' plans that read a table row by row. PostgreSQL is told to do so only where no index serves."""
    steps: list[str] = []
    with db.read() as tx:
        driver: Any = tx.connection.connection.dbapi_connection
        if tx.dialect == "sqlite":
            for sql, values in ran:
                steps += [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
            return [step for step in steps if any(step == f"SCAN {table}" for table in TABLES)]
        with driver.transaction():
            driver.execute("SET LOCAL enable_seqscan = off")
            for sql, values in ran:
                steps += [row[0] for row in driver.execute(f"EXPLAIN {sql}", values).fetchall()]
    return [step for step in steps if "Seq Scan" in step and any(f" on {table} " in step for table in TABLES)]


def test_slips_and_words_are_found_by_their_keys(sqlite_world: World) -> None:
    course = sqlite_world.course(sqlite_world.teacher(), lessons=2, title="Python")
    statements: list[str] = []
    prepared.watchers.append(statements.append)
    try:
        assert [each["id"] for each in sqlite_world.get("/api/courses/?search=python").json()] == [course["id"]]
        assert sqlite_world.get("/api/courses/?search=pyhton").json() != []
    finally:
        prepared.watchers.remove(statements.append)
    with sqlite_world.db.read() as tx:
        explained = [
            tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?")).all()
            for sql in statements
            if sql.lstrip().startswith(("SELECT", "WITH"))
        ]
    plans = [row[3] for rows in explained for row in rows]
    assert any(plan.startswith("SEARCH search_neighbours USING PRIMARY KEY (key=?)") for plan in plans)
    assert any(plan.startswith("SEARCH search_postings USING PRIMARY KEY (term_id=? AND kind=?") for plan in plans)
