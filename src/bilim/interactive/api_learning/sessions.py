"""Sessions of interactive lessons, and what is said in them (reference, `interactive-lessons`, `lesson-interactions`; guide, section 8)."""

from datetime import datetime

from litestar import get, patch, post
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.files.kinds import StagedFile
from bilim.http.access import may
from bilim.http.event_stream import while_client_waits
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.services import Http
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.interactive import flows
from bilim.interactive.actions import sessions as actions
from bilim.interactive.api_learning.voice import BODY
from bilim.interactive.flows import Partners, Said, TurnTaken
from bilim.interactive.inputs import AudioMessageInput, InteractionInput, LessonMessageInput, StartLessonInput
from bilim.interactive.queries import sessions as queries
from bilim.interactive.queries.avatars import avatar_named
from bilim.interactive.queries.sessions import InteractionView, LessonSessionView
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict
from bilim.kit.inputs import value_or
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.tutor.protocols import Llm
from bilim.writing.flows import Critic


class LessonStartedOut(Struct):
    """A session that began; `audio_url` is the greeting read aloud, null where there is no voice."""

    id: int
    user_id: int
    lesson_id: int | None
    lesson_type: str
    topic: str | None
    difficulty: str
    started_at: datetime
    status: str
    avatar_type: str
    greeting: str
    avatar_name: str
    audio_url: str | None


class AvatarAnswerOut(Struct):
    """An avatar's answer. `suggestions` are what the lesson's script expects next, else what stands better in the message.

    Where it was to be read aloud and was not, `audio_problem` says why.
    """

    text: str
    audio_url: str | None
    audio_problem: str | None
    avatar_type: str
    avatar_name: str
    suggestions: list[str]
    message: str
    """What was said, as it was heard."""
    interaction_id: int


class InteractionOut(Struct):
    """A message with its answer."""

    user_message: str
    ai_response: str
    id: int
    session_id: int
    audio_url: str | None
    audio_problem: str | None
    """Why it was not read aloud, where it was to be."""
    suggestions: list[str]


def _interaction_id(taken: TurnTaken) -> int:
    if taken.interaction_id is None:
        raise Conflict("lesson_session_busy")
    return taken.interaction_id


def _answer_out(taken: TurnTaken) -> AvatarAnswerOut:
    avatar = taken.turn.avatar
    return AvatarAnswerOut(
        text=taken.answer,
        audio_url=taken.sound.url,
        audio_problem=taken.sound.problem,
        avatar_type=avatar.avatar_type,
        avatar_name=avatar.name,
        suggestions=taken.suggestions,
        message=taken.message,
        interaction_id=_interaction_id(taken),
    )


@post("/api/v1/interactive-lessons/start-lesson", opt=may(actions.start_session), tags=["interactive-lessons"])
@work
async def start_lesson(units: Units, actor: Actor, speaker: Speaker, data: StartLessonInput) -> LessonStartedOut:
    """Begin a session with an avatar: of an interactive lesson (`lesson_id`), or about a topic of one's own."""
    session_id = await units.write(actions.start_session, actor, data)
    made = await units.read(queries.lesson_session, actor, session_id)
    avatar = avatar_named(made.avatar_type)
    greeting, voice = (avatar.greeting, avatar.voice) if avatar else ("", "")
    return LessonStartedOut(
        id=made.id,
        user_id=made.user_id,
        lesson_id=made.lesson_id,
        lesson_type=made.lesson_type,
        topic=made.topic,
        difficulty=made.difficulty,
        started_at=made.started_at,
        status=made.status,
        avatar_type=made.avatar_type,
        greeting=greeting,
        avatar_name=made.avatar_name,
        audio_url=await flows.greeting_audio(speaker, greeting, voice),
    )


