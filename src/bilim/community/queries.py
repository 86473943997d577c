"""Reads of the forum and of feedback. Authors are shown by name: nothing else of a person is public."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, func, select

from bilim.accounts.models import User
from bilim.community import rules
from bilim.community.access import CATEGORY_IS_SHOWN, POST_IS_SHOWN, TOPIC_IS_SHOWN
from bilim.community.models import Feedback, ForumCategory, ForumPost, ForumTopic
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, convert, nested, nested_or_none, select_into
from bilim.kit.access import public, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name


class ForumAuthorView(Struct, gc=False):
    """Who wrote something: a person, of whom the forum shows the name alone."""

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


class ForumCategoryView(Struct, gc=False):
    """A category of the forum."""

    id: int
    name: str
    description: str | None


class ForumPostView(Struct):
    """A post and the replies to it. Texts are plain, to be shown as text; a deleted post has neither text nor author."""

    id: int
    topic_id: int
    author_id: int | None
    parent_id: int | None
    content: str | None
    created_at: datetime
    updated_at: datetime
    is_edited: bool
    edited_at: datetime | None
    is_deleted: bool
    author: ForumAuthorView | None
    replies: list["ForumPostView"] = []


class ForumTopicView(Struct):
    """A topic. Lists leave its `posts` out; `posts_count` counts deleted posts that keep their place too."""

    id: int
    title: str
    description: str | None
    author_id: int
    category_id: int
    created_at: datetime
    updated_at: datetime
    is_pinned: bool
    is_closed: bool
    author: ForumAuthorView
    category: ForumCategoryView
    posts_count: int
    posts: list[ForumPostView] = []


class FeedbackView(Struct, gc=False):
    """What somebody thinks of the platform."""

    id: int
    user_id: int
    content: str
    rating: int | None
    created_at: datetime
    updated_at: datetime


_CATEGORY: dict[str, Any] = {"id": ForumCategory.id, "name": ForumCategory.name, "description": ForumCategory.description}
_CATEGORIES = select_into(ForumCategoryView, **_CATEGORY).where(CATEGORY_IS_SHOWN)
_ALL_CATEGORIES = ListQuery(_CATEGORIES.order_by(ForumCategory.id))
_ONE_CATEGORY = PreparedSelection(_CATEGORIES.where(ForumCategory.id == bindparam("category_id")))

_NAME = convert(join_name, User.first_name, User.last_name)
_POSTS_COUNT = select(func.count()).where(ForumPost.topic_id == ForumTopic.id).scalar_subquery()
_TOPIC = (
    select_into(
        ForumTopicView,
        id=ForumTopic.id,
        title=ForumTopic.title,
        description=ForumTopic.description,
        author_id=User.id,
        category_id=ForumCategory.id,
        created_at=ForumTopic.created_at,
        updated_at=ForumTopic.updated_at,
        is_pinned=ForumTopic.rank == rules.PINNED,
        is_closed=ForumTopic.is_closed,
        author=nested(ForumAuthorView, id=User.id, full_name=_NAME),
        category=nested(ForumCategoryView, **_CATEGORY),
        posts_count=_POSTS_COUNT,
    )
    .join(User, User.id == ForumTopic.author_id)
    .join(ForumCategory, ForumCategory.id == ForumTopic.category_id)
)
_ORDER = (ForumTopic.rank, ForumTopic.id)


def _topics(*conditions: Any) -> ListQuery[ForumTopicView]:
    shown = (TOPIC_IS_SHOWN, *conditions)
    keys = select(ForumTopic.id).where(*shown).order_by(*_ORDER)
    return ListQuery(_TOPIC.where(TOPIC_IS_SHOWN).order_by(*_ORDER), select(func.count()).select_from(ForumTopic).where(*shown), keys)


_ALL_TOPICS, _TOPICS_OF = _topics(), _topics(ForumTopic.category_id == bindparam("category_id"))
_ONE_TOPIC = PreparedSelection(_TOPIC.where(TOPIC_IS_SHOWN, ForumTopic.id == bindparam("topic_id")))


def _last_change(created_at: datetime, edited_at: datetime | None) -> datetime:
    return edited_at or created_at


def _was_edited(_created_at: datetime, edited_at: datetime | None) -> bool:
    return edited_at is not None


def _is_deleted(_created_at: datetime, content: str | None) -> bool:
    return content is None


_AUTHOR_ID = case((ForumPost.deleted_at.is_(None), ForumPost.author_id))
_POST = select_into(
    ForumPostView,
    id=ForumPost.id,
    topic_id=ForumPost.topic_id,
    author_id=_AUTHOR_ID,
    parent_id=ForumPost.parent_id,
    content=ForumPost.content,
    created_at=ForumPost.created_at,
    updated_at=convert(_last_change, ForumPost.created_at, ForumPost.edited_at),
    is_edited=convert(_was_edited, ForumPost.created_at, ForumPost.edited_at),
    edited_at=ForumPost.edited_at,
    is_deleted=convert(_is_deleted, ForumPost.created_at, ForumPost.content),
    author=nested_or_none(ForumAuthorView, id=_AUTHOR_ID, full_name=_NAME),
).join(User, User.id == ForumPost.author_id)
_OF_TOPIC = _POST.where(ForumPost.topic_id == bindparam("topic_id")).order_by(ForumPost.id)
_POSTS = PreparedSelection(
    Selection(_OF_TOPIC.query.limit(bindparam("limit")).offset(bindparam("skip")), _OF_TOPIC.make),
)
_ONE_POST = PreparedSelection(
    _POST.join(ForumTopic, ForumTopic.id == ForumPost.topic_id).where(POST_IS_SHOWN, ForumPost.id == bindparam("post_id"))
)

_FEEDBACK = select_into(
    FeedbackView,
    id=Feedback.id,
    user_id=Feedback.user_id,
    content=Feedback.content,
    rating=Feedback.rating,
    created_at=Feedback.created_at,
    updated_at=Feedback.updated_at,
)
_ALL_FEEDBACK = ListQuery(_FEEDBACK.order_by(Feedback.id))
_OWN_FEEDBACK = ListQuery(_FEEDBACK.where(Feedback.user_id == bindparam("viewer_id")).order_by(Feedback.id))
_ONE_FEEDBACK = PreparedSelection(_FEEDBACK.where(Feedback.id == bindparam("feedback_id")))


@public
def categories(tx: Tx, page: Page) -> RowStream[ForumCategoryView]:
    """All categories, by id."""
    return paginate(tx, _ALL_CATEGORIES, page)


@public
def category(tx: Tx, category_id: int) -> ForumCategoryView:
    """One category.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE_CATEGORY, {"category_id": category_id})


