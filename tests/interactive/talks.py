"""Talks for tests: a model that can be commanded, ears and a voice beside it, and sessions to talk in."""

import asyncio
from typing import Any

from httpx import Response
from msgspec import Struct

from bilim.tutor.protocols import Prompt, Reply
from speech.ears import ScriptedHearing, give_ears
from speech.voices import ScriptedVoice, give_voice
from world import Person, World

START = "/api/v1/interactive-lessons/start-lesson"
SEND = "/api/v1/interactive-lessons/send-message"
SEND_AUDIO = "/api/v1/interactive-lessons/send-audio-message"
SESSIONS = "/api/v1/lesson-sessions"
LOOP = "/api/v1/ai/voice-loop"
SCRIPT = {
    "goal": "Order a drink.",
    "steps": [{"say": "What would you like?", "expect": ["A tea, please.", "A coffee."]}, {"say": "With milk?", "expect": ["No milk."]}],
}


class ScriptedLlm:
    """Answers what it is told to, or with the number of the question; fails where it is told to."""

    def __init__(self) -> None:
        self.asked: list[Prompt] = []
        self.failure: Exception | None = None
        self.missing: Exception | None = None
        self.text = ""
        self.gate: asyncio.Event | None = None

    def require(self) -> None:
        if self.missing:
            raise self.missing

    async def reply(self, prompt: Prompt, /) -> Reply:
        self.asked.append(prompt)
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        return Reply(text=self.text or f"Answer {len(self.asked)}. And you?", model="scripted", tokens_in=100, tokens_out=10)


class Stage(Struct):
    """Who takes part."""

    llm: ScriptedLlm
    hearing: ScriptedHearing
    voice: ScriptedVoice


def set_stage(world: World) -> Stage:
    """Let an application hear, think and speak as it is told to."""
    stage = Stage(ScriptedLlm(), give_ears(world), give_voice(world))
    world.use(llm=stage.llm)
    return stage


def started(person: Person, **fields: Any) -> int:
    """The id of a new session."""
    answer = person.post(START, {"lesson_type": "conversation"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def lesson(world: World, **fields: Any) -> int:
    """The id of a new interactive lesson."""
    body = {"title": "At the café", "order": 0, "avatar_id": 2, "content": SCRIPT} | fields
    made = world.admin().post("/api/v1/admin/interactive-lessons/", body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def say(person: Person, session_id: int, message: str = "I like tea.", **fields: Any) -> Response:
    return person.post(SEND, {"session_id": session_id, "message": message} | fields)


def said(person: Person, session_id: int) -> list[dict[str, Any]]:
    return person.get(f"/api/v1/lesson-interactions/{session_id}/interactions").json()


def left(person: Person) -> tuple[int, int, int]:
    """What is left of requests to hear, to answer, and of characters to read."""
    usage = person.get("/api/v1/ai/usage").json()
    return usage["stt_requests_left"], usage["gpt4o_requests_left"], usage["tts_chars_left"]


FULL = (100, 50, 5_000)
