"""However much there is, an endpoint asks the database the same number of questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import event, update

import mock_school
import quiz_school
from bilim.catalog.models import Course
from bilim.db.prepared import watchers
from bilim.files.models import StoredFile
from bilim.groups.actions import join_group
from bilim.kit.actors import Role
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.rooms.actions import rooms as room_actions
from bilim.speech.protocols import ContrastFound
from calendar_feeds import events_of, fetch, subscribe
from community import threads
from interactive import talks
from payme.till import open_till
from payments import shop
from plans import school as plans_school
from rooms.callers import ROOMS, join, room, student_actor
from speech.ears import FILE, give_ears
from tutor import school as tutor_school
from world import Person, World


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that run inside the block, without BEGIN and COMMIT."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    for engine in world.db.engines:
        event.listen(engine, "before_cursor_execute", note)
    watchers.append(statements.append)
    yield statements
    watchers.remove(statements.append)
    for engine in world.db.engines:
        event.remove(engine, "before_cursor_execute", note)


def fill(world: World, teacher: Person, student: Person, courses: int) -> dict[str, object]:
    for _ in range(courses):
        course = world.course(teacher, lessons=3, category="Tillar")
        teacher.post("/api/v1/words/", {"word": "a", "translation": "b", "lesson_id": course["lessons"][0]["id"]})
        world.complete(student, course["lessons"][0]["id"])
    return course  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/users/me", 2),
        ("/api/v1/courses/", 4),
        ("/api/v1/lessons/", 3),
        ("/api/v1/words/", 2),
        ("/api/courses/", 2),
        ("/api/courses/?search=ingliz&free=true", 4),
        ("/api/search/?q=ingliz", 8),
        ("/api/v1/courses/{course}", 4),
        ("/api/courses/{course}/", 3),
        ("/api/enrollments/", 2),
        ("/api/enrollments/progress/{course}/", 3),
        ("/api/v1/user-progress/", 2),
        ("/api/v1/users/me/next-lesson", 5),
        ("/api/reviews/", 3),
        ("/api/reviews/?course={course}&ordering=-rating&limit=1", 3),
        ("/api/wishlist/", 3),
        ("/api/v1/exercises/?seed=1", 6),
        ("/api/v1/exercises/?seed=1&kind=spell", 4),
        ("/api/v1/words/review", 2),
        ("/api/v1/words/review?limit=1", 3),
    ],
)
def test_reads_ask_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[int] = []
    for courses in (1, 6):
        course = fill(sqlite_world, teacher, student, courses)
        with counted(sqlite_world) as statements:
            assert student.get(path.format(course=course["id"])).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def test_recommendations_ask_a_bounded_number_of_questions(sqlite_world: World) -> None:
    """One more where little is found: for lessons to begin with."""
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[int] = []
    for courses in (1, 6, 6):
        fill(sqlite_world, teacher, student, courses)
        with counted(sqlite_world) as statements:
            assert student.get("/api/v1/recommendations/for-you").status_code == 200
        seen.append(len(statements))
    assert seen == [9, 8, 8]


def test_reviewing_a_word_and_checking_an_answer_ask_a_constant_number_of_questions(sqlite_world: World) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[tuple[int, int]] = []
    for courses in (1, 6):
        course = fill(sqlite_world, teacher, student, courses)
        lesson = course["lessons"][0]["id"]  # type: ignore[index]
        (exercise, *_) = student.get(f"/api/v1/exercises/?seed=1&kind=spell&lesson_id={lesson}").json()
        word = teacher.get("/api/v1/words/?limit=1000").json()[-1]["id"]
        with counted(sqlite_world) as reviewing:
            assert student.post(f"/api/v1/words/{word}/review", {"rating": 3}).status_code == 200
        with counted(sqlite_world) as checking:
            assert student.post("/api/v1/exercises/check", {"id": exercise["id"], "answer": "a"}).status_code == 200
        seen.append((len(reviewing), len(checking)))
    assert seen == [(4, 3)] * 2


def test_completing_a_lesson_asks_a_constant_number_of_questions(sqlite_world: World) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[int] = []
    for courses in (1, 6):
        course = fill(sqlite_world, teacher, student, courses)
        with counted(sqlite_world) as statements:
            sqlite_world.complete(student, course["lessons"][1]["id"])  # type: ignore[index]
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 6


def fill_content(world: World, teacher: Person, courses: int) -> dict[str, int]:
    """Courses with a picture, a file, words and faults, and interactive lessons; the last one's ids."""
    admin = world.admin()
    for _ in range(courses):
        lessons = [{"title": f"Dars {number}", "words": [{"word": "non", "translation": "bread"}] * 2} for number in range(2 * courses)]
        sent = [{"title": "Kurs", "is_published": True, "sections": [{"title": "Bob", "lessons": lessons}, {"title": "Boʻsh"}]}]
        course = teacher.post("/api/v1/content/lessons/import", {"courses": sent}).json()["courses"][0]["id"]
        with world.db.write() as tx:
            name = f"public/images/{course}.webp"
            tx.insert_row(StoredFile, name=name, size=1, created_at=tx.now)
            tx.execute(update(Course).where(Course.id == course).values(thumbnail_url=f"/uploads/{name}"))
        lesson = {"title": "Kafeda", "order": 1, "avatar_id": 1, "course_id": course}
        interactive = admin.post("/api/v1/admin/interactive-lessons/", lesson).json()["id"]
    return {"interactive": interactive}  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("teacher", "/api/v1/content/lessons", 3),
        ("teacher", "/api/v1/content/lessons?limit=1", 4),
        ("teacher", "/api/v1/content/lessons-json", 7),
        ("teacher", "/api/v1/content/lessons/validate?limit=1000", 2),
        ("teacher", "/api/v1/content/media", 3),
        ("student", "/api/v1/interactive-lessons/", 2),
        ("student", "/api/v1/interactive-lessons/?limit=1", 3),
        ("student", "/api/v1/interactive-lessons/{interactive}", 2),
        ("student", "/api/v1/avatars/", 1),
    ],
)
def test_content_asks_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    people = {"teacher": sqlite_world.teacher(), "student": sqlite_world.student()}
    seen: list[int] = []
    for courses in (1, 5):
        ids = fill_content(sqlite_world, people["teacher"], courses)
        with counted(sqlite_world) as statements:
            answer = people[who].get(path.format(**ids))
        assert answer.status_code == 200
        assert answer.json() != []
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


