"""Building the index anew, while the server runs: some courses a transaction."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from bilim.catalog import indexing
from bilim.catalog.inputs import IndexCourses
from bilim.catalog.models import Course
from bilim.db.engine import Database, Tx
from bilim.jobs.handling import Handler
from bilim.kit.access import internal
from bilim.search import actions
from bilim.search.models import IndexedDocument

_COURSES = 20
"""Courses a transaction: their locks are held for less than a second or so."""


@internal
def index_everything(db: Database) -> int:
    """Index all courses as they stand and forget what is no more; return how many courses there are. It may be run at any time."""
    indexed, last = 0, 0
    while True:
        with db.write() as tx:
            course_ids = tx.scalars(_next_courses(last))
            if not course_ids:
                _forget_rest(tx)
                return indexed
            indexing.index_whole_courses(tx, course_ids)
        indexed, last = indexed + len(course_ids), course_ids[-1]


def _next_courses(last: int) -> Any:
    return select(Course.id).where(Course.id > last, Course.deleted_at.is_(None)).order_by(Course.id).limit(_COURSES).with_for_update()


def _forget_rest(tx: Tx) -> None:
    there = exists(select(Course.id).where(Course.id == IndexedDocument.group_id, Course.deleted_at.is_(None)))
    gone = tx.scalars(select(IndexedDocument.group_id).where(~there).distinct())
    actions.drop_groups(tx, gone)
    actions.forget_unused_terms(tx)


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""
    return [Handler(IndexCourses, lambda _job, _try: _index(db), longest=timedelta(hours=2), at_once=1)]


def _index(db: Database) -> None:
    index_everything(db)
