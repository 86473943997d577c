"""How long subscriptions last, which period a moment belongs to, and how much may be used in one. No I/O.

No sum here adds a month to a date. Plans last whole days; whoever has no plan counts by calendar months of the school's clock.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

MAX_DAYS = 3660
"""The longest plan: ten years."""
MAX_AHEAD = timedelta(days=MAX_DAYS)
"""So far ahead a subscription may begin, bought while others run."""
RESERVED_FOR = timedelta(minutes=15)
"""Longer than any provider may take to answer."""


KEPT_FOR = timedelta(days=400)
"""Of what was used, after its period's end: a month can be compared with the same one of the year before. Nothing counts it any more."""


class Quota(StrEnum):
    """What is counted; a value is the name of its column and of its field in `Limits`."""

    GPT4O_REQUESTS = "gpt4o_requests"
    STT_REQUESTS = "stt_requests"
    TTS_CHARS = "tts_chars"
    PRONUNCIATION_ANALYSIS = "pronunciation_analysis"


class Limits(Struct, frozen=True):
    """How much may be used in a period, or how much was."""

    gpt4o_requests: int
    stt_requests: int
    tts_chars: int
    pronunciation_analysis: int

    def of(self, quota: Quota) -> int:
        """The number of one kind."""
        return getattr(self, quota)

    def less(self, used: "Limits") -> "Limits":
        """What is left; never below 0, since a plan may be changed for a smaller one."""
        return Limits(*(max(0, self.of(quota) - used.of(quota)) for quota in Quota))


FREE = Limits(50, 100, 5_000, 20)
PREMIUM = Limits(500, 2_000, 100_000, 400)
"""Of premium members without a plan (reference, `ai/usage/reset`). Plans that name no quotas have these too."""
NOTHING = Limits(0, 0, 0, 0)


class Period(Struct, frozen=True):
    """The time for which a quota is given. Its key is `2026-11`, a month, or `s7`, the time of subscription 7."""

    key: str
    began_at: datetime
    ends_at: datetime


def month_of(moment: datetime) -> Period:
    """The calendar month of a moment on the school's clock: from its first midnight until the next month's.

    >>> month_of(datetime(2024, 2, 29, 23, 59)).ends_at
    datetime.datetime(2024, 3, 1, 0, 0)
    """
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Period(f"{first:%Y-%m}", first, following)


def end_of(starts_at: datetime, days: int) -> datetime:
    """When a subscription ends: at the same time of day on the school's clock, so many days later.

    Thirty days from 31 January are 1 March in a leap year and 2 March in others; a year of 365 days that begins on 29 February ends on
    28 February.

    Args:
        starts_at: on the school's clock.

    >>> end_of(datetime(2024, 1, 31, 18), 30), end_of(datetime(2024, 2, 29), 365)
    (datetime.datetime(2024, 3, 1, 18, 0), datetime.datetime(2025, 2, 28, 0, 0))
    """
    return starts_at + timedelta(days=days)
