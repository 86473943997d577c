"""Checking answers to exercises, and counting them for the words that they are about."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.base import Base, UtcDateTime
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import public
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid
from bilim.practice.inputs import ExerciseAnswer
from bilim.practice.models import WordAnswer
from bilim.practice.queries.exercises import named_exercise
from bilim.practice.rules.answers import Answer, judge
from bilim.practice.rules.exercises import Exercise, Kind
from bilim.practice.tokens import ExerciseNames


class WordMark(Struct):
    """Whether the part of an answer that is about a word is right."""

    word_id: int
    is_correct: bool


class CheckedExercise(Struct):
    """Whether an answer is right, and the right one."""

    id: str
    kind: Kind
    is_correct: bool
    correct_answer: Answer
    words: list[WordMark]


@public
def check_exercise(tx: Tx, actor: Actor | None, names: ExerciseNames, answered: ExerciseAnswer) -> CheckedExercise:
    """Check an answer. It is counted for the words that it is about, where somebody is signed in.

    Raises:
        Invalid: an exercise that we did not make, that is of something closed to the actor, or whose words were changed since;
            or an answer that has not the shape of an answer to it.
    """
    exercise = _known_exercise(tx, actor, names, answered.id)
    verdict = judge(exercise, answered.answer)
    if verdict is None:
        raise Invalid(answer=f"answer_shape_{exercise.kind}")
    if actor is not None:
        _count(tx, actor, verdict.words)
    words = [WordMark(word_id, is_correct) for word_id, is_correct in verdict.words.items()]
    return CheckedExercise(answered.id, exercise.kind, verdict.is_correct, verdict.correct_answer, words)


def _known_exercise(tx: Tx, actor: Actor | None, names: ExerciseNames, name: str) -> Exercise:
    read = names.read(name)
    exercise = named_exercise(tx, actor, read) if read else None
    if read is None or exercise is None or not names.is_of(read, exercise.content):
        raise Invalid(id="unknown_exercise")
    return exercise


def _counting(dialect: str) -> Prepared:
    # A table, not a class: statements on classes pass through the ORM at every execution.
    table = Base.metadata.tables[WordAnswer.__tablename__]
    wrong, moment = bindparam("wrong"), bindparam("moment", type_=UtcDateTime())
    first = INSERTING[dialect](table).values(
        user_id=bindparam("user_id"), word_id=bindparam("word_id"), answers=1, wrong=wrong, answered_at=moment
    )
    counted: dict[str, Any] = {
        "answers": table.c.answers + 1,
        "wrong": table.c.wrong + first.excluded.wrong,
        "answered_at": first.excluded.answered_at,
    }
    return Prepared(first.inline().on_conflict_do_update(index_elements=["user_id", "word_id"], set_=counted))


_COUNT = {dialect: _counting(dialect) for dialect in INSERTING}


def _count(tx: Tx, actor: Actor, marks: dict[int, bool]) -> None:
    """Count an answer for each word; always in one order, so that parallel answers cannot deadlock."""
    rows = [{"user_id": actor.id, "word_id": word_id, "wrong": int(not marks[word_id]), "moment": tx.now} for word_id in sorted(marks)]
    tx.run_many(_COUNT[tx.dialect], rows)
