"""`bilim telegram set-webhook`: what it tells Telegram, and what it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bilim.cli import main
from telegram_stub import TOKEN, TelegramStub


@pytest.fixture
def stub() -> Iterator[TelegramStub]:
    with TelegramStub(latency=0) as running:
        yield running


def run(stub: TelegramStub, home: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    """The command's exit status and what it says."""
    given = {
        "BILIM_HOME": str(home),
        "TELEGRAM_API_BASE": stub.url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": "abc",
    } | environ
    ended = CliRunner().invoke(main, ["telegram", "set-webhook", *arguments], env=given)
    return ended.exit_code, ended.output


def test_telegram_is_told_where_and_with_which_secret(stub: TelegramStub, tmp_path: Path) -> None:
    status, said = run(stub, tmp_path, PUBLIC_URL="https://school.example/")
    assert (status, said) == (0, "https://school.example/api/v1/telegram/webhook: Webhook was set\n")
    assert stub.webhooks[0]["secret_token"] == "abc"
    run(stub, tmp_path, "--url", "https://elsewhere.example/hook")
    assert stub.webhooks[1]["url"] == "https://elsewhere.example/hook"


def test_it_says_what_is_missing(stub: TelegramStub, tmp_path: Path) -> None:
    status, said = run(stub, tmp_path, TELEGRAM_BOT_TOKEN="", TELEGRAM_WEBHOOK_SECRET="")
    assert (status, said) == (1, "bilim: TELEGRAM_BOT_TOKEN and TELEGRAM_WEBHOOK_SECRET must be set first\n")
    assert not stub.webhooks


def test_it_says_what_telegram_refused_but_never_the_token(stub: TelegramStub, tmp_path: Path) -> None:
    status, said = run(stub, tmp_path, TELEGRAM_BOT_TOKEN="1:wrong-token")
    assert (status, "Unauthorized" in said, "wrong-token" in said) == (1, True, False)
