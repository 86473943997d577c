"""Writes of sessions. One message at a time is answered in each: a claim on the session's row says so to every process."""

import secrets
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, insert, or_, update

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.interactive.access import IS_OWN_SESSION
from bilim.interactive.actions import talking
from bilim.interactive.actions.talking import Talk
from bilim.interactive.inputs import StartLessonInput
from bilim.interactive.models import LessonInteraction, LessonSession
from bilim.interactive.queries import sessions
from bilim.interactive.queries.avatars import AvatarView, avatar_named, avatar_of
from bilim.interactive.queries.lessons import LessonScript, lesson_script
from bilim.interactive.rules import bounds
from bilim.interactive.rules.content import DEFAULT_DIFFICULTY
from bilim.interactive.rules.talking import Scene, lesson_prompt, most_tokens
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden, Invalid, Problem, unknown
from bilim.kit.inputs import value_or
from bilim.limits import windows
from bilim.tutor.rules import language_of

_SESSIONS: Any = LessonSession.__table__
_INTERACTIONS: Any = LessonInteraction.__table__
_KEY_BYTES = 16


@signed_in
def start_session(tx: Tx, actor: Actor, start: StartLessonInput) -> int:
    """Begin a session and return its id.

    Raises:
        RateLimited: too many sessions this minute.
        Invalid: no such avatar, or no such lesson that the actor may know of.
        Forbidden: the lesson is closed to them.
    """
    windows.take(tx, bounds.STARTING, str(actor.id))
    lesson_id = value_or(start.lesson_id, None)
    lesson = None if lesson_id is None else _lesson(tx, actor, lesson_id)
    avatar = _avatar(start, lesson)
    topic = value_or(start.topic, "").strip() or (lesson.title if lesson else None)
    return tx.insert(
        LessonSession,
        user_id=actor.id,
        lesson_id=lesson_id,
        lesson_type=start.lesson_type,
        topic=topic,
        difficulty=value_or(start.difficulty, lesson.difficulty if lesson else DEFAULT_DIFFICULTY),
        avatar_id=avatar.id,
        interaction_count=0,
        started_at=tx.now,
        expires_at=tx.now + bounds.IDLE,
        ended_at=None,
        answering=None,
        answering_until=None,
    )


def _lesson(tx: Tx, actor: Actor, lesson_id: int) -> LessonScript:
    found = lesson_script(tx, actor, lesson_id)
    if found is None:
        raise unknown("lesson_id", lesson_id)
    if not found.is_open:
        raise Forbidden("lesson_closed")
    return found


def _avatar(start: StartLessonInput, lesson: LessonScript | None) -> AvatarView:
    name = value_or(start.avatar_type, "")
    if not name:
        name = str(lesson.avatar_id) if lesson else bounds.DEFAULT_AVATAR
    avatar = avatar_named(name)
    if avatar is None:
        raise Invalid(avatar_type=Problem("unknown_id", {"id": name}))
    return avatar


