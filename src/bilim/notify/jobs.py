"""Delivering to Telegram, one text a job, at the rate that the service allows."""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bilim.db import outbox, rate_limits
from bilim.db.engine import Database, Tx
from bilim.jobs.handling import Handler, RetryLater, Try
from bilim.kit import clock
from bilim.notify import actions, queries, rules
from bilim.notify.inputs import QUEUE, SendMessage, SendReply
from bilim.notify.protocols import BadToken, Bot, ChatRefused, NoAnswer, TooManyRequests
from bilim.notify.rules import FAILED, SENT

_log = logging.getLogger("bilim.notify")

BOT_LIMIT = "telegram"
"""The key of the rate limit of all chats together."""
_CHAT_INTERVAL = timedelta(seconds=1.05)
"""Just over the second that the service asks for: two calls do not always take equally long."""
_PATIENCE = timedelta(seconds=2)
"""The longest wait for a slot while holding the job."""
_LEASE = timedelta(seconds=30)
"""After how long the text that a killed process was sending is sent again: short, as people wait for it."""
_UNUSABLE = timedelta(seconds=15)
"""How long a bot without a valid token pauses: short, as a check is cheap and a corrected setting should work soon."""


class Sender:
    """Sends by the bot, within the rate limits that it shares with every other process."""

    def __init__(self, db: Database, bot: Bot, rate: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._db = db
        self._bot = bot
        self._interval = timedelta(seconds=1) / rate
        self._sleep = sleep

    def send_message(self, job: SendMessage, run: Try) -> None:
        """Deliver one recipient's message and set its log to `sent` or `failed`.

        After a kill before the service's answer was recorded, or a lost answer, this text is sent again.

        Raises:
            RetryLater: not now.
        """
        log_id = job.log_id
        with self._db.read() as tx:
            delivery = queries.delivery(tx, log_id)
        if delivery is None or delivery.status == SENT:
            return
        refused = rules.refusal_of(delivery.deleted_at, delivery.chat_id, is_active=delivery.is_active)
        if refused or not delivery.chat_id:
            self._settle(log_id, FAILED, refused)
            return
        if run.number > 1:
            _log.warning("message log %d is tried again: it may have been sent already", log_id, extra={"facts": {"log_id": log_id}})
        try:
            self.send(delivery.chat_id, delivery.text, run, log_id)
        except ChatRefused as error:
            _log.info("message log %d refused: %s", log_id, error, extra={"facts": {"log_id": log_id}})
            self._settle(log_id, FAILED, rules.REFUSALS[error.refusal])
        else:
            self._settle(log_id, SENT)

    def give_up_message(self, tx: Tx, job: SendMessage, _error: str) -> None:
        """Every try went without an answer. An admin may retry the job."""
        actions.settle(tx, job.log_id, FAILED, rules.NEVER_ANSWERED)

    def send_reply(self, job: SendReply, run: Try) -> None:
        """Answer a person who wrote to the bot; where they blocked it since, do nothing.

        Raises:
            RetryLater: not now.
        """
        try:
            self.send(job.chat_id, job.text, run)
        except ChatRefused as refused:
            _log.info("reply refused: %s", refused)

    def send(self, chat_id: str, text: str, run: Try, log_id: int | None = None) -> None:
        """Send when its slot has come, outside any transaction.

        Raises:
            ChatRefused: this chat will never get it.
            RetryLater: not now; the log, or where nothing can be sent every waiting one, says why.
        """
        if not self._bot.is_configured:
            raise self._rest(_UNUSABLE, rules.NOT_CONFIGURED)
        self._await_slot(chat_id)
        try:
            self._bot.send(chat_id, text)
        except TooManyRequests as busy:
            raise self._rest(timedelta(seconds=busy.retry_after), rules.SERVICE_BUSY) from None
        except BadToken:
            _log.error("Telegram does not know the bot: TELEGRAM_BOT_TOKEN is wrong")
            raise self._rest(_UNUSABLE, rules.BAD_TOKEN) from None
        except NoAnswer as error:
            _log.warning("Telegram did not answer: %s", error, extra={"facts": {"log_id": log_id}})
            if log_id is not None:
                with self._db.write() as tx:
                    actions.note_wait(tx, rules.NO_ANSWER, log_id)
            wait = rules.wait_after(run.number, random.uniform(1, 1.5))  # noqa: S311 - no secret
            raise RetryLater(rules.NO_ANSWER, clock.now() + wait, counted=True) from None

    def _await_slot(self, chat_id: str) -> None:
        """Reserve a slot of the chat's and the bot's, and sleep until it comes.

        Raises:
            RetryLater: it is too far away. The error undoes both reservations, so the slot stays free for others.
        """
        chat = f"telegram-chat:{chat_id}"
        with self._db.write() as tx:
            free_at = rate_limits.reserve_slot(tx, chat, _CHAT_INTERVAL)
            if free_at > tx.now:
                raise RetryLater(rules.NO_SLOT, free_at)
            slot = rate_limits.reserve_slot(tx, BOT_LIMIT, self._interval)
            if slot > tx.now + _PATIENCE:
                raise RetryLater(rules.NO_SLOT, slot)
            rate_limits.pause(tx, chat, slot + _CHAT_INTERVAL)
        self._sleep(max(0.0, (slot - clock.now()).total_seconds()))

    def _rest(self, wait: timedelta, reason: str) -> RetryLater:
        """Pause the bot. A long pause is recorded in every pending log, and their jobs are postponed at once."""
        with self._db.write() as tx:
            until: datetime = tx.now + wait
            rate_limits.pause(tx, BOT_LIMIT, until)
            if wait > _PATIENCE:
                outbox.postpone_due(tx, QUEUE, until)
                actions.note_wait(tx, reason)
        return RetryLater(reason, until)

    def _settle(self, log_id: int, status: rules.Status, error: str | None = None) -> None:
        with self._db.write() as tx:
            actions.settle(tx, log_id, status, error)


def handlers(db: Database, bot: Bot, rate: int, sleep: Callable[[float], None] = time.sleep) -> list[Handler[Any]]:
    """How this slice's jobs are run; `rate` is how many texts a second the bot may send."""
    sender = Sender(db, bot, rate, sleep)
    return [
        Handler(SendMessage, sender.send_message, sender.give_up_message, lease=_LEASE),
        Handler(SendReply, sender.send_reply, lease=_LEASE),
    ]
