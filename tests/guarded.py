"""What every slice holds to: its functions state who may call them, its inputs are filled by name."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from bilim.kit.access import rule_of
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated
from bilim.kit.inputs import Input


def actor(role: Role, user_id: int = 0) -> Actor:
    """Somebody of a role."""
    return Actor(user_id, role, is_premium=False, session_id=0)


def public_functions(*modules: ModuleType) -> Iterator[Callable[..., Any]]:
    """The functions that modules define for others."""
    for module in modules:
        for name, value in vars(module).items():
            if callable(value) and not isinstance(value, type) and not name.startswith("_") and value.__module__ == module.__name__:
                yield value


def require_guarded(*modules: ModuleType) -> None:
    """Every function states who may call it; whoever has too low a role, or is nobody, is refused before anything is looked at."""
    undeclared = [function.__name__ for function in public_functions(*modules) if rule_of(function) is None]
    assert undeclared == []
    for function in public_functions(*modules):
        rule = rule_of(function)
        assert rule is not None
        if rule.is_public or rule.is_internal:
            continue
        with pytest.raises(Unauthenticated):
            function(None, None)
        for role in Role:
            if rule.role is not None and not role.includes(rule.role):
                with pytest.raises(Forbidden):
                    function(None, actor(role))


def require_named_fields(inputs: ModuleType) -> None:
    """A module's inputs are filled by name alone, so that a field may be added or moved without changing what a call says."""
    kinds = [each for each in vars(inputs).values() if isinstance(each, type) and issubclass(each, Input) and each is not Input]
    assert kinds
    for kind in kinds:
        with pytest.raises(TypeError, match="positional"):
            kind(None)
