"""Filters, orders, facets and pages of the marketplace's courses; text and filters that make no sense."""

from typing import Any
from urllib.parse import quote

import pytest

from bilim.kit.paging import Page
from bilim.market.inputs import CourseFilter
from bilim.market.queries.courses import filtered_courses
from market.searching import ROWS, counts, courses, found, market, refused
from world import World


def test_courses_are_filtered_and_ordered(world: World) -> None:
    ids = market(world)
    noldan, chuqur, russian, akvarel, grammatika = (title for title, *_ in ROWS)
    assert courses(world) == [title for title, *_ in ROWS]
    assert courses(world, category="dasturlash") == [noldan, chuqur, russian]
    assert courses(world, search="python") == [noldan, chuqur, russian]
    category = world.get(f"/api/courses/{ids[akvarel]}/").json()["category"]["id"]
    assert courses(world, category=category) == [akvarel]
    assert courses(world, level="a1") == [noldan, russian]
    assert courses(world, language="uz") == [noldan, chuqur, akvarel]
    assert (courses(world, free="true"), courses(world, free="false")) == ([noldan, grammatika], [chuqur, russian, akvarel])
    assert courses(world, min_price=20_000.5, max_price=50_000) == [russian, akvarel], "what is charged counts"
    assert courses(world, min_price=50_000, max_price=50_000) == [russian]
    assert courses(world, max_price=0) == [noldan, grammatika]
    assert courses(world, min_rating=4.5) == [noldan, chuqur], "equal is enough"
    assert courses(world, min_rating="4.501") == courses(world, min_rating=5) == []
    assert courses(world, min_rating=2) == [noldan, chuqur, russian, grammatika]
    assert courses(world, min_rating=0) == [title for title, *_ in ROWS]
    assert courses(world, ordering="-id") == [title for title, *_ in ROWS][::-1]
    assert courses(world, ordering="price") == [noldan, grammatika, akvarel, russian, chuqur]
    assert courses(world, ordering="-price") == [chuqur, russian, akvarel, noldan, grammatika]
    assert courses(world, ordering="-rating") == [noldan, chuqur, russian, grammatika, akvarel]
    assert courses(world, ordering="title", search="python") == [chuqur, noldan, russian]
    assert courses(world, category="Dasturlash", language="uz", free="false", min_rating=4) == [chuqur]
    assert courses(world, search="python", language="ru", min_price=60_000) == []


def test_the_figures_of_reviews_are_those_of_the_reviews(world: World) -> None:
    teacher, one, other = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=0, title="Baholangan")
    made = []
    for student, rating in ((one, 1), (other, 2)):
        student.post("/api/enrollments/", {"course": course["id"]})
        made.append(student.post("/api/reviews/", {"course": course["id"], "rating": rating}).json()["id"])
    assert one.put(f"/api/reviews/{made[0]}/", {"rating": 5}).status_code == 200
    assert (courses(world, min_rating=3.5), courses(world, min_rating=3.6)) == (["Baholangan"], [])
    other.delete(f"/api/reviews/{made[1]}/")
    assert courses(world, min_rating=5) == ["Baholangan"]
    world.admin().delete(f"/api/reviews/{made[0]}/")
    assert courses(world, min_rating=1) == []


def test_facets_count_what_each_choice_would_show(world: World) -> None:
    market(world)
    everything = world.get("/api/search/").json()
    assert everything["total"] == 5
    assert counts(everything["facets"]) == {
        "kind": {"course": 5},
        "category": {"Dasturlash": 3, "San’at": 1},
        "level": {"A1": 2, "A2": 1, "B1": 1, "Beginner": 1},
        "language": {"uz": 2, "UZ": 1, "ru": 1},
        "free": {True: 2, False: 3},
        "rating": {4.5: 2, 4: 2, 3: 3, 2: 4, 1: 4},
    }
    narrowed = world.get("/api/search/?q=python&language=uz&free=false").json()
    assert narrowed["total"] == 1
    assert counts(narrowed["facets"]) == {
        "kind": {"course": 1},
        "category": {"Dasturlash": 1},
        "level": {"B1": 1},
        "language": {"uz": 1, "ru": 1},
        "free": {True: 1, False: 1},
        "rating": {4.5: 1, 4: 1, 3: 1, 2: 1, 1: 1},
    }


