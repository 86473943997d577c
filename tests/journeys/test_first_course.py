"""A whole story over HTTP: a teacher writes a course; somebody signs up, studies it and leaves with a verified certificate."""

from typing import Any

from world import ADMIN_LOGIN, World

LESSONS = (
    ("Salomlashish", "Hello! — Salom!", [("hello", "salom", "/həˈləʊ/"), ("goodbye", "xayr", "/ɡʊdˈbaɪ/")]),
    ("Tanishuv", "What is your name? — Ismingiz nima?", [("name", "ism", "/neɪm/")]),
)


class Caller:
    """Somebody with a browser: signs in and calls."""

    def __init__(self, world: World) -> None:
        self.client = world.client
        self.headers: dict[str, str] = {}

    def sign_in(self, username: str, password: str) -> None:
        token = self.call("POST", "/api/v1/login", username=username, password=password)["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.client.request(method, path, json=body or None, headers=self.headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.content


def write_course(world: World) -> int:
    """The superuser hires a teacher, who writes a draft, fills it and publishes it."""
    superuser, teacher = Caller(world), Caller(world)
    superuser.sign_in(**ADMIN_LOGIN)
    superuser.call("POST", "/api/v1/workers/", username="teacher01", password="mypassword1", first_name="Bobur")
    teacher.sign_in("teacher01", "mypassword1")
    course = teacher.call("POST", "/api/v1/courses/", title="Ingliz tili", difficulty_level="A1", category="Tillar")
    for order, (title, content, words) in enumerate(LESSONS):
        lesson = teacher.call("POST", "/api/v1/lessons/", title=title, content=content, course_id=course["id"], order=order)
        for word, translation, ipa in words:
            teacher.call("POST", "/api/v1/words/", word=word, translation=translation, ipa_pronunciation=ipa, lesson_id=lesson["id"])
    assert world.get(f"/api/courses/{course['id']}/").status_code == 404, "a draft is nobody else's business"
    teacher.call("PUT", f"/api/v1/courses/{course['id']}", title="Ingliz tili", difficulty_level="A1", is_published=True)
    return course["id"]


def test_from_a_blank_course_to_a_verified_certificate(world: World) -> None:
    course_id = write_course(world)
    aziza = Caller(world)
    aziza.call(
        "POST", "/api/auth/register/", username="aziza", email="aziza@example.com", password="sakura-2026", full_name="Aziza Gʻaniyeva"
    )
    aziza.sign_in("Aziza@example.com", "sakura-2026")

    assert aziza.call("POST", "/api/enrollments/", course=course_id)["percent"] == 0
    studied = []
    for _ in LESSONS:
        lesson = aziza.call("GET", "/api/v1/users/me/next-lesson")
        studied.append((lesson["title"], [word["word"] for word in lesson["words"]]))
        aziza.call("POST", f"/api/v1/user-progress/lessons/{lesson['id']}/complete")
    assert studied == [("Salomlashish", ["hello", "goodbye"]), ("Tanishuv", ["name"])]
    assert aziza.call("GET", f"/api/enrollments/progress/{course_id}/")["percent"] == 100

    certificate = aziza.call("POST", f"/api/v1/users/courses/{course_id}/complete")
    assert aziza.call("GET", f"/api/v1/certificates/{certificate['id']}/download").startswith(b"%PDF")
    verified = world.get(f"/verify/{certificate['verification_code']}").json()
    assert (verified["full_name"], verified["course_name"], verified["is_valid"]) == ("Aziza Gʻaniyeva", "Ingliz tili", True)

    aziza.call("POST", "/api/reviews/", course=course_id, rating=5, comment="Rahmat!")
    assert world.get("/api/courses/").json()[0]["rating_average"] == 5
    aziza.call("POST", "/api/v1/logout")
    assert world.get("/api/v1/users/me", headers=aziza.headers).status_code == 401
