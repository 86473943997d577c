"""Phrases, sessions of practice and their analysis (guide, section 6)."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.speech.actions import hearing, phrases, sessions
from bilim.speech.api_learning.shapes import RECORDING_BODY, ReadingOut, reading_out
from bilim.speech.flows import hearing as flows
from bilim.speech.flows.hearing import Listener
from bilim.speech.inputs import AnalyzeInput, PhraseInput
from bilim.speech.queries import phrases as phrase_queries
from bilim.speech.queries import sessions as session_queries
from bilim.speech.queries.phrases import PhraseView
from bilim.speech.queries.sessions import SessionView

LevelFilter = Annotated[str | None, QueryParameter(max_length=50, description="Only phrases of this level.")]


class SessionBody(Struct):
    """Nothing is needed to begin."""


@post("/api/v1/pronunciation/phrases", opt=may(phrases.create_phrase), tags=["pronunciation"])
@work
def create_phrase(tx: Tx, actor: Actor, data: PhraseInput) -> PhraseView:
    """Make an English phrase to read aloud: a learner's is private, staff's is for everyone."""
    return phrase_queries.phrase(tx, actor, phrases.create_phrase(tx, actor, data))


@get("/api/v1/pronunciation/phrases", opt=may(phrase_queries.phrases) | RUN_IN_LOOP, tags=["pronunciation"])
@work
def list_phrases(tx: Tx, actor: Actor, level: LevelFilter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[PhraseView]:
    """The phrases of staff, and the caller's own."""
    return phrase_queries.phrases(tx, actor, page(skip, limit), level)


@get("/api/v1/pronunciation/phrases/{phrase_id:int}", opt=may(phrase_queries.phrase) | RUN_IN_LOOP, tags=["pronunciation"])
@work
def read_phrase(tx: Tx, actor: Actor, phrase_id: PathId) -> PhraseView:
    """One phrase."""
    return phrase_queries.phrase(tx, actor, phrase_id)


@put("/api/v1/pronunciation/phrases/{phrase_id:int}", opt=may(phrases.change_phrase), tags=["pronunciation"])
@work
def change_phrase(tx: Tx, actor: Actor, phrase_id: PathId, data: PhraseInput) -> PhraseView:
    """Change a phrase: one's own, and staff anybody's public one."""
    phrases.change_phrase(tx, actor, phrase_id, data)
    return phrase_queries.phrase(tx, actor, phrase_id)


@delete("/api/v1/pronunciation/phrases/{phrase_id:int}", status_code=200, opt=may(phrases.delete_phrase), tags=["pronunciation"])
@work
def delete_phrase(tx: Tx, actor: Actor, phrase_id: PathId) -> PhraseView:
    """Delete a phrase and answer what it was. Attempts at it stay."""
    deleted = phrase_queries.phrase(tx, actor, phrase_id)
    phrases.delete_phrase(tx, actor, phrase_id)
    return deleted


@post("/api/v1/pronunciation/sessions", opt=may(sessions.start_session), tags=["pronunciation"])
@work
def start_session(tx: Tx, actor: Actor, data: SessionBody) -> SessionView:  # noqa: ARG001 - any body is taken
    """Begin a session of practice."""
    return session_queries.session(tx, actor, sessions.start_session(tx, actor))


@get("/api/v1/pronunciation/sessions", opt=may(session_queries.sessions) | RUN_IN_LOOP, tags=["pronunciation"])
@work
def list_sessions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[SessionView]:
    """The caller's own sessions, newest first."""
    return session_queries.sessions(tx, actor, page(skip, limit))


@get("/api/v1/pronunciation/sessions/{session_id:int}", opt=may(session_queries.session) | RUN_IN_LOOP, tags=["pronunciation"])
@work
def read_session(tx: Tx, actor: Actor, session_id: PathId) -> SessionView:
    """One of the caller's own sessions."""
    return session_queries.session(tx, actor, session_id)


@patch("/api/v1/pronunciation/sessions/{session_id:int}/complete", opt=may(sessions.complete_session), tags=["pronunciation"])
@work
def complete_session(tx: Tx, actor: Actor, session_id: PathId) -> SessionView:
    """Complete one of the caller's own sessions. Doing it again changes nothing."""
    sessions.complete_session(tx, actor, session_id)
    return session_queries.session(tx, actor, session_id)


@post(
    "/api/v1/pronunciation/analyze",
    status_code=200,
    request_max_body_size=RECORDING_BODY,
    opt=may(hearing.reserve_reading),
    tags=["pronunciation"],
)
@work
async def analyze(units: Units, actor: Actor, listener: Listener, data: AnalyzeInput) -> ReadingOut:
    """Judge how a phrase was read, or `reference_text`; it counts towards `pronunciation_analysis`. The recording is not kept."""
    return reading_out(await flows.analyze(units, listener, actor, data))


ROUTES = [
    create_phrase,
    list_phrases,
    read_phrase,
    change_phrase,
    delete_phrase,
    start_session,
    list_sessions,
    read_session,
    complete_session,
    analyze,
]
