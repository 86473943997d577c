"""Spoken texts are swept by age, and the oldest ones where they take too much room."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.app.jobs import make_schedule
from bilim.files.store import Found, LocalStore
from bilim.jobs.handling import Handlers, Try
from bilim.settings import Settings
from bilim.speech import jobs
from bilim.speech.inputs import SweepSpeech
from bilim.speech.rules import to_sweep
from conftest import NOON, SetClock
from kit.repeatable import repeatable

DAY = timedelta(days=1)


def found(name: str, days: float, size: int = 10) -> Found:
    return Found(name, NOON - timedelta(days=days), size)


def test_what_is_older_than_its_days_goes() -> None:
    files = [found("new", 0), found("old", 30), found("older", 30.01)]
    assert to_sweep(files, NOON, 30 * DAY, 1000) == ["older"]


def test_the_oldest_go_where_all_take_too_much_room() -> None:
    files = [found("b", 2, 40), found("c", 3, 30), found("a", 1, 60)]
    assert to_sweep(files, NOON, 30 * DAY, 130) == []
    assert to_sweep(files, NOON, 30 * DAY, 129) == ["c"]
    assert to_sweep(files, NOON, 30 * DAY, 99) == ["b", "c"]
    assert to_sweep(files, NOON, 30 * DAY, 0) == ["a", "b", "c"]


@repeatable
@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 100)), max_size=20), st.integers(0, 500))
def test_what_stays_fits_and_is_young(files: list[tuple[float, int]], most: int) -> None:
    all_found = {str(number): found(str(number), days, size) for number, (days, size) in enumerate(files)}
    swept = set(to_sweep(all_found.values(), NOON, 30 * DAY, most))
    staying = [each for name, each in all_found.items() if name not in swept]
    assert sum(each.size for each in staying) <= most
    assert all(NOON - each.written_at <= 30 * DAY for each in staying)


def test_the_job_deletes_files_of_its_folder_alone(tmp_path: Path, set_clock: SetClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bilim.speech")
    store = LocalStore(tmp_path)
    for name, days in (("tts/new.mp3", 1), ("tts/old.mp3", 31), ("files/old.mp3", 31), ("tts/old.mp3.unfinished", 31)):
        store.put(name, b"MP3")
        written = (NOON - timedelta(days=days)).timestamp()
        os.utime(store.path(name), (written, written))
    handler = Handlers(jobs.handlers(store, jobs.Keeping(days=30, mebibytes=1))).of(SweepSpeech.kind)
    assert handler
    for _ in range(2):
        handler.run(SweepSpeech(), Try(1, is_last=False))
        assert sorted(each.name for each in store.files_in("")) == ["files/old.mp3", "tts/new.mp3"]
    assert caplog.messages == ["swept spoken texts"], "once, since the second run found nothing"


def test_a_file_is_seen_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.put("tts/a.mp3", b"first")
    store.put("tts/a.mp3", b"second")
    assert store.path("tts/a.mp3").read_bytes() == b"second"

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        store.put("tts/a.mp3", b"third")
    assert [each.name for each in store.files_in("tts")] == ["tts/a.mp3"]
    assert store.path("tts/a.mp3").read_bytes() == b"second"


def test_the_schedule_sweeps_every_ten_minutes() -> None:
    entry = make_schedule(Settings()).entries["sweep-speech"]
    assert (entry.every, entry.job) == (timedelta(minutes=10), SweepSpeech())
