"""Reads of sessions and of what was said in them."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import and_, bindparam, case, func, literal, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.interactive.access import IS_OWN_SESSION
from bilim.interactive.models import LessonInteraction, LessonSession
from bilim.interactive.queries.avatars import avatar_of
from bilim.interactive.rules.bounds import RECENT
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream

NOW: Any = bindparam("now", type_=LessonSession.expires_at.type)
IS_RUNNING = and_(LessonSession.ended_at.is_(None), LessonSession.expires_at > NOW)
_HAS_EXPIRED = and_(LessonSession.ended_at.is_(None), LessonSession.expires_at <= NOW)
_ENDED_AT = case((_HAS_EXPIRED, LessonSession.expires_at), else_=LessonSession.ended_at)


class LessonSessionView(Struct):
    """A session. One in which nobody said anything for a day ended then."""

    id: int
    user_id: int
    lesson_id: int | None
    lesson_type: str
    topic: str | None
    difficulty: str
    status: Literal["in_progress", "completed"]
    avatar_type: str
    avatar_name: str
    interactions_count: int
    started_at: datetime
    ended_at: datetime | None


_SESSION = select_into(
    LessonSessionView,
    id=LessonSession.id,
    user_id=LessonSession.user_id,
    lesson_id=LessonSession.lesson_id,
    lesson_type=LessonSession.lesson_type,
    topic=LessonSession.topic,
    difficulty=LessonSession.difficulty,
    status=case((IS_RUNNING, literal("in_progress")), else_=literal("completed")),
    avatar_type=convert(lambda number: avatar_of(number).avatar_type, LessonSession.avatar_id),
    avatar_name=convert(lambda number: avatar_of(number).name, LessonSession.avatar_id),
    interactions_count=LessonSession.interaction_count,
    started_at=LessonSession.started_at,
    ended_at=_ENDED_AT,
).where(IS_OWN_SESSION)
_ID: Any = bindparam("session_id", type_=LessonSession.id.type)
_COUNTED = select(func.count()).select_from(LessonSession).where(IS_OWN_SESSION)
_OWN = ListQuery(_SESSION.order_by(LessonSession.id.desc()), _COUNTED)
_ONE = PreparedSelection(_SESSION.where(LessonSession.id == _ID))


@signed_in
def lesson_sessions(tx: Tx, actor: Actor, page: Page) -> RowStream[LessonSessionView]:
    """The actor's own sessions, newest first."""
    return paginate(tx, _OWN, page, {"viewer_id": actor.id, "now": tx.now})


@signed_in
def lesson_session(tx: Tx, actor: Actor, session_id: int) -> LessonSessionView:
    """One of the actor's own sessions.

    Raises:
        NotFound: they have none of this id.
    """
    return tx.fetch_one(_ONE, {"viewer_id": actor.id, "session_id": session_id, "now": tx.now})


class InteractionView(Struct):
    """A message and its answer. `is_spoken`: the message was a recording."""

    user_message: str
    ai_response: str
    id: int
    session_id: int
    audio_url: str | None
    is_spoken: bool
    created_at: datetime


_INTERACTION = select_into(
    InteractionView,
    user_message=LessonInteraction.user_message,
    ai_response=LessonInteraction.ai_response,
    id=LessonInteraction.id,
    session_id=LessonInteraction.session_id,
    audio_url=LessonInteraction.audio_url,
    is_spoken=LessonInteraction.is_spoken,
    created_at=LessonInteraction.created_at,
)
_OF_SESSION = LessonInteraction.session_id == _ID
_SAID = ListQuery(
    _INTERACTION.where(_OF_SESSION).order_by(LessonInteraction.position),
    select(func.count()).select_from(LessonInteraction).where(_OF_SESSION),
)
_THERE = Prepared(select(LessonSession.id).where(LessonSession.id == _ID, IS_OWN_SESSION))


@signed_in
def interactions(tx: Tx, actor: Actor, session_id: int, page: Page) -> RowStream[InteractionView]:
    """What was said in one of the actor's own sessions, in its order.

    Raises:
        NotFound: they have none of this id.
    """
    if tx.first(_THERE, {"session_id": session_id, "viewer_id": actor.id}) is None:
        raise NotFound
    return paginate(tx, _SAID, page, {"session_id": session_id})


_RECENT = Prepared(
    select(LessonInteraction.user_message, LessonInteraction.ai_response)
    .where(_OF_SESSION)
    .order_by(LessonInteraction.position.desc())
    .limit(RECENT)
)


@internal
def recent(tx: Tx, session_id: int) -> list[tuple[str, str]]:
    """The last messages of a session with their answers, newest first."""
    return [(row[0], row[1]) for row in tx.all(_RECENT, {"session_id": session_id})]
