"""Every route × every role. A route without a row fails: whoever adds one must say here who may call it.

Each row is called by anonymous, student, teacher, admin and superadmin; `theirs` stands for what belongs to another student, or to
another teacher. The statuses are what each hears, in that order.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from sqlalchemy import func, select

import mock_school
import quiz_school
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.models import PaymentAlert
from calendar_feeds import subscribe
from community import threads
from conftest import serving, settings_for
from interactive.talks import ScriptedLlm, started
from payments.shop import pending_payment
from plans import school as plans_school
from rooms.callers import end, room
from speech.voices import give_voice
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
    ("GET", "/api/search"): ANYONE,
    ("GET", "/api/courses/{course}"): ANYONE,
    ("GET", "/api/courses/{draft}"): (404, 404, 404, 200, 200),
    ("POST", "/api/courses"): (401, 403, 201, 201, 201),
    ("PUT", "/api/courses/{course}"): (401, 403, 403, 200, 200),
    ("PUT", "/api/courses/{draft}"): (401, 403, 404, 200, 200),
    ("DELETE", "/api/courses/{course}"): (401, 403, 403, 204, 404),
    ("GET", "/api/courses/submissions"): ADMINS,
    ("GET", "/api/courses/{course}/state"): (401, 403, 403, 200, 200),
    ("GET", "/api/courses/{draft}/state"): (401, 403, 404, 200, 200),
    ("POST", "/api/courses/{draft}/submit"): (401, 403, 404, 200, 409),
    ("POST", "/api/courses/{draft}/approve"): (401, 403, 403, 409, 409),
    ("POST", "/api/courses/{draft}/reject"): (401, 403, 403, 409, 409),
    ("POST", "/api/courses/{course}/withdraw"): (401, 403, 403, 200, 409),
    ("GET", "/api/courses/{course}/versions"): (401, 403, 403, 200, 200),
    ("GET", "/api/courses/{course}/versions/{number}"): (401, 403, 403, 200, 200),
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
    ("GET", "/api/certificates/{certificate}/download"): (401, 404, 404, 200, 200),
    ("GET", "/api/reviews"): ANYONE,
    ("POST", "/api/reviews"): (401, 403, 403, 403, 403),
    ("PUT", "/api/reviews/{review}"): (401, 403, 403, 403, 403),
    ("POST", "/api/reviews/{review}/reply"): (401, 403, 403, 403, 403),
    ("DELETE", "/api/reviews/{review}/reply"): (401, 403, 403, 404, 404),
    ("DELETE", "/api/reviews/{review}"): (401, 403, 403, 204, 404),
    ("GET", "/api/wishlist"): SIGNED_IN,
    ("POST", "/api/wishlist"): (401, 201, 201, 201, 201),
    ("DELETE", "/api/wishlist/{wish}"): (401, 404, 404, 404, 404),
    ("GET", "/api/coupons"): AUTHORS,
    ("POST", "/api/coupons"): (401, 403, 201, 201, 201),
    ("GET", "/api/coupons/{coupon}"): (401, 403, 404, 200, 200),
    ("PUT", "/api/coupons/{coupon}"): (401, 403, 404, 200, 200),
    ("PATCH", "/api/coupons/{coupon}"): (401, 403, 404, 200, 200),
    ("DELETE", "/api/coupons/{coupon}"): (401, 403, 404, 204, 404),
    ("POST", "/api/coupons/check"): SIGNED_IN,
    ("POST", "/api/coupons/redeem"): (401, 409, 409, 409, 409),
    ("GET", "/api/instructor/statement"): AUTHORS,
    ("GET", "/api/instructor/statement?instructor={worker}"): (401, 403, 403, 200, 200),
    ("GET", "/api/instructor/statement/summary"): AUTHORS,
    ("GET", "/api/instructor/statement/summary?instructor={worker}"): (401, 403, 403, 200, 200),
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
    ("GET", "/api/v1/homework/lesson/{lesson}"): SIGNED_IN,
    ("GET", "/api/v1/homework/lesson/{draft_lesson}"): (401, 404, 404, 200, 200),
    ("GET", "/api/v1/homework/user/me"): SIGNED_IN,
    ("GET", "/api/v1/homework/submissions/me"): SIGNED_IN,
    ("GET", "/api/v1/homework/{course_homework}"): (401, 404, 200, 200, 200),
    ("GET", "/api/v1/homework/{draft_homework}"): (401, 404, 404, 200, 200),
    ("GET", "/api/v1/homework/{homework}/submissions"): AUTHORS,
    ("GET", "/api/v1/homework/{course_homework}/submissions"): ADMINS,
    ("GET", "/api/v1/homework/files/{homework_file}/download"): (401, 404, 200, 200, 200),
    ("GET", "/api/v1/homework/files/{submitted_file}/download"): (401, 404, 404, 200, 200),
    ("POST", "/api/v1/homework/{homework}/assign"): (401, 403, 201, 200, 200),
    ("POST", "/api/v1/homework/{course_homework}/assign"): (401, 403, 403, 201, 200),
    ("POST", "/api/v1/homework/{homework}/assign/{pupil}"): (401, 403, 201, 200, 200),
    ("POST", "/api/v1/homework/{course_homework}/assign/{pupil}"): (401, 403, 403, 201, 200),
    ("POST", "/api/v1/homework/{course_homework}/submit"): (401, 404, 403, 403, 403),
    ("POST", "/api/v1/homework/{course_homework}/submit-oral"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/homework/submissions/{submission}/grade"): ADMINS,
    ("POST", "/api/v1/homework/grade/{submission}"): ADMINS,
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
    ("GET", "/api/v1/tests"): ANYONE,
    ("GET", "/api/v1/tests/ielts"): ANYONE,
    ("GET", "/api/v1/tests/toefl"): ANYONE,
    ("GET", "/api/v1/tests/{quiz_test}"): ANYONE,
    ("POST", "/api/v1/tests/{quiz_test}/start"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/tests/attempts/me"): SIGNED_IN,
    ("GET", "/api/v1/tests/attempts/{quiz_attempt}"): (401, 404, 200, 200, 200),
    ("GET", "/api/v1/tests/attempts/{quiz_over}/result"): (401, 404, 200, 200, 200),
    ("POST", "/api/v1/tests/attempts/{quiz_attempt}/submit"): (401, 404, 403, 403, 403),
    ("POST", "/api/v1/tests/attempts/{quiz_attempt}/finish"): (401, 404, 403, 403, 403),
    ("POST", "/api/v1/tests/attempts/{quiz_over}/grade"): AUTHORS,
    ("POST", "/api/v1/admin/tests"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/tests/{quiz_test}"): ADMINS,
    ("DELETE", "/api/v1/admin/tests/{quiz_test}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/admin/tests/{quiz_test}/attempts"): AUTHORS,
    ("GET", "/api/v1/admin/tests/{quiz_test}/analysis"): AUTHORS,
    ("POST", "/api/v1/admin/tests/{quiz_test}/sections"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/tests/sections/{quiz_section}"): ADMINS,
    ("DELETE", "/api/v1/admin/tests/sections/{quiz_section}"): (401, 403, 403, 200, 404),
    ("POST", "/api/v1/admin/tests/sections/{quiz_section}/questions"): (401, 403, 403, 201, 201),
    ("POST", "/api/v1/admin/tests/sections/{quiz_section}/import"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/tests/questions/{quiz_question}"): ADMINS,
    ("DELETE", "/api/v1/admin/tests/questions/{quiz_question}"): (401, 403, 403, 200, 404),
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
    ("GET", "/api/v1/subscription-plans"): ANYONE,
    ("POST", "/api/v1/subscription-plans"): (401, 403, 403, 201, 201),
    ("GET", "/api/v1/subscription-plans/{plan}"): ANYONE,
    ("PUT", "/api/v1/subscription-plans/{plan}"): ADMINS,
    ("DELETE", "/api/v1/subscription-plans/{plan}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/admin/subscription-plans"): ADMINS,
    ("POST", "/api/v1/admin/subscription-plans"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/subscription-plans/{plan}"): ADMINS,
    ("DELETE", "/api/v1/admin/subscription-plans/{plan}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/subscriptions"): ADMINS,
    ("GET", "/api/v1/subscriptions/plans"): ANYONE,
    ("GET", "/api/v1/subscriptions/me"): SIGNED_IN,
    ("GET", "/api/v1/subscriptions/status"): SIGNED_IN,
    ("GET", "/api/v1/subscriptions/users/{other}/subscriptions"): ADMINS,
    ("POST", "/api/v1/subscriptions/users/{other}/subscriptions"): (401, 403, 403, 400, 400),
    ("POST", "/api/v1/subscriptions/users/{other}/subscriptions?plan_id={plan}"): (401, 403, 403, 201, 201),
    ("DELETE", "/api/v1/subscriptions/{subscription}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/ai/usage"): SIGNED_IN,
    ("POST", "/api/v1/ai/ask"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/ai-sessions/sessions"): SIGNED_IN,
    ("POST", "/api/v1/ai-sessions/sessions"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/ai-sessions/sessions/{talk}"): NOBODY_ELSE,
    ("PATCH", "/api/v1/ai-sessions/sessions/{talk}"): NOBODY_ELSE,
    ("DELETE", "/api/v1/ai-sessions/sessions/{talk}"): NOBODY_ELSE,
    ("POST", "/api/v1/ai-sessions/sessions/{talk}/reset"): NOBODY_ELSE,
    ("POST", "/api/v1/ai-sessions/sessions/{talk}/messages"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/admin/ai/tokens"): ADMINS,
    ("PUT", "/api/v1/admin/ai/tokens"): ADMINS,
    ("POST", "/api/v1/ai/tts"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/ai/tts/voices"): ANYONE,
    ("POST", "/api/v1/ai/stt"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/ai/stt/languages"): ANYONE,
    ("POST", "/api/v1/ai/pronunciation"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/ai/pronunciation/history"): SIGNED_IN,
    ("GET", "/api/v1/ai/pronunciation/summary"): SIGNED_IN,
    ("POST", "/api/v1/interactive-lessons/assess-pronunciation"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/interactive-lessons/start-lesson"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/interactive-lessons/send-message"): (401, 404, 404, 404, 404),
    ("POST", "/api/v1/interactive-lessons/send-audio-message"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/lesson-interactions/{lesson_session}/interact"): (401, 404, 404, 404, 404),
    ("GET", "/api/v1/lesson-interactions/{lesson_session}/interactions"): NOBODY_ELSE,
    ("GET", "/api/v1/lesson-sessions/user/me"): SIGNED_IN,
    ("GET", "/api/v1/lesson-sessions/{lesson_session}"): NOBODY_ELSE,
    ("PATCH", "/api/v1/lesson-sessions/{lesson_session}/complete"): NOBODY_ELSE,
    ("POST", "/api/v1/ai/analyze-answer"): BAD_BODY,
    ("POST", "/api/v1/ai/voice-loop"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/pronunciation/phrases"): SIGNED_IN,
    ("POST", "/api/v1/pronunciation/phrases"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/pronunciation/phrases/{phrase}"): SIGNED_IN,
    ("GET", "/api/v1/pronunciation/phrases/{own_phrase}"): NOBODY_ELSE,
    ("PUT", "/api/v1/pronunciation/phrases/{phrase}"): AUTHORS,
    ("PUT", "/api/v1/pronunciation/phrases/{own_phrase}"): NOBODY_ELSE,
    ("DELETE", "/api/v1/pronunciation/phrases/{phrase}"): (401, 403, 200, 404, 404),
    ("DELETE", "/api/v1/pronunciation/phrases/{own_phrase}"): NOBODY_ELSE,
    ("GET", "/api/v1/pronunciation/sessions"): SIGNED_IN,
    ("POST", "/api/v1/pronunciation/sessions"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/pronunciation/sessions/{practice}"): NOBODY_ELSE,
    ("PATCH", "/api/v1/pronunciation/sessions/{practice}/complete"): NOBODY_ELSE,
    ("POST", "/api/v1/pronunciation/analyze"): (401, 400, 400, 400, 400),
    ("GET", "/api/v1/pronunciation/history"): SIGNED_IN,
    ("GET", "/api/v1/pronunciation/profile"): SIGNED_IN,
    ("POST", "/api/v1/ai/usage/reset"): (401, 403, 403, 400, 400),
    ("POST", "/api/v1/ai/usage/reset?user_id={other}"): ADMINS,
    ("GET", "/api/v1/statistics"): SIGNED_IN,
    ("GET", "/api/v1/statistics/top-users"): ADMINS,
    ("GET", "/api/v1/admin/statistics"): ADMINS,
    ("GET", "/api/v1/profile/stats"): SIGNED_IN,
    ("GET", "/api/v1/admin/jobs"): ADMINS,
    ("POST", "/api/v1/admin/jobs/{job}/retry"): (401, 403, 403, 200, 409),
    ("GET", "/api/v1/messages"): AUTHORS,
    ("POST", "/api/v1/messages"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/messages/{message}"): AUTHORS,
    ("DELETE", "/api/v1/messages/{message}"): (401, 403, 403, 204, 404),
    ("GET", "/api/v1/forum/categories"): ANYONE,
    ("POST", "/api/v1/forum/categories"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/forum/categories/{forum_category}"): ADMINS,
    ("DELETE", "/api/v1/forum/categories/{forum_category}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/forum/categories/{forum_category}/topics"): ANYONE,
    ("GET", "/api/v1/forum/topics"): ANYONE,
    ("POST", "/api/v1/forum/topics"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/forum/topics/{topic}"): ANYONE,
    ("PUT", "/api/v1/forum/topics/{topic}"): AUTHORS,
    ("DELETE", "/api/v1/forum/topics/{topic}"): (401, 403, 200, 404, 404),
    ("POST", "/api/v1/forum/posts"): (401, 201, 201, 201, 201),
    ("PUT", "/api/v1/forum/posts/{post}"): AUTHORS,
    ("DELETE", "/api/v1/forum/posts/{post}"): (401, 403, 200, 404, 404),
    ("GET", "/api/v1/feedback"): SIGNED_IN,
    ("POST", "/api/v1/feedback"): (401, 201, 201, 201, 201),
    ("DELETE", "/api/v1/feedback/{feedback}"): (401, 404, 404, 200, 404),
    ("GET", "/api/v1/notifications"): SIGNED_IN,
    ("GET", "/api/v1/notifications/unread-count"): SIGNED_IN,
    ("GET", "/api/v1/notifications/settings"): SIGNED_IN,
    ("PATCH", "/api/v1/notifications/settings"): SIGNED_IN,
    ("POST", "/api/v1/notifications/read-all"): SIGNED_IN,
    ("POST", "/api/v1/notifications/{notification}/read"): NOBODY_ELSE,
    ("POST", "/api/v1/calendar/token"): (401, 201, 201, 201, 201),
    ("GET", "/api/v1/calendar/token"): SIGNED_IN,
    ("DELETE", "/api/v1/calendar/token"): (401, 204, 204, 204, 204),
    ("GET", "/api/v1/calendar/{calendar}"): ANYONE,
    ("GET", "/api/notifications"): SIGNED_IN,
    ("GET", "/api/notifications/unread-count"): SIGNED_IN,
    ("GET", "/api/notifications/settings"): SIGNED_IN,
    ("PATCH", "/api/notifications/settings"): SIGNED_IN,
    ("POST", "/api/notifications/read-all"): SIGNED_IN,
    ("POST", "/api/notifications/{notification}/read"): NOBODY_ELSE,
    ("POST", "/api/v1/telegram/link"): (401, 503, 503, 503, 503),
    ("POST", "/api/v1/telegram/webhook"): (503, 503, 503, 503, 503),
    ("POST", "/api/payments"): (401, 503, 503, 503, 503),
    ("GET", "/api/payments"): SIGNED_IN,
    ("GET", "/api/payments/providers"): ANYONE,
    ("GET", "/api/payments/alerts"): ADMINS,
    ("POST", "/api/payments/alerts/{alert}/resolve"): ADMINS,
    ("GET", "/api/payments/{online_payment}"): (401, 404, 404, 200, 200),
    ("GET", "/pay/return/{payment_number}"): ANYONE,
    ("POST", "/api/payments/payme"): ANYONE,
    ("GET", "/api/payments/payme"): ANYONE,
    ("PUT", "/api/payments/payme"): ANYONE,
    ("PATCH", "/api/payments/payme"): ANYONE,
    ("DELETE", "/api/payments/payme"): ANYONE,
    **{
        (method, f"/api/payments/click/{path}"): ANYONE  # answered in Click's own shape, by its signature
        for path in ("prepare", "complete")
        for method in ("POST", "GET", "PUT", "PATCH", "DELETE")
    },
    ("POST", "/api/payments/{online_payment}/refunds"): (401, 403, 403, 409, 409),
    ("GET", "/api/payments/{online_payment}/refunds"): ADMINS,
    ("POST", "/api/v1/payments/create-checkout-session"): (401, 400, 400, 400, 400),
    ("POST", "/api/v1/payments/webhook/stripe"): (503, 503, 503, 503, 503),
    ("POST", "/api/v1/subscriptions/create-checkout-session"): (401, 503, 503, 503, 503),
    ("POST", "/api/v1/subscriptions/stop-renewing"): NOBODY_ELSE,
    ("POST", "/api/v1/subscriptions/stripe-webhook"): (503, 503, 503, 503, 503),
    ("GET", "/api/v1/statistics/payment-stats"): ADMINS,
    ("GET", "/api/v1/subscriptions/admin/config-check"): ADMINS,
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
    ("GET", "/api/v1/content/lessons"): AUTHORS,
    ("GET", "/api/v1/content/lessons-json"): AUTHORS,
    ("GET", "/api/v1/content/lessons/validate"): AUTHORS,
    ("POST", "/api/v1/content/lessons/import"): (401, 403, 201, 201, 201),
    ("GET", "/api/v1/content/media"): AUTHORS,
    ("GET", "/api/v1/interactive-lessons"): ANYONE,
    ("GET", "/api/v1/interactive-lessons/{interactive}"): ANYONE,
    ("GET", "/api/v1/interactive-lessons/{interactive_draft}"): (404, 404, 404, 200, 200),
    ("GET", "/api/v1/admin/interactive-lessons"): ADMINS,
    ("POST", "/api/v1/admin/interactive-lessons"): (401, 403, 403, 201, 201),
    ("PUT", "/api/v1/admin/interactive-lessons/{interactive}"): ADMINS,
    ("DELETE", "/api/v1/admin/interactive-lessons/{interactive}"): (401, 403, 403, 200, 404),
    ("GET", "/api/v1/avatars"): SIGNED_IN,
    ("GET", "/api/v1/avatars/{avatar}"): SIGNED_IN,
    ("POST", "/api/v1/webrtc/rooms/create"): (401, 201, 201, 201, 201),
    ("POST", "/api/v1/webrtc/rooms/{room}/end"): (401, 403, 403, 200, 200),
    ("GET", "/api/v1/webrtc/rooms/{room}/users"): (401, 403, 403, 200, 200),
    ("POST", "/api/v1/webrtc/rooms/{room}/ticket"): (401, 201, 201, 201, 201),
    ("POST", "/api/v1/webrtc/rooms/{group_room}/ticket"): (401, 403, 201, 201, 201),
    ("POST", "/api/v1/webrtc/rooms/{ended_room}/attendance"): (401, 403, 200, 409, 409),
    ("GET", "/uploads/certificates/private.pdf"): (404, 404, 404, 404, 404),
    ("GET", "/media/certificates/private.pdf"): (404, 404, 404, 404, 404),
}

INTERACTIVE = {"title": "Kafeda", "order": 1, "avatar_id": 1}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/v1/courses"): {"title": "Yangi kurs", "difficulty_level": "A1"},
    ("POST", "/api/payments"): {"provider": "payme", "plan": "{plan}"},
    ("POST", "/api/v1/subscriptions/create-checkout-session"): {"plan_id": "{plan}"},
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
    ("POST", "/api/courses/{draft}/reject"): {"reason": "Qisqa"},
    ("PUT", "/api/courses/{draft}"): {"title": "Oʻzgargan"},
    ("POST", "/api/sections"): {"course": "{course}", "title": "Bob"},
    ("POST", "/api/lessons"): {"section": "{section}", "title": "Dars"},
    ("POST", "/api/v1/admin/courses"): {"title": "Yangi kurs", "difficulty_level": "A1"},
    ("PUT", "/api/v1/admin/courses/{draft}"): {"title": "Oʻzgargan", "difficulty_level": "A1"},
    ("POST", "/api/enrollments"): {"course": "{course}"},
    ("POST", "/api/v1/certificates"): {"title": "Diploma", "user_id": "{other}", "course_name": "Ingliz tili"},
    ("POST", "/api/reviews"): {"course": "{course}", "rating": 5},
    ("PUT", "/api/reviews/{review}"): {"rating": 1},
    ("POST", "/api/reviews/{review}/reply"): {"text": "Rahmat"},
    ("POST", "/api/wishlist"): {"course": "{course}"},
    ("POST", "/api/coupons"): {"percent": 10},
    ("PUT", "/api/coupons/{coupon}"): {"percent": 10},
    ("POST", "/api/coupons/check"): {"code": "BAHOR-10", "course": "{priced}"},
    ("POST", "/api/coupons/redeem"): {"code": "BAHOR-10", "course": "{priced}"},
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
    ("POST", "/api/v1/homework/{homework}/assign"): {"user_ids": ["{pupil}"]},
    ("POST", "/api/v1/homework/{course_homework}/assign"): {"user_ids": ["{pupil}"]},
    ("POST", "/api/v1/homework/{course_homework}/submit"): {"submission": "Men emas"},
    ("POST", "/api/v1/homework/submissions/{submission}/grade"): {"score": 80},
    ("POST", "/api/v1/homework/grade/{submission}"): {"score": 80, "feedback": "Yaxshi"},
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
    ("POST", "/api/v1/tests/attempts/{quiz_attempt}/submit"): [],
    ("POST", "/api/v1/tests/attempts/{quiz_over}/grade"): [{"question_id": "{quiz_question}", "score": 1}],
    ("POST", "/api/v1/admin/tests"): {"title": "TOEFL", "test_type": "toefl", "duration_minutes": 60},
    ("POST", "/api/v1/admin/tests/{quiz_test}/sections"): {"section_type": "reading", "title": "Yana", "duration_minutes": 1},
    ("POST", "/api/v1/admin/tests/sections/{quiz_section}/questions"): {
        "question_type": "essay",
        "question_text": "Nima uchun?",
        "question_data": {"min_words": 1},
    },
    ("POST", "/api/v1/admin/tests/sections/{quiz_section}/import"): {"format": "gift", "text": "Osmon {{=moviy ~yashil}}."},
    ("POST", "/api/v1/payments"): {"student": "{member}", "group": "{group}", "amount": "1"},
    ("PUT", "/api/v1/payments/{payment}"): {"student": "{member}", "group": "{group}", "amount": "1"},
    ("POST", "/api/v1/expenses"): {"amount": "1", "reason": "Ijara"},
    ("PUT", "/api/v1/expenses/{expense}"): {"amount": "1", "reason": "Ijara"},
    ("POST", "/api/v1/exams"): {"subject": "{subject}", "title": "Grammatika"},
    ("POST", "/api/v1/exams/enter-code"): {"code": "{exam_code}"},
    ("PUT", "/api/v1/exams/{exam}"): {"subject": "{subject}", "title": "Grammatika"},
    ("POST", "/api/v1/exams/{exam}/submit"): {"answers": []},
    ("POST", "/api/v1/exams/{draft_exam}/submit"): {"answers": []},
    ("POST", "/api/v1/subscription-plans"): plans_school.MONTHLY,
    ("PUT", "/api/v1/subscription-plans/{plan}"): {"price": 1},
    ("POST", "/api/v1/admin/subscription-plans"): plans_school.MONTHLY,
    ("PUT", "/api/v1/admin/subscription-plans/{plan}"): {"price": 1},
    ("PUT", "/api/v1/admin/ai/tokens"): {"person_daily": 100, "school_daily": None},
    ("POST", "/api/v1/pronunciation/phrases"): {"text": "Three ships"},
    ("PUT", "/api/v1/pronunciation/phrases/{phrase}"): {"text": "Three sheep"},
    ("PUT", "/api/v1/pronunciation/phrases/{own_phrase}"): {"text": "Three sheep"},
    ("POST", "/api/v1/interactive-lessons/send-message"): {"session_id": "{lesson_session}", "message": "Hi"},
    ("POST", "/api/v1/lesson-interactions/{lesson_session}/interact"): {"user_input": "Hi"},
    ("POST", "/api/v1/messages"): {"text": "Ertaga dars yoʻq!", "recipient_ids": ["{pupil}"]},
    ("POST", "/api/v1/forum/categories"): {"name": "Grammatika"},
    ("POST", "/api/v1/forum/topics"): {"title": "Savol", "content": "Matn", "category_id": "{forum_category}"},
    ("POST", "/api/v1/forum/posts"): {"content": "Javob", "topic_id": "{topic}", "parent_id": "{post}"},
    ("PUT", "/api/v1/forum/posts/{post}"): {"content": "Tartib!"},
    ("POST", "/api/v1/feedback"): {"content": "Zoʻr!", "rating": 5},
    ("POST", "/api/v1/content/lessons/import"): {"courses": [{"title": "Kurs"}]},
    ("POST", "/api/v1/admin/interactive-lessons"): INTERACTIVE,
    ("PUT", "/api/v1/admin/interactive-lessons/{interactive}"): INTERACTIVE,
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
        "number": 1,
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
        **_stage_market(world, owner, other),
        **_stage_centre(world, owner),
        **_stage_homework(owner, other, finished["id"], draft["id"]),
        **_stage_mock_test(owner, other, pupil),
        **_stage_plans(world, other),
        **_stage_payment(world, other),
        "phrase": owner.post("/api/v1/pronunciation/phrases/", {"text": "Three ships"}).json()["id"],
        "own_phrase": other.post("/api/v1/pronunciation/phrases/", {"text": "My words"}).json()["id"],
        "talk": other.post("/api/v1/ai-sessions/sessions", {}).json()["id"],
        "practice": other.post("/api/v1/pronunciation/sessions/", {}).json()["id"],
        "lesson_session": started(other),
        **_stage_test(world),
        "pupil": pupil.id,
        "calendar": subscribe(other).rpartition("/")[2],
        "message": message["id"],
        **_stage_forum(world, other),
        **_stage_rooms(world, other),
        "job": world.dead_job(),
        **_stage_interactive(world, draft["id"]),
    }


def _stage_market(world: World, owner: Person, other: Person) -> dict[str, Any]:
    """A course that costs something, which a student keeps for later, and its instructor's coupon."""
    priced = world.course(owner, lessons=0, price=100000)["id"]
    return {
        "priced": priced,
        "wish": other.post("/api/wishlist/", {"course": priced}).json()["id"],
        "coupon": owner.post("/api/coupons/", {"percent": 10, "code": "BAHOR-10"}).json()["id"],
    }


