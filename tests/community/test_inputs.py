"""What may be said, and who may call what."""

from typing import Any

import pytest

from bilim.community import access, actions, inputs, queries
from bilim.community.inputs import CategoryInput, FeedbackInput, PostChanges, PostInput, TopicChanges, TopicInput
from bilim.kit.errors import Invalid
from bilim.kit.validation import read
from guarded import require_guarded, require_named_fields


def wrong(kind: Any, data: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        read(kind, data)
    return {name: [problem.code for problem in problems] for name, problems in refused.value.fields.items()}


def test_functions_state_who_may_call_them_and_inputs_are_filled_by_name() -> None:
    require_guarded(access, actions, queries)
    require_named_fields(inputs)


@pytest.mark.parametrize(
    ("kind", "data", "problems"),
    [
        (CategoryInput, {}, {"name": ["required"]}),
        (CategoryInput, {"name": " ", "description": "a" * 20_001}, {"name": ["blank"], "description": ["too_many_characters"]}),
        (TopicInput, {}, {"title": ["required"], "category_id": ["required"], "content": ["required"]}),
        (
            TopicInput,
            {"title": "a" * 256, "category_id": 2**63, "content": "\n"},
            {"title": ["too_many_characters"], "category_id": ["too_great"], "content": ["blank"]},
        ),
        (TopicChanges, {"title": None, "is_closed": "perhaps"}, {"title": ["null"], "is_closed": ["no_boolean"]}),
        (PostInput, {"topic_id": 0, "content": ["a"]}, {"topic_id": ["too_small"], "content": ["no_text"]}),
        (PostInput, {"topic_id": 1, "content": "a", "parent_id": "one"}, {"parent_id": ["no_integer"]}),
        (PostInput, {"topic_id": 1, "content": "a" * 20_001}, {"content": ["too_many_characters"]}),
        (PostChanges, {"content": None}, {"content": ["null"]}),
        (FeedbackInput, {"content": "", "rating": 6}, {"content": ["blank"], "rating": ["too_great"]}),
        (FeedbackInput, {"content": "a", "rating": -1}, {"rating": ["too_small"]}),
    ],
)
def test_every_wrong_field_is_named(kind: Any, data: dict[str, Any], problems: dict[str, list[str]]) -> None:
    assert wrong(kind, data) == problems


def test_the_longest_texts_are_taken() -> None:
    assert len(read(PostInput, {"topic_id": 1, "content": "a" * 20_000}).content) == 20_000
    assert read(FeedbackInput, {"content": "a", "rating": 0}).rating == 0
    assert read(FeedbackInput, {"content": "a", "rating": None}).rating is None
