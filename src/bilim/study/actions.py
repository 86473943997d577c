"""Writes of what people study: joining courses, finishing lessons, certificates, reviews."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError

from bilim.accounts.models import User
from bilim.accounts.queries import person
from bilim.catalog import access
from bilim.catalog.access import Visibility, viewer, visibility
from bilim.catalog.models import Course, Lesson
from bilim.db.base import Base, UtcDateTime
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest, Conflict, FieldProblems, Forbidden, Invalid, NotFound, unknown
from bilim.study import queries, rules
from bilim.study.models import Certificate, Enrollment, Review

MUST_BUY = "This course has to be bought first."
LESSON_CLOSED = "This lesson is for premium members."
NOT_ENROLLED = "You are not enrolled in this course."
NOT_FINISHED = "There are lessons left to finish."
HAS_CERTIFICATE = "This person already has a certificate of this course."
HAS_REVIEWED = "You have already reviewed this course."


class StudiedLesson(Struct):
    """A lesson and what its student may do with it."""

    course_id: int
    is_published: bool
    is_open: bool
    may_study: bool


def enroll(tx: Tx, actor: Actor, course_id: int) -> bool:
    """Join a course; whether the actor was not in it already.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: a priced course that the actor did not buy.
    """
    sees = visibility(actor)
    wanted = select(access.may_study(sees)).where(Course.id == course_id, access.is_visible(sees))
    allowed = tx.execute(wanted, viewer(actor)).first()
    if allowed is None:
        raise unknown("course", course_id)
    if not allowed[0]:
        raise Forbidden(MUST_BUY)
    made = tx.execute(
        tx.inserting(Enrollment)
        .values(user_id=actor.id, course_id=course_id, created_at=tx.now, studied_at=tx.now)
        .on_conflict_do_nothing()
        .returning(Enrollment.id)
    ).first()
    return made is not None


def complete_lesson(tx: Tx, actor: Actor, lesson_id: int, *, enrolled_only: bool = False) -> int:
    """Note that the actor finished a lesson, once; the course's last one issues its certificate. Returns the course's id.

    The enrolment is written first. Its row serves as the lock under which parallel completions of one course follow each other, so that
    whichever comes last sees all the others and issues the certificate.

    Raises:
        NotFound: no such lesson, as far as the actor may know.
        Forbidden: the course has to be bought or joined first, or the lesson is closed to the actor.
    """
    lesson = _studied_lesson(tx, actor, lesson_id)
    if not lesson.may_study:
        raise Forbidden(MUST_BUY)
    if not lesson.is_open:
        raise Forbidden(LESSON_CLOSED)
    if enrolled_only:
        _require_enrollment(tx, actor, lesson.course_id)
    noted = {"user_id": actor.id, "course_id": lesson.course_id, "lesson_id": lesson_id, "moment": tx.now}
    for statement in _NOTE[tx.dialect]:
        tx.run(statement, noted)
    if lesson.is_published and queries.lessons_left(tx, actor.id, lesson.course_id) == 0:
        issue_certificate(tx, actor.id, lesson.course_id)
    return lesson.course_id


def _note(insert: Any) -> tuple[Prepared, ...]:
    """The statements that note a finished lesson, made once: the enrolment with the time last studied, the completion, the last lesson."""
    moment = bindparam("moment", type_=UtcDateTime())
    joined = insert(_ENROLLMENTS).values(
        user_id=bindparam("user_id"), course_id=bindparam("course_id"), created_at=moment, studied_at=moment
    )
    finished = insert(_COMPLETIONS).values(
        user_id=bindparam("user_id"), lesson_id=bindparam("lesson_id"), completed_at=moment, updated_at=moment
    )
    seen = update(_USERS).where(_USERS.c.id == bindparam("user_id")).values(last_viewed_lesson_id=bindparam("lesson_id"))
    again = {"studied_at": joined.excluded.studied_at}
    return (
        Prepared(joined.inline().on_conflict_do_update(index_elements=["user_id", "course_id"], set_=again)),
        Prepared(finished.inline().on_conflict_do_nothing()),
        Prepared(seen),
    )


# Tables, not classes: statements on classes pass through the ORM at every execution.
_ENROLLMENTS, _COMPLETIONS, _USERS = (Base.metadata.tables[name] for name in ("enrollments", "completions", "users"))
_NOTE = {"postgresql": _note(postgresql_insert), "sqlite": _note(sqlite_insert)}


def _lesson_of(sees: Visibility) -> Prepared:
    return Prepared(
        select(Lesson.course_id, Course.is_published, access.is_open(sees), access.may_study(sees))
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id == bindparam("lesson_id"), Lesson.deleted_at.is_(None), access.is_visible(sees))
    )


_LESSON_OF = {sees: _lesson_of(sees) for sees in Visibility}


def _studied_lesson(tx: Tx, actor: Actor, lesson_id: int) -> StudiedLesson:
    return tx.one(_LESSON_OF[visibility(actor)], StudiedLesson, {**viewer(actor), "lesson_id": lesson_id})


def _require_enrollment(tx: Tx, actor: Actor, course_id: int) -> None:
    mine = select(Enrollment.id).where(Enrollment.user_id == actor.id, Enrollment.course_id == course_id)
    if tx.scalar(mine) is None:
        raise Forbidden(NOT_ENROLLED)


def complete_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Issue the certificate of a course whose lessons are all finished, where it was not yet.

    Raises:
        NotFound: no such course, as far as the actor may know.
        BadRequest: a lesson is left, or the course has none.
    """
    sees = visibility(actor)
    if tx.execute(select(Course.id).where(Course.id == course_id, access.is_visible(sees)), viewer(actor)).first() is None:
        raise NotFound
    has_lessons = select(Lesson.id).where(Lesson.course_id == course_id, Lesson.deleted_at.is_(None)).limit(1)
    has_certificate = select(Certificate.id).where(Certificate.user_id == actor.id, Certificate.course_id == course_id)
    if tx.scalar(has_certificate) is not None:
        return
    if tx.scalar(has_lessons) is None or queries.lessons_left(tx, actor.id, course_id) > 0:
        raise BadRequest(NOT_FINISHED)
    issue_certificate(tx, actor.id, course_id)


