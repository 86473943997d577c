"""JSON, forms and multipart bodies say the same (CONTRACT section 2)."""

from typing import Annotated
from urllib.parse import urlencode

import pytest
from msgspec import Meta, Struct

import mock_school
from bilim.http.errors import in_words
from bilim.kit import validation
from bilim.kit.fields import Title
from world import PASSWORD, World


class Option(Struct):
    text: Title
    is_correct: bool


class Member(Struct):
    name: str


class Question(Struct):
    text: Title
    options: list[Option]
    order: int = 0


@pytest.mark.parametrize("door", ["/api/v1/login", "/api/v1/login/access-token", "/api/auth/login/"])
@pytest.mark.parametrize("kind", ["json", "data", "files"])
def test_people_sign_in_with_any_kind_of_body(sqlite_world: World, door: str, kind: str) -> None:
    student = sqlite_world.student()
    body = {"username": student.username, "password": PASSWORD}
    sent = {name: (None, value) for name, value in body.items()} if kind == "files" else body
    assert sqlite_world.post(door, **{kind: sent}).status_code == 200


def test_a_forms_values_become_what_the_fields_are(sqlite_world: World) -> None:
    form = {
        "title": "Kurs",
        "difficulty_level": "A1",
        "price": "1250.50",
        "is_published": "true",
        "estimated_duration": "",
        "tags": ["birinchi"],
        "requirements": ["a", "b"],
    }
    made = sqlite_world.teacher().call("POST", "/api/v1/courses/", data=form)
    assert made.status_code == 201
    fields = ("price", "is_published", "estimated_duration", "tags", "requirements")
    assert [made.json()[name] for name in fields] == [1250.5, True, 0, ["birinchi"], ["a", "b"]]


def test_unknown_and_read_only_fields_are_ignored(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = sqlite_world.course(teacher)
    sent_back = course | {"id": 999, "created_at": "never", "lessons": "x", "unknown": {"a": [1]}, "title": "Yangi nom"}
    changed = teacher.put(f"/api/v1/courses/{course['id']}", sent_back)
    assert changed.status_code == 200
    assert changed.json() | {"title": 0, "updated_at": 0} == course | {"title": 0, "updated_at": 0}
    assert changed.json()["title"] == "Yangi nom"


def test_numbers_may_come_as_strings_as_forms_in_front_ends_send_them(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    course = sqlite_world.course(teacher, lessons=0)
    made = teacher.post("/api/v1/lessons/", {"title": "T", "content": "C", "course_id": str(course["id"]), "order": "3"})
    assert (made.status_code, made.json()["order"]) == (201, 3)


def wrong_fields(data: object, kind: type) -> object:
    """What is wrong, in the API's words."""
    return in_words(validation.wrong_fields(data, kind))


def test_errors_nest_like_the_body() -> None:
    body = {"text": "", "options": [{"text": "A", "is_correct": True}, {"text": 5}], "order": "x"}
    assert wrong_fields(body, Question) == {
        "text": ["This field may not be blank."],
        "options": [{}, {"text": ["Not a valid string."], "is_correct": ["This field is required."]}],
        "order": ["A valid integer is required."],
    }
    assert wrong_fields({"text": "Q", "options": {}}, Question) == {"options": ["Expected a list of items."]}
    assert wrong_fields({"text": "Q", "options": [7]}, Question) == {
        "options": [{"non_field_errors": ["Invalid data. Expected a dictionary."]}]
    }
    assert wrong_fields({"text": "Q", "options": []}, Question) is None


def test_a_long_list_of_wrong_items_is_named_up_to_a_bound() -> None:
    class Roles(Struct):
        roles: list[str]
        members: list[Member]

    found = validation.wrong_fields({"roles": [[]] * 300_000, "members": [{}] * 300_000}, Roles)
    assert len(found["roles"]) == 1
    assert len(found["members"]) < validation.MAX_PROBLEMS


def test_a_list_that_is_too_long_is_not_looked_into() -> None:
    class Roles(Struct):
        roles: Annotated[list[str], Meta(max_length=5)]

    assert wrong_fields({"roles": [[]] * 6}, Roles) == {"roles": ["Ensure this field has no more than 5 items."]}


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"[" * 450 + b'"a\\u0000"' + b"]" * 450, "JSON parse error - NUL characters are not allowed"),
        (b"[" * 100_000, "JSON parse error - nested too deeply"),
    ],
    ids=["NUL far inside", "a thousand brackets"],
)
def test_deeply_nested_bodies_are_a_400(sqlite_world: World, content: bytes, detail: str) -> None:
    answer = sqlite_world.client.post("/api/v1/login", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"detail": detail})


def test_a_forms_fields_with_brackets_are_those_of_an_object(sqlite_world: World) -> None:
    student = sqlite_world.student()
    session = mock_school.start(student, mock_school.make_test(sqlite_world.teacher()))
    form = {"session": session["id"], "answers[1]": "A", "answers[10]": "carbon dioxide", "answers[]": "ignored", "answers[1][2]": "too"}
    for kind in ("data", "files"):
        sent = {name: (None, value) for name, value in form.items()} if kind == "files" else form
        section = "reading" if kind == "data" else "listening"
        made = student.call("POST", f"/api/v1/mock/answers/{section}/", **{kind: sent})
        assert (made.status_code, made.json()["answers"]) == (201, {"1": "A", "10": "carbon dioxide"})


@pytest.mark.parametrize("fields", [[("answers", "A"), ("answers[1]", "A")], [("answers[1]", "A"), ("answers", "A")]])
def test_a_name_is_a_texts_or_an_objects(sqlite_world: World, fields: list[tuple[str, str]]) -> None:
    body = urlencode(fields).encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    refused = sqlite_world.student().call("POST", "/api/v1/mock/answers/reading/", content=body, headers=form)
    assert (refused.status_code, refused.json()) == (400, {"detail": "Form parse error"})


def test_empty_values_and_single_ones_inside_an_object_become_what_its_fields_are(sqlite_world: World) -> None:
    refused = mock_school.upload(sqlite_world.teacher(), reading__duration="", writing__duration="")
    null = {"duration": ["This field may not be null."]}
    assert (refused.status_code, refused.json()) == (400, {"reading": null, "writing": null})
