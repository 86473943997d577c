"""Fixtures of backups: where one is restored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bilim.settings import Settings
from conftest import settings_for


@pytest.fixture
def empty(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An empty machine whose database is of the other kind than the one that was backed up."""
    home = tmp_path / "other"
    if backend == "postgresql":
        yield settings_for(f"sqlite:///{home}/bilim.db", home)
        return
    server: Engine = request.getfixturevalue("postgres")
    name = f"bilim_restore_{request.node.name.__hash__() & 0xFFFFFF}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield settings_for(server.url.set(database=name).render_as_string(hide_password=False), home)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
