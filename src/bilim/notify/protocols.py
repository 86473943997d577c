"""What this slice needs of Telegram: a bot that sends texts, and the facts it may answer with instead."""

from enum import StrEnum
from typing import Protocol


class Refusal(StrEnum):
    """Why a chat gets nothing, however often one tries."""

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    NOT_STARTED = "not started"
    """The person has never written to the bot, so it may not begin."""
    NO_SUCH_CHAT = "no such chat"
    BAD_REQUEST = "bad request"


class NotSent(Exception):
    """A text was not sent, as far as is known. The message is in the service's words and holds nothing secret."""


class TooManyRequests(NotSent):
    """The bot as a whole must be silent for `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests, retry after {retry_after} s")
        self.retry_after = retry_after


class ChatRefused(NotSent):
    """The text will never reach the chat."""

    def __init__(self, refusal: Refusal, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal


class BadToken(NotSent):
    """The service does not know the bot: nothing can be sent until the token is set right."""


class NoAnswer(NotSent):
    """The service broke or did not answer in time; the text may have arrived all the same."""


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