@post("/api/v1/interactive-lessons/send-message", status_code=200, opt=may(actions.begin_turn), tags=["interactive-lessons"])
@work
async def send_message(
    units: Units, actor: Actor, request: Http, listener: Listener, critic: Critic, llm: Llm, speaker: Speaker, data: LessonMessageInput
) -> AvatarAnswerOut:
    """Say something in writing; with `message_type` `voice` the answer is read aloud. It counts towards `gpt4o_requests`."""
    said = Said(session_id=data.session_id, text=data.message, speaks=data.speaks)
    partners = Partners(listener, critic, llm, speaker)
    return _answer_out(await while_client_waits(request, flows.say(units, actor, partners, said)))


@post(
    "/api/v1/interactive-lessons/send-audio-message",
    status_code=200,
    request_max_body_size=BODY,
    opt=may(actions.begin_turn),
    tags=["interactive-lessons"],
)
@work
async def send_audio_message(
    units: Units, actor: Actor, request: Http, listener: Listener, critic: Critic, llm: Llm, speaker: Speaker, data: AudioMessageInput
) -> AvatarAnswerOut:
    """Say something aloud and be answered aloud. It counts towards `stt_requests`, `gpt4o_requests` and `tts_chars`."""
    said = Said(session_id=data.session_id, recording=data.recording)
    partners = Partners(listener, critic, llm, speaker)
    return _answer_out(await while_client_waits(request, flows.say(units, actor, partners, said)))


@post(
    "/api/v1/lesson-interactions/{session_id:int}/interact",
    request_max_body_size=BODY,
    opt=may(actions.begin_turn),
    tags=["lesson-interactions"],
)
@work
async def interact(
    units: Units,
    actor: Actor,
    request: Http,
    listener: Listener,
    critic: Critic,
    llm: Llm,
    speaker: Speaker,
    session_id: PathId,
    data: InteractionInput,
) -> InteractionOut:
    """Say something in a session, in writing or aloud; a recording is answered aloud."""
    recording = data.audio_file if isinstance(data.audio_file, StagedFile) else None
    said = Said(session_id=session_id, text=value_or(data.user_input, ""), recording=recording)
    partners = Partners(listener, critic, llm, speaker)
    taken = await while_client_waits(request, flows.say(units, actor, partners, said))
    return InteractionOut(
        user_message=taken.message,
        ai_response=taken.answer,
        id=_interaction_id(taken),
        session_id=session_id,
        audio_url=taken.sound.url,
        audio_problem=taken.sound.problem,
        suggestions=taken.suggestions,
    )


@get("/api/v1/lesson-interactions/{session_id:int}/interactions", opt=may(queries.interactions), tags=["lesson-interactions"])
@work
def list_interactions(tx: Tx, actor: Actor, session_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[InteractionView]:
    """What was said in one of the caller's own sessions, in its order."""
    return queries.interactions(tx, actor, session_id, page(skip, limit))


@get("/api/v1/lesson-sessions/user/me", opt=may(queries.lesson_sessions), tags=["lesson-sessions"])
@work
def list_lesson_sessions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[LessonSessionView]:
    """The caller's own sessions, newest first."""
    return queries.lesson_sessions(tx, actor, page(skip, limit))


@get("/api/v1/lesson-sessions/{session_id:int}", opt=may(queries.lesson_session) | RUN_IN_LOOP, tags=["lesson-sessions"])
@work
def read_lesson_session(tx: Tx, actor: Actor, session_id: PathId) -> LessonSessionView:
    """One of the caller's own sessions."""
    return queries.lesson_session(tx, actor, session_id)


@patch("/api/v1/lesson-sessions/{session_id:int}/complete", opt=may(actions.complete_session), tags=["lesson-sessions"])
@work
def complete_lesson_session(tx: Tx, actor: Actor, session_id: PathId) -> LessonSessionView:
    """End one of the caller's own sessions. Doing it again changes nothing."""
    actions.complete_session(tx, actor, session_id)
    return queries.lesson_session(tx, actor, session_id)


ROUTES = [
    start_lesson,
    send_message,
    send_audio_message,
    interact,
    list_interactions,
    list_lesson_sessions,
    read_lesson_session,
    complete_lesson_session,
]
