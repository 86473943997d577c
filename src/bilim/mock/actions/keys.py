"""Setting keys. Results that an earlier key marked, or none, are marked again by a job, in batches."""

from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, or_, select, update

from bilim.accounts import audit
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.mock import access
from bilim.mock.inputs import KeyInput, RemarkMockTest
from bilim.mock.models import MockAnswer, MockKey, MockSession, MockTest
from bilim.mock.queries.keys import KEY, KeyView, proposed_keys
from bilim.mock.rules.keys import to_plain

BATCH = 200
"""Results marked again in one transaction."""


@requires(Role.TEACHER)
def set_key(tx: Tx, actor: Actor, test_id: UUID, new: KeyInput) -> None:
    """Set the key of one section or of both. All results of these are marked again.

    Raises:
        NotFound: there is no such test.
        Invalid: see `queries.keys.proposed_keys`.
    """
    held = access.lock_test(tx, actor, test_id)
    for section, key in proposed_keys(tx, held.id, new).items():
        written = {"answers": to_plain(key.answers), "conversion": key.conversion, "conversion_source": key.conversion_source}
        made = {**written, "updated_by": actor.id, "updated_at": tx.now}
        setting = tx.inserting(MockKey).values(test_id=held.id, section=section, version=1, changed=0, settled_version=0, **made)
        anew = {**made, "version": MockKey.version + 1, "changed": 0}
        setting = setting.on_conflict_do_update(index_elements=[MockKey.test_id, MockKey.section], set_=anew)
        tx.enqueue(RemarkMockTest(tx.scalar(setting.returning(MockKey.id))))


class HeldKey(Struct):
    """A locked key, and how far its results are marked."""

    key: KeyView
    public_id: UUID
    updated_by: int
    changed: int
    settled_version: int


class Result(Struct):
    """A result to mark again."""

    id: int
    answers: dict[str, str]
    raw_score: int | None
    band: int | None


_RESULT = select_into(Result, id=MockAnswer.id, answers=MockAnswer.answers, raw_score=MockAnswer.raw_score, band=MockAnswer.band)
_SET = (
    update(MockAnswer)
    .where(MockAnswer.id == bindparam("result_id"))
    .values(raw_score=bindparam("right"), band=bindparam("halves"), key_version=bindparam("version"))
)


@internal
def remark_batch(tx: Tx, key_id: int) -> bool:
    """Mark some results again that another version of the key marked; whether there may be more. The last batch is audited, once."""
    held = _lock_key(tx, key_id)
    if held is None:
        return False
    key = held.key
    is_of_key = (MockSession.test_id == key.test_row_id) & (MockAnswer.section == key.section)
    is_older = or_(MockAnswer.key_version.is_(None), MockAnswer.key_version < key.version)
    results = tx.fetch_all(
        _RESULT.join(MockSession, MockSession.id == MockAnswer.session_id).where(is_of_key, is_older).order_by(MockAnswer.id).limit(BATCH)
    )
    marks = [(result, key.mark(result.answers)) for result in results]
    if marks:
        rows = [{"result_id": result.id, "right": mark.raw_score, "halves": mark.band, "version": key.version} for result, mark in marks]
        tx.execute(_SET, rows)
    changed = held.changed + sum((result.raw_score, result.band) != (mark.raw_score, mark.band) for result, mark in marks)
    is_last = len(results) < BATCH
    settled = {"settled_version": key.version} if is_last else {}
    tx.execute(update(MockKey).where(MockKey.id == key_id).values(changed=changed, **settled))
    if is_last and held.settled_version < key.version:
        _audit(tx, held, changed)
    return not is_last


def _lock_key(tx: Tx, key_id: int) -> HeldKey | None:
    found = tx.first(
        select(MockTest.public_id, MockKey.updated_by, MockKey.changed, MockKey.settled_version)
        .join(MockTest, MockTest.id == MockKey.test_id)
        .where(MockKey.id == key_id)
        .with_for_update(of=MockKey)
    )
    return HeldKey(tx.fetch_one(KEY.where(MockKey.id == key_id)), *found) if found else None


def _audit(tx: Tx, held: HeldKey, changed: int) -> None:
    key = held.key
    named = {"test": str(held.public_id), "section": key.section}
    before = {**named, "version": held.settled_version}
    audit.record_of(tx, held.updated_by, "mock_key", key.test_row_id, before, {**named, "version": key.version, "changed": changed})
