"""Lists of any length: a page of them or all in batches, with their figures."""

from collections.abc import Callable

import pytest
from msgspec import Struct
from sqlalchemy import column, insert, select
from sqlalchemy.exc import DBAPIError

from bilim.accounts.models import User
from bilim.db.engine import Database, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import watchers
from bilim.db.select_into import select_column, select_into
from bilim.kit.paging import Page

PEOPLE = 1_200


class Named(Struct):
    id: int
    username: str


TEACHERS = ListQuery(select_into(Named, id=User.id, username=User.username).where(User.role == "teacher").order_by(User.id))


@pytest.fixture
def people(db: Database) -> Database:
    """A database with many teachers."""
    with db.write() as tx:
        made = {"password_hash": "", "role": "teacher", "created_at": tx.now, "updated_at": tx.now}
        tx.execute(insert(User), [{"username": f"w{i}", "username_key": f"w{i}"} | made for i in range(PEOPLE)])
    return db


def test_a_whole_list_comes_in_batches_that_can_be_enriched(people: Database) -> None:
    sizes: list[int] = []
    counts: list[int] = []

    def enrich(tx: Tx, batch: list[Named]) -> list[str]:
        sizes.append(len(batch))
        counts.append(tx.scalar(TEACHERS.count))  # a query between two batches
        return [each.username for each in batch]

    with people.read() as tx:
        found = paginate(tx, TEACHERS, Page(limit=None), enrich=lambda batch: enrich(tx, batch))
        assert found.all() == [f"w{i}" for i in range(PEOPLE)]
    assert sizes == [500, 500, 200]
    assert counts == [PEOPLE] * 3
    assert found.total is None


@pytest.mark.parametrize(
    ("page", "rows", "statements"),
    [
        (Page(skip=0, limit=2), 2, 2),
        (Page(skip=1_199, limit=2), 1, 1),
        (Page(skip=5_000, limit=2), 0, 2),
        (Page(skip=1_190, limit=None), 10, 2),
        (Page(limit=0), 0, 2),
        (Page(limit=None), PEOPLE, 1),
    ],
)
def test_rows_are_counted_only_where_the_page_does_not_tell(people: Database, page: Page, rows: int, statements: int) -> None:
    sent: list[str] = []
    watchers.append(sent.append)
    try:
        with people.read() as tx:
            found = paginate(tx, TEACHERS, page)
            names = [each.username for each in found.all()]
    finally:
        watchers.remove(sent.append)
    assert names == [f"w{i}" for i in range(page.skip, page.skip + rows)]
    assert len(sent) == statements
    assert (len(names) if found.total is None else found.total) == PEOPLE


@pytest.mark.parametrize("enrich", [None, list], ids=["alone", "beside other statements"])
def test_a_list_that_is_left_half_way_leaves_its_connection_free(
    people: Database, enrich: Callable[[list[Named]], list[Named]] | None
) -> None:
    """Also while somebody still holds the list, as the traceback of an error does."""
    with people.read() as tx:
        found = paginate(tx, TEACHERS, Page(limit=None), enrich=enrich) if enrich else paginate(tx, TEACHERS, Page(limit=None))
        assert len(next(found.batches)) == 500
    with people.read() as tx:
        assert tx.scalar(TEACHERS.count) == PEOPLE
    assert list(found.batches) == [], "its transaction is over"


@pytest.mark.parametrize("page", [Page(limit=None), Page(limit=2)])
def test_a_list_that_cannot_be_read_fails_as_any_statement_does(db: Database, page: Page) -> None:
    nothing = ListQuery(select_column(column("nothing")).select_from(User))
    with db.read() as tx, pytest.raises(DBAPIError):
        paginate(tx, nothing, page).all()


def test_keys_first_finds_the_same_rows(people: Database) -> None:
    keys = select(User.id).where(User.role == "teacher").order_by(User.id)
    by_keys = ListQuery(select_into(Named, id=User.id, username=User.username).order_by(User.id), keys=keys)
    with people.read() as tx:
        for page in (Page(skip=7, limit=5), Page(skip=1_195, limit=None), Page(limit=None)):
            assert paginate(tx, by_keys, page).all() == paginate(tx, TEACHERS, page).all()
        assert paginate(tx, by_keys, Page(skip=3, limit=2)).total == PEOPLE
