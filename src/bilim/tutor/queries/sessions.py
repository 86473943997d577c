"""Reads of conversations."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.tutor.access import IS_OWN
from bilim.tutor.models import AiMessage, AiSession
from bilim.tutor.protocols import Turn
from bilim.tutor.rules import RECENT_TURNS

LAST_SHOWN = 2
"""Messages of each session in a list: the last one and its answer."""


class AiMessageView(Struct):
    """Something that was said in a session."""

    role: str
    text: str
    audio_url: str | None
    analysis: dict[str, Any] | None
    created_at: datetime


class AiSessionView(Struct):
    """A session; in lists with its last messages, else with all, oldest first."""

    id: str
    user_id: int
    title: str
    status: str
    lesson_id: int | None
    message_count: int
    created_at: datetime
    messages: list[AiMessageView] = field(default_factory=list[AiMessageView])


_SESSION = select_into(
    AiSessionView,
    id=AiSession.id,
    user_id=AiSession.user_id,
    title=AiSession.title,
    status=AiSession.status,
    lesson_id=AiSession.lesson_id,
    message_count=AiSession.message_count,
    created_at=AiSession.created_at,
)
_ID = bindparam("session_id", type_=AiSession.id.type)
_ONE = PreparedSelection(_SESSION.where(AiSession.id == _ID, IS_OWN))
_MINE = ListQuery(
    _SESSION.where(IS_OWN).order_by(AiSession.created_at.desc(), AiSession.id.desc()),
    select(func.count()).select_from(AiSession).where(IS_OWN),
)
_SHOWN = (AiMessage.session_id, AiMessage.role, AiMessage.text, AiMessage.audio_url, AiMessage.analysis, AiMessage.created_at)
_MESSAGES = Prepared(select(*_SHOWN).where(AiMessage.session_id == _ID).order_by(AiMessage.position))
_LAST = Prepared(
    select(*_SHOWN)
    .join(AiSession, AiSession.id == AiMessage.session_id)
    .where(AiSession.id.in_(bindparam("session_ids", expanding=True)), AiMessage.position >= AiSession.message_count - LAST_SHOWN)
    .order_by(AiMessage.session_id, AiMessage.position)
)
_RECENT = Prepared(
    select(AiMessage.role, AiMessage.text).where(AiMessage.session_id == _ID).order_by(AiMessage.position.desc()).limit(RECENT_TURNS)
)


@signed_in
def sessions(tx: Tx, actor: Actor, page: Page) -> RowStream[AiSessionView]:
    """The actor's own sessions, newest first, each with its last messages."""
    return paginate(tx, _MINE, page, {"viewer_id": actor.id}, enrich=lambda found: _with_last(tx, found))


def _with_last(tx: Tx, found: list[AiSessionView]) -> list[AiSessionView]:
    messages: defaultdict[str, list[AiMessageView]] = defaultdict(list)
    if wanted := [each.id for each in found if each.message_count]:
        for session_id, *shown in tx.all(_LAST, {"session_ids": wanted}):
            messages[session_id].append(AiMessageView(*shown))
    for each in found:
        each.messages = messages[each.id]
    return found


@signed_in
def session(tx: Tx, actor: Actor, session_id: str) -> AiSessionView:
    """One of the actor's own sessions with all its messages.

    Raises:
        NotFound: they have none of this id.
    """
    found = tx.fetch_first(_ONE, {"viewer_id": actor.id, "session_id": session_id})
    if found is None:
        raise NotFound
    if found.message_count:
        found.messages = [AiMessageView(*shown) for _, *shown in tx.all(_MESSAGES, {"session_id": session_id})]
    return found


@internal
def recent_turns(tx: Tx, session_id: str) -> list[Turn]:
    """The last turns of a session, newest first."""
    return [Turn(role, text) for role, text in tx.all(_RECENT, {"session_id": session_id})]
