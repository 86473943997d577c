"""Quiet hours, words and digests."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.notifications.rules import DIGEST_LINES, KINDS, digest_moments, digest_of, message_of, plain_number, quiet_end
from bilim.notify.rules import MAX_TEXT, text_problem
from bilim.texts import en, ru, uz
from kit.repeatable import repeatable

TASHKENT = ZoneInfo("Asia/Tashkent")
TIMES = st.times().map(lambda each: each.replace(microsecond=0))


@repeatable
@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), TIMES, TIMES)  # noqa: DTZ001 - given its zone below
def test_quiet_hours_end_at_their_end_and_not_before(moment: datetime, start: time, end: time) -> None:
    if start == end:
        return
    moment = moment.replace(tzinfo=TASHKENT)
    until = quiet_end(moment, start, end)
    begins = [datetime.combine(moment.date() - timedelta(days=back), start, TASHKENT) for back in (0, 1)]
    spans = [(begin, datetime.combine(begin.date() + timedelta(days=end < start), end, TASHKENT)) for begin in begins]
    expected = [finish for begin, finish in spans if begin <= moment < finish]
    assert until == (expected[0] if expected else None)


@pytest.mark.parametrize(
    ("clock", "start", "end", "expected"),
    [
        ("21:59:59", "22:00", "07:00", None),
        ("22:00", "22:00", "07:00", "2026-11-21 07:00"),
        ("00:00", "22:00", "07:00", "2026-11-20 07:00"),
        ("06:59:59", "22:00", "07:00", "2026-11-20 07:00"),
        ("07:00", "22:00", "07:00", None),
        ("12:30", "12:00", "13:00", "2026-11-20 13:00"),
        ("13:00", "12:00", "13:00", None),
        ("11:59", "12:00", "13:00", None),
        ("23:00", "22:00", "00:00", "2026-11-21 00:00"),
    ],
)
def test_the_edges_of_quiet_hours(clock: str, start: str, end: str, expected: str | None) -> None:
    at = datetime.combine(date(2026, 11, 20), time.fromisoformat(clock), TASHKENT)
    found = quiet_end(at, time.fromisoformat(start), time.fromisoformat(end))
    assert (found and f"{found:%Y-%m-%d %H:%M}") == expected


def test_every_kind_has_words_in_every_language() -> None:
    for kind in KINDS:
        for catalogue in (uz.TEXTS, ru.TEXTS, en.TEXTS):
            assert f"notification_{kind}" in catalogue
    assert len({message_of("payment", {"amount": "5.00"}, language) for language in ("uz", "ru", "en")}) == 3
    assert (
        message_of("payment", {"amount": "5.00"}, None)
        == message_of("payment", {"amount": "5.00"}, "xx")
        == ("5.00 soʻm toʻlovingiz qabul qilindi.")
    )


def test_words_never_break_on_old_or_strange_data() -> None:
    assert message_of("new_lesson", {"course": "{0.__class__} {x}"}, "en") == "New lesson in “{0.__class__} {x}”: "


def test_the_longest_digest_fits_a_message_of_telegram() -> None:
    text = digest_of(["😀" * 600] * 50, 10**9, "uz")
    assert text_problem("a" * (MAX_TEXT + 1)) is not None
    assert len(text.splitlines()) == DIGEST_LINES + 2
    assert len(text) <= MAX_TEXT


def test_the_hours_of_a_day_that_have_begun() -> None:
    now = datetime(2026, 11, 20, 21, 30, tzinfo=UTC).astimezone(TASHKENT)  # 02:30 of the next day
    found = digest_moments(now, now.tzinfo)
    assert [f"{hour} {moment:%d %H:%M}" for hour, moment in found.items()] == ["0 21 00:00", "1 21 01:00", "2 21 02:00"]


def test_scores_as_people_write_them() -> None:
    assert [plain_number(number) for number in (0, 6.5, 7.0, 66.6667, 100)] == ["0", "6.5", "7", "66.7", "100"]
