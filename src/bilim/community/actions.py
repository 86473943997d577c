"""Writes of the forum and of feedback. What staff delete of others is audited, with its text."""

from typing import Any

from sqlalchemy import delete, select, update

from bilim.accounts import audit
from bilim.community import access, rules
from bilim.community.access import CATEGORY_IS_SHOWN
from bilim.community.inputs import (
    CategoryChanges,
    CategoryInput,
    FeedbackInput,
    PostAdded,
    PostChanges,
    PostInput,
    TopicChanges,
    TopicInput,
)
from bilim.community.models import Feedback, ForumCategory, ForumPost, ForumTopic
from bilim.db.engine import Tx
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound, unknown
from bilim.kit.inputs import sent_fields, value_or


@requires(Role.ADMIN)
def create_category(tx: Tx, _actor: Actor, category: CategoryInput) -> int:
    """Make a category; its id."""
    return tx.insert(ForumCategory, name=category.name, description=value_or(category.description, None))


@requires(Role.ADMIN)
def change_category(tx: Tx, _actor: Actor, category_id: int, changes: CategoryChanges) -> None:
    """Change a category.

    Raises:
        NotFound: there is none.
    """
    _lock_category(tx, category_id)
    if columns := sent_fields(changes):
        tx.execute(update(ForumCategory).where(ForumCategory.id == category_id).values(**columns))


@requires(Role.ADMIN)
def delete_category(tx: Tx, _actor: Actor, category_id: int) -> None:
    """Delete a category; one with topics is hidden, and its topics with it.

    Raises:
        NotFound: there is none.
    """
    _lock_category(tx, category_id)
    if not tx.delete_unless_referenced(ForumCategory, category_id):
        tx.execute(update(ForumCategory).where(ForumCategory.id == category_id).values(deleted_at=tx.now))
        topics = update(ForumTopic).where(ForumTopic.category_id == category_id, ForumTopic.deleted_at.is_(None))
        tx.execute(topics.values(deleted_at=tx.now))


def _lock_category(tx: Tx, category_id: int) -> None:
    if tx.scalar(select(ForumCategory.id).where(ForumCategory.id == category_id, CATEGORY_IS_SHOWN).with_for_update()) is None:
        raise NotFound


def _require_category(tx: Tx, category_id: int) -> None:
    """Check that a category is there, and keep it until the transaction ends: a topic that comes while it is deleted would stay shown."""
    shown = select(ForumCategory.id).where(ForumCategory.id == category_id, CATEGORY_IS_SHOWN)
    if tx.scalar(shown.with_for_update(read=True)) is None:
        raise unknown("category_id", category_id)


