"""The floor's answers about exams: of options alone, without written answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import astuple

from bench.floor import exams_sql as sql
from bench.floor.drivers import local
from bench.floor.exams_bodies import Answer, Option, Question, Result, ResultWithAnswers, Sheet
from bench.floor.unit import actor, array, db, dialect, encode

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def enter_exam(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/exams/enter-code/."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    student_id = actor(scope, now)
    place = take_place(f"exam-code:{student_id}", now)
    exam_id = db.execute(dialect(sql.EXAM_BY_CODE), {"code": msgspec.json.decode(body)["code"]}).fetchone()[0]
    give_back(place)
    wanted = {"exam_id": exam_id, "student_id": student_id}
    db.execute(dialect(sql.ENTRY), {**wanted, "now": db.bound(now)})
    head = db.execute(dialect(sql.HEAD), wanted).fetchone()
    questions = db.execute(dialect(sql.QUESTIONS), wanted).fetchall()
    options = db.execute(dialect(sql.OPTIONS), wanted).fetchall()
    db.commit()
    return encode(_sheet(head, now, questions, options))


def take_place(key: str, now: datetime) -> dict[str, Any]:
    """Take one of ten places in ten minutes."""
    began_at, taken = db.execute(dialect(sql.TAKE), {"key": key, "at": (now - _EPOCH) // _MICROSECOND}).fetchone()
    return {"key": key, "at": began_at, "taken": taken}


def give_back(place: dict[str, Any]) -> None:
    """Give a place back."""
    db.execute(dialect(sql.GIVE_BACK), place)


def _sheet(head: Any, now: datetime, questions: Any, options: Any) -> Sheet:
    made = {row[0]: Question(*row, []) for row in questions}
    for question_id, *option in options:
        made[question_id].options.append(Option(*option))
    entered_at = db.shown(head[13])
    ends_at = entered_at + timedelta(minutes=head[6])
    seconds = max(0, (ends_at - now) // timedelta(seconds=1))
    known = (*head[:7], bool(head[7]), bool(head[8]), db.date(head[9]), *head[10:12], db.shown(head[12]))
    return Sheet(*known, entered_at, ends_at, seconds, local(now), list(made.values()))


def submit_exam(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/exams/{id}/submit/, of an exam without a limit of time."""
    exam_id = int(scope["path"][14:-8])
    now = datetime.now(UTC)
    db.begin(writes=True)
    wanted = {"exam_id": exam_id, "student_id": (student_id := actor(scope, now))}
    is_open, time_limit, _, is_handed_in = db.execute(dialect(sql.SITTING), wanted).fetchone()
    assert is_open
    assert not time_limit
    assert not is_handed_in
    key: dict[int, dict[int, bool]] = {}
    for question_id, _, option_id, is_correct in db.execute(dialect(sql.KEY), wanted).fetchall():
        key.setdefault(question_id, {})[option_id] = bool(is_correct)
    given = [(each["question_id"], each["option_id"]) for each in msgspec.json.decode(body)["answers"]]
    marked = [{"question_id": of, "option_id": option_id, "is_correct": key[of][option_id]} for of, option_id in given]
    counted = {"correct_answers": sum(answer["is_correct"] for answer in marked), "total_questions": len(key)}
    result_id = db.execute(dialect(sql.HAND_IN), {**wanted, **counted, "now": db.bound(now)}).fetchone()[0]
    db.execute_many(dialect(sql.ANSWER), [{"result_id": result_id, "written_answer": None, **answer} for answer in marked])
    result = _result(db.execute(dialect(sql.OWN_RESULT), {"result_id": result_id, "student_id": student_id}).fetchone())
    answers = db.execute(dialect(sql.OWN_ANSWERS), {"result_id": result_id}).fetchall()
    db.commit()
    return encode(ResultWithAnswers(*astuple(result), [Answer(*answer) for answer in answers]))


def list_results(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/exam-results/, by a teacher; the body, and the number of rows."""
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "teacher")
    body, count = array(dialect(sql.ALL_RESULTS), {}, _result)
    db.commit()
    return body, count


def _result(row: Any) -> Result:
    id_, exam_id, title, student_id, correct, total, is_checked, checked_by, created = row
    return Result(id_, exam_id, title, student_id, 100 * correct / total, correct, total, bool(is_checked), checked_by, db.shown(created))
