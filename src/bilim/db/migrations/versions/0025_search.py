"""The index of words

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_INDEXED = """
INSERT INTO jobs (queue, kind, payload, state, due_at, attempts, claims, in_doubt, created_at)
SELECT 'default', 'catalog.index', '{}', 'waiting', CURRENT_TIMESTAMP, 0, 0, false, CURRENT_TIMESTAMP
WHERE EXISTS (SELECT 1 FROM courses)
"""


def upgrade() -> None:
    """Make the tables. What is there is indexed by a job once the server runs."""
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
    for table in ("search_postings", "search_neighbours", "search_terms", "search_documents"):
        op.drop_table(table)
    op.execute("DELETE FROM jobs WHERE kind = 'catalog.index'")
