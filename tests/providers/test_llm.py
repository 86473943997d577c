"""Language models through their own SDKs, against a server of ours that misbehaves; and the fence around them."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

import llm_stub
from bilim.app.factories import make_llm
from bilim.providers import llm as fence
from bilim.providers.llm import Breaker, FencedLlm, NoLlm, Part, Terms
from bilim.settings import Settings
from bilim.tutor import rules
from bilim.tutor.protocols import (
    LlmError,
    LlmMalformed,
    LlmNotConfigured,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
    Piece,
    Prompt,
    Reply,
    Turn,
)
from llm_stub import LlmStub

PROMPT = Prompt(
    rules="Be kind.",
    turns=(Turn("user", "Salom"), Turn("assistant", "Vaalaykum"), Turn("user", "although?")),
    max_tokens=300,
    language="uz",
)
HASTY = {"hang": Terms(first_seconds=1, whole_seconds=1), "stall": Terms(pause_seconds=1)}
T = TypeVar("T")
KINDS = pytest.mark.parametrize("kind", ["gemini", "openai"])


@pytest.fixture
def stub() -> Iterator[LlmStub]:
    """The server; the SDKs are loaded, so that no short time limit is spent on that."""
    import openai
    from google import genai

    assert openai
    assert genai
    with LlmStub() as server:
        yield server


def model_of(stub: LlmStub, kind: str) -> Any:
    llm = make_llm(Settings(**stub.settings(kind)))  # type: ignore[arg-type]
    assert isinstance(llm, FencedLlm)
    return llm._model


def play(llm: FencedLlm, story: Coroutine[Any, Any, T]) -> T:
    """Play a story in an event loop of its own, and close the model's connections."""

    async def run() -> T:
        try:
            return await story
        finally:
            await llm.close()

    return asyncio.run(run())


def whole(llm: FencedLlm) -> Reply:
    return play(llm, llm.reply(PROMPT))


async def heard(llm: FencedLlm) -> list[Piece]:
    return [piece async for piece in llm.stream(PROMPT)]


def pieces_of(llm: FencedLlm) -> list[Piece]:
    return play(llm, heard(llm))


@KINDS
def test_an_answer_whole_and_in_pieces(stub: LlmStub, kind: str) -> None:
    llm = FencedLlm(model_of(stub, kind))
    expected = Reply(text=llm_stub.WHOLE, model=llm_stub.MODEL, tokens_in=120, tokens_out=12)
    assert whole(llm) == expected
    *pieces, last = pieces_of(llm)
    assert ("".join(piece.text for piece in pieces), last) == (llm_stub.WHOLE, Piece("", expected))
    assert len(pieces) == len(llm_stub.PIECES)


@KINDS
def test_what_the_model_is_sent(stub: LlmStub, kind: str) -> None:
    llm = FencedLlm(model_of(stub, kind))
    whole(llm)
    pieces_of(llm)
    for asked, streams in zip(stub.asked, (False, True), strict=True):
        assert (asked.is_gemini, asked.streams) == (kind == "gemini", streams)
        assert asked.system.startswith("Be kind.\n")
        assert [role for role, _ in asked.turns] == ["user", "assistant", "user"]
        assert ("Salom" in asked.turns[0][1], asked.turns[1][1], "although?" in asked.turns[2][1]) == (True, "Vaalaykum", True)
        assert "although" not in asked.system
        bound = asked.body["generationConfig"]["maxOutputTokens"] if kind == "gemini" else asked.body["max_tokens"]
        assert bound == 300
        assert asked.headers["accept-encoding"] == "identity"


_WHOLE = {
    "400": LlmUnavailable, "429": LlmRateLimited, "500": LlmUnavailable, "compressed": LlmUnavailable, "drop": LlmUnavailable,
    "empty": LlmMalformed, "hang": LlmUnavailable, "html": LlmMalformed, "huge": LlmUnavailable, "nonsense": LlmMalformed,
    "redirect": LlmUnavailable, "refused": LlmRefused,
}  # fmt: skip
_PIECES = _WHOLE | {"half": LlmMalformed, "stall": LlmUnavailable}


@KINDS
@pytest.mark.parametrize("fault", _WHOLE)
def test_faults_have_their_names(stub: LlmStub, kind: str, fault: str) -> None:
    llm = FencedLlm(model_of(stub, kind), HASTY.get(fault))
    stub.will(fault)
    with pytest.raises(_WHOLE[fault]) as found:
        whole(llm)
    assert type(found.value) is _WHOLE[fault]
    if fault == "429":
        assert found.value.retry_after == llm_stub.RETRY_AFTER  # type: ignore[attr-defined]
    assert (llm._calls, len(stub.asked)) == (0, 1), "nothing is tried a second time, nor followed elsewhere"


