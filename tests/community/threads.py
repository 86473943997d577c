"""Topics and posts for tests of the forum."""

from typing import Any

from world import Person, World

CATEGORIES = "/api/v1/forum/categories/"
TOPICS = "/api/v1/forum/topics/"
POSTS = "/api/v1/forum/posts/"


def category(world: World, **fields: Any) -> int:
    made = world.admin().post(CATEGORIES, {"name": "Savollar"} | fields)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def topic(world: World, author: Person | None = None, **fields: Any) -> dict[str, Any]:
    """A topic with its first post, as its author is shown it."""
    body = {"title": "IELTS qanday?", "content": "Kim topshirgan?"} | fields
    made = (author or world.student()).post(TOPICS, body if "category_id" in body else body | {"category_id": category(world)})
    assert made.status_code == 201, made.text
    return made.json()


def say(person: Person, topic_id: int, content: str = "Men.", parent_id: int | None = None) -> dict[str, Any]:
    made = person.post(POSTS, {"topic_id": topic_id, "content": content, "parent_id": parent_id})
    assert made.status_code == 201, made.text
    return made.json()


def shape(posts: list[dict[str, Any]]) -> list[Any]:
    """The texts of a thread, nested as its posts are: `[text, [reply, […]], …]`."""
    return [[post["content"], *shape(post["replies"])] for post in posts]


def read(world: World, topic_id: int, query: str = "") -> dict[str, Any]:
    """A topic as a stranger reads it."""
    found = world.get(f"{TOPICS}{topic_id}{query}")
    assert found.status_code == 200, found.text
    return found.json()
