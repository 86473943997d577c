"""Finding: the words that a query may mean, and the documents that have them.

Who may see what is for the slices above to say: they join these documents with what they know of their groups and parents.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from msgspec import Struct
from sqlalchemy import CTE, BigInteger, ColumnElement, Integer, Select, bindparam, case, func, intersect, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.search import rules
from bilim.search.models import Neighbour, Posting, Term

MAX_MEANINGS = 100
"""Words that one word of a query may stand for; of more those with the fewest letters."""

MAX_ROWS = 100_000
"""Postings that a search may read beyond the best meaning of each word: some tenths of a second."""
_FEW = 32
"""Meanings whose postings are not counted first."""


class Meaning(Struct, frozen=True):
    """A word of the index that a word of a query may mean."""

    term_id: int
    term: str
    slot: int
    """Which word of the query, from 0."""
    quality: int
    """Per cent: 100 for the word itself, less for one that begins with it, still less for one with slips."""


class Meanings(Struct, frozen=True):
    """All that a query may mean."""

    words: int
    """How many words the query has."""
    found: list[Meaning]

    @property
    def terms(self) -> set[str]:
        """The words of the index, to be shown where they are found."""
        return {meaning.term for meaning in self.found}

    def values(self, dialect: str) -> dict[str, Any]:
        """The values of the parameters of `hits`."""
        if dialect == "sqlite":
            rows = ",".join(f"[{each.term_id},{each.slot},{each.quality}]" for each in self.found)
            return {"meanings": f"[{rows}]"}
        return {
            "meant_terms": [each.term_id for each in self.found],
            "meant_slots": [each.slot for each in self.found],
            "meant_qualities": [each.quality for each in self.found],
        }


_BEGINNING_WITH = Prepared(
    select(Term.id, Term.term)
    .where(Term.term >= bindparam("term"), Term.term < bindparam("last"))
    .order_by(func.length(Term.term), Term.term)
    .limit(MAX_MEANINGS)
)
_ITSELF = Prepared(select(Term.id, Term.term).where(Term.term == bindparam("term")))
_NEIGHBOURS = Prepared(
    select(Term.id, Term.term).where(
        Term.id.in_(select(Neighbour.term_id).where(Neighbour.key.in_(bindparam("keys", expanding=True)))),
    )
)
_FREQUENCIES = Prepared(
    select(Posting.term_id, func.count()).where(Posting.term_id.in_(bindparam("term_ids", expanding=True))).group_by(Posting.term_id)
)
_AFTER_ALL = "\U0010ffff"


@internal
def meanings(tx: Tx, terms: list[str], *, always_slips: bool = False) -> Meanings:
    """What the words of a query may mean: themselves and what begins with them; where there is nothing such, what they are slips of.

    Args:
        terms: see `rules.query_terms`.
        always_slips: look for slips of all words, since a slip can make another word.
    """
    found: list[Meaning] = []
    for slot, term in enumerate(terms):
        known = _beginning_with(tx, slot, term)
        if always_slips or not known:
            ids = {meaning.term_id for meaning in known}
            known += [meaning for meaning in _with_slips(tx, slot, term) if meaning.term_id not in ids]
        found += known
    return Meanings(len(terms), found if len(found) <= _FEW else _affordable(tx, found))


def _affordable(tx: Tx, found: list[Meaning]) -> list[Meaning]:
    """The best meanings of each word that stand in so many documents as a search may read, at least one of each word.

    Short beginnings of common words would otherwise read the whole index, for anybody who asks.
    """
    frequencies = dict(map(tuple, tx.all(_FREQUENCIES, {"term_ids": sorted({meaning.term_id for meaning in found})})))
    rows, slots, kept = 0, set[int](), list[Meaning]()
    for meaning in sorted(found, key=lambda each: (-each.quality, each.slot, len(each.term), each.term)):
        frequency = frequencies.get(meaning.term_id, 0)
        if meaning.slot not in slots or rows + frequency <= MAX_ROWS:
            rows += frequency
            slots.add(meaning.slot)
            kept.append(meaning)
    return kept


def _beginning_with(tx: Tx, slot: int, term: str) -> list[Meaning]:
    query = _BEGINNING_WITH if rules.is_prefix(term) else _ITSELF
    rows = tx.all(query, {"term": term, "last": term + _AFTER_ALL} if query is _BEGINNING_WITH else {"term": term})
    return [Meaning(term_id, known, slot, rules.prefix_quality(term, known)) for term_id, known in rows]


def _with_slips(tx: Tx, slot: int, term: str) -> list[Meaning]:
    keys = sorted(rules.neighbour_keys(term))
    rows = tx.all(_NEIGHBOURS, {"keys": keys}) if keys else []
    near = [Meaning(term_id, known, slot, quality) for term_id, known in rows if (quality := rules.slip_quality(term, known))]
    return sorted(near, key=lambda meaning: (-meaning.quality, len(meaning.term), meaning.term))[:MAX_MEANINGS]


def _meant(dialect: str) -> Any:
    """The rows of `Meanings.values`, as a table."""
    if dialect == "sqlite":
        each = func.json_each(bindparam("meanings")).table_valued("value", name="each_meaning")
        numbers = [type_coerce(func.json_extract(each.c.value, f"$[{place}]"), Integer).label(name) for place, name in enumerate(_MEANT)]
        return select(*numbers).subquery("meant")
    kinds = {"meant_terms": BigInteger, "meant_slots": Integer, "meant_qualities": Integer}
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    return func.unnest(*arrays).table_valued(*_MEANT, name="meant").render_derived()


_MEANT = ("term_id", "slot", "quality")


@internal
def hits(dialect: str, kinds: Sequence[int], words: int, *, needs_all: bool) -> CTE:
    """The documents that have at least `needed` of a query's words, by `document_id`.

    `words` says how many, `score` what they are worth; `open_words` and `open_score` say the same of open texts alone. Its
    parameters are `Meanings.values` and `needed`. Each word has a column of its own, so that the rows are grouped once.

    Args:
        needs_all: `needed` is `words`. Then SQLite groups only documents that have all of them, which is several times faster.
    """
    meant = _meant(dialect)

    def worth(weight: Any, slot: int) -> ColumnElement[int]:
        return func.max(case((meant.c.slot == slot, weight * meant.c.quality), else_=0))

    postings = (
        select(
            Posting.document_id,
            *(worth(Posting.weight, slot).label(f"whole_{slot}") for slot in range(words)),
            *(worth(Posting.open_weight, slot).label(f"open_{slot}") for slot in range(words)),
        )
        .join(meant, meant.c.term_id == Posting.term_id)
        .where(Posting.kind.in_(kinds))
        .group_by(Posting.document_id)
    )
    if needs_all and words > 1:
        # SQLite would look the documents, of which there may be thousands, up one by one for each of a hundred meanings; a sum is in no
        # index. PostgreSQL makes a hash table of them, and how many rows a sum matches it could not guess.
        document_id = Posting.document_id + 0 if dialect == "sqlite" else Posting.document_id
        postings = postings.where(document_id.in_(select(_with_all_words(dialect, kinds, words).c.document_id)))
    grouped = postings.subquery("grouped")
    whole, opened = ([grouped.c[f"{name}_{slot}"] for slot in range(words)] for name in ("whole", "open"))
    return (
        select(
            grouped.c.document_id,
            _count(whole).label("words"),
            _sum(whole).label("score"),
            _count(opened).label("open_words"),
            _sum(opened).label("open_score"),
        )
        .where(_count(whole) >= bindparam("needed"))
        .cte("hits")
    )


def _with_all_words(dialect: str, kinds: Sequence[int], words: int) -> CTE:
    """The documents that have each of a query's words, in whatever texts."""

    def with_word(slot: int) -> Select[int]:
        meant = _meant(dialect)
        terms = select(meant.c.term_id).where(meant.c.slot == slot)
        return select(Posting.document_id).where(Posting.term_id.in_(terms), Posting.kind.in_(kinds))

    return intersect(*(with_word(slot) for slot in range(words))).cte("with_all_words")


def _sum(columns: list[Any]) -> ColumnElement[int]:
    return reduce(add, columns)


def _count(columns: list[Any]) -> ColumnElement[int]:
    """How many of them are not 0."""
    return _sum([case((column > 0, 1), else_=0) for column in columns])