@KINDS
@pytest.mark.parametrize("fault", _PIECES)
def test_faults_of_streams_have_the_same_names(stub: LlmStub, kind: str, fault: str) -> None:
    llm, came = FencedLlm(model_of(stub, kind), HASTY.get(fault)), list[str]()
    stub.will(fault)

    async def listen() -> None:
        async for piece in llm.stream(PROMPT):
            came.append(piece.text)

    with pytest.raises(LlmError) as found:
        play(llm, listen())
    assert type(found.value) is _PIECES[fault]
    assert came == (list(llm_stub.PIECES[:2]) if fault in ("half", "stall") else [])
    assert llm._calls == 0


@KINDS
def test_text_is_cleaned_and_bounded_and_tokens_estimated_where_nobody_tells(stub: LlmStub, kind: str) -> None:
    llm = FencedLlm(model_of(stub, kind))
    for answered in (whole, lambda llm: pieces_of(llm)[-1].reply):
        stub.will("control", "long", "untold")
        assert answered(llm).text == "Salom![2J"
        assert 7_990 < len(answered(llm).text) <= rules.MAX_REPLY
        untold = answered(llm)
        assert (untold.is_estimated, untold.tokens_out) == (True, rules.tokens_of(llm_stub.WHOLE))
        assert untold.tokens_in == pytest.approx(rules.prompt_tokens(PROMPT), abs=2)


@KINDS
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "pieces"])
def test_who_is_cancelled_hangs_up(stub: LlmStub, kind: str, streams: bool) -> None:
    llm = FencedLlm(model_of(stub, kind))
    stub.will("stall" if streams else "hang")

    async def story() -> None:
        task = asyncio.ensure_future(heard(llm) if streams else llm.reply(PROMPT))
        while not stub.asked:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            while not stub.left:
                await asyncio.sleep(0.01)

    play(llm, story())
    assert (stub.left, llm._calls) == (1, 0)


