"""Jobs: queues, explicit kinds, claims, what was sent to the broker; rate limits; the schedule

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUES = {"main": "default", "telegram": "messages"}
KINDS = {"DeleteFile": "files.delete", "SendMessage": "telegram.message", "SendReply": "telegram.reply"}
"""Kinds were named by their classes. Those that are not here have no handler and stay as they are."""


def upgrade() -> None:
    """Rename what jobs stand in and how they are named, and note their claims. What is held at this moment counts as running."""
    op.drop_index("ix_jobs_due", "jobs")
    op.alter_column("jobs", "lane", new_column_name="queue")
    op.add_column("jobs", sa.Column("claims", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("in_doubt", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("sent_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True))
    _rename("queue", QUEUES)
    _rename("kind", KINDS)
    op.execute("UPDATE jobs SET state = 'running' WHERE state = 'waiting' AND attempts > 0 AND error IS NULL")
    is_not_dead, is_running, is_sent = sa.text("state <> 'dead'"), sa.text("state = 'running'"), sa.text("sent_at IS NOT NULL")
    op.create_index("ix_jobs_due", "jobs", ["queue", "due_at", "id"], sqlite_where=is_not_dead, postgresql_where=is_not_dead)
    op.create_index("ix_jobs_running", "jobs", ["kind", "due_at"], sqlite_where=is_running, postgresql_where=is_running)
    op.create_index("ix_jobs_sent", "jobs", ["queue", "sent_at"], sqlite_where=is_sent, postgresql_where=is_sent)

    _move_limits("paces", "rate_limits")
    op.create_table(
        "scheduled_runs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduled_runs")),
    )


def downgrade() -> None:
    """Undo: what runs at this moment waits for its lease, as it did."""
    op.drop_table("scheduled_runs")
    _move_limits("rate_limits", "paces")
    for index in ("ix_jobs_sent", "ix_jobs_running", "ix_jobs_due"):
        op.drop_index(index, "jobs")
    op.execute("UPDATE jobs SET state = 'waiting', error = NULL WHERE state = 'running'")
    _rename("kind", {new: old for old, new in KINDS.items()})
    _rename("queue", {new: old for old, new in QUEUES.items()})
    for column in ("sent_at", "in_doubt", "claims"):
        op.drop_column("jobs", column)
    op.alter_column("jobs", "queue", new_column_name="lane")
    op.create_index("ix_jobs_due", "jobs", ["lane", "state", "due_at", "id"])


def _rename(column: str, names: dict[str, str]) -> None:
    jobs = sa.table("jobs", sa.column(column))
    for old, new in names.items():
        op.execute(jobs.update().where(jobs.c[column] == old).values({column: new}))


def _move_limits(source: str, target: str) -> None:
    """A new table with the old one's rows: SQLite cannot rename a primary key's constraint."""
    op.create_table(
        target,
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{target}")),
    )
    op.execute(f"INSERT INTO {target} (key, next_at) SELECT key, next_at FROM {source}")  # noqa: S608 - names of this file
    op.drop_table(source)
