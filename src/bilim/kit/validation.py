"""Reading plain data (a body, a form, a row of a file) as an input, and finding all of its wrong fields."""

import re
import types
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct, UnsetType
from msgspec.structs import FieldInfo

from bilim.kit.errors import FieldProblems, Invalid, Problem
from bilim.kit.inputs import first_problem, rules_of

S = TypeVar("S", bound=Struct)

MAX_PROBLEMS = 100
"""The most wrong values that are named: a body of a million wrong items must not cost a million checks. An input that is checked row by
row, such as an import, has a `max_problems` of its own."""

REQUIRED, NULL, BLANK = Problem("required"), Problem("null"), Problem("blank")
NO_OBJECT = Problem("no_object")

_TYPE_CODES = {
    "str": "no_text",
    "int": "no_integer",
    "float": "no_number",
    "decimal": "no_number",
    "bool": "no_boolean",
    "array": "no_list",
    "object": "no_object",
    "datetime": "no_datetime",
    "date": "no_date",
    "time": "no_time",
    "uuid": "no_uuid",
}
_LENGTH = re.compile(r"of length (<=|>=) (\d+)")
_BOUND = re.compile(r"`(?:int|float)` (<=|>=|<|>) (-?[\d.]+)")
_EXPECTED = re.compile(r"Expected `([^`]+)`")
_KIND = re.compile(r"Invalid (?:RFC3339 encoded )?(\w+)")


def read(kind: type[S], data: Any) -> S:
    """Plain data as an input; texts are converted to what their fields are.

    Raises:
        Invalid: naming every wrong field, up to `MAX_PROBLEMS`.
    """
    try:
        return msgspec.convert(data, kind, strict=False, dec_hook=keep_instance)
    except msgspec.ValidationError:
        found = wrong_fields(data, kind)
        raise Invalid(found if isinstance(found, dict) else {"non_field_errors": found or [NO_OBJECT]}) from None


def keep_instance(kind: Any, value: Any) -> Any:
    """The hook of msgspec for values that are no plain data: uploaded files stay as they are."""
    if isinstance(kind, type) and isinstance(value, kind):
        return value
    raise ValueError("no file")


class _Budget:
    """How many problems may still be named."""

    def __init__(self, left: int) -> None:
        self.left = left


def wrong_fields(data: Any, kind: Any) -> Any:
    """Every wrong field of `data` as a `kind`, up to `MAX_PROBLEMS`; None where nothing is wrong.

    msgspec stops at the first wrong field; this runs only after it has refused, to name them all. The answer nests like the data:
    a dict for an object, a list with `{}` for good items where items are objects, else a list of problems.
    """
    return _wrong(data, kind, _Budget(getattr(kind, "max_problems", MAX_PROBLEMS)))


def _wrong(data: Any, kind: Any, budget: _Budget) -> Any:
    inner, nullable = unwrap(kind)
    if data is None and nullable:
        return None
    if isinstance(inner, type) and issubclass(inner, Struct):
        return _wrong_members(data, inner, budget)
    if data is None:
        return _spend(budget, NULL)
    bare = bare_type(inner)
    item_kind = get_args(bare)[0] if get_origin(bare) is list else None
    if item_kind is not None and isinstance(data, list) and len(data) <= _longest(inner):
        return _wrong_items(data, item_kind, budget) or _refusal(data, inner, budget)
    return _refusal(data, inner, budget)


def _wrong_items(data: list[Any], item_kind: Any, budget: _Budget) -> list[Any] | None:
    """The problems of a list's items: one dict each where items are objects, else those of the first wrong item."""
    wrong: list[Any] = []
    for item in data:
        if budget.left <= 0:
            break
        found = _wrong(item, item_kind, budget)
        if isinstance(found, list):
            return found
        wrong.append(found or {})
    return wrong if any(wrong) else None


def _wrong_members(data: Any, kind: type[Struct], budget: _Budget) -> FieldProblems | None:
    if not isinstance(data, dict):
        return {"non_field_errors": _spend(budget, NO_OBJECT)}
    rules = rules_of(kind)
    wrong: FieldProblems = {}
    for member in msgspec.structs.fields(kind):
        name = member.encode_name
        if budget.left <= 0:
            break
        if name not in data:
            if is_required(member):
                wrong[name] = _spend(budget, REQUIRED)
        elif found := _wrong(data[name], member.type, budget):
            wrong[name] = found
        elif member.name in rules and data[name] is not None:
            value = msgspec.convert(data[name], member.type, strict=False, dec_hook=keep_instance)
            if problem := first_problem(rules[member.name], value):
                wrong[name] = _spend(budget, problem)
    return wrong or _wrong_whole(data, kind, budget)


def _wrong_whole(data: dict[str, Any], kind: type[Struct], budget: _Budget) -> FieldProblems | None:
    """What is wrong with an object whose fields are right one by one."""
    try:
        msgspec.convert(data, kind, strict=False, dec_hook=keep_instance)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, Invalid):
            names = {member.name: member.encode_name for member in msgspec.structs.fields(kind)}
            return {names.get(name, name): problems for name, problems in error.__cause__.fields.items()}
        return {"non_field_errors": _spend(budget, _problem(str(error), data))}
    return None


def _spend(budget: _Budget, problem: Problem) -> list[Problem]:
    budget.left -= 1
    return [problem]


def _refusal(data: Any, kind: Any, budget: _Budget) -> list[Problem] | None:
    try:
        msgspec.convert(data, kind, strict=False, dec_hook=keep_instance)
    except msgspec.ValidationError as error:
        return _spend(budget, _problem(str(error), data))
    return None


def _longest(kind: Any) -> float:
    bounds = [each.max_length for each in get_args(kind)[1:] if isinstance(each, Meta)] if get_origin(kind) is Annotated else []
    return min((bound for bound in bounds if bound is not None), default=float("inf"))


def is_required(member: FieldInfo) -> bool:
    """Whether a field has no default."""
    return member.default is NODEFAULT and member.default_factory is NODEFAULT


def unwrap(kind: Any) -> tuple[Any, bool]:
    """The type without null and UNSET, and whether null is allowed."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind, False
    members = [member for member in get_args(kind) if member is not UnsetType]
    nullable = type(None) in members
    rest = [member for member in members if member is not type(None)]
    return (rest[0] if len(rest) == 1 else Union[tuple(rest)]), nullable  # noqa: UP007 - made at run time


def bare_type(kind: Any) -> Any:
    """The type without null, UNSET and bounds."""
    inner, _ = unwrap(kind)
    return get_args(inner)[0] if get_origin(inner) is Annotated else inner


def _problem(text: str, data: Any) -> Problem:
    """The message of msgspec as a problem."""
    if found := _LENGTH.search(text):
        if found[1] == ">=" and found[2] == "1" and isinstance(data, str):
            return BLANK
        what = "characters" if isinstance(data, str) else "items"
        return Problem(f"too_{'many' if found[1] == '<=' else 'few'}_{what}", {"bound": int(found[2])})
    if found := _BOUND.search(text):
        return Problem("too_great" if found[1][0] == "<" else "too_small", {"bound": found[2]})
    if "matching regex" in text:
        return BLANK
    if text.startswith("no file"):
        return Problem("no_file")
    if "Invalid enum value" in text:
        return Problem("no_choice", {"value": str(data)[:100]})
    kind = _EXPECTED.search(text) or _KIND.search(text)
    names = kind[1].lower().split(" | ") if kind else [""]
    name = "str" if "str" in names else names[0].partition(" ")[0]  # what may be a text or more is called a text
    return Problem(_TYPE_CODES.get(name, "wrong_value"))
