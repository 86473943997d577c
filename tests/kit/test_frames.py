"""Messages to and from engines: what is written is read, what is no message is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.frames import HEADER, MAX_BYTES, BadFrame, Reply, Request, decode, encode, length
from kit.repeatable import repeatable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@repeatable
@given(st.text(), st.dictionaries(st.text(), PLAIN), st.floats(0, 1000))
def test_requests_arrive_as_they_were_sent(op: str, params: dict[str, object], seconds: float) -> None:
    frame = encode(Request(op, params, seconds))
    assert length(frame[:HEADER]) == len(frame) - HEADER
    assert decode(frame[HEADER:], Request) == Request(op, params, seconds)


@repeatable
@given(PLAIN)
def test_replies_arrive_as_they_were_sent(result: object) -> None:
    assert decode(encode(Reply(result))[HEADER:], Reply) == Reply(result)


@repeatable
@given(st.binary())
def test_what_is_no_message_is_refused_as_such(body: bytes) -> None:
    with contextlib.suppress(BadFrame):
        assert isinstance(decode(body, Reply), Reply)


def test_the_longest_message_is_64_mebibytes() -> None:
    assert length(MAX_BYTES.to_bytes(HEADER, "big")) == 64 * 1024 * 1024
    with pytest.raises(BadFrame):
        length((MAX_BYTES + 1).to_bytes(HEADER, "big"))
