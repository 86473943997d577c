"""What happened, as news: whom it concerns, and the ids and names for the words. None where there is nothing to tell any more."""

from datetime import date, datetime
from textwrap import shorten

from sqlalchemy import ColumnElement, or_, select

from bilim.accounts.models import User
from bilim.billing.models import Payment
from bilim.billing.rules import CAPTURED
from bilim.catalog.models import Course, Lesson
from bilim.catalog.queries.courses import TITLE_FOR_LEARNERS
from bilim.community.models import ForumPost, ForumTopic
from bilim.db.engine import Tx
from bilim.exams.models import Exam, ExamResult
from bilim.exams.rules import score
from bilim.groups.models import Group
from bilim.homework.access import IS_OFFERED, whose
from bilim.homework.models import Assignment, Homework
from bilim.kit.access import internal
from bilim.kit.money import to_uzs, two_digits
from bilim.kit.text import join_name
from bilim.mock.models import MockScore, MockSession, MockTest
from bilim.mock.rules.bands import to_band
from bilim.notifications.actions.telling import News
from bilim.notifications.rules import plain_number
from bilim.practice.queries.reviews import has_due_words
from bilim.quiz.models import Attempt
from bilim.quiz.models import Test as QuizTest
from bilim.quiz.rules.results import percentage
from bilim.stripe.queries import ending_plan
from bilim.study.models import Certificate, Enrollment, Review, ReviewReply

_LONGEST_NAME = 80


def _is(user_id: int) -> ColumnElement[bool]:
    return User.id == user_id


@internal
def lesson_added(tx: Tx, lesson_id: int) -> News | None:
    """A new lesson, told to those who studied its course when it came, while that is published. Its instructor knows."""
    found = tx.first(
        select(Lesson.title, Course.id, Course.title, Course.instructor_id, Lesson.created_at)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id == lesson_id, Lesson.deleted_at.is_(None), Course.is_published, Course.deleted_at.is_(None))
    )
    if found is None:
        return None
    title, course_id, course, instructor_id, added_at = found
    joined = select(Enrollment.user_id).where(Enrollment.course_id == course_id, Enrollment.created_at <= added_at)
    students = User.id.in_(joined)
    who = students if instructor_id is None else students & (User.id != instructor_id)
    return News("new_lesson", lesson_id, {"lesson_id": lesson_id, "lesson": title, "course_id": course_id, "course": course}, who)


@internal
def certificate_issued(tx: Tx, certificate_id: int) -> News | None:
    """A certificate, told to its holder."""
    wanted = select(Certificate.user_id, Certificate.course_name, Certificate.course_id).where(Certificate.id == certificate_id)
    found = tx.first(wanted)
    if found is None:
        return None
    user_id, course, course_id = found
    data = {"certificate_id": certificate_id, "course_id": course_id, "course": course}
    return News("certificate", certificate_id, data, _is(user_id))


@internal
def review_replied(tx: Tx, review_id: int) -> News | None:
    """An instructor's answer, told to whoever wrote the review."""
    found = tx.first(
        select(Review.user_id, Review.course_id, TITLE_FOR_LEARNERS)
        .join(Course, Course.id == Review.course_id)
        .join(ReviewReply, ReviewReply.review_id == Review.id)
        .where(Review.id == review_id)
    )
    if found is None:
        return None
    user_id, course_id, course = found
    return News("review_reply", review_id, {"review_id": review_id, "course_id": course_id, "course": course}, _is(user_id))


@internal
def post_added(tx: Tx, post_id: int, answered_id: int | None) -> News | None:
    """A post, told to the topic's author and to whoever it answers, not to its own author."""
    found = tx.first(
        select(ForumPost.author_id, ForumTopic.id, ForumTopic.title, ForumTopic.author_id, User.first_name, User.last_name)
        .join(ForumTopic, ForumTopic.id == ForumPost.topic_id)
        .join(User, User.id == ForumPost.author_id)
        .where(ForumPost.id == post_id, ForumPost.deleted_at.is_(None), ForumTopic.deleted_at.is_(None))
    )
    if found is None:
        return None
    author_id, topic_id, topic, topic_author_id, first_name, last_name = found
    answered = select(ForumPost.author_id).where(ForumPost.id == answered_id)
    who = or_(User.id == topic_author_id, User.id == answered.scalar_subquery()) & (User.id != author_id)
    data = {"topic_id": topic_id, "topic": topic, "post_id": post_id, "author_id": author_id, "author": join_name(first_name, last_name)}
    return News("forum_reply", post_id, data, who)


