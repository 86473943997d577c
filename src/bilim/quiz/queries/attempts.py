"""Reads of attempts. One whose time is up reads as over and marked, whether or not anything has closed it yet."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.accounts.models import User
from bilim.accounts.queries import PERSON, PersonView
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.quiz import access
from bilim.quiz.models import Answer, Attempt, Paper, Test
from bilim.quiz.queries.papers import keys_of
from bilim.quiz.rules.papers import Key
from bilim.quiz.rules.results import end_of, is_passed, percentage, seconds_spent


class AttemptRow(Struct):
    """An attempt as it is stored; scores are in hundredths."""

    id: int
    test_id: int
    test_title: str
    user: PersonView
    paper_id: int
    digest: str
    started_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    total_score: int | None
    max_score: int
    scores: str | None
    pending: int


class AttemptView(Struct):
    """An attempt at a moment. `ended_at` is None while it runs, and then nothing is scored."""

    row: AttemptRow
    ended_at: datetime | None
    spent_seconds: int
    total: int
    """In hundredths."""
    pending: int
    """Answers that wait for a person's grade."""
    answers: dict[int, str]
    """JSON as stored, by the question's id."""
    scores: dict[int, int]
    """In hundredths, by the question's id; of what is marked."""

    @property
    def percentage(self) -> float:
        """What was won, of all."""
        return percentage(self.total, self.row.max_score)

    @property
    def is_passed(self) -> bool:
        """Whether it is passed, with what is graded so far."""
        return is_passed(self.total, self.row.max_score)


_ROW = (
    select_into(
        AttemptRow,
        id=Attempt.id,
        test_id=Attempt.test_id,
        test_title=Test.title,
        user=nested(PersonView, **PERSON),
        paper_id=Attempt.paper_id,
        digest=Paper.digest,
        started_at=Attempt.started_at,
        ends_at=Attempt.ends_at,
        ended_at=Attempt.ended_at,
        total_score=Attempt.total_score,
        max_score=Attempt.max_score,
        scores=Attempt.scores,
        pending=Attempt.pending,
    )
    .join(Test, Test.id == Attempt.test_id)
    .join(Paper, Paper.id == Attempt.paper_id)
    .join(User, User.id == Attempt.user_id)
)
_VIEWER = bindparam("viewer_id")
_OWN = ListQuery(
    _ROW.where(Attempt.user_id == _VIEWER).order_by(Attempt.id.desc()),
    select(func.count()).select_from(Attempt).where(Attempt.user_id == _VIEWER),
)
_ONE = PreparedSelection(_ROW.where(Attempt.id == bindparam("attempt_id")))
_OWN_ONE = PreparedSelection(_ROW.where(Attempt.id == bindparam("attempt_id"), Attempt.user_id == _VIEWER))
_ANSWERS = Prepared(
    select(Answer.attempt_id, Answer.question_id, Answer.data)
    .where(Answer.attempt_id.in_(bindparam("attempt_ids", expanding=True)))
    .order_by(Answer.attempt_id, Answer.question_id)
)
_THERE = Prepared(select(Test.id).where(Test.id == bindparam("test_id"), access.IS_THERE))


@cache
def _of_test(is_waiting: bool) -> ListQuery[AttemptRow]:  # noqa: FBT001 - which of two statements
    conditions = [Attempt.test_id == bindparam("test_id"), *([Attempt.pending > 0] if is_waiting else [])]
    counted = select(func.count()).select_from(Attempt).where(*conditions)
    return ListQuery(_ROW.where(*conditions).order_by(Attempt.id.desc()), counted)


@signed_in
def own_attempts(tx: Tx, actor: Actor, page: Page) -> RowStream[AttemptView]:
    """One's own attempts, newest first; those at tests that were hidden too."""
    return paginate(tx, _OWN, page, {"viewer_id": actor.id, "now": tx.now}, enrich=lambda rows: _views(tx, rows))


@signed_in
def attempt(tx: Tx, actor: Actor, attempt_id: int) -> AttemptView:
    """One attempt: one's own, or anybody's for staff.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    wanted = {"attempt_id": attempt_id, "now": tx.now}
    row = tx.fetch_one(_ONE, wanted) if actor.is_teacher else tx.fetch_one(_OWN_ONE, {**wanted, "viewer_id": actor.id})
    return _views(tx, [row])[0]


@requires(Role.TEACHER)
def attempts_at(tx: Tx, _actor: Actor, test_id: int, page: Page, *, is_waiting: bool) -> RowStream[AttemptView]:
    """Everybody's attempts at a test, newest first.

    Args:
        is_waiting: only those that are over and have an answer to grade.

    Raises:
        NotFound: there is no such test.
    """
    if tx.scalar(_THERE, {"test_id": test_id}) is None:
        raise NotFound
    return paginate(tx, _of_test(is_waiting), page, {"test_id": test_id, "now": tx.now}, enrich=lambda rows: _views(tx, rows))


@internal
def answers_of(tx: Tx, attempt_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """The stored answers of attempts, by attempt and question."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for attempt_id, question_id, data in tx.all(_ANSWERS, {"attempt_ids": list(attempt_ids)}) if attempt_ids else ():
        found[attempt_id][question_id] = data
    return found


_read_scores = msgspec.json.Decoder(dict[int, int]).decode


@internal
def scores_of(stored: str) -> dict[int, int]:
    """Scores in hundredths by the question's id, as they were stored."""
    return _read_scores(stored)


def _views(tx: Tx, rows: list[AttemptRow]) -> list[AttemptView]:
    answers = answers_of(tx, [row.id for row in rows])
    due = {row.paper_id: row.digest for row in rows if row.ended_at is None and end_of(None, row.ends_at, tx.now)}
    keys = keys_of(tx, due) if due else {}
    return [_view(row, answers.get(row.id, {}), keys, tx.now) for row in rows]


def _view(row: AttemptRow, answers: dict[int, str], keys: dict[int, Key], now: datetime) -> AttemptView:
    ended_at = end_of(row.ended_at, row.ends_at, now)
    spent = seconds_spent(row.started_at, ended_at, now)
    if row.scores is None and ended_at is not None:  # nothing has closed it yet
        marked = keys[row.paper_id].mark(answers)
        return AttemptView(row, ended_at, spent, marked.total, marked.pending, answers, marked.scores)
    scores = {} if row.scores is None else scores_of(row.scores)
    return AttemptView(row, ended_at, spent, row.total_score or 0, row.pending, answers, scores)
