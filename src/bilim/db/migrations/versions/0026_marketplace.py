"""Sums and replies of reviews, wishes, price drops, coupons, and what instructors earn

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_SALES = sa.text("amount > 0")


def upgrade() -> None:
    """The tables of the marketplace; the stars of the reviews that are there are counted."""
    _create_ratings()
    _create_wishes()
    _create_coupons()
    _create_sales()


def _create_ratings() -> None:
    op.create_table(
        "review_replies",
        sa.Column("review_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_replies_review_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_replies")),
    )
    op.create_table(
        "course_ratings",
        sa.Column("course_id", BigId, nullable=False),
        *(sa.Column(f"stars_{stars}", sa.Integer(), nullable=False) for stars in range(1, 6)),
        sa.CheckConstraint(
            "stars_1 >= 0 AND stars_2 >= 0 AND stars_3 >= 0 AND stars_4 >= 0 AND stars_5 >= 0", name=op.f("ck_course_ratings_stars")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_ratings_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_ratings")),
    )
    columns = ", ".join(f"stars_{stars}" for stars in range(1, 6))
    sums = ", ".join(f"sum(CASE WHEN rating = {stars} THEN 1 ELSE 0 END)" for stars in range(1, 6))
    op.execute(f"INSERT INTO course_ratings (course_id, {columns}) SELECT course_id, {sums} FROM reviews GROUP BY course_id")  # noqa: S608 - names of ours
    op.drop_index("ix_reviews_course_id", "reviews")
    op.create_index("ix_reviews_course_id", "reviews", ["course_id", "id"])
    op.create_index("ix_reviews_course_rating", "reviews", ["course_id", "rating", "id"])
    op.create_index("ix_reviews_rating", "reviews", ["rating", "id"])


def _create_wishes() -> None:
    op.create_table(
        "wishes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_wishes_course_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_wishes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_wishes_user_id_course_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wishes_user_id", "wishes", ["user_id", "id"])
    op.create_index("ix_wishes_course_id", "wishes", ["course_id"])
    op.create_table(
        "price_drops",
        sa.Column("id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("earlier_price", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("price >= 0 AND price < earlier_price", name=op.f("ck_price_drops_price")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_price_drops_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_drops")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_price_drops_course_id", "price_drops", ["course_id", "id"])


def _create_coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("code_key", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("instructor_id", BigId, nullable=True),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("min_price", sa.BigInteger(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name=op.f("ck_coupons_reduction")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_coupons_percent")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_coupons_amount")),
        sa.CheckConstraint("min_price >= 0", name=op.f("ck_coupons_min_price")),
        sa.CheckConstraint("max_uses > 0", name=op.f("ck_coupons_max_uses")),
        sa.CheckConstraint("used >= 0 AND used <= taken AND (max_uses IS NULL OR taken <= max_uses)", name=op.f("ck_coupons_taken")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_coupons_ends_at")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_coupons_{column}"), ondelete="RESTRICT")
            for column, target in (("instructor_id", "users.id"), ("created_by", "users.id"))
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_coupons_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code_key", name=op.f("uq_coupons_code_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_coupons_course_id", "coupons", ["course_id"])
    op.create_index("ix_coupons_created_by", "coupons", ["created_by"])
    op.create_index("ix_coupons_instructor_id", "coupons", ["instructor_id", "id"])
    op.create_table(
        "coupon_uses",
        sa.Column("id", BigId, nullable=False),
        sa.Column("coupon_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(used_at IS NULL) <> (expires_at IS NULL)", name=op.f("ck_coupon_uses_used_at")),
        sa.CheckConstraint("charged BETWEEN 0 AND price", name=op.f("ck_coupon_uses_charged")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_coupon_uses_{column}"), ondelete="RESTRICT")
            for column, target in (("coupon_id", "coupons.id"), ("user_id", "users.id"), ("course_id", "courses.id"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_uses")),
        sa.UniqueConstraint("coupon_id", "user_id", name=op.f("uq_coupon_uses_coupon_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_coupon_uses_course_id", "coupon_uses", ["course_id"])
    op.create_index("ix_coupon_uses_user_id", "coupon_uses", ["user_id"])
    op.create_index("ix_coupon_uses_expires_at", "coupon_uses", ["coupon_id", "expires_at"])


def _create_sales() -> None:
    op.create_table(
        "sale_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("instructor_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("share_percent", sa.Integer(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_sale_lines_amount")),
        sa.CheckConstraint("share_percent BETWEEN 0 AND 100", name=op.f("ck_sale_lines_share_percent")),
        sa.CheckConstraint(
            "(amount > 0 AND share BETWEEN 0 AND amount) OR (amount < 0 AND share BETWEEN amount AND 0)",
            name=op.f("ck_sale_lines_share"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_sale_lines_{column}"), ondelete="RESTRICT")
            for column, target in (("payment_id", "payments.id"), ("course_id", "courses.id"), ("instructor_id", "users.id"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_lines")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_sale_lines_payment_id", "sale_lines", ["payment_id"], unique=True, sqlite_where=_SALES, postgresql_where=_SALES)
    op.create_index("ix_sale_lines_payment_id", "sale_lines", ["payment_id", "id"])
    op.create_index("ix_sale_lines_course_id", "sale_lines", ["course_id"])
    op.create_index("ix_sale_lines_instructor_id", "sale_lines", ["instructor_id", "created_at", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("sale_lines", "coupon_uses", "coupons", "price_drops", "wishes"):
        op.drop_table(table)
    op.drop_index("ix_reviews_rating", "reviews")
    op.drop_index("ix_reviews_course_rating", "reviews")
    op.drop_index("ix_reviews_course_id", "reviews")
    op.create_index("ix_reviews_course_id", "reviews", ["course_id"])
    op.drop_table("course_ratings")
    op.drop_table("review_replies")
