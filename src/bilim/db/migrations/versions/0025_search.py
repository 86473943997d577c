"""The index of words, ratings of courses

Revision ID: 0025
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

_RATED = "INSERT INTO course_ratings (course_id, reviews, stars) SELECT course_id, count(*), sum(rating) FROM reviews GROUP BY course_id"
_INDEXED = """
INSERT INTO jobs (queue, kind, payload, state, due_at, attempts, claims, in_doubt, created_at)
SELECT 'default', 'catalog.index', '{}', 'waiting', CURRENT_TIMESTAMP, 0, 0, false, CURRENT_TIMESTAMP
WHERE EXISTS (SELECT 1 FROM courses)
"""


def upgrade() -> None:
    """Make the tables. What is there is counted here, and indexed by a job once the server runs."""
    op.create_table(
        "course_ratings",
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.CheckConstraint("stars BETWEEN reviews AND 5 * reviews", name=op.f("ck_course_ratings_stars")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_ratings_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_ratings")),
    )
    op.create_table(
        "search_documents",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("kind", "object_id", name=op.f("uq_search_documents_kind_object_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_documents_group_id", "search_documents", ["group_id"])
    op.create_index("ix_search_documents_parent_id", "search_documents", ["parent_id"])
    _create_words()
    op.execute(_RATED)
    op.execute(_INDEXED)


def _create_words() -> None:
    term = sa.String(length=32).with_variant(sa.String(length=32, collation="C"), "postgresql")
    op.create_table(
        "search_terms",
        sa.Column("id", BigId, nullable=False),
        sa.Column("term", term, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_terms")),
        sa.UniqueConstraint("term", name=op.f("uq_search_terms_term")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_neighbours",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("term_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["search_terms.id"], name=op.f("fk_search_neighbours_term_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "term_id", name=op.f("pk_search_neighbours")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_neighbours_term_id"), "search_neighbours", ["term_id"])
    op.create_table(
        "search_postings",
        sa.Column("term_id", BigId, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", BigId, nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("open_weight", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["search_documents.id"], name=op.f("fk_search_postings_document_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["term_id"], ["search_terms.id"], name=op.f("fk_search_postings_term_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("term_id", "kind", "document_id", name=op.f("pk_search_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_postings_document_id", "search_postings", ["document_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("search_postings", "search_neighbours", "search_terms", "search_documents", "course_ratings"):
        op.drop_table(table)
    op.execute("DELETE FROM jobs WHERE kind = 'catalog.index'")
