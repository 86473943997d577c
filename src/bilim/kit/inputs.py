"""Inputs of actions: typed Structs whose fields carry all their rules, whoever fills them: the API, a page, a file, a command.

A rule that a type cannot say stands in the type's annotation, beside its bounds:

    Email = Annotated[str, Meta(max_length=254, extra_json_schema={"format": "email"}), Rule(email_problem)]
"""

import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Struct, UnsetType

from bilim.kit.errors import Invalid, Problem

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

Omittable = T | None | UnsetType
"""A field that may be left out (nothing changes) or null."""


class Rule:
    """In an annotation: what is wrong with a value of the right type, as a problem or its code, or None."""

    def __init__(self, problem: Callable[[Any], Problem | str | None]) -> None:
        self.problem = problem

    def check(self, value: Any) -> Problem | None:
        """What is wrong with a value, or None."""
        found = self.problem(value)
        return Problem(found) if isinstance(found, str) else found


class Input(Struct):
    """The base of inputs. Rules are looked at whenever one is made, also where it is read from a body.

    Raises:
        Invalid: naming every field whose rule is broken. Types and bounds are checked where plain data is read: see `validation.read`.
    """

    def __post_init__(self) -> None:
        broken = {
            name: [problem]
            for name, rules in rules_of(type(self)).items()
            if (value := getattr(self, name)) is not None and value is not UNSET and (problem := first_problem(rules, value))
        }
        if broken:
            raise Invalid(broken)
        self.check_whole()

    def check_whole(self) -> None:
        """Rules about several fields at once, for subclasses to add.

        Raises:
            Invalid: naming the fields.
        """


@cache
def rules_of(kind: type[Struct]) -> dict[str, tuple[Rule, ...]]:
    """The rules of a Struct's fields, by name; fields without rules are left out."""
    hints = get_type_hints(kind, include_extras=True)
    found = {name: tuple(_rules_in(hints[name])) for name in kind.__struct_fields__}
    return {name: rules for name, rules in found.items() if rules}


def first_problem(rules: tuple[Rule, ...], value: Any) -> Problem | None:
    """The first problem that rules find with a value."""
    for rule in rules:
        if problem := rule.check(value):
            return problem
    return None


def _rules_in(hint: Any) -> list[Rule]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        return [*_rules_in(inner), *(each for each in extras if isinstance(each, Rule))]
    if get_origin(hint) in (Union, types.UnionType):
        return [rule for member in get_args(hint) for rule in _rules_in(member)]
    return []


def renamed(**names: str) -> Callable[[type[S]], type[S]]:
    """Make a subclass of an input say some fields under other names, which are those of one vocabulary's JSON.

        @renamed(student_id="student", group_id="group")
        class MarkBody(MarkInput): ...

    Raises:
        TypeError: the input has no such field.
    """

    def decorate(kind: type[S]) -> type[S]:
        if strange := names.keys() - set(kind.__struct_fields__):
            raise TypeError(f"{kind.__name__} has no fields {', '.join(sorted(strange))}")
        members: list[Any] = [(member.name, member.type, *_default(member)) for member in msgspec.structs.fields(kind)]
        return _remade(kind, members, names)

    return decorate


def required(*names: str) -> Callable[[type[S]], type[S]]:
    """Make a subclass of an input need some fields, none of which may be null.

        @required("title")
        class CourseInput(CourseChanges): ...

    A class body cannot say so: type checkers refuse a field without a default where its base has one.

    Raises:
        TypeError: the input has no such field.
    """

    def decorate(kind: type[S]) -> type[S]:
        if strange := set(names) - set(kind.__struct_fields__):
            raise TypeError(f"{kind.__name__} has no fields {', '.join(sorted(strange))}")
        members = [member for member in msgspec.structs.fields(kind) if member.name in names]
        rename = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
        return _remade(kind, [(member.name, _never_empty(member.type)) for member in members], rename)

    return decorate


def _never_empty(hint: Any) -> Any:
    """A type without null and UNSET."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    members = tuple(member for member in get_args(hint) if member not in (UnsetType, types.NoneType))
    return Union[members]  # noqa: UP007 - made at run time


def _remade(kind: type[S], members: list[Any], rename: dict[str, str]) -> type[S]:
    """A subclass under the same name, with some fields declared anew."""
    made = msgspec.defstruct(kind.__name__, members, bases=(kind,), rename=rename, module=kind.__module__, kw_only=True)
    made.__doc__ = kind.__doc__
    made.__qualname__ = kind.__qualname__
    return made  # type: ignore[return-value]


def _default(member: msgspec.structs.FieldInfo) -> tuple[Any, ...]:
    if member.default_factory is not msgspec.NODEFAULT:
        return (msgspec.field(default_factory=member.default_factory),)
    return () if member.default is msgspec.NODEFAULT else (member.default,)


def sent_fields(data: Struct, *names: str) -> dict[str, Any]:
    """The fields that the caller sent, null included, by their names in the domain; all of them, or only `names`.

    A field left out is UNSET and changes nothing (CONTRACT section 2).
    """
    values = {name: getattr(data, name) for name in names or data.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def value_or(value: T | UnsetType | None, default: T) -> T:
    """The value, or the default where none was sent or null was."""
    return default if value is None or value is UNSET else value  # type: ignore[return-value]