def issue_certificate(tx: Tx, user_id: int, course_id: int) -> None:
    """Issue a course's certificate, unless the person has it; of parallel calls one issues it."""
    course = tx.execute(select(Course.title, Course.difficulty_level, Course.short_description).where(Course.id == course_id)).one()
    tx.execute(
        tx.inserting(Certificate)
        .values(
            user_id=user_id,
            course_id=course_id,
            holder=_holder(tx, user_id),
            title=rules.CERTIFICATE_TITLE,
            course_name=course[0],
            level_completed=course[1],
            description=course[2],
            verification_code=rules.new_code(),
            issue_date=tx.now,
            is_valid=True,
        )
        .on_conflict_do_nothing(index_elements=[Certificate.user_id, Certificate.course_id])
    )


def award_certificate(tx: Tx, values: dict[str, Any]) -> int:
    """Issue a certificate by hand. The code is ours, whatever was sent.

    Args:
        values: user_id, title, course_name; course_id, level_completed, description where given.

    Raises:
        Invalid: no such person or course.
        Conflict: the person has a certificate of that course.
    """
    user_id, course_id = values["user_id"], values.get("course_id")
    wrong: FieldProblems = {}
    if tx.scalar(select(User.id).where(User.id == user_id, User.deleted_at.is_(None))) is None:
        wrong |= unknown("user_id", user_id).fields
    if course_id is not None and tx.scalar(select(Course.id).where(Course.id == course_id, Course.deleted_at.is_(None))) is None:
        wrong |= unknown("course_id", course_id).fields
    if wrong:
        raise Invalid(wrong)
    try:
        with tx.savepoint():
            return tx.insert(Certificate, **values, holder=_holder(tx, user_id), verification_code=rules.new_code(), issue_date=tx.now)
    except IntegrityError:
        raise Conflict(HAS_CERTIFICATE) from None


def _holder(tx: Tx, user_id: int) -> str:
    """The name that a certificate bears: the full name, or the username of somebody who gave none."""
    holder = person(tx, user_id)
    return holder.full_name or holder.username


def review_course(tx: Tx, actor: Actor, course_id: int, rating: int, comment: str) -> int:
    """Review a course that the actor joined.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: the actor did not join it.
        Conflict: the actor has reviewed it.
    """
    sees = visibility(actor)
    if tx.execute(select(Course.id).where(Course.id == course_id, access.is_visible(sees)), viewer(actor)).first() is None:
        raise unknown("course", course_id)
    _require_enrollment(tx, actor, course_id)
    values = {"user_id": actor.id, "course_id": course_id, "rating": rating, "comment": comment}
    try:
        with tx.savepoint():
            return tx.insert(Review, **values, created_at=tx.now, updated_at=tx.now)
    except IntegrityError:
        raise Conflict(HAS_REVIEWED) from None


def change_review(tx: Tx, actor: Actor, review_id: int, values: dict[str, Any]) -> None:
    """Change one's own review.

    Raises:
        NotFound: no such review.
        Forbidden: somebody else's.
    """
    if _reviewer(tx, review_id) != actor.id:
        raise Forbidden
    tx.execute(update(Review).where(Review.id == review_id).values(**values, updated_at=tx.now))


def delete_review(tx: Tx, actor: Actor, review_id: int) -> None:
    """Delete one's own review, or as an admin any.

    Raises:
        NotFound: no such review.
        Forbidden: somebody else's.
    """
    if _reviewer(tx, review_id) != actor.id and not actor.is_admin:
        raise Forbidden
    tx.execute(delete(Review).where(Review.id == review_id))


def _reviewer(tx: Tx, review_id: int) -> int:
    user_id = tx.scalar(select(Review.user_id).where(Review.id == review_id))
    if user_id is None:
        raise NotFound
    return user_id
