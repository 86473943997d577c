"""Coupons, and courses that cost something, for tests."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bilim.coupons.actions import using
from bilim.coupons.actions.using import HeldUse
from bilim.coupons.models import Coupon, CouponUse
from bilim.db.engine import Database
from conftest import NOON
from world import Person, World

COUPONS = "/api/coupons/"
HOUR = timedelta(hours=1)


def priced(world: World, teacher: Person | None = None, price: float = 100000, **fields: Any) -> dict[str, Any]:
    return world.course(teacher or world.teacher(), lessons=0, price=price, **fields)


def coupon(person: Person, **fields: Any) -> dict[str, Any]:
    body = fields if {"percent", "amount"} & fields.keys() else {"percent": 20} | fields
    made = person.post(COUPONS, body)
    assert made.status_code == 201, made.text
    return made.json()


def check(person: Person, code: str, course: dict[str, Any]) -> Any:
    return person.post(f"{COUPONS}check/", {"code": code, "course": course["id"]})


def redeem(person: Person, code: str, course: dict[str, Any]) -> Any:
    return person.post(f"{COUPONS}redeem/", {"code": code, "course": course["id"]})


def hold(world: World, person: Person, code: str, course: dict[str, Any]) -> HeldUse:
    with world.db.write() as tx:
        return using.hold_coupon(tx, person.id, code, course["id"])


def settle(world: World, held: HeldUse) -> bool:
    with world.db.write() as tx:
        return using.settle_use(tx, held.use_id)


def release(world: World, held: HeldUse) -> bool:
    with world.db.write() as tx:
        return using.release_use(tx, held.use_id)


def counts(db: Database, coupon_id: int) -> tuple[int, int, int, int]:
    """What a coupon says of its uses (taken, used), and the same counted from the uses themselves."""
    with db.read() as tx:
        taken, used = tx.first(select(Coupon.taken, Coupon.used).where(Coupon.id == coupon_id))
        settled = tx.scalars(select(CouponUse.used_at).where(CouponUse.coupon_id == coupon_id))
    return taken, used, len(settled), sum(each is not None for each in settled)


def soon(hours: float) -> str:
    return (NOON + hours * HOUR).isoformat()
