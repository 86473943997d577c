"""The bands that teachers give."""

from typing import Any

from msgspec import Struct
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bilim.accounts import audit
from bilim.db.engine import Tx, violates
from bilim.db.select_into import select_into
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest
from bilim.kit.inputs import sent_fields
from bilim.mock import access
from bilim.mock.actions.closing import close
from bilim.mock.inputs import MockScored, ScoreChanges, ScoreInput
from bilim.mock.models import MockScore
from bilim.mock.rules.bands import overall, to_band, to_halves

_PARTS = ("listening", "reading", "writing", "speaking")


class HeldScore(Struct):
    """The bands of a locked score, in halves."""

    listening: int
    reading: int
    writing: int
    speaking: int


_HELD = select_into(HeldScore, **{part: getattr(MockScore, part) for part in _PARTS}).with_for_update()


@requires(Role.TEACHER)
def score_session(tx: Tx, actor: Actor, given: ScoreInput) -> int:
    """Give a session that is over its bands, once; the score's id.

    Raises:
        Invalid: no such session.
        BadRequest: it is running, or scored already.
    """
    session = access.lock_session(tx, given.session)
    if not session.is_over(tx.now):
        raise BadRequest("mock_session_not_over")
    if session.ended_at is None:
        close(tx, [session])
    halves = _halves(given)
    columns = {**halves, "overall": overall(**halves), "created_by": actor.id, "created_at": tx.now, "updated_at": tx.now}
    try:
        with tx.savepoint():
            score_id = tx.insert(MockScore, session_id=session.id, **columns)
    except IntegrityError as error:
        if violates(error, "uq_mock_scores_session_id", "mock_scores.session_id"):
            raise BadRequest("mock_scored") from None
        raise
    tx.enqueue(MockScored(score_id))
    return score_id


@requires(Role.TEACHER)
def change_score(tx: Tx, actor: Actor, score_id: int, changes: ScoreChanges) -> None:
    """Change bands: those left out stay. The change is audited.

    Raises:
        NotFound: there is no such score.
    """
    held = tx.fetch_one(_HELD.where(MockScore.id == score_id))
    before = {part: getattr(held, part) for part in _PARTS}
    after = before | _halves(changes)
    if after == before:
        return
    tx.execute(update(MockScore).where(MockScore.id == score_id).values(**after, overall=overall(**after), updated_at=tx.now))
    audit.record(tx, actor, "mock_score", score_id, _as_audited(before, after), _as_audited(after, before))


def _halves(changes: ScoreChanges) -> dict[str, int]:
    return {part: to_halves(band) for part, band in sent_fields(changes, *_PARTS).items()}


def _as_audited(bands: dict[str, int], other: dict[str, int]) -> dict[str, Any]:
    """The bands that differ, with the overall ones."""
    differing = {part: to_band(halves) for part, halves in bands.items() if halves != other[part]}
    return {**differing, "score": to_band(overall(**bands))}
