"""The SQL about conversations with the tutor; see `sql`."""

PAGE = 100
IDS = [f"conversation{place}" for place in range(PAGE)]
"""Parameters of a full page."""
_SHOWN = """ai_sessions.id, ai_sessions.user_id, ai_sessions.title, ai_sessions.status, ai_sessions.lesson_id, ai_sessions.message_count,
    ai_sessions.created_at"""
_SAID = "ai_messages.session_id, ai_messages.role, ai_messages.text, ai_messages.audio_url, ai_messages.analysis, ai_messages.created_at"
CONVERSATIONS = f"""
    SELECT {_SHOWN} FROM ai_sessions WHERE ai_sessions.user_id = :viewer_id
    ORDER BY ai_sessions.created_at DESC, ai_sessions.id DESC LIMIT :limit OFFSET :skip
"""
CONVERSATION_COUNT = "SELECT count(*) AS count_1 FROM ai_sessions WHERE ai_sessions.user_id = :viewer_id"
LAST = f"""
    SELECT {_SAID} FROM ai_messages JOIN ai_sessions ON ai_sessions.id = ai_messages.session_id
    WHERE ai_sessions.id IN ({", ".join(f":{each}" for each in IDS)}) AND ai_messages.position >= ai_sessions.message_count - :last
    ORDER BY ai_messages.session_id, ai_messages.position
"""
CONVERSATION = f"SELECT {_SHOWN} FROM ai_sessions WHERE ai_sessions.id = :key AND ai_sessions.user_id = :viewer_id"
SAID = f"SELECT {_SAID} FROM ai_messages WHERE ai_messages.session_id = :key ORDER BY ai_messages.position"

SENT = {
    "conversations": (CONVERSATIONS, CONVERSATION_COUNT, LAST),
    "a conversation": (CONVERSATION, SAID),
}
"""What each scenario sends after the statement that finds the actor."""
