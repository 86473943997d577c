"""Reviewing words. A word is reviewed when it is due: so of two tabs, or of a request that was sent twice, one counts."""

from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, insert, update

from bilim.db.base import Base
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden
from bilim.practice.inputs import WordRatingInput
from bilim.practice.models import WordReview, WordReviewRecord
from bilim.practice.queries.reviews import NOW, ReviewedWord, WordToReview, reviewed_word
from bilim.practice.rules.schedule import Memory, reviewed

_MEMORY = ("state", "step", "stability", "difficulty", "due", "last_review", "reps", "lapses")


@signed_in
def review_word(tx: Tx, actor: Actor, word_id: int, rating: WordRatingInput) -> WordToReview:
    """Note how well the actor remembered a word; return it with the time at which it comes back.

    Raises:
        NotFound: no such word, or one that the actor may not know of.
        Forbidden: a word of a lesson that is closed to the actor.
        Conflict: the word is not due yet, perhaps since it was reviewed elsewhere a moment ago.
    """
    word = reviewed_word(tx, actor, word_id)
    if not word.is_open:
        raise Forbidden("must_buy" if word.is_priced else "lesson_closed")
    before = word.memory
    if before is not None and before.due > tx.now:
        raise Conflict("word_not_due", due=before.due.isoformat(timespec="seconds"))
    after = reviewed(before, rating.number, tx.now)
    _store(tx, actor, word_id, before, after)
    noted = {"user_id": actor.id, "word_id": word_id, "rep": after.reps, "rating": rating.number, "reviewed_at": tx.now}
    tx.run(_RECORD, noted)
    return _shown(tx, word, after)


def _store(tx: Tx, actor: Actor, word_id: int, before: Memory | None, after: Memory) -> None:
    """Store what is remembered now, unless another review was counted since `before` was read."""
    values: dict[str, Any] = {name: getattr(after, name) for name in _MEMORY}
    values |= {"of_user": actor.id, "of_word": word_id, "now": tx.now, "reps_before": before.reps if before else 0}
    if not tx.run(_FIRST[tx.dialect] if before is None else _AGAIN, values):
        raise Conflict


# Tables, not classes: statements on classes pass through the ORM at every execution.
_REVIEWS, _RECORDS = (Base.metadata.tables[kind.__tablename__] for kind in (WordReview, WordReviewRecord))
_NEW = {name: bindparam(name, type_=_REVIEWS.c[name].type) for name in _MEMORY}
_OF_USER, _OF_WORD = bindparam("of_user"), bindparam("of_word")
_FIRST = {
    dialect: Prepared(make(_REVIEWS).values(user_id=_OF_USER, word_id=_OF_WORD, **_NEW).on_conflict_do_nothing())
    for dialect, make in INSERTING.items()
}
_AGAIN = Prepared(
    update(_REVIEWS)
    .where(_REVIEWS.c.user_id == _OF_USER, _REVIEWS.c.word_id == _OF_WORD)
    .where(_REVIEWS.c.reps == bindparam("reps_before"), _REVIEWS.c.due <= NOW)
    .values(**_NEW)
)
_RECORD = Prepared(insert(_RECORDS).inline())


def _shown(tx: Tx, word: ReviewedWord, after: Memory) -> WordToReview:
    zone = tx.local_now.tzinfo
    return structs.replace(
        word.shown,
        state=after.state,
        due=after.due.astimezone(zone),
        last_review=after.last_review.astimezone(zone),
        stability=after.stability,
        difficulty=after.difficulty,
        reps=after.reps,
        lapses=after.lapses,
    )
