"""Requests that meet: threads that are let go together, and what they hear."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from httpx import Response


def at_once(calls: Sequence[Callable[[], Response]]) -> list[Response]:
    """Make all calls from threads that are let go together; the answers in the order of the calls."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], Response]) -> Response:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(go, calls))


def statuses(answers: Iterable[Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)
