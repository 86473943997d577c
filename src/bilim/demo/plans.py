"""The demo's plans, and a person who subscribed to one."""

from decimal import Decimal

from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.plans.actions.plans import create_plan
from bilim.plans.actions.subscriptions import subscribe_person
from bilim.plans.inputs import PlanInput

_PLANS = (
    PlanInput(
        name="Oylik",
        price=Decimal(99_000),
        duration_days=30,
        description="Barcha premium darslar va AI yordamchi, bir oyga",
        stripe_price_id="",
    ),
    PlanInput(
        name="Yillik",
        price=Decimal(890_000),
        duration_days=365,
        description="Bir yilga, oyiga 75 000 soʻmdan arzon",
        stripe_price_id="",
        gpt4o_requests_quota=6_000,
        stt_requests_quota=24_000,
        tts_chars_quota=1_200_000,
        pronunciation_analysis_quota=4_800,
    ),
)


def load_plans(tx: Tx, author: Actor, member_id: int) -> None:
    """Make the plans, and subscribe somebody to the longest one."""
    ids = [create_plan(tx, author, plan) for plan in _PLANS]
    subscribe_person(tx, author, member_id, ids[-1])
