"""Errors have the documented shapes and words, and a 400 names every wrong field (CONTRACT section 3)."""

import pytest

from world import World

COURSE = {"title": "Kurs", "difficulty_level": "A1"}


def test_a_400_names_every_wrong_field(sqlite_world: World) -> None:
    body = {
        "title": "x" * 5000,
        "price": -1,
        "discount_price": "1e400",
        "estimated_duration": 2**63,
        "tags": ["fine", "y" * 300],
        "is_published": "maybe",
        "category": ["not", "a", "name"],
    }
    answer = sqlite_world.teacher().post("/api/v1/courses/", body)
    amount = "Ensure this is an amount from 0, of at most 12 digits, with at most two decimals."
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "title": ["Ensure this field has no more than 255 characters."],
            "difficulty_level": ["This field is required."],
            "price": [amount],
            "discount_price": [amount],
            "estimated_duration": ["Ensure this value is less than or equal to 2147483647."],
            "tags": ["Ensure this field has no more than 255 characters."],
            "is_published": ["Must be a valid boolean."],
            "category": ["Not a valid string."],
        },
    )


@pytest.mark.parametrize("blank", ["", " ", "\t\n\u00a0"])
def test_a_blank_title_is_none(sqlite_world: World, blank: str) -> None:
    answer = sqlite_world.teacher().post("/api/v1/courses/", {"title": blank, "difficulty_level": blank})
    assert answer.json() == {name: ["This field may not be blank."] for name in ("title", "difficulty_level")}


def test_an_absent_body_is_an_object_without_fields(sqlite_world: World) -> None:
    answer = sqlite_world.post("/api/v1/users/")
    assert answer.json() == {name: ["This field is required."] for name in ("email", "username", "password")}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"[1, 2]", {"non_field_errors": ["Invalid data. Expected a dictionary."]}),
        (b"null", {"non_field_errors": ["Invalid data. Expected a dictionary."]}),
        (b"[" * 2000, {"detail": "JSON parse error - nested too deeply"}),
        (b'{"a": ' * 2000, {"detail": "JSON parse error - nested too deeply"}),
        (b'{"title": "a\\u0000b"}', {"detail": "JSON parse error - NUL characters are not allowed"}),
        (b'{"title": "a\\\\u0000b"}', {"difficulty_level": ["This field is required."]}),
    ],
)
def test_bodies_that_are_no_object(sqlite_world: World, body: bytes, answer: dict[str, object]) -> None:
    heard = sqlite_world.teacher().call("POST", "/api/v1/courses/", content=body, headers={"Content-Type": "application/json"})
    assert (heard.status_code, heard.json()) == (400, answer)


@pytest.mark.parametrize("body", [b'{"a": [1,', b'{"title": "\\ud800"}', b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e999}'])
def test_bodies_that_are_no_json(sqlite_world: World, body: bytes) -> None:
    heard = sqlite_world.teacher().call("POST", "/api/v1/courses/", content=body, headers={"Content-Type": "application/json"})
    assert heard.status_code == 400
    assert heard.json()["detail"].startswith("JSON parse error - ")


def test_other_kinds_of_bodies_are_415_and_large_ones_413(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    binary = teacher.call("POST", "/api/v1/courses/", content=b"\0\1", headers={"Content-Type": "application/octet-stream"})
    assert (binary.status_code, binary.json()) == (415, {"detail": 'Unsupported media type "application/octet-stream" in request.'})
    large = teacher.post("/api/v1/courses/", COURSE | {"description": "x" * 3_000_000})
    assert (large.status_code, large.json()) == (413, {"detail": "Request body too large."})


def test_whoever_may_not_call_hears_so_before_the_body_is_looked_at(sqlite_world: World) -> None:
    broken = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert sqlite_world.post("/api/v1/courses/", **broken).status_code == 401
    assert sqlite_world.student().call("POST", "/api/v1/courses/", **broken).status_code == 403
    assert sqlite_world.student().post("/api/v1/courses/", {"title": 5}).status_code == 403
    assert sqlite_world.teacher().call("POST", "/api/v1/courses/", **broken).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["abc", "1.0", "1_0", "+1", "-1", "0", "%D9%A1", "%EF%BC%91", "99999999999999999999", "1%00", "%20"],
)
def test_a_malformed_path_parameter_is_a_404_for_everyone(sqlite_world: World, path: str) -> None:
    teacher = sqlite_world.teacher()
    sqlite_world.course(teacher)
    for answer in (sqlite_world.get(f"/api/v1/courses/{path}"), teacher.get(f"/api/v1/courses/{path}")):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_unknown_paths_and_methods(sqlite_world: World) -> None:
    unknown = sqlite_world.get("/api/v1/nothing-here")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not found."})
    wrong = sqlite_world.client.delete("/api/v1/courses/")
    assert (wrong.status_code, wrong.json()) == (405, {"detail": 'Method "DELETE" not allowed.'})
    assert wrong.headers["allow"] == "GET, OPTIONS, POST"


def test_without_a_token_and_with_a_bad_one(sqlite_world: World) -> None:
    assert sqlite_world.get("/api/v1/users/me").json() == {"detail": "Authentication credentials were not provided."}
    bad = sqlite_world.get("/api/v1/users/me", headers={"Authorization": "Bearer not.a.token"})
    assert (bad.status_code, bad.json()) == (401, {"detail": "Token is invalid or expired"})
    assert bad.headers["www-authenticate"] == "Bearer"
    basic = sqlite_world.get("/api/v1/users/me", headers={"Authorization": "Basic YTpi"})
    assert basic.json() == {"detail": "Authentication credentials were not provided."}


def test_a_defect_is_a_500_that_tells_nothing(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the database")

    student = sqlite_world.student()
    monkeypatch.setattr("bilim.accounts.queries.own_profile", fail)
    answer = student.get("/api/v1/users/me")
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal server error."})
