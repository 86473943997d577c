"""The SQL about teaching material; see `sql`."""

_BOUGHT = """EXISTS (SELECT purchases.id FROM purchases
    WHERE purchases.user_id = :viewer_id AND purchases.course_id = courses.id AND purchases.revoked_at IS NULL)"""
_OPEN = f"""(interactive_lessons.course_id IS NULL OR courses.price = 0) AND interactive_lessons.is_premium IS {{false}}
    OR courses.instructor_id = :viewer_id OR ({_BOUGHT})"""
_SHOWN = """
    FROM interactive_lessons LEFT OUTER JOIN courses ON courses.id = interactive_lessons.course_id
    WHERE interactive_lessons.deleted_at IS NULL AND interactive_lessons.is_active{yes} AND (interactive_lessons.course_id IS NULL
        OR courses.deleted_at IS NULL AND (courses.is_published{yes} OR courses.instructor_id = :viewer_id))
"""
INTERACTIVE = f"""
    SELECT interactive_lessons.title, interactive_lessons.position, interactive_lessons.description,
           CASE WHEN ({_OPEN}) THEN interactive_lessons.video_url ELSE NULL END, interactive_lessons.difficulty,
           interactive_lessons.is_premium, interactive_lessons.is_active,
           CASE WHEN ({_OPEN}) THEN interactive_lessons.content ELSE :empty END, interactive_lessons.tags,
           interactive_lessons.estimated_duration, interactive_lessons.id, interactive_lessons.course_id, interactive_lessons.avatar_id
    {_SHOWN} ORDER BY interactive_lessons.id LIMIT :limit OFFSET :skip
"""
INTERACTIVE_COUNT = f"SELECT count(*) {_SHOWN}"

_OWN = """SELECT lessons.id FROM lessons JOIN courses ON courses.id = lessons.course_id
    WHERE lessons.deleted_at IS NULL AND courses.deleted_at IS NULL AND courses.instructor_id = :viewer_id"""
LESSONS = f"""
    SELECT lessons.id, lessons.external_key, lessons.title, courses.id, courses.title, sections.id, sections.title, lessons.position,
           lessons.content, lessons.video_url, lessons.file, lessons.premium_only, lessons.is_preview, lessons.created_at,
           lessons.updated_at
    FROM lessons JOIN courses ON courses.id = lessons.course_id JOIN sections ON sections.id = lessons.section_id
    WHERE lessons.id IN ({_OWN} ORDER BY lessons.id LIMIT :limit OFFSET :skip) ORDER BY lessons.id
"""
LESSON_COUNT = f"SELECT count(*) FROM ({_OWN}) AS own"
PAGE = 100
_IDS = ", ".join(f":lesson{place}" for place in range(PAGE))
WORDS = f"""
    SELECT words.id, words.lesson_id, words.word, words.translation, words.ipa_pronunciation
    FROM words WHERE words.lesson_id IN ({_IDS}) ORDER BY words.id
"""

SENT = {
    "interactive lessons": (INTERACTIVE, INTERACTIVE_COUNT),
    "content lessons": (LESSONS, LESSON_COUNT, WORDS),
}
"""What each scenario sends after the statement that finds the actor."""
