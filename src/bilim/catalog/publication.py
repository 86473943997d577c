"""How a course comes to be published, and what is noted then: used by all actions that publish or withdraw one.

A course is published where `is_published` is set, in review while a submission waits, and else a draft. A published course may be in review
too: its author asks for a new version. Whoever calls has locked the course (`access.editable_course`), so that numbers follow each other.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import to_builtins
from sqlalchemy import delete, func, select, update

from bilim.catalog.inputs import CourseSubmitted, SubmissionDecided, VersionPublished
from bilim.catalog.models import Course, CourseSubmission, CourseVersion, Lesson, Section
from bilim.catalog.rules import CourseTerms, Outline, OutlineLesson, OutlineSection
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.actors import Actor

MAX_VERSIONS = 100
"""Versions that are kept of a course: the latest ones."""

Decision = Literal["approved", "rejected", "withdrawn"]


@internal
def outline_of(tx: Tx, course_id: int) -> Outline:
    """What a course consists of now."""
    ordered = select(Section.id, Section.title).where(Section.course_id == course_id).order_by(Section.position, Section.id)
    sections = {section_id: OutlineSection(section_id, title, []) for section_id, title in tx.all(ordered)}
    lessons = select(Lesson.section_id, Lesson.id, Lesson.title, Lesson.is_preview, Lesson.premium_only, Lesson.updated_at)
    there = (Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
    for section_id, lesson_id, title, is_preview, premium_only, updated_at in tx.all(
        lessons.where(*there).order_by(Lesson.position, Lesson.id)
    ):
        moment = updated_at.astimezone(UTC)  # the same digest in every time zone
        sections[section_id].lessons.append(OutlineLesson(lesson_id, title, is_preview, premium_only, moment))
    return Outline(tx.scalar(select(Course.title).where(Course.id == course_id)), list(sections.values()))


@internal
def last_digest(tx: Tx, course_id: int) -> str | None:
    """The digest of a course's last version, or None where it has none."""
    return tx.scalar(
        select(CourseVersion.digest).where(CourseVersion.course_id == course_id).order_by(CourseVersion.number.desc()).limit(1)
    )


@internal
def note_version(tx: Tx, actor: Actor, course_id: int) -> None:
    """Note what a published course consists of, unless its last version is the same. The oldest beyond `MAX_VERSIONS` goes."""
    outline = outline_of(tx, course_id)
    digest = outline.digest()
    if last_digest(tx, course_id) == digest:
        return
    number = (tx.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id)) or 0) + 1
    version_id = tx.insert(
        CourseVersion,
        course_id=course_id,
        number=number,
        title=outline.title,
        sections_count=len(outline.sections),
        lessons_count=outline.lessons_count,
        outline=to_builtins(outline.sections),
        digest=digest,
        published_by=actor.id,
        created_at=tx.now,
    )
    tx.execute(delete(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.number <= number - MAX_VERSIONS))
    tx.enqueue(VersionPublished(version_id))


@internal
def publish(tx: Tx, actor: Actor, course_id: int) -> None:
    """Publish a course as it stands, and note the version. What waited for this is approved by it."""
    decide(tx, actor, course_id, "approved")
    tx.execute(update(Course).where(Course.id == course_id).values(is_published=True, updated_at=tx.now))
    note_version(tx, actor, course_id)


@internal
def withdraw(tx: Tx, actor: Actor, course_id: int) -> None:
    """Take a course away from learners, and its submission back. `published_title` is the caller's to set."""
    decide(tx, actor, course_id, "withdrawn")
    tx.execute(update(Course).where(Course.id == course_id).values(is_published=False, updated_at=tx.now))


@internal
def submit(tx: Tx, actor: Actor, course_id: int) -> bool:
    """Ask for a course to be published; False where that was asked already."""
    digest = outline_of(tx, course_id).digest()
    submission_id = tx.insert_unless_there(CourseSubmission, course_id=course_id, submitted_by=actor.id, created_at=tx.now, digest=digest)
    if submission_id is None:
        return False
    tx.enqueue(CourseSubmitted(submission_id))
    return True


@internal
def decide(tx: Tx, actor: Actor, course_id: int, decision: Decision, reason: str | None = None) -> bool:
    """Decide what waits; False where nothing does."""
    waiting = (CourseSubmission.course_id == course_id, CourseSubmission.decided_at.is_(None))
    decided: dict[str, Any] = {"decision": decision, "decided_by": actor.id, "decided_at": tx.now, "reason": reason}
    submission_id = tx.scalar(update(CourseSubmission).where(*waiting).values(**decided).returning(CourseSubmission.id))
    if submission_id is None:
        return False
    if decision != "withdrawn":
        tx.enqueue(SubmissionDecided(submission_id))
    return True


@internal
def may_publish(actor: Actor, terms: CourseTerms) -> bool:
    """Whether somebody who may change a course publishes it by themselves."""
    return actor.is_admin or not terms.needs_review


@internal
def waiting_since(tx: Tx, course_id: int) -> datetime | None:
    """When a course was submitted, while that is not decided."""
    waiting = (CourseSubmission.course_id == course_id, CourseSubmission.decided_at.is_(None))
    return tx.scalar(select(CourseSubmission.created_at).where(*waiting))
