"""Submitting, approving, rejecting and withdrawing courses."""

from sqlalchemy import select, update

from bilim.catalog import access, publication
from bilim.catalog.models import Course, CourseSubmission
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict
from bilim.publishing.inputs import Rejection


@requires(Role.TEACHER)
def submit_course(tx: Tx, actor: Actor, course_id: int, terms: CourseTerms) -> None:
    """Publish a course, or a new version of one; where an admin must approve it first, ask for that.

    Raises:
        NotFound, Forbidden: see `catalog.access.require_editor`.
        Conflict: it is in review, has no lessons, or is published as it stands.
    """
    access.editable_course(tx, actor, course_id)
    if publication.waiting_since(tx, course_id) is not None:
        raise Conflict("course_in_review")
    outline = publication.outline_of(tx, course_id)
    if not outline.lessons_count:
        raise Conflict("course_without_lessons")
    if _is_published(tx, course_id) and publication.last_digest(tx, course_id) == outline.digest():
        raise Conflict("course_unchanged")
    if publication.may_publish(actor, terms):
        publication.publish(tx, actor, course_id)
    else:
        publication.submit(tx, actor, course_id)


@requires(Role.ADMIN)
def approve_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Publish a submitted course as it was submitted.

    Raises:
        NotFound: no such course.
        Conflict: it is not in review, or was changed since it was submitted.
    """
    access.editable_course(tx, actor, course_id)
    waiting = (CourseSubmission.course_id == course_id, CourseSubmission.decided_at.is_(None))
    submitted = tx.scalar(select(CourseSubmission.digest).where(*waiting))
    if submitted is None:
        raise Conflict("course_not_in_review")
    if submitted != publication.outline_of(tx, course_id).digest():
        raise Conflict("course_changed_in_review")
    publication.publish(tx, actor, course_id)


@requires(Role.ADMIN)
def reject_course(tx: Tx, actor: Actor, course_id: int, rejection: Rejection) -> None:
    """Hand a submitted course back to its author; one that is published stays so.

    Raises:
        NotFound: no such course.
        Conflict: it is not in review.
    """
    access.editable_course(tx, actor, course_id)
    if not publication.decide(tx, actor, course_id, "rejected", rejection.reason):
        raise Conflict("course_not_in_review")


@requires(Role.TEACHER)
def withdraw_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Take back a submission; without one, take a published course away from learners, who keep what they did.

    Raises:
        NotFound, Forbidden: see `catalog.access.require_editor`.
        Conflict: it is a draft.
    """
    access.editable_course(tx, actor, course_id)
    if publication.decide(tx, actor, course_id, "withdrawn"):
        return
    if not _is_published(tx, course_id):
        raise Conflict("course_is_draft")
    tx.execute(update(Course).where(Course.id == course_id).values(published_title=Course.title))
    publication.withdraw(tx, actor, course_id)


def _is_published(tx: Tx, course_id: int) -> bool:
    return bool(tx.scalar(select(Course.is_published).where(Course.id == course_id)))
