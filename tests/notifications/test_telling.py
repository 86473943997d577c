"""Who is told of what: those whom it concerns, once each, and nobody else."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

import mock_school
import quiz_school
from at_once import at_once, statuses
from bilim.accounts.models import User
from bilim.billing.inputs import PaymentTaken
from bilim.community.inputs import PostAdded
from bilim.db.outbox_tables import JobRow
from bilim.exams.inputs import ExamChecked
from bilim.groups.actions import join_group
from bilim.homework.actions.submissions import grade_recording
from bilim.jobs.handling import Try
from bilim.notifications.actions import events, telling
from bilim.notifications.jobs import Teller
from bilim.notifications.models import Notification
from bilim.study.inputs import CertificateIssued
from bilim.study.models import Enrollment
from community.threads import POSTS, TOPICS, say, topic
from homework_school import HOMEWORK, PDF, School, grade, speak
from notifications.school import ROOT, choose, join, lesson_added, stored, told, unread
from world import Person, World

GRAMMAR = {"title": "Grammar", "is_published": True, "questions": [{"text": "Nima uchun?", "type": "written"}]}


def test_a_new_lesson_is_told_to_those_who_study_the_course(world: World) -> None:
    teacher, student, other, stranger = world.teacher(), world.student(), world.student(), world.student()
    course, elsewhere = world.course(teacher), world.course(teacher)
    join(world, course, student, teacher)
    join(world, elsewhere, other)
    lesson = world.lesson(teacher, course["id"], title="Oʻtgan zamon")
    join(world, course, stranger)
    world.run_jobs()
    assert told(student) == [("new_lesson", "“Ingliz tili” kursida yangi dars: Oʻtgan zamon")]
    assert [told(person) for person in (other, stranger, teacher, world.admin())] == [[], [], [], []]
    (shown,) = student.get(ROOT).json()
    assert shown == {
        "id": shown["id"],
        "user_id": student.id,
        "message": "“Ingliz tili” kursida yangi dars: Oʻtgan zamon",
        "is_read": False,
        "created_at": shown["created_at"],
        "notification_type": "new_lesson",
        "data": {"lesson_id": lesson["id"], "lesson": "Oʻtgan zamon", "course_id": course["id"], "course": "Ingliz tili"},
    }


def test_lessons_of_drafts_and_deleted_lessons_are_not_told(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=0)
    join(world, course, student)
    lesson = world.lesson(teacher, course["id"])
    teacher.delete(f"/api/v1/lessons/{lesson['id']}")
    world.run_jobs()
    teacher.put(f"/api/v1/courses/{course['id']}", {"title": "Ingliz tili", "difficulty_level": "A1", "is_published": False})
    world.lesson(teacher, course["id"])
    world.run_jobs()
    lesson_added(world, 10**9)
    world.run_jobs()
    assert stored(world) == 0


def test_closed_and_deleted_accounts_are_told_nothing(world: World) -> None:
    teacher, closed, gone, student = world.teacher(), world.student(), world.student(), world.student()
    course = world.course(teacher, lessons=0)
    join(world, course, closed, gone, student)
    admin = world.admin()
    assert admin.patch(f"/api/v1/admin/users/{closed.id}", {"role": "free", "is_active": False}).status_code == 200
    assert admin.delete(f"/api/v1/users/{gone.id}").status_code == 200
    world.lesson(teacher, course["id"])
    world.run_jobs()
    with world.db.read() as tx:
        assert tx.scalars(select(Notification.user_id)) == [student.id]


def test_five_thousand_students_are_one_statement(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    with world.db.write() as tx:
        stamps = {"created_at": tx.now, "updated_at": tx.now, "password_hash": "-"}
        tx.execute(insert(User), [stamps | {"username": f"many{n}", "username_key": f"many{n}"} for n in range(5_000)])
        ids = tx.scalars(select(User.id).where(User.username_key.startswith("many")))
        joined = {"course_id": course["id"], "created_at": tx.now, "studied_at": tx.now}
        tx.execute(insert(Enrollment), [joined | {"user_id": user_id} for user_id in ids])
    lesson = world.lesson(teacher, course["id"])
    world.run_jobs()
    with world.db.write() as tx:
        news = events.lesson_added(tx, lesson["id"])
        assert news is not None
        telling.tell(tx, news)
        assert tx.scalars(select(Notification.user_id).order_by(Notification.user_id)) == sorted(ids)


def test_a_certificate_is_told_once_however_it_came(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher(), lessons=1, title="Matematika")
    for _ in range(2):
        world.complete(student, course["lessons"][0]["id"])
    world.admin().post("/api/v1/certificates/", {"title": "Diploma", "user_id": student.id, "course_name": "Yozgi maktab"})
    world.run_jobs()
    assert told(student) == [
        ("certificate", "“Yozgi maktab” kursi sertifikati tayyor. Tabriklaymiz!"),
        ("certificate", "“Matematika” kursi sertifikati tayyor. Tabriklaymiz!"),
    ]
    assert [each["data"]["course_id"] for each in student.get(ROOT).json()] == [None, course["id"]]


def test_an_answer_is_told_to_the_topics_author_and_to_whoever_it_answers(world: World) -> None:
    author, first, second, third = (world.student(first_name=name) for name in ("Ali", "Bek", "Vali", "Gul"))
    made = topic(world, author)
    asked = say(first, made["id"], "Men ham soʻramoqchiman")
    world.run_jobs()
    words = ("forum_reply", "“IELTS qanday?” mavzusida yangi javob bor.")
    assert [told(person) for person in (author, first)] == [[words], []]
    answer = say(second, made["id"], "Mana", asked["id"])
    say(first, made["id"], "Rahmat, oʻzimga", asked["id"])
    world.run_jobs()
    assert [len(told(person)) for person in (author, first, second, third)] == [3, 1, 0, 0]
    (shown,) = first.get(ROOT).json()
    assert shown["data"] == {
        "topic_id": made["id"],
        "topic": "IELTS qanday?",
        "post_id": answer["id"],
        "author_id": second.id,
        "author": "Vali",
    }
    say(author, made["id"], "Oʻzim javob beraman", made["posts"][0]["id"])
    world.run_jobs()
    assert len(told(author)) == 3, "nobody is told of what they wrote"


def test_whoever_opened_the_topic_and_is_answered_is_told_once(world: World) -> None:
    author, other = world.student(), world.student()
    made = topic(world, author)
    say(other, made["id"], "Men", made["posts"][0]["id"])
    world.run_jobs()
    assert len(told(author)) == 1


def test_posts_and_topics_deleted_before_anybody_was_told_are_not_told(world: World) -> None:
    author, other = world.student(), world.student()
    made = topic(world, author)
    other.delete(f"{POSTS}{say(other, made['id'])['id']}")
    say(other, made["id"])
    author.delete(f"{TOPICS}{made['id']}")
    world.run_jobs()
    assert stored(world) == 0


def test_a_payment_is_told_to_whoever_paid(world: World) -> None:
    group = world.group()
    student, other, admin = world.member(group["id"]), world.member(group["id"]), world.admin()
    body = {"student": student.id, "group": group["id"], "amount": "300000"}
    made = admin.post("/api/v1/payments/", body).json()
    mistaken = admin.post("/api/v1/payments/", body | {"student": other.id}).json()
    admin.delete(f"/api/v1/payments/{mistaken['id']}/")
    world.run_jobs()
    assert told(student) == [("payment", "300000.00 soʻm toʻlovingiz qabul qilindi.")]
    assert student.get(ROOT).json()[0]["data"] == {
        "payment_id": made["id"],
        "kind": "tuition",
        "group_id": group["id"],
        "amount": "300000.00",
    }
    assert told(other) == []


def checked_exam(world: World) -> tuple[Person, Person, int]:
    """A teacher, a student and the student's result, not yet checked."""
    teacher, student = world.teacher(), world.student()
    subject = world.admin().post("/api/v1/subjects/", {"name": "IELTS"}).json()["id"]
    exam = teacher.post("/api/v1/exams/", GRAMMAR | {"subject": subject}).json()
    return teacher, student, student.post(f"/api/v1/exams/{exam['id']}/submit/", {"answers": []}).json()["id"]