def test_pages_are_parts_of_one_order(world: World) -> None:
    teacher = world.teacher()
    for number in range(7):
        world.course(teacher, lessons=0, title="Bir xil kurs", description=f"{number}")
    for path in ("/api/courses/?search=kurs", "/api/courses/?ordering=price", "/api/courses/?free=true", "/api/search/?q=kurs"):
        seen = []
        for skip in (0, 3, 6, 9):
            answer = world.get(f"{path}&skip={skip}&limit=3")
            rows = answer.json() if "courses" in path else answer.json()["results"]
            seen += [row["id"] for row in rows]
            assert answer.headers["x-total-count"] == "7"
            assert ("next" in answer.headers["link"]) == (skip + 3 < 7)
        assert seen == sorted(set(seen))
        assert len(seen) == 7


STRANGE = [
    "AND",
    "'",
    "''''''",
    '"" OR ""',
    "kitob NEAR/3 daftar",
    "title:kitob",
    "AND OR NOT",
    "kitob* OR 1=1",
    '"kitob',
    "'kitob'",
    "kitob:*",
    "^kitob -kitob",
    "(kitob",
    "kitob & !kitob | <->",
    "\\kitob\\",
    "%",
    "_",
    "%kitob%",
    "k",
    "’‘ʻʼ`´",
    "🎉🎉",
    "\u202eباتك\u202c",
    "عربي",
    "中文字",
    "\u0301\u0301",
    "\x00",
    "kitob\x00",
    "\x01\x1f\x7f",
    "ß" * 200,
    "ﷺ" * 20,
    "1e400",
    "-1",
    "null",
    "{}",
    "a b c d e f g h i j k l m n o p q r s t",
]


def test_a_page_without_a_limit_has_all_the_rest(world: World) -> None:
    ids = market(world)
    with world.db.read() as tx:
        found = filtered_courses(tx, None, Page(1, None), CourseFilter(search="python"), "title").all()
    assert [card.id for card in found] == [ids["Python noldan"], ids["Python на русском"]]


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
def test_any_text_is_searched_for_as_plain_words(world: World, query: str) -> None:
    world.course(world.teacher(), lessons=0, title="Kitob va daftar")
    for path in ("/api/courses/?search=", "/api/search/?q="):
        answer = world.get(path + quote(query, safe=""))
        assert answer.status_code == 200, answer.text
    assert courses(world, search=query) == (["Kitob va daftar"] if "kitob" in query else [])


def test_bytes_that_are_no_text_are_no_error(world: World) -> None:
    for value in ("%ED%A0%80", "%FF%FE", "%C3"):
        for path in ("/api/courses/?search=", "/api/courses/?level=", "/api/courses/?language=", "/api/search/?q="):
            assert world.get(path + value).status_code in {200, 400}
        assert world.get(f"/api/courses/?category={value}").status_code == 400


@pytest.mark.parametrize("query", ["", "   ", "\t"])
def test_a_blank_search_is_none(world: World, query: str) -> None:
    world.course(world.teacher(), lessons=0, title="Kitob")
    assert courses(world, search=query, category="", level=" ", language="") == ["Kitob"]
    assert found(world, query) == [("course", "Kitob")]


BAD_PRICE = ["Ensure this is an amount from 0, of at most 12 digits, with at most two decimals."]


