"""Which lessons are recommended, in which order and why. Pure functions over what the database found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from bilim.kit.text import fold

Reason = Literal["next_in_course", "learners_went_on", "weak_words", "your_level", "popular", "to_begin_with"]
"""Why a lesson is recommended; its words in each language stand in `texts` as `reason_…`."""
Mix = Literal["next", "personalized", "for_you", "level"]
"""Which of the recommendations: how much each reason counts."""

MOST = 20
"""How many lessons are recommended at most."""
ENOUGH = 5
"""With fewer than so many found, lessons to begin with are looked for."""
COURSES, LESSONS_A_COURSE = 3, 5
"""How many courses with lessons left are gone on with, and how many lessons of each are looked at."""
RECENT = 10
"""How many of the lessons finished last are compared with what others did."""
_FADING = 0.8
"""How much less each earlier lesson counts."""

_WEIGHTS: Mapping[Mix, Mapping[Reason, float]] = {
    "next": {"next_in_course": 1.0, "learners_went_on": 0.6, "your_level": 0.05, "popular": 0.02, "to_begin_with": 0.01},
    "personalized": {
        "weak_words": 1.0,
        "learners_went_on": 1.0,
        "your_level": 0.3,
        "next_in_course": 0.5,
        "popular": 0.05,
        "to_begin_with": 0.01,
    },
    "for_you": {
        "learners_went_on": 1.0,
        "next_in_course": 0.6,
        "weak_words": 0.5,
        "your_level": 0.2,
        "popular": 0.1,
        "to_begin_with": 0.01,
    },
    "level": {"learners_went_on": 1.0, "next_in_course": 0.6, "your_level": 0.4, "popular": 0.05, "to_begin_with": 0.01},
}

_CEFR = {
    "beginner": "a1",
    "starter": "a1",
    "elementary": "a2",
    "preintermediate": "a2",
    "intermediate": "b1",
    "upperintermediate": "b2",
    "advanced": "c1",
    "proficiency": "c2",
}
ANY_LEVEL = ""


class Candidate(Struct, frozen=True):
    """A lesson that one signal speaks for, and how much: from 0 to 1."""

    lesson_id: int
    level: str
    """The course's level as its author wrote it."""
    reason: Reason
    score: float
    course_title: str


class Recommended(Struct, frozen=True):
    """A lesson that is recommended, and the reason that spoke for it most."""

    lesson_id: int
    reason: Reason
    course_title: str


def level_key(level: str | None) -> str:
    """A level in one form, so that a learner's and a course's compare: `Beginner` is A1; the empty key where there is none.

    >>> level_key("Upper-Intermediate"), level_key(" b2 "), level_key(None)
    ('b2', 'b2', '')
    """
    folded = fold(level or "")
    return _CEFR.get(folded.replace("-", "").replace(" ", ""), folded)


def blend(candidates: Iterable[Candidate], mix: Mix, level: str | None) -> list[Recommended]:
    """The lessons in the order in which they are recommended: the more signals speak for one, and the stronger, the earlier.

    Args:
        level: the learner's. `level` recommends only lessons of it, where there are any.
    """
    found = list(candidates)
    if mix == "level" and level_key(level):
        found = [each for each in found if level_key(each.level) == level_key(level)] or found
    weights = _WEIGHTS[mix]
    scores: defaultdict[int, float] = defaultdict(float)
    strongest: dict[int, tuple[float, Candidate]] = {}
    for each in found:
        score = weights.get(each.reason, 0) * each.score
        if score <= 0:
            continue
        scores[each.lesson_id] += score
        if each.lesson_id not in strongest or score > strongest[each.lesson_id][0]:
            strongest[each.lesson_id] = (score, each)
    in_order = sorted(scores, key=lambda lesson_id: (-scores[lesson_id], lesson_id))[:MOST]
    return [Recommended(lesson_id, (best := strongest[lesson_id][1]).reason, best.course_title) for lesson_id in in_order]


def fading(place: int) -> float:
    """How much something at a place from 0 counts, where earlier ones count more."""
    return _FADING**place


def by_place(count: int) -> Sequence[float]:
    """Scores of things in the order of their worth: from 1 downwards, never 0."""
    return [1 - place / count for place in range(count)]