def test_a_checked_exam_is_told_once_whatever_is_changed_later(world: World) -> None:
    teacher, student, result_id = checked_exam(world)
    for body in ({}, {"is_checked": True}, {"is_checked": True}, {"is_checked": False}, {"is_checked": True}):
        assert teacher.patch(f"/api/v1/exam-results/{result_id}/", body).status_code == 200
        world.run_jobs()
        assert len(told(student)) == ("is_checked" in body)
    assert told(student) == [("exam_result", "“Grammar” imtihoni natijangiz tekshirildi: 0%")]


def test_a_result_unchecked_before_anybody_was_told_is_not_told(world: World) -> None:
    teacher, student, result_id = checked_exam(world)
    for is_checked in (True, False):
        teacher.patch(f"/api/v1/exam-results/{result_id}/", {"is_checked": is_checked})
    world.run_jobs()
    assert told(student) == []


def test_bands_of_a_mock_test_are_told(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    session = mock_school.start(student, mock_school.make_test(teacher))
    mock_school.finish(student, session)
    bands: dict[str, Any] = {"listening": 6, "reading": 6.5, "writing": 6, "speaking": 6.5}
    assert teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | bands).status_code == 201
    world.run_jobs()
    assert told(student) == [("mock_result", "“IELTS Mock Test #1” mock testingiz baholandi: 6.5")]
    assert student.get(ROOT).json()[0]["data"]["session"] == session["id"]