def _stage_interactive(world: World, draft: int) -> dict[str, Any]:
    """An interactive lesson of its own, and one of a draft; an avatar."""
    admin = world.admin()
    own, of_draft = (
        admin.post("/api/v1/admin/interactive-lessons/", INTERACTIVE | {"course_id": course_id}).json()["id"] for course_id in (None, draft)
    )
    return {"interactive": own, "interactive_draft": of_draft, "avatar": "default"}


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


def _stage_homework(teacher: Person, student: Person, course: int, draft: int) -> dict[str, Any]:
    """Homework of a course with a file, and what its student handed in with another; and homework of a draft."""
    pdf = [("files", ("a.pdf", b"%PDF-1.7", "application/pdf"))]
    new = {"title": "Insho", "course_id": str(course), "is_published": "true"}
    homework = teacher.call("POST", "/api/v1/homework/", data=new, files=pdf).json()
    hidden = teacher.post("/api/v1/homework/", {"title": "Insho", "course_id": draft}).json()
    submission = student.call("POST", f"/api/v1/homework/{homework['id']}/submit", data={"submission": "Javobim"}, files=pdf).json()
    return {
        "course_homework": homework["id"],
        "draft_homework": hidden["id"],
        "homework_file": homework["files"][0]["id"],
        "submission": submission["id"],
        "submitted_file": submission["files"][0]["id"],
    }


