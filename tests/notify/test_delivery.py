"""What becomes of messages: delivered at the service's rate, held while it asks for it, failed with a reason, never lost."""

import logging
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from bilim.accounts.models import User
from bilim.app.jobs import make_handlers
from bilim.db import rate_limits
from bilim.db.outbox_tables import JobRow, RateLimit
from bilim.jobs.handling import MAX_TRIES, Handlers
from bilim.jobs.maintenance import ForgetRateLimits
from bilim.jobs.running import drain, run_next
from bilim.notify import jobs, rules
from bilim.notify.inputs import SendMessage, SendReply
from bilim.notify.protocols import BadToken, ChatRefused, NoAnswer, Refusal, TooManyRequests
from notify.post import FakeBot, Post, Time
from world import World

SENT = ("sent", None)


@pytest.fixture
def post(world: World, monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(world, Time(monkeypatch), FakeBot())


@pytest.fixture
def sqlite_post(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(sqlite_world, Time(monkeypatch), FakeBot())


def waiting_jobs(post: Post) -> list[tuple[int, str | None]]:
    """Attempts and reason of every job that waits."""
    with post.world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(JobRow.attempts, JobRow.error).where(JobRow.state == "waiting").order_by(JobRow.id))]


def test_everyone_with_a_telegram_id_gets_the_text_once(post: Post) -> None:
    message = post.write(post.pupil("41"), post.pupil(), post.pupil("42"))
    post.run()
    assert post.bot.sent == [("41", "Ertaga dars yoʻq!"), ("42", "Ertaga dars yoʻq!")]
    assert post.logs(message) == [SENT, ("failed", rules.NO_TELEGRAM_ID), SENT]
    shown = post.teacher.get(f"/api/v1/messages/{message}/").json()
    assert shown["counts"] == {"pending": 0, "sent": 2, "failed": 1}
    assert [bool(log["sent_at"]) for log in shown["logs"]] == [True, False, True]
    assert waiting_jobs(post) == []
    post.run(seconds=3600)
    assert len(post.bot.sent) == 2


def test_the_bot_keeps_its_rate_over_all_chats(post: Post) -> None:
    message = post.write(*(post.pupil(str(chat)) for chat in range(40, 70)))
    post.run()
    assert post.logs(message) == [SENT] * 30
    gaps = [later - earlier for earlier, later in pairwise(post.bot.sent_at)]
    assert min(gaps) >= timedelta(microseconds=35_714)
    assert post.bot.sent_at[28] - post.bot.sent_at[0] >= timedelta(seconds=0.999), "28 in any second"


def test_a_chat_gets_a_text_a_second_and_holds_up_nobody(post: Post) -> None:
    family = [post.pupil("41") for _ in range(3)]
    others = [post.pupil(str(chat)) for chat in range(50, 55)]
    message = post.write(*family, *others)
    post.run()
    assert [chat for chat, _ in post.bot.sent] == ["41", "50", "51", "52", "53", "54"]
    began, ended = post.bot.sent_at[0], post.bot.sent_at[-1]
    assert ended - began < timedelta(seconds=0.2), "waiting took no turns of the bot"
    post.run_until(lambda: post.logs(message) == [SENT] * 8, step=0.1)
    to_family = [at for at, (chat, _) in zip(post.bot.sent_at, post.bot.sent, strict=True) if chat == "41"]
    assert min(later - earlier for earlier, later in pairwise(to_family)) >= timedelta(seconds=1)
    assert len(post.bot.sent) == 8


def test_a_wait_that_the_service_asks_for_silences_the_whole_bot_and_counts_for_nobody(post: Post) -> None:
    post.bot.facts.append(TooManyRequests(30))
    message = post.write(post.pupil("41"), post.pupil("42"))
    post.run()
    assert post.bot.sent == []
    assert post.logs(message) == [("pending", rules.SERVICE_BUSY)] * 2
    assert waiting_jobs(post) == [(0, rules.SERVICE_BUSY), (0, None)]
    post.run(seconds=29)
    assert post.bot.sent == []
    post.run(seconds=1)
    assert post.logs(message) == [SENT, SENT]


