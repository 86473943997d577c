"""What is written into the index, and what each write leaves alone."""

import pytest
from sqlalchemy import func, select

from bilim.db.engine import Database, Tx
from bilim.search import actions
from bilim.search.inputs import Document
from bilim.search.models import IndexedDocument, Neighbour, Posting, Term
from bilim.search.rules import Weight


def document(kind: int, number: int, words: str, *, group: int = 1, parent: int | None = None, weight: int = 5) -> Document:
    return Document(kind, number, group, dict.fromkeys(words.split(), Weight(weight, weight)), parent)


def postings(db: Database) -> dict[tuple[int, int], dict[str, int]]:
    """The words of each document with their weights, by kind and number."""
    with db.read() as tx:
        joined = select(IndexedDocument.kind, IndexedDocument.object_id, Term.term, Posting.weight)
        joined = joined.join(Posting, Posting.document_id == IndexedDocument.id).join(Term, Term.id == Posting.term_id)
        found: dict[tuple[int, int], dict[str, int]] = {}
        for kind, number, term, weight in tx.all(joined.order_by(Term.term)):
            found.setdefault((kind, number), {})[term] = weight
    return found


def rows(tx: Tx, table: type) -> int:
    return tx.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def shelf(db: Database) -> Database:
    """Two courses with a lesson and a word each, every one written on its own."""
    for course in (1, 2):
        for each in (
            document(1, course, "kitob rus", group=course),
            document(2, course, "kitob ot", group=course, parent=course),
            document(3, course, "non", group=course, parent=course),
        ):
            with db.write() as tx:
                actions.put_documents(tx, [each])
    return db


ALL = {
    (kind, number): dict.fromkeys(words, 5)
    for kind, words in ((1, ("kitob", "rus")), (2, ("kitob", "ot")), (3, ("non",)))
    for number in (1, 2)
}


def test_documents_written_one_by_one_are_all_there(shelf: Database) -> None:
    assert postings(shelf) == ALL


def test_a_document_written_anew_has_its_new_words_and_the_others_keep_theirs(shelf: Database) -> None:
    with shelf.write() as tx:
        actions.put_documents(tx, [document(2, 1, "ot kema", parent=1, weight=7)])
        assert rows(tx, IndexedDocument) == 6
    assert postings(shelf) == ALL | {(2, 1): {"kema": 7, "ot": 7}}


def test_documents_are_dropped_by_number_by_parent_and_by_group(shelf: Database) -> None:
    with shelf.write() as tx:
        actions.drop_documents(tx, 3, [1, 99])
    assert postings(shelf).keys() == ALL.keys() - {(3, 1)}
    with shelf.write() as tx:
        actions.drop_children(tx, 2)
    assert postings(shelf).keys() == {(1, 1), (2, 1), (1, 2)}
    with shelf.write() as tx:
        actions.drop_groups(tx, [1])
        assert (rows(tx, IndexedDocument), rows(tx, Posting)) == (1, 2)
    assert postings(shelf).keys() == {(1, 2)}


def test_words_of_no_document_are_forgotten_with_their_keys(shelf: Database) -> None:
    with shelf.write() as tx:
        actions.drop_groups(tx, [1, 2])
        actions.put_documents(tx, [document(1, 3, "kitob")])
        actions.forget_unused_terms(tx)
        assert tx.scalars(select(Term.term)) == ["kitob"]
        assert tx.scalars(select(Neighbour.term_id).distinct()) == tx.scalars(select(Term.id))


def test_more_documents_and_words_than_fit_a_statement_are_written(db: Database) -> None:
    many = [document(1, number, f"so{number} hamma") for number in range(1, 1203)]
    with db.write() as tx:
        actions.put_documents(tx, many)
        assert (rows(tx, IndexedDocument), rows(tx, Posting), rows(tx, Term)) == (1202, 2404, 1203)
        actions.drop_documents(tx, 1, range(1, 1202))
    assert postings(db) == {(1, 1202): {"hamma": 5, "so1202": 5}}
