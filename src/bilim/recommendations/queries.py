"""Reads of recommendations: one bounded query a signal, each of which leaves out what is finished, closed or not published."""

from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, bindparam, func, select

from bilim.accounts.models import User
from bilim.catalog.access import VIEWER, Visibility, is_open, viewer, visibility_of
from bilim.catalog.models import Course, Lesson, Section, Word
from bilim.catalog.queries.lessons import IN_ORDER, LessonView, some_lessons
from bilim.db.engine import Query, Tx
from bilim.db.prepared import Prepared, Values
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.practice.models import WordAnswer
from bilim.recommendations.models import NextLessonCount, PopularLesson
from bilim.recommendations.rules import (
    ANY_LEVEL,
    COURSES,
    ENOUGH,
    LESSONS_A_COURSE,
    RECENT,
    Candidate,
    Mix,
    Reason,
    Recommended,
    blend,
    by_place,
    fading,
    level_key,
)
from bilim.study.models import Completion, Enrollment

_JOINED_COURSES = 2 * COURSES
"""How many of the courses studied last are looked at: some of them may be finished."""
_WEAK_WORDS = 50
"""How many of a learner's weak words are looked at."""
_FIRST_COURSES = 10
"""How many courses are looked at where nothing else is known."""


class RecommendedLesson(Struct):
    """A lesson, and why it is recommended."""

    lesson: LessonView
    reason: Reason
    course_title: str


def _is_worth(visibility: Visibility) -> tuple[ColumnElement[bool], ...]:
    """Lessons that may be recommended: published, open to the viewer, and not finished by them."""
    finished = select(Completion.id).where(Completion.lesson_id == Lesson.id, Completion.user_id == VIEWER)
    is_published = and_(Course.is_published, Course.deleted_at.is_(None), Lesson.deleted_at.is_(None))
    return is_published, is_open(visibility), ~finished.exists()


_KNOWN = (Lesson.id, Course.difficulty_level, Course.title)
"""What every signal answers first."""


@cache
def _left_of_courses(visibility: Visibility) -> Prepared:
    """The first lessons left of the courses studied last, with the place of the course (finished ones count) and of the lesson, from 0."""
    latest = (Enrollment.studied_at.desc(), Enrollment.id.desc())
    joined = select(Enrollment.course_id, func.row_number().over(order_by=latest).label("place"))
    joined = joined.where(Enrollment.user_id == VIEWER).order_by(*latest).limit(_JOINED_COURSES).subquery("joined")
    place = func.row_number().over(partition_by=Course.id, order_by=IN_ORDER)
    left = select(*_KNOWN, joined.c.place.label("course_place"), place.label("place"))
    left = left.join(Course, Course.id == Lesson.course_id).join(Section, Section.id == Lesson.section_id)
    found = left.join(joined, joined.c.course_id == Course.id).where(*_is_worth(visibility)).subquery("found")
    first = select(found.c.id, found.c.difficulty_level, found.c.title, found.c.course_place - 1, found.c.place - 1)
    return Prepared(first.where(found.c.place <= LESSONS_A_COURSE).order_by(found.c.course_place, found.c.place))


@cache
def _went_on(visibility: Visibility) -> Prepared:
    """What others finished after the lessons that the viewer finished last, with that lesson's place from 1 and the counts."""
    place = func.row_number().over(order_by=Completion.id.desc()).label("place")
    recent = select(Completion.lesson_id, place).where(Completion.user_id == VIEWER)
    recent = recent.order_by(Completion.id.desc()).limit(RECENT).subquery("recent")
    following = select(*_KNOWN, recent.c.place, NextLessonCount.learners, NextLessonCount.sampled)
    following = following.join(NextLessonCount, NextLessonCount.next_lesson_id == Lesson.id).join(Course, Course.id == Lesson.course_id)
    found = following.join(recent, recent.c.lesson_id == NextLessonCount.lesson_id).where(*_is_worth(visibility))
    return Prepared(found.order_by(recent.c.place, NextLessonCount.learners.desc(), Lesson.id))


@cache
def _with_weak_words(visibility: Visibility) -> Prepared:
    """Lessons of words that the viewer gets wrong as often as right, or more often; most such mistakes first."""
    mine = select(WordAnswer.word_id, WordAnswer.wrong).where(WordAnswer.user_id == VIEWER, WordAnswer.wrong > 0)
    weak = mine.where(WordAnswer.wrong * 2 >= WordAnswer.answers).order_by(WordAnswer.wrong.desc(), WordAnswer.word_id)
    weak = weak.limit(_WEAK_WORDS).subquery("weak")
    found = select(*_KNOWN, func.sum(weak.c.wrong)).join(Word, Word.lesson_id == Lesson.id).join(weak, weak.c.word_id == Word.id)
    found = found.join(Course, Course.id == Lesson.course_id).where(*_is_worth(visibility)).group_by(*_KNOWN)
    return Prepared(found.order_by(func.sum(weak.c.wrong).desc(), Lesson.id).limit(LESSONS_A_COURSE))