@public
def topics(tx: Tx, page: Page) -> RowStream[ForumTopicView]:
    """All topics: those that are pinned first, then by id."""
    return paginate(tx, _ALL_TOPICS, page)


@public
def topics_of_category(tx: Tx, category_id: int, page: Page) -> RowStream[ForumTopicView]:
    """The topics of a category: those that are pinned first, then by id.

    Raises:
        NotFound: there is no such category.
    """
    category(tx, category_id)
    return paginate(tx, _TOPICS_OF, page, {"category_id": category_id})


@public
def topic(tx: Tx, topic_id: int) -> ForumTopicView:
    """One topic.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE_TOPIC, {"topic_id": topic_id})


@public
def thread(tx: Tx, topic_id: int, page: Page) -> list[ForumPostView]:
    """A part of a topic's posts, oldest first, replies below what they answer where that is in the same part.

    Whoever asks has seen that the topic is there.
    """
    limit = rules.MAX_POSTS if page.limit is None else page.limit
    return rules.nest(tx.fetch_all(_POSTS, {"topic_id": topic_id, "skip": page.skip, "limit": limit}))


@public
def post(tx: Tx, post_id: int) -> ForumPostView:
    """One post, without the replies to it.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE_POST, {"post_id": post_id})


@signed_in
def feedback(tx: Tx, actor: Actor, page: Page) -> RowStream[FeedbackView]:
    """The actor's own feedback; an admin sees all."""
    return paginate(tx, _ALL_FEEDBACK, page) if actor.is_admin else paginate(tx, _OWN_FEEDBACK, page, {"viewer_id": actor.id})


@signed_in
def one_feedback(tx: Tx, actor: Actor, feedback_id: int) -> FeedbackView:
    """The actor's own feedback; an admin sees anybody's.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    found = tx.fetch_one(_ONE_FEEDBACK, {"feedback_id": feedback_id})
    if found.user_id != actor.id and not actor.is_admin:
        raise NotFound
    return found