def _stage_forum(world: World, author: Person) -> dict[str, Any]:
    """A topic of a student's that was answered, of which they were told, and their feedback."""
    made = threads.topic(world, author)
    threads.say(world.student(), made["id"])
    world.run_jobs()
    (notification, *_) = author.get("/api/v1/notifications/").json()
    return {
        "forum_category": made["category_id"],
        "topic": made["id"],
        "post": made["posts"][0]["id"],
        "feedback": author.post("/api/v1/feedback/", {"content": "Zoʻr!"}).json()["id"],
        "notification": notification["id"],
    }


def _stage_rooms(world: World, student: Person) -> dict[str, Any]:
    """A student's room, one of a group, and another one of it that ended."""
    teacher, group = world.teacher(), world.group()
    running, ended = (room(teacher, group_id=group["id"]) for _ in range(2))
    end(teacher, ended)
    return {"room": room(student), "group_room": running, "ended_room": ended}


def _stage_exams(teacher: Person, student: Person, subject: int) -> dict[str, Any]:
    """A published exam with a student's result, and a draft."""
    new = {"subject": subject, "title": "Grammatika", "questions": [{"text": "Nima uchun?", "type": "written"}]}
    exam, draft = (teacher.post("/api/v1/exams/", new | {"is_published": each}).json() for each in (True, False))
    handed_in = student.post(f"/api/v1/exams/{exam['id']}/submit/", {"answers": []}).json()
    return {"exam": exam["id"], "exam_code": exam["code"], "draft_exam": draft["id"], "exam_result": handed_in["id"]}


