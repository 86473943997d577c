"""Interactive lessons of the demo: one of a course, one on its own for premium members."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from bilim.db.engine import Tx
from bilim.interactive.actions.lessons import create_interactive_lesson
from bilim.interactive.inputs import InteractiveLessonInput
from bilim.kit.actors import Actor
from bilim.kit.validation import read


def load_interactive_lessons(tx: Tx, admin: Actor, course_ids: Mapping[str, int]) -> None:
    """Make the lessons; `course_ids` are the demo's courses by the names of their files."""
    content = tomllib.loads(files("bilim.demo").joinpath("interactive.toml").read_text("utf8"))
    for lesson in content["lessons"]:
        fields = {**lesson, "position": lesson["order"], "course_id": course_ids.get(lesson.get("course", ""))}
        create_interactive_lesson(tx, admin, read(InteractiveLessonInput, fields))
