"""A SELECT whose columns are named beside the fields of the Struct that each row becomes.

    _RECORD = select_into(
        AttendanceView,
        id=Attendance.id,
        student=nested(StudentRef, id=User.id, username=User.username),
        status=Attendance.status,
    ).join(User, User.id == Attendance.student_id)

Names and types are checked when the module is loaded. The function that makes a Struct of a row's columns is generated once, so that it
costs no more than calling the Struct by hand.
"""

import types
from collections.abc import Callable
from inspect import signature
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct
from sqlalchemy import JSON, Select, select
from sqlalchemy.sql.elements import ColumnElement

from bilim.kit.money import to_uzs

S = TypeVar("S", bound=Struct)
T_co = TypeVar("T_co", covariant=True)

Make = Callable[..., T_co]
"""Makes a value of a row's columns, each an argument."""


class Converted:
    """Columns that become one value by a function."""

    def __init__(self, function: Callable[..., Any], columns: tuple[Any, ...], *, none_stays: bool) -> None:
        self.function = function
        self.columns = columns
        self.none_stays = none_stays


class Nested:
    """Columns that become a Struct of their own; where `is_optional`, null if the first of them is."""

    def __init__(self, kind: type[Struct], fields: dict[str, Any], *, is_optional: bool) -> None:
        self.kind = kind
        self.fields = fields
        self.is_optional = is_optional


def convert(function: Callable[..., Any], *columns: Any) -> Any:
    """The value that a function makes of columns. It is not called where the first column is null: the value is None then."""
    return Converted(function, columns, none_stays=True)


def uzs(column: Any) -> Any:
    """An amount stored in tiyin as a Decimal of UZS; null stays null."""
    return Converted(to_uzs, (column,), none_stays=True)


def nested(kind: type[Struct], /, **fields: Any) -> Any:
    """A Struct inside the row's."""
    return Nested(kind, fields, is_optional=False)


def nested_or_none(kind: type[Struct], /, **fields: Any) -> Any:
    """A Struct inside the row's, or None where the first column named is null: what an outer join did not find."""
    return Nested(kind, fields, is_optional=True)


class Selection(Generic[T_co]):
    """A SELECT and what its rows become. Immutable: each method returns another one."""

    __slots__ = ("make", "query")

    def __init__(self, query: Select[*tuple[Any, ...]], make: "Make[T_co]") -> None:
        self.query = query
        self.make = make

    def where(self, *conditions: Any) -> "Selection[T_co]":
        """Only rows that meet the conditions."""
        return Selection(self.query.where(*conditions), self.make)

    def join(self, target: Any, on: Any) -> "Selection[T_co]":
        """With another table."""
        return Selection(self.query.join(target, on), self.make)

    def outerjoin(self, target: Any, on: Any) -> "Selection[T_co]":
        """With another table where it has a matching row."""
        return Selection(self.query.outerjoin(target, on), self.make)

    def select_from(self, target: Any) -> "Selection[T_co]":
        """From a table that no column names."""
        return Selection(self.query.select_from(target), self.make)

    def order_by(self, *columns: Any) -> "Selection[T_co]":
        """In an order; None removes the order."""
        return Selection(self.query.order_by(*columns), self.make)

    def limit(self, limit: int) -> "Selection[T_co]":
        """At most so many rows."""
        return Selection(self.query.limit(limit), self.make)

    def with_for_update(self, **options: Any) -> "Selection[T_co]":
        """Locking the rows; see SQLAlchemy."""
        return Selection(self.query.with_for_update(**options), self.make)


def select_into(kind: type[S], /, **fields: Any) -> Selection[S]:
    """A SELECT of columns, named by the fields of the Struct that they become.

    Fields that have a default may be left out.

    Raises:
        TypeError: a field is missing or strange, or a column's type is not its field's.
    """
    columns: list[Any] = []
    scope: dict[str, Any] = {}
    expression = _struct(kind, fields, columns, scope)
    query = select(*columns)
    if expression == f"{_name(scope, kind)}({', '.join(_argument(place) for place in range(len(columns)))})":
        return Selection(query, kind)
    arguments = ", ".join(_argument(place) for place in range(len(columns)))
    make: Make[S] = eval(f"lambda {arguments}: {expression}", scope)  # noqa: S307 - generated from names of fields alone
    return Selection(query, make)


