"""The tutor in the learning surface's words (reference, `ai` and `ai-sessions`; guide, section 5).

Where a client sends `Accept: text/event-stream`, questions and messages are answered by events: `piece` with a part of the text, as
often as parts come, then `reply` with what is answered otherwise, or `error`.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.answers import WithTotal
from bilim.http.event_stream import Event, Events, event_stream, wants_events, while_client_waits
from bilim.http.parameters import Limit, Skip
from bilim.http.responses import RawResponse
from bilim.http.services import Http
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, page
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.speech.rules import MAX_RECORDING_BYTES
from bilim.tutor.actions import sessions as actions
from bilim.tutor.actions import tokens
from bilim.tutor.flows import asking, talking
from bilim.tutor.flows.asking import Answered
from bilim.tutor.flows.talking import Answer, Partners
from bilim.tutor.inputs import AiMessageInput, AskInput, SessionChanges, SessionInput
from bilim.tutor.protocols import Llm, Piece
from bilim.tutor.queries import sessions as queries
from bilim.tutor.queries.sessions import AiSessionView
from bilim.writing.flows import Critic
from bilim.writing.shapes import FeedbackOut

AVATAR_TYPE, AVATAR_NAME = "default", "Emma"
"""Of the avatars, the one who answers questions."""
_MESSAGE_BODY = MAX_RECORDING_BYTES + 1024 * 1024

SessionId = Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", min_length=32, max_length=32, description="32 hex digits.")]
Speak = Annotated[bool, QueryParameter(description="Whether the answer is read aloud too; it counts towards `tts_chars`.")]
LanguageTag = Annotated[str | None, QueryParameter(max_length=35, description="Of the answer, such as `en`; Uzbek by default.")]
TitleText = Annotated[str, QueryParameter(max_length=255, description="What to call the session.")]
LessonId = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="The lesson that it is about.")]


class AskOut(Struct):
    """An answer. `audio_url` is null where it is not read aloud; `model` says who answered: `built-in` is no language model."""

    text: str
    audio_url: str | None
    avatar_type: str
    avatar_name: str
    suggestions: list[str]
    """Titles of lessons that have to do with it."""
    model: str


class SessionsOut(Struct):
    """A page of one's sessions, each with its last messages, and how many one has."""

    sessions: list[AiSessionView]
    count: int


class DeletedOut(Struct):
    """What was deleted."""

    status: str
    id: str


class AssistantOut(Struct):
    """The answer to a message."""

    text: str
    audio_url: str | None


class MessageOut(Struct):
    """The whole session, the answer, and what was found in the message."""

    session: AiSessionView
    assistant: AssistantOut
    user_analysis: FeedbackOut | None


def _ask_out(answered: Answered) -> AskOut:
    reply = answered.reply
    return AskOut(reply.text, answered.audio_url, AVATAR_TYPE, AVATAR_NAME, answered.suggestions, reply.model)


@post("/api/v1/ai/ask", status_code=200, opt=may(tokens.reserve), tags=["ai"])
@work
async def ask(
    units: Units,
    actor: Actor,
    llm: Llm,
    critic: Critic,
    speaker: Speaker,
    request: Http,
    data: AskInput,
    *,
    speak: Speak = False,
    language: LanguageTag = None,
) -> AskOut | RawResponse:
    """Ask the tutor; it counts towards `gpt4o_requests`. At most 30 questions and messages a minute."""
    wanted, partners = asking.manner(language, speak=speak), asking.Partners(llm, critic, speaker)
    if wants_events(request):
        pieces = asking.ask_in_pieces(units, partners, actor, data, wanted)
        return await event_stream(request, _ask_events(pieces))
    return _ask_out(await while_client_waits(request, asking.ask(units, partners, actor, data, wanted)))


async def _ask_events(pieces: AsyncGenerator[Piece | Answered]) -> Events:
    async with aclosing(pieces):
        async for each in pieces:
            yield _piece(each) if isinstance(each, Piece) else Event("reply", _ask_out(each))


def _piece(piece: Piece) -> Event:
    return Event("piece", {"text": piece.text})


