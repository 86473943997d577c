"""Writes of conversations. One message at a time is answered in each: a claim on the session's row says so to every process."""

import secrets
from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from bilim.catalog.queries import lessons
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, NotFound, unknown
from bilim.kit.inputs import sent_fields
from bilim.limits import windows
from bilim.tutor import rules
from bilim.tutor.access import IS_OWN
from bilim.tutor.actions import tokens
from bilim.tutor.actions.tokens import Reserved
from bilim.tutor.inputs import SessionChanges, SessionInput
from bilim.tutor.models import AiMessage, AiSession

IDLE = "idle"
MAX_SESSIONS = 500
MAX_MESSAGES = 400
ANSWERED_WITHIN = timedelta(minutes=5)
"""Longer than listening, answering and reading aloud may take together."""
_SESSIONS: Any = AiSession.__table__
_MESSAGES: Any = AiMessage.__table__


@signed_in
def create_session(tx: Tx, actor: Actor, session: SessionInput) -> str:
    """Begin a conversation, about a lesson or about anything; return its id.

    Raises:
        Invalid: there is no such lesson that the actor may know of.
        Conflict: they have as many sessions as one may have.
    """
    if session.lesson_id is not None:
        try:
            lessons.lesson(tx, actor, session.lesson_id)
        except NotFound:
            raise unknown("lesson_id", session.lesson_id) from None
    if tx.scalar(select(func.count()).select_from(AiSession).where(IS_OWN), {"viewer_id": actor.id}) >= MAX_SESSIONS:
        raise Conflict("too_many_sessions")
    session_id = secrets.token_hex(16)
    tx.insert_row(
        AiSession,
        id=session_id,
        user_id=actor.id,
        title=session.title.strip() or SessionInput().title,
        status=IDLE,
        lesson_id=session.lesson_id,
        message_count=0,
        answering=None,
        answering_until=None,
        created_at=tx.now,
    )
    return session_id


@signed_in
def change_session(tx: Tx, actor: Actor, session_id: str, changes: SessionChanges) -> None:
    """Change a conversation's title or status.

    Raises:
        NotFound: they have none of this id.
    """
    changed = {name: value.strip() for name, value in sent_fields(changes).items() if value and value.strip()}
    _change(tx, actor, session_id, **(changed or {"user_id": actor.id}))


@signed_in
def reset_session(tx: Tx, actor: Actor, session_id: str) -> None:
    """Forget what was said. An answer that is on its way is not kept.

    Raises:
        NotFound: they have none of this id.
    """
    _change(tx, actor, session_id, status=IDLE, message_count=0, answering=None, answering_until=None)
    tx.execute(delete(AiMessage).where(AiMessage.session_id == session_id))


@signed_in
def delete_session(tx: Tx, actor: Actor, session_id: str) -> None:
    """Delete a conversation with what was said.

    Raises:
        NotFound: they have none of this id.
    """
    if not tx.execute(delete(AiSession).where(AiSession.id == session_id, IS_OWN), {"viewer_id": actor.id}).rowcount:
        raise NotFound


def _change(tx: Tx, actor: Actor, session_id: str, **values: Any) -> None:
    changing = update(AiSession).where(AiSession.id == session_id, IS_OWN).values(**values)
    if not tx.execute(changing, {"viewer_id": actor.id}).rowcount:
        raise NotFound


class Claim(Struct, frozen=True):
    """That one message of a session is being answered."""

    session_id: str
    key: str
    lesson_id: int | None


@signed_in
def count_message(tx: Tx, actor: Actor, session_id: str) -> None:
    """Count a message before anything else, so that nobody waits with more of them than they may send.

    Raises:
        NotFound: they have no such session.
        RateLimited: too many messages this minute.
        Conflict: the session is full.
    """
    row = tx.first(select(AiSession.message_count).where(AiSession.id == session_id, IS_OWN), {"viewer_id": actor.id})
    if row is None:
        raise NotFound
    if row[0] >= MAX_MESSAGES:
        raise Conflict("session_full")
    windows.take(tx, rules.ASKING, str(actor.id))


