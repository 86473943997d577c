"""What of the forum is shown, and who may change it (CONTRACT section 7)."""

from msgspec import Struct
from sqlalchemy import and_, select

from bilim.community.models import Feedback, ForumCategory, ForumPost, ForumTopic
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden, NotFound

CATEGORY_IS_SHOWN = ForumCategory.deleted_at.is_(None)
TOPIC_IS_SHOWN = ForumTopic.deleted_at.is_(None)
POST_IS_SHOWN = and_(ForumPost.deleted_at.is_(None), TOPIC_IS_SHOWN)
"""Posts with a text, in a query of posts and their topics."""


class HeldTopic(Struct):
    """A locked topic."""

    id: int
    author_id: int
    is_closed: bool


class HeldPost(Struct):
    """A locked post."""

    id: int
    author_id: int
    content: str


_TOPIC = select_into(HeldTopic, id=ForumTopic.id, author_id=ForumTopic.author_id, is_closed=ForumTopic.is_closed).where(TOPIC_IS_SHOWN)
_POST = select_into(HeldPost, id=ForumPost.id, author_id=ForumPost.author_id, content=ForumPost.content).where(
    ForumPost.deleted_at.is_(None)
)


@signed_in
def open_topic(tx: Tx, actor: Actor, topic_id: int) -> HeldTopic:
    """Let the actor post in a topic, and keep it as it is until the transaction ends: nobody closes or deletes it meanwhile.

    Raises:
        NotFound: there is none.
        Conflict: it is closed, and the actor is no member of the staff.
    """
    return _require_open(actor, _keep_topic(tx, topic_id))


@signed_in
def own_topic(tx: Tx, actor: Actor, topic_id: int, *, closed_too: bool = False) -> HeldTopic:
    """Let the actor change a topic, and lock it: its author, or staff.

    Raises:
        NotFound: there is none.
        Forbidden: somebody else's.
        Conflict: it is closed, and the actor is no member of the staff.
    """
    topic = tx.fetch_one(_TOPIC.where(ForumTopic.id == topic_id).with_for_update())
    _require_author(actor, topic.author_id)
    return topic if closed_too else _require_open(actor, topic)


@signed_in
def own_post(tx: Tx, actor: Actor, post_id: int, *, closed_too: bool = False) -> HeldPost:
    """Let the actor change a post, and lock it: its author, or staff.

    The topic is locked before the post, as where somebody replies: two who lock in different orders would wait for each other.

    Raises:
        NotFound: there is none, or it was deleted.
        Forbidden: somebody else's.
        Conflict: its topic is closed, and the actor is no member of the staff.
    """
    topic_id = tx.scalar(select(ForumPost.topic_id).where(ForumPost.id == post_id))
    if topic_id is None:
        raise NotFound
    topic = _keep_topic(tx, topic_id)
    post = tx.fetch_one(_POST.where(ForumPost.id == post_id).with_for_update())
    _require_author(actor, post.author_id)
    if not closed_too:
        _require_open(actor, topic)
    return post


def _keep_topic(tx: Tx, topic_id: int) -> HeldTopic:
    return tx.fetch_one(_TOPIC.where(ForumTopic.id == topic_id).with_for_update(read=True))


def _require_author(actor: Actor, author_id: int) -> None:
    if author_id != actor.id and not actor.is_teacher:
        raise Forbidden


def _require_open(actor: Actor, topic: HeldTopic) -> HeldTopic:
    if topic.is_closed and not actor.is_teacher:
        raise Conflict("topic_closed")
    return topic


@signed_in
def own_feedback(tx: Tx, actor: Actor, feedback_id: int) -> None:
    """Let the actor delete feedback: their own, or as an admin any.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    author_id = tx.scalar(select(Feedback.user_id).where(Feedback.id == feedback_id))
    if author_id is None or (author_id != actor.id and not actor.is_admin):
        raise NotFound
