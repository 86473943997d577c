"""Reads of answers and of the bands that teachers gave."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.mock.models import MockAnswer, MockScore, MockSession, MockWritingAnswer
from bilim.mock.queries.sessions import SESSION, SessionView, session
from bilim.mock.queries.tests import MockTestView, tests_of_sessions
from bilim.mock.rules.bands import to_band


class OwnAnswerView(Struct):
    """The answers of a session to a section, as their author sees them."""

    id: int
    session: UUID
    answers: dict[str, str]
    created_at: datetime
    updated_at: datetime


class AnswerView(OwnAnswerView):
    """The same as staff see them, with what the key made of them; None without a key."""

    session_row_id: int
    section: str
    raw_score: int | None
    proposed_band: float | None
    key_version: int | None


class WritingView(Struct):
    """A session's text for a task."""

    session_row_id: int
    id: int
    session: UUID
    task_number: int
    text: str
    teacher_comment: str | None
    created_at: datetime
    updated_at: datetime


class AnsweredSession(Struct):
    """A session with all that was answered."""

    session: SessionView
    test: MockTestView
    answers: dict[str, AnswerView]
    writing: list[WritingView]


class MockScoreView(Struct):
    """The bands of a session."""

    id: int
    session: UUID
    listening: float
    reading: float
    writing: float
    speaking: float
    score: float
    created_at: datetime
    updated_at: datetime


_OWN_FIELDS: dict[str, Any] = {
    "id": MockAnswer.id,
    "session": MockSession.public_id,
    "answers": MockAnswer.answers,
    "created_at": MockAnswer.created_at,
    "updated_at": MockAnswer.updated_at,
}
_OWN_ANSWER = select_into(OwnAnswerView, **_OWN_FIELDS).join(MockSession, MockSession.id == MockAnswer.session_id)
ANSWER = select_into(
    AnswerView,
    **_OWN_FIELDS,
    session_row_id=MockAnswer.session_id,
    section=MockAnswer.section,
    raw_score=MockAnswer.raw_score,
    proposed_band=convert(to_band, MockAnswer.band),
    key_version=MockAnswer.key_version,
).join(MockSession, MockSession.id == MockAnswer.session_id)
_TEXT = select_into(
    WritingView,
    session_row_id=MockWritingAnswer.session_id,
    id=MockWritingAnswer.id,
    session=MockSession.public_id,
    task_number=MockWritingAnswer.task_number,
    text=MockWritingAnswer.text,
    teacher_comment=MockWritingAnswer.teacher_comment,
    created_at=MockWritingAnswer.created_at,
    updated_at=MockWritingAnswer.updated_at,
).join(MockSession, MockSession.id == MockWritingAnswer.session_id)
_OF_SESSIONS = bindparam("session_ids", expanding=True)
ANSWERS_OF = PreparedSelection(ANSWER.where(MockAnswer.session_id.in_(_OF_SESSIONS)))
_TEXTS_OF = PreparedSelection(_TEXT.where(MockWritingAnswer.session_id.in_(_OF_SESSIONS)).order_by(MockWritingAnswer.task_number))
_COMPLETED = ListQuery(SESSION.where(MockSession.ended_at.is_not(None)).order_by(MockSession.id.desc()))
"""Routes that read it close what is due first, so that answers are there."""


@requires(Role.TEACHER)
def answered_session(tx: Tx, actor: Actor, session_id: UUID) -> AnsweredSession:
    """One session with its answers.

    Raises:
        NotFound: there is none.
    """
    found = session(tx, actor, session_id)
    return _answered(tx, [found.session], {found.session.test_row_id: found.test})[0]


@requires(Role.TEACHER)
def answered_sessions(tx: Tx, actor: Actor, page: Page) -> RowStream[AnsweredSession]:
    """All sessions that are over with their answers, newest first."""

    def with_answers(sessions: list[SessionView]) -> list[AnsweredSession]:
        return _answered(tx, sessions, tests_of_sessions(tx, actor, [each.test_row_id for each in sessions]))

    return paginate(tx, _COMPLETED, page, {"now": tx.now}, enrich=with_answers)


def _answered(tx: Tx, sessions: list[SessionView], tests: dict[int, MockTestView]) -> list[AnsweredSession]:
    by_session = {"session_ids": [each.row_id for each in sessions]}
    answers = answers_by_session(tx.fetch_all(ANSWERS_OF, by_session))
    texts: defaultdict[int, list[WritingView]] = defaultdict(list)
    for text in tx.fetch_all(_TEXTS_OF, by_session):
        texts[text.session_row_id].append(text)
    return [AnsweredSession(each, tests[each.test_row_id], answers[each.row_id], texts[each.row_id]) for each in sessions]


@internal
def answers_by_session(answers: Iterable[AnswerView]) -> defaultdict[int, dict[str, AnswerView]]:
    """Answers by the row of their session and their section."""
    grouped: defaultdict[int, dict[str, AnswerView]] = defaultdict(dict)
    for answer in answers:
        grouped[answer.session_row_id][answer.section] = answer
    return grouped


@signed_in
def own_answer(tx: Tx, actor: Actor, answer_id: int) -> OwnAnswerView:
    """One's own answers to a section, without what a key made of them.

    Raises:
        NotFound: there are none, or another's.
    """
    return tx.fetch_one(_OWN_ANSWER.where(MockAnswer.id == answer_id, MockSession.user_id == actor.id))


@signed_in
def own_text(tx: Tx, actor: Actor, text_id: int) -> WritingView:
    """One's own text for a task of writing.

    Raises:
        NotFound: there is none, or another's.
    """
    return tx.fetch_one(_TEXT.where(MockWritingAnswer.id == text_id, MockSession.user_id == actor.id))


@requires(Role.TEACHER)
def text_of_task(tx: Tx, _actor: Actor, text_id: int) -> WritingView:
    """Anybody's text for a task of writing.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_TEXT.where(MockWritingAnswer.id == text_id))


_SCORE = (
    select_into(
        MockScoreView,
        id=MockScore.id,
        session=MockSession.public_id,
        **{part: convert(to_band, getattr(MockScore, part)) for part in ("listening", "reading", "writing", "speaking")},
        score=convert(to_band, MockScore.overall),
        created_at=MockScore.created_at,
        updated_at=MockScore.updated_at,
    )
    .join(MockSession, MockSession.id == MockScore.session_id)
    .order_by(MockScore.id)
)
_OWN_SCORES = ListQuery(_SCORE.where(MockSession.user_id == bindparam("viewer_id")))


@signed_in
def own_scores(tx: Tx, actor: Actor, page: Page) -> RowStream[MockScoreView]:
    """One's own bands, by id."""
    return paginate(tx, _OWN_SCORES, page, {"viewer_id": actor.id})


@requires(Role.TEACHER)
def score(tx: Tx, _actor: Actor, score_id: int) -> MockScoreView:
    """The bands of anybody's session.

    Raises:
        NotFound: there are none.
    """
    return tx.fetch_one(_SCORE.where(MockScore.id == score_id))
