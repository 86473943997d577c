"""Rules of messages, waits between tries, and the texts of the bot and the logs. No I/O."""

import re
from datetime import datetime, timedelta
from typing import Literal

from bilim.kit.errors import Problem
from bilim.notify.protocols import Refusal

Status = Literal["pending", "sent", "failed"]
PENDING: Status = "pending"
SENT: Status = "sent"
FAILED: Status = "failed"

MAX_TEXT = 4096
"""What one Telegram message holds, in UTF-16 code units."""
MAX_RECIPIENTS = 50_000
MAX_NAMED = 20
"""How many of a body's wrong ids the answer names."""

NO_TELEGRAM_ID = "Telegram ID topilmadi"
RECIPIENT_GONE = "Oʻquvchi oʻchirilgan"
RECIPIENT_CLOSED = "Oʻquvchining hisobi yopilgan"
NOT_CONFIGURED = "Telegram bot hali sozlanmagan: sozlangach yuboriladi"
BAD_TOKEN = "Telegram bot tokeni notoʻgʻri: tuzatilgach yuboriladi"  # noqa: S105 - words for people
SERVICE_BUSY = "Telegram kutishni soʻradi: birozdan keyin yuboriladi"
NO_ANSWER = "Telegram javob bermadi: yana urinib koʻriladi"
NEVER_ANSWERED = "Telegram javob bermadi: bir necha urinishdan keyin toʻxtatildi"
NO_SLOT = "Navbat kutilmoqda"
REFUSALS = {
    Refusal.BLOCKED: "Oʻquvchi botni bloklagan",
    Refusal.DEACTIVATED: "Oʻquvchining Telegram hisobi oʻchirilgan",
    Refusal.NOT_STARTED: "Oʻquvchi botni hali ishga tushirmagan",
    Refusal.NO_SUCH_CHAT: "Telegram chat topilmadi",
    Refusal.BAD_REQUEST: "Telegram xabarni qabul qilmadi",
}

CONNECTED = "Telegram hisobingiz ulandi. Endi oʻquv markazi xabarlari shu yerga keladi."
LINK_SPENT = "Bu havolaning muddati oʻtgan yoki u ishlatilgan. Saytda yangi havola oling va uni shu telefonda oching."
WELCOME = "Assalomu alaykum! Oʻquv markazi xabarlarini shu yerda olish uchun saytga kiring va Telegramʼni ulash havolasini oching."

_FIRST_WAIT = timedelta(seconds=3)
_LONGEST_WAIT = timedelta(minutes=20)
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII)


def text_problem(text: str) -> Problem | None:
    """What is wrong with a message's text, or None. Telegram counts UTF-16 code units: an emoji is two.

    >>> text_problem("😀" * 2049)
    Problem(code='too_many_characters', params={'bound': 4096})
    """
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return None if units <= MAX_TEXT else Problem("too_many_characters", {"bound": MAX_TEXT})


def recipients_problem(ids: list[int]) -> str | None:
    """The code of what is wrong with a list of recipients, or None."""
    return None if ids else "empty_list"


def refusal_of(deleted_at: datetime | None, chat_id: str | None, *, is_active: bool) -> str | None:
    """Why a recipient gets no message any more, or None: deleted, closed by an admin (CONTRACT section 7), or without a chat."""
    if deleted_at:
        return RECIPIENT_GONE
    if not is_active:
        return RECIPIENT_CLOSED
    return None if chat_id else NO_TELEGRAM_ID


def start_payload(text: str) -> str | None:
    """The parameter of `/start`, empty where there is none; None where the text is no such command.

    >>> start_payload("/start abc"), start_payload("/start"), start_payload("Salom")
    ('abc', '', None)
    """
    found = _START.fullmatch(text)
    return (found[1] or "") if found else None


def wait_after(failures: int, stretch: float) -> timedelta:
    """How long to wait after so many tries without an answer: 3, 9, 27 … seconds up to 20 minutes, stretched by 1 to 1.5.

    >>> [wait_after(failures, 1).seconds for failures in (1, 2, 3, 6, 7)]
    [3, 9, 27, 729, 1200]
    """
    return min(_FIRST_WAIT * 3 ** min(failures - 1, 10), _LONGEST_WAIT) * stretch
