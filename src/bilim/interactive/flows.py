"""Talks: heard, looked at, answered and read aloud. What they take is reserved before and decided after, whatever happens between.

RESERVED ── heard ── looked at ── asked ── answered ── read ── SETTLED
    └── failed, at whatever step: given back
    └── the client left: given back before a model was asked; afterwards what was heard and asked is counted
    └── the process was killed: reservations expire, the session is free again after five minutes
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from bilim.files.kinds import StagedFile
from bilim.http.work import Units
from bilim.interactive.actions import sessions, talking
from bilim.interactive.actions.sessions import Answered, Turn
from bilim.interactive.actions.talking import Talk
from bilim.interactive.inputs import VoiceInput
from bilim.interactive.rules import bounds
from bilim.interactive.rules import talking as rules
from bilim.kit.actors import Actor
from bilim.kit.errors import DomainError, Invalid, Problem
from bilim.kit.inputs import value_or
from bilim.plans.queries.quotas import UsageView, own_usage
from bilim.plans.rules import Quota
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.speech.inputs import SpeakInput
from bilim.speech.rules import unspeakable
from bilim.texts import Language, text
from bilim.tutor.protocols import Llm, Prompt, Reply
from bilim.tutor.rules import LANGUAGES, language_of, prompt_tokens
from bilim.writing.flows import Critic
from bilim.writing.shapes import FeedbackOut, Wanted

_TOLD_IN: dict[str, Language] = {"uz": "uz", "ru": "ru"}
_REMARKS = 3
"""Corrections that a model is told of."""


class Partners(Struct, frozen=True):
    """Who takes part in a talk besides the learner."""

    listener: Listener
    critic: Critic
    llm: Llm
    speaker: Speaker


class _Progress:
    """How far a talk came. `asked` is what was sent to a model."""

    def __init__(self) -> None:
        self.asked: Prompt | None = None
        self.is_settled = False

    async def settle(self, settling: Awaitable[Any]) -> Any:
        """Settle a talk, to the end even where the caller is cancelled meanwhile."""
        self.is_settled = True
        return await asyncio.shield(settling)


@asynccontextmanager
async def _decided(give_back: Callable[[], Awaitable[Any]], leave: Callable[[int], Awaitable[Any]]) -> AsyncGenerator[_Progress]:
    """Decide about what was reserved where a talk does not end well: see the module's docstring."""
    progress = _Progress()
    try:
        yield progress
    except BaseException as error:
        if not progress.is_settled:
            counts = progress.asked is not None and not isinstance(error, Exception)
            await asyncio.shield(leave(prompt_tokens(progress.asked)) if counts and progress.asked else give_back())
        raise


class Sound(Struct, frozen=True):
    """An answer read aloud, or why it is not."""

    url: str | None = None
    problem: str | None = None


class Talked(Struct, frozen=True, kw_only=True):
    """What came of a talk by voice."""

    transcript: str
    feedback: FeedbackOut
    answer: str
    model: str
    sound: Sound
    usage: UsageView


async def voice_loop(units: Units, actor: Actor, partners: Partners, data: VoiceInput) -> Talked:
    """Hear something, give feedback on it and answer it aloud; in writing alone where no voice can read it or too few characters are left.

    Raises:
        LlmNotConfigured, Invalid, Unavailable: there is no model, no such language, nobody who recognises it; nothing is counted.
        RateLimited, Forbidden: see `talking.reserve`; nothing is counted.
        BadRequest, Unavailable, LlmError: nothing could be heard, or no answer came; all is given back.
    """
    async with partners.listener.forgetting(data.recording) as file:
        partners.llm.require()
        spoken_language = partners.listener.hearing.require(value_or(data.spoken_language, None))
        language = language_of(value_or(data.language, bounds.DEFAULT_REPLY_LANGUAGE))
        if language is None:
            raise Invalid(language=Problem("bad_reply_language", {"known": ", ".join(LANGUAGES)}))
        reference = value_or(data.reference_text, "").strip() or None
        cost = rules.most_tokens(rules.voice_prompt(language, "", reference))
        talk = await units.write(talking.reserve_voice_loop, actor, cost)
        async with _decided(lambda: units.write(talking.give_back, talk), lambda sent: _left(units, talk, sent)) as progress:
            heard = await partners.listener.hearing.transcribe(file, spoken_language)
            transcript = heard.text[: bounds.MAX_MESSAGE]
            feedback = await partners.critic.feedback(
                transcript, reference, Wanted(heard.language, told_in=_TOLD_IN.get(language, "en")), is_spoken=True, seconds=heard.seconds
            )
            reply = await _ask(partners.llm, progress, rules.voice_prompt(language, transcript, reference, _advice(feedback)))
            answer = rules.spoken_part(" ".join(_advice(feedback)) if reply.model == rules.BUILT_IN else reply.text)
            sound = await _read_aloud(partners.speaker, answer, language, talk.room)
            spoken = len(answer) if sound.url else 0
            await progress.settle(units.write(talking.settle, talk, reply.tokens_in, reply.tokens_out, spoken))
    feedback.audio_feedback_url = sound.url
    usage = await units.read(own_usage, actor)
    return Talked(transcript=transcript, feedback=feedback, answer=answer, model=reply.model, sound=sound, usage=usage)


async def _left(units: Units, talk: Talk, sent: int) -> None:
    await units.write(talking.settle, talk, sent, 0, 0)