def _stage_plans(world: World, student: Person) -> dict[str, Any]:
    """A plan that nobody has, and another one with a student's subscription."""
    admin = world.admin()
    plan, taken = plans_school.make_plan(admin), plans_school.make_plan(admin)
    subscription = plans_school.subscribe(admin, student.id, taken["id"]).json()
    return {"plan": plan["id"], "subscription": subscription["id"]}


def _stage_payment(world: World, student: Person) -> dict[str, Any]:
    """A payment of a student's that waits, and an alert."""
    payment_id, number = pending_payment(world, student)
    with world.db.write() as tx:
        raise_alert(tx, Alert.DISPUTE, payment_id, "asked for")
        alert = tx.scalar(select(func.max(PaymentAlert.id)))
    return {"online_payment": payment_id, "payment_number": number, "alert": alert}


def _stage_test(world: World) -> dict[str, Any]:
    """A test of one question, and another learner's attempts at it: one that runs, one that is over."""
    admin, learner = world.admin(), world.student(is_premium=True)
    test = quiz_school.full_test(admin, ("numeric",))
    over = quiz_school.start(learner, test)
    quiz_school.submit(learner, over, quiz_school.answers(test, {"numeric": 1}))
    quiz_school.finish(learner, over)
    (section,) = test["sections"]
    return {
        "quiz_test": test["id"],
        "quiz_section": section["id"],
        "quiz_question": section["questions"][0]["id"],
        "quiz_over": over["id"],
        "quiz_attempt": quiz_school.start(learner, test)["id"],
    }


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


