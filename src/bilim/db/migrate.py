"""Bringing a database up to date, or saying what is missing."""

from datetime import UTC, tzinfo
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

_LOCK_SECONDS = 120


class NotReady(Exception):
    """The database cannot be used as it is; the message says what to do."""


def config(url: str, zone: tzinfo = UTC) -> Config:
    """Alembic's configuration for a database; there is no ini file. `zone` is the school's, by which a migration may have to count days."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes.update(url=url, zone=zone)
    return made


def head() -> str:
    """The newest revision."""
    return str(ScriptDirectory.from_config(config("")).get_current_head())


def current(engine: Engine) -> str | None:
    """The revision that a database has, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_empty(url: str) -> bool:
    """Whether a database has no tables of ours yet."""
    return _revision(url) is None


def upgrade(url: str, zone: tzinfo = UTC) -> None:
    """Bring a database to the newest revision."""
    command.upgrade(config(url, zone), "head")


def upgrade_file(url: str, lock: Path, zone: tzinfo = UTC) -> None:
    """Bring an SQLite file to the newest revision; of processes that start together one does it and the others wait."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock, timeout=_LOCK_SECONDS):
        if _revision(url) != head():
            upgrade(url, zone)


def require_current(url: str) -> None:
    """Accept a database server only as new as this program.

    Raises:
        NotReady: it does not answer, or its schema is older or newer.
    """
    try:
        found = _revision(url)
    except OperationalError as error:
        raise NotReady(f"DATABASE_URL: the database does not answer: {str(error.orig).strip()}") from None
    if found != head():
        state = "has no tables yet" if found is None else f"is at revision {found}, this program needs {head()}"
        raise NotReady(f"DATABASE_URL: the database {state}. Run `bilim migrate` first.")


def _revision(url: str) -> str | None:
    engine = create_engine(url)
    try:
        return current(engine)
    finally:
        engine.dispose()
