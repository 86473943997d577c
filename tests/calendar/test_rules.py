"""What entries say, and when they are."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bilim.calendar import rules
from bilim.calendar.rules import Deadline, Entry, ExamDay, Lesson, Sitting

TASHKENT = timezone(timedelta(hours=5))
MADE = datetime(2026, 11, 1, 9, tzinfo=TASHKENT)
CHANGED = MADE + timedelta(days=1)
LATER = MADE + timedelta(days=2)
LESSON = Lesson(7, "IELTS-A1", "Ingliz tili", "Wed,Mon", time(9), time(10, 30), MADE, MADE, CHANGED)
DEADLINE = Deadline(7, "Insho", None, "IELTS-A1", None, LATER, None, False, MADE, CHANGED, None)
EXAM = ExamDay(7, "1-chorak", "Ingliz tili", date(2026, 12, 1), 60, MADE, CHANGED)
SITTING = Sitting(7, "IELTS 1", MADE, LATER, None)
LANGUAGES: list[rules.Language] = ["uz", "ru", "en"]


def words(entry: Entry) -> tuple[str, str]:
    return entry.summary, entry.description


def test_a_lesson_begins_on_its_first_day_and_lasts_its_minutes() -> None:
    entry = rules.lesson_entry(LESSON, "uz")
    assert words(entry) == ("Dars: IELTS-A1", "Fan: Ingliz tili")
    assert (entry.start, entry.end) == (datetime(2026, 11, 2, 9), datetime(2026, 11, 2, 10, 30))  # noqa: DTZ001 - the school's clock
    assert (entry.weekdays, entry.is_busy) == (("MO", "WE"), True)
    assert (entry.created_at, entry.updated_at) == (MADE, CHANGED)


def test_a_lesson_without_hours_is_of_whole_days() -> None:
    for start, end in ((None, None), (None, time(10))):
        entry = rules.lesson_entry(replace(LESSON, start=start, end=end), "uz")
        assert (entry.start, entry.end, entry.is_busy) == (date(2026, 11, 2), None, False)
    open_ended = rules.lesson_entry(replace(LESSON, end=None), "uz")
    assert (open_ended.start, open_ended.end, open_ended.is_busy) == (datetime(2026, 11, 2, 9), None, True)  # noqa: DTZ001 - the school's clock


def test_a_lesson_changes_for_whoever_joins_later() -> None:
    joined = rules.lesson_entry(replace(LESSON, since=LATER), "uz")
    assert joined.updated_at == LATER
    assert joined.start == datetime(2026, 11, 4, 9)  # noqa: DTZ001 - the school's clock


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sets(st.integers(0, 6), min_size=1))
def test_the_first_lesson_is_on_one_of_its_days_and_none_is_before_it(since: date, weekdays: set[int]) -> None:
    first = rules.first_lesson(since, sorted(weekdays))
    assert first.weekday() in weekdays
    assert since <= first < since + timedelta(days=7)
    assert not [day for day in range((first - since).days) if (since + timedelta(days=day)).weekday() in weekdays]


@pytest.mark.parametrize(
    ("status", "is_author", "said"),
    [
        (None, False, "Not handed in yet"),
        ("assigned", False, "Not handed in yet"),
        ("submitted", False, "Handed in"),
        ("pending", False, "Handed in, being checked"),
        ("graded", False, "Graded"),
        (None, True, None),
        ("graded", True, "Graded"),
    ],
)
def test_a_deadline_says_how_it_stands_with_its_student(status: str | None, is_author: bool, said: str | None) -> None:
    entry = rules.deadline_entry(replace(DEADLINE, status=status, is_author=is_author), "en")
    assert words(entry) == ("Homework: Insho", "\n".join(filter(None, ["Group: IELTS-A1", said])))
    assert (entry.start, entry.end, entry.weekdays, entry.is_busy) == (LATER, None, (), False)
    assert isinstance(entry.start, datetime)
    assert entry.start.tzinfo is UTC


def test_a_deadline_is_called_by_its_title_its_text_or_its_group() -> None:
    text = "Listening boʻlimi\nboʻyicha " + "mashq " * 20
    found = [
        rules.deadline_entry(replace(DEADLINE, title=title, text=typed), "uz").summary for title, typed in ((None, text), (None, None))
    ]
    assert found[0].startswith("Uy vazifasi: Listening boʻlimi boʻyicha mashq")
    assert found[0].endswith("mashq…")
    assert len(found[0]) <= len("Uy vazifasi: ") + 80
    assert found[1] == "Uy vazifasi: IELTS-A1"
    for length, name in ((80, "a" * 80), (81, "a" * 79 + "…")):
        assert rules.deadline_entry(replace(DEADLINE, title=None, text="a" * length), "uz").summary == f"Uy vazifasi: {name}"
    of_course = rules.deadline_entry(replace(DEADLINE, group=None, course="Ingliz tili"), "uz")
    assert of_course.description == "Kurs: Ingliz tili\nHali topshirilmagan"


def test_a_deadline_changes_with_its_homework_and_with_what_its_student_does() -> None:
    handed_in = replace(DEADLINE, status="submitted", status_at=LATER)
    assert [rules.deadline_entry(each, "uz").updated_at for each in (DEADLINE, handed_in, replace(handed_in, status_at=MADE))] == [
        CHANGED,
        LATER,
        CHANGED,
    ]


def test_an_exam_is_of_its_day() -> None:
    entry = rules.exam_entry(EXAM, "uz")
    assert words(entry) == ("Imtihon: 1-chorak", "Fan: Ingliz tili\nVaqti: 60 daqiqa")
    assert (entry.start, entry.end, entry.weekdays, entry.is_busy) == (date(2026, 12, 1), None, (), False)
    assert (entry.created_at, entry.updated_at) == (MADE, CHANGED)
    assert rules.exam_entry(replace(EXAM, minutes=0), "ru").description == "Предмет: Ingliz tili"


def test_a_sitting_lasts_until_it_was_handed_in_or_its_time_is_up() -> None:
    running, over = rules.sitting_entry(SITTING, "mock", "uz"), rules.sitting_entry(replace(SITTING, ended_at=CHANGED), "test", "uz")
    assert [words(entry) for entry in (running, over)] == [("Mock test: IELTS 1", ""), ("Test: IELTS 1", "")]
    assert [(entry.start, entry.end, entry.updated_at) for entry in (running, over)] == [(MADE, LATER, MADE), (MADE, CHANGED, CHANGED)]
    assert running.is_busy
    assert [moment.tzinfo for moment in (running.start, running.end) if isinstance(moment, datetime)] == [UTC, UTC]


def test_nothing_changed_before_it_was_made() -> None:
    entries = [
        rules.lesson_entry(LESSON, "uz"),
        rules.deadline_entry(DEADLINE, "uz"),
        rules.exam_entry(EXAM, "uz"),
        rules.sitting_entry(SITTING, "mock", "uz"),
    ]
    assert all(entry.created_at == MADE <= entry.updated_at for entry in entries)


def test_two_rows_never_share_an_event() -> None:
    """Not two kinds with one number, nor the same number in two schools."""
    made = int(MADE.timestamp()) * 1_000_000
    entries = [
        rules.lesson_entry(LESSON, "uz"),
        rules.deadline_entry(DEADLINE, "uz"),
        rules.exam_entry(EXAM, "uz"),
        rules.sitting_entry(SITTING, "mock", "uz"),
        rules.sitting_entry(SITTING, "test", "uz"),
    ]
    assert [entry.uid for entry in entries] == [f"{kind}-7-{made}@bilim" for kind in ("lesson", "homework", "exam", "mock", "test")]
    elsewhere = rules.exam_entry(replace(EXAM, created_at=MADE + timedelta(microseconds=1)), "uz")
    assert elsewhere.uid == f"exam-7-{made + 1}@bilim"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_every_entry(language: rules.Language) -> None:
    statuses = [None, "submitted", "pending", "graded"]
    entries = [
        rules.lesson_entry(LESSON, language),
        *(rules.deadline_entry(replace(DEADLINE, status=status, course="Kurs"), language) for status in statuses),
        rules.exam_entry(EXAM, language),
        *(rules.sitting_entry(SITTING, kind, language) for kind in ("mock", "test")),
    ]
    assert not [said for entry in entries for said in words(entry) if "calendar_" in said or "{" in said]