@pytest.mark.parametrize(("times", "most"), [(1, 40), (2, 40)], ids=["new", "changed"])
def test_an_import_asks_a_constant_number_of_questions_a_course(sqlite_world: World, times: int, most: int) -> None:
    teacher = sqlite_world.teacher()
    seen: list[int] = []
    for lessons in (2, 60):
        for turn in range(times):
            words = [{"word": "non", "translation": f"bread {turn}"}] * 3
            rows = [{"title": f"Dars {number}, {turn}", "key": f"l{number}", "words": words} for number in range(lessons)]
            course = {"title": f"Kurs {turn}", "key": f"k{lessons}", "sections": [{"title": "Bob", "key": "b", "lessons": rows}]}
            with counted(sqlite_world) as statements:
                assert teacher.post("/api/v1/content/lessons/import", {"courses": [course]}).is_success
        seen.append(len(statements))  # type: ignore[possibly-undefined]
    assert seen[1] <= seen[0] <= most, "the first import brings words that the index did not know"


def fill_centre(world: World, times: int) -> dict[str, object]:
    admin, teacher = world.admin(), world.teacher()
    for _ in range(times):
        group = world.group()
        student = world.member(group["id"])
        about = {"student": student.id, "group": group["id"]}
        teacher.post("/api/v1/attendance/", about | {"status": "keldi"})
        teacher.post("/api/v1/scores/", about | {"score": 80})
        teacher.post("/api/v1/homework/", {"group": group["id"], "text": "1-mashq"})
        admin.post("/api/v1/payments/", about | {"amount": "300000", "months": [{"year": 2025, "month": 1}]})
        admin.post("/api/v1/expenses/", {"amount": "100000", "reason": "Ijara"})
    return group  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/subjects/", 2),
        ("/api/v1/groups/", 2),
        ("/api/v1/groups/rating/", 2),
        ("/api/v1/students/", 2),
        ("/api/v1/students/?limit=1", 3),
        ("/api/v1/students/rating/?group_id={group}", 3),
        ("/api/v1/attendance/", 2),
        ("/api/v1/scores/", 2),
        ("/api/v1/homework/", 2),
        ("/api/v1/payments/", 3),
        ("/api/v1/expenses/", 2),
        ("/api/v1/work-logs/", 2),
        ("/api/v1/dashboard/", 5),
    ],
)
def test_the_centre_asks_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    teacher = sqlite_world.teacher()
    seen: list[int] = []
    for times in (1, 6):
        group = fill_centre(sqlite_world, times)
        with counted(sqlite_world) as statements:
            assert teacher.get(path.format(group=group["id"])).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def homework_of(world: World, teacher: Person, student: Person, times: int) -> tuple[int, int]:
    """A lesson and its homework: all of it handed in by a student, of one by many, with files."""
    course = world.course(teacher, lessons=1)
    student.post("/api/enrollments/", {"course": course["id"]})
    lesson = course["lessons"][0]["id"]
    teacher.post("/api/v1/words/", {"word": "salom", "translation": "hello", "lesson_id": lesson})
    new = {"title": "Insho", "course_id": course["id"], "lesson_id": lesson, "is_published": True}
    made = [teacher.post("/api/v1/homework", new).json()["id"] for _ in range(times)]
    pdf = [("files", ("a.pdf", b"%PDF-1.7", "application/pdf"))]
    for homework_id in made:
        student.call("POST", f"/api/v1/homework/{homework_id}/submit", data={"submission": "Javobim"}, files=pdf)
    for _ in range(times):
        other = world.student()
        other.post("/api/enrollments/", {"course": course["id"]})
        other.call("POST", f"/api/v1/homework/{made[0]}/submit", data={"submission": "Javobim"}, files=pdf)
    return lesson, made[0]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("student", "/api/v1/homework", 5),
        ("student", "/api/v1/homework/lesson/{lesson}?include_files=true", 8),
        ("student", "/api/v1/homework/user/me", 7),
        ("student", "/api/v1/homework/submissions/me", 4),
        ("student", "/api/v1/homework/{homework}?include_files=true", 5),
        ("teacher", "/api/v1/homework", 5),
        ("teacher", "/api/v1/homework/{homework}?include_submissions=true", 7),
        ("teacher", "/api/v1/homework/{homework}/submissions", 5),
    ],
)
def test_homework_asks_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[int] = []
    for times in (1, 6):
        lesson, homework = homework_of(sqlite_world, teacher, student, times)
        with counted(sqlite_world) as statements:
            asked = {"teacher": teacher, "student": student}[who].get(path.format(lesson=lesson, homework=homework))
            assert asked.status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def exam_of(world: World, subject: object, questions: int, students: int) -> tuple[Person, dict[str, Any], int]:
    """A student who entered an exam that others handed in, the exam, and the id of a result."""
    options = [{"text": text, "is_correct": text == "a"} for text in "abcd"]
    asked = [{"text": f"{number}?", "type": "test", "options": options} for number in range(questions)]
    new = {"subject": subject, "title": "Grammar", "is_published": True, "time_limit": 30, "questions": asked}
    exam = world.teacher().post("/api/v1/exams/", new).json()
    people = [world.student() for _ in range(students + 1)]
    for person in people:
        person.post("/api/v1/exams/enter-code/", {"code": exam["code"]})
    handed_in = [person.post(f"/api/v1/exams/{exam['id']}/submit/", answers_to(exam)).json() for person in people[1:]]
    return people[0], exam, handed_in[0]["id"]


