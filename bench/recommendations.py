"""Whether recommendations find what learners study next, better than "most popular" does: the hit rate at five, leave last out.

    python -m bench.recommendations

Histories are made up: every learner has a track and a level that nobody told the product; within them they go through a course, skip, hop
to another course, and now and then do something else. The last lesson of some learners is kept back, and counted as a hit where it is among
the first five that are recommended.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine

from bench.rows import EPOCH, fill
from bilim.accounts.models import User
from bilim.catalog.models import Course, Lesson, Section
from bilim.db.engine import Database
from bilim.db.migrate import upgrade
from bilim.jobs.handling import Try
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page
from bilim.recommendations import jobs
from bilim.recommendations.inputs import CountNextLessons
from bilim.recommendations.queries import recommended_lessons
from bilim.recommendations.rules import Mix
from bilim.settings import load
from bilim.study.models import Completion, Enrollment

AT = 5
MIXES: tuple[Mix, ...] = ("for_you", "personalized", "next", "level")
_SEED = 20260301
_TRACKS, _COURSES, _LESSONS = 6, 3, 12
_LEVELS = ("A1", "A2", "B1", "B2")
_STUDENT_IDS = 1000
_SKIPS, _HOPS, _STRAYS = 0.15, 0.2, 0.1


class Learner(Struct):
    """Somebody with a track and a level, and the lessons that they finished, in order."""

    id: int
    track: int
    level: int
    finished: list[int]


class Rates(Struct):
    """Parts of the kept-back lessons that were among the first five."""

    popular: float
    recommended: dict[str, float]
    learners: int


def course_id(track: int, level: int, number: int) -> int:
    """The id of a course of a track and level; lower numbers are better known."""
    return 1 + number + _COURSES * (level + len(_LEVELS) * track)


def lessons_of(course: int) -> range:
    """The ids of a course's lessons, in their order."""
    return range((course - 1) * _LESSONS + 1, course * _LESSONS + 1)


def histories(rng: random.Random, learners: int) -> list[Learner]:
    """What learners finished: at least four lessons each."""
    return [_history(rng, _STUDENT_IDS + number) for number in range(learners)]


def _history(rng: random.Random, learner_id: int) -> Learner:
    learner = Learner(learner_id, rng.randrange(_TRACKS), rng.randrange(len(_LEVELS)), [])
    current = _own_course(rng, learner)
    for _ in range(rng.randint(4, 25)):
        if rng.random() < _STRAYS:
            course = 1 + rng.randrange(_TRACKS * len(_LEVELS) * _COURSES)
        else:
            if rng.random() < _HOPS:
                current = _own_course(rng, learner)
            course = current
        left = [lesson for lesson in lessons_of(course) if lesson not in learner.finished]
        if left:
            learner.finished.append(left[1] if len(left) > 1 and rng.random() < _SKIPS else left[0])
    return learner if len(learner.finished) > 1 else _history(rng, learner_id)


def _own_course(rng: random.Random, learner: Learner) -> int:
    """A course of the learner's track and level, or of the level above; the first of each is the best known."""
    level = min(learner.level + (rng.random() < 0.2), len(_LEVELS) - 1)
    (number,) = rng.choices(range(_COURSES), weights=[4, 2, 1])
    return course_id(learner.track, level, number)


def evaluate(db: Database, learners: list[Learner], tested: int) -> Rates:
    """Keep the last lesson of some learners back, count the rest, and look for it among what is recommended."""
    kept_back = {learner.id: learner.finished[-1] for learner in learners[:tested]}
    _fill(db.engine, learners, kept_back)
    for handler in jobs.handlers(db):
        handler.run(CountNextLessons(), Try(1, is_last=True))
    popular = Counter(lesson for learner in learners for lesson in _known(learner, kept_back))
    ranked = [lesson for lesson, _ in popular.most_common()]
    hits: Counter[str] = Counter()
    for learner in learners[:tested]:
        known = set(_known(learner, kept_back))
        hits["popular"] += kept_back[learner.id] in [lesson for lesson in ranked if lesson not in known][:AT]
        for mix in MIXES:
            hits[mix] += kept_back[learner.id] in _recommended(db, learner, mix)
    return Rates(hits["popular"] / tested, {mix: hits[mix] / tested for mix in MIXES}, tested)


