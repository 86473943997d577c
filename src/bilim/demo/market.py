"""The demo's marketplace: reviews that were answered, a wish, a coupon, and a course that was sold."""

from datetime import timedelta

from sqlalchemy import select

from bilim.billing.actions import add_to_month
from bilim.billing.inputs import PaymentTaken
from bilim.billing.models import Payment
from bilim.billing.rules import CAPTURED
from bilim.catalog.models import Course, Purchase
from bilim.coupons.actions.managing import create_coupon
from bilim.coupons.inputs import CouponInput
from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.money import charged
from bilim.sales.actions import record_sale
from bilim.study.actions import enroll
from bilim.study.actions.reviews import reply_to_review, review_course
from bilim.study.actions.wishes import add_wish
from bilim.study.inputs import EnrollmentInput, ReplyInput, ReviewInput, WishInput

COUPON = "BILIM-2026"


def load_market(tx: Tx, teacher: Actor, student: Actor, premium: Actor, courses: dict[str, int], share_percent: int) -> None:
    """Let learners buy, review and wish for courses of the teacher's, who answers and makes a coupon."""
    free, sold = courses["english_a1"], courses["ielts_foundations"]
    _sell(tx, premium, sold, share_percent)
    for person, course_id in ((student, free), (premium, free)):
        enroll(tx, person, EnrollmentInput(course_id=course_id))
    review = ReviewInput(
        course_id=free, rating=4, comment="Darslar tushunarli. Koʻproq tinglash mashqlari boʻlsa, yana ham yaxshi boʻlardi."
    )
    asked = review_course(tx, student, review)
    reply_to_review(tx, teacher, asked, ReplyInput(text="Rahmat! Keyingi boʻlimga tinglash mashqlarini qoʻshamiz."))
    review_course(tx, premium, ReviewInput(course_id=free, rating=5, comment="Boshlovchilar uchun juda yaxshi kurs."))
    review_course(tx, premium, ReviewInput(course_id=sold, rating=5, comment="Two weeks in, and my Reading is up by a whole band."))
    add_wish(tx, student, WishInput(course_id=sold))
    create_coupon(tx, teacher, CouponInput(code=COUPON, percent=20, course_id=sold, max_uses=100, ends_at=tx.now + timedelta(days=365)))


def _sell(tx: Tx, buyer: Actor, course_id: int, share_percent: int) -> None:
    """Let somebody buy a course, as if a service had taken the money, and join it."""
    amount = charged(*tx.first(select(Course.price, Course.discount_price).where(Course.id == course_id)))
    paid = {"kind": "course", "provider": "payme", "status": CAPTURED, "payer_id": buyer.id, "amount": amount, "refunded": 0}
    payment_id = tx.insert(Payment, **paid, created_at=tx.now, updated_at=tx.now)
    tx.insert(Purchase, user_id=buyer.id, course_id=course_id, created_at=tx.now)
    tx.enqueue(PaymentTaken(payment_id))
    enroll(tx, buyer, EnrollmentInput(course_id=course_id))
    record_sale(tx, payment_id, course_id, share_percent)
    add_to_month(tx, tx.local_now, income=amount)
