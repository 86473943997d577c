"""Writes of what people study; those of reviews and wishes are in modules of their own."""

from bilim.study.actions.studying import (
    FinishedLesson,
    award_certificate,
    complete_course,
    complete_lesson,
    enroll,
    issue_certificate,
    require_enrollment,
)

__all__ = [
    "FinishedLesson",
    "award_certificate",
    "complete_course",
    "complete_lesson",
    "enroll",
    "issue_certificate",
    "require_enrollment",
]
