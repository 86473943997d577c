"""Inputs of homework, of assigning it, handing it in and grading it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta

from bilim.files.kinds import Document, Speech, StagedFile, documents_problem
from bilim.homework.models import MAX_SCORE
from bilim.homework.rules import MAX_FILES, HomeworkType, details_problem, due_problem
from bilim.kit.errors import Invalid
from bilim.kit.fields import Id, Text, Title
from bilim.kit.inputs import Input, Omittable, Rule, value_or
from bilim.kit.jobs import Job, Queue

Documents = Annotated[list[Annotated[StagedFile, "an upload"]], Meta(max_length=MAX_FILES), Rule(documents_problem)]
DueDate = Annotated[datetime, Rule(due_problem)]
Details = Annotated[dict[str, Any], Rule(details_problem)]
"""An object that is kept as it is sent."""
OralAssignment = Annotated[str | dict[str, Any], Rule(details_problem)]
"""What is to be said: a text, or an object of the author's front end."""
MaxScore = Annotated[int, Meta(ge=1, le=MAX_SCORE)]
Score = Annotated[int, Meta(ge=0, le=MAX_SCORE)]
UserIds = Annotated[list[Id], Meta(min_length=1, max_length=1000)]


class HomeworkChanges(Input, kw_only=True):
    """Changes of homework: what is left out stays, null clears texts and the due date. A file is only ever replaced, files are added."""

    group_id: Omittable[Id] = UNSET
    course_id: Omittable[Id] = UNSET
    lesson_id: Omittable[Id] = UNSET
    title: Omittable[Title] = UNSET
    description: Omittable[Text] = UNSET
    instructions: Omittable[Text] = UNSET
    text: Omittable[Text] = UNSET
    homework_type: Omittable[HomeworkType] = UNSET
    due_date: Omittable[DueDate] = UNSET
    max_score: Omittable[MaxScore] = UNSET
    is_published: Omittable[bool] = UNSET
    metadata: Omittable[Details] = UNSET
    oral_assignment: Omittable[OralAssignment] = UNSET
    file: Omittable[Document] = UNSET
    files: Omittable[Documents] = UNSET


class HomeworkInput(HomeworkChanges, kw_only=True):
    """Homework of a group (a text, an uploaded file, or both) or of a course (a title, and what else is known of it)."""

    def check_whole(self) -> None:
        """Homework is set for a group or for a course (CONTRACT section 2), with what its kind needs.

        Raises:
            Invalid: naming every field that is missing or of the other kind.
        """
        group_id, course_id = value_or(self.group_id, None), value_or(self.course_id, None)
        if group_id and course_id:
            raise Invalid(non_field_errors="group_or_course")
        missing = ["title"] if course_id and not value_or(self.title, None) else []
        if course_id and value_or(self.homework_type, "written") == "oral" and not value_or(self.oral_assignment, None):
            missing.append("oral_assignment")
        if not group_id and not course_id:
            missing = ["group_id", "course_id"] if value_or(self.title, None) else ["group_id"]
        if group_id and value_or(self.lesson_id, None):
            raise Invalid(lesson_id="lesson_of_course")
        if missing:
            raise Invalid(None, **dict.fromkeys(missing, "required"))


class AssignInput(Input, kw_only=True):
    """To whom homework is assigned."""

    user_ids: UserIds


class HomeworkSubmissionInput(Input, kw_only=True):
    """What a student hands in: a text, files, or both. It takes the place of what they handed in before."""

    submission: Omittable[Text] = UNSET
    files: Omittable[Documents] = UNSET

    def check_whole(self) -> None:
        """Something is handed in.

        Raises:
            Invalid: neither a text nor a file.
        """
        if not value_or(self.files, []) and not value_or(self.submission, "").strip():
            raise Invalid(submission="required" if self.submission is UNSET else "blank")


class OralSubmissionInput(Input, kw_only=True):
    """A recording that a student hands in."""

    audio_file: Speech


class HomeworkGradeInput(Input, kw_only=True):
    """A grade, at most the homework's `max_score`; feedback left out stays as it was."""

    score: Score
    feedback: Omittable[Text] = UNSET


class HomeworkAssigned(Job):
    """Homework was published, or assigned to somebody."""

    kind: ClassVar[str] = "homework.assigned"

    homework_id: int


class HomeworkGraded(Job):
    """Somebody's submission was graded."""

    kind: ClassVar[str] = "homework.graded"

    assignment_id: int


class GradeRecording(Job):
    """Listen to a recording that was handed in, and propose a grade. `revision` tells it from one that took its place."""

    kind: ClassVar[str] = "homework.recording"
    queue: ClassVar[Queue] = "speech"
    runs_after_restore: ClassVar[bool] = True

    assignment_id: int
    revision: int
