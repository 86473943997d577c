"""Whether the migrations make the tables that the models describe: on an SQLite file, and on PostgreSQL where one answers."""

import os
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

import bilim.tables  # noqa: F401 - so that every model is compared
from bilim.db.migrate import config, upgrade

NAME = f"bilim_check_{os.getpid()}"


def differs(url: str) -> bool:
    """Whether the models ask for something that the migrations do not make."""
    upgrade(url)
    try:
        command.check(config(url))
    except CommandError as error:
        print(f"{url.partition(':')[0]}: {error}")
        return True
    return False


def on_postgresql(server: URL) -> bool:
    """The same on a database of its own, dropped afterwards; True only where it differs."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {NAME}"))
    except OperationalError:
        print("PostgreSQL does not answer: its migrations were not checked")
        return False
    try:
        return differs(server.set(database=NAME).render_as_string(hide_password=False))
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        engine.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        wrong = differs(f"sqlite:///{Path(folder, 'check.db')}")
    server = make_url(os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"))
    sys.exit(on_postgresql(server) or wrong)
