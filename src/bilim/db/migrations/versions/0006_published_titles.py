"""The title a course had while it was published; which stored files belong to something

Revision ID: 0006
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

PICTURES = "/uploads/public/images/"


def upgrade() -> None:
    """The title a course had while it was published; which stored files belong to something. Files of before are claimed as they are."""
    op.add_column("courses", sa.Column("published_title", sa.String(length=255), nullable=True))
    op.create_table(
        "stored_files",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stored_files")),
    )
    op.execute(
        f"""
        INSERT INTO stored_files (name, created_at)
        SELECT name, min(created_at) FROM (
            SELECT file AS name, created_at FROM lessons WHERE file IS NOT NULL
            UNION ALL SELECT file, created_at FROM homework WHERE file IS NOT NULL
            UNION ALL SELECT substr(thumbnail_url, 10), created_at FROM courses WHERE thumbnail_url LIKE '{PICTURES}%'
        ) AS files GROUP BY name
        """  # noqa: S608 - a constant
    )


def downgrade() -> None:
    """Undo: the title a course had while it was published; which stored files belong to something."""
    op.drop_table("stored_files")
    op.drop_column("courses", "published_title")
