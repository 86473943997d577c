"""Sending answers, and a teacher's comments on texts."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bilim.db.engine import Tx, violates
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Invalid, NotFound
from bilim.kit.inputs import value_or
from bilim.mock import access
from bilim.mock.actions.closing import hold_keys, marked
from bilim.mock.inputs import AnswersInput, CommentInput, WritingInput
from bilim.mock.models import MockAnswer, MockSection, MockWritingAnswer
from bilim.mock.rules.answers import in_order, unknown_question


@signed_in
def send_answers(tx: Tx, actor: Actor, section: str, sent: AnswersInput) -> int:
    """Send the answers to a section, once and while the session runs; they are marked where there is a key. Their id.

    Raises:
        Invalid: no such session of the actor's, or no such question.
        BadRequest: the session is over, or the answers were sent before.
    """
    session = access.lock_own_named(tx, actor, sent.session)
    of_section = select(MockSection.question_count).where(MockSection.test_id == session.test_id, MockSection.kind == section)
    if problem := unknown_question(sent.answers, tx.scalar(of_section)):
        raise Invalid(answers=problem)
    key = hold_keys(tx, [session.test_id]).get((session.test_id, section))
    try:
        with tx.savepoint():
            return tx.insert(MockAnswer, session_id=session.id, section=section, **marked(tx, key, in_order(sent.answers)))
    except IntegrityError as error:
        if violates(error, "uq_mock_answers_session_id", "mock_answers.session_id", "mock_answers.section"):
            raise BadRequest("mock_section_sent") from None
        raise


@signed_in
def send_text(tx: Tx, actor: Actor, sent: WritingInput) -> int:
    """Send the text for a task, once and while the session runs; its id.

    Raises:
        Invalid: no such session of the actor's.
        BadRequest: the session is over, or the text was sent before.
    """
    session = access.lock_own_named(tx, actor, sent.session)
    columns = {"session_id": session.id, "task_number": sent.task_number, "text": value_or(sent.text, "")}
    try:
        with tx.savepoint():
            return tx.insert(MockWritingAnswer, **columns, created_at=tx.now, updated_at=tx.now)
    except IntegrityError as error:
        if violates(error, "uq_mock_writing_answers_session_id", "mock_writing_answers.session_id", "mock_writing_answers.task_number"):
            raise BadRequest("mock_task_sent") from None
        raise


@requires(Role.TEACHER)
def comment_text(tx: Tx, _actor: Actor, text_id: int, comment: CommentInput) -> None:
    """Comment on a text; the student sees it once the session is scored.

    Raises:
        NotFound: there is no such text.
    """
    written = (comment.teacher_comment or "").strip() or None
    changed = update(MockWritingAnswer).where(MockWritingAnswer.id == text_id).values(teacher_comment=written, updated_at=tx.now)
    if not tx.execute(changed).rowcount:
        raise NotFound
