"""Lists: skip and limit, X-Total-Count and Link, on every surface (CONTRACT section 4)."""

import re

import pytest

from bilim.kit.actors import Role
from world import World


@pytest.fixture
def courses(world: World) -> World:
    teacher = world.teacher()
    for number in range(5):
        world.course(teacher, lessons=0, title=f"Kurs {number}")
    return world


@pytest.mark.parametrize("path", ["/api/v1/courses/", "/api/courses/"])
def test_a_page_and_its_neighbours(courses: World, path: str) -> None:
    answer = courses.get(path, params={"skip": 1, "limit": 2})
    assert [course["title"] for course in answer.json()] == ["Kurs 1", "Kurs 2"]
    assert answer.headers["x-total-count"] == "5"
    links = {relation: target for target, relation in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])}
    assert [course["title"] for course in courses.get(links["next"]).json()] == ["Kurs 3", "Kurs 4"]
    assert [course["title"] for course in courses.get(links["prev"]).json()] == ["Kurs 0", "Kurs 1"]


def test_the_last_page_has_no_next_and_the_whole_list_neither(courses: World) -> None:
    assert 'rel="next"' not in courses.get("/api/v1/courses/?skip=3&limit=2").headers["link"]
    whole = courses.get("/api/v1/courses/")
    assert (whole.headers["link"], whole.headers["x-total-count"]) == ("", "5")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("skip=-1", {"skip": ["Ensure this value is greater than or equal to 0."]}),
        ("limit=abc", {"limit": ["A valid integer is required."]}),
        ("limit=-5&skip=x", {"limit": ["Ensure this value is greater than or equal to 0."], "skip": ["A valid integer is required."]}),
        ("limit=1' OR 1=1", {"limit": ["A valid integer is required."]}),
    ],
)
def test_negative_or_no_numbers_are_a_400(sqlite_world: World, query: str, answer: dict[str, object]) -> None:
    heard = sqlite_world.get(f"/api/v1/courses/?{query}")
    assert (heard.status_code, heard.json()) == (400, answer)


@pytest.mark.parametrize("query", ["limit=5000", "skip=99999999999999999999", "limit=99999999999999999999", "limit=0"])
def test_large_numbers_are_cut_down(courses: World, query: str) -> None:
    assert courses.get(f"/api/v1/courses/?{query}").status_code == 200


def test_a_list_of_the_centre_answers_all_rows_unless_asked_for_a_page(world: World) -> None:
    admin = world.admin()
    for _ in range(3):
        world.person(Role.TEACHER)
    assert len(admin.get("/api/v1/workers/").json()) == 3
    page = admin.get("/api/v1/workers/?skip=1&limit=1")
    assert (len(page.json()), page.headers["x-total-count"]) == (1, "3")
