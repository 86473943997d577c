"""What joining, reviewing, wishing and awarding take, and this slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta

from bilim.kit.fields import Id, Line, Reason, Text, Title
from bilim.kit.inputs import Input, Omittable
from bilim.kit.jobs import Job

Stars = Annotated[int, Meta(ge=1, le=5)]


class EnrollmentInput(Input, kw_only=True):
    """The course to join."""

    course_id: Id


class ReviewChanges(Input, kw_only=True):
    """A review as it shall be; a comment that is left out stays."""

    rating: Stars
    comment: Omittable[Text] = UNSET


class ReviewInput(ReviewChanges, kw_only=True):
    """A new review."""

    course_id: Id


class ReplyInput(Input, kw_only=True):
    """What an instructor answers to a review."""

    text: Reason


class WishInput(Input, kw_only=True):
    """The course to keep for later."""

    course_id: Id


class CertificateInput(Input, kw_only=True):
    """A certificate issued by hand. Its code is ours, whatever was sent."""

    title: Title
    user_id: Id
    course_name: Title
    course_id: Omittable[Id] = UNSET
    level_completed: Omittable[Line] = UNSET
    description: Omittable[Text] = UNSET


class CertificateIssued(Job):
    """Somebody got a certificate."""

    kind: ClassVar[str] = "study.certificate-issued"

    certificate_id: int


class ReviewReplied(Job):
    """An instructor answered a review for the first time."""

    kind: ClassVar[str] = "study.review-replied"

    review_id: int
