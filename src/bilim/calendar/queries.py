"""Reads of calendars. What stands in one is what the other reads show its person; a constant number of queries, however much that is."""

from datetime import datetime, time
from typing import Any

from msgspec import Struct
from sqlalchemy import Date, String, bindparam, case, func, select, union

from bilim.calendar import rules
from bilim.calendar.access import Subscriber, is_taught, subscriber_of
from bilim.calendar.models import CalendarToken
from bilim.calendar.rules import Deadline, Entry, ExamDay, Feed, Lesson, Sitting
from bilim.catalog.access import VIEWER
from bilim.catalog.models import Course
from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.exams.access import IS_OPEN
from bilim.exams.models import Exam
from bilim.groups.models import Group, Membership, Subject
from bilim.homework.access import IS_OFFERED, keys_of_own
from bilim.homework.models import Assignment, Homework
from bilim.kit.access import public, signed_in
from bilim.kit.actors import Actor
from bilim.mock.models import MockSession, MockTest
from bilim.quiz.models import Attempt
from bilim.quiz.models import Test as QuizTest


class TokenView(Struct):
    """Whether somebody's calendar can be read, and since when under its present address."""

    is_active: bool
    created_at: datetime | None


_CREATED_AT = Prepared(select(CalendarToken.created_at).where(CalendarToken.user_id == VIEWER))


@signed_in
def own_token(tx: Tx, actor: Actor) -> TokenView:
    """Whether the actor's calendar can be read."""
    created_at = tx.scalar(_CREATED_AT, {"viewer_id": actor.id})
    return TokenView(created_at is not None, created_at)


_SINCE, _UNTIL = (bindparam(name, type_=UtcDateTime()) for name in ("since", "until"))
_FIRST_DAY, _END_DAY = (bindparam(name, type_=Date()) for name in ("first_day", "end_day"))

_MEETS = (Group.is_active, Group.deleted_at.is_(None), Group.days.is_not(None))
_LESSON: dict[str, Any] = {
    "id": Group.id,
    "group": Group.name,
    "subject": Subject.name,
    "days": Group.days,
    "start": Group.start_time,
    "end": Group.end_time,
    "created_at": Group.created_at,
    "updated_at": Group.updated_at,
}
_ATTENDED = PreparedSelection(
    select_into(Lesson, **_LESSON, since=Membership.joined_at)
    .select_from(Membership)
    .join(Group, Group.id == Membership.group_id)
    .join(Subject, Subject.id == Group.subject_id)
    .where(Membership.student_id == VIEWER, Membership.left_at.is_(None), *_MEETS)
)
"""One at most: a student is in one group at a time."""
_TAUGHT = PreparedSelection(
    select_into(Lesson, **_LESSON, since=Group.created_at)
    .join(Subject, Subject.id == Group.subject_id)
    .where(is_taught(), *_MEETS)
    .order_by(Group.id)
    .limit(rules.MOST_LESSONS)
)

_IS_DUE = (Homework.due_date >= _SINCE, Homework.due_date < _UNTIL)
_DUE_IDS = union(
    keys_of_own(*_IS_DUE).order_by(None),
    select(Homework.id).where(IS_OFFERED, Homework.created_by == VIEWER, *_IS_DUE),
)
_DEADLINES = PreparedSelection(
    select_into(
        Deadline,
        id=Homework.id,
        title=Homework.title,
        text=func.substr(Homework.text, 1, rules.TEXT_READ, type_=String()),
        group=Group.name,
        course=Course.title,
        due_date=Homework.due_date,
        status=Assignment.status,
        is_author=case((Homework.created_by == VIEWER, True), else_=False),
        created_at=Homework.created_at,
        updated_at=Homework.updated_at,
        status_at=Assignment.updated_at,
    )
    .outerjoin(Group, Group.id == Homework.group_id)
    .outerjoin(Course, Course.id == Homework.course_id)
    .outerjoin(Assignment, (Assignment.homework_id == Homework.id) & (Assignment.user_id == VIEWER))
    .where(Homework.id.in_(_DUE_IDS))
    .order_by(Homework.due_date.desc(), Homework.id)
    .limit(rules.MOST_HOMEWORK)
)
_EXAMS = PreparedSelection(
    select_into(
        ExamDay,
        id=Exam.id,
        title=Exam.title,
        subject=Subject.name,
        day=Exam.date,
        minutes=Exam.time_limit,
        created_at=Exam.created_at,
        updated_at=Exam.updated_at,
    )
    .join(Subject, Subject.id == Exam.subject_id)
    .where(IS_OPEN, Exam.date >= _FIRST_DAY, Exam.date < _END_DAY)
    .order_by(Exam.date.desc(), Exam.id)
    .limit(rules.MOST_EXAMS)
)
_MOCK_SITTINGS = PreparedSelection(
    select_into(
        Sitting,
        id=MockSession.id,
        title=MockTest.title,
        started_at=MockSession.started_at,
        ends_at=MockSession.ends_at,
        ended_at=MockSession.ended_at,
    )
    .join(MockTest, MockTest.id == MockSession.test_id)
    .where(MockSession.user_id == VIEWER, MockSession.started_at >= _SINCE)
    .order_by(MockSession.id.desc())
    .limit(rules.MOST_SITTINGS)
)
_TEST_SITTINGS = PreparedSelection(
    select_into(
        Sitting,
        id=Attempt.id,
        title=QuizTest.title,
        started_at=Attempt.started_at,
        ends_at=Attempt.ends_at,
        ended_at=Attempt.ended_at,
    )
    .join(QuizTest, QuizTest.id == Attempt.test_id)
    .where(Attempt.user_id == VIEWER, Attempt.ends_at.is_not(None), Attempt.started_at >= _SINCE)
    .order_by(Attempt.id.desc())
    .limit(rules.MOST_SITTINGS)
)


@public
def feed(tx: Tx, secret: str) -> Feed | None:
    """The calendar that a secret opens; None where it opens none (see `access.subscriber_of`)."""
    subscriber = subscriber_of(tx, secret)
    if subscriber is None:
        return None
    return Feed(rules.language_of(subscriber.language), _entries(tx, subscriber))


def _entries(tx: Tx, subscriber: Subscriber) -> list[Entry]:
    language = rules.language_of(subscriber.language)
    asked = {"viewer_id": subscriber.id, **_window(tx)}
    lessons = tx.fetch_all(_TAUGHT if subscriber.is_teacher else _ATTENDED, asked)
    return [
        *(rules.lesson_entry(lesson, language) for lesson in lessons),
        *(rules.deadline_entry(deadline, language) for deadline in tx.fetch_all(_DEADLINES, asked)),
        *(rules.exam_entry(exam, language) for exam in tx.fetch_all(_EXAMS, asked)),
        *(rules.sitting_entry(sitting, "mock", language) for sitting in tx.fetch_all(_MOCK_SITTINGS, asked)),
        *(rules.sitting_entry(sitting, "test", language) for sitting in tx.fetch_all(_TEST_SITTINGS, asked)),
    ]


def _window(tx: Tx) -> dict[str, Any]:
    """How far a calendar reaches: by days, so that two reads of one day answer the same."""
    first, end = tx.today - rules.PAST, tx.today + rules.FUTURE
    zone = tx.local_now.tzinfo
    return {
        "first_day": first,
        "end_day": end,
        "since": datetime.combine(first, time.min, zone),
        "until": datetime.combine(end, time.min, zone),
        "taught_since": first,
    }
