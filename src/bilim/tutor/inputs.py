"""What may be said to the tutor, and about what it costs; the slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.inputs import Input
from bilim.kit.jobs import Job
from bilim.tutor import rules

Ceiling = Annotated[int, Meta(ge=0, le=rules.MAX_CEILING)]


class CeilingsInput(Input, kw_only=True):
    """How many tokens may be used a day, by one person and by all together; null for any number."""

    person_daily: Ceiling | None
    school_daily: Ceiling | None


class SweepTokens(Job):
    """Give back the tokens that processes reserved and never settled, since they were killed."""

    kind: ClassVar[str] = "tutor.sweep-tokens"
