"""Joining courses, finishing lessons, and certificates."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, delete, exists, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_open, is_visible, may_study, viewer, visibility_of
from bilim.catalog.models import Course, Lesson
from bilim.db.base import Base, UtcDateTime
from bilim.db.engine import INSERTING, Tx, violates
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.kit import text
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.errors import BadRequest, Conflict, FieldProblems, Forbidden, Invalid, NotFound, unknown
from bilim.kit.inputs import sent_fields, value_or
from bilim.study import rules, totals
from bilim.study.inputs import CertificateInput, CertificateIssued, EnrollmentInput
from bilim.study.models import Certificate, Completion, Enrollment, Wish
from bilim.study.queries.progress import CompletionView


class FinishedLesson(Struct):
    """A lesson that somebody has finished, and the course that it belongs to."""

    course_id: int
    completion: CompletionView


@signed_in
def enroll(tx: Tx, actor: Actor, enrollment: EnrollmentInput) -> bool:
    """Join a course; whether the actor was not in it already. It leaves their wishlist.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: a priced course that the actor did not buy.
    """
    visibility, course_id = visibility_of(actor), enrollment.course_id
    allowed = tx.first(select(may_study(visibility)).where(Course.id == course_id, is_visible(visibility)), viewer(actor))
    if allowed is None:
        raise unknown("course_id", course_id)
    if not allowed[0]:
        raise Forbidden("must_buy")
    tx.execute(delete(Wish).where(Wish.user_id == actor.id, Wish.course_id == course_id))
    joined = tx.insert_unless_there(Enrollment, user_id=actor.id, course_id=course_id, created_at=tx.now, studied_at=tx.now)
    return joined is not None


class _StudiedLesson(Struct):
    """A lesson and what its student may do with it."""

    course_id: int
    is_published: bool
    is_open: bool
    may_study: bool


def _lesson_of(visibility: Visibility) -> PreparedSelection[_StudiedLesson]:
    return PreparedSelection(
        select_into(
            _StudiedLesson,
            course_id=Lesson.course_id,
            is_published=Course.is_published,
            is_open=case((is_open(visibility), True), else_=False),
            may_study=case((may_study(visibility), True), else_=False),
        )
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id == bindparam("lesson_id"), Lesson.deleted_at.is_(None), is_visible(visibility))
    )


_LESSON_OF = {visibility: _lesson_of(visibility) for visibility in Visibility}


@signed_in
def complete_lesson(tx: Tx, actor: Actor, lesson_id: int, *, enrolled_only: bool = False) -> FinishedLesson:
    """Note that the actor finished a lesson, once. The last one of a published course issues its certificate.

    The enrolment is written first. Its row serves as the lock under which parallel completions of one course follow each other, so that
    whichever comes last sees all the others and issues the certificate.

    Raises:
        NotFound: no such lesson, as far as the actor may know.
        Forbidden: the course has to be bought or joined first, or the lesson is closed to the actor.
    """
    lesson = tx.fetch_one(_LESSON_OF[visibility_of(actor)], viewer(actor, lesson_id=lesson_id))
    if not lesson.may_study:
        raise Forbidden("must_buy")
    if not lesson.is_open:
        raise Forbidden("lesson_closed")
    if enrolled_only:
        require_enrollment(tx, actor, lesson.course_id)
    noted = {"user_id": actor.id, "course_id": lesson.course_id, "lesson_id": lesson_id, "moment": tx.now}
    joining, finishing, viewing = _NOTE[tx.dialect]
    tx.run(joining, noted)
    row = tx.first(finishing, noted)
    tx.run(viewing, noted)
    if row is None:
        known = tx.fetch_one(_FINISHED_BEFORE, noted)
        completion, has_more = known.completion, known.has_more
    else:
        moment = tx.local_now
        totals.count_lesson(tx, actor.id, moment.date())
        completion, has_more = CompletionView(row[0], actor.id, lesson_id, moment, moment), bool(row[1])
    if lesson.is_published and not has_more:
        issue_certificate(tx, actor.id, lesson.course_id)
    return FinishedLesson(lesson.course_id, completion)


# Tables, not classes: statements on classes pass through the ORM at every execution.
_ENROLLMENTS, _COMPLETIONS, _LESSONS, _USERS = (Base.metadata.tables[name] for name in ("enrollments", "completions", "lessons", "users"))


def _has_more() -> Any:
    """Whether a lesson of the course, other than the one at hand, is not finished yet."""
    done = _COMPLETIONS.alias("done")
    lesson = literal_column("lessons.id")  # in RETURNING SQLAlchemy writes SQLite's columns without tables: `id` would be the completion's
    is_done = exists(select(done.c.id).where(done.c.lesson_id == lesson, done.c.user_id == bindparam("user_id")))
    of_course = (_LESSONS.c.course_id == bindparam("course_id"), _LESSONS.c.deleted_at.is_(None))
    left = select(_LESSONS.c.id).where(*of_course, _LESSONS.c.id != bindparam("lesson_id"), ~is_done)
    return exists(left.correlate(None))


def _note(dialect: str) -> tuple[Prepared, Prepared, Prepared]:
    """The statements that note a finished lesson, made once: the enrolment with the time last studied, the completion, the last lesson.

    The completion answers its id and whether more lessons are left, or no row where the lesson was finished before.
    """
    insert, moment = INSERTING[dialect], bindparam("moment", type_=UtcDateTime())
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
        Prepared(finished.on_conflict_do_nothing().returning(_COMPLETIONS.c.id, _has_more())),
        Prepared(seen),
    )


_NOTE = {dialect: _note(dialect) for dialect in INSERTING}


class _FinishedBefore(Struct):
    """A completion that was there already."""

    completion: CompletionView
    has_more: bool


_FINISHED_BEFORE = PreparedSelection(
    select_into(
        _FinishedBefore,
        completion=nested(
            CompletionView,
            id=Completion.id,
            user_id=Completion.user_id,
            lesson_id=Completion.lesson_id,
            completed_at=Completion.completed_at,
            updated_at=Completion.updated_at,
        ),
        has_more=_has_more(),
    ).where(Completion.user_id == bindparam("user_id"), Completion.lesson_id == bindparam("lesson_id"))
)


@internal
def require_enrollment(tx: Tx, actor: Actor, course_id: int) -> None:
    """Let only somebody who joined the course go on.

    Raises:
        Forbidden: the actor did not.
    """
    mine = select(Enrollment.id).where(Enrollment.user_id == actor.id, Enrollment.course_id == course_id)
    if tx.scalar(mine) is None:
        raise Forbidden("not_enrolled")


@signed_in
def complete_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Issue the certificate of a published course whose lessons are all finished, where it was not yet.

    Raises:
        NotFound: no such course, as far as the actor may know.
        BadRequest: a lesson is left, the course has none, or it is not published.
    """
    visible = select(Course.is_published).where(Course.id == course_id, is_visible(visibility_of(actor)))
    course = tx.first(visible, viewer(actor))
    if course is None:
        raise NotFound
    has_certificate = select(Certificate.id).where(Certificate.user_id == actor.id, Certificate.course_id == course_id)
    if tx.scalar(has_certificate) is not None:
        return
    if not course[0]:
        raise BadRequest("not_published")
    finished = select(Completion.id).where(Completion.lesson_id == Lesson.id, Completion.user_id == actor.id)
    lessons = select(finished.exists()).where(Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
    if set(tx.scalars(lessons)) != {True}:
        raise BadRequest("not_finished")
    issue_certificate(tx, actor.id, course_id)


@internal
def issue_certificate(tx: Tx, user_id: int, course_id: int) -> None:
    """Issue a course's certificate, unless the person has it; of parallel calls one issues it."""
    course = tx.execute(select(Course.title, Course.difficulty_level, Course.short_description).where(Course.id == course_id)).one()
    issued = tx.scalar(
        tx.inserting(Certificate)
        .values(
            user_id=user_id,
            course_id=course_id,
            holder=_holder(tx, user_id),
            title=rules.CERTIFICATE_TITLE,
            course_name=course[0],
            level_completed=course[1],
            description=course[2],
            verification_code=new_code(rules.CODE_LENGTH),
            issue_date=tx.now,
            is_valid=True,
        )
        .on_conflict_do_nothing(index_elements=[Certificate.user_id, Certificate.course_id])
        .returning(Certificate.id)
    )
    if issued is not None:
        tx.enqueue(CertificateIssued(issued))


@requires(Role.ADMIN)
def award_certificate(tx: Tx, actor: Actor, certificate: CertificateInput) -> int:  # noqa: ARG001 - the decorator asks who it is
    """Issue a certificate by hand and return its id.

    Raises:
        Invalid: no such person or course.
        Conflict: the person has a certificate of that course.
    """
    user_id, course_id = certificate.user_id, value_or(certificate.course_id, None)
    wrong: FieldProblems = {}
    if tx.scalar(select(User.id).where(User.id == user_id, User.deleted_at.is_(None))) is None:
        wrong |= unknown("user_id", user_id).fields
    if course_id is not None and tx.scalar(select(Course.id).where(Course.id == course_id, Course.deleted_at.is_(None))) is None:
        wrong |= unknown("course_id", course_id).fields
    if wrong:
        raise Invalid(wrong)
    issued = {
        **sent_fields(certificate),
        "holder": _holder(tx, user_id),
        "verification_code": new_code(rules.CODE_LENGTH),
        "issue_date": tx.now,
    }
    try:
        with tx.savepoint():
            certificate_id = tx.insert(Certificate, **issued)
    except IntegrityError as error:
        if violates(error, "uq_certificates_user_id_course_id", "certificates.user_id", "certificates.course_id"):
            raise Conflict("has_certificate") from None
        raise
    tx.enqueue(CertificateIssued(certificate_id))
    return certificate_id


def _holder(tx: Tx, user_id: int) -> str:
    """The name that a certificate bears: the full name, or the username of somebody who gave none."""
    first_name, last_name, username = tx.first(select(User.first_name, User.last_name, User.username).where(User.id == user_id))
    return text.join_name(first_name, last_name) or username
