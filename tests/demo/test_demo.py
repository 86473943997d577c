"""The demo content is real teaching material, loads once, and can be studied to a certificate."""

from decimal import Decimal

from sqlalchemy import select

from bilim.demo.load import PASSWORD, exam_to_take, load_demo, logins
from bilim.groups.models import Membership
from bilim.journal.models import Attendance
from world import World


def test_it_loads_once_and_people_of_every_role_can_sign_in(world: World) -> None:
    settings = world.app.state.services.settings
    assert (load_demo(settings), load_demo(settings)) == (True, False)
    assert [role for role, _, _ in logins(settings)] == ["admin", "teacher", "student", "student"]
    for _, username, password in logins(settings):
        assert world.post("/api/v1/login", json={"username": username, "password": password}).status_code == 200


def test_three_courses_with_sections_lessons_and_words_in_ipa(world: World) -> None:
    load_demo(world.app.state.services.settings)
    courses = world.superadmin().get("/api/v1/courses/").json()
    assert [course["language"] for course in courses] == ["uz", "ru", "en"]
    lessons = [lesson for course in courses for lesson in course["lessons"]]
    words = [word for lesson in lessons for word in lesson["words"]]
    assert len(words) >= 60
    assert all(word["ipa_pronunciation"].strip("/") and word["translation"] for word in words)
    assert all(len(lesson["content"]) > 900 for lesson in lessons)
    assert all(world.get(f"/api/courses/{course['id']}/").json()["sections_count"] >= 3 for course in courses)


def test_a_centre_that_lives(world: World) -> None:
    load_demo(world.app.state.services.settings)
    admin = world.admin()
    groups = admin.get("/api/v1/groups/").json()
    assert len(groups) >= 4
    assert all(group["students_count"] >= 4 and group["group_total_score"] > 0 and group["homework_count"] > 0 for group in groups)
    assert all(group["days"] and group["start_time"] < group["end_time"] and group["monthly_price"] for group in groups)
    assert len(admin.get("/api/v1/attendance/").json()) > 150
    assert {row["status"] for row in admin.get("/api/v1/attendance/").json()} == {"keldi", "kechikdi", "kelmadi"}
    assert all(student["group"] for student in admin.get("/api/v1/students/").json())
    payments = admin.get("/api/v1/payments/").json()
    assert len({(month["year"], month["month"]) for payment in payments for month in payment["months"]}) == 3
    dashboard = admin.get("/api/v1/dashboard/").json()
    assert Decimal(dashboard["finance"]["profit"]) > 0
    assert dashboard["attendance"] == {"employees_present_today": 3, "total_employees": 4}
    rating = admin.get(f"/api/v1/students/rating/?group_id={groups[0]['id']}").json()
    assert "Jasur" in [row["first_name"] for row in rating]


def test_its_employees_worked_for_weeks_and_its_students_joined_before_their_first_lesson(world: World) -> None:
    load_demo(world.app.state.services.settings)
    admin = world.admin()
    worked: dict[int, set[str]] = {employee["id"]: set() for employee in admin.get("/api/v1/workers/").json()}
    for log in admin.get("/api/v1/work-logs/").json():
        worked[log["employee"]].add(log["date"])
    assert len(worked) == 4
    assert all(len(days) >= 8 for days in worked.values())
    taken = {(row["date"], row["given_by"]["id"]) for row in admin.get("/api/v1/scores/").json()}
    assert all(day in worked[employee_id] for day, employee_id in taken), "whoever gave a score was there"
    with world.db.read() as tx:
        late = select(Attendance.id).join(Membership, Membership.student_id == Attendance.student_id)
        assert tx.scalars(late.where(Attendance.created_at < Membership.joined_at)) == []


def test_an_exam_that_a_class_took_and_the_demos_student_can_still_take(world: World) -> None:
    settings = world.app.state.services.settings
    assert exam_to_take(settings) is None
    load_demo(settings)
    admin, code = world.admin(), exam_to_take(settings)
    (exam,) = admin.get("/api/v1/exams/").json()
    assert (exam["code"], exam["questions_count"], exam["participants_count"], exam["is_published"]) == (code, 10, 7, True)
    results = admin.get("/api/v1/exam-results/").json()
    assert sum(result["is_checked"] for result in results) == 4
    assert len({result["score"] for result in results}) > 3
    analysis = admin.get(f"/api/v1/exams/{exam['id']}/analysis/").json()["questions"]
    assert any(question["discrimination"] for question in analysis)
    token = world.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    own = {"Authorization": f"Bearer {token}"}
    entered = world.post("/api/v1/exams/enter-code/", json={"code": code}, headers=own).json()
    assert (len(entered["questions"]), entered["seconds_left"] > 0) == (10, True)
    assert world.post(f"/api/v1/exams/{exam['id']}/submit/", json={"answers": []}, headers=own).status_code == 201


def test_the_free_course_can_be_studied_to_its_certificate(world: World) -> None:
    load_demo(world.app.state.services.settings)
    token = world.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    own = {"Authorization": f"Bearer {token}"}
    course = world.get("/api/v1/courses/", headers=own).json()[0]
    for lesson in course["lessons"]:
        assert world.post(f"/api/v1/user-progress/lessons/{lesson['id']}/complete", headers=own).status_code == 200
    (certificate,) = world.get("/api/v1/certificates/my-certificates", headers=own).json()
    assert (certificate["course_name"], certificate["full_name"]) == (course["title"], "Jasur Qodirov")


def test_learners_with_words_to_review_and_lessons_to_go_on_with(world: World) -> None:
    load_demo(world.app.state.services.settings)
    for username, level in (("demo_student", "A1"), ("demo_premium", "B1")):
        token = world.post("/api/v1/login", json={"username": username, "password": PASSWORD}).json()["access_token"]
        own = {"Authorization": f"Bearer {token}"}
        words = world.get("/api/v1/words/review", headers=own).json()
        assert [word["state"] for word in words[:3]] == ["learning", "learning", "new"]
        assert world.post(f"/api/v1/words/{words[0]['id']}/review", json={"rating": 3}, headers=own).status_code == 200
        shown = world.get("/api/v1/recommendations/for-you", headers=own).json()
        assert {"next_in_course", "popular"} <= {each["reason_code"] for each in shown}, level
        assert {each["kind"] for each in world.get("/api/v1/exercises/", headers=own).json()} == {"choose", "spell", "match", "order"}


def test_a_mock_test_that_was_sat_marked_and_scored(world: World) -> None:
    load_demo(world.app.state.services.settings)
    world.run_jobs()
    teacher = world.teacher()
    (test,) = teacher.get("/api/v1/mock/tests/").json()
    files = [test["reading"]["file"], test["writing"]["file"], test["listening"]["question_file"], test["listening"]["audio_file"]]
    begin = [world.get(address.removeprefix("https://school.example")).content[:4] for address in files]
    assert begin == [b"%PDF", b"%PDF", b"%PDF", b"RIFF"]
    (answered,) = teacher.get("/api/v1/mock/session/answers/").json()
    assert (answered["reading_answer"]["raw_score"], answered["reading_answer"]["proposed_band"]) == (4, 7.0)
    assert (answered["listening_answer"]["raw_score"], answered["listening_answer"]["proposed_band"]) == (2, 9.0)
    assert [len(text["text"]) > 100 for text in answered["writing_answers"]] == [True, True]
    token = world.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    (session,) = world.get("/api/v1/mock/session/me/", headers={"Authorization": f"Bearer {token}"}).json()
    assert (session["is_finished"], session["score"]["score"]) == (True, 7.5)
    assert session["started_at"] < session["ended_at"]
