"""Fixtures of the contract: a school with an object of each kind."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bilim.settings import Settings
from conftest import serving, settings_for
from contract.school import School, take_cards
from interactive.talks import ScriptedLlm
from payments.shop import PAYME
from speech.ears import give_ears
from speech.voices import give_voice
from telegram_stub import TOKEN
from world import World

BOT = {
    "telegram_bot_token": TOKEN,
    "telegram_bot_username": "school_bot",
    "telegram_webhook_secret": "secret",
    "disable_gemini": True,
} | PAYME


def settings_with_bot(home: Path) -> Settings:
    return msgspec.structs.replace(settings_for(f"sqlite:///{home / 'bilim.db'}", home), **BOT)


@pytest.fixture(scope="module")
def founded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[School, Path]:
    """The school whose database every test gets a copy of, and where it lies; its own application is closed."""
    home = tmp_path_factory.mktemp("school")
    shutil.copy(sqlite_template, home / "bilim.db")
    with serving(settings_with_bot(home)) as world:
        return School.founded(world), home / "bilim.db"


@pytest.fixture
def school(founded: tuple[School, Path], tmp_path: Path) -> Iterator[School]:
    """A school on SQLite, new for each operation."""
    first, file = founded
    shutil.copy(file, tmp_path)
    with serving(settings_with_bot(tmp_path)) as world:
        take_cards(world)
        give_voice(world)  # the contract is about what is answered, not about how it sounds
        give_ears(world)
        world.use(llm=ScriptedLlm())
        yield replace(first, world=world)


@pytest.fixture(name="settings")
def with_bot(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **BOT)


@pytest.fixture
def school_of_the_backend(world: World) -> School:
    return School.founded(world)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The long runs make requests while they are collected, which takes half a minute: only where they run."""
    return True if collection_path.name == "test_bounds.py" and "not soak" in config.option.markexpr else None
