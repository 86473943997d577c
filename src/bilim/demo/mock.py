"""A mock test with papers, a recording and a key, and one session that a student sat and a teacher scored."""

import io
import json
import math
import secrets
import tomllib
import wave
from array import array
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import typst as typesetter
from sqlalchemy import select, update

from bilim.db.engine import Tx
from bilim.files.claims import STAGING
from bilim.files.kinds import HEAD, StagedFile
from bilim.files.store import Store
from bilim.kit.actors import Actor
from bilim.kit.validation import read
from bilim.mock.actions import keys, scores, sessions, tests
from bilim.mock.inputs import DraftInput, KeyInput, MockTestInput, ScoreInput, StartInput
from bilim.mock.models import MockSession, MockTest

_TEMPLATE = Path(__file__).with_name("paper.typ")
_FONTS = typesetter.Fonts(include_system_fonts=False)
_RATE = 8000
_TONE_SECONDS = 0.6
_LOUDNESS = 9000


def load_mock_test(tx: Tx, store: Store, teacher: Actor, student: Actor) -> None:
    """Make the test and its key, and let the student sit it. Files that a rollback leaves are swept."""
    content = tomllib.loads(files("bilim.demo").joinpath("mock.toml").read_text("utf8"))
    test_id = tests.create_test(tx, teacher, _test(store, content))
    keys.set_key(tx, teacher, test_id, read(KeyInput, content["key"]))
    code = tx.scalar(select(MockTest.code).where(MockTest.public_id == test_id))
    session_id = sessions.start_session(tx, student, StartInput(test=test_id, code=code))
    assert session_id is not None  # noqa: S101 - the code is the test's own
    sitting = content["sitting"]
    _begin_earlier(tx, session_id, timedelta(minutes=sitting["minutes"]))
    sessions.save_draft(tx, student, session_id, read(DraftInput, {"sequence": 1, **sitting["answers"]}))
    sessions.finish_session(tx, student, session_id)
    scores.score_session(tx, teacher, ScoreInput(session=session_id, **sitting["bands"]))


def _begin_earlier(tx: Tx, session_id: UUID, minutes: timedelta) -> None:
    """Let a session that has just begun be some minutes old."""
    own = MockSession.public_id == session_id
    times = tx.first(select(MockSession.started_at, MockSession.ends_at).where(own))
    started_at, ends_at = (moment - minutes for moment in times)
    tx.execute(update(MockSession).where(own).values(started_at=started_at, ends_at=ends_at))


def _test(store: Store, content: dict[str, Any]) -> MockTestInput:
    sections: dict[str, dict[str, Any]] = {}
    for name, paper in content["papers"].items():
        file = _stage(store, "paper.pdf", _typeset(paper))
        named = {"question_file" if name == "listening" else "file": file}
        sections[name] = {"duration": paper["duration"], "question_count": len(paper["questions"]), **named}
    sections["listening"]["audio_file"] = _stage(store, "tones.wav", _tones(content["tones"]))
    return read(MockTestInput, {"title": content["title"], **sections})


def _stage(store: Store, filename: str, content: bytes) -> StagedFile:
    name = f"{STAGING}/{secrets.token_hex(1)}/{secrets.token_urlsafe(16)}{Path(filename).suffix}"
    with store.create(name) as file:
        file.write(content)
    return StagedFile(name, filename, len(content), content[:HEAD])


def _typeset(paper: dict[str, Any]) -> bytes:
    """A paper as a PDF, with the fonts that come with typst."""
    inputs = {"paper": json.dumps(paper)}
    return typesetter.compile(
        _TEMPLATE, root=_TEMPLATE.parent, font_paths=_FONTS, ignore_system_fonts=True, format="pdf", sys_inputs=inputs
    )


def _tones(pitches: list[int]) -> bytes:
    """Tones one after another, with a pause after each, as a WAV."""
    samples = array("h")
    for pitch in pitches:
        length = int(_RATE * _TONE_SECONDS)
        # It swells and fades, so that no tone begins or ends with a click.
        swell = (math.sin(math.pi * place / length) for place in range(length))
        samples.extend(int(_LOUDNESS * loud * math.sin(2 * math.pi * pitch * place / _RATE)) for place, loud in enumerate(swell))
        samples.extend([0] * (length // 2))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(samples.itemsize)
        sound.setframerate(_RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()
