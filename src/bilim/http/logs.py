"""Logs: one JSON object a line, each with the request's id. They contain no body, query, header or secret part of a path."""

import logging
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

request_id: ContextVar[str] = ContextVar("request_id", default="")

_encode = msgspec.json.Encoder().encode


class JsonLines(logging.Formatter):
    """A record as one line of JSON; `extra={"facts": {...}}` adds fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end. A line feed in a message stays escaped, so that lines cannot be forged."""
        line = _line(record.created, record.levelname, record.name, record.getMessage(), getattr(record, "facts", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line).decode()


def _line(created: float, level: str, logger: str, message: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {"time": datetime.fromtimestamp(created, UTC), "level": level, "logger": logger, "message": message}
    if identity := request_id.get():
        line["request_id"] = identity
    line.update(facts)
    return line


_access = logging.getLogger("bilim.access")
_stderr = logging.StreamHandler(sys.stderr)
_stderr.setFormatter(JsonLines())


def log_request(facts: Mapping[str, Any]) -> None:
    """Log a served request.

    Written straight to standard error where that is where all lines go: this line is written for every request, and a LogRecord takes
    several times as long.
    """
    if not _access.isEnabledFor(logging.INFO):
        return
    if logging.getLogger().handlers == [_stderr] and not _access.handlers:
        _stderr.stream.write(_encode(_line(time.time(), "INFO", _access.name, "request", facts)).decode() + "\n")
        _stderr.stream.flush()
    else:
        _access.info("request", extra={"facts": facts})


def configure(level: str) -> None:
    """Send every logger's lines to standard error as JSON; uvicorn's own request lines are replaced by ours."""
    _stderr.setStream(sys.stderr)
    root = logging.getLogger()
    root.handlers[:] = [_stderr]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    for name in ("alembic", "httpx", "httpcore"):  # the last two log every call to a service, httpx with its address
        logging.getLogger(name).setLevel(logging.WARNING)
