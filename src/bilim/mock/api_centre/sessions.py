"""A session from its start to its end, as its owner's client uses it."""

from datetime import datetime
from uuid import UUID

from litestar import get, post, put
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathUuid, Skip
from bilim.http.urls import Urls
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream, page
from bilim.mock import flows
from bilim.mock.actions import sessions as actions
from bilim.mock.api_centre.shapes import (
    ListeningOut,
    OwnSessionOut,
    PaperOut,
    SessionOut,
    TestsOut,
    listening_out,
    own_session_out,
    paper_out,
    session_out,
    test_out,
)
from bilim.mock.inputs import DraftInput, StartInput
from bilim.mock.queries import sessions as queries
from bilim.mock.queries.sessions import BandsView, OwnWritingView, RestoredSession, SitterRef
from bilim.mock.rules.sessions import PlannedSection

_DRAFT_BYTES = 1024 * 1024
"""The largest draft: every answer of the longest test and two texts, each letter escaped, fit in."""


class StartedOut(Struct):
    """A session that has just begun, with the section it begins with."""

    id: UUID
    user: SitterRef
    test: UUID
    started_at: datetime
    ended_at: datetime | None
    is_completed: bool
    is_finished: bool
    listening: ListeningOut


class DraftOut(Struct):
    """The highest sequence that any device sent; the next save continues from it."""

    sequence: int
    saved_at: datetime
    seconds_left: int


class DraftsOut(Struct):
    """Drafts of what is not sent, by the question's or the task's number."""

    reading: dict[str, str]
    listening: dict[str, str]
    writing: dict[str, str]


class SubmittedOut(Struct):
    """Which sections are sent, and which tasks of writing."""

    reading: bool
    listening: bool
    writing: list[int]


class RestoredOut(Struct):
    """All that a client needs to go on after a reload. `plan` is a recommendation: only `ends_at` binds."""

    id: UUID
    test: UUID
    title: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    is_completed: bool
    is_finished: bool
    server_time: datetime
    seconds_left: int
    plan: list[PlannedSection]
    sequence: int
    drafts: DraftsOut
    submitted: SubmittedOut
    listening: ListeningOut
    score: BandsView | None
    writing_answers: list[OwnWritingView]


def _started_out(view: queries.SessionWithTest, urls: Urls) -> StartedOut:
    session = view.session
    return StartedOut(
        id=session.id,
        user=session.user,
        test=session.test_id,
        started_at=session.started_at,
        ended_at=session.ended_at,
        is_completed=session.is_completed,
        is_finished=session.is_finished,
        listening=listening_out(view.test.listening, urls),
    )


def _restored_out(view: RestoredSession, urls: Urls) -> RestoredOut:
    session, drafts, submitted = view.session, view.drafts, view.submitted
    return RestoredOut(
        id=session.id,
        test=session.test_id,
        title=view.test.title,
        started_at=session.started_at,
        ends_at=session.ends_at,
        ended_at=session.ended_at,
        is_completed=session.is_completed,
        is_finished=session.is_finished,
        server_time=view.now,
        seconds_left=view.seconds_left,
        plan=view.plan,
        sequence=view.sequence,
        drafts=DraftsOut(drafts["reading"], drafts["listening"], drafts["writing"]),
        submitted=SubmittedOut(submitted["reading"], submitted["listening"], submitted["writing"]),
        listening=listening_out(view.test.listening, urls),
        score=session.score,
        writing_answers=view.writing_answers,
    )


@post("/api/v1/mock/session/start", opt=may(actions.start_session), tags=["mock tests"])
@work
async def start_mock_session(units: Units, actor: Actor, urls: Urls, data: StartInput) -> StartedOut:
    """Begin a session by the code that the teacher told; ten wrong codes close the test to the caller for some minutes."""
    return _started_out(await flows.start(units, actor, data), urls)


@get("/api/v1/mock/session/me", opt=may(queries.own_sessions), tags=["mock tests"])
@work
def list_own_mock_sessions(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[OwnSessionOut]:
    """One's own sessions, newest first."""
    tests = TestsOut(urls)
    return queries.own_sessions(tx, actor, page(skip, limit)).map(lambda view: own_session_out(view.session, tests(view.test)))


@get("/api/v1/mock/session/{id:uuid}", opt=may(queries.restored), tags=["mock tests"])
@work
def restore_mock_session(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> RestoredOut:
    """One's own session with its drafts and the time left, to go on after a reload or on another device."""
    return _restored_out(queries.restored(tx, actor, id), urls)


@get("/api/v1/mock/session/reading/{id:uuid}", opt=may(queries.own_paper), tags=["mock tests"])
@work
def read_reading_paper(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> PaperOut:
    """The reading paper of one's own session."""
    return paper_out(queries.own_paper(tx, actor, id, "reading"), urls)


@get("/api/v1/mock/session/writing/{id:uuid}", opt=may(queries.own_paper), tags=["mock tests"])
@work
def read_writing_paper(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> PaperOut:
    """The writing paper of one's own session."""
    return paper_out(queries.own_paper(tx, actor, id, "writing"), urls)


@put("/api/v1/mock/session/{id:uuid}/draft", opt=may(actions.save_draft), request_max_body_size=_DRAFT_BYTES, tags=["mock tests"])
@work
def save_mock_draft(tx: Tx, actor: Actor, id: PathUuid, data: DraftInput) -> DraftOut:
    """Save answers so far, any part of them; question by question the higher sequence wins, whatever order saves arrive in."""
    saved = actions.save_draft(tx, actor, id, data)
    return DraftOut(saved.sequence, tx.local_now, saved.seconds_left)


@post("/api/v1/mock/session/{id:uuid}/finish", opt=may(actions.finish_session), status_code=200, tags=["mock tests"])
@work
def finish_mock_session(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> SessionOut:
    """End one's own session; drafts become the answers of what was not sent."""
    actions.finish_session(tx, actor, id)
    found = queries.own_session(tx, actor, id)
    return session_out(found.session, test_out(found.test, urls))


ROUTES = [
    start_mock_session,
    list_own_mock_sessions,
    restore_mock_session,
    read_reading_paper,
    read_writing_paper,
    save_mock_draft,
    finish_mock_session,
]
