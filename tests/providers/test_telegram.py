"""The Bot API's client against a local stand-in: each answer as the fact it means, and the token told to nobody."""

import logging
from collections.abc import Iterator

import pytest

from bilim.notify.protocols import BadToken, ChatRefused, NoAnswer, NotSent, Refusal, TooManyRequests
from bilim.providers.telegram import Telegram
from telegram_stub import FAULTS, TOKEN, TelegramStub

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def stub() -> Iterator[TelegramStub]:
    with TelegramStub(latency=0, hang=0, retry_after=7) as running:
        yield running


@pytest.fixture
def bot(stub: TelegramStub) -> Iterator[Telegram]:
    bot = Telegram(TOKEN, stub.url)
    yield bot
    bot.close()


def test_a_text_arrives_as_it_is(bot: Telegram, stub: TelegramStub) -> None:
    bot.send("42", "Ertaga dars yoʻq! <b>_*")
    assert stub.delivered == [("42", "Ertaga dars yoʻq! <b>_*")]


@pytest.mark.parametrize(
    ("fault", "fact"),
    [
        ("429", TooManyRequests),
        ("blocked", ChatRefused),
        ("no such chat", ChatRefused),
        ("unauthorized", BadToken),
        ("500", NoAnswer),
        ("lost", NoAnswer),
        ("late", NoAnswer),
        ("nonsense", NoAnswer),
    ],
)
def test_what_went_wrong_is_told_as_a_fact(bot: Telegram, stub: TelegramStub, fault: str, fact: type[NotSent]) -> None:
    stub.will("42", fault)
    with pytest.raises(fact):
        bot.send("42", "Salom")
    stub.forget()
    bot.send("42", "Salom")
    assert stub.delivered[-1] == ("42", "Salom"), "the client serves on"


def test_the_wait_that_the_service_asks_for_is_told(bot: Telegram, stub: TelegramStub) -> None:
    stub.will("42", "429")
    with pytest.raises(TooManyRequests) as refused:
        bot.send("42", "Salom")
    assert refused.value.retry_after == 7


@pytest.mark.parametrize("refusal", Refusal)
def test_refusals_of_a_chat_are_told_apart(bot: Telegram, stub: TelegramStub, refusal: Refusal) -> None:
    stub.will("42", refusal.value)
    with pytest.raises(ChatRefused) as refused:
        bot.send("42", "Salom")
    assert refused.value.refusal is refusal


def test_nobody_answers() -> None:
    with pytest.raises(NoAnswer):
        Telegram(TOKEN, "http://127.0.0.1:1").send("42", "Salom")


def test_the_webhook_is_set_with_its_secret(bot: Telegram, stub: TelegramStub) -> None:
    assert bot.set_webhook("https://school.example/api/v1/telegram/webhook", "the-secret") == "Webhook was set"
    assert stub.webhooks == [
        {"url": "https://school.example/api/v1/telegram/webhook", "secret_token": "the-secret", "allowed_updates": ["message"]}
    ]


def test_the_token_is_in_no_log_line_and_no_error(stub: TelegramStub, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("httpx", "httpcore", ""):
        caplog.set_level(logging.DEBUG, logger=name or None)
    told: list[str] = []
    for base in (stub.url, "http://127.0.0.1:1", "http://127.0.0.1:1/proxy/"):
        bot = Telegram(TOKEN, base)
        for fault in FAULTS:
            stub.will(fault, fault)
            try:
                bot.send(fault, "Salom")
            except NotSent as error:
                told.append(logging.Formatter().formatException((type(error), error, error.__traceback__)))
            stub.forget()
        bot.close()
    assert len(told) == 3 * len(FAULTS)
    told += [logging.Formatter().format(record) for record in caplog.records]
    assert any("sendMessage" in line for line in told), "httpx told of its calls"
    assert not [line for line in told if SECRET in line]
