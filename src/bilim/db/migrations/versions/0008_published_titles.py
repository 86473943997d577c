"""The title a course had while it was published

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The title a course had while it was published. Nobody knows it of courses that were withdrawn before."""
    op.add_column("courses", sa.Column("published_title", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Undo: the title a course had while it was published."""
    op.drop_column("courses", "published_title")
