"""Staged files are claimed by a row inside a transaction; those without a row are swept."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select

from bilim.db.engine import Database, Tx
from bilim.files.kinds import StagedFile
from bilim.files.models import StoredFile
from bilim.files.store import Store
from bilim.kit import clock
from bilim.kit.jobs import DeleteFile

_log = logging.getLogger("bilim.files")

STAGING = "files"
"""The folder of uploads. Pictures for everyone lie under `public/images`."""
_SWEPT = (STAGING, "lessons", "homework", "public/images")
UNCLAIMED_FOR = timedelta(hours=6)
"""How long a staged file may wait for its transaction: longer than any upload takes."""
_AT_ONCE = 500


def claim(tx: Tx, file: StagedFile) -> str:
    """Claim a staged file in this transaction; return the name to store. A rollback undoes it."""
    tx.insert_row(StoredFile, name=file.name, size=file.size, created_at=tx.now)
    return file.name


def release(tx: Tx, name: str | None) -> None:
    """Give up the claim of a file; it is deleted after the commit."""
    if name:
        tx.execute(delete(StoredFile).where(StoredFile.name == name))
        tx.enqueue(DeleteFile(name))


def sweep(db: Database, store: Store, older_than: timedelta = UNCLAIMED_FOR) -> int:
    """Delete the files that nothing claims and that are older than any upload takes; return how many."""
    before: datetime = clock.now() - older_than
    swept = 0
    batch: list[str] = []
    for folder in _SWEPT:
        for found in store.files_in(folder):
            if found.written_at < before:
                batch.append(found.name)
            if len(batch) >= _AT_ONCE:
                swept += _sweep_batch(db, store, batch)
                batch = []
    return swept + _sweep_batch(db, store, batch)


def _sweep_batch(db: Database, store: Store, names: list[str]) -> int:
    claimed = select(StoredFile.name).where(StoredFile.name.in_(bindparam("names", expanding=True)))
    with db.read() as tx:
        unclaimed = set(names) - set(tx.scalars(claimed, {"names": names}))
    for name in sorted(unclaimed):
        store.delete(name)
        _log.info("swept a file that nothing claims", extra={"facts": {"file": name}})
    return len(unclaimed)
