"""Reads of keys, and what they say of answers. For staff alone: a student never sees a key or what it made of an answer."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.db.engine import Tx
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, Problem
from bilim.kit.inputs import sent_fields, value_or
from bilim.mock.inputs import KeyInput, SectionKeyInput
from bilim.mock.models import MockKey, MockSection
from bilim.mock.queries.answers import ANSWERS_OF, answers_by_session
from bilim.mock.queries.sessions import session
from bilim.mock.queries.tests import test
from bilim.mock.rules.answers import unknown_question
from bilim.mock.rules.bands import PUBLISHED, PUBLISHED_QUESTIONS, PUBLISHED_SOURCE, Conversion, band_of, to_band, to_halves
from bilim.mock.rules.keys import of_plain, stored
from bilim.mock.rules.sessions import MARKED
from bilim.questions.rules.marking import AcceptedAnswers, raw_score


class KeyView(Struct):
    """The key of a section. `conversion` has bands in halves."""

    test_row_id: int
    section: str
    answers: dict[str, AcceptedAnswers]
    conversion: Conversion | None
    conversion_source: str | None
    version: int
    updated_at: datetime

    def mark(self, answers: dict[str, str]) -> "Mark":
        """What it makes of answers."""
        right = raw_score(self.answers, answers)
        return Mark(right, band_of(right, self.conversion), self.version)


class Mark(Struct, frozen=True):
    """What a key made of answers; `band` is in halves."""

    raw_score: int
    band: int | None
    key_version: int


class MarkedQuestion(Struct):
    """One question of a marked section."""

    number: int
    answer: str | None
    variants: list[str]
    is_correct: bool


class SectionMarking(Struct):
    """How a section was marked."""

    raw_score: int
    proposed_band: float | None
    conversion_source: str | None
    key_version: int
    questions: list[MarkedQuestion]


class SessionMarking(Struct):
    """How a session was marked; None where a section has no key."""

    session: UUID
    reading: SectionMarking | None
    listening: SectionMarking | None


def _conversion(rows: Any) -> Conversion:
    return [(least, halves) for least, halves in rows]


KEY = select_into(
    KeyView,
    test_row_id=MockKey.test_id,
    section=MockKey.section,
    answers=convert(of_plain, MockKey.answers),
    conversion=convert(_conversion, MockKey.conversion),
    conversion_source=MockKey.conversion_source,
    version=MockKey.version,
    updated_at=MockKey.updated_at,
)
_OF_TESTS = PreparedSelection(KEY.where(MockKey.test_id.in_(bindparam("test_ids", expanding=True))))


@internal
def keys_of(tx: Tx, test_row_ids: Collection[int]) -> dict[tuple[int, str], KeyView]:
    """Keys by the row of their test and their section."""
    found = tx.fetch_all(_OF_TESTS, {"test_ids": sorted(set(test_row_ids))}) if test_row_ids else []
    return {(key.test_row_id, key.section): key for key in found}


@requires(Role.TEACHER)
def keys(tx: Tx, actor: Actor, test_id: UUID) -> dict[str, KeyView]:
    """The keys of a test by section.

    Raises:
        NotFound: there is no such test.
    """
    row_id = test(tx, actor, test_id).row_id
    return {section: key for (_, section), key in keys_of(tx, [row_id]).items()}


@requires(Role.TEACHER)
def marking(tx: Tx, actor: Actor, session_id: UUID) -> SessionMarking:
    """A session question by question, by the present key.

    Raises:
        NotFound: there is no such session.
    """
    found = session(tx, actor, session_id).session
    by_section = keys_of(tx, [found.test_row_id])
    answers = answers_by_session(tx.fetch_all(ANSWERS_OF, {"session_ids": [found.row_id]}))[found.row_id]
    marked = {
        section: _marking(key, answers[section].answers if section in answers else {})
        for section in MARKED
        if (key := by_section.get((found.test_row_id, section)))
    }
    return SessionMarking(found.id, marked.get("reading"), marked.get("listening"))


def _marking(key: KeyView, answers: dict[str, str]) -> SectionMarking:
    questions = [
        MarkedQuestion(int(number), answers.get(number), accepted.variants, accepted.accepts(answers.get(number, "")))
        for number, accepted in key.answers.items()
    ]
    mark = key.mark(answers)
    band = None if mark.band is None else to_band(mark.band)
    return SectionMarking(mark.raw_score, band, key.conversion_source, key.version, questions)


@internal
def proposed_keys(tx: Tx, test_row_id: int, new: KeyInput) -> dict[str, KeyView]:
    """The keys that an input describes, by section.

    Raises:
        Invalid: the test has no such question, or its scale begins above the number of questions.
    """
    of_test = select(MockSection.kind, MockSection.question_count).where(MockSection.test_id == test_row_id)
    questions = {kind: count for kind, count in tx.all(of_test)}  # noqa: C416 - rows are no pairs to the type checker
    sent: dict[str, SectionKeyInput] = sent_fields(new)
    if wrong := {section: problems for section, given in sent.items() if (problems := _unknown(given, questions[section]))}:
        raise Invalid(wrong)
    made: dict[str, KeyView] = {}
    for section, given in sent.items():
        scale, source = _scale(section, given, questions[section])
        made[section] = KeyView(test_row_id, section, stored(given.answers), scale, source, 0, tx.now)
    return made


def _unknown(given: SectionKeyInput, questions: int) -> FieldProblems:
    wrong: FieldProblems = {}
    if problem := unknown_question(given.answers, questions):
        wrong["answers"] = [problem]
    if any(least > questions for least, _ in value_or(given.conversion, [])):
        wrong["conversion"] = [Problem("bad_conversion")]
    return wrong


def _scale(section: str, given: SectionKeyInput, questions: int) -> tuple[Conversion | None, str | None]:
    """The scale of a key, and where it is from: the given one, or the published one where that fits."""
    if rows := value_or(given.conversion, None):
        return [(least, to_halves(band)) for least, band in rows], value_or(given.conversion_source, None)
    return (PUBLISHED[section], PUBLISHED_SOURCE) if questions == PUBLISHED_QUESTIONS else (None, None)
