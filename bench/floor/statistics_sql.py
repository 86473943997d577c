"""The floor's SQL about figures and quotas; see `bench.floor.sql`."""

from bench.floor.person_sql import PREMIUM

_PUBLISHED = "courses.deleted_at IS NULL AND courses.is_published{yes}"
_RUNNING = "subscriptions.revoked_at IS NULL AND subscriptions.starts_at <= :now AND subscriptions.ends_at > :now"
PLATFORM = f"""
    SELECT (SELECT count(*) FROM courses WHERE {_PUBLISHED}),
           (SELECT count(*) FROM lessons JOIN courses ON courses.id = lessons.course_id
               WHERE lessons.deleted_at IS NULL AND {_PUBLISHED}),
           (SELECT count(*) FROM words JOIN lessons ON lessons.id = words.lesson_id JOIN courses ON courses.id = lessons.course_id
               WHERE lessons.deleted_at IS NULL AND {_PUBLISHED}),
           (SELECT count(*) FROM learner_totals),
           (SELECT coalesce(sum(learner_totals.completed_lessons), 0) FROM learner_totals),
           (SELECT count(*) FROM certificates WHERE certificates.is_valid{{yes}})
"""
TOTALS = f"""
    SELECT (SELECT count(*) FROM users WHERE users.deleted_at IS NULL),
           (SELECT count(*) FROM users WHERE ({PREMIUM}) AND users.role = :role AND users.deleted_at IS NULL),
           (SELECT count(*) FROM courses WHERE courses.deleted_at IS NULL),
           (SELECT count(*) FROM lessons WHERE lessons.deleted_at IS NULL),
           (SELECT count(*) FROM words JOIN lessons ON lessons.id = words.lesson_id WHERE lessons.deleted_at IS NULL),
           (SELECT count(*) FROM subscriptions WHERE {_RUNNING}),
           (SELECT count(*) FROM payments WHERE payments.status = 'pending' AND (payments.expires_at IS NULL OR payments.expires_at > :now))
"""
SUMS = "SELECT coalesce(sum(month_sums.income), 0), coalesce(sum(month_sums.expense), 0) FROM month_sums"
USAGE = """
    SELECT coalesce(sum(ai_usage.gpt4o_requests), 0), coalesce(sum(ai_usage.stt_requests), 0),
           coalesce(sum(ai_usage.tts_chars), 0), coalesce(sum(ai_usage.pronunciation_analysis), 0)
    FROM ai_usage WHERE ai_usage.ends_at > :now
"""
_LEARNERS = "FROM learner_totals JOIN users ON users.id = learner_totals.user_id WHERE users.deleted_at IS NULL"
_BEST_FIRST = "ORDER BY learner_totals.completed_lessons DESC, users.id"
TOP_LEARNERS = f"SELECT users.first_name, users.last_name, learner_totals.completed_lessons {_LEARNERS} {_BEST_FIRST} LIMIT 5 {{no_skip}}"
TOP_COURSES = """
    SELECT courses.title, anon_1.people
    FROM (SELECT enrollments.course_id AS course_id, count(*) AS people FROM enrollments GROUP BY enrollments.course_id) AS anon_1
        JOIN courses ON courses.id = anon_1.course_id
    WHERE courses.deleted_at IS NULL ORDER BY anon_1.people DESC, courses.id LIMIT 5 {no_skip}
"""
TOP_USERS = f"""
    SELECT users.id, users.username, users.email, users.phone, users.telegram_id, users.first_name, users.last_name, users.role,
           users.is_active, {PREMIUM}, users.current_level, users.last_viewed_lesson_id, users.created_at, learner_totals.completed_lessons
    {_LEARNERS} {_BEST_FIRST} LIMIT :limit OFFSET :skip
"""
TOP_USER_COUNT = f"SELECT count(*) FROM (SELECT users.id AS id {_LEARNERS}) AS anon_1"
STANDING = f"""
    SELECT {PREMIUM}, subscriptions.id, subscriptions.starts_at, subscriptions.ends_at,
           subscription_plans.gpt4o_requests_quota, subscription_plans.stt_requests_quota, subscription_plans.tts_chars_quota,
           subscription_plans.pronunciation_analysis_quota
    FROM users LEFT OUTER JOIN subscriptions ON subscriptions.user_id = users.id AND {_RUNNING}
         LEFT OUTER JOIN subscription_plans ON subscription_plans.id = subscriptions.plan_id
    WHERE users.id = :user_id ORDER BY subscriptions.starts_at
"""
USED = """
    SELECT ai_usage.began_at, ai_usage.gpt4o_requests, ai_usage.stt_requests, ai_usage.tts_chars, ai_usage.pronunciation_analysis,
           ai_reservations.kind, ai_reservations.amount
    FROM ai_usage LEFT OUTER JOIN ai_reservations ON ai_reservations.user_id = ai_usage.user_id
        AND ai_reservations.period = ai_usage.period AND ai_reservations.expires_at <= :now
    WHERE ai_usage.user_id = :user_id AND ai_usage.period = :period
"""

SENT = {
    "statistics": (PLATFORM,),
    "admin statistics": (TOTALS, SUMS, USAGE, TOP_LEARNERS, TOP_COURSES),
    "top users": (TOP_USERS, TOP_USER_COUNT),
    "quotas left": (STANDING, USED),
}
"""What each scenario sends after the statement that finds the actor."""
