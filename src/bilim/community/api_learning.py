"""The forum and feedback in the learning surface's words."""

from datetime import datetime

from litestar import delete, get, post, put
from msgspec import Struct

from bilim.community import actions, queries, rules
from bilim.community.inputs import (
    CategoryChanges,
    CategoryInput,
    FeedbackInput,
    PostChanges,
    PostInput,
    TopicChanges,
    TopicInput,
)
from bilim.community.queries import AuthorView, FeedbackView, ForumCategoryView, PostView, TopicView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page


class ForumAuthorOut(Struct, gc=False):
    """Who wrote something: the learning surface's person, of whom the forum shows the name alone."""

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


class ForumPostOut(Struct):
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
    author: ForumAuthorOut | None
    replies: list["ForumPostOut"]


class ForumTopicOut(Struct):
    """A topic. Lists leave its `posts` out; `posts_count` says how many there are."""

    id: int
    title: str
    description: str | None
    author_id: int
    category_id: int
    created_at: datetime
    updated_at: datetime
    is_pinned: bool
    is_closed: bool
    author: ForumAuthorOut
    category: ForumCategoryView
    posts_count: int
    posts: list[ForumPostOut]


def _author(author: AuthorView) -> ForumAuthorOut:
    return ForumAuthorOut(author.id, author.full_name)


def _post(view: PostView) -> ForumPostOut:
    """A post with its replies, which stand at most `rules.MAX_DEPTH` deep."""
    return ForumPostOut(
        id=view.id,
        topic_id=view.topic_id,
        author_id=view.author.id if view.author else None,
        parent_id=view.parent_id,
        content=view.content,
        created_at=view.created_at,
        updated_at=view.edited_at or view.created_at,
        is_edited=view.edited_at is not None and view.author is not None,
        edited_at=view.edited_at,
        is_deleted=view.author is None,
        author=_author(view.author) if view.author else None,
        replies=[_post(reply) for reply in view.replies],
    )


def _topic(view: TopicView, posts: list[PostView] | None = None) -> ForumTopicOut:
    return ForumTopicOut(
        id=view.id,
        title=view.title,
        description=view.description,
        author_id=view.author.id,
        category_id=view.category.id,
        created_at=view.created_at,
        updated_at=view.updated_at,
        is_pinned=view.is_pinned,
        is_closed=view.is_closed,
        author=_author(view.author),
        category=view.category,
        posts_count=view.posts_count,
        posts=[_post(each) for each in posts or ()],
    )


def _whole_topic(tx: Tx, topic_id: int, skip: int = 0, limit: int = rules.MAX_POSTS) -> ForumTopicOut:
    view = queries.topic(tx, topic_id)
    return _topic(view, queries.thread(tx, topic_id, page(skip, limit)))


@get("/api/v1/forum/categories", opt=may(queries.categories), tags=["forum"])
@work
def list_categories(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ForumCategoryView]:
    """The forum's categories."""
    return queries.categories(tx, page(skip, limit))


@post("/api/v1/forum/categories", opt=may(actions.create_category), tags=["forum"])
@work
def create_category(tx: Tx, actor: Actor, data: CategoryInput) -> ForumCategoryView:
    """Make a category."""
    return queries.category(tx, actions.create_category(tx, actor, data))


@put("/api/v1/forum/categories/{id:int}", opt=may(actions.change_category), tags=["forum"])
@work
def change_category(tx: Tx, actor: Actor, id: PathId, data: CategoryChanges) -> ForumCategoryView:
    """Change a category; fields left out stay."""
    actions.change_category(tx, actor, id, data)
    return queries.category(tx, id)


@delete("/api/v1/forum/categories/{id:int}", status_code=200, opt=may(actions.delete_category), tags=["forum"])
@work
def delete_category(tx: Tx, actor: Actor, id: PathId) -> ForumCategoryView:
    """Delete a category; its topics are hidden with it."""
    view = queries.category(tx, id)
    actions.delete_category(tx, actor, id)
    return view


@get("/api/v1/forum/categories/{id:int}/topics", opt=may(queries.topics_of_category), tags=["forum"])
@work
def list_topics_of_category(tx: Tx, id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ForumTopicOut]:
    """The topics of a category, without their posts: pinned ones first."""
    return queries.topics_of_category(tx, id, page(skip, limit)).map(_topic)


