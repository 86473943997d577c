"""What browsers are told of who may call the API. Without `CORS_ORIGINS` any page may, as the centre's document has it."""

import pytest
from httpx import Response
from starlette.testclient import TestClient

from bilim.http.outer import OuterMiddleware
from world import World

ME = "/api/v1/users/me"
APP, SHOP, STRANGE = "https://app.school.example", "https://shop.example:8443", "https://strange.example"
ALLOWED = frozenset({APP, SHOP})
SAYS_WHO_MAY_READ = "access-control-allow-origin"


def ask_first(client: TestClient, origin: str, path: str = ME, **more: str) -> Response:
    """What a browser sends before a page's PATCH."""
    return client.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "PATCH"} | more)


@pytest.fixture
def limited(sqlite_world: World) -> TestClient:
    """The application where `CORS_ORIGINS` lists two origins."""
    return TestClient(OuterMiddleware(sqlite_world.app, ALLOWED), base_url="http://testserver")


@pytest.mark.parametrize("origin", [STRANGE, "http://localhost:5173", "null"])
def test_any_page_may_call_with_credentials_where_no_origins_are_listed(sqlite_world: World, origin: str) -> None:
    """The origin is echoed: browsers refuse `*` with credentials. A front end opened from a file is `null`."""
    first = ask_first(sqlite_world.client, origin, **{"Access-Control-Request-Headers": "authorization,x-own"})
    assert (first.status_code, first.content) == (204, b"")
    assert first.headers["access-control-allow-headers"] == "authorization,x-own"
    assert first.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    assert first.headers["access-control-max-age"] == "86400"
    called = sqlite_world.get(ME, headers={"Origin": origin})
    assert called.status_code == 401
    assert "X-Total-Count" in called.headers["access-control-expose-headers"]
    for answer in (first, called):
        assert answer.headers[SAYS_WHO_MAY_READ] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", [APP, SHOP, "HTTPS://App.School.Example"])
def test_pages_of_each_listed_origin_may_call(limited: TestClient, origin: str) -> None:
    first = ask_first(limited, origin)
    assert first.status_code == 204
    assert first.headers["access-control-allow-headers"] == "authorization, content-type"
    called = limited.get(ME, headers={"Origin": origin})
    for answer in (first, called):
        assert answer.headers[SAYS_WHO_MAY_READ] == origin  # one, however many are listed
        assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin", [STRANGE, "null", "*", "", APP + ".strange.example", "http://app.school.example", "https://shop.example"]
)
def test_pages_of_other_origins_may_neither_call_nor_read(limited: TestClient, origin: str) -> None:
    first = ask_first(limited, origin)
    assert (first.status_code, first.json()) == (403, {"detail": "You do not have permission to perform this action."})
    called = limited.get("/api/v1/courses/", headers={"Origin": origin})
    assert called.status_code == 200, "a program may send what origin it likes; browsers keep the answer from the page"
    for answer in (first, called):
        assert [name for name in answer.headers if name.startswith("access-control-")] == []
        assert answer.headers["vary"] == "Origin"


def test_an_answer_to_a_program_is_not_kept_for_pages(limited: TestClient) -> None:
    assert limited.get(ME).headers["vary"] == "Origin"


def test_pages_of_other_origins_may_call_the_api_alone(sqlite_world: World) -> None:
    called = sqlite_world.get("/health", headers={"Origin": STRANGE})
    first = ask_first(sqlite_world.client, STRANGE, "/health")
    for answer in (called, first):
        assert [name for name in answer.headers if name.startswith("access-control-")] == []


def test_who_asks_for_methods_without_being_a_page_is_told_by_the_route(sqlite_world: World) -> None:
    asked = sqlite_world.client.options("/api/v1/courses/", headers={"Access-Control-Request-Method": "PATCH"})
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, OPTIONS, POST")
    assert "access-control-allow-methods" not in asked.headers
