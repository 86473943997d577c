"""What learners made of texts, one by one and all together."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, case, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.speech.access import IS_OWN_ATTEMPT, VIEWER
from bilim.speech.models import Attempt, ContrastTotal, WordTotal
from bilim.speech.protocols import Assessment
from bilim.speech.rules import of_tenths

_RECENT = 10
"""Attempts that count as recent; those before them show whether somebody improves."""
_HARDEST = 10


class AttemptView(Struct):
    """An attempt: the text, what was heard, the score of 0 to 100, and all that was found."""

    id: int
    user_id: int
    phrase_id: int | None
    session_id: int | None
    reference_text: str
    transcribed_text: str
    accuracy_score: float
    words_per_minute: float
    assessment: Assessment
    created_at: datetime


def _assessment(stored: Any) -> Assessment:
    return msgspec.convert(stored, Assessment)


_ATTEMPT = select_into(
    AttemptView,
    id=Attempt.id,
    user_id=Attempt.user_id,
    phrase_id=Attempt.phrase_id,
    session_id=Attempt.session_id,
    reference_text=Attempt.reference_text,
    transcribed_text=Attempt.transcribed_text,
    accuracy_score=convert(of_tenths, Attempt.score),
    words_per_minute=convert(of_tenths, Attempt.words_per_minute),
    assessment=convert(_assessment, Attempt.details),
    created_at=Attempt.created_at,
).where(IS_OWN_ATTEMPT)
_OWN = ListQuery(_ATTEMPT.order_by(Attempt.id.desc()), select(func.count()).select_from(Attempt).where(IS_OWN_ATTEMPT))
_ONE = PreparedSelection(_ATTEMPT.where(Attempt.id == bindparam("attempt_id")))


@signed_in
def attempts(tx: Tx, actor: Actor, page: Page) -> RowStream[AttemptView]:
    """The actor's own attempts, newest first."""
    return paginate(tx, _OWN, page, {"viewer_id": actor.id})


@signed_in
def attempt(tx: Tx, actor: Actor, attempt_id: int) -> AttemptView:
    """One of the actor's own attempts.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE, {"viewer_id": actor.id, "attempt_id": attempt_id})


class HardWord(Struct):
    """A word, and how its readings went."""

    word: str
    attempts: int
    average_score: float
    last_score: int


class ContrastProgress(Struct):
    """A declared sound: how often it was clearly kept, and how often clearly replaced."""

    contrast: str
    attempts: int
    kept: int
    replaced: int


class AttemptSums(Struct):
    """A learner's attempts all together; averages are null before the first attempt they could be made of."""

    total_attempts: int
    average_score: float | None
    best_score: float | None
    recent_average: float | None
    """Of the last ten attempts."""
    earlier_average: float | None
    """Of all attempts before those."""
    words_per_minute: float | None
    """Of the last ten attempts."""
    last_attempt_at: datetime | None


class ProfileView(AttemptSums, kw_only=True):
    """A learner's progress."""

    user_id: int
    hardest_words: list[HardWord]
    contrasts: list[ContrastProgress]


_PLACED = (
    select(
        Attempt.score,
        Attempt.words_per_minute,
        Attempt.created_at,
        func.row_number().over(order_by=Attempt.id.desc()).label("place"),
    )
    .where(IS_OWN_ATTEMPT)
    .subquery()
)
_IS_RECENT = _PLACED.c.place <= _RECENT


_SUMS = PreparedSelection(
    select_into(
        AttemptSums,
        total_attempts=func.count(),
        average_score=convert(of_tenths, func.avg(_PLACED.c.score)),
        best_score=convert(of_tenths, func.max(_PLACED.c.score)),
        recent_average=convert(of_tenths, func.avg(case((_IS_RECENT, _PLACED.c.score)))),
        earlier_average=convert(of_tenths, func.avg(case((~_IS_RECENT, _PLACED.c.score)))),
        words_per_minute=convert(of_tenths, func.avg(case((_IS_RECENT, _PLACED.c.words_per_minute)))),
        last_attempt_at=func.max(_PLACED.c.created_at, type_=Attempt.created_at.type),
    ).select_from(_PLACED)
)
_MEAN = (WordTotal.score_sum * 20 + WordTotal.attempts) // (WordTotal.attempts * 2)
"""Of a word's scores, in tenths, rounded: whole numbers are the same on both databases."""
_WORDS = PreparedSelection(
    select_into(
        HardWord,
        word=WordTotal.word,
        attempts=WordTotal.attempts,
        average_score=convert(of_tenths, _MEAN),
        last_score=WordTotal.last_score,
    )
    .where(WordTotal.user_id == VIEWER, bindparam("good", type_=WordTotal.score_sum.type) > _MEAN)
    .order_by(_MEAN, WordTotal.attempts.desc(), WordTotal.word)
    .limit(_HARDEST)
)
_CONTRASTS = PreparedSelection(
    select_into(
        ContrastProgress,
        contrast=ContrastTotal.contrast,
        attempts=ContrastTotal.attempts,
        kept=ContrastTotal.kept,
        replaced=ContrastTotal.replaced,
    )
    .where(ContrastTotal.user_id == VIEWER)
    .order_by((ContrastTotal.replaced * 1000 // ContrastTotal.attempts).desc(), ContrastTotal.contrast)
)
_GOOD = 800
"""Words that are read as well as this on the whole are not hard; in tenths."""


@signed_in
def profile(tx: Tx, actor: Actor) -> ProfileView:
    """The actor's own progress: three queries, however much they practised."""
    wanted = {"viewer_id": actor.id}
    sums = tx.fetch_one(_SUMS, wanted)
    words = tx.fetch_all(_WORDS, {**wanted, "good": _GOOD})
    contrasts = tx.fetch_all(_CONTRASTS, wanted)
    return ProfileView(**msgspec.structs.asdict(sums), user_id=actor.id, hardest_words=words, contrasts=contrasts)
