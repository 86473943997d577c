"""Listening to recordings: reserved before, settled after, and the recording deleted whatever came of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.http.pools import BoundedPool
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.inputs import value_or
from bilim.plans.actions import quotas
from bilim.speech.actions import hearing as actions
from bilim.speech.actions.hearing import Reading
from bilim.speech.inputs import AnalyzeInput, TranscribeInput
from bilim.speech.protocols import Hearing, LanguageInfo, Transcript
from bilim.speech.queries import attempts
from bilim.speech.queries.attempts import AttemptView


class Listener:
    """Somebody who hears, and forgets what was recorded: recordings are the learners' own, and nothing here needs them twice."""

    def __init__(self, hearing: Hearing, store: Store, files: BoundedPool) -> None:
        self.hearing = hearing
        self._store = store
        self._files = files

    def languages(self) -> tuple[LanguageInfo, ...]:
        """See `Hearing.languages`."""
        return self.hearing.languages()

    @asynccontextmanager
    async def forgetting(self, recording: StagedFile) -> AsyncGenerator[str]:
        """The name of a stored recording, which is deleted at the end."""
        try:
            yield recording.name
        finally:
            await asyncio.shield(self._files.run(self._store.delete, recording.name))


async def transcribe(units: Units, listener: Listener, actor: Actor, data: TranscribeInput) -> Transcript:
    """Write down a recording. The request is counted where something was understood.

    Raises:
        Invalid, Unavailable: see `Hearing.require`; nothing is counted.
        RateLimited, Forbidden: see `actions.reserve_transcription`.
        BadRequest, Unavailable: see `Hearing.transcribe`; what was reserved is given back.
    """
    async with listener.forgetting(data.recording) as file:
        language = listener.hearing.require(value_or(data.language, None))
        reservation = await units.write(actions.reserve_transcription, actor)
        async with _given_back_on_failure(units, reservation):
            heard = await listener.hearing.transcribe(file, language)
        await units.write(quotas.settle, reservation)
        return heard


async def assess(units: Units, listener: Listener, actor: Actor, recording: StagedFile, text: str, contrasts: list[str]) -> AttemptView:
    """Judge how a text was read, and keep the attempt.

    Raises:
        Forbidden: no analysis is left.
        BadRequest, Unavailable: see `Hearing.assess`; what was reserved is given back and no attempt is kept.
    """
    async with listener.forgetting(recording) as file:
        reading = await units.write(actions.reserve_reading, actor, text, contrasts)
        return await _judge(units, listener, actor, file, reading)


async def analyze(units: Units, listener: Listener, actor: Actor, data: AnalyzeInput) -> AttemptView:
    """Judge how a phrase was read, or another text, in a session or by itself; see `assess`.

    Raises:
        Invalid, Conflict: see `actions.reserve_reading`.
    """
    async with listener.forgetting(data.recording) as file:
        wanted = (value_or(data.reference_text, None), list[str](), value_or(data.phrase_id, None), value_or(data.session_id, None))
        reading = await units.write(actions.reserve_reading, actor, *wanted)
        return await _judge(units, listener, actor, file, reading)


async def _judge(units: Units, listener: Listener, actor: Actor, file: str, reading: Reading) -> AttemptView:
    async with _given_back_on_failure(units, reading.reservation):
        found = await listener.hearing.assess(file, reading.text, reading.contrasts)
    attempt_id = await units.write(actions.keep_attempt, actor, reading, found)
    return await units.read(attempts.attempt, actor, attempt_id)


@asynccontextmanager
async def _given_back_on_failure(units: Units, reservation: int) -> AsyncGenerator[None]:
    """Give a reservation back where what it was for fails or is cancelled."""
    try:
        yield
    except BaseException:
        await asyncio.shield(units.write(quotas.give_back, reservation))
        raise
