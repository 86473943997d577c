"""Counting what is listened to, and keeping what was found in it."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, unknown
from bilim.limits import windows
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.speech.access import IS_KNOWN, IS_OWN_SESSION
from bilim.speech.models import MAX_WORD, Attempt, ContrastTotal, Phrase, PracticeSession, WordTotal
from bilim.speech.protocols import Assessment
from bilim.speech.rules import TRANSCRIBING


@signed_in
def reserve_transcription(tx: Tx, actor: Actor) -> int:
    """Take one request of the actor's quota before a recording is written down; the reservation to settle or give back.

    Raises:
        RateLimited: too many recordings this minute.
        Forbidden: no request is left.
    """
    windows.take(tx, TRANSCRIBING, str(actor.id))
    return quotas.take(tx, actor.id, Quota.STT_REQUESTS, 1)


class Reading(Struct, frozen=True):
    """What somebody is about to be judged by."""

    text: str
    contrasts: list[str]
    phrase_id: int | None
    session_id: int | None
    reservation: int
    """Of the quota."""


@signed_in
def reserve_reading(
    tx: Tx, actor: Actor, text: str | None, contrasts: list[str], phrase_id: int | None = None, session_id: int | None = None
) -> Reading:
    """Take one analysis of the actor's quota before a recording is judged by a text, or by a phrase.

    Raises:
        Invalid: there is no such phrase or session that the actor may know of.
        Conflict: the session is completed.
        Forbidden: no analysis is left.
    """
    if phrase_id is not None:
        row = tx.first(select(Phrase.text, Phrase.contrasts).where(Phrase.id == phrase_id, IS_KNOWN), {"viewer_id": actor.id})
        if row is None:
            raise unknown("phrase_id", phrase_id)
        text, contrasts = row
    if session_id is not None:
        _require_running(tx, actor, session_id)
    reservation = quotas.take(tx, actor.id, Quota.PRONUNCIATION_ANALYSIS, 1)
    return Reading(text or "", contrasts, phrase_id, session_id, reservation)


def _require_running(tx: Tx, actor: Actor, session_id: int) -> None:
    own = select(PracticeSession.completed_at).where(PracticeSession.id == session_id, IS_OWN_SESSION).with_for_update(read=True)
    row = tx.first(own, {"viewer_id": actor.id})
    if row is None:
        raise unknown("session_id", session_id)
    if row[0] is not None:
        raise Conflict("session_completed")


@signed_in
def keep_attempt(tx: Tx, actor: Actor, reading: Reading, found: Assessment) -> int:
    """Settle what was reserved, keep the attempt, and add it to the actor's sums; return its id.

    A phrase that was deleted meanwhile is left out; a session that was completed meanwhile still gets the attempt, which began before.
    """
    quotas.settle(tx, reading.reservation)
    is_there = reading.phrase_id is not None and tx.scalar(_PHRASE, {"phrase_id": reading.phrase_id}) is not None
    attempt_id = tx.insert(
        Attempt,
        user_id=actor.id,
        phrase_id=reading.phrase_id if is_there else None,
        session_id=reading.session_id,
        reference_text=reading.text,
        transcribed_text=found.heard,
        score=round(found.score * 10),
        words_per_minute=round(found.words_per_minute * 10),
        details=msgspec.to_builtins(found),
        created_at=tx.now,
    )
    tx.run_many(_ADD_WORD[tx.dialect], _words_of(actor.id, found))
    tx.run_many(_ADD_CONTRAST[tx.dialect], _contrasts_of(actor.id, found))
    return attempt_id


_PHRASE = Prepared(select(Phrase.id).where(Phrase.id == bindparam("phrase_id")).with_for_update(read=True))


def _words_of(user_id: int, found: Assessment) -> list[dict[str, Any]]:
    """What to add to the sums of each word, in one order for everybody, so that parallel attempts cannot lock each other out."""
    sums: dict[str, dict[str, Any]] = {}
    for each in found.words:
        word = each.word[:MAX_WORD]
        row = sums.setdefault(word, {"user_id": user_id, "word": word, "attempts": 0, "score_sum": 0, "last_score": 0})
        row["attempts"] += 1
        row["score_sum"] += each.score
        row["last_score"] = each.score
    return [sums[word] for word in sorted(sums)]


def _contrasts_of(user_id: int, found: Assessment) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Any]] = {}
    for each in found.contrasts:
        row = sums.setdefault(each.contrast, {"user_id": user_id, "contrast": each.contrast, "attempts": 0, "kept": 0, "replaced": 0})
        row["attempts"] += 1
        row["kept"] += each.outcome == "good"
        row["replaced"] += each.outcome == "replaced"
    return [sums[name] for name in sorted(sums)]


def _adding(table: Any, *summed: str, replaced: tuple[str, ...] = ()) -> dict[str, Prepared]:
    """An INSERT that adds to the sums of a row that is there."""

    def statement(insert: Any) -> Prepared:
        new = insert(table).inline().values({column.name: bindparam(column.name, type_=column.type) for column in table.c})
        sums = {name: table.c[name] + new.excluded[name] for name in summed} | {name: new.excluded[name] for name in replaced}
        return Prepared(new.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums))

    return {dialect: statement(insert) for dialect, insert in INSERTING.items()}


_ADD_WORD = _adding(WordTotal.__table__, "attempts", "score_sum", replaced=("last_score",))
_ADD_CONTRAST = _adding(ContrastTotal.__table__, "attempts", "kept", "replaced")
