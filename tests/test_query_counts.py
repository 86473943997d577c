"""However much there is, an endpoint asks the database the same number of questions."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from bilim.db.prepared import watchers
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
        ("/api/v1/courses/{course}", 4),
        ("/api/courses/{course}/", 3),
        ("/api/enrollments/", 2),
        ("/api/enrollments/progress/{course}/", 3),
        ("/api/v1/user-progress/", 2),
        ("/api/v1/users/me/next-lesson", 5),
        ("/api/reviews/", 3),
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


def test_completing_a_lesson_asks_a_constant_number_of_questions(sqlite_world: World) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    seen: list[int] = []
    for courses in (1, 6):
        course = fill(sqlite_world, teacher, student, courses)
        with counted(sqlite_world) as statements:
            sqlite_world.complete(student, course["lessons"][1]["id"])  # type: ignore[index]
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 5


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