def answers_to(exam: dict[str, Any]) -> dict[str, Any]:
    return {"answers": [{"question_id": each["id"], "option_id": each["options"][1]["id"]} for each in exam["questions"]]}


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("teacher", "/api/v1/exams/", 2),
        ("student", "/api/v1/exams/", 2),
        ("student", "/api/v1/exams/?limit=1", 3),
        ("teacher", "/api/v1/exams/{exam}/", 4),
        ("student", "/api/v1/exams/{exam}/", 4),
        ("teacher", "/api/v1/exams/{exam}/analysis/", 4),
        ("teacher", "/api/v1/exam-results/", 2),
        ("teacher", "/api/v1/exam-results/{result}/", 3),
    ],
)
def test_exams_are_read_with_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    teacher, subject = sqlite_world.teacher(), sqlite_world.group()["subject"]
    seen: list[int] = []
    for size in (1, 6):
        student, exam, result = exam_of(sqlite_world, subject, size, size)
        with counted(sqlite_world) as statements:
            reader = teacher if who == "teacher" else student
            assert reader.get(path.format(exam=exam["id"], result=result)).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


@pytest.mark.parametrize(("what", "most"), [("create", 9), ("replace", 13), ("copy", 12), ("enter", 9), ("submit", 8), ("mark", 8)])
def test_exams_are_written_with_a_constant_number_of_questions(sqlite_world: World, what: str, most: int) -> None:
    teacher, subject = sqlite_world.teacher(), sqlite_world.group()["subject"]
    seen: list[int] = []
    for size in (1, 30):
        student, exam, result = exam_of(sqlite_world, subject, size, 1)
        unused = teacher.post(f"/api/v1/exams/{exam['id']}/copy/").json()
        shown = teacher.get(f"/api/v1/exam-results/{result}/").json()
        marks = {"is_checked": True, "answers": [{"id": each["id"], "is_correct": True} for each in shown["answers"]]}
        calls: dict[str, Callable[[], Response]] = {
            "create": lambda exam=exam: teacher.post("/api/v1/exams/", exam),
            "replace": lambda unused=unused: teacher.patch(f"/api/v1/exams/{unused['id']}/", {"questions": [*unused["questions"], WHY]}),
            "copy": lambda exam=exam: teacher.post(f"/api/v1/exams/{exam['id']}/copy/"),
            "enter": lambda exam=exam, student=student: student.post("/api/v1/exams/enter-code/", {"code": exam["code"]}),
            "submit": lambda exam=exam, student=student: student.post(f"/api/v1/exams/{exam['id']}/submit/", answers_to(exam)),
            "mark": lambda result=result, marks=marks: teacher.patch(f"/api/v1/exam-results/{result}/", marks),
        }
        with counted(sqlite_world) as statements:
            assert calls[what]().is_success
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


