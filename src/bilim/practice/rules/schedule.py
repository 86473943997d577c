"""When a word comes back: FSRS with its published default parameters, as the library `fsrs` computes it.

Intervals are not varied at random ("fuzz"): the same reviews always give the same due times. The library's optimizer, which would fit the
parameters to a learner and needs heavy packages, is never imported.
"""

from datetime import UTC, datetime
from typing import Literal, get_args

from fsrs import Card, Rating, Scheduler, State
from msgspec import Struct

MemoryState = Literal["learning", "review", "relearning"]
RatingName = Literal["again", "hard", "good", "easy"]
RATINGS: dict[str, int] = {name: number for number, name in enumerate(get_args(RatingName), 1)}
"""The number of a rating by its name."""

_NAMES: dict[State, MemoryState] = {State.Learning: "learning", State.Review: "review", State.Relearning: "relearning"}
_STATES: dict[str, State] = {name: state for state, name in _NAMES.items()}
_SCHEDULER = Scheduler(enable_fuzzing=False)


class Memory(Struct, frozen=True, kw_only=True):
    """How well somebody remembers a word; see `models.WordReview`."""

    state: MemoryState
    step: int | None
    stability: float
    difficulty: float
    due: datetime
    last_review: datetime
    reps: int
    lapses: int


def reviewed(before: Memory | None, rating: int, now: datetime) -> Memory:
    """The memory of a word after a review.

    Args:
        before: None for a word that was never reviewed.
        rating: from 1 (again) to 4 (easy).
        now: when it was reviewed, not before the last review.
    """
    moment = now.astimezone(UTC)
    card, _ = _SCHEDULER.review_card(_card(before, moment), Rating(rating), moment)
    if card.stability is None or card.difficulty is None or card.last_review is None:
        raise AssertionError("a reviewed card has all of these")
    is_lapse = before is not None and before.state == "review" and rating == Rating.Again
    return Memory(
        state=_NAMES[card.state],
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
        reps=(before.reps if before else 0) + 1,
        lapses=(before.lapses if before else 0) + is_lapse,
    )


def _card(memory: Memory | None, now: datetime) -> Card:
    """A memory as the library has it. Without an id of ours, the library would sleep to make one up."""
    if memory is None:
        return Card(card_id=0, due=now)
    return Card(
        card_id=0,
        state=_STATES[memory.state],
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=memory.last_review,
    )