class Said(Struct, frozen=True, kw_only=True):
    """What was said in a session."""

    session_id: int
    text: str = ""
    recording: StagedFile | None = None
    speaks: bool = False
    """Whether the answer is read aloud; of a recording it always is."""


class TurnTaken(Struct, frozen=True, kw_only=True):
    """A message with its answer. `interaction_id` is null where the session was given to another message, since this one took too long."""

    turn: Turn
    interaction_id: int | None
    message: str
    answer: str
    sound: Sound
    suggestions: list[str]


async def say(units: Units, actor: Actor, partners: Partners, said: Said) -> TurnTaken:
    """Say something in a session and get the avatar's answer.

    Raises:
        NotFound, Conflict, RateLimited, Forbidden: see `sessions.begin_turn`; nothing is counted.
        LlmNotConfigured, Unavailable: there is no model, or nobody who recognises the avatar's language; nothing is counted.
        BadRequest, Unavailable, LlmError: nothing could be heard, or no answer came; all is given back, and the session goes on.
    """
    if said.recording is None:
        return await _say(units, actor, partners, said, None)
    async with partners.listener.forgetting(said.recording) as file:
        return await _say(units, actor, partners, said, file)


async def _say(units: Units, actor: Actor, partners: Partners, said: Said, file: str | None) -> TurnTaken:
    partners.llm.require()
    speaks = said.speaks or file is not None
    turn = await units.write(sessions.begin_turn, actor, said.session_id, hears=file is not None, speaks=speaks)
    scene = turn.scene
    async with _decided(
        lambda: units.write(sessions.drop_turn, turn), lambda sent: units.write(sessions.leave_turn, turn, sent)
    ) as progress:
        message, feedback = await _understood(partners, turn, said, file)
        reply = await _ask(partners.llm, progress, rules.lesson_prompt(scene, turn.history, message, _remarks(feedback)))
        answer = _answer(reply, turn, feedback)
        aloud = rules.spoken_part(answer)
        sound = await _read_aloud(partners.speaker, aloud, turn.avatar.voice, turn.talk.room) if speaks else Sound()
        answered = Answered(
            message=message,
            answer=answer,
            audio_url=sound.url,
            is_spoken=file is not None,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            spoken=len(aloud) if sound.url else 0,
        )
        kept = await progress.settle(units.write(sessions.keep_turn, turn, answered))
    suggested = rules.suggestions(scene.content, scene.place) or feedback_suggestions(feedback)
    return TurnTaken(turn=turn, interaction_id=kept, message=message, answer=answer, sound=sound, suggestions=suggested)


async def _understood(partners: Partners, turn: Turn, said: Said, file: str | None) -> tuple[str, FeedbackOut]:
    """What was said, and feedback on it."""
    wanted = Wanted(turn.avatar.language)
    if file is None:
        return said.text, await partners.critic.feedback(said.text, None, wanted)
    hearing = partners.listener.hearing
    heard = await hearing.transcribe(file, hearing.require(turn.avatar.language))
    message = heard.text[: bounds.MAX_MESSAGE]
    return message, await partners.critic.feedback(message, None, wanted, is_spoken=True, seconds=heard.seconds)


async def greeting_audio(speaker: Speaker, greeting: str, voice: str) -> str | None:
    """The path of an avatar's greeting read aloud. It is the same for everybody, read once and kept: nobody pays for it."""
    return (await _read_aloud(speaker, greeting, voice, len(greeting))).url


async def _ask(llm: Llm, progress: _Progress, prompt: Prompt) -> Reply:
    progress.asked = prompt
    return await llm.reply(prompt)


async def _read_aloud(speaker: Speaker, answer: str, language: str, room: int) -> Sound:
    """An answer read aloud where it can be and is no longer than may be read: without its sound it is an answer still."""
    if not answer or unspeakable(answer):
        return Sound(problem=text("nothing_to_say", {}))
    if len(answer) > room:
        return Sound(problem=text("quota_exceeded", {"quota": Quota.TTS_CHARS.value}))
    try:
        return Sound(await speaker.address(SpeakInput(text=answer, language=language)))
    except DomainError as error:
        return Sound(problem=text(error.code or "speech_failed", error.params))
    except OSError:
        return Sound(problem=text("speech_failed", {}))


def _answer(reply: Reply, turn: Turn, feedback: FeedbackOut) -> str:
    """What the avatar says: the model's words or, where none answers, the script's."""
    if reply.model != rules.BUILT_IN:
        return reply.text
    return rules.scripted_answer(turn.scene, next(iter(feedback_suggestions(feedback)), None)) or reply.text


def _remarks(feedback: FeedbackOut) -> list[str]:
    return feedback.grammar.corrections[:_REMARKS] if feedback.grammar else []


def _advice(feedback: FeedbackOut) -> list[str]:
    """What the rules found, as sentences."""
    steps = [f"{step}." for step in feedback.overall.next_steps] if feedback.overall else []
    return [*([feedback.overall.feedback] if feedback.overall else []), *_remarks(feedback), *steps]


def feedback_suggestions(feedback: FeedbackOut) -> list[str]:
    """What stands better in a message, for want of a script."""
    flags = feedback.grammar.flags if feedback.grammar else []
    return [flag.suggestion for flag in flags if flag.suggestion][:_REMARKS]