@pytest.fixture(scope="module")
def staged(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[Person], Path]:
    """What the callers meet, the callers, and where the database and the files lie that each row gets a copy of."""
    home = tmp_path_factory.mktemp("staged")
    shutil.copy(sqlite_template, home / "bilim.db")
    with serving(settings_for(f"sqlite:///{home / 'bilim.db'}", home)) as world:
        _give_services(world)
        stage = _stage(world)
        return stage, [world.student(), world.teacher(), world.admin(), world.superadmin()], home


@pytest.fixture
def world(staged: tuple[dict[str, Any], list[Person], Path], tmp_path: Path) -> Iterator[World]:
    """An application of its own for each row, on a copy of what was staged once."""
    home = tmp_path / "home"
    shutil.copytree(staged[2], home)
    with serving(settings_for(f"sqlite:///{home / 'bilim.db'}", home)) as world:
        _give_services(world)
        yield world


def _give_services(world: World) -> None:
    """What is outside, without the outside."""
    give_voice(world)
    world.use(llm=ScriptedLlm())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]}")
def test_who_hears_what(row: tuple[str, str], staged: tuple[dict[str, Any], list[Person], Path], world: World) -> None:
    stage, people, _ = staged
    method, path = row
    kw: dict[str, Any] = {} if method in {"GET", "DELETE"} else {"json": _fill(BODIES.get(row, {}), stage)}
    callers: list[dict[str, str]] = [{}, *(person.headers for person in people)]
    heard = [world.client.request(method, path.format(**stage), headers=headers, **kw).status_code for headers in callers]
    assert dict(zip(CALLERS, heard, strict=True)) == dict(zip(CALLERS, TABLE[row], strict=True))


def test_every_route_has_a_row(sqlite_world: World) -> None:
    served = {
        (method, _shape(route.path_format))
        for route in sqlite_world.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    listed = {(method, _shape(path)) for method, path in TABLE}
    listed |= {("GET", f"{folder}/{{}}") for folder in ("/docs/assets", "/uploads", "/media", "/static")}
    assert served - listed == set()


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.partition("?")[0].split("/"))


def test_the_table_names_no_route_that_is_gone(sqlite_world: World) -> None:
    served = {_shape(route.path_format) for route in sqlite_world.app.routes}
    for _, path in TABLE:
        assert _shape(path) in served or path.startswith(("/docs/assets/", "/uploads/", "/media/", "/static/"))
