"""The forum and feedback in the learning surface's words."""

from litestar import delete, get, post, put

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
from bilim.community.queries import FeedbackView, ForumCategoryView, ForumPostView, ForumTopicView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page


def _whole_topic(tx: Tx, topic_id: int, skip: int = 0, limit: int = rules.MAX_POSTS) -> ForumTopicView:
    """A topic with its posts; `replies` stand at most `rules.MAX_DEPTH` deep."""
    view = queries.topic(tx, topic_id)
    view.posts = queries.thread(tx, topic_id, page(skip, limit))
    return view


@get("/api/v1/forum/categories", opt=may(queries.categories) | RUN_IN_LOOP, tags=["forum"])
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


@get("/api/v1/forum/categories/{id:int}/topics", opt=may(queries.topics_of_category) | RUN_IN_LOOP, tags=["forum"])
@work
def list_topics_of_category(tx: Tx, id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ForumTopicView]:
    """The topics of a category, without their posts: pinned ones first."""
    return queries.topics_of_category(tx, id, page(skip, limit))


@get("/api/v1/forum/topics", opt=may(queries.topics) | RUN_IN_LOOP, tags=["forum"])
@work
def list_topics(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[ForumTopicView]:
    """All topics, without their posts: pinned ones first."""
    return queries.topics(tx, page(skip, limit))


@post("/api/v1/forum/topics", opt=may(actions.create_topic), tags=["forum"])
@work
def create_topic(tx: Tx, actor: Actor, data: TopicInput) -> ForumTopicView:
    """Open a topic; `content` is its first post."""
    return _whole_topic(tx, actions.create_topic(tx, actor, data))


@get("/api/v1/forum/topics/{id:int}", opt=may(queries.topic), tags=["forum"])
@work
def read_topic(tx: Tx, id: PathId, skip: Skip = 0, limit: Limit = rules.MAX_POSTS) -> ForumTopicView:
    """A topic with its posts, replies below what they answer. `skip` and `limit` count posts, oldest first."""
    return _whole_topic(tx, id, skip, limit)


@put("/api/v1/forum/topics/{id:int}", opt=may(actions.change_topic), tags=["forum"])
@work
def change_topic(tx: Tx, actor: Actor, id: PathId, data: TopicChanges) -> ForumTopicView:
    """Change a topic, one's own or as staff any; fields left out stay. Only staff pin, close and move topics."""
    actions.change_topic(tx, actor, id, data)
    return _whole_topic(tx, id)


@delete("/api/v1/forum/topics/{id:int}", status_code=200, opt=may(actions.delete_topic), tags=["forum"])
@work
def delete_topic(tx: Tx, actor: Actor, id: PathId) -> ForumTopicView:
    """Delete a topic with all its posts, one's own or as staff any."""
    view = _whole_topic(tx, id)
    actions.delete_topic(tx, actor, id)
    return view


@post("/api/v1/forum/posts", opt=may(actions.add_post), tags=["forum"])
@work
def create_post(tx: Tx, actor: Actor, data: PostInput) -> ForumPostView:
    """Post in a topic, or reply to one of its posts. In a closed topic only staff do."""
    return queries.post(tx, actions.add_post(tx, actor, data))


@put("/api/v1/forum/posts/{id:int}", opt=may(actions.change_post), tags=["forum"])
@work
def change_post(tx: Tx, actor: Actor, id: PathId, data: PostChanges) -> ForumPostView:
    """Change the text of a post, one's own or as staff any; it is marked as edited."""
    actions.change_post(tx, actor, id, data)
    return queries.post(tx, id)


@delete("/api/v1/forum/posts/{id:int}", status_code=200, opt=may(actions.delete_post), tags=["forum"])
@work
def delete_post(tx: Tx, actor: Actor, id: PathId) -> ForumPostView:
    """Delete a post, one's own or as staff any; replies to it stay."""
    view = queries.post(tx, id)
    actions.delete_post(tx, actor, id)
    return view


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
