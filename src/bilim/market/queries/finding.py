"""Finding courses, lessons and words: which ones a viewer may see that have the words and meet the filters, how many, and of what kinds.

One statement finds all rows that have the words, once, and answers both a page of them and how many there are of each kind. A row
carries which filters it does not meet, so that the number beside a choice is what choosing it would show.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from msgspec import Struct, field
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.indexing import Kind
from bilim.catalog.models import Category, Course, Lesson
from bilim.db.engine import Tx
from bilim.kit import text
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.errors import unknown
from bilim.kit.money import to_tiyin
from bilim.kit.paging import Page
from bilim.market.inputs import CourseFilter, Ordering
from bilim.search import queries as index
from bilim.search import rules
from bilim.search.models import IndexedDocument
from bilim.study.models import CourseRating
from bilim.study.rules import STARS

BANDS = (Decimal("4.5"), Decimal(4), Decimal(3), Decimal(2), Decimal(1))
"""The ratings of which a search tells how many courses have them, or a better one."""
_MAX_ID_DIGITS = 18
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
    """Place of the best of `BANDS` that it reaches; their number where none."""
    missed: int
    """A bit for each of `FILTERS`."""
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


FILTERS = ("kind", "category", "level", "language", "rating", "free")
"""The filters whose choices are counted. Prices are no such filter: what they leave out is not counted at all."""


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
    visibility = visibility_of(actor)
    filters = _Filters(wanted, _category_id(tx, actor, wanted.category), kind)
    values = viewer(actor, first=page.skip, last=page.skip + (_ALL if page.limit is None else page.limit))
    if wanted.search is None:
        return _run(tx, _matching_courses(visibility, filters), ordering, values)
    terms = rules.query_terms(wanted.search)
    if not terms:
        return Finding([], [])
    hits = index.hits(tx.dialect, [int(kind) for kind in kinds], len(terms))
    return _find_words(tx, terms, _matching_documents(hits, visibility, filters), ordering, values)


class _Filters:
    """The conditions of a search: those whose choices are counted by name, and the others."""

    def __init__(self, wanted: CourseFilter, category_id: int | None, kind: Kind | None) -> None:
        self.kind = kind
        conditions = {
            "category": None if category_id is None else Course.category_id == category_id,
            "level": _same(Course.difficulty_level, wanted.level),
            "language": _same(Course.language, wanted.language),
            "rating": _reaches(wanted.min_rating) if wanted.min_rating else None,
            "free": None if wanted.free is None else (Course.price == 0 if wanted.free else Course.price > 0),
        }
        self.counted = {name: condition for name, condition in conditions.items() if condition is not None}
        bounds = [(PRICE.__ge__, wanted.min_price), (PRICE.__le__, wanted.max_price)]
        self.always = [compare(to_tiyin(bound)) for compare, bound in bounds if bound is not None]

    def missed(self, kind: ColumnElement[int]) -> ColumnElement[int]:
        """The bits of the filters that a row does not meet."""
        conditions = self.counted if self.kind is None else self.counted | {"kind": kind == int(self.kind)}
        bits: ColumnElement[int] = literal(0, Integer)
        for name, condition in conditions.items():
            bits = bits + case((condition, 0), else_=1 << FILTERS.index(name))
        return bits


PRICE: ColumnElement[int] = case(
    (and_(Course.discount_price > 0, Course.discount_price < Course.price), Course.discount_price), else_=Course.price
)
"""What is charged, as `kit.money.charged` says."""
_BY_STARS = [(stars, getattr(CourseRating, f"stars_{stars}")) for stars in STARS]
_REVIEWS = reduce(add, (count for _, count in _BY_STARS))
_STARS = reduce(add, (count * stars for stars, count in _BY_STARS))
_AVERAGE = func.coalesce(cast(_STARS, Float) / func.nullif(_REVIEWS, 0), 0)


def _same(column: Any, value: str | None) -> ColumnElement[bool] | None:
    """Equal, whatever the case of Latin letters."""
    return None if value is None else func.lower(column) == value.lower()


def _reaches(rating: Decimal) -> ColumnElement[bool]:
    """Whether a course has reviews and at least this rating on average; in whole numbers, so that equal is equal."""
    return and_(_REVIEWS > 0, _REVIEWS * int(rating * 1000) <= _STARS * 1000)


def _band() -> ColumnElement[int]:
    return case(*((_reaches(rating), place) for place, rating in enumerate(BANDS)), else_=len(BANDS))


def _category_id(tx: Tx, actor: Actor | None, category: str | None) -> int | None:
    """The id of a category that is named or numbered; those without a course that the viewer may see are known to staff alone."""
    if category is None:
        return None
    is_id = category.isascii() and category.isdecimal() and len(category) <= _MAX_ID_DIGITS
    known = select(Category.id).where(Category.id == int(category) if is_id else Category.name_key == text.fold(category))
    if actor is None or not actor.is_teacher:
        shown = exists(select(Course.id).where(Course.category_id == Category.id, is_visible(visibility_of(actor))))
        known = known.where(shown)
    found = tx.execute(known, viewer(actor)).scalar()
    if found is None:
        raise unknown("category", category)
    return found


def _find_words(tx: Tx, terms: list[str], matching: CTE, ordering: Ordering, values: dict[str, Any]) -> Finding:
    """All words as they are; else with slips in any of them; else most of the words."""

    def run(meant: index.Meanings, needed: int) -> Finding:
        of_words = meant.values(tx.dialect) | {"needed": needed}
        found = _run(tx, matching, ordering, values | of_words)
        return Finding(found.page, found.tallies, meant.terms, is_partial=needed < len(terms))

    meant = index.meanings(tx, terms)
    found = run(meant, len(terms))
    if found.tallies:
        return found
    meant = index.meanings(tx, terms, always_slips=True)
    found = run(meant, len(terms))
    if found.tallies or len(terms) == 1:
        return found
    least = (len(terms) + 1) // 2
    most = tx.execute(select(func.max(matching.c.words)), values | meant.values(tx.dialect) | {"needed": least}).scalar()
    return run(meant, most) if most else found


def _matching_documents(hits: CTE, visibility: Visibility, filters: _Filters) -> CTE:
    """The documents that the viewer may see and that have at least `needed` of the words in what is open to them."""
    opened = is_open(visibility)
    words = case((opened, hits.c.words), else_=hits.c.open_words)
    columns = _columns(IndexedDocument.kind, IndexedDocument.object_id, case((opened, hits.c.score), else_=hits.c.open_score), filters)
    return (
        select(*columns, words.label("words"))
        .select_from(hits)
        .join(IndexedDocument, IndexedDocument.id == hits.c.document_id)
        .join(Course, Course.id == IndexedDocument.group_id)
        .outerjoin(Lesson, Lesson.id == IndexedDocument.parent_id)
        .outerjoin(CourseRating, CourseRating.course_id == Course.id)
        .where(is_visible(visibility), words >= bindparam("needed"), *filters.always)
        .cte("matching")
    )


def _matching_courses(visibility: Visibility, filters: _Filters) -> CTE:
    """All courses that the viewer may see."""
    return (
        select(*_columns(literal(int(Kind.COURSE), Integer), Course.id, literal(0, Integer), filters))
        .outerjoin(CourseRating, CourseRating.course_id == Course.id)
        .where(is_visible(visibility), *filters.always)
        .cte("matching")
    )


def _columns(kind: Any, object_id: Any, score: Any, filters: _Filters) -> list[Any]:
    return [
        kind.label("kind"),
        object_id.label("object_id"),
        score.label("score"),
        Course.category_id.label("category_id"),
        Course.difficulty_level.label("level"),
        Course.language.label("language"),
        case((Course.price == 0, 1), else_=0).label("is_free"),
        _band().label("band"),
        filters.missed(kind).label("missed"),
        PRICE.label("price"),
        _AVERAGE.label("rating"),
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


def _run(tx: Tx, matching: CTE, ordering: Ordering, values: dict[str, Any]) -> Finding:
    rows = matching.c
    place = func.row_number().over(order_by=_order(rows, ordering)).label("place")
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
    found = tx.execute(union_all(of_page, of_tallies), values).all()
    page = sorted((place, Found(Kind(kind), object_id)) for is_tally, kind, object_id, place, *_ in found if not is_tally)
    tallies = [
        Tally(Kind(kind), category_id, level, language, bool(is_free), band, missed, count)
        for is_tally, kind, _, count, category_id, level, language, is_free, band, missed in found
        if is_tally
    ]
    return Finding([each for _, each in page], tallies)