@pytest.mark.parametrize("path", ["/api/courses/", "/api/search/"])
@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ("min_price=10&max_price=9.99", {"max_price": ["Ensure this is not below the lowest, 10."]}),
        ("min_price=-1", {"min_price": BAD_PRICE}),
        ("max_price=NaN", {"max_price": BAD_PRICE}),
        ("max_price=1e999999", {"max_price": BAD_PRICE}),
        ("min_price=0.001", {"min_price": BAD_PRICE}),
        ("min_price=arzon", {"min_price": ["A valid number is required."]}),
        ("min_rating=NaN", {"min_rating": ["A valid number is required."]}),
        ("min_rating=5.1", {"min_rating": ["Ensure this value is less than or equal to 5."]}),
        ("min_rating=-0.1", {"min_rating": ["Ensure this value is greater than or equal to 0."]}),
        ("min_rating=-1&min_price=-1", {"min_rating": None, "min_price": None}),
        ("free=balki", {"free": ["Must be a valid boolean."]}),
        ("category=99999999", {"category": ['Invalid pk "99999999" - object does not exist.']}),
        ("category=yoq", {"category": ['Invalid pk "yoq" - object does not exist.']}),
        (f"category={'9' * 30}", {"category": None}),
        ("category=%00&level=a%00&language=%00b", {name: ["Not a valid value."] for name in ("category", "level", "language")}),
        (f"level={'x' * 51}", {"level": ["Ensure this field has no more than 50 characters."]}),
        ("limit=-1", {"limit": None}),
        ("skip=x", {"skip": None}),
    ],
)
def test_filters_that_make_no_sense_are_named(world: World, path: str, query: str, problems: dict[str, Any]) -> None:
    answer = refused(world, f"{path}?{query}")
    assert answer.keys() == problems.keys()
    assert all(answer[name] == told for name, told in problems.items() if told), answer


def test_orders_kinds_and_long_queries_that_make_no_sense_are_named(world: World) -> None:
    assert refused(world, "/api/courses/?ordering=shuffled") == {"ordering": ['"shuffled" is not a valid choice.']}
    assert refused(world, "/api/search/?kind=person") == {"kind": ['"person" is not a valid choice.']}
    too_long = ["Ensure this field has no more than 200 characters."]
    assert refused(world, f"/api/courses/?search={'a' * 10_000}") == {"search": too_long}
    for query in ("a" * 201, "a" * 10_000, "%00" * 201, quote("ў" * 201)):
        assert refused(world, f"/api/search/?q={query}") == {"q": too_long}
    for name in ("level", "language", "category"):
        assert refused(world, f"/api/search/?{name}={'a' * 10_000}").keys() == {name}


@pytest.mark.parametrize("name", ["level", "language"])
@pytest.mark.parametrize("value", ["Бошланғич", "бошланғич", "Ўрта daraja", "STRASSE", "Straße", "İleri"])
def test_a_value_is_found_as_it_was_written(world: World, name: str, value: str) -> None:
    """In Latin letters in any case; databases know no other letters' cases."""
    world.course(world.teacher(), lessons=0, title="Kurs", **{"difficulty_level" if name == "level" else name: value})
    assert courses(world, **{name: value}) == ["Kurs"]


@pytest.mark.parametrize("name", ["level", "language"])
@pytest.mark.parametrize("value", ["'", "%25", "_", "%F0%9F%8E%89"])
def test_values_that_no_course_has_find_nothing(world: World, name: str, value: str) -> None:
    world.course(world.teacher(), lessons=0, language="uz")
    assert world.get(f"/api/courses/?{name}={value}").json() == []


def test_a_category_without_a_course_to_see_is_not_told_from_one_that_is_not_there(world: World) -> None:
    teacher = world.teacher()
    hidden = world.course(teacher, lessons=0, category="Sirli", is_published=False)
    category_id = teacher.get(f"/api/courses/{hidden['id']}/").json()["category"]["id"]
    for category in ("Sirli", category_id):
        for caller in (world, world.student()):
            told = refused(caller, f"/api/courses/?category={category}")
            assert told == {"category": [f'Invalid pk "{category}" - object does not exist.']}
        assert (courses(teacher, category=category), courses(world.teacher(), category=category)) == ([hidden["title"]], [])
