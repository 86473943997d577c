"""The floor's SQL about practice and recommendations; see `bench.floor.sql`."""

_BOUGHT = """EXISTS (SELECT purchases.id FROM purchases
    WHERE purchases.user_id = :viewer_id AND purchases.course_id = courses.id AND purchases.revoked_at IS NULL)"""
_OPEN = f"""lessons.is_preview{{yes}} OR courses.price = 0 AND lessons.premium_only IS {{false}}
    OR courses.instructor_id = :viewer_id OR ({_BOUGHT})"""
_THERE = """lessons.deleted_at IS NULL AND courses.deleted_at IS NULL
    AND (courses.is_published{yes} OR courses.instructor_id = :viewer_id)"""
_WORTH = f"""courses.is_published{{yes}} AND courses.deleted_at IS NULL AND lessons.deleted_at IS NULL AND ({_OPEN})
    AND NOT (EXISTS (SELECT completions.id FROM completions
        WHERE completions.lesson_id = lessons.id AND completions.user_id = :viewer_id))"""
_KNOWN = "lessons.id, courses.difficulty_level, courses.title"

LEVEL = "SELECT users.current_level FROM users WHERE users.id = :viewer_id"
LEFT = f"""
    SELECT found.id, found.difficulty_level, found.title, found.course_place - 1, found.place - 1
    FROM (SELECT lessons.id, courses.difficulty_level, courses.title, joined.place AS course_place,
            row_number() OVER (PARTITION BY courses.id ORDER BY sections.position, sections.id, lessons.position, lessons.id) AS place
        FROM lessons JOIN courses ON courses.id = lessons.course_id JOIN sections ON sections.id = lessons.section_id
        JOIN (SELECT enrollments.course_id,
                row_number() OVER (ORDER BY enrollments.studied_at DESC, enrollments.id DESC) AS place
            FROM enrollments WHERE enrollments.user_id = :viewer_id
            ORDER BY enrollments.studied_at DESC, enrollments.id DESC LIMIT 6{{from_the_first}}) AS joined
            ON joined.course_id = courses.id
        WHERE {_WORTH}) AS found
    WHERE found.place <= 5 ORDER BY found.course_place, found.place
"""
WENT_ON = f"""
    SELECT {_KNOWN}, recent.place, next_lesson_counts.learners, next_lesson_counts.sampled
    FROM lessons JOIN next_lesson_counts ON next_lesson_counts.next_lesson_id = lessons.id
        JOIN courses ON courses.id = lessons.course_id
        JOIN (SELECT completions.lesson_id, row_number() OVER (ORDER BY completions.id DESC) AS place
            FROM completions WHERE completions.user_id = :viewer_id
            ORDER BY completions.id DESC LIMIT 10{{from_the_first}}) AS recent
            ON recent.lesson_id = next_lesson_counts.lesson_id
    WHERE {_WORTH} ORDER BY recent.place, next_lesson_counts.learners DESC, lessons.id
"""
WEAK = f"""
    SELECT {_KNOWN}, sum(weak.wrong)
    FROM lessons JOIN words ON words.lesson_id = lessons.id
        JOIN (SELECT word_answers.word_id, word_answers.wrong FROM word_answers
            WHERE word_answers.user_id = :viewer_id AND word_answers.wrong > 0 AND word_answers.wrong * 2 >= word_answers.answers
            ORDER BY word_answers.wrong DESC, word_answers.word_id LIMIT 50{{from_the_first}}) AS weak
            ON weak.word_id = words.id
        JOIN courses ON courses.id = lessons.course_id
    WHERE {_WORTH} GROUP BY {_KNOWN} ORDER BY sum(weak.wrong) DESC, lessons.id LIMIT 5{{from_the_first}}
"""
POPULAR = f"""
    SELECT {_KNOWN}, popular_lessons.level_key
    FROM lessons JOIN popular_lessons ON popular_lessons.lesson_id = lessons.id JOIN courses ON courses.id = lessons.course_id
    WHERE {_WORTH} AND popular_lessons.level_key IN (:any_level, :level)
    ORDER BY popular_lessons.level_key, popular_lessons.place
"""
LESSONS = f"""
    SELECT lessons.id, lessons.title, CASE WHEN ({_OPEN}) THEN lessons.content ELSE NULL END,
        CASE WHEN ({_OPEN}) THEN lessons.video_url ELSE NULL END, lessons.premium_only, lessons.position, lessons.is_preview,
        CASE WHEN ({_OPEN}) THEN {{true}} ELSE {{false}} END, lessons.course_id, lessons.section_id
    FROM lessons JOIN courses ON courses.id = lessons.course_id
    WHERE lessons.id IN (:id1, :id2, :id3, :id4, :id5) AND {_THERE}
"""
WORDS_OF = """
    SELECT words.id, words.lesson_id, words.word, words.translation, words.ipa_pronunciation FROM words
    WHERE words.lesson_id IN (:id1, :id2, :id3, :id4, :id5) ORDER BY words.id
"""