WHY = {"text": "Why?", "type": "written"}


def test_marking_a_class_asks_a_constant_number_of_questions(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    seen: list[int] = []
    for students in (1, 12):
        group = sqlite_world.group()
        for _ in range(students):
            sqlite_world.member(group["id"])
        with counted(sqlite_world) as statements:
            assert len(teacher.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]}).json()) == students
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 6


def fill_plans(world: World, student: Person, times: int) -> dict[str, int]:
    """Plans, each with subscriptions of a student and of others who finished a lesson; the last one's ids."""
    teacher = world.teacher()
    for _ in range(times):
        plan = plans_school.stored_plan(world, days=1)
        for person in (student, world.student()):
            subscription = plans_school.grant(world, person.id, plan)
            fill(world, teacher, person, 1)
            with world.db.write() as tx:
                quotas.take(tx, person.id, Quota.TTS_CHARS, 1)
    return {"plan": plan, "student": student.id, "subscription": subscription}  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("student", "/api/v1/subscription-plans/", 2),
        ("student", "/api/v1/subscription-plans/{plan}", 2),
        ("admin", "/api/v1/subscriptions/", 2),
        ("student", "/api/v1/subscriptions/me", 2),
        ("student", "/api/v1/subscriptions/status", 3),
        ("admin", "/api/v1/subscriptions/users/{student}/subscriptions", 3),
        ("student", "/api/v1/ai/usage", 3),
        ("student", "/api/v1/statistics/", 2),
        ("student", "/api/v1/profile/stats", 4),
        ("admin", "/api/v1/statistics/top-users", 2),
        ("admin", "/api/v1/statistics/top-users?limit=1", 3),
        ("admin", "/api/v1/admin/statistics", 6),
    ],
)
def test_plans_and_figures_ask_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    seen: list[int] = []
    for times in (1, 6):
        ids = fill_plans(sqlite_world, student, times)
        with counted(sqlite_world) as statements:
            assert (admin if who == "admin" else student).get(path.format(**ids)).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def test_a_quota_is_taken_in_three_statements(sqlite_world: World) -> None:
    student = sqlite_world.student()
    with counted(sqlite_world) as statements, sqlite_world.db.write() as tx:
        quotas.take(tx, student.id, Quota.TTS_CHARS, 1)
    assert len(statements) == 3


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("forum/categories/", 1),
        ("forum/categories/{category}/topics/", 2),
        ("forum/topics/", 1),
        ("forum/topics/?limit=1", 2),
        ("forum/topics/{topic}/", 2),
        ("feedback/", 2),
        ("notifications/", 2),
        ("notifications/unread-count/", 2),
        ("notifications/settings/", 4),
    ],
)
def test_the_forum_and_notifications_ask_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    author, other = sqlite_world.student(), sqlite_world.student()
    seen: list[int] = []
    for times in (1, 6):
        for _ in range(times):
            made = threads.topic(sqlite_world, author)
            asked = made["posts"][0]["id"]
            for _ in range(times):
                asked = threads.say(other, made["id"], parent_id=asked)["id"]
            author.post("/api/v1/feedback/", {"content": "Zoʻr!"})
        sqlite_world.run_jobs()
        reader = author if path.startswith(("feedback", "notifications")) else sqlite_world
        with counted(sqlite_world) as statements:
            found = reader.get(f"/api/v1/{path.format(category=made['category_id'], topic=made['id'])}")  # type: ignore[possibly-undefined]
        assert found.status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER])
