"""Figures, each in a constant number of statements.

What grows with every lesson finished or payment made is read from totals that are kept while it is written (`LearnerTotal`, `MonthSum`);
the rest is counted by an index.
"""

from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, func, literal_column, or_, select

from bilim.accounts.access import is_premium_now
from bilim.accounts.models import User
from bilim.accounts.queries import PERSON, PersonView
from bilim.billing import queries as billing
from bilim.billing.models import Payment
from bilim.catalog.models import Course, Lesson, Word
from bilim.db.engine import Query, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import Selection, convert, nested, select_into
from bilim.exams.models import ExamResult
from bilim.kit import text
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.mock.models import MockSession
from bilim.plans.access import NOW, is_running
from bilim.plans.models import AiUsage, Subscription
from bilim.plans.rules import Limits, Quota
from bilim.statistics import rules
from bilim.study.models import Certificate, Completion, Enrollment, LearnerTotal
from bilim.study.rules import streak_on

_TOP = 5


class PlatformView(Struct):
    """What the school offers, and what was learned of it. Courses are those that are published, with their lessons and words."""

    total_courses: int
    total_lessons: int
    total_words: int
    total_learners: int
    """People who finished a lesson."""
    completed_lessons: int
    certificates: int


class TopUserView(Struct):
    """A learner, and how many lessons they finished."""

    person: PersonView
    lesson_count: int


class TopLearnerView(Struct):
    """The same for the dashboard."""

    full_name: str
    completed_lessons: int


class TopCourseView(Struct):
    """A course, and how many people joined it."""

    title: str
    enrolled_users: int


class TotalsView(Struct):
    """Counts of the admins' dashboard."""

    total_users: int
    premium_users: int
    """Students who are premium at this moment."""
    total_courses: int
    """Drafts too."""
    total_lessons: int
    total_words: int
    active_subscriptions: int
    """Those that run at this moment."""
    pending_payments: int


class DashboardView(Struct):
    """The admins' dashboard of online learning."""

    totals: TotalsView
    revenue: Decimal
    """UZS, all time: captured payments of every kind less refunds."""
    usage: Limits
    """What was used in the periods of quotas that run now."""
    top_learners: list[TopLearnerView]
    top_courses: list[TopCourseView]


class OwnFiguresView(Struct):
    """What somebody learned so far."""

    completed_lessons: int
    learned_words: int
    """Words of the lessons that they finished."""
    enrolled_courses: int
    certificates: int
    streak_days: int
    """Days in a row with a finished lesson, up to today or yesterday."""
    longest_streak: int
    studied_minutes: int
    """Of each course's estimated duration the part that they finished."""
    exams_taken: int
    mock_tests_taken: int


def _number(query: Query) -> Any:
    """A query of one number as a column."""
    return query.scalar_subquery()


def _count(*conditions: Any, of: Any) -> Any:
    return _number(select(func.count()).select_from(of).where(*conditions))


_COURSES = Course.deleted_at.is_(None)
_PUBLISHED = (_COURSES, Course.is_published)
_IS_PENDING = Payment.status == literal_column("'pending'")  # in the text, as in the index
_LESSON_COUNT = select(func.count()).select_from(Lesson).where(Lesson.deleted_at.is_(None))
_WORD_COUNT = select(func.count()).select_from(Word).join(Lesson, Lesson.id == Word.lesson_id).where(Lesson.deleted_at.is_(None))
_PLATFORM = PreparedSelection(
    select_into(
        PlatformView,
        total_courses=_count(*_PUBLISHED, of=Course),
        total_lessons=_number(_LESSON_COUNT.join(Course, Course.id == Lesson.course_id).where(*_PUBLISHED)),
        total_words=_number(_WORD_COUNT.join(Course, Course.id == Lesson.course_id).where(*_PUBLISHED)),
        total_learners=_count(of=LearnerTotal),
        completed_lessons=convert(int, _number(select(func.coalesce(func.sum(LearnerTotal.completed_lessons), 0)))),
        certificates=_count(Certificate.is_valid, of=Certificate),
    )
)
_TOTALS = PreparedSelection(
    select_into(
        TotalsView,
        total_users=_count(User.deleted_at.is_(None), of=User),
        premium_users=_count(is_premium_now(), User.role == Role.STUDENT, User.deleted_at.is_(None), of=User),
        total_courses=_count(_COURSES, of=Course),
        total_lessons=_number(_LESSON_COUNT),
        total_words=_number(_WORD_COUNT),
        active_subscriptions=_count(is_running(), of=Subscription),
        pending_payments=_count(_IS_PENDING, or_(Payment.expires_at.is_(None), Payment.expires_at > NOW), of=Payment),
    )
)


def _sum(quota: Quota) -> Any:
    return convert(int, func.coalesce(func.sum(getattr(AiUsage, quota)), 0))