_SHOWN = """words.id, words.lesson_id, words.word, words.translation, words.ipa_pronunciation,
    coalesce(word_reviews.state, :new), word_reviews.due, word_reviews.last_review, word_reviews.stability, word_reviews.difficulty,
    coalesce(word_reviews.reps, 0), coalesce(word_reviews.lapses, 0)"""
_PLACED = """JOIN lessons ON lessons.id = words.lesson_id JOIN courses ON courses.id = lessons.course_id
    LEFT OUTER JOIN word_reviews ON word_reviews.word_id = words.id AND word_reviews.user_id = :viewer_id"""
_WAITING = f"""
    FROM (SELECT word_reviews.word_id, 0 AS turn, word_reviews.due AS since FROM word_reviews
            WHERE word_reviews.user_id = :viewer_id AND word_reviews.due <= :now
        UNION ALL SELECT words.id, 1, completions.completed_at
            FROM completions JOIN words ON words.lesson_id = completions.lesson_id
            WHERE completions.user_id = :viewer_id AND NOT (EXISTS (SELECT word_reviews.word_id FROM word_reviews
                WHERE word_reviews.word_id = words.id AND word_reviews.user_id = :viewer_id))) AS waiting
        JOIN words ON words.id = waiting.word_id {_PLACED}
    WHERE {_THERE} AND ({_OPEN})
"""
WAITING = f"SELECT {_SHOWN} {_WAITING} ORDER BY waiting.turn, waiting.since, words.id LIMIT :limit OFFSET :skip"
WAITING_COUNT = f"SELECT count(*) FROM (SELECT words.id {_WAITING}) AS anon_1"

HIGHEST = "SELECT (SELECT max(words.id) FROM words), (SELECT max(lessons.id) FROM lessons)"
_PUBLISHED = f"{_THERE} AND ({_OPEN}) AND courses.is_published{{yes}}"
TAUGHT = f"""
    SELECT words.id, lessons.course_id, words.lesson_id, words.word, words.translation
    FROM words JOIN lessons ON lessons.id = words.lesson_id JOIN courses ON courses.id = lessons.course_id
    WHERE {_PUBLISHED} AND words.id >= :start ORDER BY words.id LIMIT :count{{from_the_first}}
"""
TEXTS = f"""
    SELECT lessons.id, substr(lessons.content, 1, 10000)
    FROM lessons JOIN courses ON courses.id = lessons.course_id
    WHERE {_PUBLISHED} AND lessons.id >= :start ORDER BY lessons.id LIMIT :count{{from_the_first}}
"""

REVIEWED = f"""
    SELECT {_SHOWN}, word_reviews.state, word_reviews.step, word_reviews.reps, word_reviews.lapses,
        CASE WHEN ({_OPEN}) THEN {{true}} ELSE {{false}} END, CASE WHEN (courses.price > 0) THEN {{true}} ELSE {{false}} END
    FROM words {_PLACED}
    WHERE words.id = :word_id AND {_THERE}
"""
REVIEW = """
    UPDATE word_reviews SET state=:state, step=:step, stability=:stability, difficulty=:difficulty, due=:due, last_review=:now,
        reps=:reps, lapses=:lapses
    WHERE word_reviews.user_id = :viewer_id AND word_reviews.word_id = :word_id AND word_reviews.reps = :reps_before
        AND word_reviews.due <= :now
"""
RECORD = """
    INSERT INTO word_review_records (user_id, word_id, rep, rating, reviewed_at)
    VALUES (:viewer_id, :word_id, :reps, :rating, :now)
"""

SENT = {
    "recommendations": (LEVEL, LEFT, WENT_ON, WEAK, POPULAR, LESSONS, WORDS_OF),
    "words due": (WAITING,),
    "exercises": (HIGHEST, TAUGHT, TEXTS),
    "review a word": (REVIEWED, REVIEW, RECORD),
}
"""What each scenario sends after the statement that finds the actor."""
