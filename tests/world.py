"""People and courses for tests: who calls the API, and what they call it for."""

import itertools
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from httpx import Response
from litestar import Litestar
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.passwords import hash_password
from bilim.accounts.sessions import begin_session
from bilim.app import use_services
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.groups.actions import join_group
from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from bilim.kit.actors import Role
from bilim.kit.jobs import Job

PASSWORD = "Correct-horse-9"
PASSWORD_HASH = hash_password(PASSWORD)
ADMIN_LOGIN = {"username": "admin@example.com", "password": "changethis"}


class Unheard(Job):
    """A job that nobody handles."""

    kind: ClassVar[str] = "tests.unheard"

    words: str


class Person:
    """Somebody with a session of their own, calling the API in their own name."""

    def __init__(self, client: TestClient, user_id: int, username: str, access: str, refresh: str) -> None:
        self.client = client
        self.id = user_id
        self.username = username
        self.access = access
        self.refresh = refresh
        self.headers = {"Authorization": f"Bearer {access}"}

    def call(self, method: str, path: str, **kw: Any) -> Response:
        return self.client.request(method, path, headers=self.headers | kw.pop("headers", {}), **kw)

    def get(self, path: str, **kw: Any) -> Response:
        return self.call("GET", path, **kw)

    def post(self, path: str, json: Any = None, **kw: Any) -> Response:
        return self.call("POST", path, json=json, **kw)

    def put(self, path: str, json: Any = None, **kw: Any) -> Response:
        return self.call("PUT", path, json=json, **kw)

    def patch(self, path: str, json: Any = None, **kw: Any) -> Response:
        return self.call("PATCH", path, json=json, **kw)

    def delete(self, path: str, **kw: Any) -> Response:
        return self.call("DELETE", path, **kw)


class World:
    """A running application with nobody in it but the first superuser."""

    def __init__(self, client: TestClient, app: Litestar) -> None:
        self.client = client
        self.app = app
        self._numbers = itertools.count(1)
        self.get: Callable[..., Response] = client.get
        self.post: Callable[..., Response] = client.post

    @property
    def db(self) -> Database:
        return self.app.state.services.db

    def use(self, **services: Any) -> None:
        """Let the application run on other parts than its settings say."""
        use_services(self.app, msgspec.structs.replace(self.app.state.services, **services))

    def at(self, address: str) -> TestClient:
        """Somebody at a network address of their own."""
        return TestClient(self.client.app, base_url="http://testserver", client=(address, 50000), follow_redirects=False)

    def run_jobs(self, queue: str = "default") -> None:
        """Run what is due in a queue, by the application's own handlers, before this returns."""
        drain(self.db, self.app.state.services.handlers, queue)

    def dead_job(self) -> int:
        """A job that was given up, since nobody handles its kind."""
        with self.db.write() as tx:
            tx.enqueue(Unheard(words="Hech kim eshitmaydi"))
            job_id = tx.scalar(select(func.max(JobRow.id)))
        drain(self.db, Handlers([]), Unheard.queue)
        return job_id

    def person(self, role: Role = Role.STUDENT, **values: Any) -> Person:
        """Somebody new, signed in."""
        number = next(self._numbers)
        username = values.pop("username", f"{role.value}{number:03}")
        made_by_staff = values.pop("made_by_staff", False)
        new = PersonInput(username=username, email=f"{username}@example.com", password=PASSWORD, role=role, **values)
        with self.db.write() as tx:
            user_id = store_person(tx, new, PASSWORD_HASH, made_by_staff=made_by_staff)
            session = begin_session(tx, self.app.state.services.tokens, user_id)
        return Person(self.client, user_id, username, session.access, session.refresh)

    def renew_session(self, person: Person) -> None:
        """Sign somebody in anew: their session lasts from the set moment on."""
        with self.db.write() as tx:
            person.headers["Authorization"] = f"Bearer {begin_session(tx, self.app.state.services.tokens, person.id).access}"

    def student(self, **values: Any) -> Person:
        return self.person(Role.STUDENT, **values)

    def teacher(self, **values: Any) -> Person:
        return self.person(Role.TEACHER, **values)

    def admin(self, **values: Any) -> Person:
        return self.person(Role.ADMIN, **values)

    def superadmin(self, **values: Any) -> Person:
        return self.person(Role.SUPERADMIN, **values)

    def course(self, teacher: Person, *, lessons: int = 2, **fields: Any) -> dict[str, Any]:
        """A published course, with its lessons as the learning surface shows them to its teacher."""
        body = {"title": "Ingliz tili", "difficulty_level": "A1", "is_published": True} | fields
        made = teacher.post("/api/v1/courses/", body)
        assert made.status_code == 201, made.text
        for order in range(lessons):
            self.lesson(teacher, made.json()["id"], order=order)
        return teacher.get(f"/api/v1/courses/{made.json()['id']}").json()

    def lesson(self, teacher: Person, course_id: int, **fields: Any) -> dict[str, Any]:
        """A lesson of a course."""
        body = {"title": "Salomlashish", "content": "Hello!", "course_id": course_id, "order": 0} | fields
        made = teacher.post("/api/v1/lessons/", body)
        assert made.status_code == 201, made.text
        return made.json()

    def group(self, **fields: Any) -> dict[str, Any]:
        """An active group with a subject of its own, without days or hours."""
        admin = self.admin()
        subject = admin.post("/api/v1/subjects/", {"name": "IELTS"}).json()["id"]
        made = admin.post("/api/v1/groups/", {"name": "IELTS-A1", "subject": subject} | fields)
        assert made.status_code == 201, made.text
        return made.json()

    def member(self, group_id: int, **values: Any) -> Person:
        """A student made by staff, in a group."""
        student = self.student(made_by_staff=True, **values)
        with self.db.write() as tx:
            join_group(tx, student.id, group_id)
        return student

    def uploads(self) -> list[str]:
        """The names of all stored files."""
        root = self.app.state.services.settings.uploads
        return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()) if root.exists() else []

    def complete(self, student: Person, lesson_id: int) -> Response:
        return student.post(f"/api/v1/user-progress/lessons/{lesson_id}/complete")
