"""The served OpenAPI document and the server say the same: generated requests of every operation, and a few real objects of each kind."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from litestar.routes import HTTPRoute
from schemathesis import Case

from contract.school import CHECKS, DOCUMENT, IDS, OPERATIONS, QUESTIONS, SCHEMA, School
from kit.repeatable import repeatable
from plans.school import MONTHLY
from world import PASSWORD

few = settings(repeatable, max_examples=4, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))
"""Requests made at random; more of them, and those at every bound that the document states, are in `test_bounds`."""
fewer = settings(few, max_examples=2)


@SCHEMA.parametrize()
@few
def test_a_superadmin_is_answered_as_documented(school: School, case: Case) -> None:
    school.check(case, school.superadmin)


@SCHEMA.parametrize()
@fewer
def test_a_student_is_answered_as_documented(school: School, case: Case) -> None:
    school.check(case, school.student)


def example_of(label: str, school: School, body: Any = None, **headers: str) -> Case:
    """A request of an operation that means the first object of its kind."""
    operation = OPERATIONS[label]
    values = dict.fromkeys(IDS, 1) | {"code": school.code, "verification_code": school.code}
    values |= {"success_url": "https://school.example/", "cancel_url": "https://school.example/"}
    values |= {"user_id": school.student.id, "id": school.id_in(label), "room_id": school.room, "number": "0" * 16, "file": school.calendar}
    if "/ai-sessions/" in label:
        values["session_id"] = school.talk
    if isinstance(body, dict):
        named = {"<test>": school.mock_test["id"], "<code>": school.mock_test["code"], "<running>": school.running, "<over>": school.over}
        body = {name: named.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    path = {parameter.name: values[parameter.name] for parameter in operation.path_parameters}
    query = {parameter.name: values[parameter.name] for parameter in operation.query if parameter.is_required}
    sent = {} if body is None else {"body": body, "media_type": "application/json"}
    return operation.Case(path_parameters=path, query=query, headers=headers, **sent)


def test_every_routed_operation_is_documented_and_every_documented_one_is_routed(school: School) -> None:
    assert school.world.get("/api/v1/openapi.json").json() == DOCUMENT, "docs/openapi.json is old: make openapi"
    routed = {
        (f"{method} {'/'.join(part.partition(':')[0] + '}' * (':' in part) for part in route.path.split('/'))}", handler.include_in_schema)
        for route in school.world.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }
    assert {operation for operation, is_shown in routed if is_shown is not False} == OPERATIONS.keys()
    hidden = {operation for operation, is_shown in routed if is_shown is False}
    hidden -= {f"{method} /api/payments/click/{path}" for method in ("GET", "PUT", "PATCH", "DELETE") for path in ("prepare", "complete")}
    hidden -= {f"{method} /api/payments/payme" for method in ("GET", "PUT", "PATCH", "DELETE")}  # refused in Payme's own shape
    assert hidden == {f"GET {folder}/{{name}}" for folder in ("/uploads", "/media", "/static", "/docs/assets")}, (
        "files, which are no operations"
    )


def test_the_document_says_who_has_to_sign_in(school: School) -> None:
    refused = {label for label in OPERATIONS if school.send(example_of(label, school), None).text == NOT_SIGNED_IN}
    assert refused == {label for label in OPERATIONS if "security" in DOCUMENT["paths"][label.split()[1]][label.split()[0].lower()]}


NOT_SIGNED_IN = '{"detail":"Authentication credentials were not provided."}'


@pytest.mark.parametrize("who", ["superadmin", "teacher", "student", "nobody"])
def test_what_is_read_is_what_is_documented(school: School, who: str) -> None:
    """Every reading operation, of the first object of its kind."""
    for label in OPERATIONS:
        if label.startswith("GET"):
            case = example_of(label, school)
            case.validate_response(school.send(case, getattr(school, who, None)), CHECKS)


COURSE = {"title": "Rus tili", "difficulty_level": "B1", "price": "490000.50", "category": "Tillar", "tags": ["B1"], "is_published": True}
LESSON = {"title": "Salom", "content": "Privet!", "course_id": 1, "order": 3, "video_url": "https://video.example/1"}
WORD = {"word": "non", "translation": "bread", "lesson_id": 1, "ipa_pronunciation": "nɒn"}
PERSON = {"username": "dilnoza", "email": "dilnoza@example.com", "password": PASSWORD, "full_name": "Dilnoza Yusupova"}
STAFF = {"username": "somebody1", "password": PASSWORD, "first_name": "Ali", "phone": "901234567", "telegram_id": "42"}
AWARD = {"title": "Sertifikat", "user_id": 1, "course_name": "Ingliz tili", "level_completed": "A1"}
GROUP = {"name": "SAT-1", "subject": 1, "days": "Tue,Thu", "start_time": "09:00", "end_time": "11:00:00", "monthly_price": "300000"}
PUPIL = STAFF | {"username": "pupil001", "parent_phone": "901234568", "group": 1}
ABOUT = {"student": 4, "group": 1}
PAYMENT = ABOUT | {"amount": "600000.00", "months": [{"year": 2025, "month": 1}, {"year": 2025, "month": 2}]}
EXPENSE = {"recipient": "Ijarachi", "amount": "1500000.00", "reason": "Ijara"}
EXAM = {"subject": 1, "title": "Grammar", "time_limit": 30, "date": "2025-02-20", "questions": QUESTIONS}
BANDS = {"listening": 7.5, "reading": 8, "writing": 7, "speaking": 6.5}
MOCK_KEY = {"reading": {"answers": {"1": "B", "2": ["CO2"]}, "conversion": [[2, 9], [1, 4.5]], "conversion_source": "Oʻzimizniki"}}
NIGHT = {"from": "22:00", "until": "07:00"}


QUIZ = {"title": "IELTS Reading 1", "description": None, "test_type": "ielts", "duration_minutes": 60, "is_active": True}
QUIZ_SECTION = {"section_type": "reading", "title": "Herons", "duration_minutes": 20, "passage": "Herons wade.", "order_index": 0}
QUIZ_QUESTION = {
    "question_type": "multiple_choice",
    "question_text": "Which?",
    "question_data": {"options": ["a", "b"], "correct_answer": "B"},
    "marks": 1.5,
}


INTERACTIVE = {"title": "Kafeda", "order": 1, "avatar_id": 1, "course_id": 1, "content": {"steps": [{"say": "Hello!"}]}, "tags": ["A1"]}
MATERIAL = {"courses": [{"title": "Kurs", "key": "k", "sections": [{"title": "Bob", "lessons": [{"title": "Dars", "words": []}]}]}]}
LOGIN = {"username": "student003", "password": PASSWORD}
WRONG_LOGIN = {"username": "student003", "password": "a wrong guess"}

WRITTEN = [
    ("nobody", "POST /api/v1/login", LOGIN, 200),
    ("nobody", "POST /api/v1/login", WRONG_LOGIN, 401),
    ("nobody", "POST /api/v1/login/access-token", LOGIN, 200),
    ("nobody", "POST /api/v1/login/access-token", WRONG_LOGIN, 401),
    ("nobody", "POST /api/auth/login", LOGIN, 200),
    ("nobody", "POST /api/auth/login", WRONG_LOGIN, 401),
    ("nobody", "POST /api/token/refresh", {"refresh": "no token"}, 401),
    ("student", "POST /api/v1/logout", None, 200),
    ("nobody", "POST /api/v1/users", PERSON, 201),
    ("superadmin", "POST /api/v1/users", PERSON | {"is_superuser": True}, 201),
    ("admin", "POST /api/v1/users", PERSON | {"is_superuser": True}, 403),
    ("nobody", "POST /api/auth/register", PERSON, 201),
    ("superadmin", "POST /api/v1/workers", PERSON | {"phone": "90 123-45-67", "telegram_id": "42"}, 201),
    ("student", "PATCH /api/v1/users/me", {"full_name": "Jasur Qodirov", "current_level": None}, 200),
    ("student", "PUT /api/auth/profile", {"phone": "901234567"}, 200),
    ("teacher", "POST /api/v1/courses", COURSE, 201),
    ("teacher", "PUT /api/v1/courses/{id}", COURSE, 200),
    ("teacher", "DELETE /api/v1/courses/{id}", None, 200),
    ("teacher", "POST /api/v1/lessons", LESSON, 201),
    ("teacher", "PUT /api/v1/lessons/{id}", LESSON, 200),
    ("teacher", "DELETE /api/v1/lessons/{id}", None, 200),
    ("teacher", "POST /api/v1/words", WORD, 201),
    ("teacher", "PUT /api/v1/words/{id}", WORD, 200),
    ("teacher", "DELETE /api/v1/words/{id}", None, 200),
    ("student", "POST /api/v1/words/{id}/review", {"rating": "good"}, 200),
    ("student", "POST /api/v1/words/{id}/review", {"rating": 5}, 400),
    ("student", "PUT /api/v1/words/review/reminder", {"is_wanted": True}, 200),
    ("nobody", "POST /api/v1/exercises/check", {"id": "spell.1.AAAAAAAAAAAAAAAA", "answer": "salom"}, 400),
    ("superadmin", "POST /api/v1/ai/suggest-lesson", None, 200),
    ("superadmin", "POST /api/v1/certificates", AWARD, 201),
    ("superadmin", "POST /api/v1/user-progress/lessons/{lesson_id}/complete", None, 200),
    ("student", "POST /api/v1/users/courses/{course_id}/complete", None, 200),
    ("teacher", "POST /api/enrollments", {"course": 1}, 201),
    ("student", "POST /api/enrollments", {"course": 1}, 200),
    ("student", "POST /api/enrollments", {"course": 2}, 403),
    ("student", "POST /api/enrollments/complete/{id}", None, 200),
    ("superadmin", "POST /api/reviews", {"course": 1, "rating": 4}, 201),
    ("student", "POST /api/reviews", {"course": 1, "rating": 4}, 409),
    ("student", "PUT /api/reviews/{id}", {"rating": 4, "comment": "Yaxshi"}, 200),
    ("teacher", "POST /api/reviews/{id}/reply", {"text": "Rahmat!"}, 201),
    ("student", "POST /api/reviews/{id}/reply", {"text": "Rahmat!"}, 403),
    ("student", "DELETE /api/reviews/{id}", None, 204),
    ("student", "POST /api/wishlist", {"course": 2}, 201),
    ("superadmin", "POST /api/wishlist", {"course": 2}, 200),
    ("superadmin", "DELETE /api/wishlist/{id}", None, 204),
    ("teacher", "POST /api/coupons", {"percent": 20, "code": "Yangi-2026", "course": 2, "max_uses": 5}, 201),
    ("teacher", "POST /api/coupons", {"amount": 5000.5, "code": "yozgi-25"}, 409),
    ("teacher", "PUT /api/coupons/{id}", {"amount": 5000.5, "starts_at": "2026-01-01T00:00:00+05:00"}, 200),
    ("teacher", "PATCH /api/coupons/{id}", {"is_active": False, "max_uses": None}, 200),
    ("teacher", "DELETE /api/coupons/{id}", None, 204),
    ("student", "POST /api/coupons/check", {"code": "yozgi 25", "course": 2}, 200),
    ("student", "POST /api/coupons/check", {"code": "unknown", "course": 2}, 400),
    ("student", "POST /api/coupons/redeem", {"code": "yozgi 25", "course": 2}, 201),
    ("superadmin", "PUT /api/v1/users/{user_id}", {"full_name": "Jasur Qodirov", "roles": ["premium"]}, 200),
    ("superadmin", "DELETE /api/v1/users/{user_id}", None, 200),
    ("superadmin", "POST /api/v1/admin/users", PERSON | {"roles": ["teacher"]}, 201),
    ("superadmin", "PATCH /api/v1/admin/users/{user_id}", {"role": "teacher"}, 200),
    ("superadmin", "PATCH /api/v1/admin/users/{user_id}/role", {"role": "premium"}, 200),
    ("superadmin", "PATCH /api/v1/admin/users/{user_id}/profile", {"full_name": "Jasur"}, 200),
    ("superadmin", "DELETE /api/v1/admin/users/{user_id}", None, 200),
    ("superadmin", "POST /api/v1/owners", STAFF, 201),
    ("superadmin", "PUT /api/v1/owners/{id}", {"username": "owner001"}, 200),
    ("superadmin", "PATCH /api/v1/owners/{id}", {"phone": "901234567"}, 200),
    ("superadmin", "DELETE /api/v1/owners/{id}", None, 204),
    ("superadmin", "PUT /api/v1/workers/{id}", {"username": "worker01"}, 200),
    ("superadmin", "PATCH /api/v1/workers/{id}", {"first_name": "Bobur"}, 200),
    ("superadmin", "DELETE /api/v1/workers/{id}", None, 204),
    ("superadmin", "POST /api/v1/admin/courses", COURSE, 201),
    ("superadmin", "PUT /api/v1/admin/courses/{course_id}", COURSE, 200),
    ("superadmin", "DELETE /api/v1/admin/courses/{course_id}", None, 200),
    ("superadmin", "POST /api/v1/admin/jobs/{id}/retry", None, 200),
    ("teacher", "POST /api/v1/messages", {"text": "Ertaga dars yoʻq!", "recipient_ids": [4]}, 201),
    ("teacher", "POST /api/v1/messages", {"text": "Ertaga dars yoʻq!", "recipient_ids": [3, 99]}, 400),
    ("teacher", "DELETE /api/v1/messages/{id}", None, 204),
    ("student", "POST /api/v1/telegram/link", None, 201),
    ("student", "POST /api/v1/webrtc/rooms/create", {"name": "Suhbat", "max_participants": 2, "group_id": None}, 201),
    ("student", "POST /api/v1/webrtc/rooms/create", {"group_id": 1}, 403),
    ("teacher", "POST /api/v1/webrtc/rooms/{room_id}/ticket", None, 201),
    ("teacher", "POST /api/v1/webrtc/rooms/{room_id}/attendance", {"late_after_minutes": 5}, 400),
    ("superadmin", "POST /api/v1/webrtc/rooms/{room_id}/end", None, 200),
    ("superadmin", "POST /api/v1/forum/categories", {"name": "Grammatika", "description": None}, 201),
    ("superadmin", "PUT /api/v1/forum/categories/{id}", {"description": "Savollar"}, 200),
    ("superadmin", "DELETE /api/v1/forum/categories/{id}", None, 200),
    ("student", "POST /api/v1/forum/topics", {"title": "Savol", "content": "Matn", "category_id": 1}, 201),
    ("student", "PUT /api/v1/forum/topics/{id}", {"title": "Savol", "is_pinned": True}, 200),
    ("teacher", "PUT /api/v1/forum/topics/{id}", {"is_closed": True, "category_id": 1}, 200),
    ("teacher", "DELETE /api/v1/forum/topics/{id}", None, 200),
    ("teacher", "POST /api/v1/forum/posts", {"content": "Javob", "topic_id": 1, "parent_id": 2}, 201),
    ("student", "POST /api/v1/forum/posts", {"content": "Javob", "topic_id": 1, "parent_id": 99}, 400),
    ("student", "PUT /api/v1/forum/posts/{id}", {"content": "Boshqacha"}, 200),
    ("student", "DELETE /api/v1/forum/posts/{id}", None, 200),
    ("teacher", "POST /api/v1/feedback", {"content": "Sekin", "rating": None}, 201),
    ("student", "DELETE /api/v1/feedback/{id}", None, 200),
    *(
        each
        for root in ("/api/v1/notifications", "/api/notifications")
        for each in (
            ("student", f"POST {root}/read-all", None, 200),
            ("nobody", f"POST {root}/{{id}}/read", None, 401),
            ("student", f"PATCH {root}/settings", {"telegram": "digest", "quiet_hours": NIGHT, "kinds": {"payment": False}}, 200),
        )
    ),
    ("student", "POST /api/v1/calendar/token", None, 201),
    ("nobody", "POST /api/v1/calendar/token", None, 401),
    ("student", "DELETE /api/v1/calendar/token", None, 204),
    ("nobody", "POST /api/v1/telegram/webhook", {"update_id": 1}, 403),
    ("teacher", "POST /api/courses", {"title": "Python", "category": "Backend", "price": 1000, "tags": ["a"]}, 201),
    ("teacher", "PUT /api/courses/{id}", {"title": "Python 3", "level": "B1"}, 200),
    ("teacher", "DELETE /api/courses/{id}", None, 204),
    ("teacher", "POST /api/courses/{id}/submit", None, 200),
    ("superadmin", "POST /api/courses/{id}/approve", None, 409),
    ("superadmin", "POST /api/courses/{id}/reject", {"reason": "Qisqa"}, 409),
    ("teacher", "POST /api/courses/{id}/withdraw", None, 200),
    ("teacher", "POST /api/sections", {"course": 1, "title": "Birinchi"}, 201),
    ("superadmin", "POST /api/v1/subjects", {"name": "SAT"}, 201),
    ("superadmin", "PUT /api/v1/subjects/{id}", {"name": "SAT"}, 200),
    ("superadmin", "PATCH /api/v1/subjects/{id}", {"name": "SAT"}, 200),
    ("superadmin", "DELETE /api/v1/subjects/{id}", None, 204),
    ("superadmin", "POST /api/v1/groups", GROUP, 201),
    ("superadmin", "PUT /api/v1/groups/{id}", GROUP, 200),
    ("superadmin", "PATCH /api/v1/groups/{id}", {"is_active": False}, 200),
    ("superadmin", "DELETE /api/v1/groups/{id}", None, 204),
    ("superadmin", "POST /api/v1/students", PUPIL, 201),
    ("superadmin", "PUT /api/v1/students/{id}", {"username": "pupil001", "group": None}, 200),
    ("superadmin", "PATCH /api/v1/students/{id}", {"parent_phone": "901234568"}, 200),
    ("superadmin", "DELETE /api/v1/students/{id}", None, 204),
    ("teacher", "POST /api/v1/attendance", ABOUT | {"status": "keldi"}, 400),
    ("superadmin", "POST /api/v1/attendance/bulk_create", {"group_id": 1}, 200),
    ("teacher", "PUT /api/v1/attendance/{id}", ABOUT | {"status": "kelmadi"}, 200),
    ("teacher", "PATCH /api/v1/attendance/{id}", {"status": "kechikdi"}, 200),
    ("superadmin", "DELETE /api/v1/attendance/{id}", None, 204),
    ("teacher", "POST /api/v1/scores", ABOUT | {"score": 100}, 201),
    ("teacher", "PUT /api/v1/scores/{id}", ABOUT | {"score": 0}, 200),
    ("teacher", "PATCH /api/v1/scores/{id}", {"score": 50}, 200),
    ("superadmin", "DELETE /api/v1/scores/{id}", None, 204),
    ("teacher", "POST /api/v1/homework", {"group": 1, "text": "2-mashq"}, 201),
    ("teacher", "PUT /api/v1/homework/{id}", {"group": 1, "text": "2-mashq"}, 200),
    ("teacher", "PATCH /api/v1/homework/{id}", {"homework_type": "oral"}, 200),
    ("teacher", "DELETE /api/v1/homework/{id}", None, 204),
    ("teacher", "POST /api/v1/homework/{id}/assign", {"user_ids": [1]}, 201),
    ("teacher", "POST /api/v1/homework/{id}/assign/{user_id}", None, 201),
    ("student", "POST /api/v1/homework/{id}/submit", {"submission": "Javobim"}, 201),
    ("student", "POST /api/v1/homework/{id}/submit-oral", {}, 400),
    ("teacher", "POST /api/v1/homework/submissions/{id}/grade", {"score": 80}, 200),
    ("teacher", "POST /api/v1/homework/grade/{id}", {"score": 80, "feedback": "Yaxshi"}, 200),
    ("superadmin", "POST /api/v1/payments", PAYMENT, 201),
    ("superadmin", "PUT /api/v1/payments/{id}", PAYMENT, 200),
    ("superadmin", "PATCH /api/v1/payments/{id}", {"amount": 1.5}, 200),
    ("superadmin", "DELETE /api/v1/payments/{id}", None, 204),
    ("superadmin", "POST /api/v1/expenses", EXPENSE, 201),
    ("superadmin", "PUT /api/v1/expenses/{id}", EXPENSE, 200),
    ("superadmin", "PATCH /api/v1/expenses/{id}", {"recipient": None}, 200),
    ("superadmin", "DELETE /api/v1/expenses/{id}", None, 204),
    ("teacher", "POST /api/v1/exams", EXAM, 201),
    ("teacher", "PUT /api/v1/exams/{id}", {"subject": 1, "title": "Grammar"}, 200),
    ("teacher", "PATCH /api/v1/exams/{id}", {"time_limit": 60}, 200),
    ("teacher", "PATCH /api/v1/exams/{id}", {"questions": []}, 409),
    ("superadmin", "DELETE /api/v1/exams/{id}", None, 204),
    ("teacher", "POST /api/v1/exams/{id}/publish", None, 200),
    ("teacher", "POST /api/v1/exams/{id}/unpublish", None, 200),
    ("teacher", "POST /api/v1/exams/{id}/copy", None, 200),
    ("student", "POST /api/v1/exams/enter-code", {"code": "NO CODE"}, 400),
    ("student", "POST /api/v1/exams/{id}/submit", {"answers": []}, 409),
    ("teacher", "PUT /api/v1/exam-results/{id}", {"is_checked": True}, 200),
    ("teacher", "PATCH /api/v1/exam-results/{id}", {"answers": [{"id": 2, "is_correct": True}]}, 200),
    ("superadmin", "DELETE /api/v1/exam-results/{id}", None, 204),
    ("superadmin", "POST /api/v1/admin/tests", QUIZ, 201),
    ("superadmin", "PUT /api/v1/admin/tests/{test_id}", QUIZ, 200),
    ("superadmin", "DELETE /api/v1/admin/tests/{test_id}", None, 200),
    ("superadmin", "POST /api/v1/admin/tests/{test_id}/sections", QUIZ_SECTION, 201),
    ("superadmin", "PUT /api/v1/admin/tests/sections/{section_id}", QUIZ_SECTION, 200),
    ("superadmin", "DELETE /api/v1/admin/tests/sections/{section_id}", None, 200),
    ("superadmin", "POST /api/v1/admin/tests/sections/{section_id}/questions", QUIZ_QUESTION, 201),
    ("superadmin", "POST /api/v1/admin/tests/sections/{section_id}/import", {"format": "gift", "text": "Owls {T}"}, 201),
    ("superadmin", "POST /api/v1/admin/tests/sections/{section_id}/import", {"format": "gift", "text": "Owls", "dry_run": True}, 200),
    ("superadmin", "POST /api/v1/admin/tests/sections/{section_id}/import", {"format": "gift", "text": "Owls"}, 400),
    ("superadmin", "PUT /api/v1/admin/tests/questions/{question_id}", {"marks": 2.5, "question_data": QUIZ_QUESTION["question_data"]}, 200),
    ("superadmin", "DELETE /api/v1/admin/tests/questions/{question_id}", None, 200),
    ("teacher", "POST /api/v1/tests/{test_id}/start", None, 201),
    ("superadmin", "POST /api/v1/tests/{test_id}/start", None, 200),
    ("superadmin", "POST /api/v1/tests/attempts/{attempt_id}/submit", [{"question_id": 1, "answer_data": {"answer": "A"}}], 200),
    ("superadmin", "POST /api/v1/tests/attempts/{attempt_id}/finish", None, 200),
    ("superadmin", "POST /api/v1/tests/attempts/{attempt_id}/grade", [{"question_id": 9, "score": 4.5}], 409),
    ("teacher", "POST /api/v1/mock/tests/create", {"title": "IELTS Mock Test #2"}, 400),
    ("teacher", "DELETE /api/v1/mock/tests/{id}", None, 204),
    ("teacher", "POST /api/v1/mock/session/start", {"test": "<test>", "code": "<code>"}, 201),
    ("student", "POST /api/v1/mock/session/start", {"test": "<test>", "code": "<code>"}, 400),
    ("student", "PUT /api/v1/mock/session/{id}/draft", {"sequence": 7, "reading": {"1": "A", "2": None}, "writing": {"1": "text"}}, 200),
    ("student", "POST /api/v1/mock/session/{id}/finish", None, 200),
    ("student", "POST /api/v1/mock/answers/reading", {"session": "<running>", "answers": {"1": "A", "4": "NOT GIVEN"}}, 201),
    ("student", "POST /api/v1/mock/answers/listening", {"session": "<running>", "answers": {"2": "accommodation"}}, 201),
    ("student", "POST /api/v1/mock/answers/writing", {"session": "<running>", "task_number": 1, "text": "The pie chart"}, 201),
    ("student", "POST /api/v1/mock/answers/writing", {"session": "<over>", "task_number": 1}, 400),
    ("teacher", "PATCH /api/v1/mock/answers/writing/{id}", {"teacher_comment": "Batafsilroq yozing"}, 200),
    ("teacher", "POST /api/v1/mock/score/create", BANDS | {"session": "<over>"}, 201),
    ("teacher", "POST /api/v1/mock/score/create", BANDS | {"session": "<running>"}, 400),
    ("teacher", "PATCH /api/v1/mock/score/{id}/update", {"writing": 7.5, "speaking": 7.0}, 200),
    ("teacher", "PUT /api/v1/mock/tests/{id}/key", MOCK_KEY, 200),
    ("teacher", "POST /api/v1/mock/tests/{id}/key/preview", MOCK_KEY, 200),
    ("superadmin", "POST /api/v1/subscription-plans", MONTHLY, 201),
    ("superadmin", "PUT /api/v1/subscription-plans/{plan_id}", {"price": 0, "description": None}, 200),
    ("superadmin", "DELETE /api/v1/subscription-plans/{plan_id}", None, 200),
    ("superadmin", "POST /api/v1/admin/subscription-plans", MONTHLY | {"tts_chars_quota": 0}, 201),
    ("superadmin", "PUT /api/v1/admin/subscription-plans/{plan_id}", {"duration_days": 365}, 200),
    ("superadmin", "DELETE /api/v1/admin/subscription-plans/{plan_id}", None, 200),
    ("superadmin", "POST /api/v1/subscriptions/users/{user_id}/subscriptions", None, 201),
    ("student", "POST /api/v1/subscriptions/users/{user_id}/subscriptions", None, 403),
    ("superadmin", "DELETE /api/v1/subscriptions/{subscription_id}", None, 200),
    ("superadmin", "POST /api/v1/ai/usage/reset", None, 200),
    ("superadmin", "POST /api/v1/admin/interactive-lessons", INTERACTIVE, 201),
    ("superadmin", "POST /api/v1/admin/interactive-lessons", INTERACTIVE | {"avatar_id": 99}, 400),
    ("superadmin", "PUT /api/v1/admin/interactive-lessons/{lesson_id}", INTERACTIVE, 200),
    ("superadmin", "DELETE /api/v1/admin/interactive-lessons/{lesson_id}", None, 200),
    ("teacher", "POST /api/v1/content/lessons/import", MATERIAL, 201),
    ("teacher", "POST /api/v1/content/lessons/import", MATERIAL | {"dry_run": True}, 200),
    ("teacher", "POST /api/v1/content/lessons/import", {"courses": [{"title": ""}]}, 400),
    ("student", "POST /api/v1/ai/ask", {"prompt": "salom nima?"}, 200),
    ("student", "POST /api/v1/ai/ask", {"prompt": "x", "lesson_id": 999_999}, 400),
    ("student", "POST /api/v1/ai-sessions/sessions", None, 201),
    ("student", "PATCH /api/v1/ai-sessions/sessions/{session_id}", {"title": "Suhbat", "status": "active"}, 200),
    ("teacher", "PATCH /api/v1/ai-sessions/sessions/{session_id}", {"title": "Suhbat"}, 404),
    ("student", "POST /api/v1/ai-sessions/sessions/{session_id}/messages", {"text": "salom nima?"}, 200),
    ("student", "POST /api/v1/ai-sessions/sessions/{session_id}/reset", None, 200),
    ("student", "DELETE /api/v1/ai-sessions/sessions/{session_id}", None, 200),
    ("superadmin", "PUT /api/v1/admin/ai/tokens", {"person_daily": 1000, "school_daily": None}, 200),
    ("student", "POST /api/v1/ai/tts", {"text": "Assalomu alaykum!", "language": "uz"}, 200),
    ("student", "POST /api/v1/ai/stt", {}, 400),
    ("student", "POST /api/v1/ai/pronunciation", {"reference_text": "Three ships"}, 400),
    ("student", "POST /api/v1/interactive-lessons/assess-pronunciation", {"expected_text": "Three ships"}, 400),
    ("student", "POST /api/v1/pronunciation/phrases", {"text": "Three ships", "level": "A1", "contrasts": ["th-s"]}, 201),
    ("teacher", "PUT /api/v1/pronunciation/phrases/{phrase_id}", {"text": "Three sheep"}, 200),
    ("student", "DELETE /api/v1/pronunciation/phrases/{phrase_id}", None, 403),
    ("teacher", "DELETE /api/v1/pronunciation/phrases/{phrase_id}", None, 200),
    ("student", "POST /api/v1/interactive-lessons/start-lesson", {"lesson_type": "conversation", "lesson_id": 1}, 201),
    ("student", "POST /api/v1/interactive-lessons/send-message", {"session_id": 1, "message": "I like tea."}, 200),
    ("teacher", "POST /api/v1/interactive-lessons/send-message", {"session_id": 1, "message": "I like tea."}, 404),
    ("student", "POST /api/v1/interactive-lessons/send-audio-message", {"session_id": 1}, 400),
    ("student", "POST /api/v1/lesson-interactions/{session_id}/interact", {"user_input": "I like milk."}, 201),
    ("student", "PATCH /api/v1/lesson-sessions/{session_id}/complete", None, 200),
    ("student", "POST /api/v1/ai/analyze-answer", {"user_response": "He go home.", "reference_text": "He goes home."}, 200),
    ("student", "POST /api/v1/ai/voice-loop", {"language": "en"}, 400),
    ("student", "POST /api/v1/pronunciation/sessions", {}, 201),
    ("student", "PATCH /api/v1/pronunciation/sessions/{session_id}/complete", None, 200),
    ("student", "POST /api/v1/pronunciation/analyze", {"phrase_id": 1}, 400),
    ("student", "POST /api/payments", {"provider": "payme", "course": 2}, 201),
    ("student", "POST /api/payments", {"provider": "payme", "group": 1, "months": [{"year": 2026, "month": 12}]}, 201),
    ("student", "POST /api/payments", {"provider": "payme"}, 400),
    ("superadmin", "POST /api/payments/alerts/{alert_id}/resolve", None, 200),
    ("nobody", "POST /api/payments/payme", None, 200),
    ("nobody", "POST /api/payments/click/prepare", None, 200),
    ("nobody", "POST /api/payments/click/complete", None, 200),
    ("teacher", "DELETE /api/reviews/{id}/reply", None, 404),
    ("superadmin", "POST /api/payments/{payment_id}/refunds", {"amount": 1}, 404),
    ("student", "POST /api/v1/subscriptions/create-checkout-session", {"plan_id": 1}, 200),
    ("student", "POST /api/v1/payments/create-checkout-session", None, 200),
    ("student", "POST /api/v1/subscriptions/stop-renewing", None, 404),
    ("nobody", "POST /api/v1/payments/webhook/stripe", None, 400),
    ("nobody", "POST /api/v1/subscriptions/stripe-webhook", None, 400),
    ("teacher", "POST /api/lessons", {"section": 1, "title": "Dars", "is_preview": True}, 201),
]


@pytest.mark.parametrize(("who", "label", "body", "status"), WRITTEN, ids=[f"{who} {label} {status}" for who, label, _, status in WRITTEN])
def test_what_is_written_is_answered_as_documented(school: School, who: str, label: str, body: Any, status: int) -> None:
    person = school.world.admin() if who == "admin" else getattr(school, who, None)
    case = example_of(label, school, body)
    for people, person_of in (("/workers/", school.teacher), ("/students/", school.student)):
        if people in label and case.path_parameters:
            case.path_parameters["id"] = person_of.id
    answer = school.send(case, person)
    assert answer.status_code == status, answer.text
    case.validate_response(answer, CHECKS)


def test_a_refresh_token_is_answered_with_an_access_token(school: School) -> None:
    case = example_of("POST /api/token/refresh", school, {"refresh": school.student.refresh})
    answer = school.check(case, None)
    assert answer.status_code == 200


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_an_exam_entered_by_its_code_is_answered_as_documented(school: School, who: str) -> None:
    code = school.teacher.get("/api/v1/exams/1").json()["code"]
    case = example_of("POST /api/v1/exams/enter-code", school, {"code": code})
    assert school.check(case, getattr(school, who)).status_code == 200


def test_an_answer_to_an_exercise_is_answered_as_documented(school: School) -> None:
    for exercise in school.world.get("/api/v1/exercises/?seed=1").json():
        case = example_of("POST /api/v1/exercises/check", school, {"id": exercise["id"], "answer": "salom"})
        assert school.check(case, school.student).status_code == 200


FOUND = [
    ("nobody", {"q": "rus"}, 200),
    ("student", {"q": "рус тили", "kind": "course", "category": "Tillar", "level": "b1", "language": "uz", "free": "false"}, 200),
    ("superadmin", {"kind": "lesson", "min_rating": "4.5", "min_price": "0", "max_price": "1000000.50", "skip": 1, "limit": 0}, 200),
    ("nobody", {"q": "x" * 201}, 400),
    ("student", {"kind": "person"}, 400),
    ("student", {"q": "rus", "category": "nowhere"}, 400),
    ("student", {"q": "rus", "min_rating": "6"}, 400),
    ("student", {"limit": -1}, 400),
]


@pytest.mark.parametrize(("who", "query", "status"), FOUND)
def test_a_search_is_answered_as_documented(school: School, who: str, query: dict[str, Any], status: int) -> None:
    case = example_of("GET /api/search", school)
    case.query.update(query)
    answer = school.send(case, getattr(school, who, None))
    assert answer.status_code == status, answer.text
    case.validate_response(answer, CHECKS)


def test_every_writing_operation_has_an_example_above() -> None:
    assert {label for _, label, _, _ in WRITTEN} == {label for label in OPERATIONS if not label.startswith("GET")}


def test_the_page_behind_a_qr_code_is_documented(school: School) -> None:
    case = example_of("GET /verify/{code}", school, Accept="text/html")
    school.check(case, None)


def test_every_schema_has_a_name_of_its_own() -> None:
    """Of two structs of one name the document would show the modules' paths, which say how the code is laid out."""
    names = list(DOCUMENT["components"]["schemas"])
    assert [name for name in names if "." in name] == []
    assert names == sorted(names)
