"""Columns are named beside the fields that they become; one that several fields need is selected once."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import DateTime, Integer, String, column

from bilim.db.select_into import convert, nested, nested_or_none, select_into


class Ref(Struct):
    id: int
    name: str


class View(Struct):
    id: int
    day: date
    at: datetime
    ref: Ref | None


ID, NAME, AT = column("id", Integer), column("name", String), column("at", DateTime)
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - as a driver answers


def test_a_column_for_several_fields_is_selected_once() -> None:
    selection = select_into(View, id=ID, day=convert(datetime.date, AT), at=AT, ref=nested(Ref, id=ID, name=NAME))
    assert [each.name for each in selection.query.selected_columns] == ["id", "at", "name"]
    assert selection.make(1, NOON, "A") == View(1, NOON.date(), NOON, Ref(1, "A"))


def test_what_an_outer_join_did_not_find_is_told_by_the_column_named_first_wherever_it_was_selected() -> None:
    first = select_into(View, id=ID, day=convert(datetime.date, AT), at=AT, ref=nested_or_none(Ref, name=NAME, id=ID))
    assert [each.name for each in first.query.selected_columns] == ["id", "at", "name"]
    assert first.make(1, NOON, None).ref is None
    assert first.make(1, NOON, "A").ref == Ref(1, "A")