def test_a_calendar_asks_a_constant_number_of_questions(sqlite_world: World, role: Role) -> None:
    person, group = sqlite_world.person(role), sqlite_world.group(days="Mon")
    author = person if role is Role.TEACHER else sqlite_world.teacher()
    with sqlite_world.db.write() as tx:
        join_group(tx, person.id, group["id"])
    path = subscribe(person)
    seen: list[tuple[int, int]] = []
    for times in (1, 6):
        for _ in range(times):
            author.post("/api/v1/homework/", {"group": group["id"], "text": "Mashq", "due_date": "2027-01-01T12:00:00Z"})
            author.post("/api/v1/exams/", {"subject": group["subject"], "title": "Imtihon", "is_published": True})
            mock_school.start(person, mock_school.make_test(author))
        with counted(sqlite_world) as statements:
            found = fetch(sqlite_world, path)
        seen.append((len(statements), len(events_of(found.content))))
    assert seen == [(6, 4), (6, 22)]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("student", "/api/payments/", 2),
        ("student", "/api/payments/{payment}/", 2),
        ("admin", "/api/payments/alerts/", 2),
        ("admin", "/api/v1/payments/", 3),
        ("admin", "/api/v1/statistics/payment-stats", 4),
        ("nobody", "/pay/return/{number}", 1),
    ],
)
def test_payments_ask_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    seen: list[int] = []
    for times in (1, 6):
        for _ in range(times):
            payment_id, number = shop.pending_payment(sqlite_world, student)
            shop.capture(sqlite_world, number, number)
            shop.capture(sqlite_world, number, f"again-{number}")
        with counted(sqlite_world) as statements:
            asked = path.format(payment=payment_id, number=number)  # type: ignore[possibly-undefined]
            assert {"admin": admin, "student": student, "nobody": sqlite_world}[who].get(asked).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


