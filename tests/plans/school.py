"""Plans, and people who subscribe to them."""

from datetime import UTC, datetime
from typing import Any

from httpx import Response
from sqlalchemy import select

from bilim.plans.actions.subscriptions import grant_subscription
from bilim.plans.inputs import Grant
from bilim.plans.models import Plan
from world import Person, World

PLANS, SUBSCRIPTIONS = "/api/v1/subscription-plans/", "/api/v1/subscriptions/"
OWN, STATUS, USAGE, RESET = f"{SUBSCRIPTIONS}me", f"{SUBSCRIPTIONS}status", "/api/v1/ai/usage", "/api/v1/ai/usage/reset"
MONTHLY: dict[str, Any] = {"name": "Oylik", "price": 99000, "duration_days": 30, "stripe_price_id": "price_1"}
QUOTAS = {"gpt4o_requests_quota": 3, "stt_requests_quota": 2, "tts_chars_quota": 100, "pronunciation_analysis_quota": 1}


def make_plan(admin: Person, **fields: Any) -> dict[str, Any]:
    """A plan as admins are shown it."""
    made = admin.post(PLANS, MONTHLY | fields)
    assert made.status_code == 201, made.text
    return made.json()


def stored_plan(world: World, days: int = 30, **fields: Any) -> int:
    """A plan that nobody had to sign in for."""
    values = {"name": "Oylik", "price": 0, "stripe_price_id": "", **QUOTAS, **fields}
    with world.db.write() as tx:
        return tx.insert(Plan, duration_days=days, **values, created_at=tx.now, updated_at=tx.now)


def subscribe(admin: Person, person_id: int, plan_id: int) -> Response:
    return admin.post(f"{SUBSCRIPTIONS}users/{person_id}/subscriptions?plan_id={plan_id}")


def grant(world: World, user_id: int, plan_id: int, key: str | None = None) -> int:
    """A subscription as a payment grants it, or an admin where there is no key; its id."""
    with world.db.write() as tx:
        return grant_subscription(tx, user_id, Grant(plan_id=plan_id, source="payment" if key else "admin", key=key))


def spans(person: Person) -> list[tuple[datetime, datetime]]:
    """From when until when each of somebody's subscriptions runs, in UTC."""
    return [(moment(each["start_date"]), moment(each["end_date"])) for each in person.get(OWN).json()]


def moment(shown: str) -> datetime:
    return datetime.fromisoformat(shown).astimezone(UTC)


def left(person: Person) -> dict[str, int]:
    """What is left of somebody's quotas, by their names."""
    return {name.removesuffix("_left"): value for name, value in person.get(USAGE).json().items() if name.endswith("_left")}


def rows(world: World, table: Any, *columns: str) -> list[Any]:
    """Columns of all rows of a table, in its order."""
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(*(getattr(table, name) for name in columns)).order_by(getattr(table, columns[0])))]
