"""Backups: one archive of all rows and files, taken while the server runs, checked when it is restored.

The archive is a gzipped tar: `tables/<name>.jsonl` with a list of column values a line, `files/<name>` for each uploaded or generated file,
and last `manifest.json` with the counts and SHA-256 sums of both. It does not depend on the database: one of SQLite restores to PostgreSQL.
All rows come from one snapshot. Files are never changed once written, so those that the rows name are there when they are copied after,
except those that were deleted in between.
"""

import gzip
import hashlib
import os
import secrets
import tarfile
import tempfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Table, case, func, insert, literal, select, update

from bilim import __version__
from bilim.accounts.models import User
from bilim.db import migrate
from bilim.db.base import UtcDateTime
from bilim.db.engine import Database
from bilim.db.outbox_tables import DEAD, WAITING, JobRow
from bilim.kit import clock
from bilim.settings import Settings
from bilim.tables import METADATA

_FORMAT = 1
_BATCH = 1000
_BLOCK = 1024 * 1024
_MANIFEST = "manifest.json"
_RESTORED = "Restored from a backup: it may have been done since. Retry it if it was not."


class BackupError(Exception):
    """A backup that cannot be taken or restored; the message says why."""


class TableSum(Struct):
    """A table's rows and the SHA-256 of its lines."""

    rows: int
    sha256: str


class FileSum(Struct):
    """A file's bytes and their SHA-256."""

    size: int
    sha256: str


