"""Drafts and withdrawn courses: what learners keep of them, and what nobody gets of them (CONTRACT section 8)."""

from typing import Any

from world import Person, World


def change(teacher: Person, course: dict[str, Any], **fields: Any) -> None:
    body = {"title": course["title"], "difficulty_level": "A1"} | fields
    assert teacher.put(f"/api/v1/courses/{course['id']}", body).status_code == 200


def titles(student: Person, course: dict[str, Any], review: int) -> set[str]:
    """Under which title a student meets a course in what is their own."""
    seen = [student.get("/api/enrollments/").json()[0], student.get(f"/api/enrollments/progress/{course['id']}/").json()]
    seen.append(student.put(f"/api/reviews/{review}/", {"rating": 4}).json())
    return {each["course"]["title"] for each in seen}


def test_learners_know_a_withdrawn_course_by_the_title_it_had(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, title="Ingliz tili")
    student.post("/api/enrollments/", {"course": course["id"]})
    review = student.post("/api/reviews/", {"course": course["id"], "rating": 5}).json()["id"]
    change(teacher, course, title="Ingliz tili 2")
    assert titles(student, course, review) == {"Ingliz tili 2"}, "published: as it is"
    change(teacher, course, title="Qoralama", is_published=False)
    assert titles(student, course, review) == {"Ingliz tili 2"}
    change(teacher, course, title="Qoralama yana")
    assert titles(student, course, review) == {"Ingliz tili 2"}
    assert teacher.get(f"/api/v1/courses/{course['id']}").json()["title"] == "Qoralama yana"
    change(teacher, course, title="Ingliz tili 3", is_published=True)
    assert titles(student, course, review) == {"Ingliz tili 3"}


def test_progress_in_a_withdrawn_course_shows_no_lessons(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=2)
    world.complete(student, course["lessons"][0]["id"])
    change(teacher, course, is_published=False)
    path = f"/api/enrollments/progress/{course['id']}/"
    seen = student.get(path).json()
    assert (seen["completed_lessons"], seen["total_lessons"], seen["percent"], seen["lessons"]) == (1, 2, 50, [])
    assert len(teacher.get(path).json()["lessons"]) == 2
    assert world.student().get(path).status_code == 404, "who did not join may not know of it"
    assert world.complete(student, course["lessons"][1]["id"]).status_code == 404
    teacher.delete(f"/api/v1/courses/{course['id']}")
    assert student.get(path).status_code == 404


def test_reviews_of_drafts_are_listed_to_their_authors_alone(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    withdrawn, published = world.course(teacher), world.course(teacher)
    for course in (withdrawn, published):
        student.post("/api/enrollments/", {"course": course["id"]})
        student.post("/api/reviews/", {"course": course["id"], "rating": 5})
    change(teacher, withdrawn, is_published=False)
    for caller in (world, student, world.teacher()):
        answer = caller.get("/api/reviews/")
        assert ([each["course"]["id"] for each in answer.json()], answer.headers["x-total-count"]) == ([published["id"]], "1")
        assert caller.get(f"/api/reviews/?course={withdrawn['id']}").json() == []
    assert len(teacher.get("/api/reviews/").json()) == 2


def test_a_draft_issues_no_certificate_to_its_author_neither(world: World) -> None:
    teacher = world.teacher()
    draft = world.course(teacher, lessons=1, is_published=False)
    assert world.complete(teacher, draft["lessons"][0]["id"]).status_code == 200
    answer = teacher.post(f"/api/v1/users/courses/{draft['id']}/complete")
    assert (answer.status_code, answer.json()) == (400, {"detail": "This course is not published."})
    assert teacher.get("/api/v1/certificates/my-certificates").json() == []
    change(teacher, draft, is_published=True)
    assert teacher.post(f"/api/v1/users/courses/{draft['id']}/complete").status_code == 200


def test_a_certificate_issued_before_stays_with_a_withdrawn_course(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=1)
    world.complete(teacher, course["lessons"][0]["id"])
    change(teacher, course, is_published=False)
    assert teacher.post(f"/api/v1/users/courses/{course['id']}/complete").json()["course_id"] == course["id"]


def test_who_teaches_a_course_does_not_review_it(world: World) -> None:
    teacher, other, admin = world.teacher(), world.teacher(), world.admin()
    course = world.course(teacher)
    own = (403, {"detail": "You teach this course."})
    body = {"course": course["id"], "rating": 5}
    for person in (teacher, other):
        person.post("/api/enrollments/", {"course": course["id"]})
    refused = teacher.post("/api/reviews/", body)
    assert (refused.status_code, refused.json()) == own
    review = other.post("/api/reviews/", body).json()["id"]
    admin.put(f"/api/v1/courses/{course['id']}", {"title": "T", "difficulty_level": "A1", "instructor_id": other.id})
    refused = other.put(f"/api/reviews/{review}/", {"rating": 1})
    assert (refused.status_code, refused.json()) == own
    assert world.get(f"/api/courses/{course['id']}/").json()["rating_average"] == 5.0
    assert other.delete(f"/api/reviews/{review}/").status_code == 204
