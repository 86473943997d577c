"""A course and a group with homework, and people who do and grade it."""

from typing import Any

from httpx import Response
from sqlalchemy import func, select

from bilim.db.base import Base
from bilim.files.models import StoredFile
from world import Person, World

PDF = b"%PDF-1.7 insho"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt speech"
PNG = b"\x89PNG\r\n\x1a\n picture"
HOMEWORK = "/api/v1/homework"


class School:
    """A teacher with a published course of one lesson, and a learner who joined it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.teacher = world.teacher()
        self.course: dict[str, Any] = world.course(self.teacher, lessons=1)
        self.lesson: int = self.course["lessons"][0]["id"]
        self.student = self.learner()

    def learner(self, **values: Any) -> Person:
        """Somebody who joined the course."""
        student = self.world.student(**values)
        joined = student.post("/api/enrollments/", {"course": self.course["id"]})
        assert joined.status_code == 201, joined.text
        return student

    def homework(self, teacher: Person | None = None, **fields: Any) -> dict[str, Any]:
        """Published homework of the course."""
        made = (teacher or self.teacher).post(HOMEWORK, {"title": "Insho", "course_id": self.course["id"], "is_published": True} | fields)
        assert made.status_code == 201, made.text
        return made.json()

    def submitted(self, homework: dict[str, Any], student: Person | None = None, text: str = "Javobim") -> dict[str, Any]:
        """What a student hands in."""
        sent = submit(student or self.student, homework["id"], text)
        assert sent.status_code == 201, sent.text
        return sent.json()

    def counted(self, *tables: type[Base]) -> list[int]:
        """How many rows there are of each."""
        with self.world.db.read() as tx:
            return [tx.scalar(select(func.count()).select_from(table)) for table in tables]

    def claimed(self) -> set[str]:
        """The stored names of the files in use."""
        with self.world.db.read() as tx:
            return set(tx.scalars(select(StoredFile.name)))


def submit(student: Person, homework_id: int, text: str | None = "Javobim", *files: tuple[str, bytes]) -> Response:
    """Hand in a text, files, or both, as the reference does: by a form."""
    sent = {"submission": text} if text is not None else {}
    uploads = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return student.call("POST", f"{HOMEWORK}/{homework_id}/submit", data=sent, files=uploads or None)


def speak(student: Person, homework_id: int, name: str = "nutq.wav", content: bytes = WAV) -> Response:
    """Hand in a recording."""
    return student.call("POST", f"{HOMEWORK}/{homework_id}/submit-oral", files={"audio_file": (name, content, "audio/wav")})


def grade(teacher: Person, assignment_id: int, score: Any = 80, **fields: Any) -> Response:
    """Grade what was handed in."""
    return teacher.post(f"{HOMEWORK}/submissions/{assignment_id}/grade", {"score": score} | fields)