@signed_in
def claim_session(tx: Tx, actor: Actor, session_id: str) -> Claim | None:
    """Begin to answer a message; None while another one of the session is answered.

    Raises:
        NotFound: they have no such session any more.
        Conflict: the session is full.
    """
    key = secrets.token_hex(16)
    values = {"session_id": session_id, "viewer_id": actor.id, "key": key, "now": tx.now, "until": tx.now + ANSWERED_WITHIN}
    row = tx.first(_CLAIM, values)
    if row is None:
        if tx.first(_THERE, {"session_id": session_id, "viewer_id": actor.id}) is None:
            raise NotFound
        return None
    if row[1] >= MAX_MESSAGES:
        raise Conflict("session_full")
    return Claim(session_id, key, row[0])


@internal
def release_session(tx: Tx, claim: Claim) -> None:
    """Give a claim up; nothing happens where somebody else has the session."""
    tx.run(_RELEASE, {"session_id": claim.session_id, "key": claim.key})


class Said(Struct, frozen=True, kw_only=True):
    """A message and its answer."""

    text: str
    analysis: dict[str, Any] | None
    answer: str
    audio_url: str | None


@internal
def keep_answer(tx: Tx, claim: Claim, said: Said, reserved: Reserved, tokens_in: int, tokens_out: int) -> bool:
    """Keep a message with its answer, and settle what the answer took; whether the session was still there for it.

    Where it was reset or deleted meanwhile, the answer is paid for but not kept.
    """
    is_there = write_answer(tx, claim, said)
    tokens.settle(tx, reserved, tokens_in, tokens_out)
    return is_there


@internal
def write_answer(tx: Tx, claim: Claim, said: Said) -> bool:
    """Write a message and its answer side by side and give the claim up; whether the session was still there for it."""
    row = tx.first(_EXTEND, {"session_id": claim.session_id, "key": claim.key})
    if row is None:
        return False
    asked = {"role": "user", "text": said.text, "audio_url": None, "analysis": said.analysis}
    answered = {"role": "assistant", "text": said.answer, "audio_url": said.audio_url, "analysis": None}
    for position, message in enumerate((asked, answered), row[0] - 2):
        tx.execute(insert(_MESSAGES).values(session_id=claim.session_id, position=position, created_at=tx.now, **message))
    return True


_SESSION_ID: Any = bindparam("session_id", type_=_SESSIONS.c.id.type)
_KEY: Any = bindparam("key", type_=_SESSIONS.c.answering.type)
_NOW: Any = bindparam("now", type_=_SESSIONS.c.answering_until.type)
_UNTIL: Any = bindparam("until", type_=_SESSIONS.c.answering_until.type)
_THERE = Prepared(select(AiSession.id).where(AiSession.id == _SESSION_ID, IS_OWN))
_CLAIM = Prepared(
    update(_SESSIONS)
    .where(_SESSIONS.c.id == _SESSION_ID, _SESSIONS.c.user_id == bindparam("viewer_id"))
    .where(or_(_SESSIONS.c.answering.is_(None), _SESSIONS.c.answering_until <= _NOW))
    .values({_SESSIONS.c.answering: _KEY, _SESSIONS.c.answering_until: _UNTIL})
    .returning(_SESSIONS.c.lesson_id, _SESSIONS.c.message_count)
)
_RELEASE = Prepared(
    update(_SESSIONS)
    .where(_SESSIONS.c.id == _SESSION_ID, _SESSIONS.c.answering == _KEY)
    .values({_SESSIONS.c.answering: None, _SESSIONS.c.answering_until: None})
)
_EXTEND = Prepared(
    update(_SESSIONS)
    .where(_SESSIONS.c.id == _SESSION_ID, _SESSIONS.c.answering == _KEY)
    .values({_SESSIONS.c.answering: None, _SESSIONS.c.answering_until: None, _SESSIONS.c.message_count: _SESSIONS.c.message_count + 2})
    .returning(_SESSIONS.c.message_count)
)
