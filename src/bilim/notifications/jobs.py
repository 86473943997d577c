"""Telling what happened, sending to Telegram what people wish to hear there, digests, and forgetting what is old."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from bilim.billing.inputs import PaymentTaken
from bilim.catalog.inputs import CourseSubmitted, LessonAdded, PriceFell, SubmissionDecided, VersionPublished
from bilim.community.inputs import PostAdded
from bilim.db.engine import Database, Tx
from bilim.exams.inputs import ExamChecked
from bilim.homework.inputs import HomeworkAssigned, HomeworkGraded
from bilim.jobs.batches import write_batches
from bilim.jobs.handling import Handler, RetryLater, Try
from bilim.kit.jobs import Job
from bilim.mock.inputs import MockScored
from bilim.notifications import rules
from bilim.notifications.actions import courses, events, pushing, reading, telling, wishes
from bilim.notifications.actions.telling import News
from bilim.notifications.inputs import MakeDigests, PushNotification, SendDigest, SweepNotifications
from bilim.notifications.queries import pushing as queries
from bilim.notify.jobs import Sender
from bilim.notify.protocols import Bot, ChatRefused
from bilim.practice.inputs import WordsDue
from bilim.quiz.inputs import AttemptGraded
from bilim.stripe.inputs import SubscriptionEnding
from bilim.study.inputs import CertificateIssued, ReviewReplied

_log = logging.getLogger("bilim.notifications")

J = TypeVar("J", bound=Job)
_QUIET = "quiet hours"
_LEASE = timedelta(seconds=30)


class Teller:
    """Tells people of events, each of them once."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def handler(self, job: type[J], *events: Callable[[Tx, J], News | None]) -> Handler[J]:
        """The handler of jobs that say what happened; each of the `events` finds out whom to tell, and what."""

        def run(happened: J, _try: Try) -> None:
            for event in events:
                self._tell(lambda tx, event=event: event(tx, happened))

        return Handler(job, run)

    def _tell(self, event: Callable[[Tx], News | None]) -> None:
        with self._db.write() as tx:
            news = event(tx)
            if news is None:
                return
            telling.tell(tx, news)
            queued = telling.queue_pushes(tx, news)
        while queued:
            with self._db.write() as tx:
                queued = telling.queue_pushes(tx, news)


class Pusher:
    """Sends notifications and digests by the bot, as their people wish at that moment."""

    def __init__(self, db: Database, sender: Sender) -> None:
        self._db = db
        self._sender = sender

    def push(self, job: PushNotification, run: Try) -> None:
        """Send one notification, unless it was read, is old, or is not wished any more.

        Raises:
            RetryLater: not now.
        """
        with self._db.read() as tx:
            push, now = queries.push(tx, job.notification_id), tx.local_now
        if push is None or push.push != "queued":
            return
        to = push.to
        if to.wishes("instant") and push.read_at is None and push.created_at + rules.PUSH_LASTS > now:
            if to.quiet_from and to.quiet_until and (end := rules.quiet_end(now, to.quiet_from, to.quiet_until)):
                raise RetryLater(_QUIET, end)
            self._send(to, rules.message_of(push.kind, push.data, to.language), run)
        with self._db.write() as tx:
            pushing.settle_push(tx, job.notification_id, to.channel)

    def give_up_push(self, tx: Tx, job: PushNotification, _error: str) -> None:
        """Every try went without an answer; the notification itself stays."""
        pushing.settle_push(tx, job.notification_id)

    def send_digest(self, job: SendDigest, run: Try) -> None:
        """Send a digest, once as far as is known. One that could not be sent in its day is left to the next day's.

        Raises:
            RetryLater: not now.
        """
        with self._db.read() as tx:
            digest = queries.digest(tx, job.digest_id)
            if digest is None or digest.sent_at is not None or tx.now > digest.moment + rules.DIGEST_LASTS:
                return
            content = queries.digest_content(tx, digest)
        if not content.total or not digest.to.wishes("digest"):
            return
        self._send(digest.to, rules.digest_of(content.messages, content.total, digest.to.language), run)
        with self._db.write() as tx:
            pushing.settle_digest(tx, job.digest_id, digest)

    def _send(self, to: queries.Addressee, text: str, run: Try) -> None:
        """Send a text; a chat that will never get it counts as done, as what it says stands in the application too."""
        try:
            self._sender.send(to.chat_id or "", text, run)
        except ChatRefused as refused:
            _log.info("notification refused: %s", refused)


def handlers(db: Database, bot: Bot, rate: int, kept: timedelta, sleep: Callable[[float], None] = time.sleep) -> list[Handler[Any]]:
    """How this slice's jobs are run.

    Args:
        rate: how many texts a second the bot may send.
        kept: how long notifications stay after they were read.
    """
    teller, pusher = Teller(db), Pusher(db, Sender(db, bot, rate, sleep))

    def make_digests(_job: MakeDigests, _try: Try) -> None:
        write_batches(db, pushing.BATCH, pushing.make_digests)

    def sweep(_job: SweepNotifications, _try: Try) -> None:
        write_batches(db, reading.SWEPT, lambda tx: reading.sweep(tx, kept))

    return [
        teller.handler(
            LessonAdded,
            lambda tx, job: events.lesson_added(tx, job.lesson_id),
            lambda tx, job: wishes.wished_course_grew(tx, job.lesson_id),
        ),
        teller.handler(PriceFell, lambda tx, job: wishes.price_fell(tx, job.drop_id)),
        teller.handler(CourseSubmitted, lambda tx, job: courses.course_submitted(tx, job.submission_id)),
        teller.handler(SubmissionDecided, lambda tx, job: courses.submission_decided(tx, job.submission_id)),
        teller.handler(
            VersionPublished,
            lambda tx, job: courses.version_published(tx, job.version_id),
            lambda tx, job: wishes.wished_course_changed(tx, job.version_id),
        ),
        teller.handler(ReviewReplied, lambda tx, job: events.review_replied(tx, job.review_id)),
        teller.handler(CertificateIssued, lambda tx, job: events.certificate_issued(tx, job.certificate_id)),
        teller.handler(PostAdded, lambda tx, job: events.post_added(tx, job.post_id, job.answered_id)),
        teller.handler(PaymentTaken, lambda tx, job: events.payment_taken(tx, job.payment_id)),
        teller.handler(ExamChecked, lambda tx, job: events.exam_checked(tx, job.result_id)),
        teller.handler(MockScored, lambda tx, job: events.mock_scored(tx, job.score_id)),
        teller.handler(HomeworkAssigned, lambda tx, job: events.homework_assigned(tx, job.homework_id)),
        teller.handler(HomeworkGraded, lambda tx, job: events.homework_graded(tx, job.assignment_id)),
        teller.handler(AttemptGraded, lambda tx, job: events.attempt_graded(tx, job.attempt_id)),
        teller.handler(WordsDue, lambda tx, job: events.words_due(tx, job.user_id, job.day)),
        teller.handler(SubscriptionEnding, lambda tx, job: events.subscription_ending(tx, job.user_id, job.ends_at)),
        Handler(PushNotification, pusher.push, pusher.give_up_push, lease=_LEASE),
        Handler(MakeDigests, make_digests),
        Handler(SendDigest, pusher.send_digest, lease=_LEASE),
        Handler(SweepNotifications, sweep),
    ]
