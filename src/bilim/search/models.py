"""The index: documents, the words in use, and which word stands in which document.

Ordinary tables, so that both databases find the same in the same order and a backup of one restores to the other. Generic: a document
is a number of a kind; its group and its parent are what decides who may see it, as the slices above know.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row

MAX_TERM = 32
"""Letters of a word; `rules.fold` cuts the others off."""
_TERM = String(MAX_TERM).with_variant(String(MAX_TERM, collation="C"), "postgresql")
"""Compared letter by letter, so that the words of a beginning stand together in the index."""


class IndexedDocument(Row):
    """Something that can be found."""

    __tablename__ = "search_documents"
    __table_args__ = (
        UniqueConstraint("kind", "object_id"),
        Index("ix_search_documents_group_id", "group_id"),
        Index("ix_search_documents_parent_id", "parent_id"),
    )

    kind: Mapped[int] = mapped_column(SmallInteger)
    object_id: Mapped[int] = mapped_column(BigInteger)
    group_id: Mapped[int] = mapped_column(BigInteger)
    """What it belongs to and goes with, such as its course."""
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    """What opens or closes its texts, such as its lesson."""


class Term(Row):
    """A word, folded. It stays when no document has it any more, until the index is rebuilt."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(_TERM, unique=True)


class Neighbour(Base):
    """A key of a word, see `rules.neighbour_keys`: words with a key in common may be each other with slips."""

    __tablename__ = "search_neighbours"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    term_id: Mapped[int] = mapped_column(BigId, ForeignKey("search_terms.id", ondelete="CASCADE"), primary_key=True, index=True)


class Posting(Base):
    """That a word stands in a document, and what it is worth there.

    The key holds the whole row on either database, so that the documents of a word are read one after the other.
    """

    __tablename__ = "search_postings"
    __table_args__ = (
        PrimaryKeyConstraint("term_id", "kind", "document_id", postgresql_include=["weight", "open_weight"]),
        Index("ix_search_postings_document_id", "document_id"),
        {"sqlite_with_rowid": False},
    )

    term_id: Mapped[int] = mapped_column(BigId, ForeignKey("search_terms.id", ondelete="RESTRICT"), primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """The document's, so that words of one kind are found without reading the others."""
    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("search_documents.id", ondelete="CASCADE"), primary_key=True)
    weight: Mapped[int] = mapped_column(SmallInteger)
    open_weight: Mapped[int] = mapped_column(SmallInteger)
    """The same without what is closed to those who may not read all its texts."""
