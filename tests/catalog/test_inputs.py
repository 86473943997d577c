"""Inputs of the catalogue as a page would fill them: every wrong field is named, by the same rules as over the API."""

from decimal import Decimal
from typing import Any

import pytest

from bilim.catalog import inputs
from bilim.catalog.inputs import CourseChanges, CourseInput, SectionInput, SectionLessonInput, WordInput
from bilim.files.kinds import StagedFile
from bilim.kit.errors import Invalid
from bilim.kit.validation import read
from guarded import require_named_fields
from world import World

HTML = StagedFile("files/aa/x.html", "x.html", 6, b"<html>")


def wrong(kind: Any, form: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(kind, form)
    return {name: problem.code for name, (problem,) in refused.value.fields.items()}


def test_a_form_is_read_with_its_texts_converted() -> None:
    course = read(CourseInput, {"title": "Ingliz tili", "price": "100000.50", "is_published": "true", "estimated_duration": "90"})
    assert (course.price, course.is_published, course.estimated_duration) == (Decimal("100000.50"), True, 90)


def test_every_wrong_field_of_a_course_is_named() -> None:
    form = {
        "price": "-5",
        "discount_price": "0.001",
        "category": "ß" * 60,
        "thumbnail_url": "javascript:alert(1)",
        "tags": ["a"] * 101,
        "difficulty_level": " ",
    }
    assert wrong(CourseInput, form) == {
        "title": "required",
        "price": "bad_price",
        "discount_price": "bad_price",
        "category": "too_many_characters",
        "thumbnail_url": "bad_url",
        "tags": "too_many_items",
        "difficulty_level": "blank",
    }
    assert wrong(CourseChanges, {"title": None, "price": None}) == {"title": "null", "price": "null"}


def test_a_category_has_up_to_100_characters_however_it_is_folded() -> None:
    for name in ("x" * 100, "ß" * 50):
        assert read(CourseInput, {"title": "T", "category": name}).category == name
    for name in ("x" * 101, "ß" * 51):
        assert wrong(CourseInput, {"title": "T", "category": name}) == {"category": "too_many_characters"}


def test_every_wrong_field_of_sections_lessons_and_words_is_named() -> None:
    assert wrong(SectionInput, {"title": "", "position": -1}) == {"course_id": "required", "title": "blank", "position": "too_small"}
    lesson = {"title": None, "section_id": 0, "video_url": "data:text/html,x", "file": HTML}
    assert wrong(SectionLessonInput, lesson) == {
        "title": "null",
        "section_id": "too_small",
        "video_url": "bad_url",
        "file": "wrong_file_kind",
    }
    assert wrong(WordInput, {"word": "a"}) == {"translation": "required", "lesson_id": "required"}


def test_rules_hold_also_for_whoever_makes_an_input_in_python() -> None:
    with pytest.raises(Invalid) as refused:
        CourseInput(title="T", price=Decimal(-5), thumbnail_url="//elsewhere.example/x.png")
    assert list(refused.value.fields) == ["thumbnail_url", "price"]


def test_a_misspelt_or_missing_field_is_a_type_error() -> None:
    for fields in ({"title": "T", "prise": 5}, {"titel": "T"}, {}):
        with pytest.raises(TypeError):
            CourseInput(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//v.example", "ftp://v"]
)
def test_an_address_is_of_the_web_or_ours(sqlite_world: World, url: str) -> None:
    teacher = sqlite_world.teacher()
    words = ["Enter an http or https address, or a path of this server."]
    course = {"title": "T", "difficulty_level": "A1", "thumbnail_url": url}
    assert teacher.post("/api/v1/courses/", course).json() == {"thumbnail_url": words}
    made = sqlite_world.course(teacher, lessons=1)
    lesson = made["lessons"][0]
    assert teacher.put(f"/api/v1/lessons/{lesson['id']}", {"video_url": url}).json() == {"video_url": words}
    assert teacher.post("/api/lessons/", {"section": lesson["section_id"], "title": "T", "video_url": url}).json() == {"video_url": words}
    assert teacher.put(f"/api/v1/lessons/{lesson['id']}", {"video_url": "/uploads/public/1.mp4"}).json()["video_url"] is not None


def test_a_price_may_be_left_out_but_is_never_null(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    null = {"price": ["This field may not be null."]}
    assert teacher.post("/api/v1/courses/", {"title": "T", "difficulty_level": "A1", "price": None}).json() == null
    assert teacher.post("/api/courses/", {"title": "T", "price": None}).json() == null
    course = sqlite_world.course(teacher, price=500, discount_price=400)
    body = {"title": "T", "difficulty_level": "A1", "discount_price": None}
    changed = teacher.put(f"/api/v1/courses/{course['id']}", body).json()
    assert (changed["price"], changed["discount_price"]) == (500, 0), "what is left out stays; no discount is none"


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