def test_homework_of_a_course_is_told_to_its_learners_once_it_is_published(world: World) -> None:
    school = School(world)
    stranger, helper = world.student(), world.student()
    draft = school.homework(title="1-mashq", is_published=False)
    world.run_jobs()
    assert told(school.student) == []
    path = f"{HOMEWORK}/{draft['id']}"
    assert school.teacher.patch(path, {"is_published": True}).status_code == 200
    assert school.teacher.post(f"{path}/assign", {"user_ids": [helper.id]}).status_code == 201
    world.run_jobs()
    school.teacher.patch(path, {"is_published": True, "title": "1-mashq, yangi"})
    world.run_jobs()
    assert [told(person) for person in (school.student, helper)] == [[("homework_assigned", "Yangi uy vazifasi: 1-mashq")]] * 2
    assert told(stranger) == told(school.teacher) == []
    assert school.student.get(ROOT).json()[0]["data"] == {"homework_id": draft["id"], "homework": "1-mashq"}


def test_homework_assigned_later_is_told_to_whom_it_is_new(world: World) -> None:
    school = School(world)
    homework, helper = school.homework(title="1-mashq"), world.student()
    world.run_jobs()
    school.teacher.post(f"{HOMEWORK}/{homework['id']}/assign/{helper.id}", {})
    world.run_jobs()
    assert [len(told(person)) for person in (school.student, helper)] == [1, 1]


def test_homework_of_a_group_is_told_to_its_members_by_its_title_text_or_group(world: World) -> None:
    teacher = world.teacher()
    group, other = world.group(), world.group(name="IELTS-B1")
    member, gone, elsewhere = world.member(group["id"]), world.member(group["id"]), world.member(other["id"])
    with world.db.write() as tx:
        join_group(tx, gone.id, other["id"])
    long = "Oʻtgan zamon mashqlari " * 8
    pdf = {"file": ("a.pdf", PDF, "application/pdf")}
    assert teacher.post(HOMEWORK, {"group": group["id"], "text": long}).status_code == 201
    assert teacher.call("POST", HOMEWORK, data={"group": str(group["id"])}, files=pdf).status_code == 201
    world.run_jobs()
    (by_file, by_text) = (message for _, message in told(member))
    assert by_file == f"Yangi uy vazifasi: {group['name']}"
    assert by_text.startswith("Yangi uy vazifasi: Oʻtgan zamon mashqlari Oʻtgan")
    assert by_text.endswith("…")
    assert len(by_text) < 105
    assert told(gone) == told(elsewhere) == []


