"""Texts read aloud (reference, `ai/tts`; guide, section 5)."""

from litestar import get, post

from bilim.http.access import PUBLIC, may
from bilim.http.json_array import FileBody
from bilim.http.parameters import Limit, Skip
from bilim.http.responses import RawResponse
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page, page_of
from bilim.speech.actions import speaking
from bilim.speech.flows.speaking import Speaker, speak
from bilim.speech.inputs import SpeakInput
from bilim.speech.protocols import VoiceInfo


@post("/api/v1/ai/tts", status_code=200, opt=may(speaking.reserve_speaking), media_type="audio/mpeg", tags=["ai"])
@work
async def read_aloud(units: Units, actor: Actor, speaker: Speaker, data: SpeakInput) -> RawResponse:
    """Read a text aloud; the answer is an MP3. Its characters count towards `tts_chars`."""
    return FileBody(await speak(units, speaker, actor, data), 200, [], media=b"audio/mpeg")


@get("/api/v1/ai/tts/voices", opt=PUBLIC, tags=["ai"])
@work
async def list_voices(speaker: Speaker, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[VoiceInfo]:
    """The languages that can be spoken."""
    return page_of(await speaker.voices(), page(skip, limit))


ROUTES = [read_aloud, list_voices]