def test_a_short_wait_is_slept_through(post: Post) -> None:
    post.bot.facts.append(TooManyRequests(1))
    message, began = post.write(post.pupil("41"), post.pupil("42")), post.time.now
    post.run()
    assert [chat for chat, _ in post.bot.sent] == ["42"], "the other comes back once its own chat is free"
    assert post.bot.sent_at[0] - began >= timedelta(seconds=1)
    post.run(seconds=0.1)
    assert post.logs(message) == [SENT, SENT]


def test_a_slot_that_is_far_away_is_not_slept_for(post: Post) -> None:
    """The job goes back, and whoever runs it can do another's meanwhile."""
    message = post.write(post.pupil("41"))
    with post.world.db.write() as tx:
        rate_limits.pause(tx, jobs.BOT_LIMIT, tx.now + timedelta(seconds=10))  # by another process
    began = post.time.now
    post.run()
    assert (post.time.now, post.bot.sent, waiting_jobs(post)) == (began, [], [(0, rules.NO_SLOT)])
    post.run(seconds=10)
    assert post.logs(message) == [SENT]


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_fails_at_once_with_a_reason(sqlite_post: Post, refusal: Refusal, caplog: pytest.LogCaptureFixture) -> None:
    post = sqlite_post
    post.bot.facts.append(ChatRefused(refusal, "Forbidden"))
    message = post.write(post.pupil("41"), post.pupil("42"))
    with caplog.at_level(logging.INFO, logger="bilim.notify"):
        post.run()
    told = [record.getMessage().partition(": ")[0] for record in caplog.records if record.name == "bilim.notify"]
    assert told == ["message log 1 refused"]
    assert post.logs(message) == [("failed", rules.REFUSALS[refusal]), SENT]
    assert waiting_jobs(post) == []


def test_without_a_token_messages_wait_and_say_why(post: Post) -> None:
    post.bot.is_configured = False
    message = post.write(post.pupil("41"), post.pupil("42"))
    for _ in range(MAX_TRIES + 1):
        post.run(seconds=300)
    assert post.logs(message) == [("pending", rules.NOT_CONFIGURED)] * 2
    assert [attempts for attempts, _ in waiting_jobs(post)] == [0, 0]
    post.bot.is_configured = True
    post.run(seconds=300)
    assert post.logs(message) == [SENT, SENT]


def test_with_a_wrong_token_the_bot_rests_and_nothing_is_lost(post: Post) -> None:
    post.bot.facts.extend([BadToken("Unauthorized")] * (MAX_TRIES + 1))
    message = post.write(post.pupil("41"), post.pupil("42"))
    for _ in range(MAX_TRIES + 1):
        assert post.bot.sent == []
        post.run()
        assert post.logs(message) == [("pending", rules.BAD_TOKEN)] * 2
        post.run(seconds=299)
        post.time.pass_by(1)
    assert not post.bot.facts, "asked once each rest"
    post.run()
    assert post.logs(message) == [SENT, SENT]


