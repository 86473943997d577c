"""Columns are named beside the fields that they fill, and what does not fit is found when the module is loaded."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct

from bilim.accounts.models import User
from bilim.catalog.models import Course
from bilim.db.select_into import convert, nested, nested_or_none, select_into, uzs
from bilim.kit.actors import Role


class Teacher(Struct):
    id: int
    name: str


class Card(Struct):
    id: int
    price: Decimal
    teacher: Teacher | None
    tags: list[str] = []


def columns(**more: Any) -> dict[str, Any]:
    return {"id": Course.id, "price": uzs(Course.price)} | more


def test_a_flat_struct_is_made_by_its_own_class() -> None:
    assert select_into(Teacher, id=User.id, name=User.username).make is Teacher


def test_rows_become_structs_with_what_is_inside_them() -> None:
    make = select_into(Card, **columns(teacher=nested_or_none(Teacher, id=User.id, name=User.username))).make
    assert make(1, 49_000_050, 7, "Bobur") == Card(1, Decimal("490000.50"), Teacher(7, "Bobur"))
    assert make(1, 100, None, None) == Card(1, Decimal(1), None)


def test_fields_are_matched_by_name_not_by_place() -> None:
    selection = select_into(Card, teacher=nested(Teacher, name=User.username, id=User.id), price=uzs(Course.price), id=Course.id)
    assert [column.name for column in selection.query.selected_columns] == ["id", "price", "id", "username"]


def test_a_conversion_is_not_asked_about_null() -> None:
    class Person(Struct):
        id: int
        role: Role | None
        full_name: str

    make = select_into(
        Person, id=User.id, role=convert(Role, User.role), full_name=convert("{} {}".format, User.first_name, User.last_name)
    ).make
    assert make(1, None, "Ali", "Valiyev") == Person(1, None, "Ali Valiyev")
    assert make(1, "teacher", "Ali", "Valiyev").role is Role.TEACHER


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": User.id}, "Teacher lacks columns for name"),
        ({"id": User.id, "name": User.username, "nmae": User.username}, "Teacher has no fields nmae"),
        ({"id": User.id, "name": Course.price}, "Teacher.name is <class 'str'>, its column courses.price holds int"),
    ],
)
def test_what_does_not_fit_is_found_at_once(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        select_into(Teacher, **fields)


def test_what_does_not_fit_inside_is_found_too() -> None:
    with pytest.raises(TypeError, match="Teacher lacks columns for name"):
        select_into(Card, **columns(teacher=nested(Teacher, id=User.id)))
    with pytest.raises(TypeError, match=r"Card\.price is .*Decimal.*holds int"):
        select_into(Card, **columns(price=Course.price, teacher=nested(Teacher, id=User.id, name=User.username)))
