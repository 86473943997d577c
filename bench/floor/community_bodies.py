"""The bodies of the answers about the forum and notifications: the product's fields in the product's order."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Author(Struct, gc=False):
    """Who wrote something."""

    id: int
    full_name: str
    email: None = None
    is_active: None = None
    is_superuser: None = None
    current_level: None = None
    last_viewed_lesson_id: None = None
    roles: None = None
    is_premium: None = None
    role: None = None


class Category(Struct, gc=False):
    """A part of the forum."""

    id: int
    name: str
    description: str | None


class Post(Struct, gc=False):
    """A post with the replies to it."""

    id: int
    topic_id: int
    author_id: int
    parent_id: int | None
    content: str
    created_at: datetime
    updated_at: datetime
    is_edited: bool
    edited_at: datetime | None
    is_deleted: bool
    author: Author
    replies: list[Any]


class Topic(Struct, gc=False):
    """A topic."""

    id: int
    title: str
    description: str | None
    author_id: int
    category_id: int
    created_at: datetime
    updated_at: datetime
    is_pinned: bool
    is_closed: bool
    author: Author
    category: Category
    posts_count: int
    posts: list[Post]


class UnreadCount(Struct, gc=False):
    """How many were not read."""

    unread_count: int


class Notification(Struct, gc=False):
    """What somebody was told."""

    id: int
    user_id: int
    message: str
    is_read: bool
    created_at: datetime
    notification_type: str
    data: dict[str, Any]
