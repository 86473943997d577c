"""An engine's loop: read a request, run its operation, write the reply, until the pipe is closed."""

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from bilim.engines.refusals import Refused
from bilim.kit.frames import HEADER, Reply, Request, decode, encode, length

Operation = Callable[..., Any]
"""Takes a request's params as keyword arguments and returns plain data. Raises Refused where the input is at fault."""
Load = Callable[[], Mapping[str, Operation]]
"""Imports a program's libraries and returns its operations; ImportError where a library is not installed."""

_GRACE_SECONDS = 10
"""The server kills an engine that is late. Where no server is left, the engine ends itself so much later."""


def serve(load: Load, memory_bytes: int) -> None:
    """Answer requests until the server closes the pipe or dies."""
    requests, replies = _take_pipes()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = _answering(load)
    while (request := _read_request(requests)) is not None:
        _bound_time(request.seconds)
        reply = answer(request)
        signal.alarm(0)
        _write(replies, reply)


def _take_pipes() -> tuple[int, int]:
    """Keep the pipes for messages alone: whatever a library prints goes to the error output, whatever it reads is empty."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _answering(load: Load) -> Callable[[Request], Reply]:
    try:
        operations = load()
    except ImportError as error:
        missing = Reply(error="not_installed", params={"library": error.name or str(error)})
        return lambda _request: missing

    def answer(request: Request) -> Reply:
        try:
            return Reply(operations[request.op](**request.params))
        except Refused as refused:
            return Reply(error=refused.code, params=refused.params)
        except BaseException:  # noqa: BLE001 - whatever it is, this process is done
            # A library that ran out of memory, or failed otherwise, may have broken state: the next request gets a fresh process.
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    return answer


def _bound_time(seconds: float) -> None:
    """End this process, by the signals' own default, where a request takes too long by the clock or by its use of the processor."""
    longest = int(seconds) + _GRACE_SECONDS
    signal.alarm(longest)
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + longest * (os.cpu_count() or 1)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _read_request(pipe: int) -> Request | None:
    """The next request, or None where there will be none."""
    header = _read(pipe, HEADER)
    if header is None:
        return None
    body = _read(pipe, length(header))
    return None if body is None else decode(body, Request)


def _read(pipe: int, size: int) -> bytes | None:
    """So many bytes, or None where the pipe ends before."""
    read = bytearray()
    while len(read) < size:
        piece = os.read(pipe, min(size - len(read), 1 << 20))
        if not piece:
            return None
        read += piece
    return bytes(read)


def _write(pipe: int, reply: Reply) -> None:
    unsent = memoryview(encode(reply))
    while unsent:
        unsent = unsent[os.write(pipe, unsent) :]
