"""Threads of any shape: nothing is lost, nothing stands above what it answers."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bilim.community.rules import MAX_DEPTH, nest, place_of_reply
from kit.repeatable import repeatable


class Post:
    def __init__(self, post_id: int, parent_id: int | None) -> None:
        self.id, self.parent_id = post_id, parent_id
        self.replies: list[Any] = []


@st.composite
def posts(draw: st.DrawFn) -> list[Post]:
    """Posts with ids from 1, each answering an older one or none."""
    count = draw(st.integers(0, 30))
    parents = [draw(st.none() | st.integers(1, number - 1)) if number > 1 else None for number in range(1, count + 1)]
    return [Post(number, parent) for number, parent in enumerate(parents, 1)]


def below(post: Post) -> list[Post]:
    return [post, *(inner for reply in post.replies for inner in below(reply))]


@repeatable
@given(posts(), st.integers(0, 10))
def test_every_post_stands_once_below_what_it_answers(thread: list[Post], skipped: int) -> None:
    page = thread[skipped:]
    shown = nest(page)
    assert sorted(post.id for top in shown for post in below(top)) == [post.id for post in page]
    ids = {post.id for post in page}
    assert [post.id for post in shown] == [post.id for post in page if post.parent_id not in ids]
    for post in page:
        assert [reply.id for reply in post.replies] == [each.id for each in page if each.parent_id == post.id]


def test_a_conversation_of_two_thousand_replies_stays_as_deep_as_it_may() -> None:
    places: dict[int, tuple[int | None, int]] = {1: (None, 0)}
    for number in range(2, 2_001):
        parent_id, depth = places[number] = place_of_reply(number - 1, *places[number - 1])
        assert places[parent_id][1] == depth - 1
    assert max(depth for _, depth in places.values()) == MAX_DEPTH
    assert {parent for parent, depth in places.values() if depth == MAX_DEPTH} == {MAX_DEPTH}
