"""Writes of the words of a lesson."""

from sqlalchemy import delete, select, update

from bilim.catalog import access, indexing
from bilim.catalog.inputs import WordChanges, WordInput
from bilim.catalog.models import Word
from bilim.db.engine import Tx
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound, unknown
from bilim.kit.inputs import sent_fields


@requires(Role.TEACHER)
def create_word(tx: Tx, actor: Actor, word: WordInput) -> int:
    """Add a word to a lesson and return its id.

    Raises:
        Invalid: no such lesson, as far as the actor may know.
        Forbidden: somebody else's lesson.
    """
    try:
        access.editable_lesson(tx, actor, word.lesson_id)
    except NotFound:
        raise unknown("lesson_id", word.lesson_id) from None
    word_id = tx.insert(Word, **sent_fields(word))
    indexing.index_word(tx, word_id)
    return word_id


@requires(Role.TEACHER)
def change_word(tx: Tx, actor: Actor, word_id: int, changes: WordChanges) -> None:
    """Change a word.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _edit_word(tx, actor, word_id)
    if columns := sent_fields(changes, "word", "translation", "ipa_pronunciation"):
        tx.execute(update(Word).where(Word.id == word_id).values(**columns))
        indexing.index_word(tx, word_id)


@requires(Role.TEACHER)
def delete_word(tx: Tx, actor: Actor, word_id: int) -> None:
    """Delete a word.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _edit_word(tx, actor, word_id)
    indexing.forget_word(tx, word_id)
    tx.execute(delete(Word).where(Word.id == word_id))


def _edit_word(tx: Tx, actor: Actor, word_id: int) -> None:
    access.editable_lesson(tx, actor, select(Word.lesson_id).where(Word.id == word_id).scalar_subquery())
