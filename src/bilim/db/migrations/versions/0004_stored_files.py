"""Stored files: which uploaded files belong to something

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PICTURES = "/uploads/"


def upgrade() -> None:
    """Make the table, with a row for every file that something names already."""
    op.create_table(
        "stored_files",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stored_files")),
    )
    claimed = "INSERT INTO stored_files (name, size, created_at) SELECT {name}, NULL, MIN(created_at) FROM {table} WHERE {which} GROUP BY 1"
    for table in ("lessons", "homework"):
        op.execute(claimed.format(name="file", table=table, which="file IS NOT NULL"))
    stored_at = f"substr(thumbnail_url, {len(PICTURES) + 1})"
    op.execute(claimed.format(name=stored_at, table="courses", which=f"thumbnail_url LIKE '{PICTURES}public/images/%'"))


def downgrade() -> None:
    """Drop the table; the files stay."""
    op.drop_table("stored_files")