def test_a_grade_of_homework_is_told_once_to_whoever_handed_it_in(world: World) -> None:
    school = School(world)
    other = school.learner()
    homework = school.homework(title="1-mashq")
    submission = school.submitted(homework)
    school.submitted(homework, other)
    world.run_jobs()
    for score in (95, 96):
        assert grade(school.teacher, submission["id"], score).status_code == 200
        world.run_jobs()
    assert told(school.student)[:-1] == [("homework_graded", "“1-mashq” uy vazifangiz baholandi: 95")]
    assert [kind for kind, _ in told(other)] == ["homework_assigned"]
    assert school.student.get(ROOT).json()[0]["data"]["submission_id"] == submission["id"]


def test_a_recording_graded_automatically_is_told_too(world: World) -> None:
    school = School(world)
    homework = school.homework(title="1-mashq", homework_type="oral", oral_assignment="Say hello")
    waiting = speak(school.student, homework["id"]).json()
    with world.db.write() as tx:
        assert not grade_recording(tx, waiting["id"], 2, 70, "Aniq")
        assert grade_recording(tx, waiting["id"], 1, 70, "Aniq")
    world.run_jobs()
    assert told(school.student)[0] == ("homework_graded", "“1-mashq” uy vazifangiz baholandi: 70")


def test_a_test_is_told_when_its_last_essay_is_marked(world: World) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = quiz_school.full_test(admin, ("numeric", "essay"))
    attempt = quiz_school.start(learner, test)
    quiz_school.submit(learner, attempt, quiz_school.answers(test, {name: quiz_school.RIGHT[name] for name in ("numeric", "essay")}))
    quiz_school.finish(learner, attempt)
    world.run_jobs()
    assert told(learner) == []
    essay = next(each for each in test["sections"][0]["questions"] if each["question_type"] == "essay")
    marks = essay["marks"]
    for _ in range(2):
        grades = [{"question_id": essay["id"], "score": marks}]
        assert world.teacher().post(f"/api/v1/tests/attempts/{attempt['id']}/grade", grades).status_code == 200
        world.run_jobs()
    (shown,) = learner.get(ROOT).json()
    assert (shown["notification_type"], shown["data"]["attempt_id"]) == ("test_result", attempt["id"])
    assert shown["message"] == f"“{test['title']}” testingiz baholandi: 100%"


def test_a_kind_that_is_off_is_not_written(world: World) -> None:
    teacher, student, other = world.teacher(), world.student(), world.student()
    course = world.course(teacher, lessons=0)
    join(world, course, student, other)
    choose(student, kinds={"new_lesson": False, "payment": False})
    world.lesson(teacher, course["id"])
    world.run_jobs()
    assert [unread(student), unread(other)] == [0, 1]
    choose(student, kinds={"new_lesson": True})
    world.lesson(teacher, course["id"])
    world.run_jobs()
    assert [unread(student), unread(other)] == [1, 2]


def test_jobs_that_run_twice_or_at_once_tell_once(world: World) -> None:
    teacher, people = world.teacher(), [world.student() for _ in range(3)]
    course = world.course(teacher, lessons=0)
    join(world, course, *people)
    lesson = world.lesson(teacher, course["id"])
    for _ in range(3):
        lesson_added(world, lesson["id"])
    at_once([lambda: world.run_jobs() or people[0].get(ROOT) for _ in range(3)])  # type: ignore[func-returns-value]
    assert [len(told(person)) for person in people] == [1, 1, 1]
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(JobRow)) == 0


