"""Notifications

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Notifications."""
    op.create_table(
        "notifications",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("push", sa.String(length=8), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("push IN ('instant', 'queued', 'digest')", name=op.f("ck_notifications_push")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user_id", "kind", "subject_id", name=op.f("uq_notifications_user_id_kind_subject_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id", "id"], unique=False)
    for name, columns, condition in (
        ("ix_notifications_unread", ["user_id", "id"], "read_at IS NULL"),
        ("ix_notifications_read_at", ["read_at"], "read_at IS NOT NULL"),
        ("ix_notifications_instant", ["kind", "subject_id", "id"], "push = 'instant'"),
        ("ix_notifications_digest", ["user_id", "id"], "push = 'digest'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "notifications", columns, unique=False, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "notification_settings",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("telegram", sa.String(length=8), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("telegram IN ('off', 'instant', 'digest')", name=op.f("ck_notification_settings_telegram")),
        sa.CheckConstraint("language IN ('uz', 'ru', 'en')", name=op.f("ck_notification_settings_language")),
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name=op.f("ck_notification_settings_digest_hour")),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_notification_settings_quiet_hours")),
        sa.CheckConstraint("quiet_from <> quiet_until", name=op.f("ck_notification_settings_quiet_from")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_settings_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_settings")),
    )
    op.create_table(
        "notification_mutes",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_mutes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notification_mutes")),
    )
    op.create_table(
        "notification_digests",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("moment", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_digests_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_digests")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_notification_digests_user_id_day")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notification_digests_day", "notification_digests", ["day"], unique=False)


def downgrade() -> None:
    """Back to before notifications; what people were told is lost."""
    for table in ("notification_digests", "notification_mutes", "notification_settings", "notifications"):
        op.drop_table(table)
