"""Reads of sessions. One whose time is up counts as over in every read, whether or not the clock has closed it already."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, nested, nested_or_none, select_into
from bilim.groups.models import Group, Membership
from bilim.groups.queries import GroupRef
from bilim.journal.queries import GiverRef
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.mock.models import MockAnswer, MockDraft, MockScore, MockSession, MockTest, MockWritingAnswer
from bilim.mock.queries.tests import MockTestView, PaperView, tests_of_sessions
from bilim.mock.rules.answers import in_order
from bilim.mock.rules.bands import to_band
from bilim.mock.rules.sessions import MARKED, PlannedSection, plan, seconds_left


class SitterRef(Struct):
    """Whose session it is, and the group they are in now."""

    id: int
    first_name: str
    last_name: str
    group: GroupRef | None


class BandsView(Struct):
    """The bands of a session."""

    id: int
    listening: float
    reading: float
    writing: float
    speaking: float
    score: float
    created_by: GiverRef


class SessionView(Struct):
    """A session; `ended_at` is None while it runs."""

    row_id: int
    id: UUID
    user: SitterRef
    test_row_id: int
    test_id: UUID
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    score: BandsView | None

    @property
    def is_completed(self) -> bool:
        """Whether it is over."""
        return self.ended_at is not None

    @property
    def is_finished(self) -> bool:
        """Whether it is scored."""
        return self.score is not None


class SessionWithTest(Struct):
    """A session and its test."""

    session: SessionView
    test: MockTestView


class OwnSessionView(Struct):
    """A session of one's own, and its test once it is over."""

    session: SessionView
    test: MockTestView | None


class OwnWritingView(Struct):
    """A text of one's own, with what the teacher says about it."""

    id: int
    task_number: int
    text: str
    teacher_comment: str | None


class RestoredSession(Struct):
    """All that a client needs to go on after a reload. There is no field for anything that a key says."""

    session: SessionView
    test: MockTestView
    now: datetime
    sequence: int
    drafts: dict[str, dict[str, str]]
    submitted: dict[str, Any]
    writing_answers: list[OwnWritingView]

    @property
    def plan(self) -> list[PlannedSection]:
        """When each section should be worked on."""
        return plan(self.session.started_at, self.test.durations)

    @property
    def seconds_left(self) -> int:
        """Whole seconds until the time is up."""
        return seconds_left(self.session.ended_at, self.session.ends_at, self.now)


_GIVER = aliased(User)
_NOW = bindparam("now", type_=MockSession.ends_at.type)
_ENDED_AT = func.coalesce(MockSession.ended_at, case((MockSession.ends_at <= _NOW, MockSession.ends_at)))
SESSION = (
    select_into(
        SessionView,
        row_id=MockSession.id,
        id=MockSession.public_id,
        user=nested(
            SitterRef,
            id=User.id,
            first_name=User.first_name,
            last_name=User.last_name,
            group=nested_or_none(GroupRef, id=Group.id, name=Group.name),
        ),
        test_row_id=MockTest.id,
        test_id=MockTest.public_id,
        started_at=MockSession.started_at,
        ends_at=MockSession.ends_at,
        ended_at=_ENDED_AT,
        score=nested_or_none(
            BandsView,
            id=MockScore.id,
            **{part: convert(to_band, getattr(MockScore, part)) for part in ("listening", "reading", "writing", "speaking")},
            score=convert(to_band, MockScore.overall),
            created_by=nested(GiverRef, id=_GIVER.id, first_name=_GIVER.first_name, last_name=_GIVER.last_name),
        ),
    )
    .select_from(MockSession)
    .join(User, User.id == MockSession.user_id)
    .join(MockTest, MockTest.id == MockSession.test_id)
    .outerjoin(Membership, (Membership.student_id == User.id) & Membership.left_at.is_(None))
    .outerjoin(Group, Group.id == Membership.group_id)
    .outerjoin(MockScore, MockScore.session_id == MockSession.id)
    .outerjoin(_GIVER, _GIVER.id == MockScore.created_by)
)
"""Sessions by `:now`."""
_IS_OWN = MockSession.user_id == bindparam("viewer_id")
_ONE = SESSION.where(MockSession.public_id == bindparam("session_id"))
_OWN = ListQuery(SESSION.where(_IS_OWN).order_by(MockSession.id.desc()))
_OWN_ONE, _ANY_ONE = PreparedSelection(_ONE.where(_IS_OWN)), PreparedSelection(_ONE)