def select_column(column: Any) -> Selection[Any]:
    """A SELECT of one column whose rows become its values."""
    return Selection(select(column), _itself)


def _itself(value: Any) -> Any:
    return value


def _argument(place: int) -> str:
    return f"c{place}"


def _name(scope: dict[str, Any], value: Any) -> str:
    """The name under which the generated function knows a class or function."""
    name = f"f{id(value)}"
    scope[name] = value
    return name


def _struct(kind: type[Struct], fields: dict[str, Any], columns: list[Any], scope: dict[str, Any]) -> str:
    """The expression that makes a Struct; its columns are added to the list."""
    members = msgspec.structs.fields(kind)
    if strange := fields.keys() - {member.name for member in members}:
        raise TypeError(f"{kind.__name__} has no fields {', '.join(sorted(strange))}")
    if missing := [member.name for member in members if member.required and member.name not in fields]:
        raise TypeError(f"{kind.__name__} lacks columns for {', '.join(missing)}")
    keyword_only = any(each.kind is each.KEYWORD_ONLY for each in signature(kind).parameters.values())
    by_name = keyword_only or any(member.name not in fields for member in members[: len(fields)])
    arguments: list[str] = []
    for member in members:
        if member.name in fields:
            value = _value(kind, member, fields[member.name], columns, scope)
            arguments.append(f"{member.name}={value}" if by_name else value)
    return f"{_name(scope, kind)}({', '.join(arguments)})"


def _value(kind: type[Struct], member: msgspec.structs.FieldInfo, source: Any, columns: list[Any], scope: dict[str, Any]) -> str:
    if isinstance(source, Nested):
        made = _struct(source.kind, source.fields, columns, scope)
        return f"(None if {_selected(columns, _first_column(source))} is None else {made})" if source.is_optional else made
    if isinstance(source, Converted):
        arguments = [_selected(columns, column) for column in source.columns]
        made = f"{_name(scope, source.function)}({', '.join(arguments)})"
        return f"(None if {arguments[0]} is None else {made})" if source.none_stays else made
    _check_type(kind, member, source)
    return _selected(columns, source)


def _first_column(source: Any) -> Any:
    """The column named first, also where that is in a Struct inside."""
    if isinstance(source, Nested):
        return _first_column(next(iter(source.fields.values())))
    return source.columns[0] if isinstance(source, Converted) else source


def _selected(columns: list[Any], column: Any) -> str:
    """The argument that a column becomes. One that a field before it needs too is selected and read once."""
    known = next((place for place, each in enumerate(columns) if each is column), None)
    if known is None:
        columns.append(column)
    return _argument(len(columns) - 1 if known is None else known)


def _check_type(kind: type[Struct], member: msgspec.structs.FieldInfo, column: Any) -> None:
    """Refuse a column that can never hold what its field says, as far as both are known."""
    expression: ColumnElement[Any] = column if isinstance(column, ColumnElement) else getattr(column, "expression", column)
    column_type = getattr(expression, "type", None)
    try:
        found = column_type.python_type if column_type is not None and not isinstance(column_type, JSON) else None
    except NotImplementedError:
        found = None
    wanted = _plain_types(member.type)
    if found is not None and wanted and not any(issubclass(found, each) for each in wanted):
        raise TypeError(f"{kind.__name__}.{member.name} is {member.type}, its column {expression} holds {found.__name__}")


def _plain_types(hint: Any) -> list[type]:
    """The classes that a field may hold, or none where that is not plain."""
    if get_origin(hint) in (Union, types.UnionType):
        return [each for member in get_args(hint) if member is not types.NoneType for each in _plain_types(member)]
    if get_origin(hint) is Literal:
        return list({type(each) for each in get_args(hint)})
    if isinstance(hint, type) and not issubclass(hint, Struct):
        return [hint]
    return []
