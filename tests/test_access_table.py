"""Every route × every role. A route without a row fails: whoever adds one must say here who may call it.

Each row is called by anonymous, student, teacher, admin and superadmin; `theirs` stands for what belongs to another student, or to
another teacher. The statuses are what each hears, in that order.
"""

from typing import Any

import pytest
from litestar.routes import HTTPRoute

import mock_school
from world import Person, World

CALLERS = ("anonymous", "student", "teacher", "admin", "superadmin")
ANYONE = (200, 200, 200, 200, 200)
SIGNED_IN = (401, 200, 200, 200, 200)
AUTHORS = (401, 403, 200, 200, 200)
NOBODY_ELSE = (401, 404, 404, 404, 404)
ADMINS = (401, 403, 403, 200, 200)
BAD_BODY = (400, 400, 400, 400, 400)
"""Public and creating: an empty body tells apart whether one may call without making anything."""

# (method, path) -> statuses; `{...}` in a path are filled from what `_stage` made.
TABLE: dict[tuple[str, str], tuple[int, ...]] = {
    ("POST", "/api/v1/login"): BAD_BODY,
    ("POST", "/api/v1/login/access-token"): BAD_BODY,
    ("GET", "/api/v1/login/test-token"): SIGNED_IN,
    ("POST", "/api/v1/logout"): SIGNED_IN,
    ("POST", "/api/token/refresh"): BAD_BODY,
    ("POST", "/api/auth/register"): BAD_BODY,
    ("POST", "/api/auth/login"): BAD_BODY,
    ("GET", "/api/auth/profile"): SIGNED_IN,
    ("PUT", "/api/auth/profile"): SIGNED_IN,
    ("POST", "/api/v1/users"): BAD_BODY,
    ("GET", "/api/v1/users/me"): SIGNED_IN,
    ("PATCH", "/api/v1/users/me"): SIGNED_IN,
    ("GET", "/api/v1/users/me/premium-data"): (401, 403, 200, 200, 200),
    ("GET", "/api/v1/users/me/next-lesson"): SIGNED_IN,
    ("GET", "/api/v1/profile/me"): SIGNED_IN,
    ("GET", "/api/v1/users/test-superuser"): (401, 403, 403, 403, 200),
    ("GET", "/api/v1/users"): ADMINS,
    ("GET", "/api/v1/users/{other}"): ADMINS,
    ("PUT", "/api/v1/users/{other}"): ADMINS,
    ("PUT", "/api/v1/users/{root}"): (401, 403, 403, 403, 200),
    ("DELETE", "/api/v1/users/{other}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/admin/users"): ADMINS,
    ("POST", "/api/v1/admin/users"): (401, 403, 403, 400, 400),
    ("GET", "/api/v1/admin/users/{other}"): ADMINS,
    ("PATCH", "/api/v1/admin/users/{other}"): ADMINS,
    ("PATCH", "/api/v1/admin/users/{other}/role"): ADMINS,
    ("PATCH", "/api/v1/admin/users/{root}/role"): (401, 403, 403, 403, 200),
    ("PATCH", "/api/v1/admin/users/{other}/profile"): ADMINS,
    ("DELETE", "/api/v1/admin/users/{other}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/admin/audit"): ADMINS,
    ("GET", "/api/v1/owners"): ADMINS,
    ("POST", "/api/v1/owners"): (401, 403, 403, 400, 400),
    ("GET", "/api/v1/owners/{owner}"): ADMINS,
    ("PUT", "/api/v1/owners/{owner}"): ADMINS,
    ("PATCH", "/api/v1/owners/{owner}"): ADMINS,
    ("PATCH", "/api/v1/owners/{root}"): (401, 403, 403, 403, 200),
    ("DELETE", "/api/v1/owners/{owner}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/workers"): ADMINS,
    ("POST", "/api/v1/workers"): (401, 403, 403, 400, 400),
    ("GET", "/api/v1/workers/{worker}"): ADMINS,
    ("PUT", "/api/v1/workers/{worker}"): ADMINS,
    ("PATCH", "/api/v1/workers/{worker}"): ADMINS,
    ("DELETE", "/api/v1/workers/{worker}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/courses"): ANYONE,
    ("POST", "/api/v1/courses"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/courses/{course}"): ANYONE,
    ("GET", "/api/v1/courses/{draft}"): (404, 404, 404, 200, 200),
    ("PUT", "/api/v1/courses/{course}"): (401, 403, 403, 200, 200),
    ("PUT", "/api/v1/courses/{draft}"): (401, 403, 404, 200, 200),
    ("DELETE", "/api/v1/courses/{course}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/lessons"): ANYONE,
    ("POST", "/api/v1/lessons"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/lessons/{lesson}"): ANYONE,
    ("GET", "/api/v1/lessons/{draft_lesson}"): (404, 404, 404, 200, 200),
    ("PUT", "/api/v1/lessons/{lesson}"): (401, 403, 403, 200, 200),
    ("PUT", "/api/v1/lessons/{draft_lesson}"): (401, 403, 404, 200, 200),
    ("DELETE", "/api/v1/lessons/{lesson}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/words"): ANYONE,
    ("POST", "/api/v1/words"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/words/{word}"): ANYONE,
    ("GET", "/api/v1/words/{draft_word}"): (404, 404, 404, 200, 200),
    ("PUT", "/api/v1/words/{word}"): (401, 403, 403, 200, 200),
    ("DELETE", "/api/v1/words/{word}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/words/review"): SIGNED_IN,
    ("POST", "/api/v1/words/{word}/review"): SIGNED_IN,
    ("POST", "/api/v1/words/{draft_word}/review"): (401, 404, 404, 200, 200),
    ("GET", "/api/v1/words/review/reminder"): SIGNED_IN,
    ("PUT", "/api/v1/words/review/reminder"): SIGNED_IN,
    ("GET", "/api/v1/exercises"): ANYONE,
    ("GET", "/api/v1/exercises?lesson_id={lesson}"): ANYONE,
    ("GET", "/api/v1/exercises?lesson_id={draft_lesson}"): (404, 404, 404, 200, 200),
    ("POST", "/api/v1/exercises/check"): BAD_BODY,
    ("GET", "/api/v1/recommendations/next-lessons"): SIGNED_IN,
    ("GET", "/api/v1/recommendations/personalized"): SIGNED_IN,
    ("GET", "/api/v1/recommendations/for-you"): SIGNED_IN,
    ("GET", "/api/v1/ai/lessons/suggested"): SIGNED_IN,
    ("POST", "/api/v1/ai/suggest-lesson"): SIGNED_IN,
    ("GET", "/api/courses"): ANYONE,
    ("GET", "/api/courses/{course}"): ANYONE,
    ("GET", "/api/courses/{draft}"): (404, 404, 404, 200, 200),
    ("POST", "/api/courses"): (401, 403, 201, 201, 201),
    ("PUT", "/api/courses/{course}"): (401, 403, 403, 200, 200),
    ("PUT", "/api/courses/{draft}"): (401, 403, 404, 200, 200),
    ("DELETE", "/api/courses/{course}"): (401, 403, 403, 204, 404),
    ("GET", "/api/categories"): ANYONE,
    ("GET", "/api/sections"): ANYONE,
    ("POST", "/api/sections"): (401, 403, 403, 201, 201),
    ("GET", "/api/lessons"): ANYONE,
    ("POST", "/api/lessons"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/admin/courses"): ADMINS,
    ("POST", "/api/v1/admin/courses"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/courses/{draft}"): ADMINS,
    ("DELETE", "/api/v1/admin/courses/{draft}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/lessons/categories"): ANYONE,
    ("GET", "/api/v1/lessons/videos"): ANYONE,
    ("GET", "/api/v1/lessons/continue"): SIGNED_IN,
    ("GET", "/api/enrollments"): SIGNED_IN,
    ("POST", "/api/enrollments"): (401, 201, 201, 201, 201),
    ("GET", "/api/enrollments/my"): SIGNED_IN,
    ("GET", "/api/enrollments/progress/{course}"): SIGNED_IN,
    ("GET", "/api/enrollments/progress/{draft}"): (401, 404, 404, 200, 200),
    ("POST", "/api/enrollments/complete/{lesson}"): (401, 403, 403, 403, 403),
    ("GET", "/api/v1/user-progress"): SIGNED_IN,
    ("GET", "/api/v1/user-progress/last"): SIGNED_IN,
    ("POST", "/api/v1/user-progress/lessons/{lesson}/complete"): SIGNED_IN,
    ("POST", "/api/v1/user-progress/lessons/{draft_lesson}/complete"): (401, 404, 404, 200, 200),
    ("POST", "/api/v1/users/courses/{course}/complete"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/certificates/my-certificates"): SIGNED_IN,
    ("GET", "/api/v1/users/certificates"): SIGNED_IN,
    ("GET", "/api/v1/certificates/user/{other}"): (401, 404, 404, 200, 200),
    ("POST", "/api/v1/certificates"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/certificates/{certificate}/download"): (401, 404, 404, 200, 200),
    ("GET", "/api/v1/users/certificates/{certificate}"): (401, 404, 404, 200, 200),
    ("GET", "/api/v1/certificates/{certificate}/verify/{code}"): ANYONE,
    ("GET", "/verify/{code}"): ANYONE,
    ("GET", "/api/certificates"): SIGNED_IN,
    ("GET", "/api/certificates/{certificate}"): (401, 404, 404, 200, 200),
    ("GET", "/api/reviews"): ANYONE,
    ("POST", "/api/reviews"): (401, 403, 403, 403, 403),
    ("PUT", "/api/reviews/{review}"): (401, 403, 403, 403, 403),
    ("DELETE", "/api/reviews/{review}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/subjects"): SIGNED_IN,
    ("POST", "/api/v1/subjects"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/subjects/{subject}"): SIGNED_IN,
    ("PUT", "/api/v1/subjects/{subject}"): ADMINS,
    ("PATCH", "/api/v1/subjects/{subject}"): ADMINS,
    ("DELETE", "/api/v1/subjects/{subject}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/groups"): SIGNED_IN,
    ("POST", "/api/v1/groups"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/groups/rating"): SIGNED_IN,
    ("GET", "/api/v1/groups/{group}"): SIGNED_IN,
    ("PUT", "/api/v1/groups/{group}"): ADMINS,
    ("PATCH", "/api/v1/groups/{group}"): ADMINS,
    ("DELETE", "/api/v1/groups/{group}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/students"): SIGNED_IN,
    ("POST", "/api/v1/students"): (401, 403, 403, 400, 400),
    ("GET", "/api/v1/students/rating"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/students/rating?group_id={group}"): SIGNED_IN,
    ("GET", "/api/v1/students/{member}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/students/{member}"): ADMINS,
    ("PATCH", "/api/v1/students/{member}"): ADMINS,
    ("DELETE", "/api/v1/students/{member}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/attendance"): SIGNED_IN,
    ("POST", "/api/v1/attendance"): (401, 403, 201, 400, 400),
    ("POST", "/api/v1/attendance/bulk_create"): (401, 403, 200, 200, 200),
    ("GET", "/api/v1/attendance/{attendance}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/attendance/{attendance}"): AUTHORS,
    ("PATCH", "/api/v1/attendance/{attendance}"): AUTHORS,
    ("DELETE", "/api/v1/attendance/{attendance}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/scores"): SIGNED_IN,
    ("POST", "/api/v1/scores"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/scores/{score}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/scores/{score}"): AUTHORS,
    ("PATCH", "/api/v1/scores/{score}"): AUTHORS,
    ("DELETE", "/api/v1/scores/{score}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/work-logs"): AUTHORS,
    ("GET", "/api/v1/work-logs/{work_log}"): AUTHORS,
    ("GET", "/api/v1/homework"): SIGNED_IN,
    ("POST", "/api/v1/homework"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/homework/my-homework"): (401, 200, 403, 403, 403),
    ("GET", "/api/v1/homework/{homework}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/homework/{homework}"): (401, 403, 403, 200, 200),
    ("PATCH", "/api/v1/homework/{homework}"): (401, 403, 403, 200, 200),
    ("DELETE", "/api/v1/homework/{homework}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/mock/tests"): SIGNED_IN,
    ("POST", "/api/v1/mock/tests/create"): (401, 403, 400, 400, 400),
    ("GET", "/api/v1/mock/tests/{mock_test}"): AUTHORS,
    ("DELETE", "/api/v1/mock/tests/{mock_test}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/mock/tests/{mock_test}/key"): AUTHORS,
    ("PUT", "/api/v1/mock/tests/{mock_test}/key"): AUTHORS,
    ("POST", "/api/v1/mock/tests/{mock_test}/key/preview"): AUTHORS,
    ("GET", "/api/v1/mock/tests/{mock_test}/analysis"): AUTHORS,
    ("POST", "/api/v1/mock/session/start"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/mock/session/me"): SIGNED_IN,
    ("GET", "/api/v1/mock/session/{mock_session}"): NOBODY_ELSE,
    ("GET", "/api/v1/mock/session/reading/{mock_session}"): NOBODY_ELSE,
    ("GET", "/api/v1/mock/session/writing/{mock_session}"): NOBODY_ELSE,
    ("PUT", "/api/v1/mock/session/{mock_session}/draft"): NOBODY_ELSE,
    ("POST", "/api/v1/mock/session/{mock_session}/finish"): NOBODY_ELSE,
    ("GET", "/api/v1/mock/session/answers"): AUTHORS,
    ("GET", "/api/v1/mock/session/{mock_session}/answers"): AUTHORS,
    ("GET", "/api/v1/mock/session/{mock_session}/marking"): AUTHORS,
    ("POST", "/api/v1/mock/answers/reading"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/mock/answers/listening"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/mock/answers/writing"): (401, 400, 400, 400, 400),
    ("PATCH", "/api/v1/mock/answers/writing/{mock_text}"): AUTHORS,
    ("POST", "/api/v1/mock/score/create"): (401, 403, 201, 400, 400),
    ("PATCH", "/api/v1/mock/score/{mock_score}/update"): AUTHORS,
    ("GET", "/api/v1/mock/score/me"): SIGNED_IN,
    ("GET", "/api/v1/payments"): SIGNED_IN,
    ("POST", "/api/v1/payments"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/payments/my-payments"): SIGNED_IN,
    ("GET", "/api/v1/payments/{payment}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/payments/{payment}"): ADMINS,
    ("PATCH", "/api/v1/payments/{payment}"): ADMINS,
    ("DELETE", "/api/v1/payments/{payment}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/expenses"): AUTHORS,
    ("POST", "/api/v1/expenses"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/expenses/{expense}"): AUTHORS,
    ("PUT", "/api/v1/expenses/{expense}"): ADMINS,
    ("PATCH", "/api/v1/expenses/{expense}"): ADMINS,
    ("DELETE", "/api/v1/expenses/{expense}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/dashboard"): AUTHORS,
    ("GET", "/api/v1/exams"): SIGNED_IN,
    ("POST", "/api/v1/exams"): (401, 403, 201, 201, 201),
    ("POST", "/api/v1/exams/enter-code"): SIGNED_IN,
    ("GET", "/api/v1/exams/{exam}"): SIGNED_IN,
    ("GET", "/api/v1/exams/{draft_exam}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/exams/{exam}"): AUTHORS,
    ("PATCH", "/api/v1/exams/{exam}"): AUTHORS,
    ("DELETE", "/api/v1/exams/{exam}"): (401, 403, 403, 204, 404),
    ("POST", "/api/v1/exams/{exam}/publish"): AUTHORS,
    ("POST", "/api/v1/exams/{exam}/unpublish"): AUTHORS,
    ("POST", "/api/v1/exams/{exam}/copy"): AUTHORS,
    ("POST", "/api/v1/exams/{exam}/submit"): (401, 201, 403, 403, 403),
    ("POST", "/api/v1/exams/{draft_exam}/submit"): (401, 404, 400, 400, 400),
    ("GET", "/api/v1/exams/{exam}/analysis"): AUTHORS,
    ("GET", "/api/v1/exam-results"): SIGNED_IN,
    ("GET", "/api/v1/exam-results/my-results"): SIGNED_IN,
    ("GET", "/api/v1/exam-results/{exam_result}"): (401, 404, 200, 200, 200),
    ("PUT", "/api/v1/exam-results/{exam_result}"): AUTHORS,
    ("PATCH", "/api/v1/exam-results/{exam_result}"): AUTHORS,
    ("DELETE", "/api/v1/exam-results/{exam_result}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/admin/jobs"): ADMINS,
    ("POST", "/api/v1/admin/jobs/{job}/retry"): (401, 403, 403, 200, 409),
    ("GET", "/api/v1/messages"): AUTHORS,
    ("POST", "/api/v1/messages"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/messages/{message}"): AUTHORS,
    ("DELETE", "/api/v1/messages/{message}"): (401, 403, 403, 204, 404),
    ("POST", "/api/v1/telegram/link"): (401, 503, 503, 503, 503),
    ("POST", "/api/v1/telegram/webhook"): (503, 503, 503, 503, 503),
    ("GET", "/health"): ANYONE,
    ("GET", "/api/v1/metrics"): ADMINS,
    ("GET", "/api/v1/metrics/health"): ANYONE,
    ("GET", "/api/v1/metrics/status"): SIGNED_IN,
    ("GET", "/version"): ANYONE,
    ("GET", "/api/v1/openapi.json"): ANYONE,
    ("GET", "/docs"): ANYONE,
    ("GET", "/swdoc"): ANYONE,
    ("GET", "/redoc"): ANYONE,
    ("GET", "/docs/assets/swagger-ui-dist/favicon-32x32.png"): ANYONE,
    ("GET", "/uploads/certificates/private.pdf"): (404, 404, 404, 404, 404),
    ("GET", "/media/certificates/private.pdf"): (404, 404, 404, 404, 404),
}

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/courses"): {"title": "Yangi kurs", "difficulty_level": "A1"},
    ("PUT", "/api/v1/courses/{course}"): {"title": "Oʻzgargan", "difficulty_level": "A1"},
    ("PUT", "/api/v1/courses/{draft}"): {"title": "Oʻzgargan", "difficulty_level": "A1"},
    ("POST", "/api/v1/lessons"): {"title": "Yangi dars", "content": "Matn", "course_id": "{course}", "order": 5},
    ("POST", "/api/v1/words"): {"word": "pen", "translation": "ruchka", "lesson_id": "{lesson}"},
    ("PUT", "/api/v1/words/{word}"): {"word": "pen", "translation": "ruchka"},
    ("POST", "/api/v1/words/{word}/review"): {"rating": "good"},
    ("POST", "/api/v1/words/{draft_word}/review"): {"rating": "good"},
    ("PUT", "/api/v1/words/review/reminder"): {"is_wanted": True},
    ("PATCH", "/api/v1/admin/users/{other}"): {"role": "teacher"},
    ("PATCH", "/api/v1/admin/users/{other}/role"): {"role": "premium"},
    ("PATCH", "/api/v1/admin/users/{root}/role"): {"role": "admin"},
    ("PUT", "/api/v1/owners/{owner}"): {"username": "owner001"},
    ("PUT", "/api/v1/workers/{worker}"): {"username": "worker001"},
    ("POST", "/api/courses"): {"title": "Yangi kurs"},
    ("PUT", "/api/courses/{course}"): {"title": "Oʻzgargan"},
    ("PUT", "/api/courses/{draft}"): {"title": "Oʻzgargan"},
    ("POST", "/api/sections"): {"course": "{course}", "title": "Bob"},
    ("POST", "/api/lessons"): {"section": "{section}", "title": "Dars"},
    ("POST", "/api/v1/admin/courses"): {"title": "Yangi kurs", "difficulty_level": "A1"},
    ("PUT", "/api/v1/admin/courses/{draft}"): {"title": "Oʻzgargan", "difficulty_level": "A1"},
    ("POST", "/api/enrollments"): {"course": "{course}"},
    ("POST", "/api/v1/certificates"): {"title": "Diploma", "user_id": "{other}", "course_name": "Ingliz tili"},
    ("POST", "/api/reviews"): {"course": "{course}", "rating": 5},
    ("PUT", "/api/reviews/{review}"): {"rating": 1},
    ("POST", "/api/v1/subjects"): {"name": "SAT"},
    ("PUT", "/api/v1/subjects/{subject}"): {"name": "SAT"},
    ("POST", "/api/v1/groups"): {"name": "SAT-1", "subject": "{subject}"},
    ("PUT", "/api/v1/groups/{group}"): {"name": "SAT-1", "subject": "{subject}"},
    ("PUT", "/api/v1/students/{member}"): {"username": "member001"},
    ("POST", "/api/v1/attendance"): {"student": "{other}", "group": "{group}", "status": "keldi"},
    ("POST", "/api/v1/attendance/bulk_create"): {"group_id": "{group}"},
    ("PUT", "/api/v1/attendance/{attendance}"): {"student": "{member}", "group": "{group}", "status": "keldi"},
    ("POST", "/api/v1/scores"): {"student": "{member}", "group": "{group}", "score": 5},
    ("PUT", "/api/v1/scores/{score}"): {"student": "{member}", "group": "{group}", "score": 5},
    ("POST", "/api/v1/homework"): {"group": "{group}", "text": "2-mashq"},
    ("PUT", "/api/v1/homework/{homework}"): {"group": "{group}", "text": "2-mashq"},
    ("PUT", "/api/v1/mock/tests/{mock_test}/key"): mock_school.KEY,
    ("POST", "/api/v1/mock/tests/{mock_test}/key/preview"): mock_school.KEY,
    ("POST", "/api/v1/mock/session/start"): {"test": "{mock_test}", "code": "{mock_code}"},
    ("PUT", "/api/v1/mock/session/{mock_session}/draft"): {"sequence": 9, "reading": {"1": "B"}},
    ("POST", "/api/v1/mock/answers/reading"): {"session": "{mock_session}", "answers": {"1": "B"}},
    ("POST", "/api/v1/mock/answers/listening"): {"session": "{mock_session}", "answers": {"1": "B"}},
    ("POST", "/api/v1/mock/answers/writing"): {"session": "{mock_session}", "task_number": 1, "text": "Men emas"},
    ("PATCH", "/api/v1/mock/answers/writing/{mock_text}"): {"teacher_comment": "Batafsilroq yozing"},
    ("POST", "/api/v1/mock/score/create"): {
        "session": "{mock_over}",
        **dict.fromkeys(("listening", "reading", "writing", "speaking"), 7.5),
    },
    ("PATCH", "/api/v1/mock/score/{mock_score}/update"): {"writing": 7.5},
    ("POST", "/api/v1/payments"): {"student": "{member}", "group": "{group}", "amount": "1"},
    ("PUT", "/api/v1/payments/{payment}"): {"student": "{member}", "group": "{group}", "amount": "1"},
    ("POST", "/api/v1/expenses"): {"amount": "1", "reason": "Ijara"},
    ("PUT", "/api/v1/expenses/{expense}"): {"amount": "1", "reason": "Ijara"},
    ("POST", "/api/v1/exams"): {"subject": "{subject}", "title": "Grammatika"},
    ("POST", "/api/v1/exams/enter-code"): {"code": "{exam_code}"},
    ("PUT", "/api/v1/exams/{exam}"): {"subject": "{subject}", "title": "Grammatika"},
    ("POST", "/api/v1/exams/{exam}/submit"): {"answers": []},
    ("POST", "/api/v1/exams/{draft_exam}/submit"): {"answers": []},
    ("POST", "/api/v1/messages"): {"text": "Ertaga dars yoʻq!", "recipient_ids": ["{pupil}"]},
}


def _stage(world: World) -> dict[str, Any]:
    """What the callers meet: another teacher's published course and draft, another student's certificate, review and records."""
    owner, other = world.teacher(), world.student()
    course, draft = world.course(owner), world.course(owner, lessons=1, is_published=False)
    lesson, draft_lesson = course["lessons"][1]["id"], draft["lessons"][0]["id"]
    words = [
        owner.post("/api/v1/words/", {"word": "pen", "translation": "ruchka", "lesson_id": place}).json()["id"]
        for place in (lesson, draft_lesson)
    ]
    finished = world.course(owner, lessons=1)
    world.complete(other, finished["lessons"][0]["id"])
    certificate = other.get("/api/v1/certificates/my-certificates").json()[0]
    review = other.post("/api/reviews/", {"course": finished["id"], "rating": 4}).json()
    pupil = world.student(made_by_staff=True)
    message = owner.post("/api/v1/messages/", {"text": "Ertaga dars yoʻq!", "recipient_ids": [pupil.id]}).json()
    return {
        "course": course["id"],
        "draft": draft["id"],
        "section": course["lessons"][0]["section_id"],
        "lesson": lesson,
        "draft_lesson": draft_lesson,
        "word": words[0],
        "draft_word": words[1],
        "other": other.id,
        "worker": world.teacher().id,
        "owner": world.admin().id,
        "root": 1,
        "certificate": certificate["id"],
        "code": certificate["verification_code"],
        "review": review["id"],
        **_stage_centre(world, owner),
        **_stage_mock_test(owner, other, pupil),
        "pupil": pupil.id,
        "message": message["id"],
        "job": world.dead_job(),
    }


def _stage_centre(world: World, teacher: Person) -> dict[str, Any]:
    """A group with a student, and one record of each kind."""
    admin, group = world.admin(), world.group()
    student = world.member(group["id"])
    about = {"student": student.id, "group": group["id"]}
    made = {
        "attendance": teacher.post("/api/v1/attendance/", about | {"status": "keldi"}),
        "score": teacher.post("/api/v1/scores/", about | {"score": 80}),
        "homework": teacher.post("/api/v1/homework/", {"group": group["id"], "text": "1-mashq"}),
        "payment": admin.post("/api/v1/payments/", about | {"amount": "300000"}),
        "expense": admin.post("/api/v1/expenses/", {"amount": "100000", "reason": "Ijara"}),
    }
    ids = {name: answer.json()["id"] for name, answer in made.items()}
    work_log = admin.get("/api/v1/work-logs/").json()[0]["id"]
    about = {"subject": group["subject"], "group": group["id"], "member": student.id, "work_log": work_log}
    return ids | about | _stage_exams(teacher, student, group["subject"])


def _stage_exams(teacher: Person, student: Person, subject: int) -> dict[str, Any]:
    """A published exam with a student's result, and a draft."""
    new = {"subject": subject, "title": "Grammatika", "questions": [{"text": "Nima uchun?", "type": "written"}]}
    exam, draft = (teacher.post("/api/v1/exams/", new | {"is_published": each}).json() for each in (True, False))
    handed_in = student.post(f"/api/v1/exams/{exam['id']}/submit/", {"answers": []}).json()
    return {"exam": exam["id"], "exam_code": exam["code"], "draft_exam": draft["id"], "exam_result": handed_in["id"]}


def _stage_mock_test(teacher: Person, student: Person, other: Person) -> dict[str, Any]:
    """A mock test; of one student a scored session and one that runs, another student's that is over."""
    test = mock_school.make_test(teacher)
    scored, over = mock_school.start(student, test), mock_school.start(other, test)
    mock_school.save(student, scored, 1, writing={"1": "The chart shows that"})
    for person, session in ((student, scored), (other, over)):
        mock_school.finish(person, session)
    (text,) = teacher.get(f"/api/v1/mock/session/{scored['id']}/answers/").json()["writing_answers"]
    bands = dict.fromkeys(("listening", "reading", "writing", "speaking"), 7)
    score = teacher.post("/api/v1/mock/score/create/", {"session": scored["id"]} | bands).json()
    running = mock_school.start(student, test)
    return {
        "mock_test": test["id"],
        "mock_code": test["code"],
        "mock_session": running["id"],
        "mock_over": over["id"],
        "mock_text": text["id"],
        "mock_score": score["id"],
    }


def _fill(value: Any, stage: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(inner, stage) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, stage) for inner in value]
    return value.format(**stage) if isinstance(value, str) else value


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]}")
def test_who_hears_what(row: tuple[str, str], sqlite_world: World) -> None:
    world = sqlite_world
    stage = _stage(world)
    method, path = row
    people = [world.student(), world.teacher(), world.admin(), world.superadmin()]
    kw: dict[str, Any] = {} if method in {"GET", "DELETE"} else {"json": _fill(BODIES.get(row, {}), stage)}
    heard = [world.client.request(method, path.format(**stage), **kw).status_code]
    heard += [person.call(method, path.format(**stage), **kw).status_code for person in people]
    assert dict(zip(CALLERS, heard, strict=True)) == dict(zip(CALLERS, TABLE[row], strict=True))


def test_every_route_has_a_row(sqlite_world: World) -> None:
    served = {
        (method, _shape(route.path_format))
        for route in sqlite_world.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    listed = {(method, _shape(path)) for method, path in TABLE}
    listed |= {("GET", "/docs/assets/{}"), ("GET", "/uploads/{}"), ("GET", "/media/{}")}
    assert served - listed == set()


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.partition("?")[0].split("/"))


def test_the_table_names_no_route_that_is_gone(sqlite_world: World) -> None:
    served = {_shape(route.path_format) for route in sqlite_world.app.routes}
    for _, path in TABLE:
        assert _shape(path) in served or path.startswith(("/docs/assets/", "/uploads/", "/media/"))
