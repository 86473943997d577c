"""Reads of interactive lessons. What the viewer may not have is left out by the database."""

from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import JSON, bindparam, case, false, func, literal, select, true

from bilim.catalog.access import Visibility, viewer, visibility_of, where_open
from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, select_into
from bilim.interactive.access import is_open, is_shown
from bilim.interactive.models import InteractiveLesson
from bilim.kit.access import internal, public, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream


class InteractiveLessonView(Struct, rename={"position": "order"}):
    """An interactive lesson; where it is closed to the viewer, its content is empty and its video null."""

    title: str
    position: int
    description: str | None
    video_url: str | None
    difficulty: str
    is_premium: bool
    is_active: bool
    content: dict[str, Any]
    tags: list[str]
    estimated_duration: int
    id: int
    course_id: int | None
    avatar_id: int


_OF_COURSE = Course.id == InteractiveLesson.course_id


def _selected(visibility: Visibility) -> Selection[InteractiveLessonView]:
    opened = is_open(visibility)
    content = InteractiveLesson.content
    shown = content if visibility is Visibility.ADMIN else case((opened, content), else_=literal({}, JSON))
    return select_into(
        InteractiveLessonView,
        title=InteractiveLesson.title,
        position=InteractiveLesson.position,
        description=InteractiveLesson.description,
        video_url=where_open(opened, InteractiveLesson.video_url),
        difficulty=InteractiveLesson.difficulty,
        is_premium=InteractiveLesson.is_premium,
        is_active=InteractiveLesson.is_active,
        content=shown,
        tags=InteractiveLesson.tags,
        estimated_duration=InteractiveLesson.estimated_duration,
        id=InteractiveLesson.id,
        course_id=InteractiveLesson.course_id,
        avatar_id=InteractiveLesson.avatar_id,
    ).outerjoin(Course, _OF_COURSE)


@cache
def _lessons(visibility: Visibility) -> ListQuery[InteractiveLessonView]:
    shown = is_shown(visibility)
    count = select(func.count()).select_from(InteractiveLesson).outerjoin(Course, _OF_COURSE).where(shown)
    return ListQuery(_selected(visibility).where(shown).order_by(InteractiveLesson.id), count)


@cache
def _one_lesson(visibility: Visibility) -> PreparedSelection[InteractiveLessonView]:
    return PreparedSelection(_selected(visibility).where(InteractiveLesson.id == bindparam("lesson_id"), is_shown(visibility)))


@public
def interactive_lessons(tx: Tx, actor: Actor | None, page: Page) -> RowStream[InteractiveLessonView]:
    """The interactive lessons that the viewer may see, by id."""
    return paginate(tx, _lessons(visibility_of(actor)), page, viewer(actor))


every_interactive_lesson = requires(Role.ADMIN)(interactive_lessons)
"""The same, for admins alone."""


@public
def interactive_lesson(tx: Tx, actor: Actor | None, lesson_id: int) -> InteractiveLessonView:
    """One interactive lesson.

    Raises:
        NotFound: no such lesson, or one that the viewer may not know of.
    """
    return tx.fetch_one(_one_lesson(visibility_of(actor)), viewer(actor, lesson_id=lesson_id))


class LessonScript(Struct):
    """What an avatar has to know to give a lesson."""

    title: str
    content: dict[str, Any]
    difficulty: str
    avatar_id: int
    is_open: bool


@cache
def _one_script(visibility: Visibility) -> PreparedSelection[LessonScript]:
    selected = select_into(
        LessonScript,
        title=InteractiveLesson.title,
        content=InteractiveLesson.content,
        difficulty=InteractiveLesson.difficulty,
        avatar_id=InteractiveLesson.avatar_id,
        is_open=case((is_open(visibility), true()), else_=false()),
    ).outerjoin(Course, _OF_COURSE)
    return PreparedSelection(selected.where(InteractiveLesson.id == bindparam("lesson_id"), is_shown(visibility)))


@internal
def lesson_script(tx: Tx, actor: Actor, lesson_id: int) -> LessonScript | None:
    """What a lesson is given by, or None where there is no such lesson that the actor may know of."""
    return tx.fetch_first(_one_script(visibility_of(actor)), viewer(actor, lesson_id=lesson_id))
