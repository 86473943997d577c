"""The demo's forum: parts of it, and topics in which people ask, answer and correct each other. What they are told follows by itself."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bilim.community import actions
from bilim.community.inputs import CategoryInput, FeedbackInput, PostInput, TopicChanges, TopicInput
from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.validation import read


def load_forum(tx: Tx, owner: Actor, people: Mapping[str, Actor]) -> None:
    """Fill the forum; `people` are those who write there, by the names that the content has for them."""
    content = tomllib.loads(files("bilim.demo").joinpath("forum.toml").read_text("utf8"))
    for category in content["categories"]:
        known = {"name": category["name"], "description": category["description"]}
        category_id = actions.create_category(tx, owner, read(CategoryInput, known))
        for topic in category["topics"]:
            _load_topic(tx, owner, people, category_id, topic)
    for said in content["feedback"]:
        actions.give_feedback(tx, people[said["by"]], FeedbackInput(content=said["content"], rating=said["rating"]))


def _load_topic(tx: Tx, owner: Actor, people: Mapping[str, Actor], category_id: int, topic: dict[str, Any]) -> None:
    made = {"title": topic["title"], "content": topic["content"].strip(), "category_id": category_id}
    topic_id = actions.create_topic(tx, people[topic["by"]], read(TopicInput, made))
    posts: dict[str, int] = {}
    for post in topic.get("posts", ()):
        said = PostInput(topic_id=topic_id, content=post["content"].strip(), parent_id=posts.get(post.get("to", "")))
        post_id = actions.add_post(tx, people[post["by"]], said)
        posts[post.get("as", "")] = post_id
    actions.change_topic(
        tx, owner, topic_id, TopicChanges(is_pinned=topic.get("is_pinned", False), is_closed=topic.get("is_closed", False))
    )
