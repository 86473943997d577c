"""What this slice's jobs carry."""

from typing import ClassVar

from bilim.kit.jobs import Job, Queue

QUEUE: Queue = "messages"
"""Telegram is slow and limits how much is sent: its jobs have a queue that holds nothing else."""


class SendMessage(Job):
    """Deliver a message to one recipient, whose log it is."""

    kind: ClassVar[str] = "telegram.message"
    queue: ClassVar[Queue] = QUEUE

    log_id: int


class SendReply(Job):
    """Answer somebody who wrote to the bot."""

    kind: ClassVar[str] = "telegram.reply"
    queue: ClassVar[Queue] = QUEUE

    chat_id: str
    text: str
