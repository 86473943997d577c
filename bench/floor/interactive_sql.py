"""The SQL about sessions of interactive lessons; see `sql`."""

_RUNNING = "lesson_sessions.ended_at IS NULL AND lesson_sessions.expires_at > :now"
SESSIONS = f"""
    SELECT lesson_sessions.id, lesson_sessions.user_id, lesson_sessions.lesson_id, lesson_sessions.lesson_type, lesson_sessions.topic,
           lesson_sessions.difficulty, CASE WHEN ({_RUNNING}) THEN :running ELSE :over END, lesson_sessions.avatar_id,
           lesson_sessions.interaction_count, lesson_sessions.started_at,
           CASE WHEN (lesson_sessions.ended_at IS NULL AND lesson_sessions.expires_at <= :now) THEN lesson_sessions.expires_at
           ELSE lesson_sessions.ended_at END
    FROM lesson_sessions WHERE lesson_sessions.user_id = :viewer_id ORDER BY lesson_sessions.id DESC LIMIT :limit OFFSET :skip
"""
SESSION_COUNT = "SELECT count(*) FROM lesson_sessions WHERE lesson_sessions.user_id = :viewer_id"
OWN = "SELECT lesson_sessions.id FROM lesson_sessions WHERE lesson_sessions.id = :session_id AND lesson_sessions.user_id = :viewer_id"
INTERACTIONS = """
    SELECT lesson_interactions.user_message, lesson_interactions.ai_response, lesson_interactions.id, lesson_interactions.session_id,
           lesson_interactions.audio_url, lesson_interactions.is_spoken, lesson_interactions.created_at
    FROM lesson_interactions WHERE lesson_interactions.session_id = :session_id
    ORDER BY lesson_interactions.position LIMIT :limit OFFSET :skip
"""
INTERACTION_COUNT = "SELECT count(*) FROM lesson_interactions WHERE lesson_interactions.session_id = :session_id"

SENT = {
    "lesson sessions": (SESSIONS, SESSION_COUNT),
    "lesson interactions": (OWN, INTERACTIONS, INTERACTION_COUNT),
}
"""What each scenario sends after the statement that finds the actor."""