def test_without_an_answer_it_is_tried_again_later_and_said_so(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.bot.facts.extend([NoAnswer("ReadTimeout"), NoAnswer("500")])
    message = post.write(post.pupil("41"), post.pupil("42"))
    post.run()
    assert post.logs(message) == [("pending", rules.NO_ANSWER), ("pending", rules.NO_ANSWER)]
    post.run(seconds=2.9)
    assert post.bot.sent == []
    with caplog.at_level(logging.WARNING, logger="bilim.notify"):
        post.run(seconds=2)
    assert post.logs(message) == [SENT, SENT]
    shown = post.teacher.get(f"/api/v1/messages/{message}/").json()
    told = [record.facts["log_id"] for record in caplog.records if "already" in record.message]  # type: ignore[attr-defined]
    assert sorted(told) == [log["id"] for log in shown["logs"]]


def test_what_is_never_answered_fails_in_the_end_and_an_admin_may_try_once_more(post: Post) -> None:
    post.bot.facts.extend([NoAnswer("500")] * MAX_TRIES)
    message = post.write(post.pupil("41"))
    post.run_until(lambda: post.logs(message)[0][0] != "pending", step=60)
    assert post.logs(message) == [("failed", rules.NEVER_ANSWERED)]
    assert not post.bot.facts
    post.run(seconds=3600)
    assert post.bot.sent == []
    admin = post.world.admin()
    job = admin.get("/api/v1/admin/jobs?state=dead").json()[0]["id"]
    admin.post(f"/api/v1/admin/jobs/{job}/retry")
    post.run()
    assert post.logs(message) == [SENT]


def test_what_is_known_to_be_sent_is_not_sent_again(post: Post) -> None:
    """A process dies after it noted that the text was sent, before its job is gone."""
    message = post.write(post.pupil("41"))
    with post.world.db.read() as tx:
        job = tx.first(select(JobRow.payload))
    post.run()
    with post.world.db.write() as tx:
        tx.enqueue(SendMessage(**job[0]))
    post.run()
    assert post.logs(message) == [SENT]
    assert len(post.bot.sent) == 1


def test_a_message_deleted_meanwhile_is_not_sent(post: Post) -> None:
    message = post.write(post.pupil("41"))
    post.teacher.delete(f"/api/v1/messages/{message}/")
    post.run()
    assert (post.bot.sent, waiting_jobs(post)) == ([], [])


def test_the_recipient_counts_as_they_are_when_it_is_sent(post: Post) -> None:
    moved, disconnected, gone, closed = (post.pupil(chat) for chat in ("41", "42", "43", "44"))
    message = post.write(moved, disconnected, gone, closed)
    admin = post.world.admin()
    with post.world.db.write() as tx:
        for person, chat in ((moved, "99"), (disconnected, None)):
            tx.execute(update(User).where(User.id == person.id).values(telegram_id=chat))
        tx.execute(update(User).where(User.id == closed.id).values(is_active=False))
    admin.delete(f"/api/v1/users/{gone.id}")
    post.run()
    assert post.logs(message) == [
        SENT,
        ("failed", rules.NO_TELEGRAM_ID),
        ("failed", rules.RECIPIENT_GONE),
        ("failed", rules.RECIPIENT_CLOSED),
    ]
    assert [chat for chat, _ in post.bot.sent] == ["99"]


def test_a_reply_to_somebody_who_blocked_the_bot_is_dropped(post: Post) -> None:
    post.bot.facts.append(ChatRefused(Refusal.BLOCKED, "Forbidden"))
    with post.world.db.write() as tx:
        tx.enqueue(SendReply("41", rules.WELCOME))
    post.run()
    assert (post.bot.sent, waiting_jobs(post)) == ([], [])


def test_two_processes_share_one_rate_limit(post: Post) -> None:
    """Each takes turns from the same rows, so that together they send as many as one alone."""
    post.write(*(post.pupil(str(chat)) for chat in range(40, 60)))
    other = Handlers(jobs.handlers(post.world.db, post.bot, 28, post.time.pass_by))
    for _ in range(10):
        run_next(post.world.db, post.world.app.state.services.handlers, "messages")
        run_next(post.world.db, other, "messages")
    assert len(post.bot.sent) == 20
    assert post.bot.sent_at[-1] - post.bot.sent_at[0] >= 19 * timedelta(microseconds=35_714)


def test_chats_leave_no_rate_limits_behind_for_good(post: Post) -> None:
    post.write(*(post.pupil(str(chat)) for chat in range(40, 45)))
    post.run()
    post.time.pass_by(5)
    with post.world.db.write() as tx:
        tx.enqueue(ForgetRateLimits())
    world_handlers = Handlers(
        make_handlers(post.world.app.state.services.settings, post.world.db, post.bot, post.world.app.state.services.listener.hearing)
    )  # type: ignore[arg-type]
    drain(post.world.db, world_handlers, "default")
    with post.world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(RateLimit)) == 0