@pytest.mark.parametrize(
    ("method", "most"),
    [("CheckPerformTransaction", 1), ("CreateTransaction", 7), ("PerformTransaction", 15), ("CheckTransaction", 1), ("GetStatement", 1)],
)
def test_a_call_of_payme_asks_few_questions_however_long_the_ledger_is(sqlite_world: World, method: str, most: int) -> None:
    payme = open_till(sqlite_world)
    seen: list[int] = []
    for times in (1, 6):
        for _ in range(times):
            _, number = shop.pending_payment(sqlite_world, sqlite_world.student())
            shop.capture(sqlite_world, number, number)
        _, number = shop.pending_payment(sqlite_world, sqlite_world.student())
        txn = f"{times:024x}"
        if method not in ("CheckPerformTransaction", "CreateTransaction"):
            payme.create(txn, number, shop.PRICE * 100)
        account = {"amount": shop.PRICE * 100, "account": {"order_id": number}}
        now = payme.now()
        with counted(sqlite_world) as statements:
            asked = account | {"id": txn, "time": now, "from": now - 1000, "to": now + 1000}
            assert "result" in payme.call(method, **asked)
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def fill_mock_tests(world: World, teacher: Person, student: Person, times: int) -> dict[str, str]:
    """Tests, each sat by the student and by another, answered and scored; the last one's ids, and a session that runs."""
    for _ in range(times):
        test = mock_school.make_test(teacher)
        mock_school.set_key(teacher, test, **mock_school.KEY)
        for person in (student, world.student()):
            session = mock_school.start(person, test)
            mock_school.send(person, session, "reading", mock_school.ANSWERS)
            mock_school.save(person, session, 1, listening={"1": "C"}, writing={"1": "text", "2": "more"})
            mock_school.finish(person, session)
            bands = dict.fromkeys(("listening", "reading", "writing", "speaking"), 7)
            teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | bands)
    running = mock_school.start(student, test)  # type: ignore[possibly-undefined]
    mock_school.save(student, running, 1, **{section: {str(n): "A" for n in range(1, 2 * times)} for section in ("reading", "listening")})
    return {"test": test["id"], "over": session["id"], "running": running["id"]}  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("student", "tests/", 2),
        ("teacher", "tests/", 2),
        ("student", "session/me/", 3),
        ("student", "session/{running}/", 7),
        ("student", "session/reading/{running}/", 3),
        ("student", "score/me/", 2),
        ("teacher", "session/answers/", 6),
        ("teacher", "session/answers/?limit=1", 7),
        ("teacher", "session/{over}/answers/", 6),
        ("teacher", "session/{over}/marking/", 6),
        ("teacher", "tests/{test}/key/", 3),
        ("teacher", "tests/{test}/analysis/", 6),
    ],
)
def test_mock_tests_ask_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    people = {"teacher": sqlite_world.teacher(), "student": sqlite_world.student()}
    seen: list[int] = []
    for times in (1, 5):
        ids = fill_mock_tests(sqlite_world, people["teacher"], people["student"], times)
        with counted(sqlite_world) as statements:
            assert people[who].get(f"/api/v1/mock/{path.format(**ids)}").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def test_saving_a_draft_asks_three_questions(sqlite_world: World) -> None:
    """Who it is, which session, and what is newer: it is called every few seconds by everybody who sits a test."""
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    session = mock_school.start(student, mock_school.make_test(teacher))
    for questions in (1, 40):
        with counted(sqlite_world) as statements:
            mock_school.save(student, session, questions, reading={str(number): "A" for number in range(1, questions + 1)})
        assert len(statements) == 3


def fill_tests(world: World, admin: Person, learner: Person, times: int) -> dict[str, int]:
    """Tests, each sat by the learner and by others; the last one's ids, and an attempt that runs."""
    for _ in range(times):
        test = quiz_school.full_test(admin)
        for person in (learner, *(world.student(is_premium=True) for _ in range(times))):
            attempt = quiz_school.start(person, test)
            quiz_school.submit(person, attempt, quiz_school.answers(test, quiz_school.RIGHT))
            quiz_school.finish(person, attempt)
    running = quiz_school.start(learner, test)  # type: ignore[possibly-undefined]
    return {"test": test["id"], "over": attempt["id"], "running": running["id"]}  # type: ignore[possibly-undefined]


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("learner", "tests/", 3),
        ("learner", "tests/?limit=1", 4),
        ("learner", "tests/{test}", 2),
        ("admin", "tests/{test}", 4),
        ("learner", "tests/attempts/me", 3),
        ("learner", "tests/attempts/{running}", 3),
        ("admin", "tests/attempts/{over}/result", 3),
        ("admin", "admin/tests/{test}/attempts", 5),
        ("admin", "admin/tests/{test}/analysis", 5),
    ],
)
def test_tests_ask_a_constant_number_of_questions(sqlite_world: World, who: str, path: str, most: int) -> None:
    people = {"admin": sqlite_world.admin(), "learner": sqlite_world.student(is_premium=True)}
    seen: list[int] = []
    for times in (1, 3):
        ids = fill_tests(sqlite_world, people["admin"], people["learner"], times)
        with counted(sqlite_world) as statements:
            assert people[who].get(f"/api/v1/{path.format(**ids)}").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= most


def test_saving_answers_asks_three_questions(sqlite_world: World) -> None:
    """Who it is, which attempt, and what to keep; the paper is in memory."""
    admin, learner = sqlite_world.admin(), sqlite_world.student(is_premium=True)
    test = quiz_school.full_test(admin)
    attempt = quiz_school.start(learner, test)
    for given in ({"numeric": 1}, quiz_school.RIGHT):
        with counted(sqlite_world) as statements:
            quiz_school.submit(learner, attempt, quiz_school.answers(test, given))
        assert len(statements) == 3


