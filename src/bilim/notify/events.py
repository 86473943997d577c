"""What is sent to Telegram after a commit. The lane is its own: the service is slow and limited."""

from typing import ClassVar

from bilim.kit.events import Event

LANE = "telegram"


class SendMessage(Event):
    """Deliver a message to one recipient, whose log it is."""

    lane: ClassVar[str] = LANE

    log_id: int


class SendReply(Event):
    """Answer somebody who wrote to the bot."""

    lane: ClassVar[str] = LANE

    chat_id: str
    text: str
