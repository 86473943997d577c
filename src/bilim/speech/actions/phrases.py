"""Making and changing phrases to read aloud."""

from sqlalchemy import delete, select, update

from bilim.db.engine import Tx
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden, NotFound
from bilim.kit.inputs import sent_fields, value_or
from bilim.speech.access import IS_KNOWN, may_change
from bilim.speech.inputs import PhraseChanges, PhraseInput
from bilim.speech.models import Phrase


@signed_in
def create_phrase(tx: Tx, actor: Actor, phrase: PhraseInput) -> int:
    """Make a phrase and return its id: staff's is for everyone, a learner's for themselves."""
    return tx.insert(
        Phrase,
        text=phrase.text,
        level=value_or(phrase.level, None),
        contrasts=value_or(phrase.contrasts, []),
        is_public=actor.is_teacher,
        created_by=actor.id,
        created_at=tx.now,
        updated_at=tx.now,
    )


@signed_in
def change_phrase(tx: Tx, actor: Actor, phrase_id: int, changes: PhraseChanges) -> None:
    """Change a phrase. Attempts keep the text that was read.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: it is neither theirs, nor are they staff.
    """
    _lock(tx, actor, phrase_id)
    changed = sent_fields(changes)
    for name in ("text", "contrasts"):
        if changed.get(name, ...) is None:
            del changed[name]
    tx.execute(update(Phrase).where(Phrase.id == phrase_id).values(**changed, updated_at=tx.now))


@signed_in
def delete_phrase(tx: Tx, actor: Actor, phrase_id: int) -> None:
    """Delete a phrase. Attempts at it stay.

    Raises:
        NotFound, Forbidden: see `change_phrase`.
    """
    _lock(tx, actor, phrase_id)
    tx.execute(delete(Phrase).where(Phrase.id == phrase_id))


def _lock(tx: Tx, actor: Actor, phrase_id: int) -> None:
    known = select(Phrase.is_public, Phrase.created_by).where(Phrase.id == phrase_id, IS_KNOWN).with_for_update()
    row = tx.first(known, {"viewer_id": actor.id})
    if row is None:
        raise NotFound
    if not may_change(actor, is_public=row[0], created_by=row[1]):
        raise Forbidden