@signed_in
def own_sessions(tx: Tx, actor: Actor, page: Page) -> RowStream[OwnSessionView]:
    """One's own sessions, newest first, each with its test once it is over."""

    def with_tests(sessions: list[SessionView]) -> list[OwnSessionView]:
        tests = tests_of_sessions(tx, actor, [each.test_row_id for each in sessions if each.is_completed])
        return [OwnSessionView(each, tests.get(each.test_row_id) if each.is_completed else None) for each in sessions]

    return paginate(tx, _OWN, page, {"viewer_id": actor.id, "now": tx.now}, enrich=with_tests)


@signed_in
def own_session(tx: Tx, actor: Actor, session_id: UUID) -> SessionWithTest:
    """One of one's own sessions with its test, also while it runs.

    Raises:
        NotFound: there is none, or another's.
    """
    return _with_test(tx, actor, _OWN_ONE, {"session_id": session_id, "viewer_id": actor.id})


@requires(Role.TEACHER)
def session(tx: Tx, actor: Actor, session_id: UUID) -> SessionWithTest:
    """Anybody's session with its test.

    Raises:
        NotFound: there is none.
    """
    return _with_test(tx, actor, _ANY_ONE, {"session_id": session_id})


def _with_test(tx: Tx, actor: Actor, query: PreparedSelection[SessionView], wanted: dict[str, Any]) -> SessionWithTest:
    found = tx.fetch_one(query, {**wanted, "now": tx.now})
    return SessionWithTest(found, tests_of_sessions(tx, actor, [found.test_row_id])[found.test_row_id])


@signed_in
def own_paper(tx: Tx, actor: Actor, session_id: UUID, section: Literal["reading", "writing"]) -> PaperView:
    """A paper of the test of one's own session.

    Raises:
        NotFound: there is no such session, or another's.
    """
    found = own_session(tx, actor, session_id).test
    return found.reading if section == "reading" else found.writing


_SEQUENCE = Prepared(select(MockSession.sequence).where(MockSession.id == bindparam("session_id")))
_DRAFTS = Prepared(
    select(MockDraft.section, MockDraft.question, MockDraft.value).where(
        MockDraft.session_id == bindparam("session_id"), MockDraft.value.is_not(None)
    )
)
_SENT = Prepared(select(MockAnswer.section).where(MockAnswer.session_id == bindparam("session_id")))
_TEXTS = select_into(
    OwnWritingView,
    id=MockWritingAnswer.id,
    task_number=MockWritingAnswer.task_number,
    text=MockWritingAnswer.text,
    teacher_comment=MockWritingAnswer.teacher_comment,
).order_by(MockWritingAnswer.task_number)


@signed_in
def restored(tx: Tx, actor: Actor, session_id: UUID) -> RestoredSession:
    """One's own session as a client goes on with it: drafts of what is not sent, and once it is scored one's texts with comments.

    Raises:
        NotFound: there is none, or another's.
    """
    own = own_session(tx, actor, session_id)
    found, by_session = own.session, {"session_id": own.session.row_id}
    texts = tx.fetch_all(_TEXTS.where(MockWritingAnswer.session_id == found.row_id))
    sent = set(tx.scalars(_SENT, by_session))
    tasks = {text.task_number for text in texts}
    drafts = drafts_of(tx.all(_DRAFTS, by_session))
    if found.is_completed:  # drafts are answers then, also while nothing has closed it yet
        sent |= drafts.keys() & set(MARKED)
        tasks |= {int(task) for task in drafts.get("writing", ())}
    left = {section: {} if section in sent else drafts.get(section, {}) for section in MARKED}
    left["writing"] = {task: value for task, value in drafts.get("writing", {}).items() if int(task) not in tasks}
    return RestoredSession(
        session=found,
        test=own.test,
        now=tx.local_now,
        sequence=tx.scalar(_SEQUENCE, by_session),
        drafts=left,
        submitted={section: section in sent for section in MARKED} | {"writing": sorted(tasks)},
        writing_answers=texts if found.is_finished else [],
    )


@internal
def drafts_of(rows: Any) -> dict[str, dict[str, str]]:
    """Drafts by section and question, of rows of these and the text."""
    drafts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for section, question, value in rows:
        drafts[section][str(question)] = value
    return {section: in_order(answers) for section, answers in drafts.items()}
