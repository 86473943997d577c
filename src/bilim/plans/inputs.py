"""Inputs about plans."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from bilim.kit.fields import Count, Price, ShortText, Text, Title
from bilim.kit.inputs import Input, Omittable, required
from bilim.kit.jobs import Job
from bilim.plans.rules import MAX_DAYS

Days = Annotated[int, Meta(ge=1, le=MAX_DAYS)]


class PlanChanges(Input, kw_only=True):
    """Changes of a plan: what is left out stays, a quota that is null too. Running subscriptions keep their length."""

    name: Title | UnsetType = UNSET
    price: Price | UnsetType = UNSET
    duration_days: Days | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    stripe_price_id: ShortText | UnsetType = UNSET
    """Empty where the plan is not sold by Stripe."""
    gpt4o_requests_quota: Omittable[Count] = UNSET
    stt_requests_quota: Omittable[Count] = UNSET
    tts_chars_quota: Omittable[Count] = UNSET
    pronunciation_analysis_quota: Omittable[Count] = UNSET


@required("name", "price", "duration_days", "stripe_price_id")
class PlanInput(PlanChanges, kw_only=True):
    """A plan; `price` is UZS. Quotas that are left out are those of premium members."""


class Grant(Struct, frozen=True, kw_only=True):
    """Why somebody gets a subscription of a plan."""

    plan_id: int
    source: Literal["admin", "payment"]
    key: str | None = None
    """What it is for, such as `payment:17`, where it must happen once however often it is asked for."""
    days: int | None = None
    """How long it lasts, where that was settled when it was paid for; else what the plan says now."""
    granted_by: int | None = None
    """The admin who grants it."""


class SweepUsage(Job):
    """Delete what people used in periods that ended long ago."""

    kind: ClassVar[str] = "plans.sweep"
    runs_after_restore: ClassVar[bool] = True