@post("/api/v1/ai-sessions/sessions", opt=may(actions.create_session), tags=["ai-sessions"])
@work
def create_session(tx: Tx, actor: Actor, title: TitleText = "AI Session", lesson_id: LessonId = None) -> AiSessionView:
    """Begin a session, about a lesson or about anything."""
    return queries.session(tx, actor, actions.create_session(tx, actor, SessionInput(title=title, lesson_id=lesson_id)))


@get("/api/v1/ai-sessions/sessions", opt=may(queries.sessions), tags=["ai-sessions"])
@work
def list_sessions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> WithTotal[SessionsOut]:
    """One's own sessions, newest first, each with its last message and the answer."""
    stream = queries.sessions(tx, actor, page(skip, limit))
    total = stream.total or 0
    return WithTotal(SessionsOut(stream.all(), total), total, stream.page)


@get("/api/v1/ai-sessions/sessions/{session_id:str}", opt=may(queries.session) | RUN_IN_LOOP, tags=["ai-sessions"])
@work
def read_session(tx: Tx, actor: Actor, session_id: SessionId) -> AiSessionView:
    """One of one's own sessions with all its messages, oldest first."""
    return queries.session(tx, actor, session_id)


@patch("/api/v1/ai-sessions/sessions/{session_id:str}", opt=may(actions.change_session), tags=["ai-sessions"])
@work
def change_session(tx: Tx, actor: Actor, session_id: SessionId, data: SessionChanges) -> AiSessionView:
    """Change a session's title or status."""
    actions.change_session(tx, actor, session_id, data)
    return queries.session(tx, actor, session_id)


@delete("/api/v1/ai-sessions/sessions/{session_id:str}", status_code=200, opt=may(actions.delete_session), tags=["ai-sessions"])
@work
def delete_session(tx: Tx, actor: Actor, session_id: SessionId) -> DeletedOut:
    """Delete a session with its messages."""
    actions.delete_session(tx, actor, session_id)
    return DeletedOut("deleted", session_id)


@post("/api/v1/ai-sessions/sessions/{session_id:str}/reset", status_code=200, opt=may(actions.reset_session), tags=["ai-sessions"])
@work
def reset_session(tx: Tx, actor: Actor, session_id: SessionId) -> AiSessionView:
    """Delete a session's messages; its status is `idle` again."""
    actions.reset_session(tx, actor, session_id)
    return queries.session(tx, actor, session_id)


@post(
    "/api/v1/ai-sessions/sessions/{session_id:str}/messages",
    status_code=200,
    request_max_body_size=_MESSAGE_BODY,
    opt=may(actions.claim_session),
    tags=["ai-sessions"],
)
@work
async def send_message(
    units: Units,
    actor: Actor,
    llm: Llm,
    critic: Critic,
    speaker: Speaker,
    listener: Listener,
    request: Http,
    session_id: SessionId,
    data: AiMessageInput,
) -> MessageOut | RawResponse:
    """Say something, as text or as a recording; it counts towards `gpt4o_requests`, a recording towards `stt_requests` too.

    Messages of one session are answered one after the other. The recording is not kept.
    """
    partners = Partners(llm, critic, speaker, listener)
    if wants_events(request):
        pieces = talking.talk_in_pieces(units, partners, actor, session_id, data)
        return await event_stream(request, _message_events(units, actor, session_id, pieces))
    answer = await while_client_waits(request, talking.talk(units, partners, actor, session_id, data))
    return await _message_out(units, actor, session_id, answer)


async def _message_events(units: Units, actor: Actor, session_id: str, pieces: AsyncGenerator[Piece | Answer]) -> Events:
    async with aclosing(pieces):
        async for each in pieces:
            yield _piece(each) if isinstance(each, Piece) else Event("reply", await _message_out(units, actor, session_id, each))


async def _message_out(units: Units, actor: Actor, session_id: str, answer: Answer) -> MessageOut:
    session = await units.read(queries.session, actor, session_id)
    return MessageOut(session, AssistantOut(answer.text, answer.audio_url), answer.analysis)


ROUTES = [ask, create_session, list_sessions, read_session, change_session, delete_session, reset_session, send_message]
