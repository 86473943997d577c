"""The floor's SQL about tests; see `bench.floor.sql`."""

from bench.floor.person_sql import PREMIUM

STARTED = """
    SELECT quiz_tests.id, quiz_tests.duration_minutes, quiz_papers.id, quiz_papers.digest
    FROM quiz_tests LEFT OUTER JOIN quiz_papers ON quiz_papers.test_id = quiz_tests.id AND quiz_papers.version = quiz_tests.version
    WHERE quiz_tests.id = :test_row_id AND quiz_tests.is_active{yes} AND quiz_tests.deleted_at IS NULL
"""
BEGIN = """
    INSERT INTO quiz_attempts (test_id, paper_id, user_id, started_at, ends_at, max_score, pending)
    VALUES (:test_row_id, :paper_id, :user_id, :now, :ends_at, :max_score, 0)
    ON CONFLICT (user_id, test_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
"""
_ROW = f"""
    SELECT quiz_attempts.id, quiz_attempts.test_id, quiz_tests.title, users.id, users.username, users.email, users.phone,
           users.telegram_id, users.first_name, users.last_name, users.role, users.is_active, {PREMIUM}, users.current_level,
           users.last_viewed_lesson_id, users.created_at, quiz_attempts.paper_id, quiz_papers.digest, quiz_attempts.started_at,
           quiz_attempts.ends_at, quiz_attempts.ended_at, quiz_attempts.total_score, quiz_attempts.max_score, quiz_attempts.scores,
           quiz_attempts.pending
    FROM quiz_attempts JOIN quiz_tests ON quiz_tests.id = quiz_attempts.test_id
         JOIN quiz_papers ON quiz_papers.id = quiz_attempts.paper_id JOIN users ON users.id = quiz_attempts.user_id
"""
ONE = f"{_ROW} WHERE quiz_attempts.id = :attempt_id"
OWN_ONE = f"{ONE} AND quiz_attempts.user_id = :user_id"
OWN = f"{_ROW} WHERE quiz_attempts.user_id = :user_id ORDER BY quiz_attempts.id DESC LIMIT :limit OFFSET :skip"
ANSWERS = """
    SELECT quiz_answers.attempt_id, quiz_answers.question_id, quiz_answers.data FROM quiz_answers
    WHERE quiz_answers.attempt_id IN (0) ORDER BY quiz_answers.attempt_id, quiz_answers.question_id
"""
"""Of the attempts whose ids are put in place of the 0."""
HELD = """
    SELECT quiz_attempts.id, quiz_attempts.test_id, quiz_attempts.user_id, quiz_attempts.paper_id, quiz_papers.digest,
           quiz_attempts.started_at, quiz_attempts.ends_at, quiz_attempts.ended_at
    FROM quiz_attempts JOIN quiz_papers ON quiz_papers.id = quiz_attempts.paper_id
    WHERE quiz_attempts.id = :attempt_id {lock_attempts}
"""
SAVE = """
    INSERT INTO quiz_answers (attempt_id, question_id, data)
    SELECT :attempt_id, CAST(answer.key AS BIGINT), CAST(answer.value AS TEXT) FROM {quiz_answers} AS answer
    WHERE answer.key IS NOT NULL
    ON CONFLICT (attempt_id, question_id) DO UPDATE SET data = excluded.data
"""
CLOSE = """
    UPDATE quiz_attempts SET ended_at=:now, total_score=:total_score, scores=:scores, pending=0 WHERE quiz_attempts.id = :attempt_id
"""
PAPER = "SELECT quiz_papers.content FROM quiz_papers WHERE quiz_papers.id = :paper_id"
"""Once a paper: it is kept, as the product keeps it."""

SENT = {
    "start a test": (STARTED, BEGIN, ONE, ANSWERS),
    "save answers": (HELD, SAVE),
    "finish a test": (HELD, ANSWERS, CLOSE, OWN_ONE, ANSWERS),
    "own attempts": (OWN, ANSWERS),
}
"""What each scenario sends after the statement that finds the actor."""
