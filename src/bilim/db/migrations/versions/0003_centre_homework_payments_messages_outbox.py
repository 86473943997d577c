"""Centre, homework, payments, messages, outbox

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Centre, homework, payments, messages, outbox."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["lane", "state", "due_at", "id"], unique=False)

    op.create_table(
        "paces",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paces")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "expenses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=True),
        sa.Column("recipient_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_expenses_amount")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_expenses_created_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["recipient_user"], ["users.id"], name=op.f("fk_expenses_recipient_user"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenses")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("expenses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expenses_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_expenses_recipient_user"), ["recipient_user"], unique=False)

    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("days", sa.String(length=27), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("monthly_price", sa.BigInteger(), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("monthly_price > 0", name=op.f("ck_groups_monthly_price")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_groups_subject_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sent_by"], ["users.id"], name=op.f("fk_messages_sent_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_sent_by"), ["sent_by"], unique=False)

    op.create_table(
        "telegram_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_telegram_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_links")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_telegram_links_secret_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("telegram_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telegram_links_user_id"), ["user_id"], unique=False)

    op.create_table(
        "work_logs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["users.id"], name=op.f("fk_work_logs_employee_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_logs")),
        sa.UniqueConstraint("employee_id", "date", name=op.f("uq_work_logs_employee_id_date")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("work_logs", schema=None) as batch_op:
        batch_op.create_index("ix_work_logs_date", ["date", "employee_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("marked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('keldi', 'kechikdi', 'kelmadi')", name=op.f("ck_attendance_status")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_attendance_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["marked_by"], ["users.id"], name=op.f("fk_attendance_marked_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_attendance_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("student_id", "group_id", "date", name=op.f("uq_attendance_student_id_group_id_date")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_group_id", ["group_id", "date"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_marked_by"), ["marked_by"], unique=False)

    op.create_table(
        "homework",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("file", sa.String(length=255), nullable=True),
        sa.Column("homework_type", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text IS NOT NULL OR file IS NOT NULL", name=op.f("ck_homework_content")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_homework_created_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_homework_group_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("homework", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_homework_created_by"), ["created_by"], unique=False)
        batch_op.create_index("ix_homework_group_id", ["group_id", "id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("joined_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_memberships_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_memberships_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_group_id", ["group_id", "left_at", "student_id"], unique=False)
        batch_op.create_index("ix_memberships_student_id", ["student_id", "left_at", "group_id"], unique=False)
        batch_op.create_index(
            "uq_memberships_open",
            ["student_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "message_logs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("error", sa.String(length=255), nullable=True),
        sa.Column("sent_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'sent', 'failed')", name=op.f("ck_message_logs_status")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_logs_message_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_message_logs_recipient_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_logs")),
        sa.UniqueConstraint("message_id", "recipient_id", name=op.f("uq_message_logs_message_id_recipient_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("message_logs", schema=None) as batch_op:
        batch_op.create_index("ix_message_logs_message_id", ["message_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_logs_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'tuition' OR group_id IS NOT NULL", name=op.f("ck_payments_tuition")),
        sa.CheckConstraint("kind IN ('tuition', 'course', 'plan')", name=op.f("ck_payments_kind")),
        sa.CheckConstraint("status IN ('pending', 'captured', 'cancelled')", name=op.f("ck_payments_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_payments_refunded")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_payments_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["received_by"], ["users.id"], name=op.f("fk_payments_received_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_payments_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_received_by"), ["received_by"], unique=False)
        batch_op.create_index("ix_payments_status", ["status", "amount", "refunded"], unique=False)
        batch_op.create_index("ix_payments_student_id", ["student_id", "id"], unique=False)

    op.create_table(
        "scores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_scores_score")),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name=op.f("fk_scores_given_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_scores_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_scores_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_given_by"), ["given_by"], unique=False)
        batch_op.create_index("ix_scores_group_id", ["group_id", "student_id", "score"], unique=False)
        batch_op.create_index("ix_scores_student_id", ["student_id", "score"], unique=False)

    op.create_table(
        "payment_months",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_payment_months_month")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_months_payment_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_months")),
        sa.UniqueConstraint("payment_id", "year", "month", name=op.f("uq_payment_months_payment_id_year_month")),
        sqlite_autoincrement=True,
    )
    op.drop_index("ix_audit_records_person_id", "audit_records")
    op.execute("ALTER TABLE audit_records RENAME COLUMN person_id TO object_id")
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="person"))
        batch_op.create_index("ix_audit_records_object", ["kind", "object_id", "id"], unique=False)

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_phone", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Undo: Centre, homework, payments, messages, outbox."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("parent_phone")

    op.execute("DELETE FROM audit_records WHERE kind <> 'person'")
    op.drop_index("ix_audit_records_object", "audit_records")
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.drop_column("kind")

    op.execute("ALTER TABLE audit_records RENAME COLUMN object_id TO person_id")
    op.create_index("ix_audit_records_person_id", "audit_records", ["person_id", "id"], unique=False)

    op.drop_table("payment_months")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index("ix_scores_student_id")
        batch_op.drop_index("ix_scores_group_id")
        batch_op.drop_index(batch_op.f("ix_scores_given_by"))

    op.drop_table("scores")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("ix_payments_student_id")
        batch_op.drop_index("ix_payments_status")
        batch_op.drop_index(batch_op.f("ix_payments_received_by"))
        batch_op.drop_index(batch_op.f("ix_payments_group_id"))

    op.drop_table("payments")
    with op.batch_alter_table("message_logs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_logs_recipient_id"))
        batch_op.drop_index("ix_message_logs_message_id")

    op.drop_table("message_logs")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("uq_memberships_open", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL"))
        batch_op.drop_index("ix_memberships_student_id")
        batch_op.drop_index("ix_memberships_group_id")

    op.drop_table("memberships")
    with op.batch_alter_table("homework", schema=None) as batch_op:
        batch_op.drop_index("ix_homework_group_id")
        batch_op.drop_index(batch_op.f("ix_homework_created_by"))

    op.drop_table("homework")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_marked_by"))
        batch_op.drop_index("ix_attendance_group_id")

    op.drop_table("attendance")
    with op.batch_alter_table("work_logs", schema=None) as batch_op:
        batch_op.drop_index("ix_work_logs_date")

    op.drop_table("work_logs")
    with op.batch_alter_table("telegram_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telegram_links_user_id"))

    op.drop_table("telegram_links")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_sent_by"))

    op.drop_table("messages")
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groups_subject_id"))

    op.drop_table("groups")
    with op.batch_alter_table("expenses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expenses_recipient_user"))
        batch_op.drop_index(batch_op.f("ix_expenses_created_by"))

    op.drop_table("expenses")
    op.drop_table("subjects")
    op.drop_table("paces")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
