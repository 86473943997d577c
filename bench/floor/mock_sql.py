"""The floor's SQL about mock tests; see `bench.floor.sql`."""

from bench.floor.exams_sql import GIVE_BACK, TAKE

TEST = """
    SELECT mock_tests.id, mock_tests.code,
           (SELECT sum(mock_sections.duration) FROM mock_sections WHERE mock_sections.test_id = mock_tests.id)
    FROM mock_tests WHERE mock_tests.public_id = :test_id AND mock_tests.deleted_at IS NULL {share_tests}
"""
BEGIN = """
    INSERT INTO mock_sessions (public_id, test_id, user_id, started_at, ends_at, sequence)
    VALUES (:public_id, :test_row_id, :user_id, :now, :ends_at, 0)
    ON CONFLICT (user_id, test_id) WHERE ended_at IS NULL DO NOTHING
"""
SESSION = """
    SELECT mock_sessions.id, mock_sessions.public_id, users.id, users.first_name, users.last_name, groups.id, groups.name,
           mock_tests.id, mock_tests.public_id, mock_sessions.started_at, mock_sessions.ends_at,
           coalesce(mock_sessions.ended_at, CASE WHEN (mock_sessions.ends_at <= :now) THEN mock_sessions.ends_at END),
           mock_scores.id, mock_scores.listening, mock_scores.reading, mock_scores.writing, mock_scores.speaking, mock_scores.overall,
           users_1.id, users_1.first_name, users_1.last_name
    FROM mock_sessions JOIN users ON users.id = mock_sessions.user_id JOIN mock_tests ON mock_tests.id = mock_sessions.test_id
         LEFT OUTER JOIN memberships ON memberships.student_id = users.id AND memberships.left_at IS NULL
         LEFT OUTER JOIN groups ON groups.id = memberships.group_id
         LEFT OUTER JOIN mock_scores ON mock_scores.session_id = mock_sessions.id
         LEFT OUTER JOIN users AS users_1 ON users_1.id = mock_scores.created_by
    WHERE mock_sessions.public_id = :public_id AND mock_sessions.user_id = :user_id
"""


def _section(number: int, *files: str) -> str:
    names = ("id", *files, "duration", "question_count", "created_at", "updated_at")
    return ", ".join(f"mock_sections_{number}.{name}" for name in names)


def _join(number: int, kind: str) -> str:
    alias = f"mock_sections_{number}"
    return f"JOIN mock_sections AS {alias} ON {alias}.test_id = mock_tests.id AND {alias}.kind = :{kind}"


TESTS = f"""
    SELECT mock_tests.id, mock_tests.public_id, mock_tests.title, NULL, users.first_name, users.last_name,
           {_section(1, "file")}, {_section(2, "file")}, {_section(3, "audio_file", "file")}, mock_tests.created_at, mock_tests.updated_at
    FROM mock_tests JOIN users ON users.id = mock_tests.created_by {_join(1, "reading")} {_join(2, "writing")} {_join(3, "listening")}
    WHERE mock_tests.id IN (:test_row_id)
"""

_COUNT = """(SELECT mock_sections.question_count FROM mock_sections
    WHERE mock_sections.test_id = mock_sessions.test_id AND mock_sections.kind = :{kind})"""
NOTE = f"""
    UPDATE mock_sessions
    SET sequence=CASE WHEN (mock_sessions.sequence < :sequence) THEN :sequence ELSE mock_sessions.sequence END
    WHERE mock_sessions.public_id = :public_id AND mock_sessions.user_id = :user_id
      AND mock_sessions.ended_at IS NULL AND mock_sessions.ends_at > :now
    RETURNING mock_sessions.id, mock_sessions.sequence, mock_sessions.ends_at,
              {_COUNT.format(kind="reading")}, {_COUNT.format(kind="listening")}
"""
KEEP = """
    INSERT INTO mock_drafts (session_id, section, question, sequence, value)
    SELECT :row_id, section.key, CAST(answer.key AS INTEGER), :sequence, answer.value
    FROM {sections} AS section JOIN {answers} AS answer ON {always}
    WHERE answer.key IS NOT NULL
    ON CONFLICT (session_id, section, question) DO UPDATE SET sequence = excluded.sequence, value = excluded.value
    WHERE excluded.sequence > mock_drafts.sequence
"""

SENT = {
    "start a mock test": (TEST, TAKE, GIVE_BACK, BEGIN, SESSION, TESTS),
    "save a draft": (NOTE, KEEP),
}
"""What each scenario sends after the statement that finds the actor."""
