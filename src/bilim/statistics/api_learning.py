"""Figures in the learning surface's words."""

from decimal import Decimal

from litestar import get
from msgspec import Struct

from bilim.accounts.rules import learning_role
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.statistics import queries
from bilim.statistics.queries import DashboardView, OwnFiguresView, PlatformView, TopCourseView, TopLearnerView, TopUserView


class TopUserOut(Struct):
    """A learner as admins see them, and how many lessons they finished."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: list[str]
    is_premium: bool
    role: str
    lesson_count: int


class AiUsageOut(Struct):
    """What everybody used in the periods of quotas that run now."""

    gpt4o_requests: int
    stt_requests: int
    tts_characters: int
    pronunciation_analysis: int


class AdminStatisticsOut(Struct):
    """The admins' dashboard. `total_revenue` is UZS."""

    total_users: int
    premium_users: int
    total_courses: int
    total_lessons: int
    total_words: int
    active_subscriptions: int
    total_revenue: Decimal
    ai_usage_stats: AiUsageOut
    pending_payments: int
    top_learners: list[TopLearnerView]
    top_courses: list[TopCourseView]


def _top_user_out(view: TopUserView) -> TopUserOut:
    person = view.person
    role = learning_role(person.role, is_premium=person.is_premium)
    return TopUserOut(
        id=person.id,
        email=person.email,
        username=person.username,
        is_active=person.is_active,
        is_superuser=person.role is Role.SUPERADMIN,
        full_name=person.full_name,
        current_level=person.current_level,
        last_viewed_lesson_id=person.last_viewed_lesson_id,
        roles=[role],
        is_premium=person.is_premium,
        role=role,
        lesson_count=view.lesson_count,
    )


def _statistics_out(view: DashboardView) -> AdminStatisticsOut:
    totals, usage = view.totals, view.usage
    return AdminStatisticsOut(
        total_users=totals.total_users,
        premium_users=totals.premium_users,
        total_courses=totals.total_courses,
        total_lessons=totals.total_lessons,
        total_words=totals.total_words,
        active_subscriptions=totals.active_subscriptions,
        total_revenue=view.revenue,
        ai_usage_stats=AiUsageOut(usage.gpt4o_requests, usage.stt_requests, usage.tts_chars, usage.pronunciation_analysis),
        pending_payments=totals.pending_payments,
        top_learners=view.top_learners,
        top_courses=view.top_courses,
    )


@get("/api/v1/statistics", opt=may(queries.platform), tags=["statistics"])
@work
def read_statistics(tx: Tx, actor: Actor) -> PlatformView:
    """What the school offers, and what was learned of it."""
    return queries.platform(tx, actor)


@get("/api/v1/statistics/top-users", opt=may(queries.top_users), tags=["statistics"])
@work
def list_top_users(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[TopUserOut]:
    """Learners, whoever finished most lessons first."""
    return queries.top_users(tx, actor, page(skip, limit)).map(_top_user_out)


@get("/api/v1/admin/statistics", opt=may(queries.dashboard), tags=["admin"])
@work
def read_admin_statistics(tx: Tx, actor: Actor) -> AdminStatisticsOut:
    """The admins' dashboard."""
    return _statistics_out(queries.dashboard(tx, actor))


@get("/api/v1/profile/stats", opt=may(queries.own_figures), tags=["profile"])
@work
def read_own_figures(tx: Tx, actor: Actor) -> OwnFiguresView:
    """What the caller learned so far."""
    return queries.own_figures(tx, actor)


ROUTES = [read_statistics, list_top_users, read_admin_statistics, read_own_figures]
