"""Databases of the bench's own: an SQLite file in a temporary folder, or a database on a PostgreSQL server that is dropped afterwards."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

DEFAULT_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
_PREFIX = "bilim_bench_"


@contextmanager
def sqlite_file(folder: Path, name: str) -> Generator[str]:
    """The URL of a file that does not exist yet."""
    yield f"sqlite:///{folder / name}.db"


@contextmanager
def postgresql_database(server: str, name: str) -> Generator[str]:
    """The URL of an empty database on a server.

    Args:
        server: the URL of any database on it, whose user may create databases.

    Raises:
        psycopg.OperationalError: the server does not answer.
    """
    name = f"{_PREFIX}{os.getpid()}_{name}"
    with _administrator(server) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with _administrator(server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def postgresql_version(server: str) -> str:
    """The server's version.

    Raises:
        psycopg.OperationalError: it does not answer.
    """
    with _administrator(server) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return row[0].split()[0] if row else ""


def _administrator(server: str) -> psycopg.Connection:
    return psycopg.connect(server.replace("+psycopg", "", 1), autocommit=True, connect_timeout=5)
