"""How tests and sessions look in the centre's words. Files are absolute, signed addresses that expire."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from bilim.http.urls import Urls
from bilim.mock.queries.sessions import BandsView, SessionView, SitterRef
from bilim.mock.queries.tests import AuthorRef, ListeningView, MockTestView, PaperView


class PaperOut(Struct):
    """A section with a paper; `duration` is in minutes."""

    id: int
    file: str | None
    duration: int
    question_count: int
    created_at: datetime
    updated_at: datetime


class ListeningOut(Struct):
    """The section with a recording; `duration` is in minutes."""

    id: int
    audio_file: str | None
    question_file: str | None
    duration: int
    question_count: int
    created_at: datetime
    updated_at: datetime


class MockTestOut(Struct):
    """A mock test. `code` is null for students; files are null for them in the list of tests."""

    id: UUID
    title: str
    code: str | None
    created_by: AuthorRef
    reading: PaperOut
    writing: PaperOut
    listening: ListeningOut
    created_at: datetime
    updated_at: datetime


class SessionOut(Struct):
    """A session. `is_completed` once it is over, `is_finished` once it is scored."""

    id: UUID
    user: SitterRef
    test: MockTestOut | None
    started_at: datetime
    ended_at: datetime | None
    is_completed: bool
    is_finished: bool


class OwnSessionOut(SessionOut):
    """A session of one's own; `test` is null until it is over, `score` until it is scored."""

    score: BandsView | None


def _file(name: str | None, urls: Urls) -> str | None:
    return urls.signed(f"/media/{name}") if name else None


def paper_out(view: PaperView, urls: Urls) -> PaperOut:
    """A paper with its address."""
    return PaperOut(
        id=view.id,
        file=_file(view.file, urls),
        duration=view.duration,
        question_count=view.question_count,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


def listening_out(view: ListeningView, urls: Urls) -> ListeningOut:
    """The section with a recording, with the addresses of both files."""
    return ListeningOut(
        id=view.id,
        audio_file=_file(view.audio_file, urls),
        question_file=_file(view.question_file, urls),
        duration=view.duration,
        question_count=view.question_count,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


def test_out(view: MockTestView, urls: Urls) -> MockTestOut:
    """A test with its sections."""
    return MockTestOut(
        id=view.id,
        title=view.title,
        code=view.code,
        created_by=view.created_by,
        reading=paper_out(view.reading, urls),
        writing=paper_out(view.writing, urls),
        listening=listening_out(view.listening, urls),
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


class TestsOut:
    """Makes the same test once for all the sessions of a list: signing four addresses takes longer than reading a row."""

    def __init__(self, urls: Urls) -> None:
        self._urls = urls
        self._made: dict[int, MockTestOut] = {}

    def __call__(self, view: MockTestView | None) -> MockTestOut | None:
        """A test as it is shown, or None."""
        if view is None:
            return None
        if view.row_id not in self._made:
            self._made[view.row_id] = test_out(view, self._urls)
        return self._made[view.row_id]


def session_out(view: SessionView, test: MockTestOut | None) -> SessionOut:
    """A session with what may be shown of its test."""
    return SessionOut(
        id=view.id,
        user=view.user,
        test=test,
        started_at=view.started_at,
        ended_at=view.ended_at,
        is_completed=view.is_completed,
        is_finished=view.is_finished,
    )


def own_session_out(view: SessionView, test: MockTestOut | None) -> OwnSessionOut:
    """A session of one's own with its bands."""
    return OwnSessionOut(
        id=view.id,
        user=view.user,
        test=test,
        started_at=view.started_at,
        ended_at=view.ended_at,
        is_completed=view.is_completed,
        is_finished=view.is_finished,
        score=view.score,
    )
