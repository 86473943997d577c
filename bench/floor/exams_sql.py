"""The floor's SQL about exams; see `bench.floor.sql`."""

_OVER = "CASE WHEN (limit_windows.ends_at <= :at) THEN"
TAKE = f"""
    INSERT INTO limit_windows (key, began_at, taken, opens_at, ends_at) VALUES (:key, :at, 1, 0, (:at + 600000000))
    ON CONFLICT (key) DO UPDATE SET
        began_at = {_OVER} :at ELSE limit_windows.began_at END,
        taken = {_OVER} 1 ELSE limit_windows.taken + 1 END,
        opens_at = {_OVER} 0 ELSE CASE WHEN (limit_windows.taken + 1 < 10) THEN 0 ELSE limit_windows.ends_at END END,
        ends_at = {_OVER} :at + 600000000 ELSE limit_windows.ends_at END
    WHERE limit_windows.ends_at <= :at OR limit_windows.opens_at <= :at
    RETURNING limit_windows.began_at, limit_windows.taken
"""
_OPEN = "exams.is_published{yes} AND exams.is_active{yes} AND exams.deleted_at IS NULL"
EXAM_BY_CODE = f"SELECT exams.id FROM exams WHERE exams.code = :code AND {_OPEN} {{share}}"
GIVE_BACK = """
    UPDATE limit_windows SET taken=(limit_windows.taken - 1),
        opens_at=CASE WHEN (limit_windows.taken <= 10 OR limit_windows.taken = :taken) THEN 0 ELSE limit_windows.opens_at END
    WHERE limit_windows.key = :key AND limit_windows.began_at = :at AND limit_windows.taken > 0
"""
ENTRY = "INSERT INTO exam_entries (exam_id, student_id, entered_at) VALUES (:exam_id, :student_id, :now) ON CONFLICT DO NOTHING"

_ENTERED_AT = """(SELECT exam_entries.entered_at FROM exam_entries
    WHERE exam_entries.exam_id = exams.id AND exam_entries.student_id = :student_id)"""
HEAD = f"""
    SELECT exams.id, exams.subject_id, subjects.name, exams.title,
           CASE WHEN (EXISTS (SELECT exam_entries.exam_id FROM exam_entries
               WHERE exam_entries.exam_id = exams.id AND exam_entries.student_id = :student_id)) THEN exams.code END,
           exams.description, exams.time_limit, exams.is_published, exams.is_active, exams.date,
           (SELECT count(*) FROM exam_questions WHERE exam_questions.exam_id = exams.id),
           (SELECT count(*) FROM exam_results WHERE exam_results.exam_id = exams.id),
           exams.created_at, {_ENTERED_AT}
    FROM exams JOIN subjects ON subjects.id = exams.subject_id
    WHERE exams.id = :exam_id AND {_OPEN}
"""
QUESTIONS = """
    SELECT exam_questions.id, exam_questions.text, exam_questions.kind, exam_questions.position
    FROM exam_questions
    WHERE exam_questions.exam_id = :exam_id ORDER BY exam_questions.position, exam_questions.id
"""
OPTIONS = """
    SELECT exam_options.question_id, exam_options.id, exam_options.text, exam_options.position
    FROM exam_options JOIN exam_questions ON exam_questions.id = exam_options.question_id
    WHERE exam_questions.exam_id = :exam_id
    ORDER BY exam_questions.position, exam_questions.id, exam_options.position, exam_options.id
"""

SITTING = f"""
    SELECT {_OPEN}, exams.time_limit, {_ENTERED_AT},
           EXISTS (SELECT exam_results.id FROM exam_results
               WHERE exam_results.exam_id = exams.id AND exam_results.student_id = :student_id)
    FROM exams WHERE exams.id = :exam_id AND exams.deleted_at IS NULL {{share_exams}}
"""
KEY = """
    SELECT exam_questions.id, exam_questions.kind, exam_options.id, exam_options.is_correct
    FROM exam_questions LEFT OUTER JOIN exam_options ON exam_options.question_id = exam_questions.id
    WHERE exam_questions.exam_id = :exam_id
"""
HAND_IN = """
    INSERT INTO exam_results (exam_id, student_id, correct_answers, total_questions, is_checked, created_at, updated_at)
    VALUES (:exam_id, :student_id, :correct_answers, :total_questions, {false}, :now, :now)
    ON CONFLICT (exam_id, student_id) DO NOTHING RETURNING exam_results.id
"""
ANSWER = """
    INSERT INTO exam_answers (result_id, question_id, option_id, written_answer, is_correct)
    VALUES (:result_id, :question_id, :option_id, :written_answer, :is_correct)
"""
RESULTS = """
    SELECT exam_results.id, exam_results.exam_id, exams.title, exam_results.student_id, exam_results.correct_answers,
           exam_results.total_questions, exam_results.is_checked, exam_results.checked_by, exam_results.created_at
    FROM exam_results JOIN exams ON exams.id = exam_results.exam_id
"""
OWN_RESULT = f"{RESULTS} WHERE exam_results.id = :result_id AND exam_results.student_id = :student_id"
ALL_RESULTS = f"{RESULTS} ORDER BY exam_results.id"
OWN_ANSWERS = """
    SELECT exam_answers.id, exam_answers.question_id, exam_questions.text, exam_answers.option_id, exam_options.text,
           exam_answers.written_answer, CASE WHEN exam_results.is_checked THEN exam_answers.is_correct END
    FROM exam_answers JOIN exam_results ON exam_results.id = exam_answers.result_id
         JOIN exam_questions ON exam_questions.id = exam_answers.question_id
         LEFT OUTER JOIN exam_options
             ON exam_options.question_id = exam_answers.question_id AND exam_options.id = exam_answers.option_id
    WHERE exam_answers.result_id = :result_id ORDER BY exam_questions.position, exam_questions.id
"""

SENT = {
    "enter an exam": (TAKE, EXAM_BY_CODE, GIVE_BACK, ENTRY, HEAD, QUESTIONS, OPTIONS),
    "submit an exam": (SITTING, KEY, HAND_IN, ANSWER, OWN_RESULT, OWN_ANSWERS),
    "exam results": (ALL_RESULTS,),
}
"""What each scenario sends after the statement that finds the actor; what is sent with many values counts once."""
