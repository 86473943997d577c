"""Connecting a person with their Telegram: one-time links, and the webhook that spends them."""

import hashlib
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from httpx import Response
from sqlalchemy import func, select, update

from bilim.accounts.models import User
from bilim.db.outbox_tables import JobRow
from bilim.notify import rules
from bilim.notify.models import TelegramLink
from bilim.settings import Settings
from conftest import serving
from notify.post import FakeBot, Post, Time
from telegram_stub import TOKEN
from world import Person, World

SECRET = "the-secret_of-the-webhook"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
_updates = itertools.count(1)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """An application with a bot."""
    bot = {"telegram_bot_token": TOKEN, "telegram_bot_username": "school_bot", "telegram_webhook_secret": SECRET}
    with serving(msgspec.structs.replace(settings, **bot)) as world:
        yield world


def payload_of(person: Person) -> str:
    """The secret of a new link."""
    made = person.post("/api/v1/telegram/link")
    assert made.status_code == 201, made.text
    return made.json()["url"].partition("?start=")[2]


def update_with(text: str | None, chat: int = 42, kind: str = "private") -> dict[str, Any]:
    """An update as Telegram sends it, with much that nobody asked for."""
    sender = {"id": chat, "is_bot": False, "first_name": "Jasur", "language_code": "uz"}
    message = {"message_id": 7, "date": 1789000000, "from": sender, "chat": {"id": chat, "type": kind, "first_name": "Jasur"}}
    return {"update_id": next(_updates), "message": message if text is None else message | {"text": text}}


def arrive(world: World, update: Any, **headers: str) -> Response:
    return world.post("/api/v1/telegram/webhook", json=update, headers=HEADER | headers)


def telegram_of(world: World, person: Person) -> str | None:
    with world.db.read() as tx:
        return tx.scalar(select(User.telegram_id).where(User.id == person.id))


def replies(world: World) -> list[tuple[str, str]]:
    """What the bot is to answer, and where."""
    with world.db.read() as tx:
        found = tx.scalars(select(JobRow.payload).where(JobRow.kind == "telegram.reply").order_by(JobRow.id))
    return [(reply["chat_id"], reply["text"]) for reply in found]


def test_whoever_opens_their_link_is_connected_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, bot = world.student(), FakeBot()
    post = Post(world, Time(monkeypatch), bot)
    answered = arrive(world, update_with(f"/start {payload_of(student)}", chat=2**51))
    assert (answered.status_code, answered.json()) == (200, {})
    assert telegram_of(world, student) == str(2**51)
    post.run()
    assert bot.sent == [(str(2**51), rules.CONNECTED)]


def test_a_link_is_unguessable_and_only_its_hash_is_stored(world: World) -> None:
    student = world.student()
    made = student.post("/api/v1/telegram/link").json()
    address, _, payload = made["url"].partition("?start=")
    assert address == "https://t.me/school_bot"
    assert len(payload) == 22, "128 bits"
    with world.db.read() as tx:
        assert tx.scalars(select(TelegramLink.secret_hash)) == [hashlib.sha256(payload.encode()).hexdigest()]


def test_a_link_works_once(world: World) -> None:
    first, second = world.student(), world.student()
    payload = payload_of(first)
    arrive(world, update_with(f"/start {payload}", chat=42))
    arrive(world, update_with(f"/start {payload}", chat=43))
    assert (telegram_of(world, first), telegram_of(world, second)) == ("42", None)
    assert replies(world) == [("42", rules.CONNECTED), ("43", rules.LINK_SPENT)]


def test_a_link_works_once_under_a_race(world: World) -> None:
    student = world.student()
    payload = payload_of(student)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda chat: arrive(world, update_with(f"/start {payload}", chat=chat)), range(10, 18)))
    told = replies(world)
    assert len(told) == 8
    assert [chat for chat, text in told if text == rules.CONNECTED] == [telegram_of(world, student)]


