"""Google's voice: asked in pieces and within a time limit, never in the way where it fails. A server on this machine stands in for it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.errors import Unavailable
from bilim.providers import google_voice
from bilim.providers.google_voice import GoogleVoice, pieces
from bilim.providers.voice import OnlineVoice
from bilim.speech.protocols import SpokenText, VoiceInfo
from kit.repeatable import repeatable
from loopback import Handler, Loopback

Answer = Callable[[str], tuple[int, str, bytes]]


class Service:
    """What the stand-in answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Answer = lambda text: (200, "audio/mpeg", f"<{text}>".encode())
        self.seconds = 0.0


@pytest.fixture
def service() -> Iterator[tuple[Service, str]]:
    told = Service()

    class Google(Handler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            told.asked.append({"path": address.path} | query)
            time.sleep(told.seconds)
            status, media, body = told.answer(query["q"])
            self.send(status, body, {"Content-Type": media, "Location": "/elsewhere"})

    with Loopback(Google) as server:
        yield told, server.url


class Stand:
    """A built-in voice."""

    def provider_of(self, _language: str, /) -> str:
        return "espeak-ng"

    async def voices(self) -> tuple[VoiceInfo, ...]:
        return (VoiceInfo("en-us", "English", "espeak-ng"), VoiceInfo("uz", "Uzbek", "espeak-ng"))

    async def speak(self, text: str, _language: str, /) -> SpokenText:
        return SpokenText(f"[{text}]".encode(), "espeak-ng")


def online(base: str) -> OnlineVoice:
    return OnlineVoice(GoogleVoice(base), Stand())  # type: ignore[arg-type] - the protocol's other implementation


def test_it_is_asked_for_a_language_that_it_speaks(service: tuple[Service, str]) -> None:
    told, base = service
    assert asyncio.run(online(base).speak("Hello, world", "en-US")) == SpokenText(b"<Hello, world>", "gtts")
    assert told.asked == [{"path": "/translate_tts", "ie": "UTF-8", "client": "tw-ob", "tl": "en", "q": "Hello, world"}]


def test_it_is_never_asked_for_uzbek(service: tuple[Service, str]) -> None:
    told, base = service
    assert asyncio.run(online(base).speak("Salom", "uz")) == SpokenText(b"[Salom]", "espeak-ng")
    assert told.asked == []


def test_the_list_says_whose_voice_reads_what(service: tuple[Service, str]) -> None:
    _, base = service
    assert [(each.language, each.provider) for each in asyncio.run(online(base).voices())] == [("en-us", "gtts"), ("uz", "espeak-ng")]


def test_a_long_text_is_asked_for_in_pieces_and_joined(service: tuple[Service, str]) -> None:
    told, base = service
    text = "This is a sentence. " * 30
    spoken = asyncio.run(online(base).speak(text, "en"))
    assert spoken.provider == "gtts"
    assert len(told.asked) == 3
    assert b" ".join(spoken.mp3.strip(b"<>").split(b"><")).decode().split() == text.split()


@pytest.mark.parametrize(
    "answer",
    [
        (429, "text/html", b"too many"),
        (500, "audio/mpeg", b"sound"),
        (302, "audio/mpeg", b"sound"),
        (200, "text/html", b"<html>"),
        (200, "audio/mpeg", b""),
        (200, "audio/mpeg", bytes(1024 * 1024 + 1)),
    ],
    ids=["refused", "broken", "elsewhere", "a page", "empty", "too large"],
)
def test_where_it_fails_the_built_in_voice_reads_and_it_is_left_alone_for_a_while(
    service: tuple[Service, str], answer: tuple[int, str, bytes]
) -> None:
    told, base = service
    voice = online(base)
    told.answer = lambda _text: answer

    async def speak_twice() -> list[SpokenText]:
        return [await voice.speak("Hello", "en"), await voice.speak("Hello", "en")]

    assert asyncio.run(speak_twice()) == [SpokenText(b"[Hello]", "espeak-ng")] * 2
    assert len(told.asked) == 1


def test_a_service_that_never_answers_is_not_waited_for(service: tuple[Service, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told, base = service
    told.seconds = 1.0
    monkeypatch.setattr(google_voice, "_SECONDS", 0.1)
    assert asyncio.run(online(base).speak("Hello", "en")).provider == "espeak-ng"


def test_it_is_asked_again_after_its_rest(service: tuple[Service, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told, base = service
    voice = online(base)
    good, told.answer = told.answer, lambda _text: (500, "text/html", b"")
    monkeypatch.setattr(google_voice, "_RESTING_SECONDS", 0.0)

    async def speak() -> str:
        return (await voice.speak("Hello", "en")).provider

    assert asyncio.run(speak()) == "espeak-ng"
    told.answer = good
    assert asyncio.run(speak()) == "gtts"


def test_where_nobody_listens_the_built_in_voice_reads() -> None:
    assert asyncio.run(online("http://127.0.0.1:9").speak("Hello", "en")).provider == "espeak-ng"


def test_a_text_of_many_pieces_is_the_built_in_voices(service: tuple[Service, str]) -> None:
    told, base = service
    with pytest.raises(Unavailable):
        asyncio.run(GoogleVoice(base).speak("word " * 700, "en"))
    assert told.asked == []


def test_no_more_calls_at_once_than_allowed(service: tuple[Service, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told, base = service
    told.seconds = 0.2
    monkeypatch.setattr(google_voice, "_MAX_CALLS", 1)
    voice = online(base)

    async def both() -> list[SpokenText]:
        return list(await asyncio.gather(voice.speak("One", "en"), voice.speak("Two", "en")))

    assert [each.provider for each in asyncio.run(both())] == ["gtts", "espeak-ng"]
    assert asyncio.run(voice.speak("Three", "en")).provider == "gtts", "places are given back"


@repeatable
@given(st.text(st.sampled_from("ab .,!\n;д"), max_size=1000) | st.text(max_size=500))
def test_pieces_are_short_and_lose_nothing_but_spaces(text: str) -> None:
    cut = list(pieces(text))
    assert all(0 < len(piece) <= 200 for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
