"""Making and deleting mock tests."""

from uuid import UUID, uuid4

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from bilim.db.engine import Tx, violates
from bilim.files.claims import claim, release
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.mock import access
from bilim.mock.inputs import MockTestInput
from bilim.mock.models import MockSection, MockSession, MockTest

CODE_LENGTH = 6
_TRIES = 5
"""Codes tried: of a billion, even two in a row are hardly ever taken."""


@requires(Role.TEACHER)
def create_test(tx: Tx, actor: Actor, new: MockTestInput) -> UUID:
    """Make a test of its papers and its recording, which are claimed with it; its id."""
    row_id, public_id = _insert_test(tx, actor, new.title)
    listening = new.listening
    papers = {"reading": new.reading, "writing": new.writing}
    rows = [
        {
            "kind": kind,
            "file": claim(tx, paper.file),
            "audio_file": None,
            "duration": paper.duration,
            "question_count": paper.question_count,
        }
        for kind, paper in papers.items()
    ]
    rows.append(
        {
            "kind": "listening",
            "file": claim(tx, listening.question_file),
            "audio_file": claim(tx, listening.audio_file),
            "duration": listening.duration,
            "question_count": listening.question_count,
        }
    )
    tx.execute(insert(MockSection), [{"test_id": row_id, "created_at": tx.now, "updated_at": tx.now, **row} for row in rows])
    return public_id


def _insert_test(tx: Tx, actor: Actor, title: str) -> tuple[int, UUID]:
    """A row with a code that no other test has or had."""
    public_id = uuid4()
    for tries_left in range(_TRIES, 0, -1):
        columns = {"public_id": public_id, "title": title, "code": new_code(CODE_LENGTH), "created_by": actor.id}
        try:
            with tx.savepoint():
                return tx.insert(MockTest, **columns, created_at=tx.now, updated_at=tx.now), public_id
        except IntegrityError as error:
            if tries_left == 1 or not violates(error, "uq_mock_tests_code", "mock_tests.code"):
                raise
    raise AssertionError  # the last try returned or raised


@requires(Role.TEACHER)
def delete_test(tx: Tx, actor: Actor, test_id: UUID) -> None:
    """Delete a test and, after the commit, its files. One that somebody sat is hidden, and sessions that run go on.

    Raises:
        NotFound, Forbidden: see `access.lock_own_test`.
    """
    held = access.lock_own_test(tx, actor, test_id)
    if tx.scalar(select(exists().where(MockSession.test_id == held.id))):
        tx.execute(update(MockTest).where(MockTest.id == held.id).values(deleted_at=tx.now))
        return
    files = tx.all(select(MockSection.file, MockSection.audio_file).where(MockSection.test_id == held.id))
    tx.execute(delete(MockTest).where(MockTest.id == held.id))
    for names in files:
        for name in names:
            release(tx, name)