_USAGE = PreparedSelection(select_into(Limits, **{quota.value: _sum(quota) for quota in Quota}).where(AiUsage.ends_at > NOW))


def _by_lessons(selection: Selection[Any]) -> Selection[Any]:
    """Learners, whoever finished most lessons first."""
    joined = selection.select_from(LearnerTotal).join(User, User.id == LearnerTotal.user_id).where(User.deleted_at.is_(None))
    return joined.order_by(LearnerTotal.completed_lessons.desc(), User.id)


_TOP_USERS = ListQuery(
    _by_lessons(select_into(TopUserView, person=nested(PersonView, **PERSON), lesson_count=LearnerTotal.completed_lessons))
)
_TOP_LEARNERS = PreparedSelection(
    _by_lessons(
        select_into(
            TopLearnerView,
            full_name=convert(text.join_name, User.first_name, User.last_name),
            completed_lessons=LearnerTotal.completed_lessons,
        )
    ).limit(_TOP)
)
_JOINED = select(Enrollment.course_id, func.count().label("people")).group_by(Enrollment.course_id).subquery()
_TOP_COURSES = PreparedSelection(
    select_into(TopCourseView, title=Course.title, enrolled_users=_JOINED.c.people)
    .select_from(_JOINED)
    .join(Course, Course.id == _JOINED.c.course_id)
    .where(_COURSES)
    .order_by(_JOINED.c.people.desc(), Course.id)
    .limit(_TOP)
)


@signed_in
def platform(tx: Tx, _actor: Actor) -> PlatformView:
    """What the school offers, and what was learned of it."""
    return tx.fetch_one(_PLATFORM)


@requires(Role.ADMIN)
def dashboard(tx: Tx, _actor: Actor) -> DashboardView:
    """The admins' dashboard of online learning, as of this moment."""
    now = {"now": tx.now}
    return DashboardView(
        totals=tx.fetch_one(_TOTALS, now),
        revenue=billing.finance(tx).income,
        usage=tx.fetch_one(_USAGE, now),
        top_learners=tx.fetch_all(_TOP_LEARNERS),
        top_courses=tx.fetch_all(_TOP_COURSES),
    )


@requires(Role.ADMIN)
def top_users(tx: Tx, _actor: Actor, page: Page) -> RowStream[TopUserView]:
    """People who finished a lesson, whoever finished most first, then by id."""
    return paginate(tx, _TOP_USERS, page, {"now": tx.now})


_USER_ID: Any = bindparam("user_id")
_OWN_TOTAL = Prepared(
    select(LearnerTotal.completed_lessons, LearnerTotal.streak_days, LearnerTotal.longest_streak, LearnerTotal.last_day).where(
        LearnerTotal.user_id == _USER_ID
    )
)
_OWN_COUNTS = Prepared(
    select(
        _number(
            select(func.count())
            .select_from(Completion)
            .join(Word, Word.lesson_id == Completion.lesson_id)
            .where(Completion.user_id == _USER_ID)
        ),
        _count(Enrollment.user_id == _USER_ID, of=Enrollment),
        _count(Certificate.user_id == _USER_ID, Certificate.is_valid, of=Certificate),
        _count(ExamResult.student_id == _USER_ID, of=ExamResult),
        _count(
            MockSession.user_id == _USER_ID, case((MockSession.ended_at.is_(None), MockSession.ends_at <= NOW), else_=True), of=MockSession
        ),
    )
)
_OWN_COURSES = Prepared(
    select(
        Course.estimated_duration,
        func.count(),
        _number(
            select(func.count()).select_from(Lesson).where(Lesson.course_id == Course.id, Lesson.deleted_at.is_(None)).correlate(Course)
        ),
    )
    .select_from(Completion)
    .join(_FINISHED := Lesson.__table__.alias("finished"), _FINISHED.c.id == Completion.lesson_id)
    .join(Course, Course.id == _FINISHED.c.course_id)
    .where(Completion.user_id == _USER_ID)
    .group_by(Course.id, Course.estimated_duration)
)


@signed_in
def own_figures(tx: Tx, actor: Actor) -> OwnFiguresView:
    """What the actor learned so far."""
    wanted = {"user_id": actor.id, "now": tx.now}
    total = tx.first(_OWN_TOTAL, wanted)
    words, courses, certificates, exams, mock_tests = tx.first(_OWN_COUNTS, wanted)
    return OwnFiguresView(
        completed_lessons=total[0] if total else 0,
        learned_words=words,
        enrolled_courses=courses,
        certificates=certificates,
        streak_days=streak_on(tx.today, total[1], total[3]) if total else 0,
        longest_streak=total[2] if total else 0,
        studied_minutes=sum(rules.minutes_of(*row) for row in tx.all(_OWN_COURSES, wanted)),
        exams_taken=exams,
        mock_tests_taken=mock_tests,
    )
