"""What homework and submissions look like: one representation, with the fields of all documents (CONTRACT section 2)."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from bilim.accounts.shapes import UserOut, user_out
from bilim.catalog.queries.lessons import LessonView
from bilim.homework.queries.assignments import AssignmentView, SubmissionView
from bilim.homework.queries.files import FileView
from bilim.homework.queries.homework import HomeworkView
from bilim.homework.rules import is_late
from bilim.http.urls import Urls


class FileOut(Struct):
    """A file; `url` is a signed address, `download_url` one for those who are signed in and whom it concerns."""

    id: int
    filename: str
    size: int
    url: str
    download_url: str | None


class SubmissionOut(Struct, kw_only=True):
    """What a student handed in, and what was said about it. `is_late` goes by the due date as it stands now."""

    id: int
    homework_id: int
    student_id: int
    user_id: int
    status: str
    content: str | None
    file_url: str | None
    audio_url: str | None
    files: list[FileOut]
    submitted_at: datetime | None
    is_late: bool | None
    score: int | None
    feedback: str | None
    graded_at: datetime | None
    graded_by: int | None
    assigned_at: datetime


class HomeworkOut(Struct):
    """Homework. What belongs to courses' is null in groups', and the other way round; `file` is a signed address.

    `files` is null where it was not asked for; `submissions` (the first hundred) and their number also for those who do not grade it.
    """

    id: int
    group: int | None
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime
    title: str | None
    description: str | None
    instructions: str | None
    due_date: datetime | None
    max_score: int
    is_published: bool
    metadata: dict[str, Any] | None
    oral_assignment: str | dict[str, Any] | None
    course_id: int | None
    lesson_id: int | None
    lesson: LessonView | None
    files: list[FileOut] | None = None
    submissions: list[SubmissionOut] | None = None
    submissions_count: int | None = None


class SubmittedContent(Struct):
    """What was handed in."""

    text: str | None
    files: list[FileOut] = field(default_factory=list[FileOut])
    audio_url: str | None = None


class AssignmentOut(SubmissionOut, kw_only=True):
    """One student's homework: what they have to do, what they handed in (null before that), and what was said about it."""

    submission: SubmittedContent | None
    homework: HomeworkOut
    user: UserOut | None
    student: UserOut | None


def homework_out(view: HomeworkView, urls: Urls, submissions: tuple[list[SubmissionView], int] | None = None) -> HomeworkOut:
    """Homework as it is answered."""
    is_of_course = view.course_id is not None
    out = HomeworkOut(
        id=view.id,
        group=view.group_id,
        text=view.text,
        file=urls.signed(f"/media/{view.file}") if view.file else None,
        homework_type=view.homework_type,
        created_by=view.created_by,
        created_at=view.created_at,
        updated_at=view.updated_at,
        title=view.title,
        description=view.description,
        instructions=view.instructions,
        due_date=view.due_date,
        max_score=view.max_score,
        is_published=view.is_published,
        metadata={} if view.metadata is None and is_of_course else view.metadata,
        oral_assignment=view.oral_assignment,
        course_id=view.course_id,
        lesson_id=view.lesson_id,
        lesson=view.lesson,
    )
    if view.files is not None:
        out.files = [_file_out(file, urls) for file in view.files]
    if submissions is not None:
        out.submissions = [submission_out(each, urls) for each in submissions[0]]
        out.submissions_count = submissions[1]
    return out


def submission_out(view: SubmissionView, urls: Urls) -> SubmissionOut:
    """A submission as it is answered, without its homework and student."""
    return SubmissionOut(**_submission_fields(view, urls))


def assignment_out(view: AssignmentView, urls: Urls) -> AssignmentOut:
    """An assignment as it is answered."""
    fields = _submission_fields(view, urls)
    learner = user_out(view.student) if view.student else None
    content = SubmittedContent(view.content, fields["files"], fields["audio_url"]) if view.submitted_at else None
    return AssignmentOut(**fields, submission=content, homework=homework_out(view.homework, urls), user=learner, student=learner)


def _submission_fields(view: SubmissionView, urls: Urls) -> dict[str, Any]:
    recording = document = None
    for file in reversed(view.files):  # the first of each kind is shown by itself too
        recording, document = (file, document) if file.is_recording else (recording, file)
    return {
        "id": view.id,
        "homework_id": view.homework_id,
        "student_id": view.user_id,
        "user_id": view.user_id,
        "status": view.status,
        "content": view.content,
        "file_url": _path_of(document, urls),
        "audio_url": _path_of(recording, urls),
        "files": [_file_out(file, urls) for file in view.files],
        "submitted_at": view.submitted_at,
        "is_late": is_late(view.submitted_at, view.due_date),
        "score": view.score,
        "feedback": view.feedback,
        "graded_at": view.graded_at,
        "graded_by": view.graded_by,
        "assigned_at": view.assigned_at,
    }


def _path_of(file: FileView | None, urls: Urls) -> str | None:
    """A signed address from the server's root, as the learning document's samples show files."""
    return urls.signed_path(f"/media/{file.name}") if file else None


def _file_out(file: FileView, urls: Urls) -> FileOut:
    download = urls.absolute(f"/api/v1/homework/files/{file.id}/download")
    return FileOut(file.id, file.filename, file.size, urls.signed(f"/media/{file.name}"), download)
