"""Many do the same thing in a session at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from httpx import Response
from sqlalchemy import func, select

from bilim.mock.actions.closing import close_due
from bilim.mock.models import MockAnswer, MockSession, MockWritingAnswer
from mock_school import finish, make_test, save, send, start
from world import World

OVER = "Bu session allaqachon yakunlangan."


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make all calls from threads that are let go together."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], Any]) -> Any:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(go, calls))


def heard(answers: Sequence[Response]) -> Counter[tuple[int, str]]:
    return Counter((answer.status_code, answer.json().get("detail", "")) for answer in answers)


def rows(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_a_hundred_starts_at_once_begin_one_session(world: World) -> None:
    student, test = world.student(), make_test(world.teacher())
    begin = partial(student.post, "/api/v1/mock/session/start/", {"test": test["id"], "code": test["code"]})
    assert heard(at_once([begin] * 100)) == {(201, ""): 1, (400, "Sizda bu test uchun aktiv session mavjud."): 99}
    assert rows(world, MockSession) == 1


def test_a_hundred_wrong_codes_at_once_are_counted_one_by_one(world: World) -> None:
    student, test = world.student(), make_test(world.teacher())
    begin = partial(student.post, "/api/v1/mock/session/start/", {"test": test["id"], "code": "000000"})
    assert Counter(answer.status_code for answer in at_once([begin] * 100)) == {400: 10, 429: 90}


def test_a_session_ended_many_times_at_once_ends_once(world: World) -> None:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    save(student, session, 1, reading={"1": "A"}, writing={"1": "text"})
    assert heard(at_once([partial(finish, student, session)] * 20)) == {(200, ""): 1, (400, OVER): 19}
    assert (rows(world, MockAnswer), rows(world, MockWritingAnswer)) == (1, 1)


def test_answers_sent_many_times_at_once_are_stored_once(world: World) -> None:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    answers = at_once([partial(send, student, session, "reading", {"1": str(number)}) for number in range(20)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 19}
    (kept,) = [answer.json()["answers"] for answer in answers if answer.status_code == 201]
    with world.db.read() as tx:
        assert tx.scalars(select(MockAnswer.answers)) == [kept]


def test_two_devices_lose_nothing_of_each_others(world: World) -> None:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    saves = [partial(save, student, session, number, reading={str(number): f"device {number % 2}"}) for number in range(1, 41)]
    answers = at_once(saves)
    assert {answer.status_code for answer in answers} == {200}
    restored = student.get(f"/api/v1/mock/session/{session['id']}/").json()
    assert restored["drafts"]["reading"] == {str(number): f"device {number % 2}" for number in range(1, 41)}
    assert restored["sequence"] == 40


def test_every_acknowledged_draft_is_among_the_answers(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    session = start(student, make_test(teacher))
    calls: list[Callable[[], Response]] = [partial(save, student, session, n, reading={str(n): "A"}) for n in range(1, 31)]
    calls.insert(15, partial(finish, student, session))
    answers = at_once(calls)
    ended = answers.pop(15)
    assert ended.status_code == 200
    assert heard(answers).keys() <= {(200, ""), (400, OVER)}
    kept = {str(number): "A" for number, answer in enumerate(answers, 1) if answer.status_code == 200}
    found = teacher.get(f"/api/v1/mock/session/{session['id']}/answers/").json()["reading_answer"]
    assert (found["answers"] if found else {}) == kept


def test_two_sweeps_at_once_close_each_session_once(world: World, monkeypatch: Any) -> None:
    teacher = world.teacher()
    test = make_test(teacher)
    students = [world.student() for _ in range(6)]
    for student in students:
        save(student, start(student, test), 1, reading={"1": "A"}, writing={"1": "text"})
    with world.db.write() as tx:
        tx.execute(MockSession.__table__.update().values(started_at=tx.now.replace(year=2020), ends_at=tx.now.replace(year=2021)))  # type: ignore[attr-defined]

    def sweep() -> int:
        with world.db.write() as tx:
            return close_due(tx)

    assert sum(at_once([sweep] * 4)) == 6
    assert (rows(world, MockAnswer), rows(world, MockWritingAnswer)) == (6, 6)
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(MockSession).where(MockSession.ended_at == MockSession.ends_at)) == 6
