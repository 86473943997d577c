"""What courses must be like, as SQL: the filters of a search, of which each row tells which ones it does not meet."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache, reduce
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Integer, String, and_, bindparam, case, cast, exists, func, literal, or_, select

from bilim.catalog.access import Visibility, is_visible, viewer, visibility_of
from bilim.catalog.indexing import Kind
from bilim.catalog.models import Category, Course
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit import text
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.errors import unknown
from bilim.kit.money import to_tiyin
from bilim.market.inputs import CourseFilter
from bilim.study.models import CourseRating
from bilim.study.rules import STARS

FILTERS = ("kind", "category", "level", "language", "rating", "free")
"""The filters whose choices are counted. Prices are no such filter: what they leave out is not counted at all."""
BANDS = (Decimal("4.5"), Decimal(4), Decimal(3), Decimal(2), Decimal(1))
"""The ratings of which a search tells how many courses have them, or a better one."""
_MAX_ID_DIGITS = 18


@internal
def filter_values(wanted: CourseFilter, category_id: int | None, kind: Kind | None) -> dict[str, Any]:
    """The values of the filters' parameters; None where a filter is not set."""
    return {
        "wanted_kind": None if kind is None else int(kind),
        "wanted_category": category_id,
        "wanted_level": wanted.level,
        "wanted_language": wanted.language,
        "least_rating": int(wanted.min_rating * 1000) or None if wanted.min_rating else None,
        "wanted_free": None if wanted.free is None else int(wanted.free),
        "least_price": None if wanted.min_price is None else to_tiyin(wanted.min_price),
        "most_price": None if wanted.max_price is None else to_tiyin(wanted.max_price),
    }


PRICE: ColumnElement[int] = case(
    (and_(Course.discount_price > 0, Course.discount_price < Course.price), Course.discount_price), else_=Course.price
)
"""What is charged, as `kit.money.charged` says."""
_BY_STARS = [(stars, getattr(CourseRating, f"stars_{stars}")) for stars in STARS]
_REVIEWS = reduce(add, (count for _, count in _BY_STARS))
_STARS = reduce(add, (count * stars for stars, count in _BY_STARS))
AVERAGE = func.coalesce(cast(_STARS, Float) / func.nullif(_REVIEWS, 0), 0)


def _if_set(name: str, kind: Any, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """A condition with a value that may be None: then everything meets it."""
    value = bindparam(name, type_=kind)
    return or_(value.is_(None), condition(value))


def _is_alike(column: Any, value: Any) -> ColumnElement[bool]:
    """Whether a text is the wanted one, in letters of any case as far as the database knows them: SQLite knows those of English."""
    return func.lower(column) == func.lower(value)


def _reaches(thousandths: Any) -> ColumnElement[bool]:
    """Whether a course has reviews and at least this rating on average; in whole numbers, so that equal is equal."""
    return and_(_REVIEWS > 0, _REVIEWS * thousandths <= _STARS * 1000)


@internal
def missed(kind: ColumnElement[int]) -> ColumnElement[int]:
    """The bits of the filters that a row does not meet."""
    conditions = {
        "kind": _if_set("wanted_kind", Integer(), lambda value: kind == value),
        "category": _if_set("wanted_category", BigInteger(), lambda value: func.coalesce(Course.category_id, 0) == value),
        "level": _if_set("wanted_level", String(), lambda value: _is_alike(Course.difficulty_level, value)),
        "language": _if_set("wanted_language", String(), lambda value: _is_alike(func.coalesce(Course.language, ""), value)),
        "rating": _if_set("least_rating", Integer(), _reaches),
        "free": _if_set("wanted_free", Integer(), lambda value: case((Course.price == 0, 1), else_=0) == value),
    }
    bits: ColumnElement[int] = literal(0, Integer)
    for place, name in enumerate(FILTERS):
        bits = bits + case((conditions[name], 0), else_=1 << place)
    return bits


@internal
def priced() -> list[ColumnElement[bool]]:
    """What courses must cost; those that cost more or less are not counted."""
    return [
        _if_set("least_price", BigInteger(), lambda value: value <= PRICE),
        _if_set("most_price", BigInteger(), lambda value: value >= PRICE),
    ]


@internal
def band() -> ColumnElement[int]:
    """The place of the best of `BANDS` that a course reaches; their number where none."""
    return case(*((_reaches(int(rating * 1000)), place) for place, rating in enumerate(BANDS)), else_=len(BANDS))


@internal
def find_category(tx: Tx, actor: Actor | None, category: str | None) -> int | None:
    """The id of a category that is named or numbered; those without a course that the viewer may see are known to staff alone."""
    if category is None:
        return None
    is_id = category.isascii() and category.isdecimal() and len(category) <= _MAX_ID_DIGITS
    visibility = None if actor is not None and actor.is_teacher else visibility_of(actor)
    wanted = viewer(actor, wanted=int(category) if is_id else text.fold(category))
    found = tx.scalar(_category(visibility, is_id=is_id), wanted)
    if found is None:
        raise unknown("category", category)
    return found


@cache
def _category(visibility: Visibility | None, *, is_id: bool) -> Prepared:
    """The id of a category by id or name, if it has a course of this visibility; None for those who know of all."""
    known = select(Category.id).where((Category.id if is_id else Category.name_key) == bindparam("wanted"))
    if visibility is not None:
        known = known.where(exists(select(Course.id).where(Course.category_id == Category.id, is_visible(visibility))))
    return Prepared(known)
