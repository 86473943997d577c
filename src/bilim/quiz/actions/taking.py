"""Taking a test: beginning an attempt, saving answers while it runs, and finishing it."""

from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Text, bindparam, cast, delete, func, select
from sqlalchemy.dialects.postgresql import JSON as POSTGRES_JSON

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest, Conflict, FieldProblems, Invalid, NotFound, Problem
from bilim.questions.rules.types import to_json
from bilim.quiz import access
from bilim.quiz.actions.closing import close
from bilim.quiz.actions.papers import paper_of
from bilim.quiz.inputs import SubmittedAnswer, require_some
from bilim.quiz.models import Answer, Attempt, Paper, Test
from bilim.quiz.queries.papers import key_of
from bilim.quiz.rules.papers import Key


class Begun(Struct):
    """The actor's running attempt, and whether this call began it."""

    attempt_id: int
    is_new: bool


_STARTED = Prepared(
    select(Test.id, Test.duration_minutes, Paper.id, Paper.digest)
    .outerjoin(Paper, (Paper.test_id == Test.id) & (Paper.version == Test.version))
    .where(Test.id == bindparam("test_id"), access.IS_OPEN)
)
_COLUMNS = ("test_id", "paper_id", "user_id", "started_at", "ends_at", "max_score", "pending")
_UNLESS_RUNNING: dict[str, Any] = {
    "index_elements": [Attempt.user_id, Attempt.test_id],
    "index_where": Attempt.ended_at.is_(None),
}
_BEGIN = {
    dialect: Prepared(
        insert(Attempt.__table__)
        .values({name: bindparam(name) for name in _COLUMNS})
        .on_conflict_do_nothing(**_UNLESS_RUNNING)
        .returning(Attempt.id)
    )
    for dialect, insert in INSERTING.items()
}


@signed_in
def start_attempt(tx: Tx, actor: Actor, test_id: int) -> Begun:
    """Begin an attempt at a test, or find the one that the actor is in the middle of: of parallel calls one begins it.

    Raises:
        NotFound: no such test that the actor may know of.
        Forbidden: the actor is neither a premium member nor staff.
        BadRequest: the test has no questions.
    """
    found = tx.first(_STARTED, {"test_id": test_id})
    if found is None:
        raise NotFound
    access.check_taker(tx, actor)
    _, minutes, paper_id, digest = found
    if paper_id is None:
        paper_id, digest = paper_of(tx, test_id)
    key = key_of(tx, paper_id, digest)
    if not key.questions:
        raise BadRequest("test_empty")
    new = {
        "test_id": test_id,
        "paper_id": paper_id,
        "user_id": actor.id,
        "started_at": tx.now,
        "ends_at": tx.now + timedelta(minutes=minutes) if minutes else None,
        "max_score": key.max_score,
        "pending": 0,
    }
    return _begin(tx, actor, test_id, new)


def _begin(tx: Tx, actor: Actor, test_id: int, new: dict[str, Any]) -> Begun:
    attempt_id = tx.scalar(_BEGIN[tx.dialect], new)
    if attempt_id is None:
        last = access.lock_running(tx, actor.id, test_id)
        if last is not None and not last.is_over(tx.now):
            return Begun(last.id, is_new=False)
        if last is not None:
            close(tx, [last], tx.now)
        attempt_id = tx.scalar(_BEGIN[tx.dialect], new)
    if attempt_id is None:  # another call began one between these statements
        raise Conflict
    return Begun(attempt_id, is_new=True)


def _saving(insert: Any, each: Any, document: Any) -> Prepared:
    """The statement that saves answers, sent as one document: as quick for forty questions as for one."""
    answer = each(document).table_valued("key", "value", name="answer")
    columns = {
        "attempt_id": bindparam("attempt_id", type_=Answer.attempt_id.type),
        "question_id": cast(answer.c.key, BigInteger).label("question_id"),
        "data": cast(answer.c.value, Text).label("data"),
    }
    sent = select(*columns.values()).select_from(answer).where(answer.c.key.is_not(None))
    inserting = insert(Answer.__table__).inline().from_select(list(columns), sent)
    key = [Answer.attempt_id, Answer.question_id]
    return Prepared(inserting.on_conflict_do_update(index_elements=key, set_={"data": inserting.excluded.data}))


_DOCUMENT = bindparam("document", type_=Text)
_SAVE = {
    "sqlite": _saving(INSERTING["sqlite"], func.json_each, _DOCUMENT),
    "postgresql": _saving(INSERTING["postgresql"], func.json_each, cast(_DOCUMENT, POSTGRES_JSON)),
}
_TAKE_BACK = Prepared(
    delete(Answer).where(Answer.attempt_id == bindparam("attempt_id"), Answer.question_id.in_(bindparam("question_ids", expanding=True)))
)


@signed_in
def submit_answers(tx: Tx, actor: Actor, attempt_id: int, sent: list[SubmittedAnswer]) -> int:
    """Save answers, as often as one likes: the last one to a question counts. How many questions were answered with these.

    All of them are saved or none.

    Raises:
        NotFound, Forbidden: see `access.lock_own_attempt`.
        Conflict: the attempt is over.
        Invalid: a question of another test, one answered twice, or an answer that does not fit its question.
    """
    require_some(sent)
    held = access.lock_own_attempt(tx, actor, attempt_id)
    if held.is_over(tx.now):
        raise Conflict("attempt_over")
    answers = _read_all(key_of(tx, held.paper_id, held.digest), sent)
    kept = {question_id: data for question_id, data in answers.items() if data is not None}
    if kept:
        tx.run(_SAVE[tx.dialect], {"attempt_id": held.id, "document": _document(kept)})
    if blank := [question_id for question_id, data in answers.items() if data is None]:
        tx.run(_TAKE_BACK, {"attempt_id": held.id, "question_ids": blank})
    return len(kept)


def _document(answers: dict[int, str]) -> str:
    return msgspec.json.encode({question_id: msgspec.Raw(data.encode()) for question_id, data in answers.items()}).decode()


def _read_all(key: Key, sent: list[SubmittedAnswer]) -> dict[int, str | None]:
    """The answers as they are stored, by question; None for those that are blank."""
    answers: dict[int, str | None] = {}
    problems: list[FieldProblems] = []
    for each in sent:
        if each.question_id in answers:
            problems.append({"question_id": [Problem("question_twice")]})
            continue
        try:
            answer = key.read_answer(each.question_id, each.answer_data)
        except Invalid as error:
            problems.append(error.fields)
        else:
            answers[each.question_id] = None if answer is None else to_json(answer)
            problems.append({})
    if any(problems):
        raise Invalid({"non_field_errors": problems})
    return answers


@signed_in
def finish_attempt(tx: Tx, actor: Actor, attempt_id: int) -> None:
    """End one's own attempt and mark it. One that is over stays as it is, so that a client may ask again.

    Raises:
        NotFound, Forbidden: see `access.lock_own_attempt`.
    """
    held = access.lock_own_attempt(tx, actor, attempt_id)
    if held.ended_at is None:
        close(tx, [held], tx.now)
