"""Who is told of courses on their way to learners: authors, admins, those who study a course, and those who keep it for later."""

from typing import Any

import pytest
from sqlalchemy import select, update

from bilim.catalog.inputs import CourseSubmitted, SubmissionDecided, VersionPublished
from bilim.catalog.models import CourseSubmission, CourseVersion
from bilim.catalog.rules import CourseTerms
from bilim.kit.jobs import Job
from bilim.notifications.models import Notification
from notifications.school import ROOT, choose, join, stored, told
from world import Person, World


@pytest.fixture
def reviewed(world: World) -> World:
    """A school whose admins approve courses."""
    world.use(course_terms=CourseTerms(needs_review=True))
    return world


def move(person: Person, course: dict[str, Any], verb: str, **body: Any) -> None:
    answer = person.post(f"/api/courses/{course['id']}/{verb}/", body)
    assert answer.status_code == 200, answer.text


def submitted(world: World, author: Person) -> dict[str, Any]:
    """A course that waits for an admin, or is published in one version where nobody reviews."""
    course = world.course(author, is_published=False)
    move(author, course, "submit")
    return course


def happened(world: World, *jobs: Job) -> None:
    with world.db.write() as tx:
        tx.enqueue(*jobs)
    world.run_jobs()


def retitle(author: Person, course: dict[str, Any], title: str) -> None:
    """Change a lesson, so that there is something for a new version."""
    assert author.put(f"/api/v1/lessons/{course['lessons'][0]['id']}", {"title": title}).status_code == 200


def test_all_admins_are_told_of_each_course_that_waits(reviewed: World) -> None:
    author, other = reviewed.teacher(first_name="Bobur", last_name="Aliyev"), reviewed.teacher()
    admin, owner, closed = reviewed.admin(), reviewed.superadmin(), reviewed.admin()
    assert owner.patch(f"/api/v1/admin/users/{closed.id}", {"role": "admin", "is_active": False}).status_code == 200
    course = submitted(reviewed, author)
    reviewed.run_jobs()
    words = "“Ingliz tili” kursi koʻrib chiqishga yuborildi va tasdigʻingizni kutmoqda."
    assert [told(person) for person in (admin, owner, author, other)] == [[("course_submitted", words)]] * 2 + [[], []]
    with reviewed.db.read() as tx:
        submission_id = tx.scalar(select(CourseSubmission.id))
        assert tx.first(select(Notification.id).where(Notification.user_id == closed.id)) is None
    assert admin.get(ROOT).json()[0]["data"] == {
        "submission_id": submission_id,
        "course_id": course["id"],
        "course": "Ingliz tili",
        "author_id": author.id,
        "author": "Bobur Aliyev",
    }
    move(admin, course, "reject", reason="Qisqa")
    move(author, course, "submit")
    reviewed.run_jobs()
    assert len(told(admin)) == 2, "once for each submission"


def test_a_course_that_waits_no_longer_is_told_to_no_admin(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    withdrawn, deleted, decided = (submitted(reviewed, author) for _ in range(3))
    move(author, withdrawn, "withdraw")
    assert author.delete(f"/api/courses/{deleted['id']}/").status_code == 204
    move(admin, decided, "approve")
    reviewed.run_jobs()
    assert (told(admin), [kind for kind, _ in told(author)]) == ([], ["course_approved"])


def test_an_author_is_told_of_an_approval_and_of_a_rejection_with_its_reason(reviewed: World) -> None:
    author, admin, other = reviewed.teacher(), reviewed.admin(), reviewed.teacher()
    course = submitted(reviewed, author)
    choose(admin, kinds={"course_submitted": False})
    move(admin, course, "reject", reason="Uchinchi dars yoʻq")
    reviewed.run_jobs()
    assert told(author) == [("course_rejected", "“Ingliz tili” kursingiz tasdiqlanmadi: Uchinchi dars yoʻq")]
    (shown,) = author.get(ROOT).json()
    assert (shown["data"]["course_id"], shown["data"]["reason"]) == (course["id"], "Uchinchi dars yoʻq")
    move(author, course, "submit")
    move(admin, course, "approve")
    reviewed.run_jobs()
    assert told(author)[0] == ("course_approved", "“Ingliz tili” kursingiz tasdiqlandi.")
    assert [told(person) for person in (admin, other)] == [[], []]
    choose(author, language="en")
    assert [words for _, words in told(author)] == [
        "Your course “Ingliz tili” was approved.",
        "Your course “Ingliz tili” was not approved: Uchinchi dars yoʻq",
    ]


def test_what_is_published_by_other_ways_answers_the_submission_too(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    course = submitted(reviewed, author)
    assert admin.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "is_published": True}).status_code == 200
    reviewed.run_jobs()
    assert [kind for kind, _ in told(author)] == ["course_approved"]