@signed_in
def create_topic(tx: Tx, actor: Actor, topic: TopicInput) -> int:
    """Open a topic with its first post; its id.

    Raises:
        Invalid: no such category.
    """
    _require_category(tx, topic.category_id)
    topic_id = tx.insert(
        ForumTopic,
        category_id=topic.category_id,
        author_id=actor.id,
        title=topic.title,
        description=value_or(topic.description, None),
        rank=rules.USUAL,
        is_closed=False,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.insert(ForumPost, topic_id=topic_id, author_id=actor.id, depth=0, content=topic.content, created_at=tx.now)
    return topic_id


@signed_in
def change_topic(tx: Tx, actor: Actor, topic_id: int, changes: TopicChanges) -> None:
    """Change a topic. Pinning, closing and moving it count only from staff, and are ignored from its author.

    Raises:
        NotFound, Forbidden, Conflict: see `access.own_topic`.
        Invalid: no such category.
    """
    access.own_topic(tx, actor, topic_id)
    columns = sent_fields(changes, "title", "description")
    if actor.is_teacher:
        decided = sent_fields(changes, "is_closed", "category_id")
        columns |= {name: value for name, value in decided.items() if value is not None}
        if isinstance(changes.is_pinned, bool):
            columns["rank"] = rules.PINNED if changes.is_pinned else rules.USUAL
    if "category_id" in columns:
        _require_category(tx, columns["category_id"])
    if columns:
        tx.execute(update(ForumTopic).where(ForumTopic.id == topic_id).values(**columns, updated_at=tx.now))


@signed_in
def delete_topic(tx: Tx, actor: Actor, topic_id: int) -> None:
    """Hide a topic with all its posts.

    Raises:
        NotFound, Forbidden: see `access.own_topic`.
    """
    topic = access.own_topic(tx, actor, topic_id, closed_too=True)
    tx.execute(update(ForumTopic).where(ForumTopic.id == topic_id).values(deleted_at=tx.now))
    if topic.author_id != actor.id:
        audit.record(tx, actor, "forum_topic", topic_id, {"author_id": topic.author_id}, {"deleted": True})


@signed_in
def add_post(tx: Tx, actor: Actor, post: PostInput) -> int:
    """Post in a topic; the post's id.

    Raises:
        Invalid: no such topic, or no such post in it to answer.
        Conflict: the topic is closed, and the actor is no member of the staff.
    """
    try:
        access.open_topic(tx, actor, post.topic_id)
    except NotFound:
        raise unknown("topic_id", post.topic_id) from None
    answered_id = value_or(post.parent_id, None)
    place: dict[str, Any] = {"parent_id": None, "depth": 0}
    if answered_id is not None:
        parent_id, depth = _place_of_reply(tx, post.topic_id, answered_id)
        place = {"parent_id": parent_id, "depth": depth}
    post_id = tx.insert(ForumPost, topic_id=post.topic_id, author_id=actor.id, content=post.content, created_at=tx.now, **place)
    tx.enqueue(PostAdded(post_id, answered_id))
    return post_id


def _place_of_reply(tx: Tx, topic_id: int, answered_id: int) -> tuple[int, int]:
    """Where a reply to a post of the topic stands; see `rules.place_of_reply`. The post is kept until the transaction ends."""
    answered = select(ForumPost.parent_id, ForumPost.depth)
    answered = answered.where(ForumPost.id == answered_id, ForumPost.topic_id == topic_id, ForumPost.deleted_at.is_(None))
    found = tx.first(answered.with_for_update(read=True))
    if found is None:
        raise unknown("parent_id", answered_id)
    return rules.place_of_reply(answered_id, *found)


@signed_in
def change_post(tx: Tx, actor: Actor, post_id: int, changes: PostChanges) -> None:
    """Change a post's text and mark it as edited; a text sent back as it is changes nothing.

    Raises:
        NotFound, Forbidden, Conflict: see `access.own_post`.
    """
    held = access.own_post(tx, actor, post_id)
    content = value_or(changes.content, held.content)
    if content != held.content:
        tx.execute(update(ForumPost).where(ForumPost.id == post_id).values(content=content, edited_at=tx.now))


@signed_in
def delete_post(tx: Tx, actor: Actor, post_id: int) -> None:
    """Delete a post. One that was answered keeps its place without its text and author, so that the thread stays readable.

    Raises:
        NotFound, Forbidden: see `access.own_post`.
    """
    held = access.own_post(tx, actor, post_id, closed_too=True)
    if not tx.delete_unless_referenced(ForumPost, post_id):
        tx.execute(update(ForumPost).where(ForumPost.id == post_id).values(content=None, edited_at=None, deleted_at=tx.now))
    if held.author_id != actor.id:
        before = {"author_id": held.author_id, "content": held.content}
        audit.record(tx, actor, "forum_post", post_id, before, {"deleted": True})


@signed_in
def give_feedback(tx: Tx, actor: Actor, feedback: FeedbackInput) -> int:
    """Say what one thinks of the platform; the feedback's id."""
    columns = {"content": feedback.content, "rating": value_or(feedback.rating, None)}
    return tx.insert(Feedback, user_id=actor.id, **columns, created_at=tx.now, updated_at=tx.now)


@signed_in
def delete_feedback(tx: Tx, actor: Actor, feedback_id: int) -> None:
    """Delete one's own feedback, or as an admin anybody's.

    Raises:
        NotFound: see `access.own_feedback`.
    """
    access.own_feedback(tx, actor, feedback_id)
    tx.execute(delete(Feedback).where(Feedback.id == feedback_id))
