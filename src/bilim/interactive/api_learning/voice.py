"""Talks by voice (reference, `ai/voice-loop`; guide, section 5)."""

from datetime import datetime

from litestar import post
from msgspec import Struct

from bilim.http.access import may
from bilim.http.event_stream import while_client_waits
from bilim.http.services import Http
from bilim.http.work import Units, work
from bilim.interactive import flows
from bilim.interactive.actions import talking
from bilim.interactive.flows import Partners, Talked
from bilim.interactive.inputs import VoiceInput
from bilim.kit.actors import Actor
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.speech.rules import MAX_RECORDING_BYTES
from bilim.tutor.protocols import Llm
from bilim.writing.flows import Critic
from bilim.writing.shapes import FeedbackOut

BODY = MAX_RECORDING_BYTES + 1024 * 1024


class QuotasOut(Struct):
    """What is left of the quotas that a talk takes."""

    stt_requests_left: int
    gpt4o_requests_left: int
    tts_chars_left: int


class VoiceLoopOut(Struct):
    """What was heard, what was found in it, and the answer; `model` says who answered.

    Where the answer was not read aloud, `audio_url` is null and `audio_problem` says why.
    """

    transcript: str
    ai_text: str
    corrections: list[str]
    advice: list[str]
    audio_url: str | None
    audio_problem: str | None
    feedback: FeedbackOut
    quotas: QuotasOut
    timestamp: datetime
    model: str


def _out(talked: Talked) -> VoiceLoopOut:
    feedback, usage = talked.feedback, talked.usage
    return VoiceLoopOut(
        transcript=talked.transcript,
        ai_text=talked.answer,
        corrections=feedback.grammar.corrections if feedback.grammar else [],
        advice=feedback.overall.next_steps if feedback.overall else [],
        audio_url=talked.sound.url,
        audio_problem=talked.sound.problem,
        feedback=feedback,
        quotas=QuotasOut(usage.stt_requests_left, usage.gpt4o_requests_left, usage.tts_chars_left),
        timestamp=feedback.timestamp,
        model=talked.model,
    )


@post(
    "/api/v1/ai/voice-loop",
    status_code=200,
    request_max_body_size=BODY,
    opt=may(talking.reserve_voice_loop),
    tags=["ai"],
)
@work
async def talk_by_voice(
    units: Units, actor: Actor, request: Http, listener: Listener, critic: Critic, llm: Llm, speaker: Speaker, data: VoiceInput
) -> VoiceLoopOut:
    """Say something and be answered aloud, with feedback. It counts towards `stt_requests`, `gpt4o_requests` and `tts_chars`.

    At most 20 a minute. Up to 400 characters of an answer are read, and counted. One that is longer than what is left of `tts_chars` comes
    in writing alone; where none of them is left, 403.
    """
    partners = Partners(listener, critic, llm, speaker)
    return _out(await while_client_waits(request, flows.voice_loop(units, actor, partners, data)))


ROUTES = [talk_by_voice]
