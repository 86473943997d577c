"""Fetching models: only a whole one counts, and a program that hangs is killed."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bilim.providers.models import NotFetched, command_of, fetch, folder_of

WHOLE = "for name in ('model.bin', 'config.json', 'tokenizer.json', 'vocabulary.json'): (folder / name).write_text('{}')"


def program(part: Path, body: str) -> list[str]:
    return [sys.executable, "-c", f"import pathlib, sys, time\nfolder = pathlib.Path({str(part)!r})\n{body}"]


def test_a_whole_model_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    part, target = tmp_path / "small.part", tmp_path / "small"
    target.mkdir()
    (target / "old").write_text("x")
    fetch(program(part, WHOLE), part, target)
    assert sorted(file.name for file in target.iterdir()) == ["config.json", "model.bin", "tokenizer.json", "vocabulary.json"]
    assert not part.exists()


@pytest.mark.parametrize("body", ["(folder / 'model.bin').write_text('x')", "sys.exit(3)", f"{WHOLE}; sys.exit(1)"])
def test_half_a_model_or_a_failure_leaves_none(tmp_path: Path, body: str) -> None:
    part, target = tmp_path / "small.part", tmp_path / "small"
    with pytest.raises(NotFetched):
        fetch(program(part, body), part, target)
    assert not target.exists()


def test_a_program_that_makes_no_progress_is_killed(tmp_path: Path) -> None:
    part, target = tmp_path / "small.part", tmp_path / "small"
    with pytest.raises(NotFetched, match="nothing arrived"):
        fetch(program(part, "(folder / 'pid').write_text('x'); time.sleep(600)"), part, target, 0.3)
    assert not target.exists()


@pytest.mark.parametrize("name", ["../elsewhere", "", "/etc", "a b", "small;rm", "..", "a/../b", "-x"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFetched):
        folder_of(tmp_path, name)


def test_names_and_hubs_names_have_a_place(tmp_path: Path) -> None:
    assert folder_of(tmp_path, "large-v3") == tmp_path / "large-v3"
    assert folder_of(tmp_path, "Systran/faster-whisper-tiny") == tmp_path / "Systran" / "faster-whisper-tiny"


@pytest.mark.skipif(find_spec("faster_whisper") is not None, reason="faster-whisper is installed and would fetch")
def test_without_the_library_the_program_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFetched):
        fetch(command_of("tiny", tmp_path / "p"), tmp_path / "p", tmp_path / "t")
    assert not (tmp_path / "t").exists()
