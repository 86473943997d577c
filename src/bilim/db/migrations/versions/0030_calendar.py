"""Secret addresses of calendars

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty: nobody has an address yet."""
    op.create_table(
        "calendar_tokens",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_tokens_digest")),
    )


def downgrade() -> None:
    """Whoever subscribed has to do so again."""
    op.drop_table("calendar_tokens")
