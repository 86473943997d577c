"""While a model thinks, nothing is held: no thread, no connection, and nobody else waits."""

import asyncio

import httpx

from bilim.http.outer import OuterMiddleware
from tutor.school import ASK, ScriptedLlm, give_llm, until, used
from world import World

WAITING = 50


def test_fifty_who_wait_for_the_model_hold_no_thread_and_no_connection(world: World) -> None:
    llm: ScriptedLlm = give_llm(world)
    people = [world.student() for _ in range(WAITING)]

    async def story() -> None:
        llm.gate = asyncio.Event()
        transport = httpx.ASGITransport(OuterMiddleware(world.app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://school.uz") as client:
            asking = [asyncio.ensure_future(client.post(ASK, json={"prompt": "x"}, headers=person.headers)) for person in people]
            await until(lambda: llm.waiting == WAITING)
            pools = world.app.state.services.pools
            assert [pool._count for pool in (pools.reads, pools.writes, pools.files, pools.long_lists)] == [0, 0, 0, 0]
            assert world.db.connections_in_use == 0
            plain = await client.get("/api/v1/users/me", headers=people[0].headers)
            assert plain.status_code == 200
            llm.gate.set()
            assert {(await each).status_code for each in asking} == {200}

    asyncio.run(story())
    assert len(used(world)) == WAITING
    assert sum(row[3] for row in used(world)) == WAITING
