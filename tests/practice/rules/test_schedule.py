"""Words come back when FSRS says: whatever is reviewed when, our memory of a word is the library's card."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bilim.practice.rules.schedule import RATINGS, Memory, reviewed
from conftest import NOON
from kit.repeatable import repeatable

LIBRARY = Scheduler(enable_fuzzing=False)


class AWordsLife(RuleBasedStateMachine):
    """One word, reviewed with any rating, when it is due or any time later; in another time zone, as a database gives times back."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.card = Card(card_id=1, due=NOON)
        self.memory: Memory | None = None
        self.reps = self.lapses = 0

    @rule(rating=st.sampled_from(list(Rating)), late=st.timedeltas(timedelta(0), timedelta(days=400)))
    def review(self, rating: Rating, late: timedelta) -> None:
        self.now = max(self.now, self.card.due) + late
        self.lapses += self.card.state is State.Review and rating is Rating.Again
        self.reps += 1
        self.card, _ = LIBRARY.review_card(self.card, rating, self.now)
        self.memory = reviewed(self.memory and elsewhere(self.memory), int(rating), self.now)

    @invariant()
    def is_the_librarys(self) -> None:
        if self.memory is None:
            return
        memory, card = self.memory, self.card
        assert (memory.due, memory.stability, memory.difficulty, memory.step) == (card.due, card.stability, card.difficulty, card.step)
        assert (memory.state, memory.last_review) == (card.state.name.lower(), self.now)
        assert (memory.reps, memory.lapses) == (self.reps, self.lapses)
        assert memory.due > self.now


def elsewhere(memory: Memory) -> Memory:
    zone = ZoneInfo("Asia/Tashkent")
    fields = {name: getattr(memory, name) for name in memory.__struct_fields__}
    return Memory(**fields | {"due": memory.due.astimezone(zone), "last_review": memory.last_review.astimezone(zone)})


def test_a_memory_is_the_librarys_card_whatever_happens() -> None:
    run_state_machine_as_test(AWordsLife, settings=repeatable)


@pytest.mark.parametrize(
    ("rating", "wait"),
    [
        ("again", timedelta(minutes=1)),
        ("hard", timedelta(minutes=5, seconds=30)),
        ("good", timedelta(minutes=10)),
        ("easy", timedelta(days=8)),
    ],
)
def test_a_new_word_comes_back_soon_unless_it_was_easy(rating: str, wait: timedelta) -> None:
    """The published defaults, so that a new version of the library which changes them is noticed."""
    assert reviewed(None, RATINGS[rating], NOON).due - NOON == wait


def test_each_success_is_followed_by_a_longer_wait_and_a_lapse_by_a_short_one() -> None:
    memory, waits = None, []
    now: datetime = NOON
    for _ in range(6):
        memory = reviewed(memory, RATINGS["good"], now)
        waits.append(memory.due - now)
        now = memory.due
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(days=30)
    lapsed = reviewed(memory, RATINGS["again"], now)
    assert (lapsed.state, lapsed.lapses, lapsed.due - now) == ("relearning", 1, timedelta(minutes=10))


def test_a_moment_of_another_zone_counts_as_the_same() -> None:
    assert reviewed(None, 3, NOON.astimezone(ZoneInfo("Asia/Tashkent"))) == reviewed(None, 3, NOON)
    assert reviewed(None, 3, NOON).due.tzinfo is UTC


def test_the_application_loads_nothing_heavy() -> None:
    script = "import sys, bilim.app; print([name for name in ('torch', 'pandas', 'numpy', 'fsrs.optimizer') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"
