"""Recommendations in the learning surface's words."""

from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.catalog.queries.lessons import LessonView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, Skip
from bilim.http.work import READ_ONLY, RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.recommendations import queries
from bilim.recommendations.queries import RecommendedLesson, SuggestedLesson
from bilim.recommendations.rules import Mix, Reason
from bilim.texts import Language, text

LanguageParameter = Annotated[Literal["en", "uz", "ru"] | None, QueryParameter(description="The language of `reason`.")]


class RecommendedOut(LessonView, kw_only=True, rename={"position": "order"}):
    """A lesson, and why it is recommended: in words, and as a code."""

    reason: str
    reason_code: Reason


class SuggestedOut(Struct, rename={"position": "order"}):
    """A lesson in the shape in which interactive lessons are shown; without an avatar and a duration, which it has not."""

    title: str
    position: int
    description: str
    video_url: str | None
    difficulty: str
    is_premium: bool
    is_active: bool
    content: dict[str, str]
    tags: list[str]
    estimated_duration: int
    id: int
    course_id: int
    avatar_id: int | None
    reason: str
    reason_code: Reason


def _reason(code: Reason, course: str, language: Language | None) -> str:
    return text(f"reason_{code}", {"course": course}, language or "api")


def _recommended(tx: Tx, actor: Actor, mix: Mix, skip: int, limit: int, language: Language | None) -> RowStream[RecommendedOut]:
    def shown(row: RecommendedLesson) -> RecommendedOut:
        known: dict[str, Any] = {name: getattr(row.lesson, name) for name in LessonView.__struct_fields__}
        return RecommendedOut(**known, reason=_reason(row.reason, row.course_title, language), reason_code=row.reason)

    return queries.recommended_lessons(tx, actor, mix, page(skip, limit)).map(shown)


@get("/api/v1/recommendations/next-lessons", opt=may(queries.recommended_lessons) | RUN_IN_LOOP, tags=["recommendations"])
@work
def list_next_lessons(
    tx: Tx, actor: Actor, language: LanguageParameter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[RecommendedOut]:
    """The lessons to go on with: of the caller's courses first."""
    return _recommended(tx, actor, "next", skip, limit, language)


@get("/api/v1/recommendations/personalized", opt=may(queries.recommended_lessons) | RUN_IN_LOOP, tags=["recommendations"])
@work
def list_personalized(
    tx: Tx, actor: Actor, language: LanguageParameter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[RecommendedOut]:
    """Lessons by the caller's mistakes, by what similar learners did next, and by their level."""
    return _recommended(tx, actor, "personalized", skip, limit, language)


@get("/api/v1/recommendations/for-you", opt=may(queries.recommended_lessons) | RUN_IN_LOOP, tags=["recommendations"])
@work
def list_for_you(
    tx: Tx, actor: Actor, language: LanguageParameter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[RecommendedOut]:
    """A mixture of all that speaks for a lesson."""
    return _recommended(tx, actor, "for_you", skip, limit, language)


@get("/api/v1/ai/lessons/suggested", opt=may(queries.recommended_lessons) | RUN_IN_LOOP, tags=["ai"])
@work
def list_suggested(
    tx: Tx, actor: Actor, language: LanguageParameter = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[RecommendedOut]:
    """Lessons of the caller's level."""
    return _recommended(tx, actor, "level", skip, limit, language)


@post("/api/v1/ai/suggest-lesson", status_code=200, opt=may(queries.suggested_lesson) | READ_ONLY, tags=["ai"])
@work
def suggest_lesson(tx: Tx, actor: Actor, language: LanguageParameter = None) -> SuggestedOut:
    """The lesson that suits the caller best; a 404 where nothing is left."""
    return _suggested(queries.suggested_lesson(tx, actor), language)


def _suggested(row: SuggestedLesson, language: Language | None) -> SuggestedOut:
    lesson, course = row.lesson, row.course
    return SuggestedOut(
        title=lesson.title,
        position=lesson.position,
        description=course.short_description or "",
        video_url=lesson.video_url,
        difficulty=course.difficulty_level,
        is_premium=lesson.premium_only,
        is_active=True,
        content={"text": lesson.content} if lesson.content else {},
        tags=course.tags,
        estimated_duration=0,
        id=lesson.id,
        course_id=lesson.course_id,
        avatar_id=None,
        reason=_reason(row.reason, row.course_title, language),
        reason_code=row.reason,
    )


ROUTES = [list_next_lessons, list_personalized, list_for_you, list_suggested, suggest_lesson]
