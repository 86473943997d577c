"""Interactive lessons of the demo: one of a course, one on its own for premium members; and a session with the first."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from sqlalchemy import func, select, update

from bilim.db.engine import Tx
from bilim.interactive.actions.lessons import create_interactive_lesson
from bilim.interactive.actions.sessions import start_session
from bilim.interactive.inputs import InteractiveLessonInput, StartLessonInput
from bilim.interactive.models import InteractiveLesson, LessonInteraction, LessonSession
from bilim.interactive.rules.talking import step_of
from bilim.kit.actors import Actor
from bilim.kit.validation import read


def load_interactive_lessons(tx: Tx, admin: Actor, course_ids: Mapping[str, int]) -> None:
    """Make the lessons; `course_ids` are the demo's courses by the names of their files."""
    content = tomllib.loads(files("bilim.demo").joinpath("interactive.toml").read_text("utf8"))
    for lesson in content["lessons"]:
        fields = {**lesson, "position": lesson["order"], "course_id": course_ids.get(lesson.get("course", ""))}
        create_interactive_lesson(tx, admin, read(InteractiveLessonInput, fields))


def load_lesson_session(tx: Tx, student: Actor) -> None:
    """Have the student take the first lesson, led by its script."""
    content = tomllib.loads(files("bilim.demo").joinpath("interactive.toml").read_text("utf8"))
    script = content["lessons"][0]["content"]
    lesson_id = tx.scalar(select(func.min(InteractiveLesson.id)))
    session_id = start_session(tx, student, StartLessonInput(lesson_type="conversation", lesson_id=lesson_id))
    for place, message in enumerate(content["said"]):
        tx.insert(
            LessonInteraction,
            session_id=session_id,
            position=place,
            user_message=message,
            ai_response=step_of(script, place)["say"],
            audio_url=None,
            is_spoken=False,
            created_at=tx.now,
        )
    tx.execute(update(LessonSession).where(LessonSession.id == session_id).values(interaction_count=len(content["said"])))
