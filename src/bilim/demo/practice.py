"""Learners in the middle of a course: lessons finished some days ago, words reviewed since of which some are due, and mistakes made."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select

from bilim.catalog.models import Word
from bilim.catalog.queries.lessons import lessons_of
from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.paging import Page
from bilim.practice.actions.exercises import check_exercise
from bilim.practice.actions.reminders import set_reminder
from bilim.practice.actions.reviews import review_word
from bilim.practice.inputs import ExerciseAnswer, ExerciseQuery, WordRatingInput, WordReminderInput
from bilim.practice.queries.exercises import exercises
from bilim.practice.tokens import ExerciseNames
from bilim.recommendations import actions as recommendations
from bilim.study.actions import complete_lesson

_LESSONS = 2
_FINISHED, _REVIEWED = timedelta(days=3), timedelta(days=2)
_HARD = 2
"""Words that were forgotten at once."""


def load_practice(tx: Tx, names: ExerciseNames, learners: list[Actor], course_id: int) -> None:
    """Let learners begin a course: each finishes two lessons, reviews the words of the first, and gets some exercises wrong."""
    for learner in learners:
        first, second = lessons_of(tx, learner, [course_id])[:_LESSONS]
        with _earlier(tx, _FINISHED):
            complete_lesson(tx, learner, first.id)
            complete_lesson(tx, learner, second.id)
        _review(tx, learner, first.id)
        _make_mistakes(tx, names, learner, second.id)
        set_reminder(tx, learner, WordReminderInput(is_wanted=True))
    last: int | None = 0
    while last is not None:
        last = recommendations.count_next_lessons(tx, last)
    recommendations.store_popular_lessons(tx, recommendations.find_popular_lessons(tx))


@contextmanager
def _earlier(tx: Tx, ago: timedelta) -> Generator[None]:
    """Let what is done happen some time ago."""
    present = tx.now
    tx.now = present - ago
    try:
        yield
    finally:
        tx.now = present


def _review(tx: Tx, learner: Actor, lesson_id: int) -> None:
    """Review every word twice, a quarter of an hour apart; the first ones were hard and are due again."""
    word_ids = tx.scalars(select(Word.id).where(Word.lesson_id == lesson_id).order_by(Word.id))
    for ago in (_REVIEWED, _REVIEWED - timedelta(minutes=15)):
        with _earlier(tx, ago):
            for place, word_id in enumerate(word_ids):
                review_word(tx, learner, word_id, WordRatingInput(rating="again" if place < _HARD else "good"))


def _make_mistakes(tx: Tx, names: ExerciseNames, learner: Actor, lesson_id: int) -> None:
    wanted = ExerciseQuery(seed=1, lesson_id=lesson_id, kind="spell")
    for exercise in exercises(tx, learner, names, wanted, Page(limit=_HARD)).all():
        check_exercise(tx, learner, names, ExerciseAnswer(id=exercise.id, answer="?"))
