"""Phrases to read aloud."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.speech.access import IS_KNOWN
from bilim.speech.models import Phrase


class PhraseView(Struct):
    """A phrase; `contrasts` are the sounds that are listened for."""

    id: int
    text: str
    level: str | None
    contrasts: list[str]
    is_public: bool
    created_by: int
    created_at: datetime
    updated_at: datetime


_PHRASE = select_into(
    PhraseView,
    id=Phrase.id,
    text=Phrase.text,
    level=Phrase.level,
    contrasts=Phrase.contrasts,
    is_public=Phrase.is_public,
    created_by=Phrase.created_by,
    created_at=Phrase.created_at,
    updated_at=Phrase.updated_at,
).where(IS_KNOWN)


def _listed(*conditions: Any) -> ListQuery[PhraseView]:
    return ListQuery(_PHRASE.where(*conditions).order_by(Phrase.id))


_ALL, _OF_LEVEL = _listed(), _listed(Phrase.level == bindparam("level"))
_ONE = PreparedSelection(_PHRASE.where(Phrase.id == bindparam("phrase_id")))


@signed_in
def phrases(tx: Tx, actor: Actor, page: Page, level: str | None = None) -> RowStream[PhraseView]:
    """The phrases of staff and the actor's own, by id; of one level where that is given."""
    if level is None:
        return paginate(tx, _ALL, page, {"viewer_id": actor.id})
    return paginate(tx, _OF_LEVEL, page, {"viewer_id": actor.id, "level": level})


@signed_in
def phrase(tx: Tx, actor: Actor, phrase_id: int) -> PhraseView:
    """One phrase.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    return tx.fetch_one(_ONE, {"viewer_id": actor.id, "phrase_id": phrase_id})
