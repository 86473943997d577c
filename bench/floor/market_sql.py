"""The floor's SQL about reviews, wishes and statements; see `bench.floor.sql`."""

_SHOWN = "courses.is_published{yes} AND courses.deleted_at IS NULL"
REVIEWS = f"""
    SELECT reviews.id, reviews.course_id,
           CASE WHEN courses.is_published THEN courses.title ELSE coalesce(courses.published_title, courses.title) END,
           reviews.user_id, users.first_name, users.last_name, reviews.rating, reviews.comment, review_replies.text,
           review_replies.created_at, review_replies.updated_at, reviews.created_at, reviews.updated_at
    FROM reviews JOIN courses ON courses.id = reviews.course_id JOIN users ON users.id = reviews.user_id
         LEFT OUTER JOIN review_replies ON review_replies.review_id = reviews.id
    WHERE reviews.id IN (SELECT reviews.id FROM reviews JOIN courses ON courses.id = reviews.course_id
        WHERE {_SHOWN} AND reviews.course_id = :course_id ORDER BY reviews.rating DESC, reviews.id DESC LIMIT :limit OFFSET :skip)
    ORDER BY reviews.rating DESC, reviews.id DESC
"""
REVIEWS_COUNT = f"""
    SELECT coalesce(sum(course_ratings.stars_1 + course_ratings.stars_2 + course_ratings.stars_3 + course_ratings.stars_4
                        + course_ratings.stars_5), 0)
    FROM course_ratings JOIN courses ON courses.id = course_ratings.course_id WHERE {_SHOWN} AND course_ratings.course_id = :course_id
"""
WISHES = """
    SELECT wishes.id, courses.id, courses.title, courses.price, courses.discount_price, courses.thumbnail_url, wishes.created_at
    FROM wishes JOIN courses ON courses.id = wishes.course_id
    WHERE wishes.user_id = :viewer_id AND courses.is_published{yes}
        AND courses.deleted_at IS NULL AND (courses.is_published{yes} OR courses.instructor_id = :viewer_id)
        AND NOT (EXISTS (SELECT purchases.id FROM purchases
            WHERE purchases.user_id = :viewer_id AND purchases.course_id = courses.id AND purchases.revoked_at IS NULL))
        AND NOT (EXISTS (SELECT enrollments.id FROM enrollments
            WHERE enrollments.user_id = :viewer_id AND enrollments.course_id = courses.id))
    ORDER BY wishes.id LIMIT :limit OFFSET :skip
"""
LINES = """
    SELECT sale_lines.id, sale_lines.amount, sale_lines.payment_id, courses.id, courses.title, sale_lines.share_percent,
           sale_lines.share, sale_lines.balance, sale_lines.created_at
    FROM sale_lines JOIN courses ON courses.id = sale_lines.course_id
    WHERE sale_lines.id IN (SELECT sale_lines.id FROM sale_lines WHERE sale_lines.instructor_id = :instructor_id
        ORDER BY sale_lines.created_at, sale_lines.id LIMIT :limit OFFSET :skip)
    ORDER BY sale_lines.created_at, sale_lines.id
"""
LINES_COUNT = "SELECT count(*) FROM sale_lines WHERE sale_lines.instructor_id = :instructor_id"

PUBLIC = {"reviews of a course": (REVIEWS, REVIEWS_COUNT)}
SENT = {"wishlist": (WISHES,), "statement": (LINES, LINES_COUNT)}