@KINDS
def test_the_sdk_is_loaded_with_the_first_call_on_a_thread_and_once(stub: LlmStub, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, opened = model_of(stub, kind), list[bool]()
    open_it = model.open

    def note() -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            opened.append(True)
        return open_it()

    monkeypatch.setattr(model, "open", note)
    llm = FencedLlm(model)

    async def story() -> None:
        await asyncio.gather(*(llm.reply(PROMPT) for _ in range(5)))

    play(llm, story())
    assert opened == [True]
    play(llm, story())
    assert opened == [True, True], "another event loop needs connections of its own"


def test_the_application_starts_without_any_sdk() -> None:
    script = "import sys, bilim.app; print([name for name in sys.modules if name in ('openai', 'google.genai', 'httpx2', 'google.auth')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_settings_choose_the_model() -> None:
    from bilim.providers.built_in_tutor import BuiltInTutor
    from bilim.providers.gemini import Gemini
    from bilim.providers.openai_compatible import OpenAiCompatible

    server = {"llm_base_url": "http://x/v1", "llm_model": "m"}
    assert isinstance(make_llm(Settings()), NoLlm)
    assert isinstance(make_llm(Settings(disable_gemini=True, google_api_key="k", **server)), BuiltInTutor)  # type: ignore[arg-type]
    for settings in (Settings(google_api_key="k"), Settings(ai_api_key="k")):
        llm = make_llm(settings)
        assert isinstance(llm, FencedLlm)
        assert isinstance(llm._model, Gemini)
        assert llm._model._key == "k"
    both = make_llm(Settings(google_api_key="k", **server))  # type: ignore[arg-type]
    assert isinstance(both, FencedLlm)
    assert isinstance(both._model, OpenAiCompatible)


def test_no_model_answers_nobody() -> None:
    llm = NoLlm()

    async def listen() -> list[Piece]:
        return [piece async for piece in llm.stream(PROMPT)]

    for call in (llm.require, lambda: asyncio.run(llm.reply(PROMPT)), lambda: asyncio.run(listen())):
        with pytest.raises(LlmNotConfigured) as refused:
            call()
        assert refused.value.code == "ai_not_configured"


class FakeModel:
    """A model that does what a test says."""

    name = "fake"

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.calls = 0
        self.says = Part("Salom", "fake-1", 5, 2, is_last=True)

    def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def answer(self, _client: Any, _prompt: Prompt, /) -> Part:
        self.calls += 1
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        return self.says

    async def parts(self, client: Any, prompt: Prompt, /) -> AsyncGenerator[Part]:
        yield await self.answer(client, prompt)

    def error_of(self, _error: Exception, /) -> LlmError:
        return LlmUnavailable("ai_failed")


def test_after_failures_in_a_row_nobody_asks_until_one_call_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    now, model = [100.0], FakeModel()
    llm = FencedLlm(model, Terms(failures=3, rest_seconds=30))
    llm._breaker = Breaker(3, 30, lambda: now[0])
    model.failure = OSError()

    def fails() -> int:
        with pytest.raises(LlmUnavailable):
            whole(llm)
        return model.calls

    assert [fails() for _ in range(5)] == [1, 2, 3, 3, 3]
    with pytest.raises(LlmUnavailable) as resting:
        whole(llm)
    assert resting.value.retry_after == 30
    now[0] += 29.9
    assert fails() == 3
    now[0] += 0.2
    assert fails() == 4, "the one that tries"
    assert fails() == 4, "it was not well: a rest again"
    now[0] += 31
    model.failure = None
    assert whole(llm).text == "Salom"
    model.failure = OSError()
    assert [fails() for _ in range(4)] == [6, 7, 8, 8], "counted anew"


def test_while_one_tries_the_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    now, model = [100.0], FakeModel()
    llm = FencedLlm(model)
    llm._breaker = Breaker(1, 30, lambda: now[0])
    model.failure = OSError()
    with pytest.raises(LlmUnavailable):
        whole(llm)
    now[0] += 31
    model.failure = None

    async def story() -> None:
        model.gate = asyncio.Event()
        trying = asyncio.ensure_future(llm.reply(PROMPT))
        while model.calls < 2:
            await asyncio.sleep(0)
        with pytest.raises(LlmUnavailable):
            await llm.reply(PROMPT)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying
        model.gate.set()
        assert (await llm.reply(PROMPT)).text == "Salom", "whoever tried has left, so the next one tries"

    play(llm, story())


@pytest.mark.parametrize("says", [Part("", is_last=True), Part(" \0 ", is_last=True)])
def test_what_a_learner_can_provoke_gives_nobody_a_rest(says: Part) -> None:
    model = FakeModel()
    llm = FencedLlm(model, Terms(failures=2))
    model.says = says
    for _ in range(5):
        with pytest.raises(LlmMalformed):
            whole(llm)
    model.says, model.failure = Part("Salom", is_last=True), LlmRefused("ai_refused")
    for _ in range(5):
        with pytest.raises(LlmRefused):
            whole(llm)
    model.failure = None
    assert whole(llm).text == "Salom"


def test_a_provider_that_asks_for_a_rest_gets_it() -> None:
    now, model = [100.0], FakeModel()
    llm = FencedLlm(model)
    llm._breaker = Breaker(5, 30, lambda: now[0])
    model.failure = LlmRateLimited("ai_rate_limited", retry_after=7)
    with pytest.raises(LlmRateLimited):
        whole(llm)
    with pytest.raises(LlmUnavailable) as resting:
        whole(llm)
    assert (resting.value.retry_after, model.calls) == (7, 1)
    model.failure = None
    now[0] += 7.1
    assert whole(llm).text == "Salom"
    model.failure = LlmRateLimited("ai_rate_limited", retry_after=10**9)
    with pytest.raises(LlmRateLimited):
        whole(llm)
    now[0] += fence._LONGEST_REST + 0.1
    model.failure = None
    assert whole(llm).text == "Salom", "nobody can send us to sleep for years"


def test_more_calls_than_a_limit_are_refused_at_once() -> None:
    model = FakeModel()
    llm = FencedLlm(model, Terms(calls=2))

    async def story() -> None:
        model.gate = asyncio.Event()
        held = [asyncio.ensure_future(llm.reply(PROMPT)) for _ in range(2)]
        while model.calls < 2:
            await asyncio.sleep(0)
        with pytest.raises(LlmUnavailable):
            await llm.reply(PROMPT)
        model.gate.set()
        assert [(await each).text for each in held] == ["Salom", "Salom"]
        assert (await llm.reply(PROMPT)).text == "Salom"

    play(llm, story())


@pytest.mark.parametrize("nonsense", [-1, True, 10**12, "many", None])
def test_figures_that_make_no_sense_are_estimated(nonsense: Any) -> None:
    model = FakeModel()
    model.says = Part("Salom", 7, nonsense, nonsense, is_last=True)  # type: ignore[arg-type]
    found = whole(FencedLlm(model))
    assert (found.model, found.is_estimated, found.tokens_out) == ("fake", True, rules.tokens_of("Salom"))
