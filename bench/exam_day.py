"""Exam day: two thousand students start the same mock test within seconds, then save their answers every few seconds.

    python -m bench.exam_day [--quick] [--database sqlite|postgresql]

Two workers, one machine, this client on it too; everybody has signed in before. Requests arrive evenly and their latency counts from when
each was due. Afterwards every student reloads, and what they are shown is compared with what they saved. The last part raises the pace
until the p99 of saving passes a second.
"""

import argparse
import io
import json
import os
import random
import tempfile
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct
from sqlalchemy import func, select

from bench import report
from bench.data import FIRST_USER, access_token, fill_people, gather_statistics, students_of
from bench.databases import DEFAULT_SERVER, postgresql_database, postgresql_version, sqlite_file
from bench.load import percentile, request
from bench.probe import Met, probe
from bench.servers import TWO_WORKERS, serving
from bilim.app.factories import make_tokens
from bilim.app.services import open_database
from bilim.db.migrate import upgrade
from bilim.mock.models import MockSession
from bilim.settings import Settings, load

START_AIM, SAVE_AIM = 3.0, 1.0
"""Seconds: aims for the p99."""
_STAFF = 50
_SECRET = "a secret of the bench that is long enough for HS256"
_QUESTIONS, _CHANGED = 40, 4
_WRITING_EVERY, _WRITING = 4, "Nowadays more and more people learn a language online because it saves time and money. " * 14
_PACE_GROWS = 1.4
_RELOADS_A_SECOND = 150


class Day(Struct, frozen=True):
    """How large the exam is."""

    students: int
    start_seconds: float
    saves: int
    """Of each student."""
    save_seconds: float
    """In which all of them arrive."""
    step_seconds: float
    """How long each pace is tried in the last part."""

    @property
    def every(self) -> float:
        """Seconds from one save of a student to the next."""
        return self.save_seconds / self.saves


WHOLE = Day(students=2_000, start_seconds=10, saves=20, save_seconds=120, step_seconds=12)
SHORT = Day(students=200, start_seconds=2, saves=5, save_seconds=10, step_seconds=4)


class Exam(Struct):
    """The running exam, as the client knows it."""

    port: int
    tokens: list[str]
    sessions: list[str]
    saved: list[dict[str, dict[str, str]]]
    """By student: section, question, what was saved last."""
    sequence: list[int]


def main() -> None:
    """Run the day on each database."""
    day, database, server = _options()
    version = _version(server)
    print(report.machine(version), flush=True)
    for name in ("SQLite", "PostgreSQL"):
        if database not in (None, name.lower()):
            continue
        if name == "PostgreSQL" and version is None:
            print("\n== PostgreSQL: not measured, since no server answers", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="bilim_exam_day_") as folder:
            make = sqlite_file(Path(folder), "exam_day") if name == "SQLite" else postgresql_database(server, "exam_day")
            with make as url:
                print(f"\n== {name}: {day.students:,} students, two workers", flush=True)
                _run(day, url, Path(folder))


def _options() -> tuple[Day, str | None, str]:
    parser = argparse.ArgumentParser(prog="python -m bench.exam_day", description="Two thousand students sit down at the same minute.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the students, for half a minute")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="run on one database")
    asked = parser.parse_args()
    return SHORT if asked.quick else WHOLE, asked.database, os.environ.get("TEST_POSTGRES_URL", DEFAULT_SERVER)


def _version(server: str) -> str | None:
    try:
        return postgresql_version(server)
    except psycopg.OperationalError:
        return None


def _run(day: Day, url: str, folder: Path) -> None:
    environment = {"DATABASE_URL": url, "SECRET_KEY": _SECRET, "BILIM_HOME": str(folder), "ENVIRONMENT": "test"}
    upgrade(url)
    settings = load(environment)
    tokens, teacher = _fill(settings, day.students)
    with serving(TWO_WORKERS, environment, folder / "server.log") as server:
        test = _make_test(server.port, teacher)
        started = probe(server.port, {"start": _starts(test, tokens)}, day.start_seconds, keeps_bodies=True)["start"]
        _print("start", started, day.start_seconds, START_AIM)
        ids = [_session_of(started.bodies.get(place, b"")) for place in range(day.students)]
        exam = Exam(server.port, tokens, ids, [{} for _ in tokens], [0] * len(tokens))
        again = probe(server.port, {"again": _starts(test, tokens[:100])}, 1)["again"]
        print(f"  {again.refused} of 100 second starts refused; sessions in the database: {_count_sessions(settings):,}", flush=True)
        saves = probe(server.port, {"save": list(_saves(exam, day.saves))}, day.save_seconds)["save"]
        _print("save a draft", saves, day.save_seconds, SAVE_AIM)
        _reload(exam)
        _raise_pace(exam, day)


def _fill(settings: Settings, students: int) -> tuple[list[str], str]:
    """Students who have signed in; their tokens, and a teacher's."""
    tokens = make_tokens(settings)
    database = open_database(settings)
    people = students + _STAFF
    try:
        with database.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            fill_people(connection, random.Random(1), people, tokens)
        gather_statistics(database.engine)
    finally:
        database.close()
    return [access_token(tokens, user_id) for user_id in students_of(people)], access_token(tokens, FIRST_USER + 1)


