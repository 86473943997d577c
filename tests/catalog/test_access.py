"""Who may study which course (CONTRACT section 8)."""

from sqlalchemy import select

from bilim.catalog import access
from bilim.catalog.models import Course, Purchase
from bilim.kit.actors import Actor, Role
from guarded import actor
from world import World


def test_who_may_study_what(world: World) -> None:
    teacher, student, premium = world.teacher(), world.student(), world.student(is_premium=True)
    free, priced, bought = (world.course(teacher, price=price)["id"] for price in (0, 5000, 5000))
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=student.id, course_id=bought, created_at=tx.now)

    def open_to(actor: Actor | None) -> list[int]:
        with world.db.read() as tx:
            allowed = access.may_study(access.visibility_of(actor))
            return tx.scalars(select(Course.id).where(allowed).order_by(Course.id), access.viewer(actor))

    assert open_to(None) == []
    assert open_to(actor(Role.STUDENT, student.id)) == [free, bought]
    assert open_to(Actor(premium.id, Role.STUDENT, is_premium=True, session_id=0)) == [free]
    assert open_to(actor(Role.TEACHER, world.teacher().id)) == [free]
    assert open_to(actor(Role.TEACHER, teacher.id)) == open_to(actor(Role.ADMIN)) == [free, priced, bought]