@pytest.mark.parametrize(("path", "most"), [("/api/v1/ai-sessions/sessions", 3), ("/api/v1/ai-sessions/sessions/{session}", 3)])
def test_conversations_ask_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    tutor_school.give_llm(sqlite_world)
    student = sqlite_world.student()
    numbers: list[int] = []
    for times in (1, 4):
        for _ in range(times):
            session = tutor_school.start(student)
            for _ in range(times):
                tutor_school.say(student, session)
        with counted(sqlite_world) as statements:
            assert student.get(path.format(session=session)).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= most, statements


def practise(world: World, student: Person, times: int) -> int:
    """A session with attempts, beside phrases, other sessions, words and sounds; the session's id."""
    hearing = give_ears(world)
    hearing.contrasts = [ContrastFound("w-v", 0, "why", "W", "V", "good")]
    session = student.post("/api/v1/pronunciation/sessions/", {}).json()["id"]
    for number in range(times):
        student.post("/api/v1/pronunciation/sessions/", {})
        phrase = student.post("/api/v1/pronunciation/phrases/", {"text": f"word{'x' * number} again"}).json()["id"]
        student.post("/api/v1/pronunciation/analyze/", files={"file": FILE}, data={"phrase_id": phrase, "session_id": session})
    return session


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/pronunciation/phrases/", 2),
        ("/api/v1/pronunciation/sessions/", 2),
        ("/api/v1/pronunciation/sessions/{session}", 2),
        ("/api/v1/pronunciation/history/", 2),
        ("/api/v1/pronunciation/profile/", 4),
    ],
)
def test_pronunciation_asks_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    student = sqlite_world.student()
    numbers: list[int] = []
    for times in (1, 4):
        session = practise(sqlite_world, student, times)
        with counted(sqlite_world) as statements:
            assert student.get(path.format(session=session)).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= most


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/lesson-sessions/user/me", 2),
        ("/api/v1/lesson-sessions/user/me?limit=1", 3),
        ("/api/v1/lesson-sessions/{session}", 2),
        ("/api/v1/lesson-interactions/{session}/interactions", 3),
    ],
)
def test_sessions_of_lessons_ask_a_constant_number_of_questions(sqlite_world: World, path: str, most: int) -> None:
    talks.set_stage(sqlite_world)
    student = sqlite_world.student()
    numbers: list[int] = []
    for times in (1, 4):
        session = [talks.started(student) for _ in range(times)][-1]
        for _ in range(times):
            assert talks.say(student, session).status_code == 200
        with counted(sqlite_world) as statements:
            assert student.get(path.format(session=session)).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= most


def test_judging_a_longer_text_asks_as_many_questions(sqlite_world: World) -> None:
    give_ears(sqlite_world)
    student = sqlite_world.student()
    numbers: list[int] = []
    for words in (1, 40):
        text = " ".join(f"word{'x' * number}" for number in range(words))
        with counted(sqlite_world) as statements:
            answer = student.post("/api/v1/ai/pronunciation", files={"file": FILE}, data={"reference_text": text})
        assert answer.status_code == 200, answer.text
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_a_room_asks_a_constant_number_of_questions_however_many_are_in_it(sqlite_world: World) -> None:
    """Who is in it, a ticket, coming, the beat of a process that holds all of them, and the end."""
    creator = sqlite_world.student()
    numbers: list[list[int]] = []
    for people in (1, 6):
        key = room(creator, max_participants=20)
        seats = [join(sqlite_world, student_actor(sqlite_world, sqlite_world.student()), key).id for _ in range(people)]
        newcomer = student_actor(sqlite_world, sqlite_world.student())

        def beat(seats: list[int] = seats) -> None:
            with sqlite_world.db.write() as tx:
                assert room_actions.beat(tx, seats).kept == set(seats)

        asked: list[int] = []
        for ask in (
            partial(creator.get, f"{ROOMS}/{key}/users"),
            partial(creator.get, f"{ROOMS}/{key}/users?limit=1"),
            partial(creator.post, f"{ROOMS}/{key}/ticket"),
            partial(join, sqlite_world, newcomer, key),
            beat,
            partial(creator.post, f"{ROOMS}/{key}/end"),
        ):
            with counted(sqlite_world) as statements:
                ask()
            asked.append(len(statements))
        numbers.append(asked)
    assert numbers[0] == numbers[1]
    assert all(asked <= most for asked, most in zip(numbers[0], (3, 4, 5, 8, 3, 5), strict=True)), numbers[0]
