"""Statements are compiled once for all tests of a process, as they are once for all requests of a server.

Each test has engines of its own, and each engine its own cache: most of a short test would be the compiling of its statements.
"""

from collections.abc import MutableMapping
from functools import cache
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache

from bilim.db import connections, engine
from bilim.db.prepared import Plan, Prepared

_KEPT = 5_000
_Kind = tuple[str, object]


def compile_once() -> None:
    """Let all engines that are made from now on in this process share what they compile."""
    connections._ENGINE["execution_options"] = {"compiled_cache": _Compiled()}
    engine.Plan = _plan  # type: ignore[misc, assignment]


def _kind_of(dialect: Dialect) -> _Kind:
    """What compiled statements depend on: the database, and the zone in which times are shown."""
    return dialect.name, dialect.school_zone  # type: ignore[attr-defined]


class _Compiled(MutableMapping[Any, Any]):
    """A cache of SQLAlchemy's, whose keys begin with the engine's own dialect, with the kind of dialect in its place."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(_KEPT)

    def __getitem__(self, key: Any) -> Any:
        dialect, *statement = key
        return self._kept[_kind_of(dialect), *statement]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        dialect, *statement = key
        self._kept[_kind_of(dialect), *statement] = compiled

    def __delitem__(self, key: Any) -> None:
        raise NotImplementedError

    def __iter__(self) -> Any:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _plan(prepared: Prepared, dialect: Dialect) -> Plan:
    return _plan_of(prepared, _Same(dialect))


class _Same:
    """A dialect that equals others of its kind."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._kind = _kind_of(dialect)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._kind == other._kind

    def __hash__(self) -> int:
        return hash(self._kind)


@cache
def _plan_of(prepared: Prepared, same: _Same) -> Plan:
    return Plan(prepared, same.dialect)
