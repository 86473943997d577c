"""A single question: the school's knowledge about it is looked up, the model is asked, and the answer read aloud where that is wanted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import Struct

from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import DomainError, Forbidden, Invalid, Problem, RateLimited
from bilim.kit.inputs import value_or
from bilim.plans.actions import quotas
from bilim.plans.queries.quotas import own_usage
from bilim.plans.rules import Quota
from bilim.speech.actions import speaking
from bilim.speech.flows.speaking import Speaker
from bilim.speech.inputs import SpeakInput
from bilim.speech.rules import MAX_CHARS, unspeakable
from bilim.tutor import rules
from bilim.tutor.flows import converse, converse_in_pieces
from bilim.tutor.flows.judging import feedback_on, remarks_of
from bilim.tutor.inputs import AskInput
from bilim.tutor.protocols import Llm, Material, Piece, Prompt, Reply
from bilim.tutor.queries import material
from bilim.tutor.queries.material import Question
from bilim.writing.flows import Critic

_SUGGESTED = 3


class Partners(Struct, frozen=True):
    """Whom an answer needs."""

    llm: Llm
    critic: Critic
    speaker: Speaker


class Manner(Struct, frozen=True):
    """How an answer is wanted."""

    language: str
    """A code of `rules.LANGUAGES`."""
    speak: bool


class Answered(Struct, frozen=True):
    """A question's answer."""

    reply: Reply
    audio_url: str | None
    suggestions: list[str]
    """Lessons that have to do with it."""


def manner(language: str | None, *, speak: bool) -> Manner:
    """How an answer is wanted.

    Raises:
        Invalid: the tutor does not answer in this language.
    """
    code = rules.language_of(language)
    if code is None:
        raise Invalid(language=Problem("bad_reply_language", {"known": ", ".join(rules.LANGUAGES)}))
    return Manner(code, speak)


async def ask(units: Units, partners: Partners, actor: Actor, data: AskInput, wanted: Manner) -> Answered:
    """Answer a question.

    Raises:
        Invalid: there is no such lesson that the actor may know of.
        RateLimited, Forbidden, Unavailable, LlmError: see `converse`.
    """
    prompt = await _prepared(units, partners, actor, data, wanted)
    reply = await converse(units, actor, partners.llm, prompt)
    return await _answered(units, partners.speaker, actor, prompt, reply, wanted)


async def ask_in_pieces(units: Units, partners: Partners, actor: Actor, data: AskInput, wanted: Manner) -> AsyncGenerator[Piece | Answered]:
    """The same, first in pieces and then whole."""
    prompt = await _prepared(units, partners, actor, data, wanted)
    async with aclosing(converse_in_pieces(units, actor, partners.llm, prompt)) as pieces:
        async for piece in pieces:
            if piece.reply is None:
                yield piece
            else:
                yield await _answered(units, partners.speaker, actor, prompt, piece.reply, wanted)


async def _prepared(units: Units, partners: Partners, actor: Actor, data: AskInput, wanted: Manner) -> Prompt:
    partners.llm.require()
    await require_voice(units, actor, wanted)
    asked = rules.clean(data.prompt)
    remarks = remarks_of(await feedback_on(partners.critic, asked, wanted.language))
    question = Question(asked, wanted.language, value_or(data.lesson_id, None), remarks=remarks)
    return await units.read(material.prompt_for, actor, question)


async def _answered(units: Units, speaker: Speaker, actor: Actor, prompt: Prompt, reply: Reply, wanted: Manner) -> Answered:
    audio_url = await audio_of(units, speaker, actor, reply.text, wanted)
    return Answered(reply, audio_url, suggestions(prompt.material))


def suggestions(found: Material) -> list[str]:
    """The titles of other lessons that have to do with a question."""
    titles = dict.fromkeys([*(passage.lesson for passage in found.passages), *(word.lesson for word in found.words)])
    return [title for title in titles if title != found.lesson][:_SUGGESTED]


async def require_voice(units: Units, actor: Actor, wanted: Manner) -> None:
    """Check that something may be read aloud, where that is wanted, before anything is paid for.

    Raises:
        Forbidden: no characters are left.
    """
    if wanted.speak and (await units.read(own_usage, actor)).tts_chars_left < 1:
        raise Forbidden("quota_exceeded", quota=Quota.TTS_CHARS.value)


async def audio_of(units: Units, speaker: Speaker, actor: Actor, said: str, wanted: Manner) -> str | None:
    """The path of an answer read aloud; None where that is not wanted, or where it cannot be done: the answer is there already."""
    if not wanted.speak or len(said) > MAX_CHARS or unspeakable(said):
        return None
    words = SpeakInput(text=said, language=wanted.language)
    try:
        reservation = await units.write(speaking.reserve_speaking, actor, words)
    except (Forbidden, RateLimited):
        return None
    try:
        address = await speaker.address(words)
    except BaseException as error:
        await asyncio.shield(units.write(quotas.give_back, reservation))
        if isinstance(error, DomainError | OSError):
            return None
        raise
    await asyncio.shield(units.write(quotas.settle, reservation))
    return address
