"""Answers, and the bands that teachers give for them."""

from datetime import datetime
from uuid import UUID

from litestar import get, patch, post
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, PathUuid, Skip
from bilim.http.urls import Urls
from bilim.http.work import after, work
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream, page
from bilim.mock import flows
from bilim.mock.actions import answers as actions
from bilim.mock.actions import scores
from bilim.mock.api_centre.shapes import SessionOut, TestsOut, session_out
from bilim.mock.inputs import AnswersInput, CommentInput, ScoreChanges, ScoreInput, WritingInput
from bilim.mock.queries import answers as queries
from bilim.mock.queries.answers import AnsweredSession, AnswerView, MockScoreView, OwnAnswerView, WritingView


class TextOut(Struct):
    """A text for a task of writing."""

    id: int
    session: UUID
    task_number: int
    text: str
    teacher_comment: str | None
    created_at: datetime
    updated_at: datetime


class AnswerOut(OwnAnswerView):
    """Answers to a section, with the right ones counted and the band that they propose; null without a key."""

    raw_score: int | None
    proposed_band: float | None


class AnsweredOut(Struct):
    """A session with its answers; null where a section was not answered."""

    session: SessionOut
    reading_answer: AnswerOut | None
    listening_answer: AnswerOut | None
    writing_answers: list[TextOut]


def _text_out(view: WritingView) -> TextOut:
    return TextOut(
        id=view.id,
        session=view.session,
        task_number=view.task_number,
        text=view.text,
        teacher_comment=view.teacher_comment,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


def _answer_out(view: AnswerView | None) -> AnswerOut | None:
    if view is None:
        return None
    return AnswerOut(
        id=view.id,
        session=view.session,
        answers=view.answers,
        created_at=view.created_at,
        updated_at=view.updated_at,
        raw_score=view.raw_score,
        proposed_band=view.proposed_band,
    )


def _answered_out(view: AnsweredSession, tests: TestsOut) -> AnsweredOut:
    return AnsweredOut(
        session=session_out(view.session, tests(view.test)),
        reading_answer=_answer_out(view.answers.get("reading")),
        listening_answer=_answer_out(view.answers.get("listening")),
        writing_answers=[_text_out(text) for text in view.writing],
    )


@get("/api/v1/mock/session/answers", opt=may(queries.answered_sessions) | after(flows.DUE_SESSIONS), tags=["mock tests"])
@work
def list_mock_answers(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[AnsweredOut]:
    """The answers of all sessions that are over, newest first."""
    tests = TestsOut(urls)
    return queries.answered_sessions(tx, actor, page(skip, limit)).map(lambda view: _answered_out(view, tests))


@get("/api/v1/mock/session/{id:uuid}/answers", opt=may(queries.answered_session) | after(flows.DUE_SESSIONS), tags=["mock tests"])
@work
def read_mock_answers(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> AnsweredOut:
    """The answers of one session."""
    return _answered_out(queries.answered_session(tx, actor, id), TestsOut(urls))


@post("/api/v1/mock/answers/reading", opt=may(actions.send_answers), tags=["mock tests"])
@work
def send_reading_answers(tx: Tx, actor: Actor, data: AnswersInput) -> OwnAnswerView:
    """Send the answers to reading, once and while the session runs."""
    return queries.own_answer(tx, actor, actions.send_answers(tx, actor, "reading", data))


@post("/api/v1/mock/answers/listening", opt=may(actions.send_answers), tags=["mock tests"])
@work
def send_listening_answers(tx: Tx, actor: Actor, data: AnswersInput) -> OwnAnswerView:
    """Send the answers to listening, once and while the session runs."""
    return queries.own_answer(tx, actor, actions.send_answers(tx, actor, "listening", data))


@post("/api/v1/mock/answers/writing", opt=may(actions.send_text), tags=["mock tests"])
@work
def send_writing_answer(tx: Tx, actor: Actor, data: WritingInput) -> TextOut:
    """Send the text for a task of writing, once and while the session runs."""
    return _text_out(queries.own_text(tx, actor, actions.send_text(tx, actor, data)))


@patch("/api/v1/mock/answers/writing/{id:int}", opt=may(actions.comment_text), tags=["mock tests"])
@work
def comment_mock_text(tx: Tx, actor: Actor, id: PathId, data: CommentInput) -> TextOut:
    """Comment on a text; the student sees it once the session is scored."""
    actions.comment_text(tx, actor, id, data)
    return _text_out(queries.text_of_task(tx, actor, id))


@post("/api/v1/mock/score/create", opt=may(scores.score_session), tags=["mock tests"])
@work
def create_mock_score(tx: Tx, actor: Actor, data: ScoreInput) -> MockScoreView:
    """Give a session that is over its bands; the overall band is counted here."""
    return queries.score(tx, actor, scores.score_session(tx, actor, data))


@patch("/api/v1/mock/score/{id:int}/update", opt=may(scores.change_score), tags=["mock tests"])
@work
def change_mock_score(tx: Tx, actor: Actor, id: PathId, data: ScoreChanges) -> MockScoreView:
    """Change bands; the change is audited."""
    scores.change_score(tx, actor, id, data)
    return queries.score(tx, actor, id)


@get("/api/v1/mock/score/me", opt=may(queries.own_scores), tags=["mock tests"])
@work
def list_own_mock_scores(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[MockScoreView]:
    """One's own bands."""
    return queries.own_scores(tx, actor, page(skip, limit))


ROUTES = [
    list_mock_answers,
    read_mock_answers,
    send_reading_answers,
    send_listening_answers,
    send_writing_answer,
    comment_mock_text,
    create_mock_score,
    change_mock_score,
    list_own_mock_scores,
]
