"""What a server needs before it starts: the current tables, and a first superuser."""

from pathlib import Path

from sqlalchemy.engine import make_url

from bilim.accounts.actions import ensure_superuser, is_empty
from bilim.accounts.inputs import PersonInput
from bilim.accounts.passwords import hash_password
from bilim.db import migrate
from bilim.db.engine import Database
from bilim.kit.actors import Role
from bilim.settings import Settings


def prepare(settings: Settings) -> None:
    """Bring an SQLite database up to date, or check that a PostgreSQL one is; on an empty one make the first superuser.

    Raises:
        migrate.NotReady: a PostgreSQL database that does not answer or is not up to date.
    """
    settings.uploads.mkdir(parents=True, exist_ok=True)
    if settings.is_sqlite:
        Path(make_url(settings.database_url).database or "").parent.mkdir(parents=True, exist_ok=True)
        migrate.upgrade_file(settings.database_url, settings.var / "migrate.lock", settings.zone)
    else:
        migrate.require_current(settings.database_url)
    first_superuser(settings)


def first_superuser(settings: Settings) -> None:
    """Make the first superuser where there is nobody yet. The part of the e-mail before @ becomes the username."""
    database = Database(settings.database_url, settings.zone, 1)
    try:
        with database.read() as tx:
            if not is_empty(tx):
                return
        new = PersonInput(
            username=settings.first_superuser.partition("@")[0],
            password=settings.first_superuser_password,
            first_name="Admin",
            role=Role.SUPERADMIN,
        )
        new.email = settings.first_superuser  # by no rule: it may be admin@localhost
        password_hash = hash_password(new.password)
        with database.write() as tx:
            ensure_superuser(tx, new, password_hash)
    finally:
        database.close()
