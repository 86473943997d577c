"""Counting what learners did next and where they begin. In batches, so that writes never wait long."""

from collections import defaultdict
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, literal_column, select

from bilim.catalog.models import Course, Lesson, Section
from bilim.catalog.queries.lessons import IN_ORDER
from bilim.db.base import Base
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.recommendations.models import NextLessonCount, PopularLesson
from bilim.recommendations.rules import ANY_LEVEL, level_key
from bilim.study.models import Completion, Enrollment

BATCH = 50
"""Lessons counted in one transaction."""
SAMPLED = 2000
"""How many of those who finished a lesson last are counted: enough to tell what is usual, and no more work for a lesson of all."""
KEPT = 10
"""How many next lessons are kept of each."""
_FEWEST = 2
"""What one person did alone says nothing of others, and would tell about that person."""
_MOST_POPULAR = 30
_BATCH_OF_COURSES = 500

_COUNTS, _POPULAR = (Base.metadata.tables[kind.__tablename__] for kind in (NextLessonCount, PopularLesson))
_LESSON_ID = bindparam("lesson_id")


def _counting() -> Prepared:
    """Counts for one lesson what was finished next by those who finished it last.

    The id of a completion tells the order: it is given out when the lesson is finished.
    """
    done = select(Completion.id, Completion.user_id).where(Completion.lesson_id == _LESSON_ID).order_by(Completion.id.desc())
    done = done.limit(SAMPLED).subquery("done")
    later = select(Completion.lesson_id).where(Completion.user_id == done.c.user_id, Completion.id > done.c.id).order_by(Completion.id)
    next_one = select(later.limit(1).correlate(done).scalar_subquery().label("next_lesson_id")).select_from(done).subquery("next_one")
    total = select(func.count()).select_from(done).scalar_subquery()
    counted = select(_LESSON_ID, next_one.c.next_lesson_id, func.count(), total).where(next_one.c.next_lesson_id.is_not(None))
    counted = counted.group_by(next_one.c.next_lesson_id).having(func.count() >= _FEWEST)
    best = counted.order_by(func.count().desc(), next_one.c.next_lesson_id).limit(KEPT)
    return Prepared(insert(_COUNTS).from_select(["lesson_id", "next_lesson_id", "learners", "sampled"], best))


_COUNT = _counting()
_FORGET = Prepared(delete(_COUNTS).where(_COUNTS.c.lesson_id == _LESSON_ID))
_FINISHED = Prepared(
    select(Lesson.id)
    .where(Lesson.id > bindparam("after"), exists(select(literal_column("1")).where(Completion.lesson_id == Lesson.id)))
    .order_by(Lesson.id)
    .limit(BATCH)
)


@internal
def count_next_lessons(tx: Tx, after: int) -> int | None:
    """Count anew what followed on some lessons, in the order of their ids.

    Args:
        after: the last lesson of the batch before; 0 to begin.

    Returns:
        The last lesson of this batch, or None where none was left.
    """
    lesson_ids: list[int] = tx.scalars(_FINISHED, {"after": after})
    for lesson_id in lesson_ids:
        tx.run(_FORGET, {"lesson_id": lesson_id})
        tx.run(_COUNT, {"lesson_id": lesson_id})
    return lesson_ids[-1] if lesson_ids else None


def _beginnings() -> Prepared:
    """The first lesson of every published course, by how many joined the course."""
    learners = select(func.count()).where(Enrollment.course_id == Course.id).correlate(Course).scalar_subquery()
    lessons = (
        select(Lesson.id).join(Section, Section.id == Lesson.section_id).where(Lesson.course_id == Course.id, Lesson.deleted_at.is_(None))
    )
    first = lessons.order_by(*IN_ORDER).limit(1).correlate(Course).scalar_subquery()
    published = (Course.is_published, Course.deleted_at.is_(None))
    found = select(Course.difficulty_level, first.label("lesson_id"), learners.label("learners"), Course.is_featured, Course.id)
    found = found.where(*published).subquery("found")
    wanted = select(found.c.difficulty_level, found.c.lesson_id, found.c.learners).where(found.c.lesson_id.is_not(None))
    return Prepared(wanted.order_by(found.c.learners.desc(), found.c.is_featured.desc(), found.c.id))


_BEGINNINGS = _beginnings()

PopularRow = dict[str, Any]


@internal
def find_popular_lessons(tx: Tx) -> list[PopularRow]:
    """With which lessons most learners begin, of each level and of all: a long read, for a unit that only reads."""
    found: defaultdict[str, list[PopularRow]] = defaultdict(list)
    for rows in tx.batches(_BEGINNINGS, {}, _BATCH_OF_COURSES, alone=True):
        for level, lesson_id, learners in rows:
            for key in {ANY_LEVEL, level_key(level)}:
                if len(found[key]) < _MOST_POPULAR:
                    place = len(found[key]) + 1
                    found[key].append({"level_key": key, "place": place, "lesson_id": lesson_id, "learners": learners})
    return [row for key in sorted(found) for row in found[key]]


_STORE = Prepared(
    insert(_POPULAR).from_select(
        ["level_key", "place", "lesson_id", "learners"],
        select(*(bindparam(name, type_=_POPULAR.c[name].type) for name in ("level_key", "place")), Lesson.id, bindparam("learners")).where(
            Lesson.id == _LESSON_ID
        ),
    )
)
"""Stores a lesson unless it was deleted since it was found."""


@internal
def store_popular_lessons(tx: Tx, rows: list[PopularRow]) -> None:
    """Replace what was found the night before."""
    tx.execute(delete(PopularLesson))
    tx.run_many(_STORE, rows)
