"""Whom a course concerns that they keep for later."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select

from bilim.catalog.models import Course, Purchase
from bilim.study.models import Enrollment, Wish


def who_wishes(course_id: int, moment: datetime, *conditions: Any) -> Select[int]:
    """Ids of those who wished for a course at that moment, under further conditions on `Wish`, and neither bought nor joined it since.

    Its instructor is left out, who may teach it only by now.
    """
    bought = exists(
        select(Purchase.id).where(Purchase.user_id == Wish.user_id, Purchase.course_id == course_id, Purchase.revoked_at.is_(None))
    )
    joined = exists(select(Enrollment.id).where(Enrollment.user_id == Wish.user_id, Enrollment.course_id == course_id))
    teaches = exists(select(Course.id).where(Course.id == course_id, Course.instructor_id == Wish.user_id))
    return select(Wish.user_id).where(Wish.course_id == course_id, Wish.created_at <= moment, *conditions, ~bought, ~joined, ~teaches)