class Manifest(Struct):
    """What an archive holds."""

    format: int
    version: str
    revision: str
    created_at: datetime
    tables: dict[str, TableSum]
    files: dict[str, FileSum]


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write an archive of everything; the file appears whole or not at all, readable by its owner alone (it holds password hashes)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")  # two backups at once write files of their own
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = _write(settings, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(settings: Settings, file: IO[bytes]) -> Manifest:
    manifest = Manifest(_FORMAT, __version__, migrate.head(), clock.now(), {}, {})
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        with _snapshot(settings) as connection:
            for table in METADATA.sorted_tables:
                with tempfile.TemporaryFile() as lines:
                    manifest.tables[table.name] = _dump(connection, table, lines)
                    _add(archive, f"tables/{table.name}.jsonl", lines)
        for path in sorted(settings.uploads.rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = path.relative_to(settings.uploads).as_posix()
                with path.open("rb") as source:
                    manifest.files[name] = _sum(source)
                    _add(archive, f"files/{name}", source)
        with tempfile.TemporaryFile() as last:
            last.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            _add(archive, _MANIFEST, last)
    return manifest


@contextmanager
def _snapshot(settings: Settings) -> Generator[Connection]:
    """A connection whose reads all see the same moment."""
    database = Database(settings.database_url, settings.zone, 1)
    try:
        with database.snapshot() as tx:
            yield tx.connection
    finally:
        database.close()


def _dump(connection: Connection, table: Table, target: IO[bytes]) -> TableSum:
    """Write a table's rows by key, a line each, and sum them up."""
    digest, rows = hashlib.sha256(), 0
    for row in connection.execution_options(yield_per=_BATCH).execute(select(table).order_by(*table.primary_key)):
        line = msgspec.json.encode([_plain(value) for value in row]) + b"\n"
        digest.update(line)
        target.write(line)
        rows += 1
    return TableSum(rows, digest.hexdigest())


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _add(archive: tarfile.TarFile, name: str, source: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = source.seek(0, os.SEEK_END), 0o600
    source.seek(0)
    archive.addfile(member, source)


def _sum(source: IO[bytes]) -> FileSum:
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while block := source.read(_BLOCK):
        digest.update(block)
        size += len(block)
    return FileSum(size, digest.hexdigest())


class Restored(Struct):
    """What came back: all that the manifest says, and what became of the jobs that waited or ran when the backup was taken."""

    manifest: Manifest
    waiting: dict[str, int]
    """How many of each kind wait again."""
    given_up: dict[str, int]
    """How many of each kind were given up: an admin decides about them."""


def restore(settings: Settings, source: Path, kinds_to_run: Collection[str] = ()) -> Restored:
    """Restore an archive into an empty database and an empty folder of files, and verify the result.

    Args:
        settings: where the database and the files are.
        source: the archive.
        kinds_to_run: jobs of these kinds wait again; all others are given up.

    Raises:
        BackupError: no archive of ours, one of another version, damaged, or something is there already.
    """
    with tempfile.TemporaryDirectory(dir=_made(settings.var)) as folder:
        manifest = _unpack(source, Path(folder))
        if manifest.format != _FORMAT or manifest.revision != migrate.head():
            raise BackupError(
                f"The archive is of version {manifest.version} (revision {manifest.revision}), this is {__version__} "
                f"({migrate.head()}): restore with that version, then upgrade."
            )
        _check_files(Path(folder), manifest)
        _require_empty(settings)
        migrate.upgrade(settings.database_url, settings.zone)
        _load(settings, Path(folder, "tables"), manifest)
        _check_tables(settings, manifest)
        waiting, given_up = _take_up_jobs(settings, kinds_to_run)
        _move(Path(folder, "files"), settings.uploads)
    return Restored(manifest, waiting, given_up)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        return msgspec.json.decode(Path(folder, _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, EOFError, tarfile.TarError, msgspec.MsgspecError, gzip.BadGzipFile) as error:
        raise BackupError(f"{source}: no whole backup: {error}") from None


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Refuse an archive whose content is not what its manifest says, before anything is touched."""
    expected = {f"files/{name}": total for name, total in manifest.files.items()}
    for name, total in expected.items():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"{name} is missing from the archive")
        with path.open("rb") as file:
            if _sum(file) != total:
                raise BackupError(f"{name} is damaged in the archive")
    for name, total in manifest.tables.items():
        path = folder / "tables" / f"{name}.jsonl"
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != total.sha256:
            raise BackupError(f"table {name} is damaged in the archive")


def _require_empty(settings: Settings) -> None:
    if settings.uploads.exists() and any(settings.uploads.iterdir()):
        raise BackupError(f"{settings.uploads} is not empty: restore where nothing is yet.")
    if not migrate.is_empty(settings.database_url):
        database = Database(settings.database_url, settings.zone, 1)
        try:
            with database.read() as tx:
                people = tx.scalar(select(func.count()).select_from(User))
        finally:
            database.close()
        if people:
            raise BackupError("The database is not empty: restore where nothing is yet.")


def _load(settings: Settings, folder: Path, manifest: Manifest) -> None:
    """Insert all rows in one transaction."""
    database = Database(settings.database_url, settings.zone, 1)
    try:
        with database.write() as tx:
            for table in METADATA.sorted_tables:
                if table.name in manifest.tables:
                    for batch in _batches(folder / f"{table.name}.jsonl", table):
                        tx.execute(insert(table), batch)
                    if not database.is_sqlite and "id" in table.c:
                        _go_on_counting(tx.connection, table)
    finally:
        database.close()


_READ: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
}
"""How values that JSON has as text are read."""


def _batches(path: Path, table: Table) -> Iterator[list[dict[str, Any]]]:
    columns = [(column.name, _READ.get(column.type.python_type)) for column in table.columns]
    batch: list[dict[str, Any]] = []
    with path.open("rb") as lines:
        for line in lines:
            values = msgspec.json.decode(line, type=list[Any])
            batch.append(
                {name: read(value) if read and value is not None else value for (name, read), value in zip(columns, values, strict=True)}
            )
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Set PostgreSQL's sequence behind the restored ids, where the table has one: some ids are texts, or always 1."""
    if connection.scalar(select(func.pg_get_serial_sequence(table.name, "id"))) is None:
        return
    last = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
    connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last, literal(False))))


def _check_tables(settings: Settings, manifest: Manifest) -> None:
    with _snapshot(settings) as connection, tempfile.TemporaryFile() as nowhere:
        for table in METADATA.sorted_tables:
            if table.name in manifest.tables and _dump(connection, table, nowhere) != manifest.tables[table.name]:
                raise BackupError(f"table {table.name} is not what it was after restoring")


def _take_up_jobs(settings: Settings, kinds_to_run: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Let jobs of some kinds wait again, with all their tries, and give up the others; how many of each kind there are of both."""
    is_undone, runs = JobRow.state != DEAD, JobRow.kind.in_(kinds_to_run)
    of_kind = select(JobRow.kind, func.count()).where(is_undone).group_by(JobRow.kind).order_by(JobRow.kind)
    due_at = case((JobRow.state == WAITING, JobRow.due_at), else_=literal(clock.now(), UtcDateTime))  # not when the lease ends
    database = Database(settings.database_url, settings.zone, 1)
    try:
        with database.write() as tx:
            waiting, given_up = (dict(map(tuple, tx.all(of_kind.where(each)))) for each in (runs, ~runs))
            tx.execute(update(JobRow).where(is_undone, runs).values(state=WAITING, due_at=due_at, attempts=0, sent_at=None))
            tx.execute(update(JobRow).where(is_undone, ~runs).values(state=DEAD, error=_RESTORED))
    finally:
        database.close()
    return waiting, given_up


def _move(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if source.exists():
        for child in source.iterdir():
            child.replace(target / child.name)
