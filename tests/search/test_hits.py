"""The documents that have a query's words: grouped alone where all words are needed, and still the same ones."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from bilim.db.engine import Database
from bilim.search import actions, queries
from bilim.search.inputs import Document
from bilim.search.models import IndexedDocument
from bilim.search.rules import Weight

WORDS = ("olma", "olmazor", "anor", "nok", "uzum", "uzumzor")


def found(db: Database, terms: list[str], needed: int, *, kinds: tuple[int, ...] = (1, 2), needs_all: bool) -> list[Any]:
    """Kind, number, words, score, open words and open score of each document that has so many of the words."""
    with db.read() as tx:
        hits = queries.hits(tx.dialect, kinds, len(terms), needs_all=needs_all)
        rows = (
            select(IndexedDocument.kind, IndexedDocument.object_id, hits.c.words, hits.c.score, hits.c.open_words, hits.c.open_score)
            .join(hits, hits.c.document_id == IndexedDocument.id)
            .order_by(IndexedDocument.id)
        )
        values = queries.meanings(tx, terms).values(tx.dialect) | {"needed": needed}
        return [tuple(row) for row in tx.execute(rows, values)]


@pytest.fixture
def orchard(db: Database) -> Database:
    """Sixty documents of two kinds with some of the words each, open or closed."""
    rng = random.Random(5)  # noqa: S311 - the same each time
    texts = [{word: Weight(rng.randint(1, 9), rng.choice((0, 1))) for word in rng.sample(WORDS, rng.randint(1, 4))} for _ in range(60)]
    with db.write() as tx:
        actions.put_documents(tx, [Document(1 + number % 2, number, 1, words) for number, words in enumerate(texts)])
    return db


@pytest.mark.parametrize("terms", [["olma"], ["olma", "anor"], ["nok", "uzum", "olma"], ["olma", "anor", "nok", "uzum"], ["olma", "zzz"]])
def test_documents_with_all_words_are_the_same_however_they_are_found(orchard: Database, terms: list[str]) -> None:
    quickly = found(orchard, terms, len(terms), needs_all=True)
    assert quickly == found(orchard, terms, len(terms), needs_all=False)
    assert bool(quickly) == ("zzz" not in terms)
    assert {words for _, _, words, *_ in quickly} <= {len(terms)}
    of_one_kind = found(orchard, terms, len(terms), kinds=(2,), needs_all=True)
    assert of_one_kind == [row for row in quickly if row[0] == 2]


def test_documents_with_some_of_the_words_are_found_too(orchard: Database) -> None:
    some = found(orchard, ["olma", "nok", "uzum"], 2, needs_all=False)
    assert {words for _, _, words, *_ in some} == {2, 3}
    assert found(orchard, ["olma", "nok", "uzum"], 3, needs_all=True) == [row for row in some if row[2] == 3]


def test_a_document_is_worth_the_best_meaning_of_each_word(db: Database) -> None:
    words = {"olma": Weight(3, 3), "olmazor": Weight(100, 0), "nok": Weight(7, 0)}
    with db.write() as tx:
        actions.put_documents(tx, [Document(1, 5, 1, words)])
    of_longer = 100 * (40 + 50 * 4 // 7)
    assert found(db, ["olma", "nok"], 2, needs_all=True) == [(1, 5, 2, of_longer + 700, 1, 300)]
