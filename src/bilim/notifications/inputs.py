"""How people wish to be told, and this slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.groups.rules import parse_time
from bilim.kit.errors import Invalid
from bilim.kit.inputs import Input, Omittable, Rule
from bilim.kit.jobs import Job, Queue
from bilim.notifications.rules import Channel, Language
from bilim.notify.inputs import QUEUE

TimeOfDay = Annotated[
    str,
    Meta(max_length=50, extra_json_schema={"pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}, examples=["22:00"]),
    Rule(lambda text: None if parse_time(text) is not None else "no_time"),
]
"""`HH:MM` on the school's clock."""
Hour = Annotated[int, Meta(ge=0, le=23)]


class QuietHoursInput(Input, kw_only=True, rename={"start": "from", "end": "until"}):
    """The hours in which nothing is sent to Telegram; they may cross midnight."""

    start: TimeOfDay
    end: TimeOfDay

    def check_whole(self) -> None:
        """Quiet hours are some time long.

        Raises:
            Invalid: they end as they begin.
        """
        if parse_time(self.start) == parse_time(self.end):
            raise Invalid(end="quiet_all_day")


class KindsInput(Input, kw_only=True):
    """Kinds of notifications, on or off; those left out stay."""

    new_lesson: Omittable[bool] = UNSET
    homework_assigned: Omittable[bool] = UNSET
    homework_graded: Omittable[bool] = UNSET
    certificate: Omittable[bool] = UNSET
    forum_reply: Omittable[bool] = UNSET
    payment: Omittable[bool] = UNSET
    exam_result: Omittable[bool] = UNSET
    mock_result: Omittable[bool] = UNSET
    test_result: Omittable[bool] = UNSET
    words_due: Omittable[bool] = UNSET
    review_reply: Omittable[bool] = UNSET
    price_drop: Omittable[bool] = UNSET
    course_updated: Omittable[bool] = UNSET
    course_version: Omittable[bool] = UNSET
    course_submitted: Omittable[bool] = UNSET
    course_approved: Omittable[bool] = UNSET
    course_rejected: Omittable[bool] = UNSET
    subscription_ending: Omittable[bool] = UNSET


class SettingsChanges(Input, kw_only=True):
    """How somebody wishes to be told; what is left out stays. Null takes quiet hours and the language away."""

    telegram: Channel | UnsetType = UNSET
    quiet_hours: Omittable[QuietHoursInput] = UNSET
    digest_hour: Hour | UnsetType = UNSET
    language: Omittable[Language] = UNSET
    kinds: Omittable[KindsInput] = UNSET


class PushNotification(Job):
    """Send one notification to its person's Telegram."""

    kind: ClassVar[str] = "notifications.push"
    queue: ClassVar[Queue] = QUEUE

    notification_id: int


class MakeDigests(Job):
    """Make the digests whose hour has come."""

    kind: ClassVar[str] = "notifications.make-digests"


class SendDigest(Job):
    """Send a digest to its person's Telegram."""

    kind: ClassVar[str] = "notifications.digest"
    queue: ClassVar[Queue] = QUEUE

    digest_id: int


class SweepNotifications(Job):
    """Delete notifications that were read long ago."""

    kind: ClassVar[str] = "notifications.sweep"
    runs_after_restore: ClassVar[bool] = True
