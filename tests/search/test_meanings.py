"""What a query's words may mean: themselves, beginnings, slips; and no more than a search may read."""

import pytest

from bilim.db.engine import Database
from bilim.search import actions, queries
from bilim.search.inputs import Document
from bilim.search.rules import Weight

ONE = Weight(1, 1)


def put(db: Database, *texts: str) -> None:
    """A document of each text, numbered from 1."""
    documents = [Document(1, number, 1, dict.fromkeys(text.split(), ONE)) for number, text in enumerate(texts, 1)]
    with db.write() as tx:
        actions.put_documents(tx, documents)


def meant(db: Database, *terms: str, always_slips: bool = False) -> list[list[str]]:
    """For each word of a query what it may mean, best first."""
    with db.read() as tx:
        found = queries.meanings(tx, list(terms), always_slips=always_slips).found
    in_order = sorted(found, key=lambda each: (-each.quality, each.term))
    return [[each.term for each in in_order if each.slot == slot] for slot in range(len(terms))]


def test_a_word_means_itself_and_what_begins_with_it_else_what_it_is_a_slip_of(db: Database) -> None:
    put(db, "kitob kitoblar kitobxon daftar", "kitsb a ab")
    assert meant(db, "kitob", "daftra", "a", "zzzz") == [["kitob", "kitoblar", "kitobxon"], ["daftar"], ["a"], []]
    assert meant(db, "kitob", always_slips=True) == [["kitob", "kitoblar", "kitobxon", "kitsb"]]


def test_a_beginning_means_the_shortest_words_first(db: Database) -> None:
    put(db, " ".join(f"so{number:0{2 + number % 5}}" for number in range(300)))
    (found,) = meant(db, "so")
    assert len(found) == queries.MAX_MEANINGS
    assert max(map(len, found)) == 5


def test_a_search_reads_no_more_than_it_may(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    common = " ".join(f"olma{chr(97 + number)}" for number in range(20))
    put(db, *[common] * 10, "olma nok", "nokzor " + " ".join(f"nok{chr(97 + number)}" for number in range(20)))
    assert [len(each) for each in meant(db, "olma", "nok")] == [21, 22]
    monkeypatch.setattr(queries, "MAX_ROWS", 40)
    apples, pears = meant(db, "olma", "nok")
    assert (apples[0], pears[0]) == ("olma", "nok"), "the words themselves always count"
    assert len(apples) < 6, "of words that stand everywhere only as many as there is room for"
    assert len(apples) < len(pears) < 22
