"""A message in a conversation: heard where it is a recording, answered after what was said before, and kept with its answer."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from time import monotonic
from typing import Any

from msgspec import Struct, to_builtins

from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict
from bilim.kit.inputs import value_or
from bilim.speech.flows import hearing
from bilim.speech.flows.hearing import Listener
from bilim.speech.inputs import TranscribeInput
from bilim.tutor import rules
from bilim.tutor.actions import sessions, tokens
from bilim.tutor.actions.sessions import Claim, Said
from bilim.tutor.actions.tokens import Reserved
from bilim.tutor.flows import Heard, asking, paid
from bilim.tutor.flows.asking import Manner, audio_of, manner, require_voice
from bilim.tutor.flows.judging import feedback_on, remarks_of
from bilim.tutor.inputs import AiMessageInput
from bilim.tutor.protocols import Piece, Prompt
from bilim.tutor.queries import material
from bilim.tutor.queries import sessions as queries
from bilim.tutor.queries.material import Question
from bilim.writing.shapes import FeedbackOut

WAITING_SECONDS = 20.0
"""How long a message waits while the one before it is answered."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


class Partners(asking.Partners, frozen=True):
    """Whom a conversation needs."""

    listener: Listener


class Answer(Struct, frozen=True):
    """What came of a message."""

    text: str
    audio_url: str | None
    analysis: FeedbackOut | None
    """Of the message."""


class _Turn(Struct, frozen=True):
    """A message that is about to be answered."""

    claim: Claim
    text: str
    analysis: FeedbackOut | None
    prompt: Prompt
    reserved: Reserved


async def talk(units: Units, partners: Partners, actor: Actor, session_id: str, data: AiMessageInput) -> Answer:
    """Answer a message.

    Raises:
        Invalid: the tutor does not answer in this language.
        NotFound: the actor has no such session.
        RateLimited, Forbidden, Unavailable, LlmError: see `converse`, and `transcribe` where it is a recording.
        Conflict: the session is full, was reset meanwhile, or the message before is still answered.
    """
    wanted = await _admitted(units, partners, actor, session_id, data)
    async with _claimed(units, actor, session_id) as claim:
        turn = await _prepared(units, partners, actor, claim, data, wanted)
        async with _paid(units, turn) as heard:
            reply = await partners.llm.reply(turn.prompt)
            heard.pieces.append(reply.text)
            audio_url = await audio_of(units, partners.speaker, actor, reply.text, wanted)
            return await _kept(units, turn, heard, reply.text, audio_url, (reply.tokens_in, reply.tokens_out))


async def talk_in_pieces(
    units: Units, partners: Partners, actor: Actor, session_id: str, data: AiMessageInput
) -> AsyncGenerator[Piece | Answer]:
    """The same, first in pieces and then whole. Where the client leaves in the middle, what came is kept."""
    wanted = await _admitted(units, partners, actor, session_id, data)
    async with _claimed(units, actor, session_id) as claim:
        turn = await _prepared(units, partners, actor, claim, data, wanted)
        async with _paid(units, turn) as heard, aclosing(heard.listen(partners.llm.stream(turn.prompt))) as pieces:
            async for piece in pieces:
                if (reply := piece.reply) is None:
                    yield piece
                else:
                    audio_url = await audio_of(units, partners.speaker, actor, reply.text, wanted)
                    yield await _kept(units, turn, heard, reply.text, audio_url, (reply.tokens_in, reply.tokens_out))


async def _admitted(units: Units, partners: Partners, actor: Actor, session_id: str, data: AiMessageInput) -> Manner:
    """Check what can be checked before anybody waits."""
    wanted = manner(value_or(data.language, None), speak=value_or(data.speak, default=False))
    partners.llm.require()
    await units.write(sessions.count_message, actor, session_id)
    await require_voice(units, actor, wanted)
    return wanted


async def _prepared(units: Units, partners: Partners, actor: Actor, claim: Claim, data: AiMessageInput, wanted: Manner) -> _Turn:
    text, seconds = await _understood(units, partners.listener, actor, data)
    said, reference = rules.clean(text), value_or(data.reference_text, "").strip() or None
    analysis = await feedback_on(partners.critic, said, wanted.language, reference, is_spoken=seconds is not None, seconds=seconds)
    earlier = rules.recent(await units.read(queries.recent_turns, claim.session_id))
    question = Question(said, wanted.language, claim.lesson_id, earlier, needs_lesson=False, remarks=remarks_of(analysis))
    prompt = await units.read(material.prompt_for, actor, question)
    reserved = await units.write(tokens.reserve, actor, rules.cost_of(prompt), None)
    return _Turn(claim, said, analysis, prompt, reserved)


async def _understood(units: Units, listener: Listener, actor: Actor, data: AiMessageInput) -> tuple[str, float | None]:
    """What was written or said and, where it was said, for how many seconds."""
    written = value_or(data.text, "").strip()
    if data.recording is None:
        return written, None
    if written:
        async with listener.forgetting(data.recording):
            return written, None
    heard = await hearing.transcribe(units, listener, actor, TranscribeInput(file=data.recording, language=value_or(data.language, None)))
    return heard.text, heard.seconds


@asynccontextmanager
async def _claimed(units: Units, actor: Actor, session_id: str) -> AsyncGenerator[Claim]:
    """The session for one message, once the one before it is answered."""
    until, pause = monotonic() + WAITING_SECONDS, _FIRST_PAUSE
    while (claim := await units.write(sessions.claim_session, actor, session_id)) is None:
        if monotonic() > until:
            raise Conflict("session_answering")
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    try:
        yield claim
    except BaseException:
        await asyncio.shield(units.write(sessions.release_session, claim))
        raise


def _paid(units: Units, turn: _Turn) -> Any:
    async def keep(came: str, tokens_in: int, tokens_out: int) -> None:
        await units.write(sessions.keep_answer, turn.claim, _said(turn, came, None), turn.reserved, tokens_in, tokens_out)

    return paid(units, turn.reserved, turn.prompt, keep)


async def _kept(units: Units, turn: _Turn, heard: Heard, answer: str, audio_url: str | None, used: tuple[int, int]) -> Answer:
    said = _said(turn, answer, audio_url)
    if not await heard.settle(units.write(sessions.keep_answer, turn.claim, said, turn.reserved, *used)):
        raise Conflict("session_reset")
    return Answer(answer, audio_url, turn.analysis)


def _said(turn: _Turn, answer: str, audio_url: str | None) -> Said:
    return Said(text=turn.text, analysis=to_builtins(turn.analysis), answer=answer, audio_url=audio_url)
