"""Finding courses, lessons and words: which ones a viewer may see that have the words and meet the filters, how many, and of what kinds.

One statement finds all rows that have the words, once, and answers both a page of them and how many there are of each kind. A row
carries which filters it does not meet, so that the number beside a choice is what choosing it would show.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.indexing import Kind
from bilim.catalog.models import Course, Lesson
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.paging import Page
from bilim.market.inputs import CourseFilter, Ordering
from bilim.market.queries import filtering
from bilim.search import queries as index
from bilim.search import rules
from bilim.search.models import IndexedDocument
from bilim.study.models import CourseRating

_ALL = 2**31 - 1


class Found(Struct, frozen=True):
    """One of the page: its kind, and its id among what is of this kind."""

    kind: Kind
    object_id: int


class Tally(Struct, frozen=True):
    """How many rows are alike in all that is counted, and which filters they do not meet."""

    kind: Kind
    category_id: int | None
    level: str
    language: str | None
    is_free: bool
    band: int
    """Place of the best of `filtering.BANDS` that it reaches; their number where none."""
    missed: int
    """A bit for each of `filtering.FILTERS`."""
    rows: int


class Finding(Struct, frozen=True):
    """What was found."""

    page: list[Found]
    tallies: list[Tally]
    terms: set[str] = field(default_factory=set[str])
    """The words of the index that were looked for, folded."""
    is_partial: bool = False
    """Whether nothing had all the words, so that this is what has most of them."""

    @property
    def total(self) -> int:
        """How many rows meet all filters."""
        return sum(tally.rows for tally in self.tallies if not tally.missed)


@internal
def find(
    tx: Tx, actor: Actor | None, wanted: CourseFilter, ordering: Ordering, page: Page, kinds: Sequence[Kind], kind: Kind | None = None
) -> Finding:
    """Find what the viewer may know of; without words courses alone, all of them.

    Args:
        kinds: what is looked for at all.
        kind: what is shown of it, as a filter whose choices are counted; None for everything.

    Raises:
        Invalid: a category that is not there, as far as the viewer may know.
    """
    values = viewer(actor, first=page.skip, last=page.skip + (_ALL if page.limit is None else page.limit))
    values |= filtering.filter_values(wanted, filtering.find_category(tx, actor, wanted.category), kind)
    shape = _Shape(tx.dialect, visibility_of(actor), tuple(kinds), ordering)
    if wanted.search is None:
        return _run(tx, shape, values)
    terms = rules.query_terms(wanted.search)
    return _find_words(tx, terms, shape, values) if terms else Finding([], [])


class _Shape(Struct, frozen=True):
    """What tells one statement of a search from another; they are few, and each is made and compiled once."""

    dialect: str
    visibility: Visibility
    kinds: tuple[Kind, ...]
    ordering: Ordering
    slots: int = 0
    """Places for words, at most 8; 0 where none are looked for."""
    needs_all: bool = False
    """Whether what is found has a word for each place."""

    def for_words(self, words: int) -> "_Shape":
        """The same for what has so many words, all of them."""
        return replace(self, slots=words, needs_all=True)

    def for_some_of(self, words: int) -> "_Shape":
        """The same for what has some of so many words; with 2, 4 or 8 places."""
        return replace(self, slots=1 << (words - 1).bit_length())


def _find_words(tx: Tx, terms: list[str], shape: _Shape, values: dict[str, Any]) -> Finding:
    """All words as they are; else with slips in any of them; else all but one, as is most often so; else most of the words."""
    some = shape.for_some_of(len(terms))

    def run(meant: index.Meanings, needed: int) -> Finding:
        wanted = shape.for_words(needed) if needed == len(terms) else some
        found = _run(tx, wanted, values | meant.values(tx.dialect) | {"needed": needed})
        return Finding(found.page, found.tallies, meant.terms, is_partial=needed < len(terms))

    meant = index.meanings(tx, terms)
    found = run(meant, len(terms))
    if found.tallies:
        return found
    meant = index.meanings(tx, terms, always_slips=True)
    found = run(meant, len(terms))
    if found.tallies or len(terms) == 1:
        return found
    partly = run(meant, len(terms) - 1)
    least = (len(terms) + 1) // 2
    if not partly.tallies and len(terms) - 1 > least:
        most = tx.scalar(_most_words(some), values | meant.values(tx.dialect) | {"needed": least})
        partly = run(meant, most) if most else partly
    return partly if partly.tallies else found


def _matching(shape: _Shape) -> CTE:
    return _matching_documents(shape) if shape.slots else _matching_courses(shape.visibility)


def _matching_documents(shape: _Shape) -> CTE:
    """The documents that the viewer may see and that have at least `needed` of the words in what is open to them."""
    opened = is_open(shape.visibility)
    hits = index.hits(shape.dialect, [int(kind) for kind in shape.kinds], shape.slots, needs_all=shape.needs_all)
    words = case((opened, hits.c.words), else_=hits.c.open_words)
    columns = _columns(IndexedDocument.kind, IndexedDocument.object_id, case((opened, hits.c.score), else_=hits.c.open_score))
    return (
        select(*columns, words.label("words"))
        .select_from(hits)
        .join(IndexedDocument, IndexedDocument.id == hits.c.document_id)
        .join(Course, Course.id == IndexedDocument.group_id)
        .outerjoin(Lesson, Lesson.id == IndexedDocument.parent_id)
        .outerjoin(CourseRating, CourseRating.course_id == Course.id)
        .where(is_visible(shape.visibility), words >= bindparam("needed"), *filtering.priced())
        .cte("matching")
    )


def _matching_courses(visibility: Visibility) -> CTE:
    """All courses that the viewer may see."""
    return (
        select(*_columns(literal(int(Kind.COURSE), Integer), Course.id, literal(0, Integer)))
        .outerjoin(CourseRating, CourseRating.course_id == Course.id)
        .where(is_visible(visibility), *filtering.priced())
        .cte("matching")
    )


@cache
def _most_words(shape: _Shape) -> Prepared:
    return Prepared(select(func.max(_matching(shape).c.words)))


def _columns(kind: Any, object_id: Any, score: Any) -> list[Any]:
    return [
        kind.label("kind"),
        object_id.label("object_id"),
        score.label("score"),
        Course.category_id.label("category_id"),
        Course.difficulty_level.label("level"),
        Course.language.label("language"),
        case((Course.price == 0, 1), else_=0).label("is_free"),
        filtering.band().label("band"),
        filtering.missed(kind).label("missed"),
        filtering.PRICE.label("price"),
        filtering.AVERAGE.label("rating"),
        Course.title.label("title"),
        Course.created_at.label("created_at"),
    ]


_SORTED: dict[str, Callable[[Any], Any]] = {
    "relevance": lambda rows: rows.score.desc(),
    **{name: lambda rows, name=name: rows[name] for name in ("title", "price", "rating", "created_at")},
    **{f"-{name}": lambda rows, name=name: rows[name].desc() for name in ("title", "price", "rating", "created_at")},
    "-id": lambda rows: rows.object_id.desc(),
}


def _order(rows: Any, ordering: Ordering) -> list[Any]:
    """A total order: equal rows stand by kind and id."""
    by = _SORTED.get(ordering)
    return [*([by(rows)] if by else []), rows.kind, rows.object_id]


@cache
def _statement(shape: _Shape) -> Prepared:
    rows = _matching(shape).c
    place = func.row_number().over(order_by=_order(rows, shape.ordering)).label("place")
    met = select(rows.kind, rows.object_id, place).where(rows.missed == 0).subquery("met")
    number, empty = BigInteger(), cast(null(), String)
    of_page = select(
        literal(0, Integer).label("is_tally"),
        met.c.kind,
        cast(met.c.object_id, number).label("object_id"),
        met.c.place,
        cast(null(), number).label("category_id"),
        empty.label("level"),
        empty.label("language"),
        *(literal(0, Integer) for _ in range(3)),
    ).where(met.c.place > bindparam("first"), met.c.place <= bindparam("last"))
    alike = (rows.kind, rows.category_id, rows.level, rows.language, rows.is_free, rows.band, rows.missed)
    of_tallies = select(literal(1, Integer), rows.kind, cast(null(), number), func.count(), *alike[1:]).group_by(*alike)
    return Prepared(union_all(of_page, of_tallies))


def _run(tx: Tx, shape: _Shape, values: dict[str, Any]) -> Finding:
    found = tx.all(_statement(shape), values)
    page = sorted((place, Found(Kind(kind), object_id)) for is_tally, kind, object_id, place, *_ in found if not is_tally)
    tallies = [
        Tally(Kind(kind), category_id, level, language, bool(is_free), band, missed, count)
        for is_tally, kind, _, count, category_id, level, language, is_free, band, missed in found
        if is_tally
    ]
    return Finding([each for _, each in page], tallies)
