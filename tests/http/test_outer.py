"""What holds for every answer: slashes, HEAD, request ids, the access log, headers."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bilim.http import logs
from bilim.http.logs import JsonLines
from bilim.http.outer import OuterMiddleware
from world import PASSWORD, World


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the application logs, as it would stand in the log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    own = logging.getLogger("bilim")
    own.addHandler(handler)
    own.setLevel("INFO")
    yield stream
    own.removeHandler(handler)
    own.setLevel("NOTSET")


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("path", ["/api/v1/courses", "/api/courses", "/health", "/docs", "/redoc", "/api/v1/openapi.json"])
def test_with_and_without_the_slash_there_is_one_answer_and_no_redirect(sqlite_world: World, path: str) -> None:
    one, other = sqlite_world.get(path), sqlite_world.get(path + "/")
    assert (one.status_code, one.content) == (other.status_code, other.content) == (200, one.content)


def test_head_is_get_without_the_body(sqlite_world: World) -> None:
    whole, head = sqlite_world.get("/api/v1/courses/"), sqlite_world.client.head("/api/v1/courses/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_the_server_goes_on_knowing_that_it_answers_a_head(sqlite_world: World) -> None:
    """A server that reads GET there waits for the announced body, logs an exception and breaks the connection."""
    scopes: list[dict[str, Any]] = []

    async def server(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await OuterMiddleware(sqlite_world.app)(scope, receive, send)

    assert TestClient(server).head("/api/v1/courses/").status_code == 200
    assert [scope["method"] for scope in scopes] == ["HEAD"]


def test_cookies_sign_nobody_in(sqlite_world: World) -> None:
    student = sqlite_world.student()
    answer = sqlite_world.get(
        "/api/v1/users/me", headers={"Cookie": f"access_token={student.access}; Authorization=Bearer {student.access}"}
    )
    assert answer.status_code == 401


def test_every_answer_has_a_request_id_which_the_log_has_too(sqlite_world: World, log: io.StringIO) -> None:
    given = sqlite_world.get("/health", headers={"X-Request-ID": "front-end-0001"})
    assert given.headers["x-request-id"] == "front-end-0001"
    forged = sqlite_world.get("/health", headers={"X-Request-ID": 'x" injected'})
    assert forged.headers["x-request-id"] not in {"", 'x" injected'}
    logged = [line["request_id"] for line in lines(log) if line.get("path") == "/health"]
    assert logged == ["front-end-0001", forged.headers["x-request-id"]]


def test_personal_answers_are_not_stored_and_types_not_guessed(sqlite_world: World) -> None:
    answer = sqlite_world.student().get("/api/v1/users/me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nothing_secret_is_logged(sqlite_world: World, log: io.StringIO) -> None:
    student = sqlite_world.student()
    answer = sqlite_world.post("/api/v1/login", json={"username": student.username, "password": PASSWORD})
    sqlite_world.post("/api/v1/users/", json={"email": "x", "username": "y", "password": "a-secret-password"})
    student.patch("/api/v1/users/me", {"password": "another-secret-1"})
    sqlite_world.get("/uploads/x.pdf?expires=1&signature=secretsignature")
    sqlite_world.get("/api/v1/users/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    text = log.getvalue()
    secrets = (PASSWORD, "a-secret-password", "another-secret-1", "secretsignature", answer.json()["access_token"], student.access)
    assert [secret for secret in secrets if secret in text] == []
    assert {line["path"] for line in lines(log) if "path" in line} >= {"/api/v1/login", "/api/v1/users/", "/uploads/x.pdf"}


def test_a_line_cannot_be_forged(sqlite_world: World, log: io.StringIO) -> None:
    sqlite_world.get('/api/v1/x%0a{"level":"ERROR"}')
    assert all("request" in line["message"] for line in lines(log))


def test_options_names_every_method_of_a_route(sqlite_world: World) -> None:
    for path, methods in (("/api/v1/users/me", "GET, OPTIONS, PATCH"), ("/api/v1/attendance/1", "DELETE, GET, OPTIONS, PATCH, PUT")):
        answer = sqlite_world.client.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (204, methods)


def test_a_servers_own_line_is_the_same_json(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", written)
    try:
        logs.configure("INFO")
        sqlite_world.client.get("/health?secret=1")
        logging.getLogger("bilim.access").info("request", extra={"facts": {"method": "GET"}})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    direct, usual = (json.loads(line) for line in written.getvalue().splitlines() if '"bilim.access"' in line)
    assert direct.keys() - usual.keys() == {"request_id", "path", "status", "ms"}
    assert (direct["level"], direct["message"], direct["path"], direct["status"]) == ("INFO", "request", "/health", 200)
