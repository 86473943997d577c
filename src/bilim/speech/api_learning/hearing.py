"""Recordings written down and judged (reference, `ai` and `interactive-lessons`; guide, section 5)."""

from litestar import get, post
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import PUBLIC, may
from bilim.http.parameters import Limit, Skip
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import value_or
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page, page_of
from bilim.speech.actions import hearing as actions
from bilim.speech.api_learning.shapes import RECORDING_BODY, ReadingOut, feedback_on, reading_out
from bilim.speech.flows import hearing as flows
from bilim.speech.flows.hearing import Listener
from bilim.speech.inputs import AssessInput, AssessLessonInput, TranscribeInput
from bilim.speech.protocols import LanguageInfo, Transcript
from bilim.speech.queries import attempts
from bilim.speech.queries.attempts import ProfileView


class LessonAssessmentOut(Struct):
    """How a text was read; `word_scores` are 0 to 100, of a word that stands several times the lowest."""

    recognized_text: str
    pronunciation_score: float
    feedback: str
    word_scores: dict[str, int]
    attempt: ReadingOut


@post("/api/v1/ai/stt", status_code=200, request_max_body_size=RECORDING_BODY, opt=may(actions.reserve_transcription), tags=["ai"])
@work
async def transcribe(units: Units, actor: Actor, listener: Listener, data: TranscribeInput) -> Transcript:
    """Write down what is said in a recording of at most two minutes; it counts towards `stt_requests`. The recording is not kept."""
    return await flows.transcribe(units, listener, actor, data)


@get("/api/v1/ai/stt/languages", opt=PUBLIC, tags=["ai"])
@work
async def list_recognised_languages(listener: Listener, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[LanguageInfo]:
    """The languages that can be recognised; `engine` is null for those that need a Whisper model first."""
    return page_of(listener.languages(), page(skip, limit))


@post("/api/v1/ai/pronunciation", status_code=200, request_max_body_size=RECORDING_BODY, opt=may(actions.reserve_reading), tags=["ai"])
@work
async def assess_pronunciation(units: Units, actor: Actor, listener: Listener, data: AssessInput) -> ReadingOut:
    """Judge how an English text was read, word by word; it counts towards `pronunciation_analysis`. The recording is not kept."""
    contrasts = value_or(data.contrasts, [])
    return reading_out(await flows.assess(units, listener, actor, data.recording, data.reference_text, contrasts))


@post(
    "/api/v1/interactive-lessons/assess-pronunciation",
    status_code=200,
    request_max_body_size=RECORDING_BODY,
    opt=may(actions.reserve_reading),
    tags=["interactive-lessons"],
)
@work
async def assess_lesson_pronunciation(units: Units, actor: Actor, listener: Listener, data: AssessLessonInput) -> LessonAssessmentOut:
    """The same in a lesson's words."""
    contrasts = value_or(data.contrasts, [])
    found = await flows.assess(units, listener, actor, data.recording, data.expected_text, contrasts)
    scores: dict[str, int] = {}
    for word in found.assessment.words:
        scores[word.word] = min(word.score, scores.get(word.word, 100))
    return LessonAssessmentOut(found.transcribed_text, found.accuracy_score, feedback_on(found.assessment), scores, reading_out(found))


@get(
    ["/api/v1/ai/pronunciation/history", "/api/v1/pronunciation/history"], opt=may(attempts.attempts) | RUN_IN_LOOP, tags=["pronunciation"]
)
@work
def list_attempts(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ReadingOut]:
    """The caller's own attempts, newest first."""
    return attempts.attempts(tx, actor, page(skip, limit)).map(reading_out)


@get(["/api/v1/ai/pronunciation/summary", "/api/v1/pronunciation/profile"], opt=may(attempts.profile) | RUN_IN_LOOP, tags=["pronunciation"])
@work
def read_profile(tx: Tx, actor: Actor) -> ProfileView:
    """The caller's own progress, their hardest words and sounds."""
    return attempts.profile(tx, actor)


ROUTES = [transcribe, list_recognised_languages, assess_pronunciation, assess_lesson_pronunciation, list_attempts, read_profile]