def test_who_was_told_before_a_crash_is_not_told_again_and_the_others_are(world: World) -> None:
    teacher, people = world.teacher(), [world.student(telegram_id=str(50 + n)) for n in range(4)]
    course = world.course(teacher, lessons=0)
    join(world, course, *people)
    for person in people:
        choose(person, telegram="instant")
    lesson = world.lesson(teacher, course["id"])
    with world.db.write() as tx:  # as much as was committed when the process died: some were told, none of it was queued
        news = events.lesson_added(tx, lesson["id"])
        assert news is not None
        telling.tell(tx, news)
        tx.execute(delete(Notification).where(Notification.user_id.in_([people[0].id, people[1].id])))
        tx.execute(update(Notification).where(Notification.user_id == people[2].id).values(push="queued"))
    world.run_jobs()
    assert [len(told(person)) for person in people] == [1, 1, 1, 1]
    with world.db.read() as tx:
        pushed = select(Notification.user_id).join(JobRow, JobRow.payload["notification_id"].as_integer() == Notification.id)
        assert sorted(tx.scalars(pushed)) == sorted(person.id for person in (people[0], people[1], people[3]))


def test_no_event_is_lost_where_its_transaction_is_not(world: World) -> None:
    """The job is of the transaction that makes the thing: an action that is refused tells nothing."""
    admin, student = world.admin(), world.student()
    wrong = {"title": "Diploma", "user_id": student.id, "course_name": "Kurs", "course_id": 10**9}
    assert admin.post("/api/v1/certificates/", wrong).status_code == 400
    course = world.course(world.teacher(), lessons=1)
    world.complete(student, course["lessons"][0]["id"])
    assert admin.post("/api/v1/certificates/", wrong | {"course_id": course["id"]}).status_code == 409
    with world.db.read() as tx:
        kinds = tx.scalars(select(JobRow.kind))
    assert kinds.count(CertificateIssued.kind) == 1
    assert {PaymentTaken.kind, ExamChecked.kind, PostAdded.kind}.isdisjoint(kinds)


def test_pushes_are_queued_in_batches_each_once(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    teacher, people = world.teacher(), [world.student(telegram_id=str(50 + n)) for n in range(5)]
    course = world.course(teacher, lessons=0)
    join(world, course, *people)
    for person in people:
        choose(person, telegram="instant")
    lesson = world.lesson(teacher, course["id"])
    world.run_jobs()
    lesson_added(world, lesson["id"])
    world.run_jobs()
    with world.db.read() as tx:
        queued = tx.scalars(select(JobRow.payload).where(JobRow.kind == "notifications.push"))
        assert sorted(each["notification_id"] for each in queued) == sorted(tx.scalars(select(Notification.id)))
        assert set(tx.scalars(select(Notification.push))) == {"queued"}


def test_news_without_anything_to_tell_is_no_error(world: World) -> None:
    handler = Teller(world.db).handler(PaymentTaken, lambda tx, job: events.payment_taken(tx, job.payment_id))
    handler.run(PaymentTaken(10**9), Try(1, is_last=False))
    for event in (
        events.certificate_issued,
        events.exam_checked,
        events.mock_scored,
        events.payment_taken,
        events.lesson_added,
        events.homework_assigned,
        events.homework_graded,
        events.attempt_graded,
    ):
        with world.db.write() as tx:
            assert event(tx, 10**9) is None
    assert stored(world) == 0


def test_parallel_answers_are_each_told_once(world: World) -> None:
    author, people = world.student(), [world.student() for _ in range(5)]
    made = topic(world, author)
    body = {"topic_id": made["id"], "content": "Men", "parent_id": made["posts"][0]["id"]}
    assert statuses(at_once([lambda person=person: person.post(POSTS, body) for person in people])) == {201: 5}
    world.run_jobs()
    assert (unread(author), stored(world)) == (5, 5)