@internal
def payment_taken(tx: Tx, payment_id: int) -> News | None:
    """Money that arrived, told to whoever paid."""
    wanted = select(Payment.payer_id, Payment.amount, Payment.kind, Payment.group_id)
    found = tx.first(wanted.where(Payment.id == payment_id, Payment.status == CAPTURED))
    if found is None:
        return None
    payer_id, amount, kind, group_id = found
    data = {"payment_id": payment_id, "kind": kind, "group_id": group_id, "amount": two_digits(to_uzs(amount))}
    return News("payment", payment_id, data, _is(payer_id))


@internal
def exam_checked(tx: Tx, result_id: int) -> News | None:
    """A result that a person looked through, told to the student."""
    found = tx.first(
        select(ExamResult.student_id, ExamResult.exam_id, Exam.title, ExamResult.correct_answers, ExamResult.total_questions)
        .join(Exam, Exam.id == ExamResult.exam_id)
        .where(ExamResult.id == result_id, ExamResult.is_checked)
    )
    if found is None:
        return None
    student_id, exam_id, exam, correct, total = found
    data = {"result_id": result_id, "exam_id": exam_id, "exam": exam, "score": plain_number(score(correct, total))}
    return News("exam_result", result_id, data, _is(student_id))


@internal
def mock_scored(tx: Tx, score_id: int) -> News | None:
    """The bands of a mock test, told to the student."""
    found = tx.first(
        select(MockSession.user_id, MockSession.public_id, MockTest.title, MockScore.overall)
        .join(MockSession, MockSession.id == MockScore.session_id)
        .join(MockTest, MockTest.id == MockSession.test_id)
        .where(MockScore.id == score_id)
    )
    if found is None:
        return None
    user_id, session, title, overall = found
    data = {"score_id": score_id, "session": str(session), "test": title, "score": plain_number(to_band(overall))}
    return News("mock_result", score_id, data, _is(user_id))


@internal
def homework_assigned(tx: Tx, homework_id: int) -> News | None:
    """New homework, told to those who are to do it and were not told yet, while it is published."""
    found = tx.first(select(*_CALLED).outerjoin(Group, Group.id == Homework.group_id).where(Homework.id == homework_id, IS_OFFERED))
    if found is None:
        return None
    data = {"homework_id": homework_id, "homework": _name_of(*found)}
    return News("homework_assigned", homework_id, data, User.id.in_(whose(homework_id)))


@internal
def homework_graded(tx: Tx, assignment_id: int) -> News | None:
    """The first grade of submitted homework, told to whoever submitted it."""
    found = tx.first(
        select(Assignment.user_id, Assignment.homework_id, Assignment.score, *_CALLED)
        .join(Homework, Homework.id == Assignment.homework_id)
        .outerjoin(Group, Group.id == Homework.group_id)
        .where(Assignment.id == assignment_id, Assignment.status == "graded")
    )
    if found is None:
        return None
    student_id, homework_id, score, *called = found
    data = {"submission_id": assignment_id, "homework_id": homework_id, "homework": _name_of(*called), "score": plain_number(score)}
    return News("homework_graded", assignment_id, data, _is(student_id))


_CALLED = (Homework.title, Homework.text, Group.name)


def _name_of(title: str | None, text: str | None, group: str | None) -> str:
    """What homework is called: its title, else the beginning of its text, else its group."""
    return title or shorten(text or group or "", _LONGEST_NAME, placeholder="…")


@internal
def attempt_graded(tx: Tx, attempt_id: int) -> News | None:
    """A test of which staff marked the last answer, told to whoever took it."""
    found = tx.first(
        select(Attempt.user_id, Attempt.test_id, QuizTest.title, Attempt.total_score, Attempt.max_score)
        .join(QuizTest, QuizTest.id == Attempt.test_id)
        .where(Attempt.id == attempt_id, Attempt.ended_at.is_not(None), Attempt.pending == 0)
    )
    if found is None:
        return None
    user_id, test_id, title, total, most = found
    data = {"attempt_id": attempt_id, "test_id": test_id, "test": title, "score": plain_number(percentage(total, most))}
    return News("test_result", attempt_id, data, _is(user_id))


@internal
def words_due(tx: Tx, user_id: int, day: date) -> News | None:
    """Words to review, told on their day to whoever wants that, while any are due."""
    if day != tx.today or not tx.scalar(select(has_due_words(user_id)), {"now": tx.now}):
        return None
    return News("words_due", day.toordinal(), {"day": day.isoformat()}, _is(user_id))


@internal
def subscription_ending(tx: Tx, user_id: int, ends_at: datetime) -> News | None:
    """A subscription that ends soon, told to whom it is. None where it was lengthened or renews itself since."""
    found = ending_plan(tx, user_id, ends_at)
    if found is None:
        return None
    subscription_id, plan = found
    day = ends_at.astimezone(tx.local_now.tzinfo).date()
    return News("subscription_ending", subscription_id, {"plan": plan, "day": day.isoformat()}, _is(user_id))
