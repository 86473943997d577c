"""One certificate typeset in a fresh process, then again: prints seconds and bytes as JSON. Run as `python -m bench.certificate`."""

import subprocess
import sys
import time
from datetime import date
from statistics import median

import msgspec
from msgspec import Struct

_AGAIN = 20


class Typeset(Struct):
    """Seconds, and the file's bytes."""

    imported: float
    """Importing the module, which reads the fonts: paid at the server's start."""
    cold: float
    """The first certificate of a process."""
    warm: float
    """The median of those after it."""
    size: int


def measured() -> Typeset:
    """What a process of its own takes."""
    done = subprocess.run([sys.executable, "-m", "bench.certificate"], check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Typeset)


def _typeset() -> Typeset:
    begun = time.perf_counter()
    from bilim.study.documents.typesetting import CertificateSheet, typeset

    imported = time.perf_counter() - begun
    sheet = CertificateSheet(
        holder="Oʻgʻiloy Qodirova",
        course="Ingliz tili: B1",
        title="Certificate of Completion",
        level="Intermediate",
        description="Twenty-five lessons with exercises, finished with success.",
        issued_on=date(2026, 1, 31),
        code="7K3M9QX2VB4T8WZ1YC6R5NDHPJ",
        verify_url="https://school.example/verify/7K3M9QX2VB4T8WZ1YC6R5NDHPJ",
    )
    taken: list[float] = []
    pdf = b""
    for _ in range(1 + _AGAIN):
        begun = time.perf_counter()
        pdf = typeset(sheet)
        taken.append(time.perf_counter() - begun)
    return Typeset(imported, taken[0], median(taken[1:]), len(pdf))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_typeset()))
