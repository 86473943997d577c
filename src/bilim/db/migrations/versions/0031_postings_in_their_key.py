"""Words of the search in their key

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEY = "ALTER TABLE search_postings DROP CONSTRAINT pk_search_postings, ADD CONSTRAINT pk_search_postings PRIMARY KEY "
_OFTEN = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


def upgrade() -> None:
    """PostgreSQL reads the documents of a word from the key alone, as SQLite did already: the rows of a word stand all over the table.

    It does so for pages that were vacuumed since they were written, so it vacuums after 2 % of the rows have changed, not after 20 %.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_KEY + "(term_id, kind, document_id) INCLUDE (weight, open_weight)")
        op.execute(f"ALTER TABLE search_postings SET ({', '.join(f'{name} = 0.02' for name in _OFTEN)})")


def downgrade() -> None:
    """The key alone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE search_postings RESET ({', '.join(_OFTEN)})")
        op.execute(_KEY + "(term_id, kind, document_id)")
