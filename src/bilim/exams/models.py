"""Exams, who entered them and when, and what came out.

Entries and results are history: they point here with RESTRICT, so that an exam with history is hidden, not deleted.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime


class Exam(Row):
    """An exam of a subject. Students see it while it is published and active, its questions once they typed its code."""

    __tablename__ = "exams"
    __table_args__ = (
        CheckConstraint("time_limit >= 0", name="time_limit"),
        CheckConstraint("length(code) = 6", name="code"),
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    code: Mapped[str] = mapped_column(String(6), unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    time_limit: Mapped[int]
    """Minutes from a student's entry; 0 for none."""
    is_published: Mapped[bool]
    is_active: Mapped[bool]
    date: Mapped[date]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExamQuestion(Row):
    """A question: a `test` has options of which at least one is correct, a `written` one is marked by a person."""

    __tablename__ = "exam_questions"
    __table_args__ = (
        CheckConstraint("kind IN ('test', 'written')", name="kind"),
        CheckConstraint("kind = 'written' OR written_answer_sample IS NULL", name="written_answer_sample"),
        CheckConstraint("position >= 0", name="position"),
        Index("ix_exam_questions_exam_id", "exam_id", "position", "id"),
    )

    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]
    written_answer_sample: Mapped[str | None] = mapped_column(Text)
    """What a good answer may look like; for staff alone."""


class ExamOption(Row):
    """One of the answers from which a `test` question lets choose."""

    __tablename__ = "exam_options"
    __table_args__ = (
        UniqueConstraint("question_id", "id"),  # what an answer refers to, so that no option of another question can be stored
        CheckConstraint("position >= 0", name="position"),
    )

    question_id: Mapped[int] = mapped_column(ForeignKey("exam_questions.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    is_correct: Mapped[bool]
    position: Mapped[int]


class ExamEntry(Base):
    """The moment at which a student typed an exam's code for the first time: their clock runs from it."""

    __tablename__ = "exam_entries"

    exam_id: Mapped[int] = mapped_column(BigId, ForeignKey("exams.id", ondelete="RESTRICT"), primary_key=True)
    student_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True, index=True)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExamResult(Row):
    """What one student handed in, once an exam. `correct_answers` is the number of its answers that are correct."""

    __tablename__ = "exam_results"
    __table_args__ = (
        UniqueConstraint("exam_id", "student_id"),
        CheckConstraint("correct_answers BETWEEN 0 AND total_questions", name="correct_answers"),
        CheckConstraint("is_checked = (checked_by IS NOT NULL)", name="checked_by"),
        Index("ix_exam_results_student_id", "student_id", "id"),
    )

    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id", ondelete="RESTRICT"))
    student_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    correct_answers: Mapped[int]
    total_questions: Mapped[int]
    """How many questions the exam had, answered or not."""
    is_checked: Mapped[bool]
    """Whether a person looked through the answers: only then is the student told which of them are correct."""
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExamAnswer(Row):
    """An answer to one question: an option of a `test`, a text of a `written` one, or neither where it was left blank."""

    __tablename__ = "exam_answers"
    __table_args__ = (
        UniqueConstraint("result_id", "question_id"),
        CheckConstraint("option_id IS NULL OR written_answer IS NULL", name="one_answer"),
        ForeignKeyConstraint(
            ["question_id", "option_id"],
            ["exam_options.question_id", "exam_options.id"],
            name="fk_exam_answers_option",
            ondelete="RESTRICT",
        ),
        Index("ix_exam_answers_question_id", "question_id", "option_id", "is_correct", "result_id"),  # all that the analysis counts
    )

    result_id: Mapped[int] = mapped_column(ForeignKey("exam_results.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("exam_questions.id", ondelete="RESTRICT"))
    option_id: Mapped[int | None] = mapped_column(BigId)
    written_answer: Mapped[str | None] = mapped_column(Text)
    is_correct: Mapped[bool]
