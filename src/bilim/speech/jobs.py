"""Keeping what was read aloud within bounds, and grading recordings that were handed in."""

import logging
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from bilim.db.engine import Database, Tx
from bilim.files.store import Store
from bilim.homework.actions.submissions import grade_recording, leave_to_teacher
from bilim.homework.inputs import GradeRecording
from bilim.homework.queries.recordings import WaitingRecording, waiting_recording
from bilim.jobs.handling import Handler, RetryLater, Try, back_off
from bilim.kit import clock
from bilim.kit.errors import BadRequest, DomainError, Unavailable
from bilim.speech.inputs import SweepSpeech
from bilim.speech.protocols import Assessment, Hearing
from bilim.speech.rules import FOLDER, expected_text, points_of, share_said, to_sweep
from bilim.texts import text

_log = logging.getLogger("bilim.speech")


class Keeping(Struct, frozen=True):
    """How long spoken texts are kept, and how much room they may take."""

    days: int
    mebibytes: int


def handlers(store: Store, keeping: Keeping) -> list[Handler[Any]]:
    """The handlers of spoken texts."""

    def sweep(_job: SweepSpeech, _try: Try) -> None:
        doomed = to_sweep(store.files_in(FOLDER), clock.now(), timedelta(days=keeping.days), keeping.mebibytes * 1024 * 1024)
        for name in doomed:
            store.delete(name)
        if doomed:
            _log.info("swept spoken texts", extra={"facts": {"files": len(doomed)}})

    return [Handler(SweepSpeech, sweep)]


def grading_handlers(db: Database, hearing: Hearing) -> list[Handler[Any]]:
    """The handlers of recordings handed in as homework."""
    grader = Grader(db, hearing)
    return [Handler(GradeRecording, grader.grade, grader.give_up, lease=_LEASE, tries=_TRIES, at_once=_AT_ONCE)]


_LEASE = timedelta(minutes=3)
_TRIES = 6
_AT_ONCE = 1
"""Learners who wait for an answer come first: the engines' processes are theirs too."""
_LANGUAGE: Literal["uz"] = "uz"
"""Of feedback, which is stored before anybody reads it."""
_LEAST = 40
"""A lower score is never given automatically: the assignment may be a question to answer in one's own words."""
_OTHER_SPEECH = ("off_text", "not_english", "text_too_long", "unknown_words")
"""Refusals by which something was said, but not the text as English."""
_HOPELESS = ("speech_not_installed", "ai_not_configured", "no_whisper_model", "whisper_broken")
"""What no further try changes until somebody sets it up."""


class Proposal(Struct, frozen=True):
    """What came out of listening: points, or None where only a person can tell, and feedback."""

    points: int | None
    feedback: str


class Grader:
    """Proposes grades for recordings. A teacher's grade wins whenever it comes; whatever cannot be graded is left to them."""

    def __init__(self, db: Database, hearing: Hearing) -> None:
        self._db = db
        self._hearing = hearing

    def grade(self, job: GradeRecording, _try: Try) -> None:
        """Listen to a recording that still waits, and settle it.

        Raises:
            RetryLater: the engines are busy, or failed.
        """
        with self._db.read() as tx:
            waiting = waiting_recording(tx, job.assignment_id, job.revision)
        if waiting is None:
            return
        try:
            proposal = self._proposal(waiting)
        except Unavailable as error:
            if error.code not in _HOPELESS:
                raise RetryLater(error.code, clock.now() + back_off(_try.number), counted=True) from None
            proposal = _unheard(error)
        with self._db.write() as tx:
            _settle(tx, job, proposal)

    def give_up(self, tx: Tx, job: GradeRecording, _error: str) -> None:
        """Every try failed: a teacher listens instead."""
        _settle(tx, job, Proposal(None, _said("oral_not_heard", reason=_said("speech_failed"))))

    def _proposal(self, waiting: WaitingRecording) -> Proposal:
        """A grade where the text was read well enough to be sure that it was meant to be read, and not only to be spoken about."""
        expected = expected_text(waiting.oral_assignment)
        if not expected:
            return Proposal(None, self._heard(waiting.file))
        try:
            found = self._hearing.assess_now(waiting.file, expected, ())
        except BadRequest as refused:
            if refused.code not in _OTHER_SPEECH:
                return _unheard(refused)
            return self._by_transcript(waiting, expected)
        if found.score < _LEAST:
            return self._by_transcript(waiting, expected)
        return Proposal(points_of(found.score, waiting.max_score), _feedback(found))

    def _by_transcript(self, waiting: WaitingRecording, expected: str) -> Proposal:
        """With a recogniser of any language, the share of the text's words that it heard, in their order."""
        language = self._hearing.require(None)
        try:
            heard = self._hearing.transcribe_now(waiting.file, language).text
        except BadRequest as refused:
            return _unheard(refused)
        share = share_said(expected, heard)
        is_sure = language is None and share >= _LEAST
        return Proposal(points_of(share, waiting.max_score) if is_sure else None, _said("oral_heard", heard=heard))

    def _heard(self, file: str) -> str:
        """What a recogniser makes of a recording, for the teacher to begin with."""
        try:
            return _said("oral_heard", heard=self._hearing.transcribe_now(file, self._hearing.require(None)).text)
        except BadRequest as refused:
            return _unheard(refused).feedback


def _unheard(refused: DomainError) -> Proposal:
    return Proposal(None, _said("oral_not_heard", reason=_said(refused.code, **refused.params)))


def _settle(tx: Tx, job: GradeRecording, proposal: Proposal) -> None:
    if proposal.points is None:
        leave_to_teacher(tx, job.assignment_id, job.revision, proposal.feedback)
    else:
        grade_recording(tx, job.assignment_id, job.revision, proposal.points, proposal.feedback)


def _feedback(found: Assessment) -> str:
    hard = ", ".join(dict.fromkeys(word.word for word in found.words if word.status != "good"))
    graded = _said("oral_graded", score=round(found.score), pace=round(found.words_per_minute))
    return f"{graded} {_said('oral_hard_words', words=hard)}" if hard else graded


def _said(code: str, **params: Any) -> str:
    return text(code, params, _LANGUAGE)