@cache
def _popular(visibility: Visibility) -> Prepared:
    """With which lessons most begin, of the viewer's level and of all."""
    found = select(*_KNOWN, PopularLesson.level_key).join(PopularLesson, PopularLesson.lesson_id == Lesson.id)
    found = found.join(Course, Course.id == Lesson.course_id).where(*_is_worth(visibility))
    of_level = PopularLesson.level_key.in_([ANY_LEVEL, bindparam("level")])
    return Prepared(found.where(of_level).order_by(PopularLesson.level_key, PopularLesson.place))


@cache
def _to_begin_with(visibility: Visibility) -> Prepared:
    """The first lesson of featured and older courses: what there is while nothing is counted yet."""
    first_courses = select(Course.id).where(Course.is_published, Course.deleted_at.is_(None))
    first_courses = first_courses.order_by(Course.is_featured.desc(), Course.id).limit(_FIRST_COURSES)
    place = func.row_number().over(partition_by=Course.id, order_by=IN_ORDER).label("place")
    lessons = select(*_KNOWN, Course.is_featured, Course.id.label("course_id"), place).join(Course, Course.id == Lesson.course_id)
    lessons = lessons.join(Section, Section.id == Lesson.section_id).where(Course.id.in_(first_courses), *_is_worth(visibility))
    found = lessons.subquery("found")
    first: Query = select(found.c.id, found.c.difficulty_level, found.c.title).where(found.c.place == 1)
    return Prepared(first.order_by(found.c.is_featured.desc(), found.c.course_id))


_LEVEL = Prepared(select(User.current_level).where(User.id == VIEWER))


@signed_in
def recommended_lessons(tx: Tx, actor: Actor, mix: Mix, page: Page) -> RowStream[RecommendedLesson]:
    """The lessons that are recommended to the actor, at most 20, the best first; none that is finished, closed or unpublished."""
    chosen = _chosen(tx, actor, mix)
    limit = len(chosen) if page.limit is None else page.limit
    wanted = chosen[page.skip : page.skip + limit]
    views = {view.id: view for view in some_lessons(tx, actor, [each.lesson_id for each in wanted])}
    rows = [RecommendedLesson(views[each.lesson_id], each.reason, each.course_title) for each in wanted if each.lesson_id in views]
    return RowStream(iter([rows]), len(chosen), page)


class CourseFacts(Struct):
    """What a suggested lesson shows of its course."""

    short_description: str | None
    difficulty_level: str
    tags: list[str]


class SuggestedLesson(Struct):
    """The lesson that is recommended first, with what is known of its course."""

    lesson: LessonView
    reason: Reason
    course_title: str
    course: CourseFacts


@signed_in
def suggested_lesson(tx: Tx, actor: Actor) -> SuggestedLesson:
    """The lesson that suits the actor best.

    Raises:
        NotFound: there is nothing left that could be recommended.
    """
    found = recommended_lessons(tx, actor, "for_you", Page(limit=1)).all()
    if not found:
        raise NotFound
    (first,) = found
    facts = select(Course.short_description, Course.difficulty_level, Course.tags).where(Course.id == first.lesson.course_id)
    return SuggestedLesson(first.lesson, first.reason, first.course_title, CourseFacts(*tx.first(facts)))


def _chosen(tx: Tx, actor: Actor, mix: Mix) -> list[Recommended]:
    visibility, values = visibility_of(actor), viewer(actor)
    level: str | None = tx.scalar(_LEVEL, values)
    found = [
        *_of_courses(tx, visibility, values),
        *_of_others(tx, visibility, values),
        *_of_mistakes(tx, visibility, values),
        *_of_popular(tx, visibility, values, level),
    ]
    if len({each.lesson_id for each in found}) < ENOUGH:
        found += _in_order(tx.all(_to_begin_with(visibility), values), "to_begin_with")
    return blend(found, mix, level)


def _of_courses(tx: Tx, visibility: Visibility, values: Values) -> list[Candidate]:
    rows = tx.all(_left_of_courses(visibility), values)
    places = {course: place for place, course in enumerate(sorted({row[3] for row in rows})[:COURSES])}
    return [
        Candidate(row[0], row[1], "next_in_course", fading(places[row[3]]) * fading(row[4]) ** 2, row[2])
        for row in rows
        if row[3] in places
    ]


def _of_others(tx: Tx, visibility: Visibility, values: Values) -> list[Candidate]:
    rows = tx.all(_went_on(visibility), values)
    return [Candidate(row[0], row[1], "learners_went_on", fading(row[3] - 1) * row[4] / row[5], row[2]) for row in rows]


def _of_mistakes(tx: Tx, visibility: Visibility, values: Values) -> list[Candidate]:
    return _in_order(tx.all(_with_weak_words(visibility), values), "weak_words")


def _of_popular(tx: Tx, visibility: Visibility, values: Values, level: str | None) -> list[Candidate]:
    rows = tx.all(_popular(visibility), {**values, "level": level_key(level)})
    of_level = [row for row in rows if row[3] != ANY_LEVEL]
    return _in_order(of_level, "your_level") + _in_order([row for row in rows if row[3] == ANY_LEVEL], "popular")


def _in_order(rows: Any, reason: Reason) -> list[Candidate]:
    """Candidates of rows in the order of their worth."""
    return [Candidate(row[0], row[1], reason, score, row[2]) for row, score in zip(rows, by_place(len(rows)), strict=True)]
