"""The floor's SQL about the forum and notifications; see `bench.floor.sql`."""

_TOPIC = """
    SELECT forum_topics.id, forum_topics.title, forum_topics.description, users.id, forum_categories.id, forum_topics.created_at,
           forum_topics.updated_at, forum_topics.rank = 0, forum_topics.is_closed, users.first_name, users.last_name,
           forum_categories.name, forum_categories.description,
           (SELECT count(*) FROM forum_posts WHERE forum_posts.topic_id = forum_topics.id)
    FROM forum_topics JOIN users ON users.id = forum_topics.author_id
         JOIN forum_categories ON forum_categories.id = forum_topics.category_id
    WHERE forum_topics.deleted_at IS NULL
"""
TOPICS = f"""
    {_TOPIC} AND forum_topics.id IN (SELECT forum_topics.id FROM forum_topics WHERE forum_topics.deleted_at IS NULL
        ORDER BY forum_topics.rank, forum_topics.id LIMIT :limit OFFSET :skip)
    ORDER BY forum_topics.rank, forum_topics.id
"""
TOPICS_COUNT = "SELECT count(*) FROM forum_topics WHERE forum_topics.deleted_at IS NULL"
TOPIC = f"{_TOPIC} AND forum_topics.id = :topic_id"
POSTS = """
    SELECT forum_posts.id, forum_posts.topic_id, CASE WHEN (forum_posts.deleted_at IS NULL) THEN forum_posts.author_id END,
           forum_posts.parent_id, forum_posts.content, forum_posts.created_at, forum_posts.edited_at, users.first_name, users.last_name
    FROM forum_posts JOIN users ON users.id = forum_posts.author_id
    WHERE forum_posts.topic_id = :topic_id ORDER BY forum_posts.id LIMIT :limit OFFSET :skip
"""

UNREAD = "SELECT count(1) FROM notifications WHERE notifications.user_id = :viewer_id AND notifications.read_at IS NULL"
NOTIFICATIONS = """
    SELECT notifications.id, notifications.user_id, notifications.kind, notifications.data, notification_settings.language,
           CASE WHEN (notifications.read_at IS NOT NULL) THEN {true} ELSE {false} END, notifications.created_at
    FROM notifications LEFT OUTER JOIN notification_settings ON notification_settings.user_id = notifications.user_id
    WHERE notifications.user_id = :viewer_id ORDER BY notifications.id DESC LIMIT :limit OFFSET :skip
"""

PUBLIC = {"forum topics": (TOPICS, TOPICS_COUNT), "a long topic": (TOPIC, POSTS)}
"""Without a person behind the token: anybody may read."""
SENT = {"unread count": (UNREAD,), "notifications": (NOTIFICATIONS,)}