def test_who_decides_on_their_own_course_or_takes_it_back_is_told_nothing(reviewed: World) -> None:
    author, admin = reviewed.teacher(), reviewed.admin()
    withdrawn = submitted(reviewed, author)
    move(author, withdrawn, "withdraw")
    course = submitted(reviewed, author)
    with reviewed.db.write() as tx:  # an author who became an admin
        tx.execute(update(CourseSubmission).where(CourseSubmission.course_id == course["id"]).values(submitted_by=admin.id))
    reviewed.run_jobs()
    move(admin, course, "approve")
    reviewed.run_jobs()
    assert stored(reviewed) == 1, "the first superuser was told that a course waits; nobody else was told anything"
    assert (told(author), told(admin)) == ([], [])


def test_a_decision_on_a_deleted_course_is_not_told(reviewed: World) -> None:
    author, admin, student = reviewed.teacher(), reviewed.admin(), reviewed.student()
    course = submitted(reviewed, author)
    move(admin, course, "approve")
    join(reviewed, course, student)
    assert author.delete(f"/api/courses/{course['id']}/").status_code == 204
    reviewed.run_jobs()
    assert stored(reviewed) == 0


def test_a_new_version_is_told_once_to_those_who_study_the_course(world: World) -> None:
    author, admin, student, silent, late, stranger = world.teacher(), world.admin(), *(world.student() for _ in range(4))
    course, other = submitted(world, author), submitted(world, author)
    world.run_jobs()
    join(world, course, student, silent, author, admin)
    join(world, other, stranger)
    choose(silent, kinds={"course_version": False})
    retitle(author, course, "Boshqacha")
    move(admin, course, "submit")
    join(world, course, late)
    world.run_jobs()
    words = "“Ingliz tili” kursining yangi versiyasi chiqdi. Tugatgan darslaringiz hisobda qoladi."
    assert told(student) == [("course_version", words)]
    assert [told(each) for each in (author, admin, silent, late, stranger)] == [[], [], [], [], []]
    assert student.get(ROOT).json()[0]["data"] == {"course_id": course["id"], "course": "Ingliz tili", "version": 2}
    with world.db.read() as tx:
        versions = tx.scalars(select(CourseVersion.id))
    happened(world, *(VersionPublished(version_id) for version_id in versions for _ in range(2)))
    assert len(told(student)) == 1, "a job that runs again tells nobody twice"


def test_a_first_version_and_one_that_would_be_the_same_are_not_told(world: World) -> None:
    author, student, admin = world.teacher(), world.student(), world.admin()
    course = world.course(author, is_published=False)
    assert author.put(f"/api/courses/{course['id']}/", {"title": "Ingliz tili", "is_published": True}).status_code == 200
    join(world, course, student)
    move(author, course, "withdraw")
    move(author, course, "submit")
    assert admin.post(f"/api/courses/{course['id']}/submit/").status_code == 409
    world.run_jobs()
    assert told(student) == []


def test_versions_that_followed_each_other_are_told_as_one(world: World) -> None:
    author, student = world.teacher(), world.student()
    course = submitted(world, author)
    join(world, course, student)
    for title in ("Bir", "Ikki"):
        retitle(author, course, title)
        move(author, course, "submit")
    world.run_jobs()
    assert [each["data"]["version"] for each in student.get(ROOT).json()] == [3]


def test_a_version_of_a_course_that_was_withdrawn_meanwhile_is_not_told(world: World) -> None:
    author, student, keeper = world.teacher(), world.student(), world.student()
    course = submitted(world, author)
    join(world, course, student)
    keeper.post("/api/wishlist/", {"course": course["id"]})
    retitle(author, course, "Bir")
    move(author, course, "submit")
    move(author, course, "withdraw")
    world.run_jobs()
    assert stored(world) == 0


def test_those_who_keep_a_course_are_told_once_a_day_of_lessons_and_versions(world: World) -> None:
    author, keeper = world.teacher(), world.student()
    course = submitted(world, author)
    assert keeper.post("/api/wishlist/", {"course": course["id"]}).status_code == 201
    world.run_jobs()
    assert told(keeper) == [], "the first version is no change"
    retitle(author, course, "Yaxshilandi")
    move(author, course, "submit")
    world.run_jobs()
    news = [("course_updated", "Sevimlilaringizdagi “Ingliz tili” kursi yangilandi.")]
    assert told(keeper) == news
    world.lesson(author, course["id"])
    move(author, course, "submit")
    world.run_jobs()
    assert told(keeper) == news
    assert told(author) == []


def test_an_import_that_changes_a_published_course_is_told(world: World) -> None:
    author, student = world.teacher(), world.student()
    lessons = [{"title": "Dars", "key": "bir"}]
    sections = [{"title": "Bob", "key": "bob", "lessons": lessons}]
    sent = {"courses": [{"title": "Kurs", "key": "k", "is_published": True, "sections": sections}]}
    course_id = author.post("/api/v1/content/lessons/import", sent).json()["courses"][0]["id"]
    join(world, {"id": course_id}, student)
    lessons[0]["title"] = "Dars, yangicha"
    for _ in range(2):
        assert author.post("/api/v1/content/lessons/import", sent).is_success
        world.run_jobs()
    assert [kind for kind, _ in told(student)] == ["course_version"]


def test_news_of_what_is_not_there_are_no_error(world: World) -> None:
    happened(world, CourseSubmitted(10**9), SubmissionDecided(10**9), VersionPublished(10**9))
    assert stored(world) == 0
