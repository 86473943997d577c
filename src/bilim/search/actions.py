"""Writes of the index, in the transaction that writes what is indexed. Callers hold the lock of the document's group."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, exists, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from bilim.db.base import Base
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.search.inputs import Document
from bilim.search.models import IndexedDocument, Neighbour, Posting, Term
from bilim.search.rules import neighbour_keys

_BATCH = 500
"""Documents or words a statement, so that its parameters stay few."""


@internal
def put_documents(tx: Tx, documents: Sequence[Document]) -> None:
    """Index documents anew: what they are found by is what these say, and nothing else. Each is named once.

    A transaction calls this once, as the last thing that it locks: the words of all documents are written in one order, so that two
    transactions that bring the same new words wait for each other and never in a circle.
    """
    term_ids = _ensure_terms(tx, {term for document in documents for term in document.words})
    for part in _parts(documents):
        _put(tx, part, term_ids)


@internal
def drop_documents(tx: Tx, kind: int, object_ids: Iterable[int]) -> None:
    """Take documents of a kind out of the index."""
    for part in _parts(list(object_ids)):
        _drop(tx, (IndexedDocument.kind == kind) & IndexedDocument.object_id.in_(part))


@internal
def drop_children(tx: Tx, parent_id: int) -> None:
    """Take all documents of a parent out of the index."""
    _drop(tx, IndexedDocument.parent_id == parent_id)


@internal
def drop_groups(tx: Tx, group_ids: Sequence[int]) -> None:
    """Take all documents of groups out of the index."""
    for part in _parts(group_ids):
        _drop(tx, IndexedDocument.group_id.in_(part))


@internal
def forget_unused_terms(tx: Tx) -> None:
    """Delete the words that no document has any more."""
    if tx.dialect == "postgresql":
        # Whoever has read a word's id is waited for: its posting would refer to nothing.
        tx.execute(text("LOCK TABLE search_terms IN ACCESS EXCLUSIVE MODE"))
    tx.execute(delete(Term).where(~exists(select(Posting.term_id).where(Posting.term_id == Term.id))))


def _drop(tx: Tx, condition: Any) -> None:
    tx.execute(delete(IndexedDocument).where(condition))  # its postings go with it


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


_KNOWN_TERMS = Prepared(select(Term.term, Term.id).where(Term.term.in_(bindparam("terms", expanding=True))))


def _ensure_terms(tx: Tx, terms: set[str]) -> dict[str, int]:
    """The ids of words; new ones are added with their neighbours' keys."""
    in_order = sorted(terms)
    known = _term_ids(tx, in_order)
    if missing := [term for term in in_order if term not in known]:
        added: set[int] = set()
        for part in _parts(missing):
            new = tx.inserting(Term).values([{"term": term} for term in part]).on_conflict_do_nothing(index_elements=["term"])
            added.update(tx.scalars(new.returning(Term.id)))
        known |= _term_ids(tx, missing)
        _insert_rows(tx, Neighbour, [(key, known[term]) for term in missing if known[term] in added for key in neighbour_keys(term)])
    return known


def _term_ids(tx: Tx, terms: list[str]) -> dict[str, int]:
    return {term: term_id for part in _parts(terms) for term, term_id in tx.all(_KNOWN_TERMS, {"terms": part})}


def _put(tx: Tx, documents: Sequence[Document], term_ids: dict[str, int]) -> None:
    ids = _ensure_documents(tx, documents)
    wanted = {
        (term_ids[term], document.kind, ids[document.kind, document.object_id]): (weight.whole, weight.open)
        for document in documents
        for term, weight in document.words.items()
    }
    found = tx.all(_POSTINGS_OF, {"document_ids": list(ids.values())})
    known = {(term_id, kind, document_id): (whole, opened) for term_id, kind, document_id, whole, opened in found}
    gone = [key for key in known if known[key] != wanted.get(key)]
    for part in _parts(gone):
        tx.execute(delete(Posting).where(tuple_(Posting.term_id, Posting.kind, Posting.document_id).in_(part)))
    _insert_rows(tx, Posting, [(*key, *weights) for key, weights in wanted.items() if known.get(key) != weights])


_POSTINGS_OF = Prepared(
    select(Posting.term_id, Posting.kind, Posting.document_id, Posting.weight, Posting.open_weight).where(
        Posting.document_id.in_(bindparam("document_ids", expanding=True))
    )
)
_KNOWN_DOCUMENTS = Prepared(
    select(IndexedDocument.object_id, IndexedDocument.id).where(
        IndexedDocument.kind == bindparam("kind"), IndexedDocument.object_id.in_(bindparam("object_ids", expanding=True))
    )
)


def _ensure_documents(tx: Tx, documents: Sequence[Document]) -> dict[tuple[int, int], int]:
    """The documents' ids in the index, by kind and object; those not yet in it are added."""
    known = _document_ids(tx, documents)
    missing = [document for document in documents if (document.kind, document.object_id) not in known]
    if missing:
        columns = ("kind", "object_id", "group_id", "parent_id")
        tx.execute(insert(IndexedDocument), [{name: getattr(document, name) for name in columns} for document in missing])
        known |= _document_ids(tx, missing)
    return known


def _document_ids(tx: Tx, documents: Sequence[Document]) -> dict[tuple[int, int], int]:
    by_kind: dict[int, list[int]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document.object_id)
    return {
        (kind, object_id): document_id
        for kind, object_ids in by_kind.items()
        for object_id, document_id in tx.all(_KNOWN_DOCUMENTS, {"kind": kind, "object_ids": object_ids})
    }


def _insert_rows(tx: Tx, table: type[Base], rows: list[tuple[int, ...]]) -> None:
    """Insert rows of whole numbers, one for each column in their order. PostgreSQL gets them as one array a column: far less to parse."""
    if not rows:
        return
    columns = list(table.__table__.columns)
    if tx.dialect == "sqlite":
        names = [column.name for column in columns]
        tx.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    arrays = [
        bindparam(column.name, list(values), ARRAY(BigInteger)) for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    unnested = func.unnest(*arrays).table_valued(*(column.name for column in columns)).render_derived()
    tx.execute(insert(table).from_select([column.name for column in columns], select(*unnested.c)))
