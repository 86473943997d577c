"""An engine that misbehaves on demand: `python engine_stub.py`, served by the loop of the real ones."""

import ctypes
import os
import sys
import time
from pathlib import Path

from bilim.engines.refusals import Refused
from bilim.engines.serve import serve


def _print(text: str) -> str:
    sys.stdout.write(text)
    sys.stdout.flush()
    ctypes.CDLL(None).puts(text.encode())
    return sys.stdin.read()


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


def _die(code: int = 1) -> None:
    os._exit(code)


def _die_often(mark: str) -> None:
    with Path(mark).open("a") as file:
        file.write("1")
    os._exit(1)


def _die_once(mark: str) -> str:
    if not Path(mark).exists():
        _die_often(mark)
    return "alive"


def _refuse(code: str, **params: object) -> None:
    raise Refused(code, **params)


def _grow(mebibytes: int) -> int:
    return len(bytearray(mebibytes * 1024 * 1024))


def _babble(size: int) -> None:
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\xff" * size)
        except OSError:
            continue


def _environ() -> dict[str, str]:
    return dict(os.environ)


OPERATIONS = {
    "echo": lambda data: data,
    "sleep": _sleep,
    "print": _print,
    "die": _die,
    "die_once": _die_once,
    "die_often": _die_often,
    "refuse": _refuse,
    "grow": _grow,
    "babble": _babble,
    "environ": _environ,
    "pid": os.getpid,
    "defect": lambda: 1 // 0,
}

if __name__ == "__main__":
    if sys.argv[1:] == ["missing"]:
        serve(lambda: __import__("a_library_that_nobody_has"), 256 * 1024 * 1024)
    serve(lambda: OPERATIONS, 256 * 1024 * 1024)
