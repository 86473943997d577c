"""Courses on their way to learners, as news; see `events`."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.catalog.models import Course, CourseSubmission, CourseVersion
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.actors import Role
from bilim.kit.text import join_name
from bilim.notifications.actions.telling import News
from bilim.study.models import Enrollment


@internal
def course_submitted(tx: Tx, submission_id: int) -> News | None:
    """A course that waits for an admin, told to all admins while it waits, but not to whoever submitted it."""
    found = tx.first(
        select(Course.id, Course.title, User.id, User.first_name, User.last_name)
        .select_from(CourseSubmission)
        .join(Course, Course.id == CourseSubmission.course_id)
        .join(User, User.id == CourseSubmission.submitted_by)
        .where(CourseSubmission.id == submission_id, CourseSubmission.decided_at.is_(None), Course.deleted_at.is_(None))
    )
    if found is None:
        return None
    course_id, course, author_id, first_name, last_name = found
    data = {
        "submission_id": submission_id,
        "course_id": course_id,
        "course": course,
        "author_id": author_id,
        "author": join_name(first_name, last_name),
    }
    admins = User.role.in_([role for role in Role if role.includes(Role.ADMIN)])
    return News("course_submitted", submission_id, data, admins & (User.id != author_id))


@internal
def submission_decided(tx: Tx, submission_id: int) -> News | None:
    """An approval, or a rejection with its reason, told to whoever submitted the course; not to somebody who decided it themselves."""
    submission = CourseSubmission
    found = tx.first(
        select(submission.decision, submission.reason, submission.submitted_by, submission.decided_by, Course.id, Course.title)
        .join(Course, Course.id == submission.course_id)
        .where(submission.id == submission_id, submission.decision.in_(["approved", "rejected"]), Course.deleted_at.is_(None))
    )
    if found is None:
        return None
    decision, reason, author_id, admin_id, course_id, course = found
    if author_id == admin_id:
        return None
    data = {"submission_id": submission_id, "course_id": course_id, "course": course}
    if decision == "approved":
        return News("course_approved", submission_id, data, User.id == author_id)
    return News("course_rejected", submission_id, data | {"reason": reason}, User.id == author_id)


@internal
def version_published(tx: Tx, version_id: int) -> News | None:
    """A new version of a published course, told to those who studied it when it came; its instructor and whoever published it know.

    Nothing is new in the first version. One that another followed meanwhile is left to the news of that one.
    """
    version, later = CourseVersion, aliased(CourseVersion)
    followed = exists().where(later.course_id == version.course_id, later.number > version.number)
    found = tx.first(
        select(version.number, version.created_at, version.published_by, Course.id, Course.title, Course.instructor_id)
        .join(Course, Course.id == version.course_id)
        .where(version.id == version_id, version.number > 1, ~followed, Course.is_published, Course.deleted_at.is_(None))
    )
    if found is None:
        return None
    number, moment, publisher_id, course_id, course, instructor_id = found
    joined = select(Enrollment.user_id).where(Enrollment.course_id == course_id, Enrollment.created_at <= moment)
    knows = User.id.in_([each for each in (publisher_id, instructor_id) if each is not None])
    data = {"course_id": course_id, "course": course, "version": number}
    return News("course_version", version_id, data, User.id.in_(joined) & ~knows)
