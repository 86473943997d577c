"""Inputs of homework."""

from typing import Literal

from msgspec import UNSET, UnsetType

from bilim.files.kinds import Document
from bilim.kit.errors import Invalid
from bilim.kit.fields import Id, Text
from bilim.kit.inputs import Input, Omittable

HomeworkType = Literal["written", "oral", "quiz", "project"]


class HomeworkContent(Input, kw_only=True):
    """What homework is made of."""

    text: Omittable[Text] = UNSET
    file: Omittable[Document] = UNSET
    homework_type: Omittable[HomeworkType] = UNSET


class HomeworkChanges(HomeworkContent, kw_only=True):
    """Changes of homework: what is left out stays; an empty text is none, a file is only ever replaced."""

    group_id: Id | UnsetType = UNSET


class HomeworkInput(HomeworkContent, kw_only=True):
    """Homework of a group: a text, an uploaded file, or both. That of courses cannot be set yet."""

    group_id: Omittable[Id] = UNSET  # `check_whole` names a missing one
    course_id: Omittable[Id] = UNSET

    def check_whole(self) -> None:
        """Homework is set for a group or for a course (CONTRACT section 2).

        Raises:
            Invalid: for both, for neither, or for a course.
        """
        if self.group_id and self.course_id:
            raise Invalid(non_field_errors="group_or_course")
        if self.course_id:
            raise Invalid(course_id="no_course_homework")
        if not self.group_id:
            raise Invalid(group_id="required")
