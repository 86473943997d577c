"""Real speech for the bench: the five LibriVox clips in pocketsphinx's source distribution, fetched by pip and not kept."""

import os
import subprocess
import sys
import tarfile
import tempfile
import wave
from pathlib import Path

from msgspec import Struct

_FOLDER = "test/data/librivox/"
_VERSION = "5.1.1"


class Clip(Struct, frozen=True):
    """Somebody reading a text: 16 kHz mono samples of 16 bits, and its words."""

    samples: bytes
    words: list[str]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / 32_000


def clips() -> list[Clip]:
    """The clips: 71 words in 25 seconds, one reader. `LIBRIVOX_CLIPS` may name a folder that holds them."""
    if folder := os.environ.get("LIBRIVOX_CLIPS"):
        return _read(Path(folder))
    with tempfile.TemporaryDirectory() as place:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-binary",
            "pocketsphinx",
        ]
        subprocess.run([*command, "--dest", place, f"pocketsphinx=={_VERSION}"], check=True, timeout=600)
        (archive,) = Path(place).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            wanted = [each for each in packed.getmembers() if _FOLDER in each.name and each.name.endswith((".wav", ".txt"))]
            packed.extractall(place, wanted, filter="data")
        return _read(Path(place) / f"pocketsphinx-{_VERSION}" / _FOLDER)


def _read(folder: Path) -> list[Clip]:
    found: list[Clip] = []
    for text in sorted(folder.glob("*.txt")):
        with wave.open(str(text.with_suffix(".wav"))) as sound:
            found.append(Clip(sound.readframes(sound.getnframes()), text.read_text().split()))
    return found
