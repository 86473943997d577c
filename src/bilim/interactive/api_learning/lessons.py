"""Interactive lessons and avatars in the learning surface's words."""

from typing import Annotated

from litestar import get
from litestar.params import PathParameter

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.interactive.queries import avatars, lessons
from bilim.interactive.queries.avatars import AvatarView
from bilim.interactive.queries.lessons import InteractiveLessonView
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page

AvatarName = Annotated[str, PathParameter(description="An avatar's id, or its `avatar_type`.")]


@get("/api/v1/interactive-lessons", opt=may(lessons.interactive_lessons), tags=["interactive-lessons"])
@work
def list_interactive_lessons(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[InteractiveLessonView]:
    """Interactive lessons."""
    return lessons.interactive_lessons(tx, actor, page(skip, limit))


@get("/api/v1/interactive-lessons/{lesson_id:int}", opt=may(lessons.interactive_lesson) | RUN_IN_LOOP, tags=["interactive-lessons"])
@work
def read_interactive_lesson(tx: Tx, actor: Actor | None, lesson_id: PathId) -> InteractiveLessonView:
    """One interactive lesson."""
    return lessons.interactive_lesson(tx, actor, lesson_id)


@get("/api/v1/avatars", opt=may(avatars.avatars) | RUN_IN_LOOP, tags=["avatars"])
@work
def list_avatars(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[AvatarView]:
    """The avatars and how they speak."""
    return avatars.avatars(tx, actor, page(skip, limit))


@get("/api/v1/avatars/{avatar_id:str}", opt=may(avatars.avatar) | RUN_IN_LOOP, tags=["avatars"])
@work
def read_avatar(tx: Tx, actor: Actor, avatar_id: AvatarName) -> AvatarView:
    """One avatar."""
    return avatars.avatar(tx, actor, avatar_id)


ROUTES = [list_interactive_lessons, read_interactive_lesson, list_avatars, read_avatar]