def _make_test(port: int, teacher: str) -> dict[str, Any]:
    """A mock test, uploaded by a teacher; the answer to the upload."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(8_000)
        audio.writeframes(bytes(16_000))
    paper = ("paper.pdf", b"%PDF-1.7\n%%EOF\n")
    parts: dict[str, Any] = {
        "title": "Exam day",
        "reading[file]": paper,
        "reading[duration]": 60,
        "reading[question_count]": _QUESTIONS,
        "writing[file]": paper,
        "writing[duration]": 60,
        "writing[question_count]": 2,
        "listening[audio_file]": ("audio.wav", sound.getvalue()),
        "listening[question_file]": paper,
        "listening[duration]": 30,
        "listening[question_count]": _QUESTIONS,
    }
    boundary = "exam-day"
    body = b"".join(_part(boundary, name, value) for name, value in parts.items()) + f"--{boundary}--\r\n".encode()
    headers = {"Authorization": f"Bearer {teacher}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/mock/tests/create/", body, headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def _part(boundary: str, name: str, value: Any) -> bytes:
    filename, content = value if isinstance(value, tuple) else (None, str(value).encode())
    named = f'; filename="{filename}"' if filename else ""
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def _starts(test: dict[str, Any], tokens: list[str]) -> list[bytes]:
    body = json.dumps({"test": test["id"], "code": test["code"]})
    return [request("POST", "/api/v1/mock/session/start/", token, body) for token in tokens]


def _session_of(body: bytes) -> str:
    try:
        return json.loads(body)["id"]
    except (ValueError, KeyError):
        return ""


def _count_sessions(settings: Settings) -> int:
    database = open_database(settings)
    try:
        with database.read() as tx:
            return tx.scalar(select(func.count()).select_from(MockSession))
    finally:
        database.close()


def _saves(exam: Exam, times: int) -> Iterator[bytes]:
    """So many saves of every student in turn; each sends the answers that changed since the one before, and now and then the writing."""
    for _ in range(times):
        for place, (token, session) in enumerate(zip(exam.tokens, exam.sessions, strict=True)):
            exam.sequence[place] += 1
            number = exam.sequence[place]
            section = "listening" if number % 20 < 8 else "reading"
            questions = [str((number * _CHANGED + offset) % _QUESTIONS + 1) for offset in range(_CHANGED)]
            changes = {section: dict.fromkeys(questions, f"answer {number} of {place}")}
            if number % _WRITING_EVERY == 0:
                changes["writing"] = {str(1 + number // _WRITING_EVERY % 2): f"{number}. {_WRITING}"}
            for part, answers in changes.items():
                exam.saved[place].setdefault(part, {}).update(answers)
            yield request("PUT", f"/api/v1/mock/session/{session}/draft/", token, json.dumps({"sequence": number, **changes}))


def _reload(exam: Exam) -> None:
    """Everybody reloads: what the server shows must be what was saved."""
    asked = [request("GET", f"/api/v1/mock/session/{session}/", token) for token, session in zip(exam.tokens, exam.sessions, strict=True)]
    seconds = len(asked) / _RELOADS_A_SECOND
    met = probe(exam.port, {"reload": asked}, seconds, keeps_bodies=True)["reload"]
    _print("reload", met, seconds, None)
    wrong = sum(not _is_as_saved(exam, place, met.bodies.get(place, b"{}")) for place in range(len(asked)))
    print(f"  {len(asked) - wrong:,} of {len(asked):,} students find every answer that they saved", flush=True)


def _is_as_saved(exam: Exam, place: int, body: bytes) -> bool:
    shown = json.loads(body)
    drafts = {section: answers for section, answers in shown.get("drafts", {}).items() if answers}
    return shown.get("sequence") == exam.sequence[place] and drafts == exam.saved[place]


def _raise_pace(exam: Exam, day: Day) -> None:
    """Save at a growing pace until the p99 passes a second."""
    pace, held = day.students / day.every, 0.0
    while True:
        pace *= _PACE_GROWS
        rounds = max(1, round(pace * day.step_seconds / day.students))
        saves = list(_saves(exam, rounds))
        met = probe(exam.port, {"save": saves}, len(saves) / pace)["save"]
        p99 = percentile(met.latencies, 99) / 1000
        print(f"    {pace:,.0f} saves a second: p99 {p99:.2f} s, {met.refused} refused", flush=True)
        if met.refused or p99 > SAVE_AIM:
            break
        held = pace
    pace = held or day.students / day.every
    print(
        f"  Held with a p99 under {SAVE_AIM:.0f} s: {pace:,.0f} saves a second, as of {pace * day.every:,.0f} students who save every"
        f" {day.every:.0f} s (this client used the same cores)",
        flush=True,
    )


def _print(label: str, met: Met, seconds: float, aim: float | None) -> None:
    p50, p99 = (percentile(met.latencies, percent) / 1000 for percent in (50, 99))
    told = f"  {label}: {len(met.latencies):,} in {seconds:.0f} s; p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, {met.refused} refused"
    if aim is not None:
        told += f"; aim p99 under {aim:.0f} s: {'pass' if p99 < aim and not met.refused else 'falls short'}"
    print(told, flush=True)


if __name__ == "__main__":
    main()
