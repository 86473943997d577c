"""Inputs of practice, and its jobs."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.inputs import Input, Rule
from bilim.kit.jobs import Job
from bilim.practice.rules.answers import Answer, answer_problem
from bilim.practice.rules.exercises import Kind
from bilim.practice.rules.schedule import RATINGS, RatingName

Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class ExerciseQuery(Input, kw_only=True):
    """Which exercises: the same seed gives the same ones; of one lesson, and of one kind, where these are given."""

    seed: Seed
    lesson_id: int | None = None
    kind: Kind | None = None


class ExerciseAnswer(Input, kw_only=True):
    """An answer to an exercise, by the exercise's `id`.

    `choose` and `spell` take a text; `match` an object with the translation of each word; `order` a list of words, or the sentence.
    """

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    answer: Annotated[Answer, Rule(answer_problem)]


class WordRatingInput(Input, kw_only=True):
    """How well a word was remembered: from 1 to 4, or `again`, `hard`, `good`, `easy`."""

    rating: Annotated[int, Meta(ge=1, le=4)] | RatingName

    @property
    def number(self) -> int:
        """From 1 (again) to 4 (easy)."""
        return self.rating if isinstance(self.rating, int) else RATINGS[self.rating]


class WordReminderInput(Input, kw_only=True):
    """Whether to be told when words are due."""

    is_wanted: bool


class FindDueWords(Job):
    """Find learners who want to be reminded and have words due, and enqueue a `WordsDue` for each; runs once a day."""

    kind: ClassVar[str] = "practice.find-due-words"


class WordsDue(Job):
    """Tell somebody that words are waiting for them. At most one a person and day of the school's clock.

    Whoever tells them asks `queries.reviews.has_due_words` again: the words may have been reviewed since.
    """

    kind: ClassVar[str] = "practice.words-due"

    user_id: int
    day: date
