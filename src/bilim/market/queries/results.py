"""The search over courses, lessons and words: what was found, why, and how many there are of each kind."""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of, where_open
from bilim.catalog.indexing import Kind
from bilim.catalog.models import Category, Course, Lesson, Word
from bilim.catalog.queries.courses import CourseRef
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.kit.access import public
from bilim.kit.actors import Actor
from bilim.kit.paging import Page
from bilim.market.inputs import CourseFilter
from bilim.market.queries.courses import CategoryRef
from bilim.market.queries.filtering import BANDS, FILTERS
from bilim.market.queries.finding import Finding, Found, Tally, find
from bilim.search.rules import Fragment, highlight

_EXCERPT = 4000
"""Characters of a text in which the words are looked for, to be shown."""


class LessonRef(Struct):
    """A lesson, small."""

    id: int
    title: str


class Highlights(Struct):
    """Where the words are. Fragments are plain text, not HTML; put together they are the title, or a part of the text.

    `text` is of a course's descriptions, a lesson's content, a word's translation. What has none of the words is empty.
    """

    title: list[Fragment]
    text: list[Fragment]


class SearchResult(Struct):
    """Something that was found."""

    kind: str
    id: int
    title: str
    course: CourseRef
    lesson: LessonRef | None
    highlights: Highlights


class CategoryCount(Struct):
    """How many results a category has."""

    category: CategoryRef
    count: int


class ValueCount(Struct):
    """How many results have a value."""

    value: str
    count: int


class FreeCount(Struct):
    """How many results belong to free courses, or to priced ones."""

    value: bool
    count: int


class RatingCount(Struct):
    """How many results belong to courses with at least this rating."""

    min_rating: Decimal
    count: int


class Facets(Struct):
    """How many results each choice of a filter would show, beside the other filters as they are."""

    kind: list[ValueCount]
    category: list[CategoryCount]
    level: list[ValueCount]
    language: list[ValueCount]
    free: list[FreeCount]
    rating: list[RatingCount]


class SearchAnswer(Struct):
    """A page of results, best first. `is_partial` where nothing has all the words: these have most of them."""

    total: int
    is_partial: bool
    results: list[SearchResult]
    facets: Facets


class _Texts(Struct):
    """What a result shows, as far as the viewer may have it."""

    id: int
    course: CourseRef
    title: str
    text: str | None
    more_text: str | None = None
    lesson: LessonRef | None = None


@public
def search(tx: Tx, actor: Actor | None, page: Page, wanted: CourseFilter, kind: Kind | None = None) -> SearchAnswer:
    """Find courses, lessons and words that the viewer may have; closed content is neither found nor shown.

    Raises:
        Invalid: a category that is not there, as far as the viewer may know.
    """
    finding = find(tx, actor, wanted, "relevance", page, list(Kind), kind)
    return SearchAnswer(finding.total, finding.is_partial, _results(tx, actor, finding), _facets(tx, finding.tallies))


def _results(tx: Tx, actor: Actor | None, finding: Finding) -> list[SearchResult]:
    visibility, shown = visibility_of(actor), dict[Found, _Texts]()
    for kind in Kind:
        if ids := [found.object_id for found in finding.page if found.kind is kind]:
            for texts in tx.fetch_all(_TEXTS[kind](visibility), viewer(actor, ids=ids)):
                shown[Found(kind, texts.id)] = texts
    return [_result(found, shown[found], finding.terms) for found in finding.page if found in shown]


def _result(found: Found, texts: _Texts, terms: set[str]) -> SearchResult:
    title = highlight(texts.title, terms)
    text = highlight(texts.text or "", terms) or highlight(texts.more_text or "", terms)
    return SearchResult(found.kind.name.lower(), found.object_id, texts.title, texts.course, texts.lesson, Highlights(title, text))


_COURSE: Any = nested(CourseRef, id=Course.id, title=Course.title)
_LESSON: Any = nested(LessonRef, id=Lesson.id, title=Lesson.title)
_IDS = bindparam("ids", expanding=True)
_NAMES = Prepared(select(Category.id, Category.name).where(Category.id.in_(_IDS)))


def _start(column: Any) -> Any:
    return func.substr(column, 1, _EXCERPT, type_=column.type)


@cache
def _courses(visibility: Visibility) -> PreparedSelection[_Texts]:
    texts = select_into(
        _Texts,
        id=Course.id,
        course=_COURSE,
        title=Course.title,
        text=Course.short_description,
        more_text=_start(Course.description),
    )
    return PreparedSelection(texts.where(Course.id.in_(_IDS), is_visible(visibility)))


@cache
def _lessons(visibility: Visibility) -> PreparedSelection[_Texts]:
    content = where_open(is_open(visibility), _start(Lesson.content))
    texts = select_into(_Texts, id=Lesson.id, course=_COURSE, lesson=_LESSON, title=Lesson.title, text=content)
    return PreparedSelection(texts.join(Course, Course.id == Lesson.course_id).where(Lesson.id.in_(_IDS), is_visible(visibility)))


@cache
def _words(visibility: Visibility) -> PreparedSelection[_Texts]:
    texts = select_into(_Texts, id=Word.id, course=_COURSE, lesson=_LESSON, title=Word.word, text=Word.translation)
    joined = texts.join(Lesson, Lesson.id == Word.lesson_id).join(Course, Course.id == Lesson.course_id)
    return PreparedSelection(joined.where(Word.id.in_(_IDS), is_visible(visibility), is_open(visibility)))


_TEXTS: dict[Kind, Callable[[Visibility], PreparedSelection[_Texts]]] = {Kind.COURSE: _courses, Kind.LESSON: _lessons, Kind.WORD: _words}


def _facets(tx: Tx, tallies: list[Tally]) -> Facets:
    def counted(name: str, value: Callable[[Tally], Any]) -> list[tuple[Any, int]]:
        """How many rows have each value that meet all filters but this one, most first."""
        bit, counts = 1 << FILTERS.index(name), Counter[Any]()
        for tally in tallies:
            if not tally.missed & ~bit and value(tally) is not None:
                counts[value(tally)] += tally.rows
        return sorted(counts.items(), key=lambda each: (-each[1], each[0]))

    bands = dict(counted("rating", lambda tally: tally.band))
    return Facets(
        kind=[ValueCount(kind.name.lower(), count) for kind, count in counted("kind", lambda tally: tally.kind)],
        category=_named(tx, counted("category", lambda tally: tally.category_id)),
        level=_values(counted("level", lambda tally: tally.level)),
        language=_values(counted("language", lambda tally: tally.language or None)),
        free=[FreeCount(value, count) for value, count in counted("free", lambda tally: tally.is_free)],
        rating=[RatingCount(rating, sum(bands.get(better, 0) for better in range(place + 1))) for place, rating in enumerate(BANDS)],
    )


def _values(counts: Iterable[tuple[str, int]]) -> list[ValueCount]:
    return [ValueCount(value, count) for value, count in counts]


def _named(tx: Tx, counts: list[tuple[int, int]]) -> list[CategoryCount]:
    names = dict(map(tuple, tx.all(_NAMES, {"ids": [category_id for category_id, _ in counts]}))) if counts else {}
    return [CategoryCount(CategoryRef(category_id, names[category_id]), count) for category_id, count in counts]
