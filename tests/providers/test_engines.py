"""Engines' processes: late, dying, babbling and missing ones give clear errors, the next call works, nothing is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bilim.kit.errors import Unavailable
from bilim.kit.frames import HEADER, MAX_BYTES, BadFrame, Request, encode, length
from bilim.providers.engine_process import _environment
from bilim.providers.engines import EnginePool, EngineRefused, EngineTerms

STUB = [sys.executable, str(Path(__file__).with_name("engine_stub.py"))]
MakePool = Callable[..., EnginePool]


@pytest.fixture
def make_pool() -> Iterator[MakePool]:
    made: list[EnginePool] = []

    def make(*arguments: str, **terms: Any) -> EnginePool:
        made.append(EnginePool([*STUB, *arguments], EngineTerms(**terms)))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def is_gone(pid: int) -> bool:
    """Whether a process is neither running nor a zombie."""
    return not Path(f"/proc/{pid}").exists()


def open_files() -> set[str]:
    return {file.name for file in Path("/proc/self/fd").iterdir()}


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("it never came about")


def test_no_process_runs_before_the_first_call(make_pool: MakePool) -> None:
    pool = make_pool()
    assert pool.pids == []
    pool.call("echo", {"data": "salom"}, 10)
    assert len(pool.pids) == 1


def test_calls_work_from_a_thread_and_from_the_event_loop(make_pool: MakePool) -> None:
    pool = make_pool()
    assert pool.call("echo", {"data": {"words": ["bir", 2, None]}}, 10) == {"words": ["bir", 2, None]}
    assert asyncio.run(pool.ask("echo", {"data": b"\0\xff"}, 10)) == b"\0\xff"


def test_megabytes_pass_both_ways(make_pool: MakePool) -> None:
    data = os.urandom(5_000_000)
    assert make_pool().call("echo", {"data": data}, 30) == data


def test_a_message_that_is_too_long_is_refused_before_it_is_sent(make_pool: MakePool) -> None:
    pool = make_pool()
    with pytest.raises(BadFrame):
        pool.call("echo", {"data": bytes(MAX_BYTES)}, 10)
    assert pool.pids == []
    assert pool.call("echo", {"data": 1}, 10) == 1


def test_the_engine_says_what_is_wrong_with_its_input_and_stays(make_pool: MakePool) -> None:
    pool = make_pool()
    before = pool.call("pid", {}, 10)
    with pytest.raises(EngineRefused) as refused:
        pool.call("refuse", {"code": "too_long", "seconds": 600}, 10)
    assert (refused.value.code, refused.value.params) == ("too_long", {"seconds": 600})
    assert pool.call("pid", {}, 10) == before


def test_what_libraries_print_does_not_garble_the_replies(make_pool: MakePool) -> None:
    assert make_pool().call("print", {"text": "a stray line"}, 10) == ""


@pytest.mark.parametrize(
    ("op", "params"),
    [
        ("die", {}),
        ("defect", {}),
        ("no such operation", {}),
        ("echo", {"strange": 1}),
        ("grow", {"mebibytes": 2000}),
        ("babble", {"size": 4}),
        ("babble", {"size": 200}),
    ],
    ids=str,
)
def test_a_lost_process_is_a_503_and_the_next_call_gets_a_new_one(make_pool: MakePool, op: str, params: dict[str, Any]) -> None:
    pool = make_pool()
    lost = pool.call("pid", {}, 10)
    with pytest.raises(Unavailable) as refused:
        pool.call(op, params, 10)
    assert (refused.value.code, refused.value.retry_after) == ("speech_failed", 2)
    assert is_gone(lost)
    assert pool.call("pid", {}, 10) != lost


def test_a_late_process_is_killed(make_pool: MakePool) -> None:
    pool = make_pool()
    late = pool.call("pid", {}, 10)
    with pytest.raises(Unavailable) as refused:
        pool.call("sleep", {"seconds": 60}, 0.2)
    assert refused.value.code == "speech_too_slow"
    assert is_gone(late)
    assert pool.call("echo", {"data": 1}, 10) == 1


def test_a_process_that_dies_while_nobody_needs_it_leaves_no_zombie_and_costs_no_call(make_pool: MakePool) -> None:
    pool = make_pool()
    idle = pool.call("pid", {}, 10)
    os.kill(idle, signal.SIGKILL)
    wait_until(lambda: is_gone(idle))
    assert pool.call("pid", {}, 10) != idle


def test_an_idle_process_gives_its_memory_back(make_pool: MakePool) -> None:
    pool = make_pool(idle_seconds=0.05)
    idle = pool.call("pid", {}, 10)
    wait_until(lambda: is_gone(idle))
    assert pool.pids == []


def test_a_process_is_renewed_after_its_calls(make_pool: MakePool) -> None:
    pool = make_pool(calls_each=2)
    pids = [pool.call("pid", {}, 10) for _ in range(5)]
    assert pids[0] == pids[1]
    assert pids[2] == pids[3]
    assert len(set(pids)) == 3


def test_calls_run_side_by_side_up_to_the_number_of_processes(make_pool: MakePool) -> None:
    pool = make_pool(processes=2)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(pool.call, "sleep", {"seconds": 0.3}, 10) for _ in range(2)]
        wait_until(lambda: len(pool.pids) == 2)
        for each in both:
            each.result()
    pool.call("echo", {"data": 1}, 10)
    assert len(pool.pids) == 2


def test_a_full_queue_is_a_503_at_once(make_pool: MakePool) -> None:
    pool = make_pool(waiting=1)
    with ThreadPoolExecutor(2) as threads:
        taken = [threads.submit(pool.call, "sleep", {"seconds": 0.4}, 10) for _ in range(2)]
        wait_until(lambda: pool._unfinished == 2)
        with pytest.raises(Unavailable) as refused:
            pool.call("echo", {"data": 1}, 10)
        assert (refused.value.code, refused.value.retry_after) == ("busy", 2)
        for each in taken:
            each.result()
    assert pool.call("echo", {"data": 1}, 10) == 1


def test_a_call_whose_time_ran_out_in_the_queue_is_not_begun(make_pool: MakePool) -> None:
    pool = make_pool()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(pool.call, "sleep", {"seconds": 0.4}, 10)
        wait_until(lambda: pool._unfinished == 1)
        with pytest.raises(Unavailable) as refused:
            pool.call("die", {}, 0.1)
        assert refused.value.code == "busy"
        first.result()


def test_cancelled_calls_leave_the_queue(make_pool: MakePool) -> None:
    pool = make_pool(waiting=1)

    async def leave() -> int:
        running = asyncio.create_task(pool.ask("sleep", {"seconds": 0.3}, 10))
        await asyncio.sleep(0.1)
        for _ in range(3):  # more than may wait
            impatient = asyncio.create_task(pool.ask("die", {}, 10))
            await asyncio.sleep(0)
            impatient.cancel()
            await asyncio.sleep(0)
        answer = await pool.ask("echo", {"data": 7}, 10)
        await running
        return answer

    assert asyncio.run(leave()) == 7
    assert pool._unfinished == 0


def test_a_caller_who_leaves_a_running_call_harms_nobody(make_pool: MakePool) -> None:
    pool = make_pool()

    async def leave() -> None:
        pool_call = asyncio.create_task(pool.ask("sleep", {"seconds": 0.2}, 10))
        await asyncio.sleep(0.1)
        pool_call.cancel()

    asyncio.run(leave())
    assert pool.call("echo", {"data": 1}, 10) == 1


def test_a_missing_library_is_said_by_name(make_pool: MakePool) -> None:
    with pytest.raises(Unavailable) as refused:
        make_pool("missing").call("echo", {"data": 1}, 10)
    assert (refused.value.code, refused.value.params) == ("speech_not_installed", {"library": "a_library_that_nobody_has"})


def test_a_program_that_cannot_be_started_is_a_503() -> None:
    pool = EnginePool(["/no/such/program"])
    with pytest.raises(Unavailable):
        pool.call("echo", {}, 5)
    pool.close()


def test_engines_see_no_secrets(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "nobody's business")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://u:p@h/n")
    seen = make_pool().call("environ", {}, 10)
    assert not {"SECRET_KEY", "DATABASE_URL"} & seen.keys()


def test_closing_ends_running_calls_and_leaves_no_process_and_no_pipe(make_pool: MakePool) -> None:
    before = open_files()
    pool = make_pool(processes=2)
    outcomes: list[str] = []

    def call(seconds: float) -> None:
        try:
            pool.call("sleep", {"seconds": seconds}, 30)
        except Unavailable as error:
            outcomes.append(error.code)

    callers = [threading.Thread(target=call, args=(30,)) for _ in range(3)]
    for each in callers:
        each.start()
    wait_until(lambda: len(pool.pids) == 2)
    pids = pool.pids
    pool.close()
    for each in callers:
        each.join()
    assert sorted(outcomes) == ["busy", "speech_failed", "speech_failed"]
    assert all(is_gone(pid) for pid in pids)
    assert open_files() == before
    with pytest.raises(Unavailable):
        pool.call("echo", {"data": 1}, 1)


def test_an_engine_ends_when_its_server_does() -> None:
    pool = f"EnginePool({STUB!r})"
    code = f"import os\nfrom bilim.providers.engines import EnginePool\nprint({pool}.call('pid', {{}}, 10), flush=True)\nos._exit(1)"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=_environment()).stdout)
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text())


def test_an_engine_ends_itself_where_nobody_is_left_to_end_it() -> None:
    process = subprocess.Popen(STUB, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
    assert process.stdin
    process.stdin.write(encode(Request("sleep", {"seconds": 60}, seconds=-9)))  # late already, less the grace of ten seconds
    process.stdin.flush()
    assert process.wait(30) == -signal.SIGALRM
    process.communicate()


def test_an_engines_own_clock_stops_with_the_answer() -> None:
    with subprocess.Popen(STUB, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=_environment()) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(2):
            process.stdin.write(encode(Request("echo", {"data": 1}, seconds=-9)))  # it would end itself after a second
            assert process.stdout.read(length(process.stdout.read(HEADER)))
            time.sleep(1.2)
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_call_that_met_a_dying_process_is_tried_anew_but_one_that_kills_two_is_not(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool()
    met = tmp_path / "met"
    pool.call("echo", {"data": 1}, 10)
    assert pool.call("die_once", {"mark": str(met)}, 10) == "alive"
    assert met.read_text() == "1"
    with pytest.raises(Unavailable):
        pool.call("die_often", {"mark": str(met)}, 10)
    assert met.read_text() == "111", "two processes died of it"


def test_a_new_process_that_dies_is_not_tried_anew(make_pool: MakePool, tmp_path: Path) -> None:
    met = tmp_path / "met"
    with pytest.raises(Unavailable):
        make_pool().call("die_often", {"mark": str(met)}, 10)
    assert met.read_text() == "1"


def test_processes_killed_at_random_lose_their_own_call_alone(make_pool: MakePool) -> None:
    pool = make_pool(processes=2, waiting=100)
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.15):
            for pid in pool.pids[:1]:
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()

    def call(number: int) -> object:
        try:
            return pool.call("echo", {"data": number}, 20)
        except Unavailable as error:
            return error.code

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(call, range(400)))
    stop.set()
    killer.join()
    assert {each for each in outcomes if isinstance(each, str)} <= {"speech_failed"}
    assert all(each in (number, "speech_failed") for number, each in enumerate(outcomes))
    assert pool._unfinished == 0
