"""What this slice needs of Telegram: a bot that sends texts, and the errors that it may raise."""

from enum import StrEnum
from typing import Protocol


class Refusal(StrEnum):
    """Why a chat can get no texts."""

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    NOT_STARTED = "not started"
    """The person never wrote to the bot, so it may not write to them."""
    NO_SUCH_CHAT = "no such chat"
    BAD_REQUEST = "bad request"


class NotSent(Exception):
    """A text was not sent, as far as is known. The message is the service's description, without secrets."""


class TooManyRequests(NotSent):
    """The bot must send nothing for `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests, retry after {retry_after} s")
        self.retry_after = retry_after


class ChatRefused(NotSent):
    """The text will never reach the chat."""

    def __init__(self, refusal: Refusal, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal


class BadToken(NotSent):
    """The service does not know the bot: nothing can be sent until the token is corrected."""


class NoAnswer(NotSent):
    """The service failed or did not answer in time; the text may have arrived."""


class Bot(Protocol):
    """Sends texts to chats, one call each."""

    @property
    def is_configured(self) -> bool:
        """Whether there is a token to send with."""
        ...

    def send(self, chat_id: str, text: str) -> None:
        """Send a plain text.

        Raises:
            NotSent: one of the kinds above.
        """
        ...
