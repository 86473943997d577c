"""Who may call an action or a query: stated once, on the function itself, and checked for every caller.

    @requires(Role.TEACHER)
    def mark_attendance(tx: Tx, actor: Actor, mark: MarkInput) -> int: ...

A route reads the same statement for its early 401 or 403 (`http.access.may`), so no route states a role of its own. What depends on the
object (its author, one's own group) is checked inside the function.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from msgspec import Struct

from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated

T = TypeVar("T")
A = TypeVar("A", bound=Actor | None)
P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

Guarded = Callable[Concatenate[T, A, P], R]
"""A function whose first two parameters are the transaction and the actor."""

_RULE = "__access__"


class AccessRule(Struct, frozen=True):
    """Who may call a function. `role` is the least role needed; None where being signed in is enough."""

    role: Role | None = None
    is_public: bool = False
    """Callers who are not signed in too: the actor may be None."""
    is_internal: bool = False
    """Only code of this program calls it, on behalf of no person: jobs, commands, other actions. No route may."""

    def check(self, actor: Actor | None) -> None:
        """Check that the actor may call.

        Raises:
            Unauthenticated: nobody is signed in, and the function is not public.
            Forbidden: the actor's role is too low.
        """
        if self.is_public:
            return
        if actor is None:
            raise Unauthenticated
        if self.role is not None and not actor.role.includes(self.role):
            raise Forbidden


PUBLIC = AccessRule(is_public=True)
SIGNED_IN = AccessRule()
INTERNAL = AccessRule(is_internal=True)


def rule_of(function: Callable[..., Any]) -> AccessRule | None:
    """What a function states about its callers, or None where it states nothing."""
    return getattr(function, _RULE, None)


def requires(role: Role) -> Callable[[Guarded[T, Actor, P, R]], Guarded[T, Actor, P, R]]:
    """State that the actor needs this role or a higher one."""
    rule = AccessRule(role)

    def decorate(function: Guarded[T, Actor, P, R]) -> Guarded[T, Actor, P, R]:
        @wraps(function)
        def checked(tx: T, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            rule.check(actor)
            return function(tx, actor, *args, **kwargs)

        setattr(checked, _RULE, rule)
        return checked

    return decorate


def signed_in(function: Guarded[T, Actor, P, R]) -> Guarded[T, Actor, P, R]:
    """State that everyone who is signed in may call; the function itself shows each caller only what is theirs."""

    @wraps(function)
    def checked(tx: T, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        SIGNED_IN.check(actor)
        return function(tx, actor, *args, **kwargs)

    setattr(checked, _RULE, SIGNED_IN)
    return checked


def public(function: F) -> F:
    """State that everyone may call, signed in or not."""
    setattr(function, _RULE, PUBLIC)
    return function


def internal(function: F) -> F:
    """State that only code of this program calls, for no person in particular."""
    setattr(function, _RULE, INTERNAL)
    return function


def require(actor: Actor | None, role: Role) -> None:
    """Check a role inside a function, where it depends on the arguments.

    Raises:
        Unauthenticated: nobody is signed in.
        Forbidden: the actor's role is too low.
    """
    AccessRule(role).check(actor)
