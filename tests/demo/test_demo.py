"""The demo content is real teaching material, loads once, and can be studied to a certificate."""

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from bilim.demo.load import PASSWORD, exam_to_take, load_demo, logins
from bilim.demo.quiz import TESTS, content_of
from bilim.groups.models import Membership
from bilim.journal.models import Attendance
from bilim.questions.rules.marking import fold
from bilim.questions.rules.types import TYPES, read_question
from bilim.questions.rules.written import Gaps
from bilim.settings import Settings
from conftest import serving, settings_for
from world import World


@pytest.fixture(scope="session")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an SQLite file in which the demo is loaded, and its uploads."""
    home = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, home / "bilim.db")
    load_demo(settings_in(home))
    return home


@pytest.fixture
def demo(loaded: Path, tmp_path: Path) -> Iterator[World]:
    """The whole application with the demo, on a copy: loading takes longer than most tests."""
    home = shutil.copytree(loaded, tmp_path / "demo")
    with serving(settings_in(home)) as world:
        yield world


def settings_in(home: Path) -> Settings:
    return settings_for(f"sqlite:///{home / 'bilim.db'}", home)


def test_it_loads_once_and_people_of_every_role_can_sign_in(world: World) -> None:
    settings = world.app.state.services.settings
    assert exam_to_take(settings) is None
    assert (load_demo(settings), load_demo(settings)) == (True, False)
    assert [role for role, _, _ in logins(settings)] == ["admin", "teacher", "student", "student"]
    for _, username, password in logins(settings):
        assert world.post("/api/v1/login", json={"username": username, "password": password}).status_code == 200


def test_three_courses_with_sections_lessons_and_words_in_ipa(demo: World) -> None:
    courses = demo.superadmin().get("/api/v1/courses/").json()
    assert [course["language"] for course in courses] == ["uz", "ru", "en"]
    lessons = [lesson for course in courses for lesson in course["lessons"]]
    words = [word for lesson in lessons for word in lesson["words"]]
    assert len(words) >= 60
    assert all(word["ipa_pronunciation"].strip("/") and word["translation"] for word in words)
    assert all(len(lesson["content"]) > 900 for lesson in lessons)
    assert all(demo.get(f"/api/courses/{course['id']}/").json()["sections_count"] >= 3 for course in courses)


def test_two_interactive_lessons_of_which_one_is_for_premium_members(demo: World) -> None:
    premium = demo.student(is_premium=True)
    cafe, speaking = premium.get("/api/v1/interactive-lessons/").json()
    course = demo.get(f"/api/v1/courses/{cafe['course_id']}").json()
    assert (course["title"], cafe["order"], cafe["avatar_id"]) == ("Ingliz tili noldan (A1)", 1, 1)
    assert len(cafe["content"]["steps"]) == 3
    assert (speaking["course_id"], speaking["is_premium"], len(speaking["content"]["steps"])) == (None, True, 2)
    assert [lesson["content"] != {} for lesson in demo.student().get("/api/v1/interactive-lessons/").json()] == [True, False]


def test_its_courses_have_no_fault_and_can_be_exported(demo: World) -> None:
    admin = demo.admin()
    assert [fault["code"] for fault in admin.get("/api/v1/content/lessons/validate").json()] == []
    exported = admin.get("/api/v1/content/lessons-json").json()
    assert [course["language"] for course in exported] == ["uz", "ru", "en"]


def test_a_centre_that_lives(demo: World) -> None:
    admin = demo.admin()
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


def test_its_employees_worked_for_weeks_and_its_students_joined_before_their_first_lesson(demo: World) -> None:
    admin = demo.admin()
    worked: dict[int, set[str]] = {employee["id"]: set() for employee in admin.get("/api/v1/workers/").json()}
    for log in admin.get("/api/v1/work-logs/").json():
        worked[log["employee"]].add(log["date"])
    assert len(worked) == 4
    assert all(len(days) >= 8 for days in worked.values())
    taken = {(row["date"], row["given_by"]["id"]) for row in admin.get("/api/v1/scores/").json()}
    assert all(day in worked[employee_id] for day, employee_id in taken), "whoever gave a score was there"
    with demo.db.read() as tx:
        late = select(Attendance.id).join(Membership, Membership.student_id == Attendance.student_id)
        assert tx.scalars(late.where(Attendance.created_at < Membership.joined_at)) == []


def test_an_exam_that_a_class_took_and_the_demos_student_can_still_take(demo: World) -> None:
    settings = demo.app.state.services.settings
    admin, code = demo.admin(), exam_to_take(settings)
    (exam,) = admin.get("/api/v1/exams/").json()
    assert (exam["code"], exam["questions_count"], exam["participants_count"], exam["is_published"]) == (code, 10, 7, True)
    results = admin.get("/api/v1/exam-results/").json()
    assert sum(result["is_checked"] for result in results) == 4
    assert len({result["score"] for result in results}) > 3
    analysis = admin.get(f"/api/v1/exams/{exam['id']}/analysis/").json()["questions"]
    assert any(question["discrimination"] for question in analysis)
    token = demo.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    own = {"Authorization": f"Bearer {token}"}
    entered = demo.post("/api/v1/exams/enter-code/", json={"code": code}, headers=own).json()
    assert (len(entered["questions"]), entered["seconds_left"] > 0) == (10, True)
    assert demo.post(f"/api/v1/exams/{exam['id']}/submit/", json={"answers": []}, headers=own).status_code == 201


def test_the_free_course_can_be_studied_to_its_certificate(demo: World) -> None:
    token = demo.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    own = {"Authorization": f"Bearer {token}"}
    course = demo.get("/api/v1/courses/", headers=own).json()[0]
    for lesson in course["lessons"]:
        assert demo.post(f"/api/v1/user-progress/lessons/{lesson['id']}/complete", headers=own).status_code == 200
    (certificate,) = demo.get("/api/v1/certificates/my-certificates", headers=own).json()
    assert (certificate["course_name"], certificate["full_name"]) == (course["title"], "Jasur Qodirov")


def test_a_marketplace_with_reviews_a_wish_a_coupon_and_a_sale(demo: World) -> None:
    people: dict[str, dict[str, str]] = {}
    for name in ("teacher", "student"):
        signed_in = demo.post("/api/v1/login", json={"username": f"demo_{name}", "password": PASSWORD}).json()
        people[name] = {"Authorization": f"Bearer {signed_in['access_token']}"}
    reviewed = {each["title"]: (each["rating_average"], each["reviews_count"]) for each in demo.get("/api/courses/").json()}
    assert reviewed["Ingliz tili noldan (A1)"] == (4.5, 2)
    assert any(each["reply"] for each in demo.get("/api/reviews/").json())
    (wish,) = demo.get("/api/wishlist/", headers=people["student"]).json()
    check = {"code": "bilim 2026", "course": wish["course"]["id"]}
    priced = demo.post("/api/coupons/check/", json=check, headers=people["student"]).json()
    assert (priced["price_before"], priced["price_after"]) == (390_000, 312_000)
    (line,) = demo.get("/api/instructor/statement/", headers=people["teacher"]).json()
    assert (line["kind"], line["amount"], line["balance"]) == ("sale", 390_000, 273_000)


def test_learners_with_words_to_review_and_lessons_to_go_on_with(demo: World) -> None:
    for username, level in (("demo_student", "A1"), ("demo_premium", "B1")):
        token = demo.post("/api/v1/login", json={"username": username, "password": PASSWORD}).json()["access_token"]
        own = {"Authorization": f"Bearer {token}"}
        words = demo.get("/api/v1/words/review", headers=own).json()
        assert [word["state"] for word in words[:3]] == ["learning", "learning", "new"]
        assert demo.post(f"/api/v1/words/{words[0]['id']}/review", json={"rating": 3}, headers=own).status_code == 200
        shown = demo.get("/api/v1/recommendations/for-you", headers=own).json()
        assert {"next_in_course", "popular"} <= {each["reason_code"] for each in shown}, level
        assert {each["kind"] for each in demo.get("/api/v1/exercises/", headers=own).json()} == {"choose", "spell", "match", "order"}


def test_a_mock_test_that_was_sat_marked_and_scored(demo: World) -> None:
    demo.run_jobs()
    teacher = demo.teacher()
    (test,) = teacher.get("/api/v1/mock/tests/").json()
    files = [test["reading"]["file"], test["writing"]["file"], test["listening"]["question_file"], test["listening"]["audio_file"]]
    begin = [demo.get(address.removeprefix("https://school.example")).content[:4] for address in files]
    assert begin == [b"%PDF", b"%PDF", b"%PDF", b"RIFF"]
    (answered,) = teacher.get("/api/v1/mock/session/answers/").json()
    assert (answered["reading_answer"]["raw_score"], answered["reading_answer"]["proposed_band"]) == (4, 7.0)
    assert (answered["listening_answer"]["raw_score"], answered["listening_answer"]["proposed_band"]) == (2, 9.0)
    assert [len(text["text"]) > 100 for text in answered["writing_answers"]] == [True, True]
    token = demo.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD}).json()["access_token"]
    (session,) = demo.get("/api/v1/mock/session/me/", headers={"Authorization": f"Bearer {token}"}).json()
    assert (session["is_finished"], session["score"]["score"]) == (True, 7.5)
    assert session["started_at"] < session["ended_at"]


def test_a_forum_in_which_people_answer_each_other_and_are_told(demo: World) -> None:
    topics = demo.get("/api/v1/forum/topics/").json()
    assert [topic["is_pinned"] for topic in topics] == [True, False, False]
    thread = demo.get(f"/api/v1/forum/topics/{topics[1]['id']}").json()
    first, second = thread["posts"]
    assert (first["replies"], [len(reply["replies"]) for reply in second["replies"]]) == ([], [2])
    demo.run_jobs()
    login = {"username": "demo_student", "password": PASSWORD}
    token = demo.post("/api/v1/login", json=login).json()["access_token"]
    told = demo.client.get("/api/v1/notifications/", headers={"Authorization": f"Bearer {token}"}).json()
    assert {each["notification_type"] for each in told} >= {"forum_reply", "mock_result"}
    assert all(each["message"] and not each["is_read"] for each in told)
    assert len(demo.superadmin().get("/api/v1/feedback/").json()) == 2


@pytest.mark.parametrize("name", TESTS)
def test_practice_tests_have_forty_questions_that_their_own_key_answers(name: str) -> None:
    content = content_of(name)
    questions = [question for section in content["sections"] for question in section["questions"]]
    assert sum(question.get("marks", 1) for question in questions) == 40
    numbers = [
        int(number)
        for question in questions
        for number in re.findall(r"^(\d+)(?:-(\d+))?\.", question["question_text"].strip())[0]
        if number
    ]
    assert (numbers[0], numbers[-1]) == (1, 40)
    assert numbers == sorted(set(numbers))
    for question in questions:
        data = read_question(question["question_type"], question["question_data"])
        key = getattr(data, "correct_answer", None)
        if key is not None:
            answer = data.read_answer({"answer": [variants[0] for variants in key] if isinstance(data, Gaps) else key})
            assert data.share(answer) == 1
        if isinstance(data, Gaps):
            assert question.get("marks", 1) == len(data.correct_answer)


def test_the_reading_test_has_every_type_and_its_answers_stand_in_the_passages() -> None:
    sections = content_of("ielts_reading")["sections"]
    assert {question["question_type"] for section in sections for question in section["questions"]} == set(TYPES)
    assert all(len(section["passage"].split()) > 450 for section in sections)
    for section in (*sections, *content_of("ielts_listening")["sections"]):
        heard = fold(section.get("passage") or section["transcript"]) + " 165"  # said in words, and too many to write
        for question in section["questions"]:
            if question["question_type"] in ("short_answer", "gap_fill"):
                for variants in question["question_data"]["correct_answer"]:
                    assert any(fold(variant) in heard for variant in variants), variants


def test_a_learner_sat_a_practice_test_and_their_essay_waits(demo: World) -> None:
    listed = demo.get("/api/v1/tests/ielts").json()
    assert [[section["duration_minutes"] for section in test["sections"]] for test in listed] == [[20, 20, 20], [8, 8, 8, 8]]
    (attempt,) = demo.teacher().get(f"/api/v1/admin/tests/{listed[0]['id']}/attempts?pending=true").json()
    assert (attempt["user"]["full_name"], attempt["max_score"], attempt["is_passed"]) == ("Oʻgʻiloy Gʻaniyeva", 40.0, True)
    assert 25 < attempt["total_score"] < 39


def test_the_demos_student_took_a_lesson_that_its_script_led(demo: World) -> None:
    answer = demo.post("/api/v1/login", json={"username": "demo_student", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    (session,) = demo.get("/api/v1/lesson-sessions/user/me", headers=headers).json()
    said = demo.get(f"/api/v1/lesson-interactions/{session['id']}/interactions", headers=headers).json()
    assert (session["topic"], session["interactions_count"]) == ("Kafeda buyurtma berish", len(said))
    assert said[1]["ai_response"] == "Of course. With milk or without milk?"
