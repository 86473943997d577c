"""All interactive lessons, those too that are not active: for admins."""

from litestar import delete, get, post, put

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.interactive.actions import lessons as actions
from bilim.interactive.inputs import InteractiveLessonChanges, InteractiveLessonInput
from bilim.interactive.queries import lessons
from bilim.interactive.queries.lessons import InteractiveLessonView
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed, required
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page

_PATH = "/api/v1/admin/interactive-lessons"


@renamed(position="order")
class InteractiveLessonBody(InteractiveLessonInput, kw_only=True):
    """A new interactive lesson, of a course or on its own."""


@renamed(position="order")
@required("title", "position")
class InteractiveLessonChangesBody(InteractiveLessonChanges, kw_only=True):
    """Changes of an interactive lesson: what is left out stays."""


@get(_PATH, opt=may(lessons.every_interactive_lesson), tags=["admin"])
@work
def list_every_interactive_lesson(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[InteractiveLessonView]:
    """All interactive lessons."""
    return lessons.every_interactive_lesson(tx, actor, page(skip, limit))


@post(_PATH, opt=may(actions.create_interactive_lesson), tags=["admin"])
@work
def create_interactive_lesson(tx: Tx, actor: Actor, data: InteractiveLessonBody) -> InteractiveLessonView:
    """Make an interactive lesson."""
    return lessons.interactive_lesson(tx, actor, actions.create_interactive_lesson(tx, actor, data))


@put(_PATH + "/{lesson_id:int}", opt=may(actions.change_interactive_lesson), tags=["admin"])
@work
def change_interactive_lesson(tx: Tx, actor: Actor, lesson_id: PathId, data: InteractiveLessonChangesBody) -> InteractiveLessonView:
    """Change an interactive lesson."""
    actions.change_interactive_lesson(tx, actor, lesson_id, data)
    return lessons.interactive_lesson(tx, actor, lesson_id)


@delete(_PATH + "/{lesson_id:int}", status_code=200, opt=may(actions.delete_interactive_lesson), tags=["admin"])
@work
def delete_interactive_lesson(tx: Tx, actor: Actor, lesson_id: PathId) -> InteractiveLessonView:
    """Delete an interactive lesson and answer what it was."""
    deleted = lessons.interactive_lesson(tx, actor, lesson_id)
    actions.delete_interactive_lesson(tx, actor, lesson_id)
    return deleted


ROUTES = [list_every_interactive_lesson, create_interactive_lesson, change_interactive_lesson, delete_interactive_lesson]
