"""Exercises and reviews of words in the learning surface's words."""

from typing import Annotated

from litestar import get, post, put
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.practice.actions import exercises as checking
from bilim.practice.actions import reminders, reviews
from bilim.practice.actions.exercises import CheckedExercise
from bilim.practice.inputs import ExerciseAnswer, ExerciseQuery, WordRatingInput, WordReminderInput
from bilim.practice.queries import exercises
from bilim.practice.queries import reviews as waiting
from bilim.practice.queries.exercises import ExerciseView
from bilim.practice.queries.reviews import WordReminderView, WordToReview
from bilim.practice.rules.exercises import Kind
from bilim.practice.tokens import ExerciseNames

_HIGHEST = 2**63 - 1
SeedParameter = Annotated[
    int | None, QueryParameter(ge=0, le=_HIGHEST, description="The same seed gives the same exercises; by default the day's.")
]
LessonParameter = Annotated[int | None, QueryParameter(ge=1, le=_HIGHEST, description="Of this lesson alone.")]
KindParameter = Annotated[Kind | None, QueryParameter(description="Of this kind alone.")]


@get("/api/v1/exercises", opt=may(exercises.exercises), tags=["exercises"])
@work
def list_exercises(
    tx: Tx,
    actor: Actor | None,
    names: ExerciseNames,
    seed: SeedParameter = None,
    lesson_id: LessonParameter = None,
    kind: KindParameter = None,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[ExerciseView]:
    """Exercises made of words and lessons, without their answers."""
    wanted = ExerciseQuery(seed=tx.today.toordinal() if seed is None else seed, lesson_id=lesson_id, kind=kind)
    return exercises.exercises(tx, actor, names, wanted, page(skip, limit))


@post("/api/v1/exercises/check", status_code=200, opt=may(checking.check_exercise), tags=["exercises"])
@work
def check_exercise(tx: Tx, actor: Actor | None, names: ExerciseNames, data: ExerciseAnswer) -> CheckedExercise:
    """Whether an answer is right; counted for the words that it is about, where the caller is signed in."""
    return checking.check_exercise(tx, actor, names, data)


@get("/api/v1/words/review", opt=may(waiting.words_to_review) | RUN_IN_LOOP, tags=["words"])
@work
def list_words_to_review(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[WordToReview]:
    """The words that wait for the caller: due ones first, then new ones of lessons that they finished."""
    return waiting.words_to_review(tx, actor, page(skip, limit))


@post("/api/v1/words/{id:int}/review", status_code=200, opt=may(reviews.review_word), tags=["words"])
@work
def review_word(tx: Tx, actor: Actor, id: PathId, data: WordRatingInput) -> WordToReview:
    """Note how well a word was remembered; it comes back when it is about to be forgotten."""
    return reviews.review_word(tx, actor, id, data)


@get("/api/v1/words/review/reminder", opt=may(waiting.reminder) | RUN_IN_LOOP, tags=["words"])
@work
def read_reminder(tx: Tx, actor: Actor) -> WordReminderView:
    """Whether the caller is told when words are due."""
    return waiting.reminder(tx, actor)


@put("/api/v1/words/review/reminder", opt=may(reminders.set_reminder), tags=["words"])
@work
def set_reminder(tx: Tx, actor: Actor, data: WordReminderInput) -> WordReminderView:
    """Choose whether to be told when words are due."""
    return reminders.set_reminder(tx, actor, data)


ROUTES = [list_exercises, check_exercise, list_words_to_review, review_word, read_reminder, set_reminder]
