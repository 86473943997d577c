"""Exports: what was written comes out in the shape in which it goes in, and going in again it is the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bilim.catalog.models import Category, Course
from bilim.study.models import Completion, Enrollment
from content.material import ENGLISH, EXPORT, NOTHING, exported, imported, rows, send, send_file
from kit.repeatable import repeatable
from world import Person, World


def empty(world: World) -> None:
    """Leave nothing of courses, as in a new database."""
    with world.db.write() as tx:
        for kind in (Completion, Enrollment, Course, Category):
            tx.execute(delete(kind))
    assert rows(world) == NOTHING


def two_courses(world: World, teacher: Person) -> None:
    """A published course and a draft, written in the app; some of it was deleted, with history and without."""
    course = world.course(teacher, price=490000.5, discount_price=390000, tags=["A1"], category="Tillar", description="Yangi", lessons=1)
    section = teacher.post("/api/sections/", {"course": course["id"], "title": "Ikkinchi bob"}).json()["id"]
    lesson, hidden, gone = (
        teacher.post("/api/lessons/", {"section": section, "title": title, "content": "Matn", "is_preview": True}).json()["id"]
        for title in ("Dars", "Yashirilgan", "Oʻchirilgan")
    )
    for word in ("non", "suv"):
        teacher.post("/api/v1/words/", {"word": word, "translation": word.upper(), "lesson_id": lesson})
    assert world.complete(teacher, hidden).status_code == 200
    for each in (hidden, gone):
        teacher.delete(f"/api/v1/lessons/{each}")
    world.course(teacher, is_published=False, title="Qoralama", lessons=2)
    teacher.delete(f"/api/v1/courses/{world.course(teacher, title='Oʻchirilgan')['id']}")


def test_what_was_written_in_the_app_comes_out(world: World) -> None:
    teacher = world.teacher()
    two_courses(world, teacher)
    first, draft = exported(teacher)
    assert {name: first[name] for name in ("title", "price", "discount_price", "category", "tags", "description", "is_published")} == {
        "title": "Ingliz tili",
        "price": 490000.5,
        "discount_price": 390000,
        "category": "Tillar",
        "tags": ["A1"],
        "description": "Yangi",
        "is_published": True,
    }
    assert [(each["title"], each["order"], [inner["title"] for inner in each["lessons"]]) for each in first["sections"]] == [
        ("Ingliz tili", 0, ["Salomlashish"]),
        ("Ikkinchi bob", 1, ["Dars"]),
    ]
    (lesson,) = first["sections"][1]["lessons"]
    assert lesson == {
        "key": lesson["key"],
        "title": "Dars",
        "order": 0,
        "content": "Matn",
        "video_url": None,
        "premium_only": False,
        "is_preview": True,
        "words": [{"word": word, "translation": word.upper(), "ipa_pronunciation": None} for word in ("non", "suv")],
    }
    assert (draft["title"], draft["is_published"]) == ("Qoralama", False)
    assert [each["order"] for each in draft["sections"][0]["lessons"]] == [0, 1]


def test_what_comes_out_goes_in_again_where_it_was_and_into_an_empty_database(world: World) -> None:
    teacher = world.teacher()
    two_courses(world, teacher)
    before, stored = exported(teacher), rows(world)
    again = send(teacher, *before).json()
    assert (again["created"], again["updated"]) == (NOTHING, NOTHING)
    assert (exported(teacher), rows(world)) == (before, stored)
    empty(world)
    assert send_file(teacher, before).json()["unchanged"] == NOTHING
    assert exported(teacher) == before


def test_lessons_stand_in_their_order_and_places_are_kept(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    lessons = [{"title": title, "order": order} for title, order in (("c", 7), ("a", 0), ("b", 7), ("d", 3))]
    imported(teacher, {"title": "Kurs", "sections": [{"title": "2", "order": 9}, {"title": "1", "order": 4, "lessons": lessons}]})
    (course,) = exported(teacher)
    assert [(section["title"], section["order"]) for section in course["sections"]] == [("1", 4), ("2", 9)]
    assert [(each["title"], each["order"]) for each in course["sections"][0]["lessons"]] == [("a", 0), ("d", 3), ("c", 7), ("b", 7)]


def test_whose_courses_come_out(world: World) -> None:
    teacher, other, admin = world.teacher(), world.teacher(), world.admin()
    own = imported(teacher, ENGLISH, {"title": "Qoralama"})["courses"]
    theirs = imported(other, {"title": "Boshqa"})["courses"][0]["id"]
    assert [course["title"] for course in exported(teacher)] == ["Ingliz tili A1", "Qoralama"]
    assert [course["title"] for course in exported(other)] == ["Boshqa"]
    assert [course["title"] for course in exported(admin)] == ["Ingliz tili A1", "Qoralama", "Boshqa"]
    assert [course["title"] for course in teacher.get(f"{EXPORT}?course_id={own[1]['id']}").json()] == ["Qoralama"]
    assert teacher.get(f"{EXPORT}?course_id={theirs}").json() == []
    assert world.student().get(EXPORT).status_code == 403


def test_pages_of_courses(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    imported(teacher, *({"title": f"Kurs {number}"} for number in range(45)))
    page = teacher.get(f"{EXPORT}?skip=3&limit=30")
    assert [course["title"] for course in page.json()] == [f"Kurs {number}" for number in range(3, 33)]
    assert page.headers["x-total-count"] == "45"
    assert 'skip=33&limit=30>; rel="next"' in page.headers["link"]
    for query in ("limit=-1", "skip=x", "course_id=0", "course_id=x"):
        assert teacher.get(f"{EXPORT}?{query}").status_code == 400


words = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
titles = st.text(words, min_size=1, max_size=30).filter(lambda title: bool(title.strip()))
texts = st.text(words, max_size=60)
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,20}", fullmatch=True)
addresses = st.sampled_from(["", "/uploads/public/images/x.webp", "https://video.example/1?a=b&c=%2e%2e", "http://мактаб.uz/дарс"])
prices = st.integers(0, 10**12 - 1).map(lambda tiyin: tiyin / 100) | st.integers(0, 10**9)


def some(least: dict[str, Any], **more: Any) -> Any:
    return st.fixed_dictionaries(least, optional={name: strategy | st.none() for name, strategy in more.items()})


word_rows = some({"word": titles, "translation": titles}, ipa_pronunciation=texts)
counts = st.integers(0, 2**31 - 1)
lesson_rows = st.fixed_dictionaries(
    {"title": titles, "key": keys},
    optional={"content": texts, "video_url": addresses, "order": counts, "is_preview": st.booleans(), "premium_only": st.booleans()}
    | {"words": st.lists(word_rows, max_size=3)},
)


def unlike(rows_: Any, most: int) -> Any:
    """Rows of different keys."""
    return st.lists(rows_, max_size=most, unique_by=lambda row: row["key"])


@st.composite
def course_rows(draw: st.DrawFn) -> dict[str, Any]:
    lessons = draw(unlike(lesson_rows, 5))
    sections = draw(unlike(some({"title": titles, "key": keys}, order=counts), 3))
    for number, section in enumerate(sections):
        section["lessons"] = lessons[number :: len(sections)]
    about = some(
        {"title": titles, "key": keys, "sections": st.just(sections)},
        description=texts,
        short_description=texts,
        difficulty_level=st.just("B2"),
        language=st.text(words, max_size=50),
        category=st.text(words, max_size=20),
        thumbnail_url=addresses,
        is_published=st.booleans(),
        is_featured=st.booleans(),
        estimated_duration=counts,
        discount_price=prices,
        tags=st.lists(texts, max_size=3),
        requirements=st.lists(texts, max_size=2),
        learning_outcomes=st.lists(texts, max_size=2),
    )
    course = draw(about)
    return {name: value for name, value in course.items() if name != "difficulty_level" or value}


@pytest.mark.short_on("sqlite")
@settings(repeatable, max_examples=60, suppress_health_check=list(HealthCheck))
@given(courses=unlike(course_rows(), 3).filter(bool))
def test_whatever_is_imported_comes_out_and_in_again_as_it_was(world: World, courses: list[dict[str, Any]]) -> None:
    empty(world)
    admin = administrator(world)
    assert send(admin, *courses).status_code == 201
    before = exported(admin)
    for course, out in zip(courses, before, strict=True):
        assert (out["key"], out["title"], out["tags"]) == (course["key"], course["title"], course.get("tags") or [])
        written = {lesson["key"]: lesson for section in course["sections"] for lesson in section["lessons"]}
        shown = {lesson["key"]: lesson for section in out["sections"] for lesson in section["lessons"]}
        assert shown.keys() == written.keys()
        assert all(shown[key]["title"] == lesson["title"] for key, lesson in written.items())
        assert all(len(shown[key]["words"]) == len(lesson.get("words", ())) for key, lesson in written.items())
    assert send_file(admin, before).json()["updated"] == NOTHING
    empty(world)
    assert send_file(admin, before).status_code == 201
    assert exported(admin) == before


def administrator(world: World) -> Person:
    """One admin for all examples."""
    if not hasattr(world, "administrator"):
        world.administrator = world.admin()  # type: ignore[attr-defined]
    return world.administrator  # type: ignore[attr-defined]
