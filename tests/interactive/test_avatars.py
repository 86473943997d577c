"""The avatars: a small set, known to everyone who is signed in."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bilim.interactive import inputs
from bilim.interactive.actions import lessons as actions
from bilim.interactive.queries import avatars, lessons
from bilim.interactive.rules.content import content_problem
from guarded import require_guarded, require_named_fields
from world import World

AVATARS = "/api/v1/avatars/"


def test_the_avatars_by_id(sqlite_world: World) -> None:
    student = sqlite_world.student()
    listed = student.get(AVATARS)
    assert (listed.status_code, listed.headers["x-total-count"]) == (200, str(len(listed.json())))
    assert [each["id"] for each in listed.json()] == list(range(1, len(listed.json()) + 1)), "ids are never reused"
    assert listed.json()[0] == {
        "id": 1,
        "avatar_type": "default",
        "name": "Emma",
        "description": "A patient English teacher from London. Speaks slowly and praises every step.",
        "language": "en-GB",
        "voice": "en-gb",
        "speed": 140,
        "greeting": "Hello! I am Emma. What would you like to talk about today?",
        "image_url": "/static/avatars/emma.svg",
    }


def test_one_avatar_by_its_id_or_its_type(sqlite_world: World) -> None:
    student = sqlite_world.student()
    for each in student.get(AVATARS).json():
        for name in (each["id"], each["avatar_type"]):
            assert student.get(f"{AVATARS}{name}").json() == each
            assert student.get(f"{AVATARS}{name}/").json() == each


@pytest.mark.parametrize("name", ["0", "5", "-1", "01", "x", "9" * 40, "Default", "%00", "..%2f1", "default%20", "emma"])
def test_unknown_avatars_are_404s(sqlite_world: World, name: str) -> None:
    assert sqlite_world.student().get(AVATARS + name).status_code == 404


@pytest.mark.parametrize(
    ("query", "ids", "links"), [("skip=1&limit=2", [2, 3], ["next", "prev"]), ("skip=9", [], ["prev"]), ("limit=1000", [1, 2, 3, 4], [])]
)
def test_pages(sqlite_world: World, query: str, ids: list[int], links: list[str]) -> None:
    page = sqlite_world.student().get(f"{AVATARS}?{query}")
    assert [each["id"] for each in page.json()] == ids
    assert page.headers["x-total-count"] == "4"
    assert all(f'rel="{link}"' in page.headers["link"] for link in links)


def test_their_pictures_are_served_and_run_nothing(sqlite_world: World) -> None:
    for each in sqlite_world.student().get(AVATARS).json():
        picture = sqlite_world.get(each["image_url"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture.text).iter()}  # noqa: S314 - our own file
        assert tags <= {"svg", "g", "circle", "ellipse", "path", "clipPath"}
        assert Path(each["image_url"]).stem in {"emma", "james", "madina", "anna"}


def test_nobody_is_told_without_signing_in(sqlite_world: World) -> None:
    assert [sqlite_world.get(path).status_code for path in (AVATARS, AVATARS + "1")] == [401, 401]


def test_every_function_states_who_may_call_it() -> None:
    require_guarded(actions, avatars, lessons)


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)


def test_the_rules_of_content() -> None:
    assert content_problem({"a": [1, {"b": 2.5, "c": None, "d": True}]}) is None
    assert (content_problem({"a": [2**64]}) or ()).code == "too_large_number"  # type: ignore[union-attr]
