"""Finishing lessons, joining courses, going on, certificates and reviews (CONTRACT section 8)."""

import threading

import pytest
from sqlalchemy import update

from bilim.catalog.models import Purchase
from bilim.study import api_learning
from bilim.study.models import Certificate
from conftest import SetClock
from world import Person, World


def finish(world: World, student: Person, course: dict[str, object]) -> dict[str, object]:
    for lesson in course["lessons"]:  # type: ignore[attr-defined]
        assert world.complete(student, lesson["id"]).status_code == 200
    return student.get("/api/v1/certificates/my-certificates").json()[-1]


def test_finishing_a_lesson_is_noted_once_and_joins_its_course(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    lesson_id = course["lessons"][0]["id"]
    first, again = world.complete(student, lesson_id), world.complete(student, lesson_id)
    assert first.json() == again.json()
    assert (first.json()["user_id"], first.json()["lesson_id"]) == (student.id, lesson_id)
    assert student.get("/api/v1/user-progress/").json() == [first.json()]
    assert student.get("/api/v1/user-progress/last").json() == first.json()
    assert [each["course"]["id"] for each in student.get("/api/enrollments/").json()] == [course["id"]]
    assert student.get("/api/v1/users/me").json()["last_viewed_lesson_id"] == lesson_id


def test_nothing_finished_yet(world: World) -> None:
    last = world.student().get("/api/v1/user-progress/last")
    assert (last.status_code, last.json()) == (200, None)


def test_one_record_serves_both_surfaces(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    first, second = (lesson["id"] for lesson in course["lessons"])
    student.post("/api/enrollments/", {"course": course["id"]})
    world.complete(student, first)
    progress = student.get(f"/api/enrollments/progress/{course['id']}/").json()
    assert (progress["completed_lessons"], progress["total_lessons"], progress["percent"]) == (1, 2, 50)
    assert [(each["id"], each["is_completed"]) for each in progress["lessons"]] == [(first, True), (second, False)]
    done = student.post(f"/api/enrollments/complete/{second}/")
    assert (done.status_code, done.json()["percent"], done.json()["is_completed"]) == (200, 100, True)
    assert [each["lesson_id"] for each in student.get("/api/v1/user-progress/").json()] == [first, second]
    assert done.json()["certificate"] == student.get("/api/v1/certificates/my-certificates").json()[0]["id"]


def test_the_marketplace_completes_only_for_the_enrolled(world: World) -> None:
    course = world.course(world.teacher())
    answer = world.student().post(f"/api/enrollments/complete/{course['lessons'][0]['id']}/")
    assert (answer.status_code, answer.json()) == (403, {"detail": "You are not enrolled in this course."})


def test_joining_twice_is_joining_once(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    first, again = (student.post("/api/enrollments/", {"course": course["id"]}) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    assert student.get("/api/enrollments/my/").json() == [again.json()]
    unknown = student.post("/api/enrollments/", {"course": 10**9})
    assert unknown.json() == {"course": ['Invalid pk "1000000000" - object does not exist.']}


def test_a_priced_course_needs_its_purchase(world: World) -> None:
    student, premium = world.student(), world.student(is_premium=True)
    course = world.course(world.teacher(), lessons=0, price=5000)
    lesson = world.lesson(world.admin(), course["id"], is_preview=True)
    for person in (student, premium):
        assert person.post("/api/enrollments/", {"course": course["id"]}).status_code == 403
        assert world.complete(person, lesson["id"]).status_code == 403
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=student.id, course_id=course["id"], created_at=tx.now)
    assert student.post("/api/enrollments/", {"course": course["id"]}).status_code == 201
    assert world.complete(student, lesson["id"]).status_code == 200


def test_who_teaches_or_administers_a_priced_course_may_study_it(world: World) -> None:
    teacher, admin = world.teacher(), world.admin()
    course = world.course(teacher, price=5000)
    for person, status in ((teacher, 201), (admin, 201), (world.teacher(), 403)):
        assert person.post("/api/enrollments/", {"course": course["id"]}).status_code == status
        assert world.complete(person, course["lessons"][0]["id"]).status_code == (200 if status == 201 else 403)


def test_a_closed_lesson_cannot_be_finished(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0)
    lesson = world.lesson(teacher, course["id"], premium_only=True)
    assert world.complete(world.student(), lesson["id"]).status_code == 403
    assert world.complete(world.student(is_premium=True), lesson["id"]).status_code == 200


def test_the_last_lesson_issues_the_certificate_once(world: World, set_clock: SetClock) -> None:  # signed addresses tell the time
    student = world.student(first_name="Jasur", last_name="Qodirov")
    course = world.course(world.teacher(), short_description="Boshlovchilarga")
    world.complete(student, course["lessons"][1]["id"])
    assert student.get("/api/v1/certificates/my-certificates").json() == []
    certificate = finish(world, student, course)
    assert student.get("/api/v1/users/certificates/").json() == student.get("/api/v1/certificates/my-certificates").json()
    expected = {
        "title": "Certificate of Completion",
        "user_id": student.id,
        "course_id": course["id"],
        "course_name": "Ingliz tili",
        "level_completed": "A1",
        "description": "Boshlovchilarga",
        "is_valid": True,
        "full_name": "Jasur Qodirov",
    }
    assert {name: certificate[name] for name in expected} == expected
    world.complete(student, course["lessons"][1]["id"])
    assert len(student.get("/api/v1/certificates/my-certificates").json()) == 1


def test_lessons_added_later_take_no_certificate_away(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=1)
    certificate = finish(world, student, course)
    world.lesson(teacher, course["id"], order=9)
    again = student.post(f"/api/v1/users/courses/{course['id']}/complete")
    assert (again.status_code, again.json()["id"]) == (200, certificate["id"])


def test_completing_a_course_waits_for_its_lessons(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course, empty = world.course(teacher, lessons=1), world.course(teacher, lessons=0)
    for each in (course, empty):
        answer = student.post(f"/api/v1/users/courses/{each['id']}/complete")
        assert (answer.status_code, answer.json()) == (400, {"detail": "There are lessons left to finish."})
    assert student.post("/api/v1/users/courses/999999/complete").status_code == 404
    draft = world.course(teacher, is_published=False)
    assert student.post(f"/api/v1/users/courses/{draft['id']}/complete").status_code == 404
    finish(world, student, course)
    assert student.post(f"/api/v1/users/courses/{course['id']}/complete").json()["course_id"] == course["id"]


def test_a_certificate_is_downloaded_by_its_owner_admins_and_signed_address(world: World) -> None:
    student = world.student()
    certificate = finish(world, student, world.course(world.teacher(), lessons=1))
    paths = (f"/api/v1/certificates/{certificate['id']}/download", f"/api/v1/users/certificates/{certificate['id']}")
    pdfs = {person.get(path).content for person in (student, world.admin()) for path in paths}
    assert len(pdfs) == 1
    assert world.uploads() == [f"certificates/0/{certificate['id']}-{certificate['verification_code']}.pdf"], "made once and kept"
    signed = world.get(certificate["file_path"])
    assert signed.headers["content-type"] == "application/pdf"
    assert "attachment" in signed.headers["content-disposition"]
    assert signed.content == pdfs.pop()
    assert world.get(certificate["file_path"].replace("signature=", "signature=0")).status_code == 401
    assert world.get(paths[0]).status_code == 401
    assert world.student().get(paths[0]).status_code == 404
    assert world.teacher().get(paths[0]).status_code == 404


def test_anyone_verifies_a_certificate_and_learns_no_more_than_it_says(world: World) -> None:
    student = world.student(first_name="Jasur", phone="+998901112233")
    certificate = finish(world, student, world.course(world.teacher(), lessons=1))
    code = certificate["verification_code"]
    seen = world.get(f"/verify/{code}", headers={"Host": "evil.example"}).json()
    assert seen == world.get(f"/api/v1/certificates/{certificate['id']}/verify/{code}").json()
    shown = {"full_name": "Jasur", "course_name": "Ingliz tili", "is_valid": True, "file_path": None, "user_id": None}
    assert {name: seen[name] for name in shown} == shown
    assert world.get(f"/verify/{code.lower()[:5]}-{code.lower()[5:]}").json() == seen, "as somebody types it from paper"
    page = world.get(f"/verify/{code}", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Jasur" in page.text
    assert student.username not in page.text + str(seen)


@pytest.mark.parametrize(("is_valid", "verdict"), [(True, "Haqiqiy sertifikat"), (False, "Bekor qilingan")])
def test_the_page_says_whether_a_certificate_is_valid(world: World, is_valid: bool, verdict: str) -> None:
    certificate = finish(world, world.student(), world.course(world.teacher(), lessons=1))
    with world.db.write() as tx:
        tx.execute(update(Certificate).values(is_valid=is_valid))
    page = world.get(f"/verify/{certificate['verification_code']}", headers={"Accept": "text/html"}).text
    assert [words for words in ("Haqiqiy sertifikat", "Bekor qilingan") if words in page] == [verdict]


@pytest.mark.parametrize("path", ["/verify/{}", "/api/v1/certificates/1/verify/{}"])
def test_a_code_that_was_never_issued(world: World, path: str) -> None:
    finish(world, world.student(), world.course(world.teacher(), lessons=1))
    for code in ("0" * 26, "x", "%27%20OR%201=1", "a" * 3000):
        answer = world.get(path.format(code))
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    page = world.get("/verify/x", headers={"Accept": "text/html"})
    assert (page.status_code, "No such certificate" in page.text) == (404, True)


def test_names_on_the_page_are_text(world: World) -> None:
    student = world.student(first_name="<script>alert(1)</script>$holder")
    certificate = finish(world, student, world.course(world.teacher(), lessons=1))
    page = world.get(f"/verify/{certificate['verification_code']}", headers={"Accept": "text/html"}).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;$holder" in page


def test_an_admin_awards_a_certificate_whose_code_is_ours(world: World) -> None:
    student, admin = world.student(), world.admin()
    body = {"title": "Diploma", "user_id": student.id, "course_name": "Yozgi maktab", "verification_code": "AAAA", "is_valid": False}
    made = admin.post("/api/v1/certificates/", body)
    assert (made.status_code, made.json()["course_name"], made.json()["is_valid"]) == (201, "Yozgi maktab", True)
    assert len(made.json()["verification_code"]) == 26
    wrong = admin.post("/api/v1/certificates/", body | {"user_id": 10**9, "course_id": 10**9}).json()
    assert set(wrong) == {"user_id", "course_id"}
    course = world.course(world.teacher(), lessons=1)
    finish(world, student, course)
    assert admin.post("/api/v1/certificates/", body | {"course_id": course["id"]}).status_code == 409


def test_going_on_with_the_course_last_studied_else_with_a_new_one(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    assert student.get("/api/v1/users/me/next-lesson").status_code == 404
    first, second = world.course(teacher), world.course(teacher)
    world.course(teacher, price=100)
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == first["lessons"][0]["id"], "a recommendation"
    world.complete(student, second["lessons"][0]["id"])
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == second["lessons"][1]["id"]
    world.complete(student, second["lessons"][1]["id"])
    assert student.get("/api/v1/users/me/next-lesson").json()["id"] == first["lessons"][0]["id"]
    finish(world, student, first)
    assert student.get("/api/v1/users/me/next-lesson").status_code == 404


def test_reviews_are_by_the_enrolled_one_each(world: World) -> None:
    student, other = world.student(first_name="Jasur"), world.student()
    course = world.course(world.teacher())
    body = {"course": course["id"], "rating": 5, "comment": "Zoʻr!"}
    assert student.post("/api/reviews/", body).status_code == 403
    student.post("/api/enrollments/", {"course": course["id"]})
    made = student.post("/api/reviews/", body)
    assert (made.status_code, made.json()["user"]) == (201, {"id": student.id, "full_name": "Jasur"})
    assert student.post("/api/reviews/", body).status_code == 409
    assert student.post("/api/reviews/", body | {"rating": 6}).json() == {"rating": ["Ensure this value is less than or equal to 5."]}
    assert world.get(f"/api/reviews/?course={course['id']}").json() == [made.json()]
    assert world.get("/api/reviews/?course=999").json() == []
    path = f"/api/reviews/{made.json()['id']}/"
    assert other.put(path, {"rating": 1}).status_code == 403
    changed = student.put(path, {"rating": 3}).json()
    assert (changed["rating"], changed["comment"]) == (3, "Zoʻr!")
    assert world.get(f"/api/courses/{course['id']}/").json()["rating_average"] == 3.0
    assert student.delete(path).status_code == 204
    assert world.get("/api/reviews/").json() == []


def test_the_marketplaces_certificates(world: World) -> None:
    student = world.student()
    finish(world, student, world.course(world.teacher(), lessons=1))
    (mine,) = student.get("/api/certificates/").json()
    assert mine["verify_url"] == f"https://school.example/verify/{mine['code']}"
    assert mine["file"].startswith("https://school.example/api/v1/certificates/")
    assert world.get(mine["file"].removeprefix("https://school.example")).content.startswith(b"%PDF")
    assert student.get(f"/api/certificates/{mine['id']}/").json() | {"file": ""} == mine | {"file": ""}
    assert world.student().get(f"/api/certificates/{mine['id']}/").status_code == 404


def test_going_on_where_one_stopped_or_null(world: World) -> None:
    student = world.student()
    course = world.course(world.teacher())
    assert (student.get("/api/v1/lessons/continue").status_code, student.get("/api/v1/lessons/continue").json()) == (200, None)
    world.complete(student, course["lessons"][0]["id"])
    assert student.get("/api/v1/lessons/continue").json()["id"] == course["lessons"][1]["id"]
    world.complete(student, course["lessons"][1]["id"])
    assert student.get("/api/v1/lessons/continue").json() is None


def test_typesetting_holds_no_connection_and_no_thread_of_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = world.student()
    certificate = finish(world, student, world.course(world.teacher(), lessons=1))
    seen: list[tuple[int, str]] = []

    def typeset(*_: object) -> bytes:
        seen.append((world.db.connections_in_use, threading.current_thread().name.partition("_")[0]))
        return b"%PDF"

    monkeypatch.setattr(api_learning, "pdf_of", typeset)
    assert student.get(f"/api/v1/certificates/{certificate['id']}/download").content == b"%PDF"
    assert world.get(certificate["file_path"]).content == b"%PDF"
    assert seen == [(0, "files")] * 2


def test_each_certificate_is_found_by_its_own_id(world: World) -> None:
    student, other, admin = world.student(), world.student(), world.admin()
    body = {"title": "Diploma", "course_name": "Yozgi maktab"}
    made = [admin.post("/api/v1/certificates/", body | {"user_id": person.id}).json() for person in (other, student, student)]
    own = [each["id"] for each in made[1:]]
    assert [each["id"] for each in student.get("/api/certificates/").json()] == own
    assert [each["id"] for each in student.get("/api/v1/certificates/my-certificates?skip=1").json()] == own[1:]
    for each in made[1:]:
        assert student.get(f"/api/certificates/{each['id']}/").json()["code"] == each["verification_code"]
        assert world.get(f"/api/v1/certificates/{each['id']}/verify/{each['verification_code']}").json()["id"] == each["id"]
    assert world.get(f"/api/v1/certificates/{own[0]}/verify/{made[2]['verification_code']}").status_code == 404
    for person, status in ((admin, 200), (student, 200), (other, 404), (world.teacher(), 404)):
        assert person.get(f"/api/v1/certificates/user/{student.id}").status_code == status
    assert [each["id"] for each in admin.get(f"/api/v1/certificates/user/{student.id}").json()] == own
    assert [admin.get(f"/api/certificates/{each['id']}/").json()["id"] for each in made] == [each["id"] for each in made]