def _known(learner: Learner, kept_back: dict[int, int]) -> list[int]:
    return learner.finished[:-1] if learner.id in kept_back else learner.finished


def _recommended(db: Database, learner: Learner, mix: Mix) -> list[int]:
    actor = Actor(learner.id, Role.STUDENT, is_premium=False, session_id=0)
    with db.read() as tx:
        return [row.lesson.id for row in recommended_lessons(tx, actor, mix, Page(limit=AT)).all()]


def _fill(engine: Engine, learners: list[Learner], kept_back: dict[int, int]) -> None:
    courses = [
        (course_id(track, level, number), _LEVELS[level])
        for track in range(_TRACKS)
        for level in range(len(_LEVELS))
        for number in range(_COURSES)
    ]
    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN")
        fill(connection, User, (_user(learner) for learner in learners))
        fill(connection, Course, (_course(course, level) for course, level in courses))
        fill(connection, Section, ({"id": course, "course_id": course, "title": "1", "position": 0} for course, _ in courses))
        fill(connection, Lesson, (_lesson(course, place) for course, _ in courses for place in range(_LESSONS)))
        finished = [(learner, place, lesson) for learner in learners for place, lesson in enumerate(_known(learner, kept_back))]
        finished.sort(key=lambda each: (each[1], each[0].id))  # everybody studies at the same time
        fill(connection, Completion, (_completion(learner.id, place, lesson) for learner, place, lesson in finished))
        fill(connection, Enrollment, _enrollments(finished))


def _user(learner: Learner) -> dict[str, Any]:
    named = f"learner{learner.id}"
    return {
        "id": learner.id,
        "username": named,
        "username_key": named,
        "password_hash": "none",
        "role": Role.STUDENT,
        "current_level": _LEVELS[learner.level],
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def _course(course: int, level: str) -> dict[str, Any]:
    about = {"difficulty_level": level, "is_published": True, "created_at": EPOCH, "updated_at": EPOCH}
    return {"id": course, "title": f"Course {course}", "tags": [], "requirements": [], "learning_outcomes": [], **about}


def _lesson(course: int, place: int) -> dict[str, Any]:
    lesson = lessons_of(course)[place]
    of = {"course_id": course, "section_id": course, "position": place}
    return {"id": lesson, **of, "title": f"Lesson {lesson}", "created_at": EPOCH, "updated_at": EPOCH}


def _completion(learner_id: int, place: int, lesson: int) -> dict[str, Any]:
    then = EPOCH + timedelta(days=place)
    return {"user_id": learner_id, "lesson_id": lesson, "completed_at": then, "updated_at": then}


def _enrollments(finished: list[tuple[Learner, int, int]]) -> Iterator[dict[str, Any]]:
    studied = {(learner.id, 1 + (lesson - 1) // _LESSONS): EPOCH + timedelta(days=place) for learner, place, lesson in finished}
    return ({"user_id": of, "course_id": course, "created_at": EPOCH, "studied_at": then} for (of, course), then in studied.items())


def main() -> None:
    """Print both rates."""
    with tempfile.TemporaryDirectory(prefix="bilim_bench_") as folder:
        url = f"sqlite:///{Path(folder) / 'bilim.db'}"
        upgrade(url)
        db = Database(url, load().zone, 2)
        rates = evaluate(db, histories(random.Random(_SEED), 3_000), 500)
        db.close()
    print(f"Hit rate at {AT}, the last lesson of {rates.learners} learners kept back:")
    for name, rate in {"most popular": rates.popular, **rates.recommended}.items():
        print(f"  {name:14} {rate:6.1%}")


if __name__ == "__main__":
    main()