def test_an_update_that_comes_again_does_nothing_new(world: World) -> None:
    student = world.student()
    for sent in (update_with(f"/start {payload_of(student)}"), update_with("/start nonsense", chat=44)):
        for _ in range(3):
            assert arrive(world, sent).status_code == 200
    assert replies(world) == [("42", rules.CONNECTED), ("44", rules.LINK_SPENT)]


def test_a_new_link_ends_the_earlier_one(world: World) -> None:
    student = world.student()
    earlier, other, later = payload_of(student), payload_of(world.student()), payload_of(student)
    arrive(world, update_with(f"/start {earlier}"))
    assert telegram_of(world, student) is None
    for chat, payload in ((45, later), (46, other)):
        arrive(world, update_with(f"/start {payload}", chat=chat))
    assert telegram_of(world, student) == "45"
    assert [text for _, text in replies(world)] == [rules.LINK_SPENT, rules.CONNECTED, rules.CONNECTED]


def test_a_link_ends_after_ten_minutes_and_is_then_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    time, student, late = Time(monkeypatch), world.student(), world.student()
    payload, expired = payload_of(student), payload_of(late)
    time.pass_by(9 * 60 + 59)
    arrive(world, update_with(f"/start {payload}"))
    time.pass_by(1)
    arrive(world, update_with(f"/start {expired}", chat=47))
    assert (telegram_of(world, student), telegram_of(world, late)) == ("42", None)
    payload_of(world.student())
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(TelegramLink)) == 1


def test_a_closed_account_is_connected_with_nobody(world: World) -> None:
    student = world.student()
    payload = payload_of(student)
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == student.id).values(is_active=False))
    arrive(world, update_with(f"/start {payload}"))
    assert telegram_of(world, student) is None
    assert replies(world) == [("42", rules.LINK_SPENT)]


def test_several_people_share_a_chat(world: World) -> None:
    family = [world.student(), world.student()]
    for student in family:
        arrive(world, update_with(f"/start {payload_of(student)}"))
    assert [telegram_of(world, student) for student in family] == ["42", "42"]


@pytest.mark.parametrize("text", ["/start", "/start ", "/start@school_bot"])
def test_a_bare_start_is_helped(world: World, text: str) -> None:
    arrive(world, update_with(text))
    assert replies(world) == [("42", rules.WELCOME)]


@pytest.mark.parametrize(
    "ignored",
    [
        update_with("Salom"),
        update_with("/startle me"),
        update_with(None),
        update_with("/start abc", chat=-100123, kind="group"),
        {"update_id": 999, "edited_message": {"chat": {"id": 42, "type": "private"}, "text": "/start abc"}},
        {"update_id": 998, "my_chat_member": {"chat": {"id": 42}}},
        {"update_id": 997},
    ],
)
def test_every_other_update_is_answered_and_ignored(world: World, ignored: dict[str, Any]) -> None:
    answered = arrive(world, ignored)
    assert (answered.status_code, answered.json()) == (200, {})
    assert replies(world) == []


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ў".encode().decode("latin-1")])
def test_only_telegram_is_let_in_whatever_it_brings(world: World, secret: str) -> None:
    student = world.student()
    good = update_with(f"/start {payload_of(student)}")
    wrong = {"X-Telegram-Bot-Api-Secret-Token": secret.encode("latin-1")}
    for body in ({"json": good}, {"content": b"no json"}, {"content": b"x" * 3_000_000}):
        assert world.client.post("/api/v1/telegram/webhook", headers=wrong, **body).status_code == 403
    assert world.post("/api/v1/telegram/webhook", json=good).status_code == 403
    assert telegram_of(world, student) is None


def test_without_settings_there_is_no_link_and_no_webhook(sqlite_world: World) -> None:
    assert sqlite_world.student().post("/api/v1/telegram/link").status_code == 503
    assert arrive(sqlite_world, update_with("/start")).status_code == 503
