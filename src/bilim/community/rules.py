"""How a thread is put together. No I/O."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

MAX_DEPTH = 20
"""How many posts may stand above a reply. A conversation that goes on deeper goes on at this level."""
PINNED, USUAL = 0, 1
"""The ranks of topics, in the order in which they are listed."""
MAX_POST = 20_000
MAX_DESCRIPTION = 20_000
MAX_RATING = 5
MAX_POSTS = 1_000
"""How many posts a topic shows at once."""


def place_of_reply(answered_id: int, parent_id: int | None, depth: int) -> tuple[int, int]:
    """The parent and the depth of a reply to a post: below it, or beside it where that stands as deep as posts may.

    Args:
        answered_id: the post that is answered.
        parent_id: what that post answers itself.
        depth: how many posts stand above it.

    >>> place_of_reply(7, 3, 1), place_of_reply(7, 3, MAX_DEPTH)
    ((7, 2), (3, 20))
    """
    if depth < MAX_DEPTH or parent_id is None:
        return answered_id, depth + 1
    return parent_id, depth


class Threaded(Protocol):
    """A post as it stands in a thread."""

    @property
    def id(self) -> int: ...  # noqa: D102 - a column
    @property
    def parent_id(self) -> int | None: ...  # noqa: D102 - a column
    @property
    def replies(self) -> list[Any]: ...  # noqa: D102 - what `nest` fills


P = TypeVar("P", bound=Threaded)


def nest(posts: Iterable[P]) -> list[P]:
    """Hang replies below what they answer, and return the posts at the top. Posts come oldest first, so that parents come before replies.

    A reply whose parent is not among the posts, since that is on an earlier page, stays at the top.
    """
    by_id: dict[int, P] = {}
    top: list[P] = []
    for post in posts:
        by_id[post.id] = post
        parent = by_id.get(post.parent_id) if post.parent_id is not None else None
        (top if parent is None else parent.replies).append(post)
    return top
