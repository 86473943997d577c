"""The SQL about pronunciation; see `sql`."""

HISTORY = """
    SELECT pronunciation_attempts.id, pronunciation_attempts.user_id, pronunciation_attempts.phrase_id, pronunciation_attempts.session_id,
           pronunciation_attempts.reference_text, pronunciation_attempts.transcribed_text, pronunciation_attempts.score,
           pronunciation_attempts.words_per_minute, pronunciation_attempts.details, pronunciation_attempts.created_at
    FROM pronunciation_attempts WHERE pronunciation_attempts.user_id = :viewer_id
    ORDER BY pronunciation_attempts.id DESC LIMIT :limit OFFSET :skip
"""
HISTORY_COUNT = "SELECT count(*) FROM pronunciation_attempts WHERE pronunciation_attempts.user_id = :viewer_id"

SUMS = """
    SELECT count(*), avg(anon_1.score), max(anon_1.score), avg(CASE WHEN (anon_1.place <= :recent) THEN anon_1.score END),
           avg(CASE WHEN (anon_1.place > :recent) THEN anon_1.score END),
           avg(CASE WHEN (anon_1.place <= :recent) THEN anon_1.words_per_minute END),
           max(anon_1.created_at)
    FROM (SELECT pronunciation_attempts.score AS score, pronunciation_attempts.words_per_minute AS words_per_minute,
                 pronunciation_attempts.created_at AS created_at, row_number() OVER (ORDER BY pronunciation_attempts.id DESC) AS place
          FROM pronunciation_attempts WHERE pronunciation_attempts.user_id = :viewer_id) AS anon_1
"""
_MEAN = "(pronunciation_words.score_sum * 20 + pronunciation_words.attempts) / (pronunciation_words.attempts * 2)"
HARD_WORDS = f"""
    SELECT pronunciation_words.word, pronunciation_words.attempts, {_MEAN}, pronunciation_words.last_score
    FROM pronunciation_words WHERE pronunciation_words.user_id = :viewer_id AND :good > {_MEAN}
    ORDER BY {_MEAN}, pronunciation_words.attempts DESC, pronunciation_words.word LIMIT :limit
"""
SOUNDS = """
    SELECT pronunciation_contrasts.contrast, pronunciation_contrasts.attempts, pronunciation_contrasts.kept,
           pronunciation_contrasts.replaced
    FROM pronunciation_contrasts WHERE pronunciation_contrasts.user_id = :viewer_id
    ORDER BY (pronunciation_contrasts.replaced * 1000) / pronunciation_contrasts.attempts DESC, pronunciation_contrasts.contrast
"""

_KNOWN = "pronunciation_phrases.is_public{yes} OR pronunciation_phrases.created_by = :viewer_id"
PHRASES = f"""
    SELECT pronunciation_phrases.id, pronunciation_phrases.text, pronunciation_phrases.level, pronunciation_phrases.contrasts,
           pronunciation_phrases.is_public, pronunciation_phrases.created_by, pronunciation_phrases.created_at,
           pronunciation_phrases.updated_at
    FROM pronunciation_phrases WHERE {_KNOWN} ORDER BY pronunciation_phrases.id LIMIT :limit OFFSET :skip
"""
PHRASE_COUNT = f"SELECT count(*) FROM (SELECT pronunciation_phrases.id FROM pronunciation_phrases WHERE {_KNOWN}) AS known"

_OF_SESSION = "FROM pronunciation_attempts WHERE pronunciation_attempts.session_id = pronunciation_sessions.id"
SESSIONS = f"""
    SELECT pronunciation_sessions.id, pronunciation_sessions.user_id, pronunciation_sessions.started_at,
           pronunciation_sessions.completed_at, pronunciation_sessions.completed_at IS NOT NULL,
           (SELECT count(*) {_OF_SESSION}), (SELECT avg(pronunciation_attempts.score) {_OF_SESSION})
    FROM pronunciation_sessions WHERE pronunciation_sessions.user_id = :viewer_id
    ORDER BY pronunciation_sessions.id DESC LIMIT :limit OFFSET :skip
"""
SESSION_COUNT = "SELECT count(*) FROM pronunciation_sessions WHERE pronunciation_sessions.user_id = :viewer_id"

SENT = {
    "readings": (HISTORY, HISTORY_COUNT),
    "pronunciation profile": (SUMS, HARD_WORDS, SOUNDS),
    "phrases": (PHRASES, PHRASE_COUNT),
    "practice sessions": (SESSIONS, SESSION_COUNT),
}
"""What each scenario sends after the statement that finds the actor."""
