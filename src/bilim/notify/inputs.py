"""Inputs of messages and of Telegram's updates, and this slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from bilim.kit.fields import Id
from bilim.kit.inputs import Input, Rule
from bilim.kit.jobs import Job, Queue
from bilim.notify import rules

MessageText = Annotated[str, Meta(min_length=1, max_length=rules.MAX_TEXT, pattern=r"\S"), Rule(rules.text_problem)]
Recipients = Annotated[list[Id], Meta(max_length=rules.MAX_RECIPIENTS, extra_json_schema={"minItems": 1}), Rule(rules.recipients_problem)]
Number = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""Any number of Telegram's; those of groups are negative."""


class MessageInput(Input, kw_only=True):
    """A text and the students who get it."""

    text: MessageText
    recipient_ids: Recipients


class ChatInput(Struct):
    """Where something was written: `type` is `private` between a person and the bot."""

    id: Number
    type: str


class ChatMessageInput(Struct):
    """Something written to the bot; without a text where it is a picture or the like."""

    chat: ChatInput
    text: str | None = None


class UpdateInput(Struct):
    """An update of Telegram, with the fields that are used here."""

    update_id: Number
    message: ChatMessageInput | None = None


QUEUE: Queue = "messages"
"""Telegram is slow and has rate limits, so its jobs have a queue of their own."""


class SendMessage(Job):
    """Deliver a message to one recipient, whose log it is."""

    kind: ClassVar[str] = "telegram.message"
    queue: ClassVar[Queue] = QUEUE

    log_id: int


class SendReply(Job):
    """Answer a person who wrote to the bot."""

    kind: ClassVar[str] = "telegram.reply"
    queue: ClassVar[Queue] = QUEUE

    chat_id: str
    text: str
