"""The floor's answers about tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec

from bench.floor import quiz_sql as sql
from bench.floor.quiz_bodies import Answer, AnswerResult, Attempt, Paper, Result, Saved, SectionResult, Taker
from bench.floor.unit import actor, db, dialect, encode

_SECOND = timedelta(seconds=1)
_PLACE = "IN (0)"
_kept: dict[str, Paper] = {}
_read_paper = msgspec.json.Decoder(Paper).decode
_read_answer = msgspec.json.Decoder(dict[str, str]).decode
_read_scores = msgspec.json.Decoder(dict[int, int]).decode
_read_sent = msgspec.json.Decoder(list[dict[str, Any]]).decode


def start_attempt(scope: Any, _body: bytes) -> bytes:
    """POST /api/v1/tests/{id}/start."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    user_id = actor(scope, now, "teacher")
    test_row_id, minutes, paper_id, digest = db.execute(dialect(sql.STARTED), {"test_row_id": int(scope["path"][14:-6])}).fetchone()
    most = sum(question.marks for section in _paper(paper_id, digest).sections for question in section.questions)
    times = {"now": db.bound(now), "ends_at": db.bound(now + timedelta(minutes=minutes))}
    new = {"test_row_id": test_row_id, "paper_id": paper_id, "user_id": user_id, "max_score": most, **times}
    (attempt_id,) = db.execute(dialect(sql.BEGIN), new).fetchone()
    row = db.execute(dialect(sql.ONE), {"attempt_id": attempt_id, "now": db.bound(now)}).fetchone()
    answers = _answers([attempt_id])
    db.commit()
    return encode(_attempt(row, answers, now))


def _paper(paper_id: int, digest: str) -> Paper:
    found = _kept.get(digest)
    if found is None:
        found = _kept[digest] = _read_paper(db.execute(dialect(sql.PAPER), {"paper_id": paper_id}).fetchone()[0])
    return found


def _answers(attempt_ids: list[int]) -> dict[int, dict[int, str]]:
    text = dialect(sql.ANSWERS).replace(_PLACE, f"IN ({', '.join(map(str, attempt_ids))})")
    found: dict[int, dict[int, str]] = {attempt_id: {} for attempt_id in attempt_ids}
    for attempt_id, question_id, data in db.execute(text).fetchall():
        found[attempt_id][question_id] = data
    return found


def _attempt(row: Any, answers: dict[int, dict[int, str]], now: datetime) -> Attempt:
    id_, test_id, title, *person = row[:16]
    started, ends, ended, total, most, stored, pending = row[18:]
    started, ended = db.shown(started), db.shown(ended) if ended else None
    scores = _read_scores(stored) if stored else {}
    won = total or 0
    return Attempt(
        id_,
        test_id,
        title,
        person[0],
        started,
        ended,
        db.shown(ends),
        ((ended or now) - started) // _SECOND,
        ended is not None,
        won / 100,
        most / 100,
        won * 10_000 // most / 100,
        won * 100 >= 60 * most,
        pending,
        [
            Answer(id_, question_id, msgspec.Raw(data.encode()), scores[question_id] / 100 if question_id in scores else None)
            for question_id, data in answers[id_].items()
        ],
        _taker(*person),
    )


def _taker(*row: Any) -> Taker:
    id_, username, email, _, _, first, last, role, active, premium, level, lesson, _ = row
    shown = "free" if role == "student" else role
    full_name = f"{first} {last}".strip()
    return Taker(id_, email, username, bool(active), role == "superadmin", full_name, level, lesson, (shown,), bool(premium), shown)


def save_answers(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/tests/attempts/{id}/submit."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    user_id = actor(scope, now)
    held = db.execute(dialect(sql.HELD), {"attempt_id": int(scope["path"][23:-7])}).fetchone()
    assert held[2] == user_id
    assert held[7] is None
    assert db.shown(held[6]) > now
    _paper(held[3], held[4])
    sent = {each["question_id"]: each["answer_data"] for each in _read_sent(body)}
    db.execute(dialect(sql.SAVE), {"attempt_id": held[0], "document": msgspec.json.encode(sent).decode()})
    db.commit()
    return encode(Saved(f"Answers saved: {len(sent)}."))


def finish_attempt(scope: Any, _body: bytes) -> bytes:
    """POST /api/v1/tests/attempts/{id}/finish."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    user_id = actor(scope, now)
    held = db.execute(dialect(sql.HELD), {"attempt_id": int(scope["path"][23:-7])}).fetchone()
    attempt_id, paper = held[0], _paper(held[3], held[4])
    assert held[2] == user_id
    assert held[7] is None
    given = {question_id: _read_answer(data)["answer"] for question_id, data in _answers([attempt_id])[attempt_id].items()}
    right = {question.id: question for section in paper.sections for question in section.questions}
    scores = {each: right[each].marks if letter == right[each].data.correct_answer else 0 for each, letter in given.items()}
    marked = {"total_score": sum(scores.values()), "scores": msgspec.json.encode(scores).decode()}
    db.execute(dialect(sql.CLOSE), {"attempt_id": attempt_id, "now": db.bound(now), **marked})
    row = db.execute(dialect(sql.OWN_ONE), {"attempt_id": attempt_id, "user_id": user_id, "now": db.bound(now)}).fetchone()
    _answers([attempt_id])
    db.commit()
    return encode(_result(row, paper, given, scores))


def _result(row: Any, paper: Paper, given: dict[int, str], scores: dict[int, int]) -> Result:
    total, most = row[21], row[22]
    percent, is_passed = total * 10_000 // most / 100, total * 100 >= 60 * most
    sections = [
        SectionResult(
            section.id,
            section.title,
            sum(scores.get(question.id, 0) for question in section.questions) / 100,
            sum(question.marks for question in section.questions) / 100,
            [
                AnswerResult(
                    question.id,
                    given.get(question.id),
                    question.data.correct_answer,
                    scores.get(question.id) == question.marks,
                    scores.get(question.id, 0) / 100,
                    question.marks / 100,
                )
                for question in section.questions
            ],
        )
        for section in paper.sections
    ]
    said = f"{'Passed' if is_passed else 'Not passed'}, with {percent:g}%."
    return Result(row[0], row[1], paper.title, total / 100, most / 100, percent, is_passed, row[24], sections, said)


def list_attempts(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/tests/attempts/me; the body, and the number of all: they fill no page."""
    asked, now = parse_qs(scope["query_string"]), datetime.now(UTC)
    db.begin(writes=False)
    wanted = {"user_id": actor(scope, now), "limit": int(asked[b"limit"][0]), "skip": 0}
    rows = db.execute(dialect(sql.OWN), {**wanted, "now": db.bound(now)}).fetchall()
    answers = _answers([row[0] for row in rows])
    db.commit()
    return encode([_attempt(row, answers, now) for row in rows]), len(rows)