@get("/api/v1/forum/topics", opt=may(queries.topics), tags=["forum"])
@work
def list_topics(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ForumTopicOut]:
    """All topics, without their posts: pinned ones first."""
    return queries.topics(tx, page(skip, limit)).map(_topic)


@post("/api/v1/forum/topics", opt=may(actions.create_topic), tags=["forum"])
@work
def create_topic(tx: Tx, actor: Actor, data: TopicInput) -> ForumTopicOut:
    """Open a topic; `content` is its first post."""
    return _whole_topic(tx, actions.create_topic(tx, actor, data))


@get("/api/v1/forum/topics/{id:int}", opt=may(queries.topic), tags=["forum"])
@work
def read_topic(tx: Tx, id: PathId, skip: Skip = 0, limit: Limit = rules.MAX_POSTS) -> ForumTopicOut:
    """A topic with its posts, replies below what they answer. `skip` and `limit` count posts, oldest first."""
    return _whole_topic(tx, id, skip, limit)


@put("/api/v1/forum/topics/{id:int}", opt=may(actions.change_topic), tags=["forum"])
@work
def change_topic(tx: Tx, actor: Actor, id: PathId, data: TopicChanges) -> ForumTopicOut:
    """Change a topic, one's own or as staff any; fields left out stay. Only staff pin, close and move topics."""
    actions.change_topic(tx, actor, id, data)
    return _whole_topic(tx, id)


@delete("/api/v1/forum/topics/{id:int}", status_code=200, opt=may(actions.delete_topic), tags=["forum"])
@work
def delete_topic(tx: Tx, actor: Actor, id: PathId) -> ForumTopicOut:
    """Delete a topic with all its posts, one's own or as staff any."""
    view = _whole_topic(tx, id)
    actions.delete_topic(tx, actor, id)
    return view


@post("/api/v1/forum/posts", opt=may(actions.add_post), tags=["forum"])
@work
def create_post(tx: Tx, actor: Actor, data: PostInput) -> ForumPostOut:
    """Post in a topic, or reply to one of its posts. In a closed topic only staff do."""
    return _post(queries.post(tx, actions.add_post(tx, actor, data)))


@put("/api/v1/forum/posts/{id:int}", opt=may(actions.change_post), tags=["forum"])
@work
def change_post(tx: Tx, actor: Actor, id: PathId, data: PostChanges) -> ForumPostOut:
    """Change the text of a post, one's own or as staff any; it is marked as edited."""
    actions.change_post(tx, actor, id, data)
    return _post(queries.post(tx, id))


@delete("/api/v1/forum/posts/{id:int}", status_code=200, opt=may(actions.delete_post), tags=["forum"])
@work
def delete_post(tx: Tx, actor: Actor, id: PathId) -> ForumPostOut:
    """Delete a post, one's own or as staff any; replies to it stay."""
    view = queries.post(tx, id)
    actions.delete_post(tx, actor, id)
    return _post(view)


@get("/api/v1/feedback", opt=may(queries.feedback), tags=["feedback"])
@work
def list_feedback(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[FeedbackView]:
    """One's own feedback; admins see all."""
    return queries.feedback(tx, actor, page(skip, limit))


@post("/api/v1/feedback", opt=may(actions.give_feedback), tags=["feedback"])
@work
def create_feedback(tx: Tx, actor: Actor, data: FeedbackInput) -> FeedbackView:
    """Say what one thinks of the platform."""
    return queries.one_feedback(tx, actor, actions.give_feedback(tx, actor, data))


@delete("/api/v1/feedback/{id:int}", status_code=200, opt=may(actions.delete_feedback), tags=["feedback"])
@work
def delete_feedback(tx: Tx, actor: Actor, id: PathId) -> FeedbackView:
    """Delete feedback, one's own or as an admin any."""
    view = queries.one_feedback(tx, actor, id)
    actions.delete_feedback(tx, actor, id)
    return view


ROUTES = [
    list_categories,
    create_category,
    change_category,
    delete_category,
    list_topics_of_category,
    list_topics,
    create_topic,
    read_topic,
    change_topic,
    delete_topic,
    create_post,
    change_post,
    delete_post,
    list_feedback,
    create_feedback,
    delete_feedback,
]
