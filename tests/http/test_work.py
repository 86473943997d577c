"""Handlers: what they are supplied with, how they wait, and that none of them stops the others."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath
from sqlalchemy import Integer, bindparam, func, literal, select, text, update
from sqlalchemy.exc import OperationalError

from bilim.accounts.models import User
from bilim.app.services import Services
from bilim.db import connections
from bilim.db.engine import Database, Tx
from bilim.db.prepared import Prepared
from bilim.http import work as work_module
from bilim.http.access import PUBLIC, SIGNED_IN, authenticate
from bilim.http.bodies import ApiRequest
from bilim.http.errors import EXCEPTION_HANDLERS
from bilim.http.outer import OuterMiddleware
from bilim.http.parameters import AnyLimit, PathId
from bilim.http.pools import BoundedPool, ClientGone, unless_client_leaves
from bilim.http.urls import Urls
from bilim.http.work import READS_LONG, RUN_IN_LOOP, Settling, Units, after, work
from bilim.kit.actors import Actor
from bilim.kit.errors import Unavailable
from bilim.kit.paging import Page, RowStream
from bilim.settings import Settings
from world import World

WAITING = 200


def app_of(world: World, *routes: Any) -> Litestar:
    app = Litestar(
        list(routes),
        before_request=authenticate,
        request_class=ApiRequest,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    app.state.services = world.app.state.services
    app.state.supplies = world.app.state.supplies
    return app


def calling(app: Litestar, story: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Play a story of calls on one event loop."""

    async def run() -> None:
        transport = httpx.ASGITransport(OuterMiddleware(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://school.uz") as client:
            await story(client)

    asyncio.run(run())


def count_people(tx: Tx) -> int:
    return tx.scalar(select(func.count()).select_from(User))


def test_parameters_are_supplied_by_their_annotations(sqlite_world: World) -> None:
    @get("/parts/{id:int}", opt=SIGNED_IN)
    @work
    def parts(tx: Tx, actor: Actor, settings: Settings, urls: Urls, id: PathId) -> list[Any]:
        return [count_people(tx), actor.id, settings.environment, urls.absolute("/x")]

    student = sqlite_world.student()

    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.get("/parts/5", headers=student.headers)
        assert answer.json() == [2, student.id, "test", "https://school.example/x"]

    calling(app_of(sqlite_world, parts), story)


def test_addresses_follow_the_request_where_no_public_url_is_set(sqlite_world: World) -> None:
    services: Services = sqlite_world.app.state.services
    sqlite_world.use(settings=msgspec.structs.replace(services.settings, public_url=""))

    @get("/where", opt=PUBLIC)
    @work
    def where(tx: Tx, urls: Urls) -> str:
        return urls.absolute("/x") or ""

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/where")).json() == "http://school.uz/x"
        forged = await client.get("/where", headers={"host": 'evil.uz/"><script>'})
        assert "evil" not in forged.text

    calling(app_of(sqlite_world, where), story)


def test_two_hundred_who_wait_hold_no_thread_and_no_connection(world: World) -> None:
    """What they wait for comes when all of them wait: were a thread or a connection held, the last would never begin."""
    services: Services = world.app.state.services
    arrived: list[int] = []
    release = asyncio.Event()

    @post("/ask", opt=SIGNED_IN, status_code=200)
    @work
    async def ask(units: Units, actor: Actor) -> int:
        before = await units.read(count_people)
        arrived.append(actor.id)
        await release.wait()
        return before + await units.write(count_people)

    @get("/quick", opt=SIGNED_IN)
    @work
    def quick(tx: Tx) -> int:
        return count_people(tx)

    student = world.student()

    async def story(client: httpx.AsyncClient) -> None:
        calls = [asyncio.create_task(client.post("/ask", headers=student.headers)) for _ in range(WAITING)]
        while len(arrived) < WAITING:
            await asyncio.sleep(0.01)
        assert services.db.connections_in_use == 0
        assert (await client.get("/quick", headers=student.headers)).json() == 2
        release.set()
        assert {(await call).json() for call in calls} == {4}

    calling(app_of(world, ask, quick), story)


def test_an_action_of_a_waiting_handler_is_undone_alone(world: World) -> None:
    def rename(tx: Tx, name: str, *, fails: bool) -> None:
        tx.execute(text("UPDATE users SET first_name = :name"), {"name": name})
        if fails:
            raise Unavailable

    @post("/twice", opt=PUBLIC)
    @work
    async def twice(units: Units) -> None:
        await units.write(rename, "kept", fails=False)
        await units.write(rename, "undone", fails=True)

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.post("/twice")).status_code == 503

    calling(app_of(world, twice), story)
    with world.db.read() as tx:
        assert tx.scalar(select(User.first_name)) == "kept"


def test_a_full_queue_says_503_and_when_to_come_back(sqlite_world: World) -> None:
    services: Services = sqlite_world.app.state.services
    services.pools.reads = BoundedPool("tiny", 1, waiting=1)
    gate = threading.Event()

    @get("/slow", opt=PUBLIC)
    @work
    def slow(tx: Tx) -> int:
        gate.wait()
        return 1

    async def story(client: httpx.AsyncClient) -> None:
        first, second = (asyncio.create_task(client.get("/slow")) for _ in range(2))
        while services.pools.reads._count < 2:
            await asyncio.sleep(0)
        third = await client.get("/slow")
        assert (third.status_code, third.headers["retry-after"]) == (503, "1")
        assert third.json() == {"detail": "The service is busy. Try again in a moment."}
        gate.set()
        assert [(await first).status_code, (await second).status_code] == [200, 200]
        assert (await client.get("/slow")).status_code == 200

    calling(app_of(sqlite_world, slow), story)


def test_what_nobody_waits_for_is_not_begun() -> None:
    begun: list[str] = []
    gate = threading.Event()

    async def leave() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def story() -> None:
        pool = BoundedPool("one", 1, waiting=5)
        first = pool.submit(gate.wait)
        with pytest.raises(ClientGone):
            await unless_client_leaves(pool.submit(begun.append, "second"), leave)
        gate.set()
        await first
        await pool.run(begun.append, "third")
        pool.close()

    asyncio.run(story())
    assert begun == ["third"]


class Leaving:
    """A client that asks, and leaves when it is told to."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.sent: list[dict[str, Any]] = []
        self.asked = False

    async def receive(self) -> dict[str, Any]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 5),
        "http_version": "1.1",
        "root_path": "",
    }


@contextmanager
def endless(world: World) -> Iterator[tuple[Litestar, list[int]]]:
    """An application with a list that goes on until it is dropped, and how many of its batches were read."""
    read: list[int] = []

    def batches(tx: Tx) -> Iterator[list[int]]:
        while True:
            read.append(tx.scalar(select(func.count()).select_from(User)))
            yield [1] * 600

    @get("/endless", opt=PUBLIC)
    @work
    def list_endlessly(tx: Tx) -> RowStream[int]:
        return RowStream(batches(tx), None, Page(limit=None))

    @get("/quick", opt=PUBLIC)
    @work
    def quick(tx: Tx) -> int:
        return count_people(tx)

    yield app_of(world, list_endlessly, quick), read


def test_a_long_list_holds_up_no_other_read_and_ends_when_its_reader_leaves(world: World) -> None:
    services: Services = world.app.state.services

    async def story(app: Litestar, read: list[int]) -> None:
        readers = [Leaving() for _ in range(8)]
        reading = [asyncio.create_task(OuterMiddleware(app)(scope_of("/endless"), each.receive, each.send)) for each in readers]
        while len(read) < 40:
            await asyncio.sleep(0.01)
        transport = httpx.ASGITransport(OuterMiddleware(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://school.uz") as client:
            assert (await client.get("/quick")).status_code == 200
        for each in readers:
            each.left.set()
        await asyncio.gather(*reading)
        while services.db.connections_in_use:
            await asyncio.sleep(0.01)
        assert {each.sent[0]["status"] for each in readers} <= {499, 503}

    with endless(world) as (app, read):
        asyncio.run(story(app, read))


def test_lists_beyond_what_may_wait_are_refused(sqlite_world: World) -> None:
    services: Services = sqlite_world.app.state.services
    services.pools.long_lists = BoundedPool("long", 1, waiting=0)

    async def story(app: Litestar) -> None:
        first, second = Leaving(), Leaving()
        reading = asyncio.create_task(OuterMiddleware(app)(scope_of("/endless"), first.receive, first.send))
        while not services.pools.long_lists.is_loaded:
            await asyncio.sleep(0.01)
        await OuterMiddleware(app)(scope_of("/endless"), second.receive, second.send)
        assert second.sent[0]["status"] == 503
        first.left.set()
        await reading
        while services.db.connections_in_use:
            await asyncio.sleep(0.01)

    with endless(sqlite_world) as (app, _):
        asyncio.run(story(app))


def test_a_list_of_middle_length_is_read_where_it_is(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()

    @get("/numbers", opt=PUBLIC)
    @work
    def numbers(tx: Tx) -> RowStream[int]:
        def batches() -> Iterator[list[int]]:
            for batch in range(3):
                threads.add(threading.current_thread().name.partition("_")[0])
                yield [batch] * 10

        return RowStream(batches(), None, Page(limit=None))

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/numbers")).json() == [0] * 10 + [1] * 10 + [2] * 10
        assert threads == {"read"}
        monkeypatch.setattr(work_module, "_QUICK_ROWS", 10)
        answer = await client.get("/numbers")
        assert (answer.headers["x-total-count"], len(answer.json())) == ("30", 30)
        assert threads == {"read", "long-list"}

    calling(app_of(sqlite_world, numbers), story)


_START = select(literal(1).label("i")).cte("numbers", recursive=True)
_ALL = _START.union_all(select(_START.c.i + 1).where(_START.c.i < bindparam("most", type_=Integer)))
NUMBERS = Prepared(select(_ALL.c.i))
FOREVER = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}


def test_a_read_ends_when_its_time_is_over(settings: Settings, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.2 if backend == "sqlite" else 1)
    db = Database(settings.database_url, settings.zone, 1)
    with pytest.raises(OperationalError), db.read() as tx:
        tx.scalar(text(FOREVER[backend]))
    with db.read() as tx:
        assert count_people(tx) == 1
    db.close()


def test_a_read_that_is_long_for_the_event_loop_starts_over_on_a_thread(sqlite_world: World) -> None:
    ran: list[str] = []
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT {} FROM n"

    @get("/sum/{most:int}", opt=PUBLIC | RUN_IN_LOOP)
    @work
    def whole_sum(tx: Tx, most: FromPath[int]) -> int:
        ran.append(threading.current_thread().name.partition("_")[0])
        return tx.scalar(text(counting.format("sum(i)")), {"most": most})

    @get("/numbers/{most:int}", opt=PUBLIC | RUN_IN_LOOP)
    @work
    def numbers(tx: Tx, most: FromPath[int]) -> int:
        ran.append(threading.current_thread().name.partition("_")[0])
        return len(tx.all(NUMBERS, {"most": most}))

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/sum/10")).json() == 55
        assert ran == ["MainThread"]
        assert (await client.get("/sum/1000000")).json() == 500_000_500_000
        assert ran[1:] == ["MainThread", "read"]
        assert (await client.get("/numbers/300000")).json() == 300_000
        assert ran[3:] == ["MainThread", "read"], "also where it is interrupted while rows are fetched"

    calling(app_of(sqlite_world, whole_sum, numbers), story)


def test_short_lists_are_read_on_the_event_loop_and_others_on_a_thread(sqlite_world: World) -> None:
    ran: list[str] = []

    @get("/numbers", opt=PUBLIC | RUN_IN_LOOP)
    @work
    def numbers(tx: Tx, limit: AnyLimit = None) -> RowStream[int]:
        ran.append(threading.current_thread().name.partition("_")[0])
        return RowStream(iter([tx.scalars(NUMBERS, {"most": limit or 5})]), None, Page(limit=limit))

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/numbers?limit=100")).json() == list(range(1, 101))
        assert ran == ["MainThread"]
        assert len((await client.get("/numbers?limit=101")).json()) == 101
        assert (await client.get("/numbers")).json() == [1, 2, 3, 4, 5]
        assert ran[1:] == ["read", "read"], "a list that may be long"

    calling(app_of(sqlite_world, numbers), story)


def test_a_read_of_seconds_runs_beside_the_short_ones(sqlite_world: World) -> None:
    @get("/figures", opt=PUBLIC | READS_LONG)
    @work
    def figures(tx: Tx) -> str:
        return threading.current_thread().name.partition("_")[0]

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/figures")).json() == "long-list"

    calling(app_of(sqlite_world, figures), story)


def test_a_read_can_be_interrupted_from_another_thread(db: Database, backend: str) -> None:
    with pytest.raises(OperationalError), db.read() as tx:
        threading.Timer(0.2, tx.interrupt).start()
        tx.scalar(text(FOREVER[backend]))
    with db.read() as tx:
        assert count_people(tx) == 1


def test_a_lock_that_is_not_had_in_time_is_a_503(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, settings = sqlite_world.student(), sqlite_world.app.state.services.settings
    monkeypatch.setattr(connections, "_SQLITE_PRAGMAS", ("busy_timeout=10",))
    impatient, other = (Database(settings.database_url, settings.zone, 3) for _ in range(2))
    sqlite_world.db.close()
    sqlite_world.use(db=impatient)
    with other.write():
        answer = student.patch("/api/v1/users/me", {"full_name": "Ali"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert student.patch("/api/v1/users/me", {"full_name": "Ali"}).status_code == 200
    other.close()


def test_a_handler_that_asks_for_what_is_not_there_does_not_start(sqlite_world: World) -> None:
    @get("/unknown", opt=PUBLIC)
    @work
    def unknown(tx: Tx, oracle: OperationalError) -> int:
        return 1

    with pytest.raises(TypeError, match=r"/unknown asks for .*OperationalError"):
        work_module.require_supplied(app_of(sqlite_world, unknown))


def test_what_is_due_is_done_before_a_route_reads(world: World) -> None:
    """In transactions of its own, until nothing is; and a route that finds nothing due writes nothing."""
    done: list[str] = []

    def is_due(tx: Tx) -> bool:
        return tx.scalar(select(func.count()).select_from(User).where(User.phone.is_(None))) > 1

    def settle(tx: Tx) -> None:
        first = tx.scalar(select(func.min(User.id)).where(User.phone.is_(None)))
        tx.execute(update(User).where(User.id == first).values(phone="+998901234567"))
        done.append("settled")

    @get("/settled", opt=PUBLIC | after(Settling(is_due, settle)))
    @work
    def settled(tx: Tx) -> int:
        return tx.scalar(select(func.count()).select_from(User).where(User.phone.is_not(None)))

    for _ in range(3):
        world.student()
    answers: list[int] = []

    async def story(client: httpx.AsyncClient) -> None:
        answers.extend([(await client.get("/settled")).json() for _ in range(2)])

    calling(app_of(world, settled), story)
    assert (answers, done) == ([3, 3], ["settled"] * 3)
