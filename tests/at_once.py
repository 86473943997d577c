"""Requests that meet: threads that are let go together, and what they hear."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from httpx import Response

R = TypeVar("R")


def at_once(calls: Sequence[Callable[[], R]]) -> list[R]:
    """Make all calls from threads that are let go together; the answers in the order of the calls."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], R]) -> R:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(go, calls))


def statuses(answers: Iterable[Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)