@signed_in
def complete_session(tx: Tx, actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions; one that is over stays as it is.

    Raises:
        NotFound: they have none of this id.
    """
    sessions.lesson_session(tx, actor, session_id)
    ending = update(LessonSession).where(LessonSession.id == session_id, IS_OWN_SESSION, sessions.IS_RUNNING).values(ended_at=tx.now)
    tx.execute(ending, {"viewer_id": actor.id, "now": tx.now})


class Turn(Struct, frozen=True, kw_only=True):
    """A message that is about to be answered: nobody else answers in its session meanwhile, and all is reserved."""

    session_id: int
    key: str
    avatar: AvatarView
    scene: Scene
    history: Sequence[tuple[str, str]]
    talk: Talk


@signed_in
def begin_turn(tx: Tx, actor: Actor, session_id: int, *, hears: bool, speaks: bool) -> Turn:
    """Claim a session and reserve what a message takes.

    Raises:
        NotFound: they have no such session.
        Conflict: it is over or full, another message is being answered, or its lesson was withdrawn.
        RateLimited, Forbidden, Unavailable: see `talking.reserve`; nothing is claimed then.
    """
    key = secrets.token_hex(_KEY_BYTES)
    found = sessions.lesson_session(tx, actor, session_id)
    claim = {"session_id": session_id, "viewer_id": actor.id, "key": key, "now": tx.now, "until": tx.now + bounds.ANSWERED_WITHIN}
    row = tx.first(_CLAIM, claim)
    if row is None:
        raise Conflict("lesson_session_busy" if found.status == "in_progress" else "lesson_session_over")
    avatar_id, count = row
    if count >= bounds.MAX_INTERACTIONS:
        raise Conflict("lesson_session_over")
    avatar = avatar_of(avatar_id)
    scene = Scene(
        name=avatar.name,
        language=language_of(avatar.language) or "en",
        difficulty=found.difficulty,
        title=found.topic,
        content=_content(tx, actor, found.lesson_id),
        place=count,
    )
    history = sessions.recent(tx, session_id)
    cost = most_tokens(lesson_prompt(scene, history, ""))
    talk = talking.reserve(tx, actor, cost, bounds.TALKING, hears=hears, speaks=speaks)
    return Turn(session_id=session_id, key=key, avatar=avatar, scene=scene, history=history, talk=talk)


def _content(tx: Tx, actor: Actor, lesson_id: int | None) -> dict[str, Any]:
    if lesson_id is None:
        return {}
    lesson = lesson_script(tx, actor, lesson_id)
    if lesson is None or not lesson.is_open:
        raise Conflict("lesson_withdrawn")
    return lesson.content


class Answered(Struct, frozen=True, kw_only=True):
    """A message with its answer, and what it took."""

    message: str
    answer: str
    audio_url: str | None
    is_spoken: bool
    tokens_in: int
    tokens_out: int
    spoken: int
    """Characters that were read aloud."""


@internal
def keep_turn(tx: Tx, turn: Turn, said: Answered) -> int | None:
    """Keep a message with its answer and settle what it took; its id, or None where the session went to somebody else meanwhile.

    A session that was ended meanwhile still gets it: it was said before.
    """
    row = tx.first(_EXTEND, {"session_id": turn.session_id, "key": turn.key, "expires": tx.now + bounds.IDLE})
    talking.settle(tx, turn.talk, said.tokens_in, said.tokens_out, said.spoken)
    if row is None:
        return None
    kept = insert(_INTERACTIONS).values(
        session_id=turn.session_id,
        position=row[0] - 1,
        user_message=said.message,
        ai_response=said.answer,
        audio_url=said.audio_url,
        is_spoken=said.is_spoken,
        created_at=tx.now,
    )
    return tx.execute(kept.returning(_INTERACTIONS.c.id)).scalar_one()


@internal
def drop_turn(tx: Tx, turn: Turn) -> None:
    """Let go of a session whose message was not answered, and give back what was reserved."""
    tx.run(_RELEASE, {"session_id": turn.session_id, "key": turn.key})
    talking.give_back(tx, turn.talk)


@internal
def leave_turn(tx: Tx, turn: Turn, tokens_in: int) -> None:
    """Let go of a session whose learner left while a model was asked: that is counted."""
    tx.run(_RELEASE, {"session_id": turn.session_id, "key": turn.key})
    talking.settle(tx, turn.talk, tokens_in, 0, 0)


_ID: Any = bindparam("session_id", type_=_SESSIONS.c.id.type)
_KEY: Any = bindparam("key", type_=_SESSIONS.c.answering.type)
_NOW: Any = bindparam("now", type_=_SESSIONS.c.expires_at.type)
_UNTIL: Any = bindparam("until", type_=_SESSIONS.c.answering_until.type)
_EXPIRES: Any = bindparam("expires", type_=_SESSIONS.c.expires_at.type)
_FREE = {_SESSIONS.c.answering: None, _SESSIONS.c.answering_until: None}
_CLAIM = Prepared(
    update(_SESSIONS)
    .where(_SESSIONS.c.id == _ID, _SESSIONS.c.user_id == bindparam("viewer_id"))
    .where(_SESSIONS.c.ended_at.is_(None), _SESSIONS.c.expires_at > _NOW)
    .where(or_(_SESSIONS.c.answering.is_(None), _SESSIONS.c.answering_until <= _NOW))
    .values({_SESSIONS.c.answering: _KEY, _SESSIONS.c.answering_until: _UNTIL})
    .returning(_SESSIONS.c.avatar_id, _SESSIONS.c.interaction_count)
)
_RELEASE = Prepared(update(_SESSIONS).where(_SESSIONS.c.id == _ID, _SESSIONS.c.answering == _KEY).values(_FREE))
_EXTEND = Prepared(
    update(_SESSIONS)
    .where(_SESSIONS.c.id == _ID, _SESSIONS.c.answering == _KEY)
    .values({**_FREE, _SESSIONS.c.interaction_count: _SESSIONS.c.interaction_count + 1, _SESSIONS.c.expires_at: _EXPIRES})
    .returning(_SESSIONS.c.interaction_count)
)
