"""Routes are closed unless they declare who may call them."""

from typing import Any

import pytest
from litestar import Litestar, Request, get, websocket
from litestar.connection import WebSocket
from starlette.testclient import TestClient

from bilim.db.engine import Tx
from bilim.http.access import (
    PUBLIC,
    SIGNED,
    SIGNED_IN,
    UndeclaredRoute,
    authenticate,
    authenticate_socket,
    credential,
    may,
    require_declared,
)
from bilim.http.errors import EXCEPTION_HANDLERS
from bilim.http.work import work
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from world import World


@requires(Role.ADMIN)
def count_money(_tx: Tx, _actor: Actor) -> int:
    return 7


@signed_in
def own_name(_tx: Tx, actor: Actor) -> int:
    return actor.id


@internal
def settle(_tx: Tx) -> int:
    return 0


def app_of(world: World, *routes: Any, **kw: Any) -> Litestar:
    app = Litestar(
        list(routes), before_request=authenticate, exception_handlers=EXCEPTION_HANDLERS, openapi_config=None, logging_config=None, **kw
    )
    app.state.services = world.app.state.services
    app.state.supplies = world.app.state.supplies
    return app


def test_every_route_of_the_product_declares_who_may_call_it(sqlite_world: World) -> None:
    require_declared(sqlite_world.app)


def test_a_route_that_declares_nothing_does_not_start(sqlite_world: World) -> None:
    @get("/open")
    @work
    def forgotten(tx: Tx) -> int:
        return 1

    with pytest.raises(UndeclaredRoute, match="/open: does not say who may call it"):
        require_declared(app_of(sqlite_world, forgotten))


def test_a_route_whose_hook_replaces_ours_does_not_start(sqlite_world: World) -> None:
    async def own_hook(_request: Request[Any, Any, Any]) -> None: ...

    @get("/hooked", opt=PUBLIC, before_request=own_hook)
    async def hooked() -> int:
        return 1

    with pytest.raises(UndeclaredRoute, match="replaces the hook"):
        require_declared(app_of(sqlite_world, hooked))


def test_a_role_without_work_to_check_it_does_not_start(sqlite_world: World) -> None:
    @get("/plain", opt=may(count_money))
    async def plain() -> int:
        return 1

    with pytest.raises(UndeclaredRoute, match="no function of `work`"):
        require_declared(app_of(sqlite_world, plain))


def test_a_socket_without_our_guard_does_not_start(sqlite_world: World) -> None:
    @websocket("/unguarded", opt=PUBLIC)
    async def unguarded(socket: WebSocket[Any, Any, Any]) -> None: ...

    @websocket("/guarded", opt=PUBLIC, guards=[authenticate_socket])
    async def guarded(socket: WebSocket[Any, Any, Any]) -> None: ...

    with pytest.raises(UndeclaredRoute, match="/unguarded: a socket"):
        require_declared(app_of(sqlite_world, unguarded))
    require_declared(app_of(sqlite_world, guarded))


def test_what_is_for_this_programs_code_alone_opens_no_route() -> None:
    with pytest.raises(UndeclaredRoute):
        may(settle)
    with pytest.raises(UndeclaredRoute):
        may(lambda tx: tx)


def test_a_route_asks_what_its_action_states(sqlite_world: World) -> None:
    @get("/money", opt=may(count_money))
    @work
    def money(tx: Tx, actor: Actor) -> int:
        return count_money(tx, actor)

    @get("/both", opt=may(own_name, count_money))
    @work
    def both(tx: Tx) -> int:
        return 1

    with TestClient(app_of(sqlite_world, money, both)) as client:

        def heard(path: str, headers: dict[str, str] | None = None) -> int:
            return client.get(path, headers=headers or {}).status_code

        student, admin = sqlite_world.student(), sqlite_world.admin()
        for path in ("/money", "/both"):
            assert [heard(path), heard(path, student.headers), heard(path, admin.headers)] == [401, 403, 200]


def test_an_action_asks_whoever_calls_it(sqlite_world: World) -> None:
    student = Actor(sqlite_world.student().id, Role.STUDENT, is_premium=False, session_id=0)
    with sqlite_world.db.read() as tx:
        assert own_name(tx, student) == student.id
        with pytest.raises(Exception, match=r"^$") as refused:
            count_money(tx, student)
    assert type(refused.value).__name__ == "Forbidden"


def test_another_credential_serves_only_where_it_is_shown(sqlite_world: World) -> None:
    def has_secret(connection: Any) -> bool:
        return connection.headers.get("x-secret") == "sesame"

    @get("/hook", opt=credential(has_secret))
    @work
    def hook(tx: Tx) -> int:
        return 1

    @get("/signed", opt=SIGNED_IN | SIGNED)
    @work
    def signed(tx: Tx, actor: Actor | None) -> bool:
        return actor is None

    with TestClient(app_of(sqlite_world, hook, signed)) as client:
        assert client.get("/hook").status_code == 401
        assert client.get("/hook", headers=sqlite_world.superadmin().headers).status_code == 401
        assert client.get("/hook", headers={"x-secret": "sesame"}).json() == 1
        assert client.get("/signed").status_code == 401
        assert client.get(sqlite_world.app.state.services.signer.sign("/signed")).json() is True


def test_a_socket_is_asked_who_calls(sqlite_world: World) -> None:
    path = "/guarded"

    @websocket(path, opt=may(own_name), guards=[authenticate_socket])
    async def guarded(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        await socket.send_json(socket.scope["bilim.claims"].user_id)  # type: ignore[typeddict-item]
        await socket.close()

    student = sqlite_world.student()
    with TestClient(app_of(sqlite_world, guarded)) as client:
        with client.websocket_connect(path, headers=student.headers) as connection:
            assert connection.receive_json() == student.id
        with pytest.raises(Exception), client.websocket_connect(path):  # noqa: B017 - closed before it was accepted
            pass
