"""Inputs of the forum and of feedback, and this slice's jobs. Texts are plain: nothing in them is markup."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.community.rules import MAX_DESCRIPTION, MAX_POST, MAX_RATING
from bilim.kit.fields import Id, Title
from bilim.kit.inputs import Input, Omittable, required
from bilim.kit.jobs import Job

Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]
PostText = Annotated[str, Meta(min_length=1, max_length=MAX_POST, pattern=r"\S")]
Rating = Annotated[int, Meta(ge=0, le=MAX_RATING)]


class CategoryChanges(Input, kw_only=True):
    """Changes of a category: fields left out stay, null clears the description."""

    name: Title | UnsetType = UNSET
    description: Omittable[Description] = UNSET


@required("name")
class CategoryInput(CategoryChanges, kw_only=True):
    """A category of the forum."""


class TopicChanges(Input, kw_only=True):
    """Changes of a topic: fields left out stay. `is_pinned`, `is_closed` and `category_id` count only from staff."""

    title: Title | UnsetType = UNSET
    description: Omittable[Description] = UNSET
    is_pinned: Omittable[bool] = UNSET
    is_closed: Omittable[bool] = UNSET
    category_id: Omittable[Id] = UNSET


class TopicInput(Input, kw_only=True):
    """A topic, and the text of the post that opens it."""

    title: Title
    category_id: Id
    content: PostText
    description: Omittable[Description] = UNSET


class PostInput(Input, kw_only=True):
    """A post in a topic, in reply to one of its posts where `parent_id` is given."""

    topic_id: Id
    content: PostText
    parent_id: Omittable[Id] = UNSET


class PostChanges(Input, kw_only=True):
    """A post's new text; it stays where none is given."""

    content: PostText | UnsetType = UNSET


class FeedbackInput(Input, kw_only=True):
    """What somebody thinks of the platform, with 0 to 5 stars where they give any."""

    content: PostText
    rating: Omittable[Rating] = UNSET


class PostAdded(Job):
    """Somebody posted in a topic; `answered_id` is the post that theirs answers, None where it answers the topic."""

    kind: ClassVar[str] = "forum.post-added"

    post_id: int
    answered_id: int | None
